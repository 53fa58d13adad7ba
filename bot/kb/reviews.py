"""The marks of what a clinician has signed, wherever in the knowledge base they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.kb.models import Frozen, Review
from bot.kb.yaml_file import Loc


def reviews(value: object, loc: Loc = ()) -> Iterator[tuple[Loc, Review]]:
    """Every review in a value, however deep, with where it stands."""
    if isinstance(value, Review):
        yield loc, value
        return
    parts: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, Frozen):
        parts = value
    elif isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, tuple):
        parts = enumerate(value)
    for name, part in parts:
        yield from reviews(part, (*loc, name))


def half_signed(value: object) -> list[tuple[Loc, str]]:
    """Where a review has a name and no day, or a day and no name."""
    what = "a review needs both who signed it (by) and when (on), or neither"
    return [(loc, what) for loc, one in reviews(value) if one.signed != (one.on is not None)]
