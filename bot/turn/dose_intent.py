"""What a message wants of the calculator, told from its shape and the words of ``dose.yaml``."""

from __future__ import annotations

import re
from decimal import Decimal

from rapidfuzz import fuzz

from bot.kb.dose_rules import Reads

_TAG = r"<\w+>"
_WORD = r"[^\W\d_](?:[\w'-]|[\u0900-\u097f])*"  # signs of Devanagari are no letters to ``re``
_DENIED = r"(?:\b(?:not|nor|neither) )?(?<!get )(?<!getting )(?<!become )"
_BECOMES = r"\b(?:can|could|will|would|may|if) (?:i |she |you |we )?(?:get|become)$"
_LONG_NAME = 7  # letters from which a near misspelling still tells a drug's name
_NEAR = 84  # per cent of likeness, as in "isotretinon"
_NAME = 5  # letters from which a word that we do not know may be a medicine's name
_NO_NAME = r"(?:ing|ed|ly|'s)$"
_AFTER_NAME = r"\s*(?:$|[,.;:!?<]|(?:at|for|and|daily|once|twice|a day|per day)\b)"
_BESIDE = 3  # words that may stand beside a weight and a dose without changing what is asked
_ASKS_ELSE = r"\b(?:when|why|how long|where|who|will|with|without)\b"
_AFTERTHOUGHT = 6  # words that may stand beside the answer to our own question


def asks(shape: str, reads: Reads, *, plainly: bool = False) -> bool:
    """Whether a dose is asked for; ``plainly``: by a question, not by naming a dose only."""
    patterns = reads.asks if plainly else (*reads.asks, *reads.names)
    for pattern in patterns:
        for match in re.finditer(pattern, shape):
            if not match[0].startswith("how m") or _isotretinoin_follows(shape, match, reads):
                return True
    return False


def matches(shape: str, patterns: tuple[str, ...]) -> bool:
    """Whether any expression is found in the shape."""
    return any(re.search(pattern, shape) for pattern in patterns)


def says(shape: str, phrases: tuple[str, ...]) -> str | None:
    """The first of the phrases that stands in the shape as whole words."""
    for phrase in phrases:
        if phrase in shape and re.search(_whole(phrase), shape):
            return phrase
    return None


def _whole(phrase: str) -> str:
    """A regular expression for a phrase as whole words; Chinese has no spaces between them."""
    written = re.escape(phrase)
    return written if re.match(r"[\u4e00-\u9fff]", phrase) else rf"(?<!\w){written}(?!\w)"


def affirms(shape: str, phrases: tuple[str, ...], reads: Reads) -> bool:
    """Whether a phrase is said of the person, not denied: "pregnant", but "not pregnant"."""
    for phrase in phrases:
        for match in re.finditer(_whole(phrase), shape):
            before = " ".join(shape[: match.start()].split()[-4:])
            if says(before, reads.not_so) is None and not re.search(_BECOMES, before):
                return True
    return False


def only_figures(shape: str, reads: Reads) -> bool:
    """Whether nothing but figures and words that may stand around them is left."""
    return not leftover(shape, reads)


def leftover(shape: str, reads: Reads) -> list[str]:
    """The words that are no figure, no filler and no drug's name."""
    left = f" {shape} "
    for phrase in (
        *reads.other_drugs,
        *reads.pets,
        *reads.infants,
        *reads.children,
        *reads.pregnant,
        *reads.breastfeeding,
    ):
        if phrase in left:
            left = re.sub(rf"{_DENIED}{_whole(phrase)}", " ", left)
    words = re.findall(_WORD, re.sub(_TAG, " ", left))
    known = {*reads.fillers, *reads.drug}
    return [word for word in words if word not in known and not is_drug(word, reads)]


def short(shape: str, reads: Reads) -> bool:
    """Whether few words stand beside the figures: the answer to a question of ours."""
    return len(leftover(shape, reads)) <= _AFTERTHOUGHT


def only_beside(shape: str, reads: Reads) -> bool:
    """Whether a word or two stand beside the figures, and they ask for nothing else."""
    return len(leftover(shape, reads)) <= _BESIDE and not re.search(_ASKS_ELSE, shape)


def is_drug(word: str, reads: Reads) -> bool:
    """Whether a word is a name of isotretinoin, or near enough."""
    if word in reads.drug:
        return True
    if len(word) < _LONG_NAME or word in reads.other_drugs:
        return False
    return any(fuzz.ratio(word, name, score_cutoff=_NEAR) for name in reads.drug if len(name) > 5)  # noqa: PLR2004


