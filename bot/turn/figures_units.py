"""Words put right before figures are read: other languages' numbers, misspelt units, stone."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA
from text_to_num import alpha2digit

from bot.kb.dose_rules import DoseRules, Reads
from bot.turn.figures_numbers import NUMBER, normalise, number

_LEAST = 5  # letters from which one slip still tells a unit
_TWO_SLIPS = 8  # and from which two do
_WORD = re.compile(rf"(?P<n>{NUMBER})(?P<gap>\s*)(?P<word>[a-z]{{{_LEAST},}})(?![\w-])")


def in_digits(text: str, reads: Reads) -> str:
    """The text with number words of the language that its other words are of as digits."""
    for language, words in reads.number_words.items():
        if re.search(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", text):
            text = str(alpha2digit(text, language))
    return text


def units_put_right(text: str, reads: Reads) -> str:
    """The text with each nearly spelt unit after a number as the unit itself."""
    units = reads.units
    names = [w for u in (units.kg, units.lb, units.st, units.mg) for w in u if len(w) >= _LEAST]

    def right(match: re.Match[str]) -> str:
        word = match["word"]
        if word in names:
            return match[0]
        slips = 2 if len(word) >= _TWO_SLIPS else 1
        near = (
            (OSA.distance(word, name, score_cutoff=slips), name)
            for name in names
            if name[0] == word[0] and name.isascii() and len(name) >= len(word) - 1
        )
        distance, name = min(near, default=(slips + 1, word))
        return f"{match['n']}{match['gap']}{name}" if distance <= slips else match[0]

    return _WORD.sub(right, text)


def in_kilos(text: str, rules: DoseRules) -> str:
    """The text with body weights in stone as whole kg; as it stands where it has none.

    The encoder knows kilos and takes "I'm 9 stone" for an age.
    """
    reads, weight = rules.reads, rules.weight
    plain = units_put_right(in_digits(normalise(text), reads), reads)

    def kilos(match: re.Match[str]) -> str:
        said = [number(match[name] or "") for name in ("from", "to")]
        kg = [rules.in_kg(n, "st") for n in said if n is not None]
        if not all(weight.least_kg <= one <= weight.most_kg for one in kg):
            return match[0]  # "1st grade"
        return " to ".join(f"{one:.0f} kg" for one in kg)

    pounds = rf"\s*\d\d?(?:\s*{reads.lb}(?!\w)|(?=\s*(?:$|[?.!,;])))"
    stone = (
        rf"(?:(?P<from>{NUMBER})\s*(?:{reads.st})?\s*(?:-|to|or|and)\s*)?(?P<to>{NUMBER})"
        rf"\s*-?\s*{reads.st}(?=[\W\d]|$)(?:{pounds})?"
    )
    swapped, times = re.subn(stone, kilos, plain)
    return swapped if times else text
