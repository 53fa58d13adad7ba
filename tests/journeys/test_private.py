"""Private chats, as a person has them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.kb.beside import joined
from bot.kb.knowledge import Knowledge
from bot.kb.loading import load
from bot.kb.split_files import split_into
from bot.reply.profile import PRIVATE
from bot.reply.talk import Kept, Talk
from bot.turn.context import Context
from tests.journeys.chat import BOT, USERNAME, Chat, desk, text

SECOND = Path(__file__).parents[1] / "second_kb"


@pytest.fixture
def chat(context: Context) -> Chat:
    return Chat(desk(context))


def test_the_welcome_is_three_lines_and_four_buttons(chat: Chat) -> None:
    said = text(chat.message("/start"))
    assert len(said.splitlines()) == 3
    assert len(chat.labels()) == 4


def test_thumbs_count_once_and_then_are_gone(chat: Chat) -> None:
    chat.message("What are the side effects of accutane?")
    answer = max(chat.shown)
    forged = "v1|d|side-effects"
    assert "counted" in text(chat.press("👍 Helpful", on=answer))
    assert not any("elpful" in label for label in chat.labels(answer))
    assert "before" in text(chat.press(data=forged, on=answer))
    votes = [one for one in chat.counted if one[0] in ("up", "down")]
    assert votes == [("up", "side-effects", "")]


def test_not_what_i_asked_never_offers_the_same_again(chat: Chat) -> None:
    chat.message("What are the side effects of accutane?")
    seen = [label for label in chat.labels() if label != "Whole section"]
    for _ in range(8):
        chat.press("Not what I asked")
        fresh = [label for label in chat.labels() if label != "Not what I asked"]
        assert not set(fresh) & set(seen)
        assert len(fresh) <= 3
        seen += fresh


def test_the_answer_to_an_edited_message_is_edited_while_it_is_the_last(chat: Chat) -> None:
    chat.message("How long does a course of accutane take?")
    asked, shown = chat.number - 2, max(chat.shown)
    (call,) = chat.edit(asked, "What are the side effects of accutane?")
    assert (call.method, call.kwargs["message_id"]) == ("edit_message_text", shown)
    chat.message("thanks")
    assert chat.edit(asked, "What is accutane?") == []


def test_a_red_flag_in_an_old_edit_is_answered_anew(chat: Chat) -> None:
    chat.message("How long does a course of accutane take?")
    asked = chat.number - 2
    chat.message("thanks")
    (call,) = chat.edit(asked, "I want to kill myself")
    assert call.method == "send_message"
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None


@pytest.mark.parametrize(
    "kind", ["photo", "voice", "sticker", "document", "location", "contact", "video"]
)
def test_each_kind_of_media_gets_its_own_kind_words(chat: Chat, kind: str) -> None:
    media: dict[str, Any] = {kind: [{}] if kind == "photo" else {}}
    said = text(chat.message(**media))
    assert said == chat.desk.say(f"media.{kind}")


def test_an_album_is_answered_once_and_so_is_each_caption_in_it(chat: Chat) -> None:
    piece: dict[str, Any] = {"photo": [{}], "media_group_id": "7"}
    asked = "What are the side effects of accutane?"
    assert text(chat.message(**piece)) == chat.desk.say("media.photo")
    assert chat.message(**piece) == []
    assert "skin reactions" in text(chat.message(**piece, caption=asked))
    assert chat.message(**piece) == []
    assert chat.last.talk is None
    assert text(chat.message(**{**piece, "media_group_id": "8"})) == chat.desk.say("media.photo")
    assert text(chat.message(photo=[{}])) == chat.desk.say("media.photo")


def test_a_red_flag_in_an_album_is_answered_wherever_it_stands(chat: Chat) -> None:
    piece: dict[str, Any] = {"photo": [{}], "media_group_id": "7"}
    chat.message(**piece)
    chat.message(**piece, caption="I want to die")
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None


def test_a_caption_is_read(chat: Chat) -> None:
    said = text(chat.message(photo=[{}], caption="What are the side effects of accutane?"))
    assert said.startswith("I can't look at what you sent")
    assert "skin reactions" in said


@pytest.mark.parametrize(
    "words",
    [
        "rash from my watch strap",
        "upset tummy after the curry",
        "new glasses give me a headache",
    ],
)
def test_a_caption_that_is_unclear_gets_its_safety_line_all_the_same(
    chat: Chat, words: str
) -> None:
    (line,) = [one for one in text(chat.message(words)).split("\n") if one.startswith("Note: ")]
    chat.memory = None
    assert line in text(chat.message(caption=words, photo=[{"file_id": "x"}]))


ME = {"id": BOT, "is_bot": True, "first_name": "Acne bot"}
FORWARDED: list[dict[str, Any]] = [
    {"forward_origin": {"type": "user", "date": 1, "sender_user": ME}},
    {"forward_from": ME, "forward_date": 1},
    {
        "forward_origin": {"type": "user", "date": 1, "sender_user": {"id": 6, "is_bot": False}},
        "via_bot": ME,
    },
]


@pytest.mark.parametrize("origin", FORWARDED)
@pytest.mark.parametrize("asked", ["/gethelp", "/start t_mood-depression", "i cant breathe"])
def test_our_own_words_that_come_back_are_not_read_as_the_persons(
    chat: Chat, asked: str, origin: dict[str, Any]
) -> None:
    said = text(chat.message(asked))
    chat.memory = None
    assert text(chat.message(said, **origin)) == chat.desk.say("telegram.own_words")
    assert chat.last.reply is None
    assert "I read: 70 kg" in text(chat.message("70 kg"))


def test_a_picture_of_ours_that_comes_back_is_told_as_our_own(chat: Chat) -> None:
    said = text(chat.message(caption="My visit", photo=[{"file_id": "x"}], **FORWARDED[0]))
    assert said == chat.desk.say("telegram.own_words")


def test_our_own_words_that_come_back_leave_our_question_open(chat: Chat) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    chat.message("I do not know this place.", **FORWARDED[0])
    assert Talk.read(chat.memory).asking == "zone exam"


@pytest.mark.parametrize(
    "origin",
    [
        {"type": "user", "date": 1, "sender_user": {"id": 6, "is_bot": False, "first_name": "B"}},
        {"type": "hidden_user", "date": 1, "sender_user_name": "B"},
    ],
)
def test_a_cry_for_help_that_is_forwarded_raises_the_alarm(
    chat: Chat, origin: dict[str, Any]
) -> None:
    chat.message("I want to kill myself", forward_origin=origin)
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None


def test_a_receipt_shows_the_place_and_whether_it_changed(chat: Chat) -> None:
    sha = chat.desk.kb.passages["duration"].sha256[:8]
    assert "has not changed" in text(chat.message(f"/start v_duration_{sha}"))
    assert "has changed" in text(chat.message("/start v_duration_00000000"))
    assert "not in the document any more" in text(chat.message(f"/start v_gone_{sha}"))


class Shelf:
    """Other clinics' documents."""

    def __init__(self, *held: Knowledge) -> None:
        self._held = held

    def get(self, folder: str) -> None:
        """None is this chat's."""

    def all(self) -> Iterable[Knowledge]:
        return self._held


