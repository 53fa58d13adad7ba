"""Make the calls of an answer, and judge every way in which Telegram can refuse one."""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.logs import describe, get_logger
from bot.reply.outgoing import Outgoing
from bot.reply.transport import BrokenError
from bot.reply.window import Window

log = get_logger(__name__)

LONGEST_HOLD = 60.0  # between tries while Telegram is away
LONGEST_FLOOD = 3600.0  # until Telegram is asked again, however long it told us to wait
KNOWN_REASONS = (
    "can't parse entities",
    "can't parse inline keyboard",
    "message is too long",
    "message text is empty",
    "message is not modified",
    "message can't be edited",
    "message to edit not found",
    "message to be replied not found",
    "message thread not found",
    "query is too old",
    "button_data_invalid",
    "button_url_invalid",
    "is invalid",
    "entities_too_long",
    "photo_invalid_dimensions",
    "not enough rights",
    "topic_closed",
    "have no rights",
)


class Fate(Enum):
    """What became of an answer."""

    SENT = "sent"
    HELD = "held"  # try again after ``delay``
    REFUSED = "refused"  # Telegram will never take it
    BLOCKED = "blocked"  # the person stopped the bot, or is gone
    UNSURE = "unsure"  # sent, not confirmed: never repeated, for it has most likely arrived


@dataclass(frozen=True, slots=True)
class Sent:
    """The fate of an answer. ``done``: how many of its calls need not be made again.

    ``reason`` for metrics ("broken": it may have arrived all the same); ``chat_id``: of the last
    call that was tried; ``moved_to``: the chat that took its place; ``message_id``: of the last
    message sent.
    """

    fate: Fate
    done: int
    delay: float = 0.0
    reason: str = ""
    moved_to: int | None = None
    message_id: int | None = None
    chat_id: int | None = None


class Pacer:
    """Telegram's advice of one message a second and chat, with room for a short burst.

    A chat that was told to wait (429) gets no bursts for a while. Holds in memory only chats that
    were written to in the last minutes.
    """

    def __init__(self, per_second: float = 1.0, burst: int = 20) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._burst = burst
        self._free_at: OrderedDict[int, float] = OrderedDict()
        self._strict_until: dict[int, float] = {}

    def due(self, chat_id: int) -> float:
        """Seconds until this chat may get its next message."""
        now = time.monotonic()
        return max(0.0, self._free(chat_id, now) - now)

    def _free(self, chat_id: int, now: float) -> float:
        burst = 1 if self._strict_until.get(chat_id, 0.0) > now else self._burst
        return max(self._free_at.get(chat_id, 0.0), now - (burst - 1) * self._gap)

    def wait(self, chat_id: int) -> float:
        """Seconds until this chat may get its next message; 0 takes its turn."""
        now = time.monotonic()
        free_at = self._free(chat_id, now)
        if free_at > now:
            return free_at - now
        self._free_at[chat_id] = free_at + self._gap
        self._free_at.move_to_end(chat_id)
        self._drop_old(now)
        return 0.0

    def told_to_wait(self, chat_id: int, seconds: float) -> None:
        """Telegram refused a message to this chat for so long."""
        now = time.monotonic()
        self._free_at[chat_id] = now + seconds
        self._free_at.move_to_end(chat_id)
        self._strict_until[chat_id] = now + seconds + 60

    def _drop_old(self, now: float) -> None:
        while self._free_at:
            chat_id, free_at = next(iter(self._free_at.items()))
            if free_at > now - self._burst * self._gap:
                return
            del self._free_at[chat_id]
            self._strict_until.pop(chat_id, None)


Note = Callable[[int, tuple[int, int] | None], Awaitable[None]]
"""Told after each message how many calls of the answer were made, and its chat and number."""


async def _no_note(_: int, __: tuple[int, int] | None) -> None:
    """For what nobody minds to get twice."""


