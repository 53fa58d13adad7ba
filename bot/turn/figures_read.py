"""The figures in a message: weights, daily doses, ages and the rest, each told from the others.

A message is read in passes, the surest first. What a pass reads is replaced by a tag such as
``<height>``, so that no later pass reads it again; what is left at the end is the message's
*shape* ("what dose for <weight>"), over which ``bot.turn.dose_intent`` tells what is wanted.
"""

from __future__ import annotations

import re

from bot.kb.dose_rules import DoseRules
from bot.turn.figures_dates import date_pattern, months_put_right
from bot.turn.figures_dose import read_doses
from bot.turn.figures_idle import read_idle
from bot.turn.figures_numbers import NUMBER, normalise, number
from bot.turn.figures_person import read_ages, read_heights, read_i_am, read_school
from bot.turn.figures_ratio import read_ratios
from bot.turn.figures_scan import Figures, Scan
from bot.turn.figures_units import in_digits, units_put_right
from bot.turn.figures_weight import NO_NUMBER, read_weights

_FIGURES = re.compile(rf"[\d<]|{NO_NUMBER}")  # two in three messages have none: no more to read
_MONEY_WORD = (
    r"(?:cost|costs|costing|paid|pay|paying|price|priced|charge[ds]?|spen[dt]|worth|"
    r"bill|fee|save|sell\w*|sold|buy|bought|budget)"
)
_MEASURES = (
    r"%|percent|°|degrees|celsius|fahrenheit|iu|mmol\S*|mg/d?l|ng/ml|ml|"
    r"millilit\w+|lit(?:er|re)s?|cups?|"
    r"mcg|µg|ug|micrograms?|g|gr|grams?|grammes?|spf|am|pm|o'clock|reps?|sets|km|"
    r"miles?|calories|cals?|kcal|"
    r"u/l|oz|ounces?|tons?|tonnes?|metric tons?|bpm|mph|kmh|gb|percentile"
)
_THINGS = (
    r"times|x|capsules?|caps|pills?|tablets?|tabs?|pimples?|spots?|zits?|cysts?|"
    r"people|friends|kids|"
    r"children|doctors?|derms?|courses?|rounds?|cycles?|boxes|packs?|strips?|"
    r"refills?|nd|rd|th|glasses|drinks"
)
_TIME = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|wks?|wk|"
    r"months?|mths?|mnths?|mos?|years?|yrs?|yr)"
)


def read_figures(text: str, rules: DoseRules) -> Figures:
    """Read a message. Pure; never raises on any text."""
    plain = in_digits(normalise(text), rules.reads)
    plain = months_put_right(units_put_right(plain, rules.reads), rules.reads)
    scan = Scan(plain, rules.reads, rules)
    read_ratios(scan)
    scan.mask(date_pattern(rules.reads), "date")
    read_idle(scan)
    if _FIGURES.search(scan.text):
        read_heights(scan)
        read_school(scan)
        read_ages(scan)
        read_doses(scan)
        _mask_others(scan)
        read_weights(scan)
        read_i_am(scan)
        scan.mask(NUMBER, lambda match: _loose(scan, match))
    return scan.found()


def _mask_others(scan: Scan) -> None:
    """Money, time, temperature, laboratory values, counts: figures that are none of ours."""
    scan.mask(rf"[$£€₹]\s*{NUMBER}|(?<![\w.,])\d[\d.,]*\s*[$£€₹]", "money")
    scan.mask(
        rf"{NUMBER}\s*(?:dollars?|bucks|euros?|eur|usd|gbp|quid|rupees|rs|pence|cents?|rubles?)\b",
        "money",
    )
    scan.mask(
        rf"\b{_MONEY_WORD}\b[^.!?<>]{{0,25}}?{NUMBER}\s*(?:pounds?|lbs?)\b"
        rf"|{NUMBER}\s*pounds?\s+(?:a|per|each|for (?:a|each|every|my)) "
        r"(?:months?|box|packs?|visit|consultation|appointment|prescription|"
        r"course|week|year|session)\b",
        "money",
    )
    scan.mask(
        rf"\b(?:day|week|wk|month|year)s?\s*(?:#\s*)"
        rf"?{NUMBER}(?!\s*(?:{scan.reads.kg}|{scan.reads.lb}|{scan.reads.mg})\b)",
        "time",
    )
    scan.mask(rf"{NUMBER}(?:\s*(?:-|to|or)\s*{NUMBER})?(?:\s*-\s*|\s*){_TIME}\b", "time")
    scan.mask(rf"{NUMBER}\s*(?:{_MEASURES})(?![\w])", "measure")
    scan.mask(
        rf"\b(?:bmi|fever|temperature|temp|ck|alt|ast|ldl|page|section|room|part|"
        rf"step|grade|stage|covid|type|spf|vitamin b)\s*(?:is|of|was|=|:|at)"
        rf"*\s*{NUMBER}",
        "measure",
    )
    scan.mask(rf"{NUMBER}\s*(?:{_THINGS})\b(?! {NUMBER})", "count")
    scan.mask(r"\b(?:the|my|her|his) (?:[23]?1)st\b(?! \d)", "count")  # a day; "21st" may be stone
    scan.mask(r"\b24/7\b", "time")


def _loose(scan: Scan, match: re.Match[str]) -> str:
    value = number(match[0])
    if value is None:
        return scan.odd()
    scan.loose.append(value)
    return "n"
