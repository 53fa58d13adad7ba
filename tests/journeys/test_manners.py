"""Small things that a person notices: what comes first, what is said twice, what is offered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from bot.reply.ending import WRITING
from bot.reply.private import OWN
from bot.reply.profile import PRIVATE
from bot.reply.respond import Responder
from bot.reply.talk import Kept, Reminder, Talk
from bot.turn.context import Context
from tests.journeys.chat import GROUP, Chat, desk, text


@pytest.fixture
def chat(context: Context) -> Chat:
    return Chat(desk(context))


def test_nothing_is_said_before_a_red_flag(chat: Chat) -> None:
    said = text(chat.message(photo=[{}], caption="I want to kill myself"))
    assert said.startswith("I am really glad you told me")
    (call,) = chat.message("/ask I want to kill myself", chat=GROUP)
    payload = call.kwargs["reply_markup"]["inline_keyboard"][0][0]["url"].split("start=")[1]
    assert text(chat.message(f"/start {payload}")).startswith("I am really glad you told me")


def test_a_link_out_of_a_group_that_carries_no_answer_promises_none(chat: Chat) -> None:
    (call,) = chat.message("/ask and what about the rest of it", chat=GROUP)
    payload = call.kwargs["reply_markup"]["inline_keyboard"][0][0]["url"].split("start=")[1]
    assert text(chat.message(f"/start {payload}")) == chat.desk.say("group.again")


@pytest.mark.parametrize("caption", ["look at this", "is this normal?", "hi", "what about these"])
def test_a_caption_that_points_at_a_picture_is_not_answered_from_the_talk(
    chat: Chat, caption: str
) -> None:
    chat.message("What are the side effects of accutane?")
    assert text(chat.message(photo=[{}], caption=caption)) == chat.desk.say("media.photo")


def test_the_whole_section_is_offered_where_it_says_more_and_shown_once(chat: Chat) -> None:
    for name, passage in chat.desk.kb.passages.items():
        chat.message(f"/start p_{name}")
        same = [p for p in chat.desk.kb.passages.values() if p.section == passage.section]
        assert ("Whole section" in chat.labels()) == (len(same) > 1)
    chat.message("/start p_side-effects")
    said = text(chat.press("Whole section"))
    assert chat.desk.say("answer.second") not in said
    assert "Whole section" not in chat.labels()
    for passage in chat.desk.kb.passages.values():
        if passage.section == "Side effects":
            assert passage.quote(chat.desk.kb.source) in said


def test_what_authorities_say_is_not_called_the_document(chat: Chat) -> None:
    chat.message("can I drink alcohol on accutane?")
    said = text(chat.press("What do authorities say"))
    assert "one document" not in said
    assert "not medical advice" in said


def test_the_next_offers_stand_near_the_answer(chat: Chat) -> None:
    chat.message("can I drink alcohol on accutane?")
    near = {chat.desk.title(name) for name in chat.desk.kb.topics["alcohol"].nearest}
    offered: set[str | None] = set(chat.labels())
    for _ in range(3):
        chat.press("Not what I asked")
        offered |= set(chat.labels())
    assert near <= offered


@pytest.mark.parametrize("data", ["v1|x|tick.e99", "v1|x|remind.again.rent"])
def test_a_button_for_what_never_was_is_out_of_date(chat: Chat, data: str) -> None:
    chat.message("/start")
    assert text(chat.press(data=data)) == chat.desk.say("service.old_button")


def test_an_old_snooze_brings_no_reminder_back(chat: Chat) -> None:
    chat.message("/start")
    assert text(chat.press(data="v1|x|remind.again.exam")) == chat.desk.say("service.old_button")
    assert chat.kept is None


def test_a_snoozed_monthly_reminder_comes_back_to_its_own_day(chat: Chat) -> None:
    asked = Reminder(what="exam", on=dt.date(2027, 1, 31))
    chat.kept = Kept(zone="Europe/Berlin", reminders=(asked,)).stored()
    days = []
    for day in ((2027, 1, 31), (2027, 2, 28), (2027, 3, 1), (2027, 3, 31)):
        chat.now = dt.datetime(*day, 9, tzinfo=dt.UTC)
        assert "monthly exam" in text(chat.update(reminder={}))
        if day == (2027, 2, 28):
            chat.press("Tomorrow again")
        days.append(Kept.read(chat.kept).reminders[0].comes.isoformat())
    assert days == ["2027-02-28", "2027-03-01", "2027-03-31", "2027-04-30"]


def test_an_edit_into_a_command_edits_the_answer_too(chat: Chat) -> None:
    chat.message("what dose of accutane?")
    asked, shown = chat.number - 2, max(chat.shown)
    (call,) = chat.edit(asked, "/dose 70 kg")
    assert (call.method, call.kwargs["message_id"]) == ("edit_message_text", shown)
    assert "70 kg" in call.kwargs["text"]
    assert chat.edit(asked, "/deletedata") == []


@pytest.mark.parametrize("kind", ["checklist", "paid_media"])
def test_newer_kinds_of_messages_are_answered_as_well(chat: Chat, kind: str) -> None:
    media: dict[str, Any] = {kind: {}}
    assert text(chat.message(**media)) == chat.desk.say(f"media.{kind}")


def test_when_to_get_help_is_one_message_that_names_every_red_flag_and_the_numbers(
    chat: Chat,
) -> None:
    chat.message("/start")
    (_, call) = chat.press("When to get help")
    said = call.kwargs["text"]
    for row in chat.desk.kb.triage.file.rows.values():
        assert row.line.split(": ")[-1].rstrip(".").lower() in said.lower()
    assert "911 (United States" in said


def test_the_welcome_offers_to_ask_and_shows_how(chat: Chat) -> None:
    chat.message("/start")
    assert chat.labels() == [
        "Ask a question", "Dose for my weight", "Side effects", "When to get help",
    ]  # fmt: skip
    chat.press("Ask a question")
    assert len(chat.labels()) == 4
    assert "side effects" in text(chat.press("What are the side effects?")).lower()


def test_every_command_of_the_menu_is_described_and_answered(chat: Chat) -> None:
    for name in PRIVATE:
        assert chat.desk.say(f"telegram.menu_{name}")
        said = chat.message(f"/{name}")
        assert said or chat.last.later is not None
        assert "I do not know that command" not in text(said)


def test_every_inline_card_is_whole_without_the_bot(chat: Chat) -> None:
    wanted = [*chat.desk.kb.passages, *chat.desk.kb.topics]
    seen = {}
    for name in wanted:
        title = chat.desk.title(name) or ""
        for offset in ("", "5", "10"):
            for card in chat.inline(f"accutane {title}", offset)["results"]:
                seen[card.id.removeprefix("en-")] = card.input_message_content.message_text
    assert len(set(wanted) & set(seen)) > 0.9 * len(wanted)
    seen.pop("alert", None)  # a title may sound like one
    for name, said in seen.items():
        assert "not medical advice" in said
        assert "button" not in said
        if name in chat.desk.kb.passages:
            assert chat.desk.kb.passages[name].quote(chat.desk.kb.source) in said


def test_an_inline_word_is_taken_to_be_about_the_treatment(chat: Chat) -> None:
    for word in ("alcohol", "sun", "storage"):
        assert chat.inline(word)["results"][0].id == f"en-{word}"
    assert chat.inline("bagpipes")["results"][0].id == "about"


def test_not_what_i_asked_goes_on_to_the_end_without_a_repeat(chat: Chat) -> None:
    chat.message("What are the side effects of accutane?")
    offered: list[str] = []
    for _ in range(40):
        if "Not what I asked" not in chat.labels():
            break
        said = text(chat.press("Not what I asked"))
        offered += [label for label in chat.labels() if label != "Not what I asked"]
        if said == chat.desk.say("telegram.other_none"):
            break
    assert said == chat.desk.say("telegram.other_none")
    assert len(offered) == len(set(offered)) > 20


def test_a_press_that_names_no_chat_still_ends_its_spinner(chat: Chat) -> None:
    query = {"id": "7", "from": {"id": 5, "is_bot": False, "first_name": "A"}, "data": "v1|p|what"}
    said = chat.desk
    responder = Responder(said)
    update = {"callback_query": {**query, "inline_message_id": "x", "chat_instance": "1"}}
    (call,) = responder.respond(update, 0, None, 0.0, 5).calls
    assert call.kwargs["text"] == said.say("service.old_button")


def test_the_second_bot_of_a_process_names_the_one_that_opens_the_pages(context: Context) -> None:
    second = Chat(replace(desk(context), pages_of="first_bot"))
    assert "@first_bot" in text(second.message("/dashboard"))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("/deletedata please", "privacy.delete_ask"),
        ("/remind 14 march", "reminder.what"),
        ("/visit now", "visit.empty"),
        ("/privacy now", "privacy.text"),
    ],
)
def test_a_command_with_words_behind_it_is_that_command(chat: Chat, typed: str, key: str) -> None:
    assert text(chat.message(typed)) == chat.desk.say(key)


def test_a_red_flag_behind_a_command_comes_first(chat: Chat) -> None:
    said = text(chat.message("/deletedata i want to kill myself"))
    assert said.startswith("I am really glad you told me")


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("How do I delete my data?", "privacy.delete_ask"),
        ("Are my messages private?", "privacy.text"),
        ("set a reminder", "reminder.what"),
        ("show my list", "visit.empty"),
        ("I want to speak to a real person", "clinic.none"),
        ("what's my clinic's phone number", "clinic.none"),
    ],
)
def test_what_the_bot_can_do_is_done_when_it_is_asked_for_in_words(
    chat: Chat, typed: str, key: str
) -> None:
    """They got "I am a program, not a doctor", or that the document does not cover that."""
    assert text(chat.message(typed)) == chat.desk.say(key)


def test_words_for_the_clinic_are_no_command(chat: Chat) -> None:
    chat.memory = Talk(asking=WRITING).stored()
    assert text(chat.message("delete my data")) != chat.desk.say("privacy.delete_ask")


def test_every_phrase_for_a_command_is_read_as_that_command(chat: Chat) -> None:
    words = chat.desk.kb.words
    assert set(words.commands) <= set(OWN)
    for name, phrases in words.commands.items():
        assert [words.command(phrase) for phrase in phrases] == [name] * len(phrases)
    assert all(words.says_not_it(phrase) for phrase in words.not_it)


def test_who_says_that_it_was_not_asked_gets_the_next_things_and_no_thanks(chat: Chat) -> None:
    chat.message("how long til it works")
    shown = set(chat.labels())
    assert "You are welcome" not in text(chat.message("that didn't help"))
    offered = set(chat.labels())
    assert "How well it works" not in offered
    assert len(offered - {"Not what I asked"}) == 3
    chat.message("no, that's not what I asked!")
    assert not (set(chat.labels()) - {"Not what I asked"}) & (offered - shown)


@pytest.mark.parametrize("typed", ["?", "\N{THUMBS UP SIGN}", "...", "\N{LOUDLY CRYING FACE}" * 2])
def test_what_holds_no_word_is_not_called_a_gap_of_the_document(chat: Chat, typed: str) -> None:
    assert text(chat.message(typed)) == chat.desk.say("refuse.empty")


def test_a_mark_alone_leaves_our_question_open(chat: Chat) -> None:
    chat.message("dose?")
    chat.message("?")
    assert "35 mg" in text(chat.message("70 kg"))
