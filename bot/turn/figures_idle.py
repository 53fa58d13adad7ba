"""Animals and other medicines that are only spoken of: no amount is of them."""

from __future__ import annotations

from bot.turn.figures_scan import Scan

_HAD = (
    r"(?:had|tried|used|failed|finished|through|after|was on|nothing from|"
    r"(?:rounds?|courses?)(?: of)?)"
)
_DOES = (
    r"(?:eat(?:s|ing)?|ate|drinks?|works?|working|sweat(?:s|ing)?|sleeps?|slept|smells?|"
    r"shed(?:s|ding)?|feels?|feeling|looks?|itch(?:es|ing|y)?|sick|hungry|clumsy|stubborn|strong)"
)
_FEW = (  # words, none of which asks for an amount or begins to take it
    r"(?:[\s,]+(?!dos|how|much|tak|start|need|now|mg)"
    r"(?:[a-z][\w'-]*|\d)(?![\w<])){0,5}?[\s,]+"
)
_NO_AMOUNT = (
    r"(?!\s*(?:\d+\b(?! times)|<|mg|dos|how|should))(?![^.;!?]*\b(?:of|take) (?:it|that|them)\b)"
)


def read_idle(scan: Scan) -> None:
    """Mask "eats like a horse", and the acne medicines that somebody had before.

    Whether a dose behind the latter is of isotretinoin is asked unless it is named.
    """
    pets = "|".join(scan.reads.pets)
    scan.mask(rf"\b{_DOES} (?:like|as) an? (?:{pets})\b", "saying")
    before = "|".join(scan.reads.acne_drugs)
    scan.mask(rf"(?P<keep>\b{_HAD}{_FEW})(?:{before})\b{_NO_AMOUNT}", "before")
