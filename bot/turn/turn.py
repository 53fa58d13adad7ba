"""The whole way of a message, top to bottom. Start reading here.

A turn is pure: what was done and what is remembered go in, what is remembered and what is said
come out. It has no clock, no network and no database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.kb.encoder import Encoder
from bot.kb.knowledge import Knowledge
from bot.kb.matcher import Matcher
from bot.turn.alert import (
    Button,
    alert_reply,
    closing_reply,
    name_of,
    read_button,
    safety_lines,
)
from bot.turn.answer import answer, buttons, chat, clarify, gap, refuse, with_notes
from bot.turn.beside import Beside, theirs_first
from bot.turn.command import command
from bot.turn.course import ASKING as COURSE
from bot.turn.course import course_reply, read_course
from bot.turn.dose import dose_reply
from bot.turn.dose_asks import body_weight_reply
from bot.turn.dose_barred import barred_by, reasons, still_barred, unbarred
from bot.turn.dose_doubt import heard, which_first
from bot.turn.figures import read_dose
from bot.turn.figures_read import read_figures
from bot.turn.figures_units import in_kilos
from bot.turn.inbound import Inbound, clean, in_one_line
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, Urgency
from bot.turn.search import Found, Outcome, search
from bot.turn.second_opinion import second_opinion
from bot.turn.second_question import second_question
from bot.turn.triage import ASKING as TRIAGE
from bot.turn.triage import Verdict, answer_to_ask, says_no, triage

TurnFunction = Callable[[Inbound, Memory], tuple[Memory, Reply]]
"""A turn with its context bound: what the terminal and the Telegram workers call."""

RANKED = 15  # passages and topics remembered of a question, for "not what I asked"
SHORT_NO = 4  # words; a longer "no" says something else as well, which gets its answer


@dataclass(frozen=True)
class Context:
    """What a turn works with. The switches and the country are the operator's."""

    kb: Knowledge
    matcher: Matcher
    encoder: Encoder | None = None  # for the second opinion on red flags; the matcher has it too
    show_notes: bool = True
    dose_calculator: bool = True
    country: str | None = None  # two letters: whose emergency numbers are said, if not all
    beside: Beside | None = None  # a clinic's own document; ``kb`` then holds its passages too