@pytest.mark.parametrize("of", ["nobody", "the other clinic"], ids=["unbound", "bound"])
def test_a_receipt_of_a_changed_passage_shows_no_other_clinics(
    context: Context, tmp_path: Path, of: str
) -> None:
    elm, new = Path(shutil.copytree(SECOND, tmp_path / "elm")), tmp_path / "visiting.txt"
    old = (SECOND / "source" / "visiting.txt").read_text(encoding="utf-8")
    new.write_text(old.replace("8:00 to 17:00", "13:00 to 15:00"), encoding="utf-8")
    split_into(new, elm, dt.date(2027, 3, 1))
    oaks, elms = load(SECOND, base=context.kb), joined(context.kb, load(elm, base=context.kb))
    held = desk(context, own=Shelf(elms))
    chat = Chat(held if of == "nobody" else replace(held, kb=elms))
    was, now = (kb.passages["contact"].sha256[:8] for kb in (oaks, elms))
    assert "not in the document any more" in text(chat.message(f"/start v_contact_{was}"))
    told = text(chat.message(f"/start v_contact_{now}"))
    assert "has not changed" in told
    assert "13:00 to 15:00" in told
    assert "has changed" in text(chat.message("/start v_duration_00000000"))


def test_a_receipt_brings_the_notes_on_contradicted_claims(chat: Chat) -> None:
    for passage in chat.desk.kb.passages.values():
        said = text(chat.message(f"/start v_{passage.id}_{passage.sha256[:8]}"))
        assert passage.quote(chat.desk.kb.source) in said
        for note in passage.notes:
            if note.verdict == "contradicted":
                assert " ".join(note.text.split()) in " ".join(said.split())


def test_every_citation_links_to_a_receipt_that_holds(chat: Chat) -> None:
    (call,) = chat.message("What are the side effects of accutane?")
    (url,) = [e["url"] for e in call.kwargs["entities"] if "url" in e]
    payload = url.removeprefix(f"https://t.me/{USERNAME}?start=")
    assert "has not changed" in text(chat.message(f"/start {payload}"))


@pytest.mark.parametrize("data", ["v1|p|gone", "v9|p|what", "", "v1|x|data.nothing", "v1|s|\x00"])
def test_stale_and_forged_buttons_are_answered_politely(chat: Chat, data: str) -> None:
    chat.message("/start")
    (call,) = chat.press(data=data)
    assert call.method == "answer_callback_query"
    assert call.kwargs["text"] == chat.desk.say("service.old_button")


