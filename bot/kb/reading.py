"""Reading a message for the matcher: drug names masked, texting spelt out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.kb.words import Words

MASK = "drug"  # what stands for any name of isotretinoin
NEAR = 82.0  # rapidfuzz ratio from which a long word is a misspelt drug name
LONG = 7  # letters; shorter names are matched exactly only

# One without a full stop is cut after so many words: an encoder's pass holds no more.
_SENTENCE = re.compile(r"(?:[^.!?\s]+[^\S\n]*){1,60}[.!?]*\s*|[.!?\s]+")
_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*|[^\w\s]+")


@dataclass(frozen=True)
class Read:
    """A message as the matcher sees it. ``drug``: isotretinoin was named in it."""

    text: str
    drug: bool


class Reader:
    """Knows the names and spellings of ``words.yaml``."""

    def __init__(self, words: Words) -> None:
        names = {name.casefold() for name in words.drug}
        self._single = {name for name in names if " " not in name}
        self._phrases = [
            re.compile(rf"\b{re.escape(name)}\b") for name in sorted(names) if " " in name
        ]
        self._long = sorted(name for name in self._single if len(name) >= LONG)
        self._others = {name.casefold() for name in words.not_drug}
        self._long_others = sorted(name for name in self._others if len(name) >= LONG)
        self._spelling: Mapping[str, str] = {
            written.casefold(): meant for written, meant in words.spelling.items()
        }

    def read(self, text: str) -> Read:
        """Lower-case a text, mask the drug's names, spell out what ``words.yaml`` knows."""
        lowered = text.casefold().replace("’", "'")
        drug = False
        for phrase in self._phrases:
            lowered, hits = phrase.subn(MASK, lowered)
            drug = drug or hits > 0
        out: list[str] = []
        for token in _TOKEN.findall(lowered):
            if self.is_drug(token) or token == MASK:
                drug = True
                out.append(MASK)
            else:
                out.append(self._spelling.get(token.replace("'", ""), token))
        return Read(text=" ".join(out), drug=drug)

    def is_drug(self, word: str) -> bool:
        """Whether a lower-case word names isotretinoin, rightly spelt or nearly so.

        A word that is nearer to another medicine's name is never taken for it.
        """
        word = word.removesuffix("'s")
        if word in self._others:
            return False
        if word in self._single:
            return True
        if len(word) < LONG or not word.isalpha():
            return False
        near = process.extractOne(word, self._long, scorer=fuzz.ratio, score_cutoff=NEAR)
        if near is None:
            return False
        others = process.extract(word, self._long_others, scorer=fuzz.ratio, limit=1)
        return all(score < near[1] for _, score, _ in others)


def sentences(text: str) -> list[str]:
    """A message cut into its sentences; together they are the message."""
    return _SENTENCE.findall(text)
