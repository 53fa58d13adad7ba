"""What a new version of the document would change, word by word, before anything is written."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from bot.kb.knowledge import Knowledge
from bot.kb.models import digest
from bot.kb.split import Piece, split
from bot.kb.split_files import plan_of, read_document

ALIKE = 60.0  # rapidfuzz ratio from which a new passage is an old one with another edge
KINDS = ("changed", "edge", "gone", "appeared", "moved", "same")
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one passage. ``words``: old ones as ``[-so-]``, new ones as ``{+so+}``.

    ``kind``: changed; edge (its first or last words are others, so the plan does not find it;
    ``into`` is the proposal that looks like it); gone; appeared; moved; same.
    """

    kind: str
    id: str
    title: str
    words: str = ""
    into: str = ""


def changes(document: Path, root: Path, kb: Knowledge) -> list[Change]:
    """Each passage of the knowledge base at ``root``, and each new one, under a new document.

    Raises:
        SplitError: the document is no UTF-8 text, or the plan does not read.
    """
    text = read_document(document)[1]
    done = split(text, plan_of(root))
    found = [_placed(piece, text, kb) for piece in done.placed]
    fresh = {one.entry.id: text[one.span.start : one.span.end] for one in done.appeared}
    for entry in done.gone:
        found.append(_gone(entry.id, fresh, kb))
        fresh.pop(found[-1].into, None)
    found += [Change("appeared", name, "", _marked("", quote)) for name, quote in fresh.items()]
    return sorted(found, key=lambda one: KINDS.index(one.kind))


def _placed(piece: Piece, text: str, kb: Knowledge) -> Change:
    name, quote = piece.entry.id, text[piece.span.start : piece.span.end]
    passage = kb.passages.get(name)
    if passage is None:
        return Change("appeared", name, "", _marked("", quote))
    if passage.sha256 != digest(quote):
        words = _marked(passage.quote(kb.source), quote)
        return Change("changed", name, passage.title, words)
    return Change("same" if passage.span == piece.span else "moved", name, passage.title)


def _gone(name: str, fresh: dict[str, str], kb: Knowledge) -> Change:
    passage = kb.passages.get(name)
    if passage is None:
        return Change("gone", name, "")
    old = passage.quote(kb.source)
    alike = max(fresh, key=lambda one: fuzz.ratio(old, fresh[one]), default=None)
    if alike is None or fuzz.ratio(old, fresh[alike]) < ALIKE:
        return Change("gone", name, passage.title, _marked(old, ""))
    return Change("edge", name, passage.title, _marked(old, fresh[alike]), alike)


def _marked(old: str, new: str) -> str:
    """Both texts in one: what goes, what comes, and what stays between them."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    parts = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            parts.append("".join(before[a:b]))
            continue
        gone, come = "".join(before[a:b]).strip(), "".join(after[c:d]).strip()
        parts.append((f"[-{gone}-] " if gone else "") + (f"{{+{come}+}} " if come else ""))
    return " ".join("".join(parts).split())
