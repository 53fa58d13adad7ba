"""What people say to our questions and alerts: a yes, a no, a question back."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.kb.models import Urgency
from bot.kb.triage_file import Asked, Rule, Status
from bot.kb.triage_rules import TriageRules
from bot.turn.memory import Memory
from bot.turn.second_question import asks
from bot.turn.triage import Finding, Signs, Verdict, highest, in_order, triage
from bot.turn.triage_frames import Frames
from bot.turn.triage_match import find
from bot.turn.triage_read import Reading, read

FEW = 6  # words of an answer that says one thing
_DOUBTFUL = ("Answer_still", "Answer_hedges")  # behind which nothing ends an alert
_NOT_SO: frozenset[Status] = frozenset({"denied", "asked", "supposed", "fiction"})


def answer_to_ask(text: str, memory: Memory, rules: TriageRules) -> Verdict | None:
    """What an answer to our question means; ``None`` where a clear no closes it.

    A red flag in the answer itself counts beside it. An unclear answer, or another subject, counts
    as yes: the higher urgency; but not where the second opinion asked in doubt.
    """
    question = rules.asked(memory.details.get("ask"))
    fresh = triage(text, rules, isotretinoin=memory.isotretinoin)
    raised = fresh.raised
    answered = _answered(question, text, raised, rules) if question is not None else None
    if answered is not None:
        raised = highest(raised, {answered.id: answered.urgency})
    if not raised:
        return None
    findings = in_order(raised, rules)
    ask = None if findings[0].urgency is Urgency.EMERGENCY else fresh.ask  # the action comes first
    return fresh.model_copy(update={"findings": findings, "ask": ask})


def _answered(
    question: Asked, text: str, raised: Mapping[str, Urgency], rules: TriageRules
) -> Finding | None:
    """The row of the answer, beside what is ``raised`` by its words."""
    answer = _answer(text, rules, question)
    usual = rules.level(question)
    if _answers_by(question.yes_if, usual, text, rules):
        return Finding(id=question.yes, urgency=usual)
    named = [level for row_id, level in question.signs.items() if row_id in raised]
    if answer.no and not named and (answer.plain or raised):
        if question.no is None or _answers_by(question.no_if, usual, text, rules):
            return None
        level = question.no_level or rules.file.rows[question.no].urgency
        return Finding(id=question.no, urgency=level)
    if question.doubt and not (answer.yes or answer.so_it_is):
        return None
    if not named and _answers_by(question.no_if, usual, text, rules):
        return None
    if question.matching and any(urgency.rank >= usual.rank for urgency in raised.values()):
        return None
    return Finding(id=question.yes, urgency=max([usual, *named], key=lambda urgency: urgency.rank))


def _answers_by(worded: Sequence[Rule], level: Urgency, text: str, rules: TriageRules) -> bool:
    """Whether an answer is a yes or a no in other words, by rules of the question."""
    signs = Signs(read(text, rules.speller), rules, isotretinoin=True)
    return any(signs.hold(rule, level) for rule in worded)


def says_no(text: str, rules: TriageRules, question: Asked | None) -> bool:
    """Whether a text is a clear no, to a question where one is open."""
    answer = _answer(text, rules, question)
    return answer.no and answer.plain


def names_another(text: str, memory: Memory, rules: TriageRules) -> bool:
    """Whether a few words name another thing than our open question asks about, and no more."""
    question = rules.asked(memory.details.get("ask"))
    if question is None or len(text.split()) > FEW:
        return False
    level = rules.level(question)
    return not triage(text, rules).findings and _answers_by(question.no_if, level, text, rules)


def says_why_not(text: str, rules: TriageRules, question: Asked | None) -> bool:
    """Whether an answer names what it is instead ("just hungry")."""
    return question is not None and _says(text, question.beside, rules)


def takes_back_no(text: str, rules: TriageRules) -> bool:
    """Whether a text takes a no to our question back ("actually yes")."""
    return _says(text, ("Answer_after_all",), rules)


def asks_back(text: str, rules: TriageRules, *, just_said: bool) -> bool:
    """Whether a text only asks back about an alert ("can it wait?"), or tells what hinders.

    ``just_said``: the alert was the last thing said, so that "since yesterday" is of it as well.
    """
    reading = read(text, rules.speller)
    if not reading.tokens:
        return "?" in text
    concepts = ("Answer_still", "Answer_more") if just_said else ("Answer_still",)
    hits = [hit for hit in find(reading, rules.index) if hit.concept in concepts]
    told = {word for hit in hits for word in hit.words}
    return bool(hits) and _nothing_else(reading, told, rules.file.still_words)


def only_tells(text: str, rules: TriageRules) -> bool:
    """Whether a text says something ("shes 16") and asks nothing, as "side effects" does."""
    words = read(text, rules.speller).tokens
    subject = any(not set(rules.file.subjects).isdisjoint(word.forms) for word in words[:1])
    return (subject or len(words) > FEW) and not asks(text)


def talks_down(text: str, rules: TriageRules) -> bool:
    """Whether a text behind an alert makes light of it ("just unfit?", "the derm knows")."""
    return _says(text, ("Answer_down",), rules)


def puts_off(text: str, rules: TriageRules) -> bool:
    """Whether a text behind an alert puts off what it said, or says that it is still there."""
    return _says(text, ("Answer_puts_off", "Answer_still"), rules)


def speaks_of(text: str, rows: Iterable[str], rules: TriageRules) -> bool:
    """Whether a text names the sign of one of these rows, in whatever way it is meant."""
    signs = Signs(read(text, rules.speller), rules, isotretinoin=True)
    first = {
        name for row in rows for rule in rules.file.rows[row].rules for name in rule.wanted[0]
    }
    return any(signs.told_of(name.removeprefix("~")) for name in first)


def heeds(text: str, rules: TriageRules) -> bool:
    """Whether a text says that it is done as an alert said, or will be, and puts nothing off."""
    against = ("Answer_puts_off", "Answer_refuses", "Answer_down")
    return any(_means(text, [one], against, rules) for one in ("Answer_heeds", "Answer_reached"))


def reached(text: str, rules: TriageRules) -> bool:
    """Whether a text says that somebody who can judge was reached, and what they said or did."""
    return _means(text, ["Answer_reached", "Answer_advised"], (), rules)


def explains(text: str, raised: Mapping[str, Urgency], rules: TriageRules) -> bool:
    """Whether a text names what wholly explains the signs of each row that was raised."""
    if read(text, rules.speller).questions or _says(text, _DOUBTFUL, rules):
        return False
    return all(
        _answers_by(rules.file.explained.get(row, ()), level, text, rules)
        for row, level in raised.items()
    )


def _means(text: str, concepts: Sequence[str], against: Iterable[str], rules: TriageRules) -> bool:
    """Whether a text says, and means, each of these concepts, and nothing that speaks against."""
    against = {*against, *_DOUBTFUL}
    reading = read(text, rules.speller)
    hits = find(reading, rules.index)
    frames = Frames(reading, hits, rules.file)
    meant = [hit for hit in hits if hit.concept in concepts and not frames.states(hit) & _NOT_SO]
    told = {at for hit in meant for at in range(hit.words[0], hit.words[-1] + 1)}
    open_still = (hit for hit in hits if hit.concept in against)
    return (
        not reading.questions
        and {hit.concept for hit in meant} == set(concepts)
        and all(told.issuperset(hit.words) for hit in open_still)
    )


def _says(text: str, concepts: Container[str], rules: TriageRules) -> bool:
    """Whether a text has a phrase of one of these concepts."""
    hits = find(read(text, rules.speller), rules.index)
    return any(hit.concept in concepts for hit in hits)


def _nothing_else(reading: Reading, told: Container[int], words: Iterable[str]) -> bool:
    """Whether each word of a reading is among the places ``told``, or one of these words."""
    known = set(words)
    return all(at in told or known.intersection(t.forms) for at, t in enumerate(reading.tokens))


@dataclass(frozen=True)
class _Answer:
    """How a text answers a question of ours; a question back is no yes.

    ``plain``: it says nothing but no. "no but i want to" and "nothing stays down" say more, and a
    no to a part of what was asked is none to the rest. ``so_it_is``: that it happens.
    """

    yes: bool
    no: bool
    plain: bool
    so_it_is: bool


def _answer(text: str, rules: TriageRules, question: Asked | None) -> _Answer:
    reading = read(text, rules.speller)
    hits = find(reading, rules.index)
    said = {hit.concept for hit in hits}
    frames = Frames(reading, hits, rules.file)
    beside = question.beside if question is not None else ()
    told = {
        word
        for hit in hits
        if hit.concept in ("Answer_no", *beside) or "denied" in frames.states(hit)  # "no vomiting"
        for word in hit.words
    }
    yes = [set(hit.words) for hit in hits if hit.concept == "Answer_yes"]
    noes = [set(hit.words) for hit in hits if hit.concept == "Answer_no"]
    # "i dont" says no, but not where it is part of "i dont know"; so with "absolutely not"
    no = any(not any(one < more for more in yes) for one in noes)
    yes = [one for one in yes if not any(one < more for more in noes)]
    return _Answer(
        yes=bool(yes) and not no and not reading.questions,
        no=no and not yes,
        plain=_nothing_else(reading, told, rules.file.no_words),
        so_it_is="Answer_so" in said and not no and not reading.questions,
    )
