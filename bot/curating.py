"""What a curator reads in the terminal: what a new document changes, and which gaps are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.kb.diff import Change
from bot.kb.knowledge import Knowledge
from bot.store.tally import shown

Asked = Mapping[tuple[str, str], int | None]
"""How often, by (what, name); None for fewer than five people. See ``bot.store.tally.summed``."""
_HEADING = {
    "changed": "changed (its review mark goes)",
    "edge": "changed at its edge (write its new first or last words into the plan)",
    "gone": "gone (moves to source/retired)",
    "appeared": "appeared (needs an id, a title and questions)",
    "moved": "moved, the words are the same",
    "same": "the same",
}
_SHORT = ("moved", "same")  # ids are enough


def times(asked: Asked, what: str, name: str) -> str:
    """A count as it may be read; "" where there is none."""
    if (what, name) not in asked:
        return ""
    return shown(asked[what, name])


def gaps(kb: Knowledge, asked: Asked) -> list[tuple[str, str, str]]:
    """Topics and refusals by how often they were asked: count, id, title; most asked first."""
    titles = {("gap", name): topic.title for name, topic in kb.topics.items()}
    titles |= {key: "on no topic that is known" for key in asked if key[0] == "refused"}
    known = [key for key in asked if key in titles]
    known.sort(key=lambda key: (-(asked[key] or 0), key))
    return [(times(asked, *key), key[1], titles[key]) for key in known]


def diff_lines(found: Iterable[Change], kb: Knowledge, asked: Asked) -> Iterator[str]:
    """A comparison as text: per kind, the most read passages first."""
    by_kind: dict[str, list[Change]] = {}
    for change in found:
        by_kind.setdefault(change.kind, []).append(change)
    for kind, group in by_kind.items():
        if kind in _SHORT:
            yield f"{_HEADING[kind]}: {', '.join(one.id for one in group)}"
            continue
        yield f"{_HEADING[kind]}:"
        for change in sorted(group, key=lambda one: -(asked.get(("read", one.id)) or 0)):
            title = f" ({change.title})" if change.title else ""
            into = f", now like {change.into}" if change.into else ""
            yield f"  {change.id}{title}{into}"
            if told := _asked_of(change.id, kb, asked):
                yield f"    in a year: {told}"
            yield f"    {change.words}"


def _asked_of(name: str, kb: Knowledge, asked: Asked) -> str:
    """What patients did with a passage, and asked beside it in vain."""
    words = {"read": "read", "other": "not what was asked", "down": "not helpful"}
    parts = [f"{said} {n}" for what, said in words.items() if (n := times(asked, what, name))]
    near = [topic.id for topic in kb.topics.values() if topic.nearest[:1] == (name,)]
    beside = [f"{one} {n}" for one in near if (n := times(asked, "gap", one))]
    if beside:
        parts.append(f"asked beside it and not covered: {', '.join(beside)}")
    return "; ".join(parts)
