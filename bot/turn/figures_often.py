"""How often an amount is taken, as regular expressions that follow it, or come before it."""

from __future__ import annotations

import re

EACH = r"(?:a|per|each|every|in a|/|in one)"
PIECES = r"(?:capsules?|caps|pills?|tablets?|tabs?|softgels?)"
DAY = (
    rf"(?:\s*(?:{EACH}\s*)(?:single )?(?:day|d\b|24 ?h(?:ours)?|night|morning|evening|"
    rf"dia|día|jour|tag)\b|\s*(?:once\s+)?(?:daily|nightly|everyday|qd|od|once|в день|"
    rf"al día|ao dia|par jour|pro tag|am tag|günde)\b)"
)
TWICE = (
    rf"(?:(?:2|two)(?: of them| {PIECES})?(?= (?:a|per|each|every)? ?(?:day|daily))|"
    rf"twice|two times|2 times|2 ?x|x ?2(?!\d)|bid|bd|b\.i\.d\.?|every 12 ?(?:hours|hrs|h)|"
    rf"(?:in the |every |each )?mornings? and (?:at |every )?(?:nights?|evenings?)|am "
    rf"and pm|2/day)"
)
THRICE = (
    rf"(?:(?:3|three)(?: of them| {PIECES})?(?= (?:a|per|each|every)? ?(?:day|daily))|"
    rf"thrice|three times|3 times|3 ?x|x ?3(?!\d)|tid|tds|every 8 ?(?:hours|hrs|h))"
)
MORE = (
    rf"(?:(?:4|four)(?: of them| {PIECES})?(?= (?:a|per|each|every)? ?(?:day|daily))|"
    rf"four times|4 times|4 ?x|x ?4(?!\d)|qid|qds)"
)
OFTEN = (  # any other number of times a day; without a number it cannot be told
    rf"(?:(?:x ?)?(?P<often>[1-9]\d?)\s*(?:times|x|of them|{PIECES})?(?={DAY})|"
    r"(?:[5-9]|[1-9]\d)\s*(?:times|x)(?!\w)|"
    r"every\s*(?:(?P<hours>[1-9]\d?)|(?:[\w.-]+ ){0,3}?)\s*(?:h|hours?|hrs?)(?!\w)|hourly\b)"
)
NOT_DAILY = (
    rf"\s*(?:[a-z]+ )?(?:(?:once|twice|thrice|\d|two|three|four|five|six)"
    rf"\s*(?:times|x|days)?\s*{EACH}\s*(?:week|month)|"
    rf"{EACH}\s*(?:week|month|wk|course|year)\b|weekly|monthly|"
    rf"{EACH}? ?(?:[3-9]|three|four|five|six) days|"
    rf"every (?:third|3rd|fourth|4th|fifth|5th|sixth|6th) days?|"
    r"(?:on |only on |every |just )?(?:weekends?|weekdays?|(?:mon|tues?|wed|"
    r"wednes|thu|thurs|fri|sat|satur|sun)(?:days?)?)\b|"
    r"\d days a week)"
)
ALTERNATE = (
    r"\s*(?:[a-z]+ )?(?:every (?:other|second|2nd|2|two) days?|on alternate days|"
    r"alternate days|eod|qod)"
)
OFTEN_BEFORE = re.compile(
    rf"(?<!\w)(?:{TWICE}|{THRICE}|{MORE}|\d\d?\s*(?:times|x)|every \d\d?\s*(?:h|hours?|hrs?))"
    rf"(?:{DAY})?[\s,:]*(?:(?:i|i'm|he|she) )?(?:tak(?:e|es|ing)|took|on|of|at|with)?\s*$"
)
_LATER = (
    rf"(?:{TWICE}|{THRICE}|{MORE}|{ALTERNATE}|every <time>|"
    r"<count>\s*(?:daily|(?:a|per|each|every) (?:day|week|month)))"
)
OFTEN_AFTER = re.compile(  # over the shape: "40 mg at 70 kg, twice a day", "40 mg brandx bd"
    rf"<weight>[\s,]*(?:{_LATER}|{NOT_DAILY})|"
    rf"<mg>\s+(?:of )?(?:my |the )?[^\W\d_]+\s+{_LATER}"
)
