"""Several messages in a row, answered together.

People write in pieces: "hi", "quick question", "can i drink on it". What is unclear alone is read
with what stands behind it already; nothing is held up for what may come. What is clear alone takes
with it only what comes back to the same place ("is that normal?"): each question gets its answer.
Red flags are looked for in each message and in all of them as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from bot.kb.words import SHORT
from bot.reply import private
from bot.reply.desk import Desk, Event, Response
from bot.reply.ending import WRITING
from bot.reply.talk import Talk
from bot.reply.update import Done, Me, Raw, UnreadableError, read
from bot.turn.reply import Kind

TOGETHER = dt.timedelta(seconds=2)  # from one message to the next
MOST = 5  # messages read as one
PIECE = 4  # words
SURE = 0.6  # confidence from which a piece stands alone
_CLEAR = (Kind.ANSWER, Kind.DOSE, Kind.ALERT)


def following(first: Done, waiting: Sequence[Raw], me: Me) -> list[Done]:
    """Those of the waiting updates that belong to one burst with the first: words, in a row."""
    found: list[Done] = []
    last = first
    for raw in waiting[: MOST - 1]:
        try:
            done = read(raw, me)
        except UnreadableError:
            break
        if not done.plain or last.at is None or done.at is None:
            break
        if done.at - last.at > TOGETHER:
            break
        found.append(done)
        last = done
    return found


def answer(event: Event, desk: Desk, waiting: Sequence[Raw]) -> Response:
    """Answer a private message together with those that follow it.

    ``Response.took`` says how many of the waiting ones it answers too.
    """
    if event.talk.asking == WRITING and event.done.plain:
        after = following(event.done, waiting, desk.me)
        whole = "\n".join([event.done.text, *(done.text for done in after)])
        joined = tuple(done.message_id or 0 for done in after)
        return replace(private.to_clinic(event, desk, whole, joined), took=len(after))
    open_question = event.talk.asking is not None or event.talk.memory.asking is not None
    if open_question or not event.done.plain or not event.done.text:
        return private.answer(event, desk)
    alone = private.answer(event, desk)
    after = following(event.done, waiting, desk.me)
    if _clear(alone):
        return _with_echoes(event, desk, alone, after)
    if not _may_go_on(event, alone):
        return alone
    return _read_on(event, desk, after) or alone


def _read_on(event: Event, desk: Desk, after: Sequence[Done]) -> Response | None:
    """The first answer that the message gets with those after it; None where it gets none."""
    texts = [event.done.text]
    for number, done in enumerate(after):
        texts.append(done.text)
        single = private.say(event, desk, done.text)
        if not _clear(single) and done is not after[-1]:
            continue
        whole = private.say(event, desk, "\n".join(texts))
        clear = [said for said in (single, whole) if _clear(said)]
        if not clear:
            continue
        asked = replace(event, done=replace(event.done, text="\n".join(texts)))
        rest = _with_echoes(asked, desk, max(clear, key=_rank), after[number + 1 :])
        return replace(rest, took=rest.took + number + 1, answers=None)
    return None


def _with_echoes(event: Event, desk: Desk, said: Response, after: Sequence[Done]) -> Response:
    """The answer, for as many of the next messages as are pieces of its question or echo it."""
    took, text = 0, event.done.text
    for done in after:
        later = event.having(said.talk or Talk())
        asked = later.talk.memory.asking is not None
        if not asked and (_about(said) is None or not _piece(done.text, desk)):
            break
        single = private.say(later, desk, done.text)
        if asked and _about(single) != "dose":  # a figure that we ask for may be there already
            break
        text = f"{text}\n{done.text}"
        whole = private.say(event, desk, text)
        if whole.reply is not None and whole.reply.kind is Kind.ALERT:
            return replace(whole, took=took + 1, answers=None)
        surer = desk.kb.words.follow_up.leans(done.text) and _rank(whole) > _rank(single)
        if asked:
            said = single
        elif _clear(whole) and (surer or not _sure(single)):
            said = whole
        elif _about(single) != _about(said):
            break
        took += 1
    return replace(said, took=took, answers=None) if took else said


def _clear(said: Response) -> bool:
    """Whether an answer answers: it quotes, surely names a gap, warns, or asks for a figure."""
    reply = said.reply
    if reply is None or reply.kind in _CLEAR:
        return True
    if reply.topic is not None and reply.confidence >= SURE:
        return True
    return (said.talk or Talk()).memory.asking is not None


def _sure(said: Response) -> bool:
    """Whether a piece is a question of its own, and not only likeliest to be one."""
    return _clear(said) and (said.reply is None or said.reply.confidence >= SURE)


def _rank(said: Response) -> tuple[int, float]:
    reply = said.reply
    if reply is None:
        return 0, 0.0
    return (reply.alert.urgency.rank if reply.alert else 0), reply.confidence


def _piece(text: str, desk: Desk) -> bool:
    """Whether a message may be no question of its own; a look that costs no turn."""
    return desk.kb.words.follow_up.leans(text) or ("?" not in text and len(text.split()) <= PIECE)


def _about(said: Response) -> str | None:
    reply = said.reply
    if reply is None or reply.kind is Kind.ALERT:
        return None
    if reply.kind is Kind.DOSE:
        return "dose"
    return reply.citations[0].passage if reply.citations else reply.topic


def _may_go_on(event: Event, said: Response) -> bool:
    """Whether more may follow: small talk, or a few words that are no question yet."""
    words = len(event.done.text.split())
    if said.reply is None or words > SHORT or "?" in event.done.text:
        return False
    return words > 1 or said.reply.kind is Kind.CHAT