class Sender:
    """Sends through one bot; ``window`` is the process's.

    ``failed`` is told each call that fails: its method and why.
    """

    def __init__(
        self,
        bot: Bot,
        pacer: Pacer,
        window: Window,
        failed: Callable[[str, TelegramError], None] = lambda _method, _error: None,
    ) -> None:
        self._bot = bot
        self._failed = failed
        self._window = window
        self.pacer = pacer

    async def send(
        self, calls: Sequence[Outgoing], done: int, age: float, note: Note = _no_note
    ) -> Sent:
        """Make the calls from number ``done`` on, in order.

        ``age``: seconds since the update came; an outage that lasts is asked less often.
        """
        moved_to: int | None = None
        message_id: int | None = None
        chat_id: int | None = None
        for number, call in enumerate(calls[done:], start=done):
            if call.chat_id is not None and (wait := self.pacer.wait(call.chat_id)):
                return Sent(Fate.HELD, number, wait, "paced")
            outgoing = call if moved_to is None or call.chat_id is None else call.moved(moved_to)
            chat_id = chat_id if call.chat_id is None else call.chat_id
            try:
                moved, sent = await self._noted(outgoing, number + 1, note)
                moved_to, message_id = moved or moved_to, sent or message_id
            except TelegramError as error:
                unknown = isinstance(error, InvalidToken | EndPointNotFound)
                if not call.essential and not unknown:
                    continue
                return replace(self._judge(error, call, number, age), chat_id=chat_id)
        return Sent(
            Fate.SENT, len(calls), moved_to=moved_to, message_id=message_id, chat_id=chat_id
        )

    async def _noted(
        self, call: Outgoing, number: int, note: Note
    ) -> tuple[int | None, int | None]:
        """One call, as ``_once``; a message keeps its place in the window until it is noted."""
        if call.chat_id is None:
            return await self._once(call)

        async def noted(made: tuple[int | None, int | None]) -> None:
            moved_to, message_id = made
            chat_id = moved_to or call.kwargs["chat_id"]
            await note(number, None if message_id is None else (chat_id, message_id))

        return await self._window.during(partial(self._once, call), noted)

    async def _once(self, call: Outgoing) -> tuple[int | None, int | None]:
        """One call; what Telegram finds fault with is done otherwise where it can be.

        Messages that cannot be deleted are done with, wherever they are.

        Returns:
            The chat that took the chat's place, and the number of the message sent.
        """
        try:
            return None, await self._call(call)
        except (BadRequest, ChatMigrated, Forbidden) as error:
            if call.method == "delete_messages":
                log.warning("faulted", method=call.method, error=describe(error))
                return None, None
            return await self._otherwise(call, error)

    async def _otherwise(
        self, call: Outgoing, error: BadRequest | ChatMigrated | Forbidden
    ) -> tuple[int | None, int | None]:
        """Follow a chat that moved; send a message plain, and the edit of a text as a new one.

        A message that is as the edit would have it is done with.
        """
        if isinstance(error, ChatMigrated):
            if "message_id" in call.kwargs:  # the new chat has others
                raise error
            sent = await self._call(call.moved(error.new_chat_id))
            return error.new_chat_id, sent
        if isinstance(error, Forbidden) or call.chat_id is None or _is_about_the_chat(error):
            raise error
        reason = _reason(error)
        if reason == "message is not modified":
            return None, None
        log.warning("faulted", method=call.method, error=describe(error), reason=reason)
        if call.method == "edit_message_text":
            return await self._once(call.anew())
        if call.method == "edit_message_reply_markup":  # there is nothing else in it
            raise error
        return None, await self._call(call.plain())

    async def _call(self, call: Outgoing) -> int | None:
        """Returns the number of the message that was sent, if it was one."""
        try:
            if call.method == "send_message":  # a Message made of the answer would take long
                sent = await self._bot.do_api_request("sendMessage", api_kwargs=dict(call.kwargs))
                return sent.get("message_id") if isinstance(sent, dict) else None
            made = await getattr(self._bot, call.method)(**call.kwargs)
        except TelegramError as error:
            self._failed(call.method, error)
            raise
        return getattr(made, "message_id", None)

    def _judge(self, error: TelegramError, call: Outgoing, number: int, age: float) -> Sent:
        """What an error means. The order matters: BadRequest and TimedOut are NetworkErrors."""
        again = min(max(age / 2, 0.5), LONGEST_HOLD)
        match error:
            case RetryAfter():
                wait = min(seconds(error), LONGEST_FLOOD)
                if call.chat_id is not None:
                    self.pacer.told_to_wait(call.chat_id, wait)
                return Sent(Fate.HELD, number, wait, "flood")
            case Forbidden():
                return Sent(Fate.BLOCKED, number, reason="forbidden")
            case BadRequest():
                if _is_about_the_chat(error):
                    return Sent(Fate.BLOCKED, number, reason="chat_not_found")
                log.error("refused", method=call.method, reason=_reason(error))
                return Sent(Fate.REFUSED, number, reason="bad_request")
            case TimedOut() if not call.repeatable:
                log.warning("unsure_if_sent", method=call.method)
                return Sent(Fate.UNSURE, number, reason="timeout")
            case InvalidToken() | EndPointNotFound():  # which of them, only PTB's method tells
                log.error("token_refused", method=call.method)
                return Sent(Fate.HELD, number, again, "token")
            case BrokenError() | TimedOut():
                return Sent(Fate.HELD, number, again, "broken")
            case NetworkError():
                return Sent(Fate.HELD, number, again, "network")
            case _:
                log.error("refused", method=call.method, error=describe(error))
                return Sent(Fate.REFUSED, number, reason=type(error).__name__)


def seconds(error: RetryAfter) -> float:
    """How long Telegram told us to wait."""
    given = error.retry_after
    return given.total_seconds() if isinstance(given, dt.timedelta) else float(given)


def _is_about_the_chat(error: BadRequest) -> bool:
    return "chat not found" in error.message.lower() or "user not found" in error.message.lower()


def _reason(error: BadRequest) -> str:
    """Telegram's reason where it is a known one: its other words may quote the message."""
    said = error.message.lower()
    return next((known for known in KNOWN_REASONS if known in said), "another reason")
