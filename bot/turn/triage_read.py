"""From a message to words, clauses and sentences, with the spelling put right for triage."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bot.kb.triage_spelling import Speller

_APOSTROPHES = str.maketrans("", "", "'`´’‘ʼ")
_ENDED = re.compile(r"([^\W\d_]{3,})['`´’‘ʼ](?:s|re|ve|ll)(?![^\W\d_])")
_PRONOUNS = frozenset(
    "she they that this what there here who how let where when why someone everyone".split()  # noqa: SIM905
)
_PIECES = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[*@$!01345]+[^\W\d_]+)*|[^\w\s]+")
_MASKED = re.compile(r"[^\W\d_]+[*@$!01345]+[^\W\d_]+")
_SINGLES = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]{1,2}){3,}[^\W\d_](?!\w)")
_INNER = re.compile(r"(?<=[^\W_])[-/](?=[^\W_])|\((?=\d{1,2}\))|(?<=\d)\)")
_SENTENCE_END = frozenset(".!?")
_FEET = frozenset("ft feet foot".split())  # noqa: SIM905
_CLAUSE_END = frozenset(",;:()[]-–—/…|")
_TURNS = frozenset(
    "and but so because then now though although which yet however plus also except".split()  # noqa: SIM905
)
_SUBJECTS = (  # and the verbs of "... last year and want to start now"
    "i im ive my now today he she hes shes it its the this there we they were our his her "
    "want wants start starting taking"
)
_BEGINNINGS = frozenset(_SUBJECTS.split())  # of a clause, behind a turn
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
_NUMBERS: Mapping[str, float] = {word: value for value, word in enumerate(_SMALL.split())} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word: how it may be read (``forms``), its value if a number, and where it stands."""

    forms: tuple[str, ...]
    number: float | None
    clause: int
    sentence: int


@dataclass(frozen=True)
class Reading:
    """A message as words. ``questions``: sentences that end in a question mark."""

    tokens: tuple[Token, ...]
    questions: frozenset[int]


def _plain(text: str) -> str:
    """Lower case without accents (Cyrillic й and ё keep theirs) and apostrophes."""
    text = text.lower().translate(_APOSTROPHES)
    if text.isascii():
        return text
    kept = (c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", "".join(kept))


def _ended(text: str) -> Mapping[str, str]:
    """The nouns behind "vision's" and "eyes've", by how they stand without the apostrophe."""
    found = {re.sub(r"\W", "", one[0]): one[1] for one in _ENDED.finditer(text.lower())}
    return {word: noun for word, noun in found.items() if noun not in _PRONOUNS}


def _unspaced(found: re.Match[str]) -> str:
    return re.sub(r"[\W_]", "", found[0])


def _words(text: str, speller: Speller) -> list[str]:
    """Words and marks, masks removed, spelling of whole words and pairs put right."""
    words: list[str] = []
    for piece in _PIECES.findall(_INNER.sub(" ", _SINGLES.sub(_unspaced, _plain(text)))):
        if _MASKED.fullmatch(piece):
            words.append(speller.unmask(piece))
        else:
            words.extend(speller.spelling.get(piece, (piece,)))
    joined: list[str] = []
    for word in words:
        pair = speller.joins.get((joined[-1], word)) if joined else None
        if pair:
            joined[-1] = pair
        else:
            joined.append(word)
    return joined


def _number(word: str) -> float | None:
    if word[0].isdigit():
        try:
            return float(word.replace(",", "."))
        except ValueError:
            return None
    return _NUMBERS.get(word)


def read(text: str, speller: Speller) -> Reading:
    """A message as words in clauses and sentences."""
    words, ended = _words(text, speller), _ended(text)
    tokens: list[Token] = []
    questions: set[int] = set()
    clause = sentence = 0
    for place, word in enumerate(words):
        if not word[0].isalnum():
            if set(word) & _SENTENCE_END:
                if "?" in word:
                    questions.add(sentence)
                sentence += 1
                clause += 1
            elif set(word) & _CLAUSE_END:
                clause += 1
            continue
        following = words[place + 1] if place + 1 < len(words) else ""
        if word in _TURNS and following in _BEGINNINGS and tokens:
            clause += 1
        number = None if following in _FEET else _number(word)  # a height is no age
        forms = speller.forms(word)
        if word in ended:
            forms = tuple(dict.fromkeys((*forms, *speller.forms(ended[word]))))
        tokens.append(Token(forms, number, clause, sentence))
    return Reading(tuple(tokens), frozenset(questions))
