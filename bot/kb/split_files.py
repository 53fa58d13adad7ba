"""Writing a split into a knowledge base: passages, plan, document and its origin.

What a curator wrote in a passage's file stays, comments included; only span, section and hash
follow the document, and a changed text loses its review mark.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.kb.models import digest
from bot.kb.split import ANCHOR_WORDS, Piece, Plan, split
from bot.kb.yaml_file import Fault, parse

_TITLE = 40  # letters; a title is a button's label

_File = tuple[Path, Any]
"""A file to write, with its content."""


@dataclass
class SplitReport:
    """What a split did, by passage id."""

    same: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)  # same words, another place
    changed: list[str] = field(default_factory=list)  # other words between the same ends
    appeared: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)  # words of the document in no passage

    def lines(self) -> list[str]:
        """The report as text: one line a kind that has any, and one for all that is loose."""
        kinds = ("same", "moved", "changed", "appeared", "gone")
        said = {kind: getattr(self, kind) for kind in kinds}
        lines = [f"{kind}: {', '.join(ids)}" for kind, ids in said.items() if ids]
        return lines + [f"not in any passage: {words}" for words in self.loose]


class SplitError(Exception):
    """The document or the plan cannot be used; the message says why."""


def split_into(document: Path, root: Path, today: dt.date) -> SplitReport:
    """Split ``document`` into the knowledge base at ``root``, following its plan if it has one.

    A passage that is gone moves to ``source/retired``.

    Raises:
        SplitError: the document is no UTF-8 text, the plan or a file of the base does not read,
            nothing of the plan is in the document and it lies elsewhere, or no passage is in it.
            Nothing is written then.
    """
    raw, text = read_document(document)
    plan = plan_of(root)
    done = split(text, plan)
    own = document.resolve().parent == (root / "source").resolve()  # no other base was meant
    if plan.passages and not (done.placed or own):
        raise SplitError(
            f"nothing of the plan in {root} is in {document.name}: `bot split --diff` shows it,"
            " and --into DIR names another knowledge base"
        )
    if not (done.placed or done.appeared):
        raise SplitError(f"{document} has no words that could be a passage: nothing was written")
    report = SplitReport(
        gone=[entry.id for entry in done.gone],
        loose=[" ".join(text[one.start : one.end].split()) for one in done.loose],
    )
    pieces = sorted((*done.placed, *done.appeared), key=lambda piece: piece.span.start)
    origin = _origin(document, raw, root, today)
    # All is read before anything is written: a file that does not read leaves the base as it is.
    files = [_passage(piece, text, root, report) for piece in (*done.placed, *done.appeared)]
    files += [_plan(root, pieces), origin]
    for entry in done.gone:
        _retire(root, entry.id)
    if origin is not None:
        _keep(document, root / "source")
    for file in filter(None, files):
        _write(*file)
    return report


def read_document(document: Path) -> tuple[bytes, str]:
    """A document's bytes, and its text.

    Raises:
        SplitError: it is no UTF-8 text.
    """
    try:
        raw = document.read_bytes()
        return raw, raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as why:
        raise SplitError(f"{document} cannot be read as UTF-8 text: {why}") from why


def plan_of(root: Path) -> Plan:
    """The plan beside the source; an empty one where there is none.

    Raises:
        SplitError: it does not read.
    """
    path = root / "source" / "plan.yaml"
    if not path.is_file():
        return Plan()
    faults: list[Fault] = []
    plan = parse(path, root, Plan, faults)
    if plan is None:
        raise SplitError("\n".join(str(fault) for fault in faults))
    return plan


def _passage(piece: Piece, text: str, root: Path, report: SplitReport) -> _File | None:
    """One passage's file, new or brought up to date; None where it is as it should be."""
    path = root / "passages" / f"{piece.entry.id}.yaml"
    quote = text[piece.span.start : piece.span.end]
    span = {"start": piece.span.start, "end": piece.span.end}
    if not path.is_file():
        report.appeared.append(piece.entry.id)
        title = " ".join(quote.split()[:ANCHOR_WORDS])[:_TITLE]
        content: dict[str, Any] = {
            "id": piece.entry.id,
            "title": title,
            "section": piece.section,
            "span": span,
            "sha256": digest(quote),
            "notes": [],
            "review": {"by": None, "on": None},
        }
    else:
        content = _read(path, "sha256", "span")
        if content["sha256"] != digest(quote):
            report.changed.append(piece.entry.id)
            content["review"] = {"by": None, "on": None}
        elif dict(content["span"]) != span:
            report.moved.append(piece.entry.id)
        else:
            report.same.append(piece.entry.id)
            return None
        content["span"].update(span)
        content["sha256"] = digest(quote)
        content["section"] = piece.section
    return path, content


def _retire(root: Path, name: str) -> None:
    path = root / "passages" / f"{name}.yaml"
    if path.is_file():
        retired = root / "source" / "retired"
        retired.mkdir(exist_ok=True)
        path.rename(retired / path.name)


def _plan(root: Path, pieces: list[Piece]) -> _File | None:
    path = root / "source" / "plan.yaml"
    content = _read(path, "passages") if path.is_file() else {"passages": []}
    if [dict(entry) for entry in content["passages"]] == [p.entry.model_dump() for p in pieces]:
        return None
    content["passages"] = [piece.entry.model_dump() for piece in pieces]
    return path, content


def _origin(document: Path, raw: bytes, root: Path, today: dt.date) -> _File | None:
    path = root / "source" / "ORIGIN.yaml"
    told = {"file": document.name, "sha256": hashlib.sha256(raw).hexdigest(), "received": today}
    if not path.is_file():
        return path, {"title": document.stem, **told, "origin": ""}
    origin = _read(path, "sha256")
    if origin["sha256"] == told["sha256"]:
        return None
    origin.update(told)
    return path, origin


def _keep(document: Path, folder: Path) -> None:
    """A copy of the document, unless it is that already."""
    kept = folder / document.name
    if kept.resolve() != document.resolve():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(document, kept)


def _read(path: Path, *needed: str) -> Any:
    """A file of the base as ruamel keeps it: with comments, quotes and order."""
    try:
        content = _yaml().load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, YAMLError) as why:
        raise SplitError(f"{path} does not read: {why}") from why
    missing = [key for key in needed if not isinstance(content, dict) or key not in content]
    if missing:
        raise SplitError(
            f"{path} lacks {' and '.join(missing)}; `bot check` tells what belongs in"
        )
    return content


def _yaml() -> YAML:
    """YAML that keeps comments, quotes and order."""
    yaml = YAML()
    yaml.width = 110
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    # None is written out: an unsigned review says so
    yaml.representer.add_representer(
        type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _write(path: Path, content: Any) -> None:
    out = io.StringIO()
    _yaml().dump(content, out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(out.getvalue(), encoding="utf-8")
