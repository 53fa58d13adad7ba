"""What a modified client may send: any button, any link, from anybody. None of it does harm."""

from __future__ import annotations

import string

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.reply.codes import Press
from bot.reply.outgoing import Outgoing
from bot.turn.context import Context
from tests.journeys.chat import GROUP, PERSON, Chat, desk

letters = st.sampled_from([press.value for press in Press] + list(string.ascii_lowercase))
targets = st.one_of(
    st.sampled_from(
        ["data.delete", "visit.tick", "visit.show", "remind.exam", "clinic.leave", "tick.99999999"]
    ),
    st.sampled_from(
        ["what", "alcohol", "side-effects", "", "../etc", "/deletedata", "/start c_x"]
    ),
    st.text(max_size=60),
)
forged = st.builds(lambda letter, target: f"v1|{letter}|{target}", letters, targets)
unhurried = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def stay_in(chat_id: int, calls: list[Outgoing]) -> bool:
    return all(call.kwargs.get("chat_id", chat_id) == chat_id for call in calls)


@unhurried
@given(data=st.one_of(forged, st.text(max_size=70)))
@example(data="v1|x|" + "tick." * 11)
@example(data="v1|c|/mydata")
def test_any_button_ends_its_spinner_first_and_stays_in_its_chat(
    context: Context, data: str
) -> None:
    chat = Chat(desk(context))
    calls = chat.press(data=data, on=chat_with_a_message(chat))
    assert calls[0].method == "answer_callback_query"
    assert sum(call.method == "answer_callback_query" for call in calls) == 1
    assert stay_in(PERSON, calls)


def chat_with_a_message(chat: Chat) -> int:
    chat.shown[500] = None
    return 500


@unhurried
@given(payload=st.one_of(st.text(max_size=70), st.from_regex(r"[ptvcg]_[a-z0-9_-]{0,60}")))
def test_any_link_is_answered_and_binds_to_nothing(context: Context, payload: str) -> None:
    chat = Chat(desk(context))
    calls = chat.message(f"/start {payload}")
    assert calls
    assert stay_in(PERSON, calls)
    assert chat.kept is None


def test_a_button_that_is_pressed_again_and_again_changes_nothing_more(context: Context) -> None:
    chat = Chat(desk(context))
    chat.message("can I drink alcohol on accutane?")
    for _ in range(5):
        chat.press(data="v1|u|alcohol")
        chat.press(data="v1|l|alcohol")
    assert len([one for one in chat.counted if one[0] == "up"]) <= 1
    assert str(chat.kept).count("alcohol") == 1


def test_a_button_of_the_private_chat_does_nothing_in_a_group(context: Context) -> None:
    """Whoever presses there would act for somebody else."""
    chat = Chat(desk(context))
    body = {
        "id": "77",
        "from": {"id": 6, "is_bot": False, "first_name": "B"},
        "message": {"message_id": 3, "date": 1, "chat": GROUP},
        "chat_instance": "1",
        "data": "v1|x|data.delete",
    }
    (call,) = chat.update(callback_query=body)
    assert call.method == "answer_callback_query"
    assert chat.last.outcome == "old_button"


def test_a_command_for_another_bot_is_not_ours(context: Context) -> None:
    assert Chat(desk(context)).message("/deletedata@another_bot") == []