def take_turn(inbound: Inbound, memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """Answer one thing that a person did."""
    kb = context.kb
    memory = memory.fresh(inbound.at).model_copy(update={"at": inbound.at})
    said = clean(inbound.text)
    text = in_one_line(said)

    memory = heard(text, kb.dose, memory)
    told = inbound.verdict
    if (button := read_button(text, kb.triage)) is not None:
        return _pressed(button, memory, context)
    # before anything else that is typed, whatever the state
    verdict = told if told.findings or told.ask else _triaged(said, memory, context)
    if verdict.findings or verdict.ask:
        return _alert(said, verdict, memory, context)
    if memory.asking == TRIAGE and len(text.split()) <= SHORT_NO and says_no(text, kb.triage):
        return _closed(memory, context)  # a clear no, and nothing else
    if names := _named(inbound, kb):
        return _shown(names, memory, context, told)
    if not text:
        return memory, refuse(kb, "empty")
    if (done := command(text, memory, kb)) is not None:
        return done
    if (clocked := _clocked(text, inbound.at.date(), memory, context)) is not None:
        return _with_lines(clocked, verdict, kb)
    dose = which_first(read_dose(text, kb.dose, memory), memory)
    memory, dose = still_barred(dose, text, kb.dose, memory)
    if dose is not None:
        after, reply = dose_reply(
            dose,
            kb,
            memory,
            calculator=context.dose_calculator,
            show_notes=context.show_notes,
        )
        reply = _with_second_question(said, reply, after, context)
        return _with_lines((after, reply), verdict, kb)
    return _looked_up(said, verdict, memory, context)


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
    course = read_course(text, today, rules, asked=memory.asking == COURSE)
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
    after, reply = _said(memory, reply)
    asking = COURSE if reply.kind is Kind.CLARIFY else None
    return after.model_copy(update={"asking": asking}), reply


def _looked_up(
    text: str, verdict: Verdict, memory: Memory, context: Context
) -> tuple[Memory, Reply]:
    """Search the document; a weight about which it has nothing is asked about."""
    found = searched(text, memory, context)
    if found.outcome is Outcome.REFUSE and context.dose_calculator:
        asked = body_weight_reply(in_one_line(text), context.kb)
        if asked is not None:
            return _with_lines(_said(memory, asked), verdict, context.kb)
    return _found(found, verdict, memory, context)


def _with_second_question(text: str, reply: Reply, memory: Memory, context: Context) -> Reply:
    """A range with a button for what else was asked, where the answer to that is clear."""
    asked = second_question(text) if reply.kind is Kind.DOSE else None
    found = searched(asked, memory, context) if asked else None
    if found is None or found.outcome not in (Outcome.ANSWER, Outcome.GAP):
        return reply
    shown = [*(cited.passage for cited in reply.citations), context.kb.dose.general_passage]
    button = buttons(context.kb, found.names[:1], without=shown)
    return reply.model_copy(update={"suggestions": (*button, *reply.suggestions)})


def _triaged(text: str, memory: Memory, context: Context) -> Verdict:
    """The red flags of a text, read as the answer to our own question where one is open."""
    rules = context.kb.triage
    answered = answer_to_ask(text, memory, rules) if memory.asking == TRIAGE else None
    verdict = answered or triage(text, rules, isotretinoin=memory.isotretinoin)
    if context.encoder is None or not text or text.startswith("/"):
        return verdict

    def grown() -> bool:
        ages = read_figures(in_one_line(text), context.kb.dose).ages
        return bool(ages) and min(ages) >= context.kb.dose.age.years

    def kilos() -> str:
        return in_kilos(text, context.kb.dose)

    reader = context.matcher.reader
    return second_opinion(
        verdict,
        text,
        rules,
        context.encoder,
        reader,
        grown=grown,
        kilos=kilos,
        lowers=answered is None,
    )


def searched(text: str, memory: Memory, context: Context) -> Found:
    """What a message comes to, the clinic's own document first where there is one."""
    found = search(text, memory, context.kb, context.matcher)
    return (
        found if context.beside is None else theirs_first(text, found, context.kb, context.beside)
    )


def _pressed(button: Button, memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """A button under an alert or its question; a late one changes nothing that was said since."""
    rules, last = context.kb.triage, memory.details.get("under")
    asked = memory.model_copy(update={"details": {"ask": button.under or last}})
    verdict = answer_to_ask(button.said, asked, rules)
    if verdict is not None:
        return _alert(button.said, verdict, memory, context)
    if last is None or button.under not in (None, last):
        return memory, closing_reply(rules)
    return _closed(memory, context)


def _closed(memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """The alert that was said last is for nothing, and so is what it barred.

    A no to its question is thanked; under one without a question, what was asked is answered.
    """
    details = memory.details
    memory = unbarred(memory, details.get("bars", ()))
    if memory.asking == TRIAGE:
        return _said(memory, closing_reply(context.kb.triage))
    return _only_asked(memory, context)


def _alert(text: str, verdict: Verdict, memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """Say what to do; remember what the question would have found, for "I was only asking"."""
    reply = alert_reply(verdict, context.kb.triage, country=context.country)
    details: dict[str, Any] = {"ask": verdict.ask} if verdict.ask else {}
    details["under"] = name_of(verdict)
    names, topic = _behind(text, memory, context)
    if names:
        details["asked"] = names[0]
    question = context.kb.triage.asked(verdict.ask) if verdict.ask else None
    doubted = question is not None and question.doubt
    if doubted or (reply.alert is not None and reply.alert.urgency is not Urgency.EMERGENCY):
        below = buttons(context.kb, names)[:2]  # to read once the call is made
        *asked, only_asking = reply.suggestions
        update = {
            "suggestions": (*asked, *below, only_asking),
            "topic": topic,
        }
        reply = reply.model_copy(update=update)
    asking = TRIAGE if verdict.ask else None
    rows = [finding.id for finding in verdict.findings]
    taken_back = reasons([question.yes] if question else rows)  # by a no, or "only asking"
    details["bars"] = [why for why in taken_back if why not in memory.barred]
    memory = barred_by(rows, memory)
    return memory.model_copy(update={"asking": asking, "details": details}), reply


def _named(inbound: Inbound, kb: Knowledge) -> list[str]:
    """The passages or the gap that an inbound asks to see by their ids."""
    if inbound.passage in kb.passages:
        return [name for name in (inbound.passage, inbound.second) if name and name in kb.passages]
    return [inbound.topic] if inbound.topic and inbound.topic in kb.topics else []


def _only_asked(memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """The answer behind a red flag, unless it is forgotten or its question stayed in a group."""
    asked = memory.details.get("asked")
    if asked is None:
        return _said(memory, chat(context.kb, "answer.once_more"))
    return _shown([asked], memory, context)


def _behind(text: str, memory: Memory, context: Context) -> tuple[list[str], str | None]:
    """What a question with a red flag would have found, best first, and the gap if it is one."""
    if not text:
        return [], None
    found = search(text, memory, context.kb, context.matcher)
    clear = found.names if found.outcome in (Outcome.ANSWER, Outcome.GAP) else ()
    return [*clear, *found.nearest], clear[0] if found.outcome is Outcome.GAP else None


def _shown(
    names: Sequence[str], memory: Memory, context: Context, told: Verdict | None = None
) -> tuple[Memory, Reply]:
    """Passages or a gap by their ids: what a button or "I was only asking" calls for.

    ``told``: what triage found in the question, with which they are said.
    """
    kb, notes = context.kb, context.show_notes
    extra = safety_lines(told, kb.triage) if told else ()
    if names[0] in kb.passages:
        return _said(memory, answer(kb, names, show_notes=notes, extra=extra))
    return _said(memory, gap(kb, names[0], show_notes=notes, extra=extra))


def _found(
    found: Found, verdict: Verdict, memory: Memory, context: Context
) -> tuple[Memory, Reply]:
    """Say what the search came to, with a safety line where a red flag was only asked about."""
    kb, confidence = context.kb, found.confidence
    extra = safety_lines(verdict, kb.triage)
    nearest = [name for name in found.nearest if name not in memory.offered] or found.nearest
    match found.outcome:
        case Outcome.ANSWER:
            reply = answer(
                kb,
                found.names,
                nearest=nearest,
                confidence=confidence,
                show_notes=context.show_notes,
                extra=extra,
            )
        case Outcome.GAP:
            reply = gap(
                kb,
                found.names[0],
                nearest=nearest,
                confidence=confidence,
                show_notes=context.show_notes,
                extra=extra,
            )
        case Outcome.CLARIFY:
            reply = clarify(kb, found.nearest, confidence=confidence, extra=extra)
        case Outcome.REFUSE:
            reply = refuse(
                kb, found.names[0], nearest=found.nearest, confidence=confidence, extra=extra
            )
        case Outcome.CHAT:
            reply = with_notes(kb, chat(kb, found.names[0].replace("-", ".", 1)), extra)
    talk = memory.isotretinoin or found.match.drug or found.outcome is Outcome.ANSWER
    named = [*kb.passages, *kb.topics]
    ranked = tuple(name for name, _ in found.match.best(named)[:RANKED])
    return _said(memory.model_copy(update={"isotretinoin": talk, "ranked": ranked}), reply)


def _said(memory: Memory, reply: Reply) -> tuple[Memory, Reply]:
    """Remember what a reply showed; an open question of ours is closed by it.

    "Thanks" changes no subject: an amount said next is still of what was spoken of before.
    """
    same = reply.kind is Kind.CHAT and memory.asking is None and "dose" in memory.details
    details = {"dose": memory.details["dose"]} if same else {}
    update: dict[str, Any] = {"asking": None, "details": details}
    if reply.citations:
        update |= {"passage": reply.citations[0].passage, "topic": None, "isotretinoin": True}
        update["offered"] = tuple(cited.passage for cited in reply.citations)
    elif reply.topic is not None:
        update |= {"topic": reply.topic, "isotretinoin": True, "offered": ()}
    return memory.model_copy(update=update), reply
