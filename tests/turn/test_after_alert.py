"""What people say to an alert: it is said again, and nothing takes it lower."""

from __future__ import annotations

import pytest

from bot.kb.models import Urgency
from bot.turn.context import Context
from bot.turn.reply import Kind, Reply
from tests.turn.said import last

EMERGENCY = "my vision went blurry and i have a terrible headache"
TODAY = "my pee is dark like cola"


def stands(reply: Reply, urgency: Urgency, context: Context) -> bool:
    again = context.kb.triage.file.wording.still in reply.text
    return again and reply.alert is not None and reply.alert.urgency is urgency


@pytest.mark.parametrize(
    "asked_back",
    [
        "can it wait until monday?",
        "is that a normal side effect",
        "is it the accutane",
        "should i stop taking it",
        "what do i do now",
        "it got worse",
        "but why",
        "im scared",
        "my derm is closed",
        "i cant reach my doctor",
        "should i go to the er?",
        "?",
        "is that ok",
        "why not",
        "how long",
        "should i stop",
        "should i take the next one",
        "should i finish my course",
        "my doctor is on holiday",
    ],
)
@pytest.mark.parametrize(
    ("told", "urgency"), [(EMERGENCY, Urgency.EMERGENCY), (TODAY, Urgency.TODAY)]
)
def test_who_asks_back_about_an_alert_is_told_again_what_to_do(
    context: Context, told: str, urgency: Urgency, asked_back: str
) -> None:
    """They had got a passage ("a normal side effect"), a gap, or "I only know one document"."""
    assert stands(last(context, told, asked_back), urgency, context)


@pytest.mark.parametrize(
    "made_small",
    [
        "its gone now",
        "im ok now",
        "its just heartburn",
        "its only on my hands",
        "maybe its a cold",
        "could it be vitamins",
        "only a little",
        "just once",
        "this morning",
        "after the pill",
        "he seems fine",
        "i get it sometimes",
        "since week 3",
        "its been an hour",
    ],
)
def test_who_makes_little_of_an_alert_is_told_again(context: Context, made_small: str) -> None:
    """They had got a gap, "Goodbye, and take care" or "Hello!"."""
    assert stands(last(context, EMERGENCY, made_small), Urgency.EMERGENCY, context)


def test_a_time_that_we_asked_for_is_no_part_of_an_alert_said_before(context: Context) -> None:
    reply = last(context, TODAY, "when is my course over?", "yesterday")
    assert reply.alert is None
    reply = last(context, TODAY, "how long does a course take?", "for 2 weeks?")
    assert reply.alert is None


def test_a_goodbye_is_taken_for_one_only_if_it_is_said(context: Context) -> None:
    told = "my lips are swollen and my face too"
    assert stands(last(context, told, "my tongue too now"), Urgency.EMERGENCY, context)
    assert last(context, told, "thanks bye").kind is Kind.CHAT


def test_what_can_wait_is_not_said_again_once_something_else_was_shown(context: Context) -> None:
    told = "can i give blood"
    assert stands(last(context, told, "how long after"), Urgency.NEXT_VISIT, context)
    reply = last(context, told, "what are the side effects", "is that normal")
    assert reply.alert is None


def test_what_is_no_subject_of_the_document_is_about_the_alert_just_said(context: Context) -> None:
    reply = last(context, "my chest hurts and my arm is numb", "can i just take an aspirin")
    assert stands(reply, Urgency.EMERGENCY, context)


@pytest.mark.parametrize(
    "said",
    [
        "just unfit?",
        "im only 22 tho",
        "perhaps im simply not drinking enough",
        "the derm knows so its fine",
        "took an antihistamine so all good?",
        "so not the dryness thing?",
    ],
)
def test_what_makes_light_of_an_alert_is_about_it(context: Context, said: str) -> None:
    assert stands(last(context, TODAY, said), Urgency.TODAY, context)


def test_a_medicine_named_behind_the_alert_on_it_is_no_skin_care(context: Context) -> None:
    told = "I was given an antibiotic for my tooth and I take isotretinoin"
    assert last(context, told, "It's called minocycline.").alert is not None


def test_a_lesser_red_flag_does_not_hide_a_graver_one_that_stands(context: Context) -> None:
    reply = last(context, "massive headache since last night, been sick twice", "my pee is brown")
    assert reply.alert is not None
    assert (reply.alert.id, reply.alert.urgency) == ("RF07", Urgency.EMERGENCY)
    assert "RF09" in reply.alert.also


