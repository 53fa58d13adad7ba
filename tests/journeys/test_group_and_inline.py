"""Groups tell nothing; inline cards are whole."""

from __future__ import annotations

import pytest

from bot.reply.outgoing import Outgoing
from bot.reply.talk import Talk
from bot.turn.context import Context
from tests.journeys.chat import BOT, GROUP, USERNAME, Chat, desk, text


@pytest.fixture
def chat(context: Context) -> Chat:
    return Chat(desk(context))


ASKED = (
    "/ask I weigh 70 kg, what dose of accutane?",
    "/ask my lips are dry and bleeding on accutane",
    "/ask can I drink alcohol on accutane",
    f"@{USERNAME} I want to die",
    "/ask best pizza?",
)


@pytest.mark.parametrize("asked", ASKED)
def test_a_group_gets_one_neutral_line_whatever_was_asked(chat: Chat, asked: str) -> None:
    (call,) = chat.message(asked, chat=GROUP)
    assert call.kwargs["text"] == chat.desk.say("group.line")
    (button,) = call.kwargs["reply_markup"]["inline_keyboard"][0]
    for told in ("70", "lips", "alcohol", "dose", "pizza"):
        assert told not in button["url"].split("start=")[1].lower() or len(told) < 3
    assert chat.memory is None


def _carried(chat: Chat, calls: list[Outgoing]) -> str:
    """What the button under a group's line opens in the private chat."""
    (call,) = calls
    assert call.kwargs["text"] == chat.desk.say("group.line")
    payload = call.kwargs["reply_markup"]["inline_keyboard"][0][0]["url"].split("start=")[1]
    return text(chat.message(f"/start {payload}"))


def test_a_red_flag_behind_any_command_of_a_group_is_no_request_for_help_texts(chat: Chat) -> None:
    wanted = _carried(chat, chat.message("/ask I want to die", chat=GROUP))
    assert _carried(chat, chat.message(f"/help@{USERNAME} I want to die", chat=GROUP)) == wanted


def test_a_question_in_a_group_that_is_edited_is_answered_again_only_for_a_red_flag(
    chat: Chat,
) -> None:
    chat.message("/ask can I drink alcohol on accutane", chat=GROUP)
    asked = chat.number - 2
    assert chat.edit(asked, "/ask can I drink wine on accutane", chat=GROUP) == []
    assert "call" in _carried(chat, chat.edit(asked, "/ask I want to die", chat=GROUP)).lower()


def test_the_button_carries_the_question_into_the_private_chat(chat: Chat) -> None:
    (call,) = chat.message("/ask can I drink alcohol on accutane", chat=GROUP)
    payload = call.kwargs["reply_markup"]["inline_keyboard"][0][0]["url"].split("start=")[1]
    assert "Alcohol: not in the document" in text(chat.message(f"/start {payload}"))
    forged = payload[:-1] + ("A" if payload[-1] != "A" else "B")
    assert "does not work" in text(chat.message(f"/start {forged}"))


def test_a_dose_from_a_group_is_finished_in_private(chat: Chat) -> None:
    (call,) = chat.message("/ask what dose of accutane for 70 kg", chat=GROUP)
    payload = call.kwargs["reply_markup"]["inline_keyboard"][0][0]["url"].split("start=")[1]
    said = text(chat.message(f"/start {payload}"))
    assert "70" not in said.replace("For example: 70 kg", "")
    chat.message("82 kg")
    assert chat.last.reply is not None
    assert chat.last.reply.dose is not None


@pytest.mark.parametrize("said", ["my lips are dry", "/dose 70 kg", "/start", "/ask@other_bot hi"])
def test_what_is_not_for_us_is_left_alone(chat: Chat, said: str) -> None:
    assert chat.message(said, chat=GROUP) == []


def test_a_reply_to_the_bot_is_for_us(chat: Chat) -> None:
    ours = {"message_id": 1, "from": {"id": BOT, "is_bot": True}}
    assert chat.message("and how long?", chat=GROUP, reply_to_message=ours)


