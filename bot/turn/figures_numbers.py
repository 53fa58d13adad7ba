"""Numbers as people write them: digits of any script, number words, commas, fractions."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from text_to_num import alpha2digit

# Not inside a word, a date, a fraction or a longer number; a fraction may follow.
NUMBER = (
    r"(?<![\w.,/^⁄])\d(?:[\d.,]*\d)?(?![\d⁄]|/\d)"
    r"(?:\s*(?:and )?(?:a )?(?:half|quarter)(?! (?:a|the|of))|\s+(?:and )?[13]/[24](?!\d))?"
)
_TENS = "ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONE_FIFTY = re.compile(rf"(?<!hundred )(?<!and )\b(one|two|three) (?=(?:{_TENS})\b)")
_FRACTIONS = {"half": "0.5", "quarter": "0.25", "1/2": "0.5", "1/4": "0.25", "3/4": "0.75"}
_MOST_DIGITS = 25
_QUOTES = str.maketrans("’‘′´`“”″–—−٫⁺", "''''" + "'" + '"""' + "---.+")


def normalise(text: str) -> str:
    """A message as the figure rules read it: lower case, plain quotes, numbers in digits."""
    plain = text.translate(_QUOTES).lower()
    plain = "".join(_digit(c) for c in plain)
    plain = re.sub(r"(?<=\d)([13])⁄([24])\b", r" \1/\2", plain).replace("⁄", "/")
    plain = re.sub(r"(?<=[^\W\da-z_])(?=\d)", " ", plain)
    plain = re.sub(r"\b([mf])\s*/\s*(\d\d?)\s*/", r"aged \2 \1, ", plain)
    plain = re.sub(r"(?<![\w'.])(?<!' )(\d\d?)\s*/\s*([mf])\b\s*/?", r"aged \1 \2 ", plain)
    plain = re.sub(r"(?<=[a-z])/(?=\d)", " / ", plain)
    plain = re.sub(r"^@\w+[ ,:]+", "", plain)
    plain = re.sub(
        r"\bk\.g\.?|(?<=\d)k\.g\.?|(?<=\d)\s*k\sgs?\b|(?<=\d)\s*kg{2,}s?\b", " kg", plain
    )
    plain = re.sub(r"(?<=\d)#(?!\w)", " lb", plain)
    plain = re.sub(r"(?<=\d)\.(?=\s?(?:kgs?|lbs?|st)\b)", "", plain)
    plain = re.sub(r"</?[a-z][^<>]*>", " ", plain).replace("<", " ").replace(">", " ")
    plain = re.sub(r"(?<=\d)\s*-?ish\b|(?<=[a-z])-ish\b", "", plain)
    plain = re.sub(r"(公斤|千克|キロ|毫克|(?<=\d)(?:kg|mg)(?=[^\W\da-z]))", r" \1 ", plain)
    plain = _ONE_FIFTY.sub(r"\1 hundred ", " ".join(plain.split()))
    plain = re.sub(r"(?<![\d.,])(\d) hundred\b", r"\g<1>00", plain)
    return str(alpha2digit(plain, "en"))


def number(written: str) -> Decimal | None:
    """The number that ``written`` stands for, or None where it can be read in no one way."""
    digits, _, fraction = written.strip().partition(" ")
    extra = Decimal(0)
    for words, value in _FRACTIONS.items():
        if fraction.endswith(words):
            extra = Decimal(value)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d+", digits):
        digits = digits.replace(",", ".")
    if len(digits) > _MOST_DIGITS or not re.fullmatch(r"\d+(?:\.\d+)?", digits):
        return None
    return Decimal(digits) + extra


def _digit(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char