def names_drug(shape: str, reads: Reads) -> bool:
    """Whether isotretinoin is named."""
    return any(is_drug(word, reads) for word in re.findall(r"[^\W\d_][\w'-]*", shape))


def of_one_before(shape: str, reads: Reads) -> bool:
    """Whether a message may be of a medicine that was had before: isotretinoin is not named."""
    return "<before>" in shape and not names_drug(shape, reads)


def other_drug(shape: str, reads: Reads) -> str | None:
    """The other medicine or thing that the amount is of, or None.

    Beside a name of isotretinoin only one that the dose itself is said of counts.
    """
    named = says(shape, reads.other_drugs)
    if named is None and (found := re.search(r"\bdos(?:e|age)s? of ([a-z]{4,})\b", shape)):
        named = None if _ours(found[1], reads) else found[1]
    if named is None:
        endings = "|".join(reads.other_drug_endings)
        found = re.search(rf"\b[a-z]{{3,}}(?:{endings})s?\b", shape)
        named = found[0] if found and not is_drug(found[0], reads) else None
    if named is None or not names_drug(shape, reads):
        return named
    return named if _beside_dose(named, shape) else None


def _ours(word: str, reads: Reads) -> bool:
    """Whether "dose of ..." goes on with no other medicine's name."""
    return word in {*reads.fillers, *reads.after_how_much, *reads.not_so} or is_drug(word, reads)


def unlisted(shape: str, reads: Reads) -> str | None:
    """A word that stands as a medicine's name at a dose, and is none that we know."""
    if names_drug(shape, reads):
        return None
    ours = " ".join((*reads.asks, *reads.names, *reads.judges, *reads.elsewhere, *reads.never))
    for word in leftover(shape, reads):
        if len(word) < _NAME or word in ours or re.search(_NO_NAME, word):
            continue
        name = re.escape(word)
        before = rf"(?:^|[,.;:!?]\s*|\b(?:on|tak(?:e|es|ing)|of|my|is|with|and) ){name} <mg>"
        if re.search(rf"{before}|<mg> (?:of )?{name}(?={_AFTER_NAME})", shape):
            return word
    return None


def other_thing(shape: str, reads: Reads) -> bool:
    """Whether the amount asked for is of water, alcohol or the like."""
    return any(_beside_dose(thing, shape) for thing in reads.other_things if thing in shape)


def _beside_dose(name: str, shape: str) -> bool:
    """Whether an amount is said of what is named: "dose of x", "x dose", "40 mg x"."""
    amount, what = r"(?:dos(?:e|age)s?|mg|how (?:much|many)|<mg>)", re.escape(name)
    return bool(re.search(rf"{amount} (?:of )?{what}\b|\b{what} (?:dos(?:e|age)s?|<mg>)", shape))


def unit_meant(shape: str, reads: Reads) -> str | None:
    """The unit that a correction names ("no I meant lbs", "pounds not kilos"), or None."""
    kg, lb, st = reads.kg, reads.lb, reads.st
    rest = re.sub(
        rf"\b(?:not|isn't|wasn't|instead of)\s+(?:in\s+|the\s+)?(?:{kg}|{lb}|{st})(?!\w)",
        " ",
        shape,
    )
    units = [
        name
        for name, unit in (("kg", kg), ("lb", lb), ("st", st))
        if re.search(rf"(?<!\w){unit}(?!\w)", rest)
    ]
    rest = re.sub(rf"(?<!\w)(?:{kg}|{lb}|{st})(?!\w)", " ", rest)
    rest = re.sub(
        r"\b(?:meant|mean|sorry|oops|wait|actually|using|use|should|unit|units|that|those|were)\b",
        " ",
        rest,
    )
    return units[0] if len(units) == 1 and only_figures(rest, reads) and "<" not in rest else None


def _isotretinoin_follows(shape: str, match: re.Match[str], reads: Reads) -> bool:
    """Whether "how much" is followed by nothing, a helping word or isotretinoin, not "water"."""
    following = re.match(r"\s*([^\s?.!,]+)", shape[match.end() :])
    if following is None:
        return True
    word = following[1]
    if word in ("of", "mg", "milligrams"):
        after = re.match(r"\s*\S+\s+(?:of\s+)?([^\s?.!,]+)", shape[match.end() :])
        word = after[1] if after else word
    return word in reads.after_how_much or is_drug(word, reads)


def nearly_same(weights: list[Decimal]) -> bool:
    """Whether weights differ by less than 1 %: one weight in two units."""
    return max(weights) - min(weights) <= max(weights) / 100