def test_another_bots_command_below_a_message_of_ours_is_answered_only_for_a_red_flag(
    chat: Chat,
) -> None:
    ours = {"message_id": 4, "from": {"id": BOT}, "text": chat.desk.say("group.line")}
    for said in ("/ban", "/mute 2 h", "/remindme can I drink alcohol on accutane"):
        assert chat.message(said, chat=GROUP, reply_to_message=ours) == []
    flagged = chat.message("/remindme I want to die", chat=GROUP, reply_to_message=ours)
    assert "call" in _carried(chat, flagged).lower()


def test_an_empty_inline_query_explains_itself(chat: Chat) -> None:
    found = chat.inline("")
    assert [card.id for card in found["results"]] == ["about"]
    assert found["button"].start_parameter == "inline"


def test_inline_cards_are_complete_and_have_stable_ids(chat: Chat) -> None:
    first, second = chat.inline("accutane dry lips"), chat.inline("accutane dry lips")
    ids = [card.id for card in first["results"]]
    assert ids == [card.id for card in second["results"]]
    assert ids[0] == "en-side-effects"
    sent = first["results"][0].input_message_content
    for part in ("skin reactions", "Source:", "not medical advice"):
        assert part in sent.message_text
    assert any(e.url and "start=v_side-effects_" in e.url for e in sent.entities)


def test_inline_pages_go_on_without_repeating(chat: Chat) -> None:
    seen: list[str] = []
    offset = ""
    for _ in range(5):
        found = chat.inline("accutane side effects", offset)
        seen += [card.id for card in found["results"]]
        offset = found["next_offset"]
        if not offset:
            break
    assert len(seen) == len(set(seen)) > 5
    assert chat.inline("accutane side effects", "999")["results"] == []


def test_a_weight_is_personal_and_never_cached(chat: Chat) -> None:
    found = chat.inline("70 kg")
    assert found["is_personal"] is True
    assert found["cache_time"] == 0
    assert all("70" not in card.id for card in found["results"])
    assert "140" in found["results"][0].input_message_content.message_text


def test_a_red_flag_inline_gives_help_and_nothing_else(chat: Chat) -> None:
    assert [card.id for card in chat.inline("I want to kill myself")["results"]] == ["alert"]


@pytest.mark.parametrize(
    ("query", "card"),
    [("/i cant breathe", "alert"), ("/start", "about"), ("/dose 70 kg", "about")],
)
def test_a_red_flag_behind_a_slash_gives_help_inline_too(
    chat: Chat, query: str, card: str
) -> None:
    assert [one.id for one in chat.inline(query)["results"]] == [card]


def test_the_red_flag_card_gives_the_numbers_to_call(chat: Chat) -> None:
    (card,) = chat.inline("I want to kill myself")["results"]
    told = card.input_message_content.message_text
    for country in chat.desk.kb.triage.file.countries.values():
        if country.emergency is not None and country.emergency.verified is not None:
            assert f"{country.emergency.number} ({country.name}" in told
    assert "use your local emergency number" in told
    assert "kill" not in told


@pytest.mark.parametrize("query", ["i cant breathe", "alcohol", "70 kg"])
@pytest.mark.parametrize("where", [{}, {"chat": GROUP}])
def test_a_card_of_ours_that_was_picked_is_not_read_as_the_persons_words(
    chat: Chat, query: str, where: dict[str, object]
) -> None:
    card = chat.inline(query)["results"][0].input_message_content.message_text
    ours = {"via_bot": {"id": BOT, "is_bot": True}, **where}
    reply = {"reply_to_message": {"message_id": 1, "from": {"id": BOT, "is_bot": True}}}
    assert chat.message(card, **ours, **reply) == []
    assert chat.message("i cant breathe", via_bot={"id": BOT + 1, "is_bot": True})


DOUBTED = "my period is late 60 kg"  # the rules found it, the second opinion doubts it
ASKED_BACK = (DOUBTED, "i cannot go on with skin like this", "muscles ache 70 kg")