def test_the_visit_sheet_holds_what_was_added_and_is_cleared_on_request(chat: Chat) -> None:
    chat.message("can I drink alcohol on accutane?")
    chat.press("Add to my list")
    chat.message("what dose of accutane for 70 kg?")
    chat.press("Add to my list")
    chat.message("/visit")
    chat.press("Tick side effects")
    chat.press("[  ] dryness in the nose")
    said = text(chat.press("Show my page"))
    for part in ("• Alcohol", "70 kg", "average 70", "• dryness in the nose"):
        assert part in said
    photo = chat.press("As a picture")[-1]
    assert photo.kwargs["photo"].startswith(b"\x89PNG")
    chat.message("/visit")
    assert chat.press("As a PDF to print")[-1].kwargs["document"].startswith(b"%PDF")
    chat.message("/visit")
    chat.press("Clear my list")
    assert chat.kept is None
    assert "empty" in text(chat.message("/visit"))


@pytest.mark.parametrize("label", ["Add to my list", "As a picture"])
def test_a_button_under_an_older_dose_never_acts_on_the_newest(chat: Chat, label: str) -> None:
    chat.message("what dose of accutane for 70 kg")
    older = max(chat.shown)
    chat.message("what dose of accutane for 45 kg, age 15")
    calls = chat.press(label, on=older)
    assert text(calls) == chat.desk.say("telegram.no_figures")
    assert chat.kept is None
    assert text(chat.press(label)) != chat.desk.say("telegram.no_figures")


@pytest.mark.parametrize(
    "label", ["Add to my list", "As a timeline", "Calendar file", "Remind me"]
)
def test_a_button_under_an_older_course_never_acts_on_the_newest(chat: Chat, label: str) -> None:
    chat.message("i started accutane on 1 february 2027")
    older = max(chat.shown)
    chat.message("i started accutane on 15 february 2027")
    calls = chat.press(label, on=older)
    assert text(calls) == chat.desk.say("telegram.no_figures")
    assert chat.kept is None
    assert text(chat.press(label)) != chat.desk.say("telegram.no_figures")


def test_the_same_weight_with_another_own_dose_is_another_dose(chat: Chat) -> None:
    chat.message("i weigh 70 kg and take 40 mg a day")
    older = max(chat.shown)
    chat.message("i weigh 70 kg and take 60 mg a day")
    assert text(chat.press("Add to my list", on=older)) == chat.desk.say("telegram.no_figures")


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [("America/Los_Angeles", 2, "28 February 2027"), ("Asia/Tokyo", 18, "2 March 2027"),
     (None, 18, "1 March 2027")],
)  # fmt: skip
def test_today_is_the_persons_own_day_where_the_zone_is_known(
    chat: Chat, zone: str | None, hour: int, day: str
) -> None:
    chat.kept = Kept(zone=zone).stored() or None
    chat.now = dt.datetime(2027, 3, 1, hour, tzinfo=dt.UTC)
    assert f"You started on {day}" in text(chat.message("i started accutane today"))
    assert ("hour", f"{hour:02}", "") in chat.counted
    chat.press("Add to my list")
    assert day in text(chat.press("As a timeline"))
    page = text(chat.message("/visit"))
    assert f"Made on {day}" in page
    assert "day 1, week 1" in page


def test_the_visit_sheet_says_when_a_course_is_to_begin(chat: Chat) -> None:
    chat.kept = Kept(course=dt.date(2027, 3, 20)).stored()
    page = text(chat.message("/visit"))
    assert "My course is to begin on 20 March 2027. Twenty weeks end on 7 August 2027." in page


def test_the_visit_sheet_says_that_a_course_is_over(chat: Chat) -> None:
    chat.kept = Kept(course=dt.date(2026, 1, 1)).stored()
    page = text(chat.message("/visit"))
    assert "began on 1 January 2026. Twenty weeks ended on 21 May 2026" in page
    assert "week 61" not in page


def test_nothing_lasts_that_was_not_asked_for(chat: Chat) -> None:
    for typed in ("hello", "what dose for 70 kg of accutane", "my lips are dry on accutane"):
        chat.message(typed)
        assert chat.kept is None
    assert "lips" not in (chat.memory or "")


@pytest.mark.parametrize("link", ["/start i cant breathe", "/start p_gone i want to die"])
def test_a_red_flag_behind_start_is_no_link(chat: Chat, link: str) -> None:
    chat.message(link)
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None


def test_a_red_flag_in_an_edit_into_a_command_raises_the_alarm(chat: Chat) -> None:
    chat.message("thanks")
    assert chat.edit(chat.number - 2, "/visit i want to kill myself")
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None
    assert chat.edit(chat.number - 3, "/visit") == []


def test_longest_and_right_to_left_messages_are_answered(chat: Chat) -> None:
    for typed in (
        "side effects " * 315,
        "ما هي الآثار الجانبية",
        "\u202eaccutane\u202c",
        "😀" * 2048,
    ):
        calls = chat.message(typed[:4096])
        assert calls
        assert all(len(call.kwargs["text"]) <= 4096 for call in calls)


def test_an_unknown_command_lists_all_that_work_here(chat: Chat) -> None:
    said = text(chat.message("/remnid"))
    for name in PRIVATE:
        assert f"/{name}" in said
    chat.message("/help_me I want to kill myself")
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None
