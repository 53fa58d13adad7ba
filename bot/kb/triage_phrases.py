"""The little language of ``knowledge/triage``: phrases that stand for many wordings.

===================  =======================================================================
``blood in stool``   these words, next to each other
``bleed*``           a word that begins so
``eye|eyes``         one of these
``very?``            may be missing
``cant|can_not``     ``_`` for a space inside a choice
``<body part>``      any phrase of that concept (written with ``_`` for spaces)
``#`` ``#3-99``      a number, a number in that range (number words count)
``..`` ``...``       up to 3, up to 6 (four dots: 10) other words between, in the same clause
``vision & blur*``   both, in either order, at most 5 words apart, in the same clause
===================  =======================================================================

Phrases are written as ``bot.turn.triage_read`` spells messages: lower case, no apostrophes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass

GAPS = {"..": 3, "...": 6, "....": 10}
WINDOW = 5  # words allowed between the parts of ``a & b``
_WORD = re.compile(r"[^\W_]+\*?")
_RANGE = re.compile(r"#(?:(\d+)-(\d+))?")
_GROUP = re.compile(r"<([a-z0-9_]+)>")


@dataclass(frozen=True, slots=True)
class Element:
    """One word of a phrase: what may stand there. ``gap``: other words allowed before it."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    groups: tuple[str, ...] = ()
    gap: int = 0


Part = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """What must be said: one part, or several in any order."""

    parts: tuple[Part, ...]


Lexicon = Mapping[str, tuple[Phrase, ...]]


def _element(text: str, gap: int) -> Element:
    words: set[str] = set()
    stems: list[str] = []
    ranges: list[tuple[float, float]] = []
    groups: list[str] = []
    for choice in text.split("|"):
        if found := _GROUP.fullmatch(choice):
            groups.append(found[1])
        elif found := _RANGE.fullmatch(choice):
            ranges.append((float(found[1]), float(found[2])) if found[1] else (0, 1e12))
        elif _WORD.fullmatch(choice) and choice == choice.lower():
            if choice.endswith("*"):
                stems.append(choice[:-1])
            else:
                words.add(choice)
        else:
            raise ValueError(f"{choice!r} is neither a word, a stem*, a #range nor a <concept>")
    return Element(frozenset(words), tuple(stems), tuple(ranges), tuple(groups), gap)


def _choices(word: str) -> list[str]:
    """What a word of a phrase stands for: ``?`` also for nothing, ``_`` for a space."""
    optional = word.endswith("?")
    single = [w for w in word.removesuffix("?").split("|") if "_" not in w or w.startswith("<")]
    several = [w.replace("_", " ") for w in word.removesuffix("?").split("|") if w not in single]
    return [*(["|".join(single)] if single else []), *several, *([""] if optional else [])]


def _parts(text: str, joins: dict[str, str]) -> list[Part]:
    """The variants of one part: each optional word with and without."""
    words = text.split()
    at = 0
    while at < len(words) - 1:
        if joined := joins.get(f"{words[at]} {words[at + 1]}"):
            words[at : at + 2] = [joined]
        at += 1
    variants: list[Part] = []
    for chosen in itertools.product(*map(_choices, words)):
        elements: list[Element] = []
        gap = 0
        for word in " ".join(chosen).split():
            if word in GAPS:
                gap = GAPS[word]
            else:
                elements.append(_element(word, gap if elements else 0))
                gap = 0
        if not elements:
            raise ValueError("a phrase needs a word")
        variants.append(tuple(elements))
    return variants


def read_phrase(text: str, joins: dict[str, str]) -> list[Phrase]:
    """The phrases that a line of a concept stands for.

    Raises:
        ValueError: the line is not in the language above.
    """
    if re.search(r"\S&|&\S", text):
        raise ValueError("& stands between spaces; write a_e for A&E")
    sides = [_parts(side, joins) for side in text.split("&")]
    return [Phrase(tuple(chosen)) for chosen in itertools.product(*sides)]
