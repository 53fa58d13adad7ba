"""Red flags as people tell them in a talk: answers to our questions, claims behind a question."""

from __future__ import annotations

import pytest

from bot.brain import bind
from bot.converse import converse
from bot.kb.models import Urgency
from bot.turn.context import Context
from bot.turn.reply import Kind, Reply
from tests.turn.said import last


def is_emergency(reply: Reply) -> bool:
    return reply.alert is not None and reply.alert.urgency is Urgency.EMERGENCY


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("my acne makes me want to die", "no but i want to"),
        ("my acne makes me want to die", "no not safe"),
        ("my acne makes me want to die", "never felt safe"),
        ("bad headache today", "nothing stays down"),
        ("bad headache today", "no just vomiting"),
        ("my stomach hurts", "no but i vomited"),
        ("i have a rash", "no but fever"),
        ("took two by mistake", "no, my toddler did"),
    ],
)
def test_a_no_to_a_part_of_what_was_asked_is_no_clear_no(
    context: Context, asked: str, answer: str
) -> None:
    assert is_emergency(last(context, asked, answer))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("my acne makes me want to die", "no just joking"),
        ("my acne makes me want to die", "nah im good"),
        ("bad headache today", "not at all"),
        ("bad headache today", "no vomiting, no blur"),
        ("my muscles ache", "none of those"),
    ],
)
def test_a_no_as_people_say_it_closes_the_question(
    context: Context, asked: str, answer: str
) -> None:
    assert last(context, asked, answer).kind is Kind.CHAT


def test_a_no_that_says_a_period_was_missed_keeps_the_dose_back(context: Context) -> None:
    assert last(context, "im late", "no i missed it", "dose for 70 kg").dose is None


@pytest.mark.parametrize(
    "answer", ["y", "yess", "happening now", "right now", "to me", "of course"]
)
def test_a_short_yes_to_a_doubt_is_a_yes(context: Context, answer: str) -> None:
    assert last(context, "my phone went deaf in one ear", answer).alert is not None


@pytest.mark.parametrize(
    "said", ["my son wont wake up", "my baby wont wake up", "my husband will not wake up"]
)
def test_who_cannot_wake_somebody_is_not_told_of_thoughts_of_death(
    context: Context, said: str
) -> None:
    reply = last(context, said)
    assert is_emergency(reply)
    assert reply.alert is not None
    assert "RF04" not in (reply.alert.id, *reply.alert.also)


@pytest.mark.parametrize(
    "said",
    [
        "can accutane make you suicidal? asking because i am",
        "does accutane cause suicidal thoughts? i have them",
        "what happens if a toddler swallows one? mine did",
        "does it cause seizures? my son just had one",
    ],
)
def test_who_says_that_it_is_so_does_not_only_ask(context: Context, said: str) -> None:
    assert is_emergency(last(context, said))


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("does accutane cause suicidal thoughts? i get them every night", "RF04"),
        ("can accutane make you suicidal? it did me", "RF04"),
        ("does it make you suicidal? i am, should i stop?", "RF04"),
        ("can it cause suicidal thoughts? ive been having them since week 6", "RF04"),
        ("what does pancreatitis feel like? i think ive got it", "RF08"),
        ("what if my toddler eats one? he already has", "RF12"),
        ("can accutane cause seizures? my daughter had one at breakfast", "RF17"),
        ("what if you swallow 20 capsules at once, i did", "RF11"),
        ("does it cause depression? i have it", "RF05"),
        ("does accutane cause depression? ive had it for weeks", "RF05"),
        ("can accutane cause anxiety? mine is through the roof", "RF05"),
        ("what happens if the condom breaks? it did", "RF03"),
        ("does it affect night vision? mine has gone", "RF15"),
        ("can you donate blood on accutane? i already did", "RF23"),
    ],
)
def test_a_claim_behind_a_question_is_heard_in_the_words_of_a_chat(
    context: Context, said: str, row: str
) -> None:
    reply = last(context, said)
    assert reply.alert is not None
    assert reply.alert.urgency is not Urgency.NEXT_VISIT
    assert row in (reply.alert.id, *reply.alert.also)


