"""Every way in which Telegram can refuse a message, and what becomes of the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from telegram import Bot
from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData

from bot.reply.outgoing import Outgoing
from bot.reply.send import Fate, Pacer, Sender
from bot.reply.transport import BrokenError, GarbledError, NotSentError
from bot.reply.window import Window

Answer = tuple[int, dict[str, Any]] | Exception
MESSAGE = {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}}
KEYBOARD = {"inline_keyboard": [[{"text": "b", "callback_data": "v1|x|y"}]]}
OK: Answer = (200, {"ok": True, "result": MESSAGE})


class Tape(BaseRequest):
    """Records calls and answers them by script, the last answer for ever."""

    read_timeout = 1.0

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.calls: list[dict[str, Any]] = []

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(  # type: ignore[override] # the time-outs do not matter here
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        **_: Any,
    ) -> tuple[int, bytes]:
        self.calls.append(dict(request_data.parameters) if request_data else {})
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer[0], json.dumps(answer[1]).encode()


def refusal(code: int, text: str, **parameters: Any) -> Answer:
    return code, {"ok": False, "error_code": code, "description": text, "parameters": parameters}


def sender(*script: Answer) -> tuple[Sender, Tape]:
    tape = Tape(*script)
    return Sender(Bot("1:x", request=tape, get_updates_request=tape), Pacer(), Window()), tape


def message(chat: int = 5) -> Outgoing:
    return Outgoing("send_message", {"chat_id": chat, "text": "hello", "parse_mode": "HTML"}, chat)


def edit(chat: int = 5) -> Outgoing:
    kwargs = {
        "chat_id": chat,
        "message_id": 7,
        "text": "hello",
        "entities": [{"type": "bold", "offset": 0, "length": 5}],
        "reply_markup": KEYBOARD,
    }
    return Outgoing("edit_message_text", kwargs, chat)


def buttons() -> Outgoing:
    kwargs = {"chat_id": 5, "message_id": 7, "reply_markup": KEYBOARD}
    return Outgoing("edit_message_reply_markup", kwargs, 5, essential=False)


def deletion() -> Outgoing:
    return Outgoing("delete_messages", {"chat_id": -5, "message_ids": [7]}, -5)


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (OK, Fate.SENT),
        (refusal(429, "Too Many Requests", retry_after=7), Fate.HELD),
        (refusal(403, "Forbidden: bot was blocked by the user"), Fate.BLOCKED),
        (refusal(400, "Bad Request: chat not found"), Fate.BLOCKED),
        (refusal(400, "Bad Request: message is too long"), Fate.REFUSED),
        (refusal(401, "Unauthorized"), Fate.HELD),
        (refusal(404, "Not Found"), Fate.HELD),
        (refusal(500, "Internal Server Error"), Fate.HELD),
        (refusal(502, "Bad Gateway"), Fate.HELD),
        (NotSentError("no connection"), Fate.HELD),
        (GarbledError("no JSON"), Fate.HELD),
        (BrokenError("reset"), Fate.HELD),
        (TimedOut(), Fate.UNSURE),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_each_answer_of_telegram_has_one_fate(answer: Answer, fate: Fate) -> None:
    sending, _ = sender(answer)
    assert (await sending.send([message()], 0, 0.0)).fate is fate


async def test_a_message_that_telegram_faults_goes_out_plain_once() -> None:
    sending, tape = sender(refusal(400, "Bad Request: can't parse entities"), OK)
    assert (await sending.send([message()], 0, 0.0)).fate is Fate.SENT
    assert [("parse_mode" in call) for call in tape.calls] == [True, False]


async def test_a_timeout_is_not_repeated() -> None:
    sending, tape = sender(TimedOut())
    await sending.send([message()], 0, 0.0)
    assert len(tape.calls) == 1


async def test_a_group_that_moved_is_followed() -> None:
    moved = refusal(400, "Bad Request: group upgraded", migrate_to_chat_id=-100)
    sending, tape = sender(moved, OK)
    sent = await sending.send([message(), message()], 0, 0.0)
    assert (sent.fate, sent.moved_to) == (Fate.SENT, -100)
    assert [call["chat_id"] for call in tape.calls] == [5, -100, -100]


async def test_a_flood_limit_holds_its_chat_and_no_other() -> None:
    sending, _ = sender(refusal(429, "Too Many Requests", retry_after=7), OK)
    held = await sending.send([message(5)], 0, 0.0)
    assert held.delay == 7
    assert sending.pacer.due(5) > 6
    assert (await sending.send([message(6)], 0, 0.0)).fate is Fate.SENT


async def test_an_answer_cut_short_goes_on_where_it_stopped() -> None:
    sending, tape = sender(OK, refusal(500, "Internal Server Error"), OK)
    first = await sending.send([message(), message()], 0, 0.0)
    assert (first.fate, first.done) == (Fate.HELD, 1)
    assert (await sending.send([message(), message()], first.done, 0.0)).fate is Fate.SENT
    assert len(tape.calls) == 3


async def test_an_unessential_call_may_fail() -> None:
    sending, _ = sender(refusal(400, "Bad Request: query is too old"), OK)
    press = Outgoing("answer_callback_query", {"callback_query_id": "1"}, essential=False)
    assert (await sending.send([press, message()], 0, 0.0)).fate is Fate.SENT


@pytest.mark.parametrize("call", [edit(), deletion()], ids=lambda call: call.method)
@pytest.mark.parametrize(
    "trouble",
    [
        refusal(502, "Bad Gateway"),
        refusal(429, "Too Many Requests", retry_after=0),
        TimedOut(),
        BrokenError("reset"),
    ],
    ids=["502", "429", "timeout", "reset"],
)
async def test_an_edit_or_a_deletion_that_fails_is_made_again(
    call: Outgoing, trouble: Answer
) -> None:
    """It does the same thing twice, so one that may have arrived is made again too."""
    sending, _ = sender(trouble)
    sent = await sending.send([call], 0, 0.0)
    assert (sent.fate, sent.done) == (Fate.HELD, 0)


async def test_an_edit_that_may_have_arrived_is_not_made_for_a_day() -> None:
    """As a new message it may arrive each time."""
    sending, _ = sender(refusal(400, "Bad Request: message to edit not found"), TimedOut())
    assert (await sending.send([edit()], 0, 0.0)).reason == "broken"


NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are"
    " exactly the same as a current content and reply markup of the message"
)


@pytest.mark.parametrize("call", [edit(), buttons()], ids=lambda call: call.method)
async def test_an_edit_that_changes_nothing_leaves_the_message_as_it_is(call: Outgoing) -> None:
    sending, tape = sender(refusal(400, NOT_MODIFIED), OK)
    assert (await sending.send([call], 0, 0.0)).fate is Fate.SENT
    assert len(tape.calls) == 1


async def test_buttons_that_telegram_faults_stay_as_they_are() -> None:
    sending, tape = sender(refusal(400, "Bad Request: message can't be edited"), OK)
    assert (await sending.send([buttons()], 0, 0.0)).fate is Fate.SENT
    assert len(tape.calls) == 1


@pytest.mark.parametrize("why", ["message to edit not found", "message can't be edited"])
async def test_an_edit_of_a_message_that_is_gone_is_sent_as_a_new_one(why: str) -> None:
    sending, tape = sender(refusal(400, f"Bad Request: {why}"), OK)
    sent = await sending.send([edit()], 0, 0.0)
    assert (sent.fate, sent.message_id) == (Fate.SENT, 1)
    before, anew = tape.calls
    assert anew == {name: value for name, value in before.items() if name != "message_id"}


async def test_messages_that_cannot_be_deleted_keep_nothing_waiting() -> None:
    sending, tape = sender(refusal(400, "Bad Request: message can't be deleted"), OK)
    sent = await sending.send([deletion(), message()], 0, 0.0)
    assert (sent.fate, len(tape.calls)) == (Fate.SENT, 2)


def test_a_burst_is_let_through_then_one_a_second() -> None:
    pacer = Pacer(burst=3)
    waits = [pacer.wait(1) for _ in range(4)]
    assert waits[:3] == [0, 0, 0]
    assert 0 < waits[3] <= 1
    assert pacer.wait(2) == 0


def test_a_chat_that_was_told_to_wait_is_written_to_afterwards() -> None:
    pacer = Pacer()
    pacer.told_to_wait(1, 0.0)
    assert pacer.due(1) == 0
    assert pacer.wait(1) == 0
    assert 0 < pacer.wait(1) <= 1  # and then no bursts for a while
