"""Amounts per kg of body weight: "0.5 mg/kg" as a ratio; per pound or a week, we ask."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.turn.figures_numbers import NUMBER, number
from bot.turn.figures_often import (
    ALTERNATE,
    DAY,
    MORE,
    NOT_DAILY,
    OFTEN,
    OFTEN_BEFORE,
    THRICE,
    TWICE,
)
from bot.turn.figures_scan import Dose, Scan


def read_ratios(scan: Scan) -> None:
    """Amounts per kg, alone or as a range; "mg/kg" with no number becomes ``<per>``."""
    kg = rf"(?:1\s*)?(?:{scan.reads.kg}|k)(?![\w])"
    per = (
        r"(?:/|\bper\b|\ba\b|\bfor (?:each|every|1)\b|\bfor\b(?= (?:each|every))|"
        r"\beach\b|\bevery\b|\bpro\b|\bpor\b|\bpar\b|\bna\b|\bна\b|प्रति)"
    )
    mg = rf"(?:{scan.reads.mg})"
    day = rf"(?:\s*/?\s*(?:of (?:body ?)?weight|body ?weight|bw))?(?:{DAY}|\s*/\s*d(?:ay)?\b)?"
    scan.mask(
        rf"{NUMBER}\s*(?:{mg})?\s*(?:-|to|or|and)\s*{NUMBER}\s*(?:{mg}\s*{per}\s*{kg}){day}",
        "ratios",
    )

    def took(match: re.Match[str]) -> str:
        value = Decimal("0.5") if match["half"] else number(match["n"])
        if value is None:
            return scan.odd()
        if match["apart"] or OFTEN_BEFORE.search(match.string[: match.start()]):
            return _unclear(scan, match)
        scan.ratios.append(value)
        return "ratio"

    often = (
        rf"(?P<apart>,?\s*(?:taken )?(?:{TWICE}|{THRICE}|{MORE}|{OFTEN})|{NOT_DAILY}|{ALTERNATE})?"
    )
    amount = rf"(?:(?P<n>{NUMBER})|(?P<half>\bhalf a))"
    scan.mask(rf"{amount}\s*(?:{mg}\s*{per}|/|\bper\b)\s*{kg}{day}{often}", took)
    scan.mask(rf"\b{mg}\s*{per}\s*{kg}{day}", "per")
    each = r"(?:/|\b(?:per|for (?:each|every)|each|every)\b)"
    each = rf"(?:(?P<mg>{NUMBER}\s*{mg})\s*(?:{each}|an?\b)|{each})"
    kg, lb, st = scan.reads.kg, scan.reads.lb, scan.reads.st

    def part(match: re.Match[str]) -> str | None:
        if match.groupdict().get("n") and _body_weight(scan, match):
            return None
        return _unclear(scan, match) if match["mg"] else "per"

    unit = rf"(?:(?P<kg>{kg})|(?P<lb>{lb})|{st})(?!\w)"
    scan.mask(rf"{each}\s*(?P<n>{NUMBER})\s*{unit}", part)
    scan.mask(rf"{each}\s*{unit}", part)


def _unclear(scan: Scan, match: re.Match[str]) -> str:
    """Take an amount that is not one per kg a day: then the mg a day are asked for."""
    scan.doses.append(Dose(None, match[0].strip(" ,"), said_daily=False))
    return "mg"


def _body_weight(scan: Scan, match: re.Match[str]) -> bool:
    """Whether "per 45 kg" is said of a person, not "per 10 kg" of a rule."""
    value, rules = number(match["n"]), scan.rules
    if value is None:
        return False
    unit = "kg" if match["kg"] else "lb" if match["lb"] else "st"
    return rules.in_kg(value, unit) >= rules.weight.least_kg