@pytest.mark.parametrize(
    ("asked", "claim", "row"),
    [
        ("does accutane cause suicidal thoughts", "i have them", "RF04"),
        ("can accutane make you suicidal?", "because i am", "RF04"),
        ("what happens if a toddler swallows one?", "mine did", "RF12"),
        ("what if a child swallows a capsule?", "she did just now", "RF12"),
        ("what if a kid eats one?", "it just happened", "RF12"),
        ("does it cause seizures?", "yes he had one", "RF17"),
        ("does it cause depression?", "i think i have it", "RF05"),
        ("can you get pregnant on accutane?", "i am", "RF01"),
        ("does it affect your night vision?", "mine has gone really bad", "RF15"),
    ],
)
def test_a_claim_in_the_next_message_is_one_of_what_was_asked_about(
    context: Context, asked: str, claim: str, row: str
) -> None:
    first, then = converse([asked, claim], bind(context))
    assert first.alert is None
    assert then.alert is not None
    assert then.alert.id == row


def test_a_claim_is_one_of_the_message_before_and_of_none_earlier(context: Context) -> None:
    asked = "does accutane cause suicidal thoughts"
    assert last(context, asked, "how long is a course?", "i have them").alert is None


@pytest.mark.parametrize(
    "said",
    [
        ["does accutane cause suicidal thoughts?", "mine is 20mg"],
        ["does accutane cause suicidal thoughts?", "i am 60 kg"],
        ["does accutane cause depression?", "i dont have it"],
        ["does accutane cause depression?", "i do worry about it"],
        ["does it cause seizures?", "i had one as a child"],
        ["does accutane cause depression? i had it before i started"],
        ["does it affect hearing? mine is fine"],
        ["is it bad if blood sugar goes up? mine was normal, is that fine?"],
        ["what if i miss a pill? i did"],
        ["does it cause nosebleeds? i get them every day"],
    ],
)
def test_what_is_no_claim_of_a_red_flag_raises_none(context: Context, said: list[str]) -> None:
    assert last(context, *said).alert is None


@pytest.mark.parametrize(
    "said",
    [
        "i wont be here for my appointment next week",
        "i wont be around next week so can i pick up early",
        "i wont be here on friday, can my mum collect the tablets",
        "thanks for the info. i wont be here for the blood test on monday",
        "my doctor wont be around till next month",
    ],
)
def test_who_says_what_an_absence_misses_is_asked_before_it_is_an_emergency(
    context: Context, said: str
) -> None:
    asked = last(context, said)
    assert asked.kind is Kind.CLARIFY
    assert "988" in asked.text
    assert last(context, said, "no").kind is Kind.CHAT
    assert last(context, said, "im on holiday").alert is None
    assert is_emergency(last(context, said, "yes"))
    assert is_emergency(last(context, said, "i dont know"))


@pytest.mark.parametrize(
    "said",
    [
        "i wont be here next week",
        "i wont be around for christmas",
        "i wont be around much longer, cancel my appointment",
        "i want to die, i wont be here for my appointment",
        "i feel so worthless. i wont be here for my appointment",
        "i wont be here for my appointment. ive written letters to everyone",
        "my son says he wont be here next week",
    ],
)
def test_an_absence_beside_a_worse_sign_or_for_nothing_is_an_emergency(
    context: Context, said: str
) -> None:
    assert is_emergency(last(context, said))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("on antibiotics", "amoxicillin"),
        ("on antibiotics", "its penicillin i think"),
        ("im late", "no for my appointment"),
        ("im late", "for the bus"),
    ],
)
def test_an_answer_that_names_something_else_is_a_no(
    context: Context, asked: str, answer: str
) -> None:
    assert last(context, asked, answer).alert is None


