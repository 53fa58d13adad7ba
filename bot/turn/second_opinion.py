"""A learned second opinion on red flags: it can raise what the rules missed, never lower it.

A small encoder trained on ``knowledge/alarms`` tells how likely a message is each row's.
"""

from __future__ import annotations

import re

from bot.kb.encoder import Encoder
from bot.kb.reading import Reader
from bot.kb.triage_rules import TriageRules
from bot.turn.reply import Urgency
from bot.turn.triage import Finding, Verdict

_WORD = re.compile(r"[a-z']+")
CHILD = "RF24"  # the row on children under the age limit
NONE = "none"  # the label of a message that raises nothing
EMERGENCY_FROM = 0.5  # probability of all emergency rows together from which one is raised
RAISE_FROM = 0.9  # probability of any red flag from which the likeliest row is raised
# Where the rules read the message as a question for information, both must reach RAISE_FROM.

# Words that tell of no sign: a message of these alone only says that somebody is on a course.
_PLAIN = """
a about accutane after ago also am an and april are at august been being boy brother child
course currently cycle daily daughter day days december doing drug each every february female
first for friend from girl going got had has have having hello her hey hi his hiya husband i
i'm i've im in is it ive january july june just kid male march may me mg milligrams month
months morning my myself november now october of old on once one only our patient person
prescribed put round second september since sister so son started starting still take takes
taking teen teenager that the third this to today too twice two use uses using was we week
weeks were wife with year years yesterday
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
sun jan feb mar apr jun jul aug sep sept oct nov dec st nd rd th iso tane tablet tablets pill
pills capsule capsules course kg kgs kilo kilos lb lbs pounds stone weigh weighs weight
"""
PLAIN = frozenset(_PLAIN.split())


def raise_further(
    verdict: Verdict,
    text: str,
    rules: TriageRules,
    alarms: Encoder,
    reader: Reader,
    *,
    grown: bool = False,
) -> Verdict:
    """The rules' verdict, with the learned row first where it is more urgent than theirs.

    ``grown``: only ages from 12 on are named, so that the learned row on children says nothing.
    """
    if verdict.ask:
        return verdict  # our question shows what to do if so, and an unclear reply counts as yes
    read = reader.read(text).text
    if all(word in PLAIN for word in _WORD.findall(read)):
        return verdict
    told = alarms.probabilities([read])[0]
    shares = {name: float(p) for name, p in zip(alarms.labels, told, strict=True)}
    urgency = {
        name: Urgency(rules.file.rows[name].urgency)
        for name in shares
        if name in rules.file.rows and not (grown and name == CHILD)
    }
    calm = shares[NONE] + (shares.get(CHILD, 0) if grown else 0)
    emergencies = [name for name in urgency if urgency[name] is Urgency.EMERGENCY]
    needed = RAISE_FROM if verdict.informed else EMERGENCY_FROM
    if sum(shares[name] for name in emergencies) >= needed:
        row = max(emergencies, key=shares.__getitem__)
    elif 1 - calm >= RAISE_FROM:
        row = max(urgency, key=shares.__getitem__)
    else:
        return verdict
    found = Finding(id=row, urgency=urgency[row])
    if found.urgency.rank <= max((f.urgency.rank for f in verdict.findings), default=0):
        return verdict
    others = tuple(finding for finding in verdict.findings if finding.id != row)
    return verdict.model_copy(update={"findings": (found, *others), "ask": None})
