"""A turn with a red flag: the alert, its buttons, and what was asked behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.kb.knowledge import UNRELATED
from bot.kb.models import Urgency
from bot.kb.triage_rules import TriageRules
from bot.turn.alert import Button, alert_reply, closing_reply, name_of
from bot.turn.answer import buttons, chat, clarify
from bot.turn.context import Context
from bot.turn.decide import Found, Outcome
from bot.turn.dose_barred import barred_by, reasons, unbarred
from bot.turn.follow_up import SURE
from bot.turn.found import named_reply, remembered
from bot.turn.memory import Memory
from bot.turn.reply import Reply
from bot.turn.search import GOODBYE, GREETS, HELPS, search
from bot.turn.second_question import asks, asks_fully, questions
from bot.turn.triage import ASKING_TRIAGE, Verdict, highest, in_order
from bot.turn.triage_answers import answer_to_ask, only_tells, puts_off, speaks_of, talks_down


def pressed(button: Button, memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """A button under an alert or its question; a late one changes nothing that was said since."""
    rules, last = context.kb.triage, memory.details.get("under")
    asked = memory.model_copy(update={"details": {"ask": button.under or last}})
    verdict = answer_to_ask(button.said, asked, rules)
    if verdict is not None:
        return alarmed(button.said, verdict, memory, context)
    if last is None or button.under not in (None, last):
        return answered_no(memory, button.under, context), closing_reply(rules)
    return closed(memory, context)


def closed(memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """The alert that was said last is for nothing, and so is what it barred.

    A no to its question is thanked; under one without a question, what was asked is answered.
    """
    details = memory.details
    memory = unbarred(memory, details.get("bars", ()))
    memory = memory.model_copy(update={"raised": {}, "signs": ()})
    memory = answered_no(memory, details.get("ask"), context)
    if memory.asking == ASKING_TRIAGE:
        memory, reply = remembered(memory, closing_reply(context.kb.triage))
        return memory.model_copy(update={"details": {"closed": details.get("ask")}}), reply
    return _only_asked(memory, context)


def alarmed(text: str, verdict: Verdict, memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """Say what to do; remember what the question would have found, for "I was only asking"."""
    rules = context.kb.triage
    verdict = _with_graver(verdict, memory, rules)
    reply = alert_reply(verdict, rules, country=context.country)
    details: dict[str, Any] = {"ask": verdict.ask} if verdict.ask else {}
    details["under"] = name_of(verdict)
    names, topic, is_sure = _behind(text, memory, context)
    if names:
        details["asked"] = names[0]
        details["unclear"] = () if is_sure else tuple(names)
    question = rules.asked(verdict.ask)
    doubted = question is not None and question.doubt
    if doubted or (reply.alert is not None and reply.alert.urgency is not Urgency.EMERGENCY):
        below = buttons(context.kb, names)[:2]  # to read once the call is made
        *asked, only_asking = reply.suggestions
        suggestions = (*asked, *below, only_asking)
        reply = reply.model_copy(update={"suggestions": suggestions, "topic": topic})
    asking = ASKING_TRIAGE if verdict.ask else None
    rows = list(verdict.raised)
    taken_back = reasons([question.yes] if question else rows)  # by a no, or "only asking"
    details["bars"] = [why for why in taken_back if why not in memory.barred]
    memory = barred_by(rows, memory)
    open_still = dict.fromkeys((*memory.unanswered, *(taken_back if question else ())))
    update = {"asking": asking, "details": details, "unanswered": tuple(open_still)}
    update["raised"] = highest(memory.raised, verdict.raised)
    return memory.model_copy(update=update), reply


def standing(memory: Memory, context: Context) -> Mapping[str, Urgency]:
    """The red flags that were raised and are not over, with that of an open question."""
    rules = context.kb.triage
    asked = memory.details.get("ask") if memory.asking == ASKING_TRIAGE else None
    question = rules.asked(asked)
    return highest(memory.raised, {question.yes: rules.level(question)} if question else {})


def under_alert(memory: Memory) -> bool:
    """Whether an alert was the last thing said, with no question of ours open."""
    return bool(memory.raised) and "under" in memory.details and memory.asking is None


def emergency_stands(memory: Memory) -> bool:
    """Whether an emergency was raised and is not over."""
    return Urgency.EMERGENCY in memory.raised.values()


def may_be_asked_back(memory: Memory, context: Context) -> bool:
    """Whether "is that normal?" is of an alert: the last thing said, or one that cannot wait."""
    stands = standing(memory, context).values()
    return under_alert(memory) or any(urgency is not Urgency.NEXT_VISIT for urgency in stands)


def still_holds(memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """Say the alert again to who asks back about it ("can it wait?"): nothing takes it lower.

    It is then the last thing said, so that its button ends it, whatever came in between.
    """
    rules = context.kb.triage
    verdict = Verdict(findings=in_order(standing(memory, context), rules))
    asking = ASKING_TRIAGE if memory.asking == ASKING_TRIAGE else None
    details = {**memory.details, "under": name_of(verdict)}
    memory = memory.model_copy(update={"asking": asking, "details": details})
    return memory, alert_reply(verdict, rules, country=context.country, again=True)


def of_its_own(text: str, found: Found, memory: Memory, context: Context) -> bool:
    """Whether what is said right after an alert is plainly about something else.

    What only tells something ("shes 16") is about the alert, and so is what makes light of it or
    puts it off. A full question of another subject ("what cleanser is good ...") does neither.
    """
    rules = context.kb.triage
    if of_the_same(text, found, memory, context) or not is_clear(text, found, context):
        return False
    if asks_fully(text):
        return True
    said = found.outcome is Outcome.CHAT and not found.guessed
    off = not asks(text) and not said and puts_off(text, rules)
    tells = found.outcome is not Outcome.CHAT and only_tells(text, rules)
    return not (off or tells or talks_down(text, rules))


def of_the_same(text: str, found: Found, memory: Memory, context: Context) -> bool:
    """Whether a question is of what the alert is about: its subject, the sign, or going on."""
    goes_on = context.kb.triage.file.going_on
    if any(name == memory.details.get("asked") or name in goes_on for name in found.names[:1]):
        return True
    of_sign = not set(memory.about).isdisjoint(memory.raised)
    return of_sign or speaks_of(text, memory.raised, context.kb.triage)


def is_clear(text: str, found: Found, context: Context) -> bool:
    """Whether a message is small talk that is said, or comes to a subject that is sure."""
    if found.outcome is Outcome.CLARIFY or found.names in ((UNRELATED,), (HELPS,)):
        return False
    if (
        found.names in ((GREETS,), (GOODBYE,)) and found.guessed
    ):  # "my tongue too now" is no goodbye
        return any(context.matcher.small_talk(word) for word in text.split())
    if found.outcome is Outcome.REFUSE and not questions(text):  # "it's called minocycline"
        return False
    likely = found.match.pairs()[0][1]
    if found.outcome is Outcome.GAP:
        likely = found.match.among(found.names[:1]) or likely
    if found.outcome is Outcome.ANSWER:  # by whichever of its passages
        likely = found.match.among(context.kb.passages)
    return likely >= SURE or not found.guessed


def _with_graver(verdict: Verdict, memory: Memory, rules: TriageRules) -> Verdict:
    """The verdict with all that stands, where that is graver: it was said, and is not over."""
    graver = max((one.rank for one in memory.raised.values()), default=0)
    if not verdict.findings or graver <= verdict.rank:
        return verdict
    findings = in_order(highest(memory.raised, verdict.raised), rules)
    return verdict.model_copy(update={"findings": findings})


def answered_no(memory: Memory, name: str | None, context: Context) -> Memory:
    """What a question of ours left open is closed by a no to it, however late."""
    question = context.kb.triage.asked(name)
    if question is None:
        return memory
    left = [why for why in memory.unanswered if why not in reasons([question.yes])]
    return memory.model_copy(update={"unanswered": tuple(left)})


def _only_asked(memory: Memory, context: Context) -> tuple[Memory, Reply]:
    """The answer behind a red flag, unless it is forgotten or its question stayed in a group."""
    asked = memory.details.get("asked")
    if asked is None:
        return remembered(memory, chat(context.kb, "answer.once_more"))
    if unclear := memory.details.get("unclear"):
        return remembered(memory, clarify(context.kb, unclear))
    return named_reply([asked], memory, context)


def _behind(text: str, memory: Memory, context: Context) -> tuple[list[str], str | None, bool]:
    """What a question with a red flag would have found, best first; the gap if it is one.

    And whether that is clear: "my throat is closing up" asks nothing.
    """
    if not text:
        return [], None, False
    found = search(text, memory, context.kb, context.matcher)
    clear = found.names if found.outcome in (Outcome.ANSWER, Outcome.GAP) else ()
    topic = clear[0] if found.outcome is Outcome.GAP else None
    return [*clear, *found.nearest], topic, bool(clear)
