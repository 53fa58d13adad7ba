"""Hours, tags and the life of a conversation with a clinic."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.turn.handover import (
    DAY,
    IDLE,
    MOST_A_DAY,
    MOST_UNANSWERED,
    Draft,
    Handover,
    Relay,
    State,
    Thread,
    plain,
    read_tag,
    tag_of,
)
from bot.turn.hours import is_open, read_hours

BERLIN = Handover(on=True, hours="Mon-Fri 9-12:30, 13-17; Sat 9-12", tz="Europe/Berlin")


@pytest.mark.parametrize(
    ("utc", "open_"),
    [
        ("2027-03-01T08:00", True),  # Monday, nine in Berlin's winter
        ("2027-03-01T07:59", False),
        ("2027-03-01T11:30", False),  # the break
        ("2027-03-01T12:00", True),
        ("2027-03-01T16:00", False),  # the end itself is over
        ("2027-03-29T07:00", True),  # the clocks went forward the day before
        ("2027-03-06T10:59", True),
        ("2027-03-07T10:00", False),
    ],
)
def test_hours_are_the_clinics_own_clock(utc: str, open_: bool) -> None:
    assert BERLIN.open_at(dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)) is open_


@pytest.mark.parametrize(
    "text", ["", ";", "9-17", "Mon", "Mon 17-9", "Mon 9-25", "Mon 9:75-10", "Foo 9-17", "Mon 9"]
)
def test_what_are_no_hours_is_refused_with_what_would_do(text: str) -> None:
    with pytest.raises(ValidationError, match="Mon-Fri 9-17"):
        Handover(hours=text)


def test_days_may_wrap_over_the_weekend_and_be_listed() -> None:
    assert {span.day for span in read_hours("Sat-Mon, Wed 0-24")} == {5, 6, 0, 2}
    assert is_open(read_hours("Sunday 23:30-24"), dt.datetime(2027, 3, 7, 23, 59, tzinfo=dt.UTC))


@given(st.text(max_size=40))
def test_any_text_is_hours_or_refused(text: str) -> None:
    try:
        spans = read_hours(text)
    except ValueError:
        return
    assert all(0 <= span.start < span.end <= 24 * 60 for span in spans)


@given(st.integers(min_value=1, max_value=10**12))
def test_a_tag_names_one_conversation(number: int) -> None:
    assert read_tag(tag_of(number)) == number


@pytest.mark.parametrize(
    "tag", ["", "7K", "K", "K0", "K07", "B7", "k7", "K7 ", "K٧", "K" + "9" * 40]
)
def test_what_is_no_tag_is_not_read(tag: str) -> None:
    assert read_tag(tag) is None


@given(st.text())
def test_words_are_passed_on_without_what_nobody_sees(text: str) -> None:
    shown = plain(text)
    assert plain(shown) == shown
    assert "\u202e" not in shown
    assert "\0" not in shown


def test_words_keep_their_lines_and_their_letters() -> None:
    assert plain(" one\r\ntwo\n\n\n\nthree 👩‍👧 ") == "one\ntwo\n\nthree 👩‍👧"


def test_a_consent_is_for_one_text_and_picture() -> None:
    digests = {Draft(text=t, photo=p).digest for t in ("a", "b") for p in (None, "f")}
    assert len(digests) == 4


def test_a_draft_is_over_before_half_an_hour_is() -> None:
    draft = Draft(text="x", at=1000.0)
    assert not draft.over(1000 + 24 * 60)
    assert draft.over(1000 + 26 * 60)


def sent(thread: Thread, at: float) -> Thread:
    return thread.drafted(Draft(text="x", message=int(at)), thread.clinic).sent(at, 240)


def test_from_draft_to_close() -> None:
    thread = Thread(id=3, clinic="oak").drafted(Draft(text="x", message=5), "oak")
    assert (thread.state, thread.due) == (State.DRAFT, None)
    thread = thread.sent(1000.0, 240)
    assert (thread.state, thread.draft, thread.last) == (State.OPEN, None, 5)
    assert thread.due == 1000 + 4 * 3600
    assert thread.waited().due == 1000 + IDLE
    assert thread.answered(2000.0).due == 2000 + IDLE
    assert thread.closed(3000.0).due is None


def test_a_message_from_before_it_began_is_of_another_conversation() -> None:
    thread = Thread(id=1, clinic="oak").drafted(Draft(text="x", at=1000.0), "oak").sent(9e9, 240)
    assert thread.covers(1000)
    assert not thread.covers(999)
    assert not thread.covers(0)
    later = thread.drafted(Draft(text="y", at=5000.0), "oak").sent(9e9, 240)
    assert later.covers(1000)


def test_a_second_message_does_not_put_the_promise_off() -> None:
    thread = sent(sent(Thread(clinic="oak"), 1000.0), 9000.0)
    assert thread.due == 1000 + 4 * 3600
    later = sent(thread.waited(), 20_000.0)  # this one was promised an answer as well
    assert later.due == 20_000 + 4 * 3600


def test_limits_hold_over_conversations_until_the_day_is_over() -> None:
    thread = Thread(clinic="oak")
    for number in range(MOST_UNANSWERED):
        assert thread.too_much(float(number)) is None
        thread = sent(thread, float(number))
    assert thread.too_much(10.0) == "unanswered"
    thread = thread.answered(11.0)
    for number in range(MOST_A_DAY - MOST_UNANSWERED):
        thread = sent(thread, 100.0 + number).answered(100.0 + number)
    anew = thread.closed(200.0).drafted(Draft(text="y"), "oak")
    assert (anew.id, anew.too_much(300.0)) == (0, "day")
    assert anew.too_much(DAY + 200.0) is None


def test_another_clinic_never_gets_what_was_open_with_the_first() -> None:
    anew = sent(Thread(id=3, clinic="oak"), 1.0).drafted(Draft(text="y"), "elm")
    assert (anew.id, anew.clinic, anew.state) == (0, "elm", State.DRAFT)


def test_a_relay_survives_its_row() -> None:
    relay = Relay(to="staff", what="question", clinic="oak", thread=26, text="it's\n“so”")
    assert Relay.model_validate_json(relay.model_dump_json(exclude_defaults=True)) == relay
    assert relay.tag == tag_of(26)
