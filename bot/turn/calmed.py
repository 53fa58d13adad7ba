"""What ends an alert that was just said, so that it is not said again."""

from __future__ import annotations

from bot.kb.knowledge import SKIN_CARE
from bot.turn.alarmed import emergency_stands, is_clear, of_the_same, under_alert
from bot.turn.context import Context
from bot.turn.decide import Outcome
from bot.turn.dose_barred import unbarred
from bot.turn.found import searched
from bot.turn.memory import Memory
from bot.turn.second_question import questions
from bot.turn.triage_answers import asks_back, explains, heeds, reached


def calmed(text: str, memory: Memory, context: Context) -> tuple[Memory, str] | None:
    """The memory without the alert, and what is asked beside; None where the alert stands.

    It is heeded (less than an emergency), somebody who can judge was reached, or something else
    explains the sign. What is asked beside must be plainly of something else.
    """
    if not under_alert(memory):
        return None
    rules = context.kb.triage
    asks = [one for one in questions(text) if not heeds(one, rules)]  # "will ring them"
    told, asked = text, ""
    if asks:
        at = text.index(asks[0])
        told, asked = text[:at], text[at:]
    ended = _ended(told, memory, context)
    if ended is None or (asked and not _of_its_own(asked, memory, context)):
        return None
    return ended.model_copy(update={"details": {}}), asked


def _ended(told: str, memory: Memory, context: Context) -> Memory | None:
    """The memory where what is told ends the alert."""
    rules = context.kb.triage
    if explains(told, memory.raised, rules):
        memory = unbarred(memory, memory.details.get("bars", ()))
        return memory.model_copy(update={"raised": {}, "signs": ()})
    if reached(told, rules) and not any(row in memory.raised for row in rules.file.stays):
        return memory.model_copy(update={"raised": {}, "signs": ()})
    return memory if heeds(told, rules) and not emergency_stands(memory) else None


def _of_its_own(asked: str, memory: Memory, context: Context) -> bool:
    """Whether what is asked beside has a subject, which is not the alert's."""
    found = searched(asked, memory, context)
    if of_the_same(asked, found, memory, context) or asks_back(
        asked, context.kb.triage, just_said=True
    ):
        return False
    has_subject = found.outcome in (Outcome.ANSWER, Outcome.GAP) or found.names == (SKIN_CARE,)
    return is_clear(asked, found, context) or (
        has_subject and not context.kb.words.follow_up.leans(asked)
    )
