"""What a search came to, as a reply, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.kb.knowledge import Knowledge
from bot.turn.alert import safety_lines
from bot.turn.answer import OFFERED, answer, chat, clarify, gap, refuse, with_notes
from bot.turn.beside import theirs_first
from bot.turn.context import Context
from bot.turn.decide import Found, Outcome
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.search import search
from bot.turn.triage import Verdict

RANKED = 15  # passages and topics remembered of a question, for "not what I asked"


def searched(text: str, memory: Memory, context: Context) -> Found:
    """What a message comes to, the clinic's own document first where there is one."""
    found = search(text, memory, context.kb, context.matcher)
    return (
        found if context.beside is None else theirs_first(text, found, context.kb, context.beside)
    )


def named_reply(
    names: Sequence[str], memory: Memory, context: Context, told: Verdict | None = None
) -> tuple[Memory, Reply]:
    """Passages or a gap by their ids: what a button or "I was only asking" calls for.

    ``told``: what triage found in the question, with which they are said.
    """
    kb, notes = context.kb, context.show_notes
    extra = safety_lines(told, kb.triage) if told else ()
    if names[0] in kb.passages:
        return remembered(memory, answer(kb, names, show_notes=notes, extra=extra))
    return remembered(memory, gap(kb, names[0], show_notes=notes, extra=extra))


def other_reply(memory: Memory, kb: Knowledge) -> tuple[Memory, Reply] | None:
    """What comes next after what was shown and offered; None where nothing is."""
    shown = (*memory.offered, memory.passage, memory.topic)
    left = [name for name in memory.ranked if name not in shown]
    if not left or (memory.passage or memory.topic) not in memory.ranked:
        return None
    memory, reply = remembered(memory, clarify(kb, left))
    return memory.model_copy(update={"offered": (*memory.offered, *left[:OFFERED])}), reply


def found_reply(
    found: Found, verdict: Verdict, memory: Memory, context: Context
) -> tuple[Memory, Reply]:
    """Say what the search came to, with a safety line where a red flag was only asked about."""
    kb, confidence = context.kb, found.confidence
    extra = safety_lines(verdict, kb.triage)
    nearest = [name for name in found.nearest if name not in memory.offered] or found.nearest
    nearest = [*found.also, *nearest]
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
    reply = _with_others(kb, reply, found)
    talk = memory.isotretinoin or found.match.drug or found.outcome is Outcome.ANSWER
    named = [*kb.passages, *kb.topics]
    ranked = tuple(name for name, _ in found.match.best(named)[:RANKED])
    memory = memory.model_copy(update={"isotretinoin": talk, "ranked": ranked})
    heard = dict(found.match.best(named)) if found.outcome is not Outcome.CHAT else None
    return remembered(memory, reply, heard)


def _with_others(kb: Knowledge, reply: Reply, found: Found) -> Reply:
    """The reply with what else was asked, which stands on its first buttons."""
    offered = {one.passage or one.topic: one.label for one in reply.suggestions}
    titles = [offered[name] for name in found.also if name in offered]
    if not titles:
        return reply
    line = kb.replies.say("answer.also", titles=", ".join(f"“{title}”" for title in titles))
    return reply.model_copy(update={"text": f"{reply.text}\n\n{line}"})


def remembered(
    memory: Memory, reply: Reply, heard: Mapping[str, float] | None = None
) -> tuple[Memory, Reply]:
    """Remember what a reply showed; an open question of ours is closed by it.

    ``heard``: what the message may have been of, with the share of each.

    "Thanks" changes no subject: an amount said next is still of what was spoken of before.
    """
    same = reply.kind is Kind.CHAT and memory.asking is None and "dose" in memory.details
    details = {"dose": memory.details["dose"]} if same else {}
    update: dict[str, Any] = {"asking": None, "details": details}
    if reply.citations:
        update |= {"passage": reply.citations[0].passage, "topic": None, "isotretinoin": True}
        update["signs"] = ()
        update["offered"] = tuple(cited.passage for cited in reply.citations)
    elif reply.topic is not None:
        update |= {"passage": None, "topic": reply.topic, "isotretinoin": True, "offered": ()}
    shown = update.get("passage") or update.get("topic")
    if shown is not None:
        rest = {name: share / 2 for name, share in (heard or {shown: 1.0}).items()}
        heard = {**rest, shown: rest.get(shown, 0.0) + 0.5}
    memory = memory.model_copy(update=update)
    return memory if heard is None else memory.spoke_of(heard), reply