def test_what_was_asked_about_and_then_done_is_as_urgent_as_done(context: Context) -> None:
    reply = last(context, "can i donate blood on accutane", "oops. did it yesterday")
    assert reply.alert is not None
    assert (reply.alert.id, reply.alert.urgency) == ("RF23", Urgency.TODAY)


def test_who_reaches_nobody_today_hears_the_emergency_numbers_too(context: Context) -> None:
    reply = last(context, TODAY, "no appointment till tuesday")
    wording = context.kb.triage.file.wording
    assert wording.unreached in reply.text
    assert wording.labels["emergency"] in reply.text


def test_the_gravest_of_several_alerts_is_said_again(context: Context) -> None:
    reply = last(context, EMERGENCY, TODAY, "can it wait")
    assert stands(reply, Urgency.EMERGENCY, context)


@pytest.mark.parametrize(
    ("asked", "passage"),
    [
        ("how long does a course take?", "duration"),
        ("what are the side effects", "side-effects"),
        ("how long do i take it for", "duration"),
        ("what dose to start with", "dose-start"),
    ],
)
def test_a_question_of_its_own_is_answered_after_an_alert(
    context: Context, asked: str, passage: str
) -> None:
    assert last(context, TODAY, asked).citations[0].passage == passage


@pytest.mark.parametrize(
    ("flag", "asked"),
    [
        ("i had a seizure at work on monday", "should i have my capsule tonight or leave it out"),
        ("my eyes look yellow", "what time of day is best to take it"),
        ("i am pregnant and on accutane", "do i take it with food"),
    ],
)
def test_who_asks_how_to_take_it_on_is_told_again_what_to_do(
    context: Context, flag: str, asked: str
) -> None:
    first, again = last(context, flag), last(context, flag, asked)
    assert first.alert is not None
    assert again.alert is not None
    assert again.alert.id == first.alert.id


def test_thanks_end_an_alert_in_peace(context: Context) -> None:
    assert last(context, TODAY, "ok thanks").kind is Kind.CHAT


@pytest.mark.parametrize("taken_back", ["only asking", "/cancel", "/start"])
def test_an_alert_that_is_for_nothing_is_not_said_again(context: Context, taken_back: str) -> None:
    assert last(context, TODAY, taken_back, "can it wait").alert is None


def test_the_same_words_without_an_alert_are_read_as_ever(context: Context) -> None:
    reply = last(context, "what are the side effects?", "is that normal")
    assert reply.alert is None


def test_an_open_doubt_whose_question_is_asked_back_counts_as_so(context: Context) -> None:
    """A person who asks whether it can wait does not say that there is nothing."""
    reply = last(context, "i have a rash", "can it wait till tomorrow")
    assert reply.alert is not None


@pytest.mark.parametrize("dose", ["70 kg", "dose for 70 kg", "/dose 70 kg"])
@pytest.mark.parametrize("between", [(), ("is spf 50 better than spf 30?",)])
def test_a_dose_waits_while_an_emergency_stands(
    context: Context, between: tuple[str, ...], dose: str
) -> None:
    """Somebody whose airways swell had got a range with their next words."""
    reply = last(context, "my throat is closing up", *between, dose)
    assert stands(reply, Urgency.EMERGENCY, context)
    assert reply.dose is None


@pytest.mark.parametrize("between", [(), ("is spf 50 better than spf 30?", "70 kg")])
def test_a_dose_is_given_once_the_emergency_is_said_to_be_none(
    context: Context, between: tuple[str, ...]
) -> None:
    """The button ends it however much was said in between, and so nobody is shut out."""
    reply = last(context, "my throat is closing up", *between, "only asking", "70 kg")
    assert reply.dose is not None


def test_a_dose_is_given_beside_what_is_for_the_same_day(context: Context) -> None:
    assert last(context, TODAY, "dose for 70 kg").dose is not None


def test_the_button_ends_several_alerts_that_were_said_again_together(context: Context) -> None:
    """The alert said again had the graver row's name on its button, and the button was dead."""
    told = ("my throat is closing up", "chest pain", "70 kg")
    again = last(context, *told)
    (button,) = [one.command for one in again.suggestions if "only asking" in (one.command or "")]
    assert button is not None
    assert last(context, *told, button, "70 kg").dose is not None


def test_only_asking_offers_where_it_is_not_clear_what_was_asked(context: Context) -> None:
    """It had shown the length of a course to whose throat was closing up."""
    assert last(context, "my throat is closing up", "only asking").kind is Kind.CLARIFY
    asked = last(context, "can accutane make you suicidal? i want to die", "only asking")
    assert asked.kind is not Kind.CLARIFY
