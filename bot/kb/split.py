"""Splitting a document into passages: blocks are proposed, a curator's plan decides.

The plan (``source/plan.yaml``) names each passage by its first and last words, so it finds the
passage again wherever a new version of the document has moved it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import Field

from bot.kb.models import Frozen, Id, Span

_BULLET = re.compile(r"^[ \t]*(?:[•▪◦*–-]|\d{1,2}[.)])[ \t]+")
_SENTENCE_END = (".", "!", "?", ":", ";", ",")
ANCHOR_WORDS = 6
UNTITLED = "Introduction"  # the section of what stands before the first heading


class PlanEntry(Frozen):
    """One passage of the plan: from the words ``begins`` to the words ``ends``, both included."""

    id: Id
    begins: str = Field(min_length=1)
    ends: str = Field(min_length=1)


class Plan(Frozen):
    """A curator's joins, cuts and ids."""

    passages: tuple[PlanEntry, ...] = ()


@dataclass(frozen=True)
class Block:
    """A stretch of the document: a paragraph, a list item or a heading."""

    kind: str  # "heading", "paragraph", "item"
    span: Span


@dataclass(frozen=True)
class Piece:
    """A passage in place, under the heading ``section``."""

    entry: PlanEntry
    section: str
    span: Span


@dataclass
class Split:
    """The outcome: what the plan placed, what it does not know yet, what it seeks in vain."""

    placed: list[Piece] = field(default_factory=list)
    appeared: list[Piece] = field(default_factory=list)  # in no plan yet
    gone: list[PlanEntry] = field(default_factory=list)  # in the plan, not in the document
    loose: list[Span] = field(default_factory=list)  # in no passage


def blocks(text: str) -> Iterator[Block]:
    """The document's blocks, in order, without their bullets and surrounding white space.

    A short line is a heading where a paragraph or a list follows it, or as the document's title;
    short lines in a row are matters of their own.
    """
    found = list(_by_form(text))
    for number, block in enumerate(found):
        after = found[number + 1].kind if number + 1 < len(found) else "heading"
        if block.kind == "heading" and after == "heading" and number > 0:
            yield Block("paragraph", block.span)
        else:
            yield block


def _by_form(text: str) -> Iterator[Block]:
    """The blocks where every short line is a heading. An indented line goes on with its item."""
    kind, start, end, count = "", 0, 0, 0  # of the block that is being read, and its lines
    at = 0
    previous_blank = alone = True
    for line in text.splitlines(keepends=True):
        here, at = at, at + len(line)
        bullet, blank = _BULLET.match(line), not line.strip()
        goes_on = kind == "paragraph" or (kind == "item" and line[0] in " \t")
        if not (bullet or blank) and goes_on:
            end, count = at, count + 1
        else:
            yield from _block(text, kind, start, end, heading=alone and count == 1)
            kind = "" if blank else "item" if bullet else "paragraph"
            start, end, count = here + (bullet.end() if bullet else 0), at, 1
            alone = previous_blank
        previous_blank = blank
    yield from _block(text, kind, start, end, heading=alone and count == 1)


def _block(text: str, kind: str, start: int, end: int, *, heading: bool) -> Iterator[Block]:
    """``heading``: its place would do for one."""
    if not kind:
        return
    span = _trim(text, start, end)
    words = text[span.start : span.end]
    short = len(words) <= 80 and (not words.endswith(_SENTENCE_END) or words.endswith("?"))  # noqa: PLR2004
    yield Block("heading" if heading and short and kind == "paragraph" else kind, span)


def _trim(text: str, start: int, end: int) -> Span:
    """Without the space at both ends, nor the byte order mark that an editor put first."""
    piece = text[start:end]
    words = piece.strip().removeprefix("\ufeff").strip()
    lead = piece.index(words)
    return Span(start=start + lead, end=start + lead + len(words))


