"""The whole way of a message, top to bottom. Start reading here.

A turn is pure: what was done and what is remembered go in, what is remembered and what is said
come out. It has no clock, no network and no database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bot.kb.knowledge import Knowledge
from bot.kb.language import is_foreign
from bot.turn.alarmed import (
    alarmed,
    answered_no,
    closed,
    emergency_stands,
    may_be_asked_back,
    of_its_own,
    pressed,
    still_holds,
    under_alert,
)
from bot.turn.alert import closing_reply, read_button, safety_lines
from bot.turn.answer import EMPTY, LANGUAGE, buttons, refuse, with_notes
from bot.turn.calmed import calmed
from bot.turn.command import command
from bot.turn.context import Context
from bot.turn.course import ASKING_COURSE, course_reply
from bot.turn.course_read import read_course
from bot.turn.decide import Found, Outcome
from bot.turn.dose import dose_reply
from bot.turn.dose_asks import NO_DOSE, body_weight_reply
from bot.turn.dose_barred import still_barred
from bot.turn.dose_doubt import heard, which_first
from bot.turn.dose_request import DoseRequest
from bot.turn.figures import read_dose
from bot.turn.figures_read import read_figures
from bot.turn.figures_units import in_kilos
from bot.turn.found import found_reply, named_reply, other_reply, remembered, searched
from bot.turn.inbound import Inbound, clean, in_one_line
from bot.turn.memory import Memory
from bot.turn.pieces import no_taken_back, put_together, signs_said
from bot.turn.reply import Kind, Reply
from bot.turn.search import BOTH_FROM, LONG
from bot.turn.second_opinion import second_opinion
from bot.turn.second_question import second_question
from bot.turn.triage import ANY_EMERGENCY, ASKING_TRIAGE, Verdict, triage
from bot.turn.triage_answers import answer_to_ask, asks_back, names_another, says_no, says_why_not

TurnFunction = Callable[[Inbound, Memory], tuple[Memory, Reply]]
"""A turn with its context bound: what the terminal and the Telegram workers call."""

SHORT_NO = 4  # words; a longer "no" says something else as well, which gets its answer


def take_turn(inbound: Inbound, memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """Answer one thing that a person did."""
    kb = context.kb
    memory = memory.fresh(inbound.at).model_copy(update={"at": inbound.at})
    said = clean(inbound.text)
    text = in_one_line(said)

    memory = heard(text, kb.dose, memory)
    told = inbound.verdict
    if (button := read_button(text, kb.triage)) is not None:
        return pressed(button, memory, context)
    # before anything else that is typed, whatever the state
    verdict = told if told.findings or told.ask else _triaged(said, memory, context)
    signs = signs_said(verdict, memory, kb.triage)
    memory = memory.model_copy(update={"about": verdict.about, "signs": signs})
    if verdict.findings or verdict.ask:
        return alarmed(said, verdict, memory, context)
    question = kb.triage.asked(memory.details.get("ask"))
    if memory.asking == ASKING_TRIAGE and says_no(text, kb.triage, question):
        if len(text.split()) <= SHORT_NO or says_why_not(text, kb.triage, question):
            return closed(memory, context)  # a clear no, and nothing else
        memory = answered_no(memory, memory.details.get("ask"), context)
    if names := _named(inbound, kb):
        return named_reply(names, memory, context, told)
    if (over := calmed(said, memory, context)) is not None:
        memory, said = over
        if not said:
            return memory, closing_reply(kb.triage)
    elif _of_alert(text, memory, context):
        return still_holds(memory, context)
    return _answered(said, verdict, inbound.at.date(), memory, context)


def _answered(
    said: str, verdict: Verdict, today: dt.date, memory: Memory, context: Context
) -> tuple[Memory, Reply]:
    """What a message gets that raises nothing and is of no alert."""
    kb, text = context.kb, in_one_line(said)
    if (done := _no_question(text, memory, kb)) is not None:
        return done
    if (clocked := _clocked(text, today, memory, context)) is not None:
        return _dated(clocked, said, verdict, memory, context)
    dose = which_first(read_dose(text, kb.dose, memory), memory)
    memory, dose = still_barred(dose, text, kb.dose, memory)
    if dose is None:
        return _looked_up(said, verdict, memory, context)
    if emergency_stands(memory):
        return still_holds(memory, context)
    return _calculated(dose, said, verdict, memory, context)


def _dated(
    clocked: tuple[Memory, Reply], said: str, verdict: Verdict, memory: Memory, context: Context
) -> tuple[Memory, Reply]:
    """What the course clock says, with a button for what else a long message clearly asks.

    One that clearly asks only something else gets that.
    """
    kb, clear = context.kb, _clear(said, memory, context)
    asked = (*clear.names, *clear.also) if clear else ()
    others = [name for name in asked if name not in kb.dose.course.names]
    if clear and len(others) == len(asked):
        return found_reply(clear, verdict, memory, context)
    after, reply = clocked
    told = (*buttons(kb, others[:1]), *reply.suggestions)
    return _with_lines((after, reply.model_copy(update={"suggestions": told})), verdict, kb)


def _calculated(
    dose: DoseRequest, said: str, verdict: Verdict, memory: Memory, context: Context
) -> tuple[Memory, Reply]:
    """What the calculator says; a long message that is clearly about something gets that first."""
    after, reply = dose_reply(
        dose,
        context.kb,
        memory,
        calculator=context.dose_calculator,
        show_notes=context.show_notes,
    )
    clear = _clear(said, memory, context) if reply.kind is Kind.CLARIFY else None
    if clear is not None and dose.only_figures:
        # our question stays open, with the dose that was told beside the figures
        question = {"asking": after.asking, "details": after.details}
        after, shown = found_reply(clear, verdict, after, context)
        told = (*shown.suggestions, *reply.suggestions)
        return after.model_copy(update=question), shown.model_copy(update={"suggestions": told})
    if clear is not None:
        told = (*reply.suggestions, *buttons(context.kb, clear.names[:1]))
        reply = reply.model_copy(update={"suggestions": told})
    reply = _with_second_question(said, reply, after, context)
    return _with_lines((after, reply), verdict, context.kb)


def _clear(text: str, memory: Memory, context: Context) -> Found | None:
    """What a long message is clearly about; a date or a figure in it may be beside the point."""
    if len(text.split()) <= LONG or memory.asking is not None or under_alert(memory):
        return None
    found = searched(text, memory, context)
    gap = found.outcome is Outcome.GAP and found.match.among(found.names[:1]) >= BOTH_FROM
    return found if gap or found.outcome is Outcome.ANSWER else None


def _of_alert(text: str, memory: Memory, context: Context) -> bool:
    """Whether a message only asks back about an alert, or about our question on one."""
    words = context.kb.words.follow_up
    if under_alert(memory) and (words.has_no_subject(text) or words.asks_on(text)):
        return True
    just_said = under_alert(memory) or memory.asking == ASKING_TRIAGE
    return may_be_asked_back(memory, context) and asks_back(
        text, context.kb.triage, just_said=just_said
    )


def _no_question(text: str, memory: Memory, kb: Knowledge) -> tuple[Memory, Reply] | None:
    """What no words, "that is not it", a command or small talk gets; None for all else."""
    if not any(map(str.isalnum, text)):  # "?" or a thumb up
        return memory, refuse(kb, EMPTY)
    if kb.words.says_not_it(text) and (other := other_reply(memory, kb)) is not None:
        return other
    return command(text, memory, kb)


def _with_lines(
    done: tuple[Memory, Reply], verdict: Verdict, kb: Knowledge
) -> tuple[Memory, Reply]:
    """The same with the safety lines of red flags that were lowered or only asked about."""
    memory, reply = done
    return memory, with_notes(kb, reply, safety_lines(verdict, kb.triage))


def _clocked(
    text: str, today: dt.date, memory: Memory, context: Context
) -> tuple[Memory, Reply] | None:
    """What the course clock says, with its question kept open; None where it is not asked."""
    rules = context.kb.dose
    course = read_course(text, today, rules, asked=memory.asking == ASKING_COURSE)
    if course is None:
        return None
    reply = course_reply(
        course,
        context.kb,
        memory,
        today,
        calculator=context.dose_calculator,
        show_notes=context.show_notes,
    )
    after, reply = remembered(memory, reply)
    asking = ASKING_COURSE if reply.kind is Kind.CLARIFY else None
    return after.model_copy(update={"asking": asking}), reply


def _looked_up(
    text: str, verdict: Verdict, memory: Memory, context: Context
) -> tuple[Memory, Reply]:
    """Search the document; a weight about which it has nothing is asked about."""
    found = searched(text, memory, context)
    if under_alert(memory) and not of_its_own(text, found, memory, context):
        return still_holds(memory, context)
    if found.outcome not in (Outcome.ANSWER, Outcome.GAP) and is_foreign(text, context.kb.words):
        return _with_lines(remembered(memory, refuse(context.kb, LANGUAGE)), verdict, context.kb)
    if found.outcome is Outcome.REFUSE and context.dose_calculator:
        asked = body_weight_reply(in_one_line(text), context.kb)
        if asked is not None:
            return _with_lines(remembered(memory, asked), verdict, context.kb)
    return found_reply(found, verdict, memory, context)


def _with_second_question(text: str, reply: Reply, memory: Memory, context: Context) -> Reply:
    """A range with a button for what else was asked, where the answer to that is clear."""
    calculated = reply.kind is Kind.DOSE or reply.refused == NO_DOSE
    asked = second_question(text) if calculated else None
    found = searched(asked, memory, context) if asked else None
    if found is None or found.outcome not in (Outcome.ANSWER, Outcome.GAP):
        return reply
    shown = [*(cited.passage for cited in reply.citations), context.kb.dose.general_passage]
    button = buttons(context.kb, found.names[:1], without=shown)
    return reply.model_copy(update={"suggestions": (*button, *reply.suggestions)})


def _triaged(text: str, memory: Memory, context: Context) -> Verdict:
    """The red flags of a text, with those that it only raises behind what was said before."""
    if not text or text.startswith("/"):
        return triage(text, context.kb.triage, isotretinoin=memory.isotretinoin)
    verdict = _heard(text, memory, context)
    if context.matcher.small_talk(text) is not None:
        return verdict
    return put_together(text, verdict, memory, context.kb.triage)


def _heard(text: str, memory: Memory, context: Context) -> Verdict:
    """The red flags of a text, read as the answer to our own question where one is open."""
    rules = context.kb.triage
    answered = answer_to_ask(text, memory, rules) if memory.asking == ASKING_TRIAGE else None
    answered = answered or no_taken_back(text, memory, rules)
    verdict = answered or triage(text, rules, isotretinoin=memory.isotretinoin, about=memory.about)
    if context.encoder is None:
        return verdict

    def grown() -> bool:
        return read_figures(in_one_line(text), context.kb.dose).reaches(context.kb.dose.age.years)

    def kilos() -> str:
        return in_kilos(text, context.kb.dose)

    reader = context.matcher.reader
    heard = second_opinion(
        verdict,
        text,
        rules,
        context.encoder,
        reader,
        grown=grown,
        kilos=kilos,
        lowers=answered is None,
    )
    # "its penicillin i think": an emergency of no row, to who does not know what was asked
    no_row = not verdict.findings and [one.id for one in heard.findings] == [ANY_EMERGENCY]
    if no_row and memory.asking == ASKING_TRIAGE and names_another(text, memory, rules):
        return verdict
    return heard


def _named(inbound: Inbound, kb: Knowledge) -> list[str]:
    """The passages or the gap that an inbound asks to see by their ids."""
    if inbound.passage in kb.passages:
        return [name for name in (inbound.passage, inbound.second) if name and name in kb.passages]
    return [inbound.topic] if inbound.topic and inbound.topic in kb.topics else []
