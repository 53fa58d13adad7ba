"""A red flag told in pieces: "headache", then "and i threw up".

What a message says is put together with what was said before it: the names of concepts, since no
words of the person are kept. A message that only names a sign ("nosebleed?") is of it as well.
"""

from __future__ import annotations

from bot.kb.models import Urgency
from bot.kb.triage_file import Question, Rule
from bot.kb.triage_rules import TriageRules
from bot.turn.memory import Memory
from bot.turn.second_question import questions
from bot.turn.triage import Finding, Verdict, highest, in_order, triage
from bot.turn.triage_answers import takes_back_no

DRUG = frozenset({"drug_name", "accutane_ctx"})  # the concepts that name isotretinoin
PIECE = 6  # words of a message that may be a part of one sentence with what was said before


def no_taken_back(text: str, memory: Memory, rules: TriageRules) -> Verdict | None:
    """The red flag that we asked about, where a no to it is taken back ("actually yes")."""
    closed = rules.asked(memory.details.get("closed"))
    if closed is None or len(text.split()) > PIECE or not takes_back_no(text, rules):
        return None
    return Verdict(findings=(Finding(id=closed.yes, urgency=rules.level(closed)),))


def put_together(text: str, verdict: Verdict, memory: Memory, rules: TriageRules) -> Verdict:
    """The verdict on a message with what it raises only behind what was said before."""
    short = len(text.split()) <= PIECE and not questions(text)
    before = {*memory.signs, *(_shown(memory, rules) if short or verdict.findings else ())}
    if not before:
        return verdict
    now = _pieces(verdict, rules)
    drug = memory.isotretinoin or not DRUG.isdisjoint(before | now)
    known = highest(memory.raised, verdict.raised)
    raised = dict(known)
    for row_id, row in rules.file.rows.items():
        for rule in row.rules:
            level = rule.urgency or row.urgency
            calm = {*verdict.said, *(() if level is Urgency.EMERGENCY else before)}
            if (
                (rule.within == "message" or short)
                and (drug or not rule.drug)
                and calm.isdisjoint(rule.unless)
                and _only_together(rule, before, now)
            ):
                raised = highest(raised, {row_id: level})
    news = {
        name: level
        for name, level in raised.items()
        if level != known.get(name) and level is not Urgency.NEXT_VISIT
    }
    if not news:
        return verdict
    findings = in_order(highest(verdict.raised, news), rules)
    ask = None if findings[0].urgency is Urgency.EMERGENCY else verdict.ask  # the action first
    return verdict.model_copy(update={"findings": findings, "ask": ask, "lowered": ()})


def signs_said(verdict: Verdict, memory: Memory, rules: TriageRules) -> tuple[str, ...]:
    """What to remember of a message and those before: the signs that rules put together."""
    return tuple(dict.fromkeys((*memory.signs, *sorted(_pieces(verdict, rules)))))


def _pieces(verdict: Verdict, rules: TriageRules) -> set[str]:
    """What a message says that rules may put together with another message."""
    # the second opinion knows no concepts
    found = [rules.file.stands_for[row] for row in verdict.raised if row in rules.file.stands_for]
    return ({*verdict.said, *found} & (rules.file.parts | DRUG)) - set(rules.file.loose)


def _only_together(rule: Rule, before: set[str], now: set[str]) -> bool:
    """Whether a rule holds for what was said before and now, and for neither alone."""
    sides = [set(side) for side in rule.wanted]
    return (
        all(not side.isdisjoint(before | now) for side in sides)
        and any(side.isdisjoint(before) for side in sides)
        and any(side.isdisjoint(now) for side in sides)
    )


def _shown(memory: Memory, rules: TriageRules) -> tuple[str, ...]:
    """The signs of the gap that was shown last, or of the question that a no has just closed."""
    closed = rules.asked(memory.details.get("closed"))
    if isinstance(closed, Question) and closed.examples:
        return triage(closed.examples[0], rules).said
    sign = rules.file.pieces.get(memory.topic or "")
    return (sign,) if sign else ()