def propose(text: str) -> list[Span]:
    """Passages by form: a paragraph, with its list where the items do not stand alone."""
    found: list[Span] = []
    lead: Span | None = None  # the paragraph that a list may hang on
    items: list[Span] = []

    def close() -> None:
        nonlocal lead, items
        if lead is not None and items and _hangs(text, lead, items):
            found.append(Span(start=lead.start, end=items[-1].end))
        else:
            found.extend([lead] if lead is not None else [])
            found.extend(items)
        lead, items = None, []

    for block in blocks(text):
        if block.kind == "item":
            items.append(block.span)
        else:
            close()
            lead = block.span if block.kind == "paragraph" else None
    close()
    return found


def section_at(text: str, start: int) -> str:
    """The heading that character ``start`` stands under; the document's title is none."""
    section = UNTITLED
    for number, block in enumerate(blocks(text)):
        if block.span.start >= start:
            break
        if block.kind == "heading" and number > 0:
            section = text[block.span.start : block.span.end]
    return section


def _hangs(text: str, lead: Span, items: Sequence[Span]) -> bool:
    """Whether the items need their lead-in: it ends with a colon, or one is no sentence."""
    if text[lead.start : lead.end].endswith(":"):
        return True
    return any(not text[item.start : item.end].endswith((".", "!", "?")) for item in items)


def split(text: str, plan: Plan) -> Split:
    """Place each entry of the plan in the text; propose passages for what no entry covers."""
    done = Split()
    after = 0
    for entry in plan.passages:
        span = _find(text, entry, after) or _find(text, entry, 0)
        if span is None:
            done.gone.append(entry)
        else:
            done.placed.append(Piece(entry, section_at(text, span.start), span))
            after = span.end
    covered = [piece.span for piece in done.placed]
    taken = {entry.id for entry in plan.passages}
    for here in propose(text):
        if any(span.start < here.end and here.start < span.end for span in covered):
            continue
        entry = _entry(text, here, taken)
        taken.add(entry.id)
        done.appeared.append(Piece(entry, section_at(text, here.start), here))
    done.loose.extend(_loose(text, done))
    return done


def _loose(text: str, done: Split) -> Iterator[Span]:
    """What stands in no passage, but for the title and sections of those that are placed."""
    pieces = sorted((*done.placed, *done.appeared), key=lambda piece: piece.span.start)
    sections = {piece.section for piece in done.placed}
    for number, block in enumerate(blocks(text)):
        words = text[block.span.start : block.span.end]
        if block.kind == "heading" and (words in sections or (number == 0 and sections)):
            continue
        at, end = block.span.start, block.span.end
        for start, after in (*((one.span.start, one.span.end) for one in pieces), (end, end)):
            if at < min(start, end) and re.search(r"\w", text[at : min(start, end)]):
                yield _trim(text, at, min(start, end))
            at = max(at, after)


def _find(text: str, entry: PlanEntry, after: int) -> Span | None:
    start = text.find(entry.begins, after)
    if start < 0:
        return None
    end = text.find(entry.ends, start)
    return None if end < 0 else Span(start=start, end=end + len(entry.ends))


def _entry(text: str, span: Span, taken: set[str]) -> PlanEntry:
    """A plan entry for a proposal: an id out of its first words, free of those taken."""
    words = re.findall(r"[a-z0-9]+", text[span.start : span.end].lower())
    stem = "-".join(words[:4])[:36] or "passage"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return PlanEntry(
        id=name,
        begins=_anchor(text, span, from_start=True),
        ends=_anchor(text, span, from_start=False),
    )


def _anchor(text: str, span: Span, *, from_start: bool) -> str:
    """As few words of an edge as are unique in the document, at least ``ANCHOR_WORDS``."""
    quote = text[span.start : span.end]
    cuts = [m.end() for m in re.finditer(r"\S+", quote)]
    starts = [m.start() for m in re.finditer(r"\S+", quote)]
    for count in range(ANCHOR_WORDS, len(cuts) + 1):
        piece = quote[: cuts[count - 1]] if from_start else quote[starts[-count] :]
        if text.count(piece) == 1:
            return piece
    return quote