def test_a_red_flag_that_became_a_question_is_asked_behind_the_groups_button(chat: Chat) -> None:
    asked = text(chat.message(DOUBTED))
    chat.memory = None
    carried = _carried(chat, chat.message(f"/ask {DOUBTED}", chat=GROUP))
    assert carried == asked
    chat.press("Yes")
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None
    assert chat.last.reply.alert.id == "RF01"


@pytest.mark.parametrize("asked", ASKED_BACK)
def test_an_edit_in_a_group_that_may_be_a_red_flag_is_asked_about(chat: Chat, asked: str) -> None:
    wanted = text(chat.message(asked))
    chat.memory = None
    chat.message("/ask can I drink alcohol on accutane", chat=GROUP)
    edited = chat.edit(chat.number - 2, f"/ask {asked}", chat=GROUP)
    assert _carried(chat, edited) == wanted


def test_the_question_beside_a_red_flag_is_carried_with_it(chat: Chat) -> None:
    carried = _carried(chat, chat.message("/ask i took two", chat=GROUP))
    assert carried.startswith("Was it more than two, was it a child, or do you feel unwell?")
    chat.press("Yes")
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None
    assert chat.last.reply.alert.urgency == "emergency"


def test_a_red_flag_from_a_group_bars_the_dose_in_private(chat: Chat) -> None:
    _carried(chat, chat.message("/ask I'm pregnant and on accutane", chat=GROUP))
    chat.message("70 kg")
    assert chat.last.reply is not None
    assert chat.last.reply.dose is None


def test_only_asking_under_a_red_flag_from_a_group_asks_for_the_question(chat: Chat) -> None:
    _carried(chat, chat.message("/ask I want to die", chat=GROUP))
    assert "once more" in text(chat.press("I was only asking"))


LINED = (  # only asked about: the answer comes with a safety line
    "can it cause suicidal thoughts?",
    "can i get pregnant on it?",
)


def _safety_line(chat: Chat, asked: str) -> str:
    """The safety line that a private answer to it ends with."""
    chat.message(asked)
    reply = chat.last.reply
    chat.memory = None
    assert reply is not None
    rows = chat.desk.kb.triage.file.rows.values()
    (line,) = [note.text for note in reply.notes if note.text in {row.safety for row in rows}]
    return line


@pytest.mark.parametrize("asked", LINED)
def test_the_safety_line_is_said_behind_the_groups_button_too(chat: Chat, asked: str) -> None:
    line = _safety_line(chat, asked)
    assert line in _carried(chat, chat.message(f"/ask {asked}", chat=GROUP))


@pytest.mark.parametrize("asked", LINED)
def test_the_safety_line_is_on_each_inline_card(chat: Chat, asked: str) -> None:
    line = _safety_line(chat, asked)
    found = chat.inline(asked)
    assert found["results"]
    assert all(line in card.input_message_content.message_text for card in found["results"])
    assert found["is_personal"] is True


def test_what_a_question_from_a_group_was_about_is_remembered_in_private(chat: Chat) -> None:
    _carried(chat, chat.message("/ask how long does a course of accutane take?", chat=GROUP))
    assert Talk.read(chat.memory).memory.passage == "duration"


TWO = (
    "Two things about accutane that nobody told me at the clinic. What are the side effects of it?"
    " And how long does a whole course of it usually take?"
)


def test_both_parts_of_an_answer_are_carried_out_of_a_group(chat: Chat) -> None:
    chat.message(TWO)
    assert chat.last.reply is not None
    first, second = chat.last.reply.citations
    chat.memory = None
    carried = _carried(chat, chat.message(f"/ask {TWO}", chat=GROUP))
    assert first.quote in carried
    assert second.quote in carried


@pytest.mark.parametrize("query", [*ASKED_BACK, "i took two"])
def test_a_red_flag_that_became_a_question_gives_the_card_on_help_alone(
    chat: Chat, query: str
) -> None:
    found = chat.inline(query)
    assert [card.id for card in found["results"]] == ["alert"]
    assert found["is_personal"] is True