def test_a_red_flag_beside_what_an_answer_names_is_heard(context: Context) -> None:
    assert is_emergency(last(context, "i have a rash", "sunburn, heat rash, cant see"))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("on antibiotics", "doxycycline"),
        ("on antibiotics", "amoxicillin and doxycycline"),
        ("on antibiotics", "dunno the name"),
        ("im late", "my period, and for work lol"),
    ],
)
def test_an_answer_that_names_it_too_is_none(context: Context, asked: str, answer: str) -> None:
    assert last(context, asked, answer).alert is not None


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("bad headache today", "no the worst ever"),
        ("bad headache today", "no my vision is gone"),
        ("my stomach hurts", "no its unbearable"),
        ("took two by mistake", "no it was ten"),
        ("took two by mistake", "no he ate two"),
    ],
)
def test_a_no_before_a_sentence_of_its_own_does_not_deny_it(
    context: Context, asked: str, answer: str
) -> None:
    assert is_emergency(last(context, asked, answer))


def test_a_no_before_the_name_of_what_was_asked_about_is_a_yes(context: Context) -> None:
    reply = last(context, "on antibiotics", "no its doxy")
    assert reply.alert is not None
    assert reply.alert.id == "RF20"


@pytest.mark.parametrize(
    "answer",
    ["not yet", "no not yet", "not today", "not tonight", "no not ok", "definitely not ok"],
)
def test_who_is_safe_only_for_now_or_not_ok_is_not_safe(context: Context, answer: str) -> None:
    assert is_emergency(last(context, "my acne makes me want to die", answer))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("bad headache today", "nah just hungry"),
        ("bad headache today", "no my vision is fine"),
        ("my stomach hurts", "no, mild"),
        ("my stomach hurts", "no it's better now"),
        ("my muscles ache", "no just gym"),
        ("my muscles ache", "no pee is clear"),
        ("my acne makes me want to die", "no lol figure of speech"),
        ("my acne makes me want to die", "hahaha no"),
        ("my acne makes me want to die", "absolutely not"),
        ("my acne makes me want to die", "no it was just an expression lol"),
        ("feeling weird since i started", "no just tired"),
        ("im late", "no i'm a guy"),
    ],
)
def test_a_no_with_a_harmless_reason_closes_the_question(
    context: Context, asked: str, answer: str
) -> None:
    assert last(context, asked, answer).kind is Kind.CHAT


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("my acne makes me want to die", "no just tired"),
        ("my acne makes me want to die", "no just tired of living"),
        ("my acne makes me want to die", "no just sometimes"),
        ("my stomach hurts", "no just vomiting"),
        ("i have a rash", "no just peeling"),
        ("my muscles ache", "no just gym and brown pee"),
    ],
)
def test_a_no_with_a_reason_that_is_not_harmless_is_no_clear_one(
    context: Context, asked: str, answer: str
) -> None:
    assert is_emergency(last(context, asked, answer))


def test_two_capsules_and_well_stay_a_call_of_today(context: Context) -> None:
    reply = last(context, "took two by mistake", "no just two and i feel fine")
    assert reply.alert is not None
    assert (reply.alert.id, reply.alert.urgency) == ("RF26", Urgency.TODAY)


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("donate plasma? did on friday", "RF23"),
        ("can you give blood on accutane? did it last week", "RF23"),
        ("blood sugar? mine's at 20", "RF28"),
        ("does accutane raise blood sugar? mine's 320", "RF28"),
        ("blood sugar's 18 since i started accutane", "RF28"),
        ("can you take doxy with it? i still do", "RF20"),
        ("does accutane harm a baby? im 5 weeks", "RF01"),
        ("is low mood common? ive got it", "RF05"),
        ("can a kid of 10 take isotretinoin", "RF24"),
    ],
)
def test_a_fact_of_today_behind_a_short_question_is_called_about_today(
    context: Context, said: str, row: str
) -> None:
    reply = last(context, said)
    assert reply.alert is not None
    assert (reply.alert.id, reply.alert.urgency) == (row, Urgency.TODAY)


