"""A learned second opinion on red flags: it raises what the rules missed, and never silences them.

The encoder tells of a message, and of each of its sentences, which row it is and how urgent. Where
the rules raise a row and it is sure that there is none, the row's words are said all the same,
under a question whether it is so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.kb.encoder import Encoder
from bot.kb.models import Urgency
from bot.kb.reading import Reader
from bot.kb.triage_file import DOUBT
from bot.kb.triage_rules import TriageRules
from bot.turn.opinions import Opinion, Opinions, opinions
from bot.turn.triage import ANY_EMERGENCY, Finding, Verdict, in_order, looks_alike, triage

CHILD = "RF24"  # the row on children under the age limit
# The rules read that a hospital cancer team gives it: no word of not starting, or of stopping.
UNDER_TEAM = Finding(id=CHILD, urgency=Urgency.NEXT_VISIT)
# Probability of the likeliest row from which its words are said. Where none leads, what is likely
# enough to be an emergency is told all the same, in the words for any, and what is less is not.
LEADS_FROM = {Urgency.EMERGENCY: 0.35, Urgency.TODAY: 0.4, Urgency.NEXT_VISIT: 0.2}
ANY_FROM = 0.45
CHILD_LEADS_FROM = 0.5
CHILD_FROM = 0.1  # probability of CHILD from which stone may have been taken for years
SURE_FROM = 0.8  # probability of an emergency from which no question is asked first
# Probability of an emergency from which what is surely for the same day is told as one: chosen on
# 12,337 messages by ten writers from which nothing here had learnt (docs/safety.md).
GRAVER_FROM = 0.1
SETTLED_FROM = 0.9  # probability of today or sooner
# Pregnancy, thoughts of suicide, airways, a child that took some: said in passing they count, too.
HARDLY_DOUBTED = frozenset({"RF01", "RF04", "RF06", "RF12"})


@dataclass(frozen=True)
class Limits:
    """The probabilities, each with all that is more urgent, from which an urgency is raised.

    ``certain``: that of ``today`` from which the likeliest row is said, though none leads.
    """

    emergency: float
    today: float
    next_visit: float
    certain: float = 1.0


# Chosen with triage, -2, -5, everyday, -2 and the real messages in view (docs/safety.md).
WHOLE = Limits(emergency=0.3, today=0.5, next_visit=0.25)
ALONE = replace(WHOLE, certain=0.9)  # the rules read nothing at all
INFORMED = Limits(emergency=0.6, today=0.6, next_visit=0.6)  # the rules read: only asked about
SENTENCE = Limits(emergency=0.9, today=0.9, next_visit=0.92)  # one of several
# Probability of today or sooner that the whole must have for a sentence to count; what is in a
# message is mostly in the whole as well, and a sentence cut out of it may say anything.
BACKED_FROM = 0.3


@dataclass(frozen=True)
class Lowering:
    """The probabilities of no red flag from which what the rules found is said less urgently."""

    asked: float  # as a question
    line: float  # as a safety line beside the answer
    question: float  # the same, for what the rules only ask about


LOWERING = Lowering(asked=0.7, line=0.9, question=0.955)
HARDLY = Lowering(asked=0.93, line=0.97, question=0.985)  # for those rows


def second_opinion(
    verdict: Verdict,
    text: str,
    rules: TriageRules,
    encoder: Encoder,
    reader: Reader,
    *,
    grown: Callable[[], bool] = lambda: False,
    kilos: Callable[[], str] | None = None,
    lowers: bool = True,
) -> Verdict:
    """The rules' verdict with the learned row first where it is more urgent, or in doubt.

    ``grown``: whether only ages from 12 on are named, so that the learned row on children says
    nothing. ``kilos``: the text with stone as kg, which is heard instead where that row is likely.
    ``lowers``: whether it may doubt; not what an answer to our question came to.
    """
    heard = opinions(text, encoder, reader)
    child = any(one.rows[CHILD] >= CHILD_FROM for one in (heard.whole, *heard.parts))
    if child and kilos is not None and (said := kilos()) != text:
        return second_opinion(verdict, said, rules, encoder, reader, grown=grown, lowers=lowers)
    verdict = _with(verdict, (), heard.whole, rules)
    found = _found(verdict, heard, rules, lambda: UNDER_TEAM in verdict.findings or grown())
    if found is not None and _asked_already(verdict, found, heard, rules):
        told = _finding(heard.whole, WHOLE, rules, grown, most=Urgency.TODAY)
        verdict = _raised(verdict, told, heard.whole, rules) if told is not None else verdict
    elif found is not None and lowers and _only_looks_so(verdict, found, heard, rules):
        verdict = verdict.model_copy(update={"ask": f"{DOUBT} {found.id} {found.urgency}"})
    elif found is not None:
        verdict = _raised(verdict, found, heard.whole, rules)
    elif lowers and not verdict.sure:
        verdict = _doubted(verdict, heard, rules)
    return _graver(verdict, heard.whole, rules)


def _found(
    verdict: Verdict, heard: Opinions, rules: TriageRules, spared: Callable[[], bool]
) -> Finding | None:
    """What the encoder finds in the whole, else in a sentence that the whole bears out."""
    seen = verdict.findings or verdict.ask
    limits = INFORMED if verdict.informed else WHOLE if seen else ALONE
    found = _finding(heard.whole, limits, rules, spared)
    backed = not heard.complete or heard.whole.at_least(Urgency.TODAY, rules) >= BACKED_FROM
    if found is not None or not backed:
        return found
    told = (_finding(part, SENTENCE, rules, spared) for part in heard.parts)
    news = (one for one in told if one is not None and one.id not in verdict.informed)
    return max(news, key=lambda one: one.urgency.rank, default=None)


def _asked_already(
    verdict: Verdict, learned: Finding, heard: Opinions, rules: TriageRules
) -> bool:
    """Whether the rules ask about just that emergency ("bad headache"), and it is not sure.

    The question says what to do if so, and whom to call; what is less is raised beside it. A
    ``firm`` one stands, unless another sentence is an emergency as well.
    """
    question = rules.asked(verdict.ask)
    if question is None or verdict.findings or learned.id != question.yes:
        return False
    if question.firm:
        others = [one for piece, one in heard.pieces if not _says(piece, verdict, rules)]
        return all(one.at_least(Urgency.EMERGENCY, rules) < SENTENCE.emergency for one in others)
    unsure = heard.whole.urgencies[Urgency.EMERGENCY] < SURE_FROM
    return unsure and learned.urgency is Urgency.EMERGENCY and learned.id not in HARDLY_DOUBTED


def _only_looks_so(
    verdict: Verdict, learned: Finding, heard: Opinions, rules: TriageRules
) -> bool:
    """Whether the rules see nothing but a harmless thing in the words of a red flag.

    The same words are in what is asked back, with what to do if it is so. No other sentence may
    say as much.
    """
    seen = verdict.findings or verdict.ask or learned.id in verdict.informed
    if seen or learned.urgency is Urgency.NEXT_VISIT:
        return False
    pieces = heard.pieces
    if not pieces:
        return looks_alike(heard.text, rules)
    others = [one for piece, one in pieces if not looks_alike(piece, rules)]
    needed = WHOLE.emergency if learned.urgency is Urgency.EMERGENCY else WHOLE.today
    return len(others) < len(pieces) and all(
        one.at_least(learned.urgency, rules) < needed for one in others
    )


def _says(piece: str, verdict: Verdict, rules: TriageRules) -> bool:
    """Whether a sentence alone raises, or has us ask about, what the message does."""
    alone = triage(piece, rules, isotretinoin=True)
    raised = {finding.id for finding in verdict.findings}
    return not raised.isdisjoint(one.id for one in alone.findings) or (
        alone.ask is not None and alone.ask == verdict.ask
    )


def _finding(
    opinion: Opinion,
    limits: Limits,
    rules: TriageRules,
    spared: Callable[[], bool],
    most: Urgency = Urgency.EMERGENCY,
) -> Finding | None:
    """The likeliest row at the highest urgency, up to ``most``, that is likely enough."""
    for urgency, needed in (
        (Urgency.EMERGENCY, limits.emergency),
        (Urgency.TODAY, limits.today),
        (Urgency.NEXT_VISIT, limits.next_visit),
    ):
        likely = opinion.at_least(urgency, rules)
        if likely < needed or urgency.rank > most.rank:
            continue
        fitting = _fitting(opinion, urgency, rules)
        row = max(fitting, key=opinion.rows.__getitem__)
        if row == CHILD and spared():
            row = max((n for n in fitting if n != CHILD), key=opinion.rows.__getitem__)
        asks = row == CHILD  # the calculator asks for the age
        if opinion.rows[row] < (CHILD_LEADS_FROM if asks else LEADS_FROM[urgency]):
            if urgency is Urgency.EMERGENCY and likely >= ANY_FROM:
                row = ANY_EMERGENCY
            elif asks or urgency is not Urgency.TODAY or likely < limits.certain:
                continue
        if row == CHILD and urgency is Urgency.NEXT_VISIT:
            # what it says then is for a child with cancer, whom only a rule finds
            sure = opinion.at_least(Urgency.TODAY, rules) >= limits.today
            return Finding(id=row, urgency=Urgency.TODAY) if sure else None
        return Finding(id=row, urgency=urgency)
    return None


def _doubted(verdict: Verdict, heard: Opinions, rules: TriageRules) -> Verdict:
    """What the rules found or would ask, lower where the encoder is sure that there is nothing.

    A finding is asked back; where the encoder is surer still, and not unsure of the sentence that
    says it, the answer is given with the row's safety line. Something is said anyhow.
    """
    question = rules.asked(verdict.ask)
    rows = (question.yes,) if question else tuple(one.id for one in verdict.findings)
    if not rows or (question is not None and verdict.findings):
        return verdict
    none = heard.whole.of_none()
    # of the other sentences none speaks for or against it
    there = (one.of_none() for piece, one in heard.pieces if _says(piece, verdict, rules))
    limits = HARDLY if HARDLY_DOUBTED.intersection(rows) else LOWERING
    line = limits.line if question is None else limits.question
    if none >= line and (question is not None or min([none, *there]) >= limits.asked):
        return verdict.model_copy(update={"findings": (), "ask": None, "lowered": rows})
    if question is not None or verdict.findings[0].urgency is Urgency.NEXT_VISIT:
        return verdict
    if none < limits.asked:
        return verdict
    first = verdict.findings[0]
    asked = f"{DOUBT} {first.id} {first.urgency}"
    return verdict.model_copy(update={"findings": (), "ask": asked})


def _graver(verdict: Verdict, whole: Opinion, rules: TriageRules) -> Verdict:
    """A call for the same day as an emergency, where its likeliest row may be one.

    That it is something is settled here; what is left to lose is to say it too low. An open
    question asks for what makes it graver, and a child's row is none of an emergency.
    """
    if verdict.ask or not verdict.findings or whole.rows[CHILD] >= CHILD_FROM:
        return verdict
    settled = whole.at_least(Urgency.TODAY, rules) >= SETTLED_FROM
    grave = whole.at_least(Urgency.EMERGENCY, rules) >= GRAVER_FROM
    if verdict.findings[0].urgency is not Urgency.TODAY or not (settled and grave):
        return verdict
    row = max(_fitting(whole, Urgency.EMERGENCY, rules), key=whole.rows.__getitem__)
    if whole.rows[row] < LEADS_FROM[Urgency.EMERGENCY]:
        return verdict
    return _raised(verdict, Finding(id=row, urgency=Urgency.EMERGENCY), whole, rules)


def _fitting(opinion: Opinion, urgency: Urgency, rules: TriageRules) -> list[str]:
    """The rows that may be this urgent."""
    rows = rules.file.rows.items()
    return [name for name, row in rows if name in opinion.rows and urgency in row.levels]


def _raised(verdict: Verdict, learned: Finding, whole: Opinion, rules: TriageRules) -> Verdict:
    if learned.urgency.rank <= verdict.rank:
        return verdict
    ask = None if learned.urgency is Urgency.EMERGENCY else verdict.ask  # the action comes first
    return _with(verdict, (learned,), whole, rules).model_copy(update={"ask": ask})


def _with(
    verdict: Verdict, more: Sequence[Finding], whole: Opinion, rules: TriageRules
) -> Verdict:
    """The verdict with more findings; of equals the row that the encoder finds likelier first."""
    raised = verdict.raised | {finding.id: finding.urgency for finding in more}
    return verdict.model_copy(update={"findings": in_order(raised, rules, whole.rows)})
