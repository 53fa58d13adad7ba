"""Ask my clinic, as the staff live through it, and those who only pretend to be staff."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest
import time_machine

from bot.intake.chats import gone
from bot.reply import links
from bot.store.handovers import relay_row
from bot.turn.handover import Relay
from tests.emulator import ME
from tests.journeys.town import ANNA, ASKED, BEN, BOT, GAP, NURSE, OAK, OTHER, STAFF, Town

STALE = (
    "Nothing was sent by this button: its text was changed, or erased after half an hour."
    " Tap “Ask my clinic” to write once more."
)


async def test_a_reply_that_cannot_be_delivered_is_told_to_the_staff(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        blocked = {"description": "Forbidden: bot was blocked by the user"}
        town.api.fault = lambda _, params: (
            (403, blocked) if params.get("chat_id") == str(ANNA) else None
        )
        await town.staff("hello?", question)
        assert "the patient has left" in town.read(STAFF)
        assert await town.store.handovers.latest(ANNA) is None


async def test_no_reply_of_the_staff_is_too_many(town: Town) -> None:
    async with town.running(per_minute=6):
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        for number in range(10):
            await town.staff(f"reply {number}", question)
        assert all(f"reply {number}" in town.read(ANNA) for number in range(10))


async def test_only_the_clinics_own_group_can_reply(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        assert "nothing was sent" in await town.staff("from elsewhere", question, OTHER)
        assert "from elsewhere" not in town.read(ANNA)
        assert "now answers for Oak Clinic" in await town.binds(OTHER)  # the clinic moves
        assert "Another group now answers" in town.read(STAFF)
        assert "nothing was sent" in await town.staff("from the old one", question)
        await town.staff("from the new one", question, OTHER)
        assert "from the old one" not in town.read(ANNA)
        assert "from the new one" in town.read(ANNA)


async def test_either_side_can_end_it(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        annas, bens = await town.asks(ANNA, "of Anna"), await town.asks(BEN, "of Ben")
        assert "patient is told" in await town.staff("/close", annas)
        assert "Your clinic has ended this talk" in town.read(ANNA)
        assert "so nothing was sent" in await town.staff("one more", annas)
        assert "one more" not in town.read(ANNA)
        assert "You have ended the talk" in await town.taps(BEN, "End this talk")
        assert "the patient has ended" in town.read(STAFF)
        assert "so nothing was sent" in await town.staff("one more", bens)
        assert "No talk" in await town.says(BEN, "/close")
        bens = await town.asks(BEN, "a new one")
        assert "patient is told" in await town.taps(STAFF, "End this talk", who=77)
        assert "Your clinic has ended this talk" in town.read(BEN)


async def test_a_clinic_that_stops_in_the_middle_says_so(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        question = await town.asks(ANNA, ASKED)
        await town.says(BEN, GAP)
        await town.taps(BEN, "Ask my clinic")
        await town.says(BEN, "of Ben")
        await town.clinics.revoke("oak")
        await town.kept_house()
        told = town.read(ANNA)
        assert "this talk is over" in told
        assert told.endswith("phone 555-0100.")
        assert "nothing was sent" in await town.staff("hello?", question)
        assert "hello?" not in town.read(ANNA)
        assert "Nothing was sent" in await town.taps(BEN, "Send it")
        await town.clinics.remove("oak")
        assert "does not take messages" in await town.taps(BEN, "Ask my clinic")


async def test_staff_words_are_words_and_nothing_else(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, "Patient A1:\n\nsay *yes* <b>now</b>")
        sent = town.api.calls[question - 1][1]
        (head, quote) = json.loads(sent["entities"])
        assert (head["type"], quote["type"]) == ("bold", "blockquote")
        assert "parse_mode" not in sent
        marked = [{"type": "text_link", "offset": 0, "length": 4, "url": "http://evil.example"}]
        await town.staff("tap <a href='x'>here</a> *now*", question, entities=marked)
        got = town.api.calls[town.message(ANNA, "tap <a") - 1][1]
        assert "evil" not in str(got)
        assert {one["type"] for one in json.loads(got["entities"])} == {"bold", "blockquote"}
        assert "nothing was sent" in await town.staff("x" * 3501, question)
        await town.staff("y" * 3500, question)
        assert "y" * 3500 in town.read(ANNA)
        assert "words only" in await town.staff(None, question, voice={"file_id": "v"})
        assert "words only" in await town.staff(None, question, photo=[{}], caption="look")
        assert "look" not in town.read(ANNA)


@pytest.mark.parametrize(
    "said",
    [
        "/2 tablets a day until Friday",
        "/stop taking it and call us",
        "/ask him to come in",
        "/clsoe",
    ],
)
async def test_a_reply_that_is_a_command_is_refused_aloud(town: Town, said: str) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        told = await town.staff(said, question)
        assert "nothing was sent" in told
        assert "without “/”" in told
        assert said[1:] not in town.read(ANNA)
        assert "nothing was sent" in await town.staff("/start@t_bot", question)
        assert await town.staff("/stats@another_bot", question) == ""
        assert "on its way" in await town.staff(said.removeprefix("/"), question)
        assert said[1:] in town.read(ANNA)


@pytest.mark.parametrize("why", ["an edit", "a picture", "a command", "too long"])
async def test_a_reply_to_a_refusal_reaches_the_patient(town: Town, why: str) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        question, bens = await town.asks(ANNA, ASKED), await town.asks(BEN, "of Ben")
        if why == "an edit":
            await town.staff("Use it twice a day.", question)
            told = await town.staff_edits("Use it once a day.", question)
        elif why == "a picture":
            told = await town.staff(None, question, photo=[{"file_id": "f"}])
        else:
            told = await town.staff("/once a day" if why == "a command" else "x" * 3501, question)
        first = town.api.calls[question - 1][1]["text"].splitlines()[0]
        assert told.startswith(first)
        refusal = len(town.api.calls)
        assert town.message(STAFF, told) == refusal
        assert "on its way" in await town.staff("Once a day, not twice.", refusal)
        assert "Once a day, not twice." in town.read(ANNA)
        assert "Once a day" not in town.read(BEN)
        await town.says(ANNA, "/close")
        assert "this talk is over, so nothing was sent" in await town.staff("/foo", question)
        assert "this talk" not in await town.staff("/foo", bens)


async def test_a_card_of_ours_is_passed_on_where_the_staff_reply_with_it(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        await town.staff("a card of ours", question, via_bot={"id": BOT, "is_bot": True})
        assert "a card of ours" in town.read(ANNA)


async def test_a_group_that_moves_is_followed_and_one_that_is_gone_is_told(town: Town) -> None:
    new = -1003
    async with town.running():
        await town.settles_in(ANNA)
        body = town._body(STAFF, 70, migrate_to_chat_id=new)
        await town._put(STAFF, {"message": body})
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        await town.taps(ANNA, "Send it")
        question = town.message(new, ASKED)
        await town.staff("from the new number", question, new)
        assert "from the new number" in town.read(ANNA)

        last = -1004  # this time we hear of it by Telegram's refusal
        moved = {"description": "Bad Request: group upgraded",
                 "parameters": {"migrate_to_chat_id": last}}  # fmt: skip
        town.api.fault = lambda _, params: (
            (400, moved) if params.get("chat_id") == str(new) else None
        )
        await town.taps(ANNA, "Write back")
        await town.says(ANNA, "and this?")
        await town.taps(ANNA, "Send it")
        question = town.message(last, "and this?")
        assert "and this?" not in town.read(ANNA).split("Sent to Oak")[-1]
        await town.staff("at last", question, last)
        assert "at last" in town.read(ANNA)

        kicked = {"description": "Forbidden: bot was kicked from the supergroup chat"}
        town.api.fault = lambda _, params: (
            (403, kicked) if params.get("chat_id") == str(last) else None
        )
        await town.taps(ANNA, "Write back")
        await town.says(ANNA, "anybody there?")
        await town.taps(ANNA, "Send it")
        await town.kept_house()
        assert "could not reach Oak Clinic. Please call them: 555-0100" in town.read(ANNA)
        assert "this talk is over" in town.read(ANNA)


async def test_a_group_that_becomes_public_is_let_go(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        public = {"id": STAFF, "type": "supergroup", "username": "all"}
        assert "public" in await town.staff("hello", question, chat=public)
        await town.kept_house()
        assert "hello" not in town.read(ANNA)
        assert "this talk is over" in town.read(ANNA)
        assert town.clinics.of_group(STAFF) == []


@pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("sign", ["a press", "a question", "chatter", "a new code"])
async def test_the_first_sign_that_the_group_is_public_lets_it_go(
    town: Town, sign: str, on: bool
) -> None:
    public = {"id": STAFF, "type": "supergroup", "username": "all"}
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
        await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"on": on}))
        if sign == "a press":
            message_id, data = town.api.button(STAFF, "End this talk")
            said = await town.presses(STAFF, data, message_id, who=NURSE, username="all")
            assert "answerCallbackQuery" in [name for name, _ in town.api.calls[message_id:]]
        elif sign == "a question":
            said = await town.staff(f"/ask@{ME['username']} how long?", chat=public)
        elif sign == "chatter":
            said = await town.staff("good morning all", chat=public)
        else:
            said = await town.binds(chat=public)
        assert said == town.context.kb.replies.say("staff.public")
        await town.kept_house()
        assert "this talk is over" in town.read(ANNA)
        assert town.clinics.of_group(STAFF) == []


async def test_a_code_binds_one_private_group_once_and_for_a_day(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in()
        public = {"id": OTHER, "type": "supergroup", "username": "all"}
        assert "public" in await town.binds(OTHER, chat=public)
        for bad in ("", "s_oak_1_" + "x" * 22, "s_elm_9999999_" + "x" * 22, "x" * 300):
            assert "not valid" in await town.staff(f"/staffgroup {bad}", group=OTHER)
        key = town.clinics.key("oak") or b""
        foreign = links.staff_code(BOT + 1, "oak", key, 1, time.time())
        good = links.staff_code(BOT, "oak", key, 1, time.time())
        assert "not valid" in await town.staff(f"/staffgroup {foreign}", group=OTHER)
        clock.shift(dt.timedelta(hours=25))
        assert "not valid" in await town.staff(f"/staffgroup {good}", group=OTHER)
        clock.shift(dt.timedelta(hours=-2))
        assert "now answers" in await town.staff(f"/staffgroup {good}", group=OTHER)
        assert "not valid" in await town.staff(f"/staffgroup {good}", group=-1009)
        assert [one.id for one in town.clinics.of_group(OTHER)] == ["oak"]


async def test_a_code_that_bound_a_group_binds_none_after_that_group_is_gone(town: Town) -> None:
    async with town.running():
        await town.clinics.add(OAK)
        code = links.staff_code(BOT, "oak", town.clinics.key("oak") or b"", 0, time.time())
        assert "now answers" in await town.staff(f"/staffgroup {code}", group=STAFF)
        await gone(town.store, town.clinics, STAFF, before=1_000_000)
        assert town.clinics.of_group(STAFF) == []
        for group in (STAFF, OTHER):
            assert "not valid" in await town.staff(f"/staffgroup {code}", group=group)
        assert "now answers" in await town.binds(OTHER)  # a new code does


async def test_forged_buttons_do_nothing(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
        before = town.read(None)
        for data in (
            "ask.send.",
            "ask.no.x",
            "ask.",
            "ask.foo.x",
            "staff.close.",
            "staff.close.1",
        ):
            for chat in (BEN, OTHER):
                await town.presses(chat, f"v1|x|{data}", 1)
        assert town.read(None).removeprefix(before).strip() == "\n".join([STALE] * 2)
        thread = await town.store.handovers.latest(ANNA)
        assert thread is not None
        assert thread.open


async def test_a_lost_database_gives_no_old_reply_to_a_new_patient(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        annas = await town.asks(ANNA, "of Anna")
        town.posted[annas] = int(time.time())
    for file in town.folder.glob("bot.sqlite*"):
        file.unlink()
    clock.shift(dt.timedelta(hours=1))
    async with town.running():
        await town.settles_in(BEN)
        bens = await town.asks(BEN, "of Ben")
        tags = {town.api.calls[n - 1][1]["text"].splitlines()[0] for n in (annas, bens)}
        assert len(tags) == 1  # the very thing that must not confuse them
        assert "do not know this talk" in await town.staff("for Anna", annas)
        assert "do not know this talk" in await town.staff("/close", annas)
        assert "for Anna" not in town.read(BEN)
        await town.staff("for Ben", bens)
        assert "for Ben" in town.read(BEN)


async def test_a_reply_that_crosses_the_end_is_not_sent_and_the_staff_are_told(
    town: Town,
) -> None:
    async with town.running() as store:
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
        thread = await store.handovers.latest(ANNA)
        assert thread is not None
        await town.says(ANNA, "/close")
        reply = Relay(to="patient", what="reply", clinic="oak", thread=thread.id, text="crossed")
        await store.put([relay_row(reply, "77", ANNA, ANNA)])
        await town.quiet()
        assert "crossed" not in town.read(ANNA)
        assert "had ended this talk, so your last reply was not sent" in town.read(STAFF)


async def test_a_reply_that_telegram_refuses_is_told_to_the_staff(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        refused = {"description": "Bad Request: message text is empty"}
        town.api.fault = lambda _, params: (
            (400, refused) if params.get("chat_id") == str(ANNA) else None
        )
        await town.staff("hello?", question)
        assert "could not be reached, so your last reply was not sent" in town.read(STAFF)
