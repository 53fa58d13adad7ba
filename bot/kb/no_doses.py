"""Amounts of medicine in a clinic's own document: it gives none, for they are the base's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from bot.kb.dose_rules import Reads
from bot.kb.models import Passage, Source, Topic

Loc = tuple[int | str, ...]
ORIGIN = "source/ORIGIN.yaml"
_COUNT = (
    r"(?:[\d½¼¾]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    r"|thirty|forty|fifty|sixty|half|both|double|couple))"
)
# Grams as a figure below one, as drugs have them: "3 g" may be a room.
_AMOUNT = (
    r"[.,]\d+[\s-]*g\b|\d[\s-]*gram(?:me)?s?\b|(?<![a-z])(?:mcg|[µμ]g|microgram(?:me)?s?)(?![a-z])"
    rf"|{_COUNT}[\s-]+(?:an?\s+)?(?:[a-z-]+\s+)?(?:capsule|tablet|pill|cap)s?\b"
)


def amounts_in(
    source: Source,
    passages: Mapping[str, Passage],
    topics: Mapping[str, Topic],
    reads: Reads,
) -> Iterator[tuple[str, Loc, str]]:
    """Every amount in what may be shown: its file, where in it, and how it is written.

    Milligrams count without a number as well: it may be written in words. What stands between
    the passages counts too, for a receipt shows it.
    """
    milligrams = rf"(?:\d[\d.,]*[\s-]*)?(?<![a-z]){reads.mg}(?![a-z])"
    amount = re.compile(f"{milligrams}|{_AMOUNT}", re.IGNORECASE)
    for found in amount.finditer(source.text):
        quoted = (
            name
            for name, one in passages.items()
            if one.span.start <= found.start() < one.span.end
        )
        name = next(quoted, None)
        file, key = (ORIGIN, "file") if name is None else (f"passages/{name}.yaml", "span")
        yield file, (key,), found[0]
    items: dict[str, BaseModel] = {ORIGIN: source.origin}
    items |= {f"passages/{name}.yaml": passage for name, passage in passages.items()}
    items |= {f"topics/{name}.yaml": topic for name, topic in topics.items()}
    for file, item in items.items():
        for loc, text in _texts(item.model_dump()):
            if written := amount.search(text):
                yield file, loc, written[0]


def _texts(value: object, *loc: int | str) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, *loc, key)
    elif isinstance(value, Sequence):
        for index, inner in enumerate(value):
            yield from _texts(inner, *loc, index)