@pytest.mark.parametrize(
    "said",
    [
        "does accutane raise blood sugar? mine is fine",
        "does accutane harm a baby? im 5 weeks in and im a guy",
        "should i try doxycycline first? i did",
    ],
)
def test_a_calm_fact_behind_a_short_question_raises_nothing_of_today(
    context: Context, said: str
) -> None:
    reply = last(context, said)
    assert reply.alert is None or reply.alert.urgency is Urgency.NEXT_VISIT


@pytest.mark.parametrize(
    "said",
    [
        "my son told me he doesnt want to live any more",
        "my flatmate says hes going to kill himself",
    ],
)
def test_who_tells_of_somebody_else_hears_what_to_do_for_them(context: Context, said: str) -> None:
    assert "stay with them and make the call" in last(context, said).text


@pytest.mark.parametrize(
    "said",
    [
        "my wife is pregnant and she takes accutane",
        "my daughter had unprotected sex, she is on accutane",
        "my sister cant breathe and her tongue is swelling",
    ],
)
def test_whose_partner_or_daughter_it_is_hears_that_the_call_is_for_her(
    context: Context, said: str
) -> None:
    assert "If this is about somebody else" in last(context, said).text


def test_who_tells_of_oneself_hears_nothing_of_others(context: Context) -> None:
    assert "somebody else" not in last(context, "i want to kill myself").text


@pytest.mark.parametrize(
    "said",
    [
        "I was suicidal at 16 and now it's back",
        "i was suicidal last year and its starting again",
        "my son was suicidal at 16 and it's coming back",
    ],
)
def test_what_comes_back_is_not_past(context: Context, said: str) -> None:
    reply = last(context, said)
    assert reply.alert is not None
    assert reply.alert.id == "RF04"


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("can it hurt your liver? my skins gone yellow", "RF09"),
        ("theres blood every time i go for a number 2", "RF13"),
        ("theres been bleeding with every number 2 this week", "RF13"),
    ],
)
def test_signs_in_everyday_spelling_and_words_are_raised(
    context: Context, said: str, row: str
) -> None:
    reply = last(context, said)
    assert reply.alert is not None
    assert row in (reply.alert.id, *reply.alert.also)


@pytest.mark.parametrize("said", ["i need to go to A&E now", "i need the ER"])
def test_who_needs_the_emergency_department_is_told_the_numbers(
    context: Context, said: str
) -> None:
    assert "999" in last(context, said).text


@pytest.mark.parametrize(
    "said",
    [
        "i doubled my dose and feel really unwell",
        "taking vitamin a pills with accutane and so confused today",
    ],
)
def test_extra_capsules_and_vitamin_a_are_emergencies_with_a_bad_sign(
    context: Context, said: str
) -> None:
    assert is_emergency(last(context, said))


@pytest.mark.parametrize(
    "said",
    [
        "hi im diabetic and on accutane",
        "i have the box in my hand, it says keep below 25c",
        "looking at the pills, are they meant to be orange",
        "i just want to finish the last month of accutane",
    ],
)
def test_plain_words_that_share_a_red_flags_are_no_emergency(context: Context, said: str) -> None:
    assert not is_emergency(last(context, said))


@pytest.mark.parametrize(
    ("told", "row"),
    [
        ("no period for 2 months", "RF01"),
        ("no af for 6 weeks", "RF01"),
        ("my 3yo finished big bros roaccutane", "RF12"),
    ],
)
def test_what_had_raised_nothing_or_too_little_is_raised(
    context: Context, told: str, row: str
) -> None:
    alert = last(context, told).alert
    assert alert is not None
    assert alert.id == row
