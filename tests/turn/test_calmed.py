"""What ends an alert: it is heeded, help was reached, something explains it, another question."""

from __future__ import annotations

import pytest

from bot.turn.context import Context
from bot.turn.reply import Kind, Reply
from tests.turn.said import last

LIVER = "my pee is dark like cola"
EYES = "everything looks blurry"
ALLERGY = "my tongue and throat are swelling"
BOUGHT = "i bought accutane online without a prescription"


def is_closed(reply: Reply, context: Context) -> bool:
    return reply.kind is Kind.CHAT and reply.text == context.kb.triage.file.wording.closed


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (LIVER, "just rang my gp, she wants bloods done today"),
        (LIVER, "the nurse saw me, tests were normal"),
        (ALLERGY, "paramedics are here now"),
        ("my toddler ate one of my capsules", "we called poison control, they said to watch her"),
        (EYES, "been to the optician this morning, he booked me a scan"),
    ],
)
def test_who_has_reached_somebody_who_can_judge_is_not_told_again(
    context: Context, told: str, said: str
) -> None:
    assert is_closed(last(context, told, said), context)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (LIVER, "rang my gp and its engaged"),
        (LIVER, "left a message with the surgery"),
        (LIVER, "my doctor told me it can happen"),
        (LIVER, "i told my derm last month and he said its normal"),
        (LIVER, "spoke to my mum she says rest"),
        (EYES, "i see the optician on friday"),
        (ALLERGY, "called 999 but im on hold"),
        ("i want to kill myself", "called the samaritans, they said to rest"),
    ],
)
def test_who_has_not_reached_help_now_is_told_again(
    context: Context, told: str, said: str
) -> None:
    assert last(context, told, said).kind is Kind.ALERT


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (LIVER, "had a big plate of beets for lunch"),
        ("my poo is red", "it was the beetroot soup, brown again now"),
        (EYES, "i put on my old glasses, all clear again with mine"),
        ("ringing in my ears", "it was water from the pool, its gone now"),
        ("my chest hurts", "the pimples on my chest i mean"),
        ("my husband had a seizure", "oh no wrong chat, that was a film"),
        (BOUGHT, "joking, i got it from my dermatologist"),
    ],
)
def test_what_explains_a_sign_wholly_ends_its_alert(
    context: Context, told: str, said: str
) -> None:
    assert is_closed(last(context, told, said), context)
    assert last(context, told, said, "can it wait").alert is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (LIVER, "could be the beetroot"),
        (LIVER, "beetroot?"),
        ("my legs are so weak and my pee is dark like cola", "beetroot i think"),
        (EYES, "even with my old glasses"),
        ("my chest hurts", "i dont have spots on my chest"),
        ("my chest hurts", "its probably a spot on my chest"),
        (BOUGHT, "i cant get it from a doctor"),
        ("i want to kill myself", "wrong chat, joking"),
        ("my 3 year old swallowed my capsules", "wrong chat sorry"),
        ("im pregnant and on accutane", "that was from a film lol"),
        (ALLERGY, "lol joking"),
        (LIVER, "its nothing"),
        (LIVER, "got it. my mum says its nothing"),
    ],
)
def test_what_explains_nothing_or_is_not_believed_ends_no_alert(
    context: Context, told: str, said: str
) -> None:
    assert last(context, told, said).kind is Kind.ALERT


@pytest.mark.parametrize(
    "said",
    [
        "ok will ring the surgery now",
        "noted, stopping them now",
        "on my way to the pharmacy",
        "thanks ill tell the dermatologist today",
    ],
)
def test_who_does_as_an_alert_of_today_says_is_not_told_again(context: Context, said: str) -> None:
    assert last(context, LIVER, said).kind is Kind.CHAT


@pytest.mark.parametrize(
    "said",
    [
        "ok thanks, ill ring after the weekend",
        "got it but i finish the pack first",
        "noted, ill wait",
        "ill ring when it gets worse",
        "ok will do, it hurts a lot",
        "going to the doctor isnt possible",
    ],
)
def test_who_puts_it_off_is_told_again(context: Context, said: str) -> None:
    assert last(context, LIVER, said).kind is Kind.ALERT


def test_a_heeded_alert_still_stands_and_an_emergency_needs_more(context: Context) -> None:
    assert last(context, LIVER, "ok will ring the surgery now", "can it wait").alert is not None
    assert last(context, ALLERGY, "ok will ring the surgery now").alert is not None


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("understood, stopping it now. how long does a course take?", "duration"),
        ("fair enough, ill call them. so how does isotretinoin work", "mechanism"),
        ("rang them, appointment at 4. meanwhile, how does isotretinoin work?", "mechanism"),
    ],
)
def test_what_is_asked_behind_it_is_answered(context: Context, said: str, passage: str) -> None:
    assert last(context, LIVER, said).citations[0].passage == passage


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (EYES, "noted. can i still drive at night"),
        ("my skin is blistering all over", "what cream is best for a rash?"),
        ("im pregnant and took accutane", "how big is the risk for my baby"),
        ("i doubled my dose", "what is the maximum dose"),
        ("i doubled my dose", "does 60 work faster compared to 30"),
        (LIVER, "got it. is that serious"),
        ("my daughter took my pills", "shes 16"),
    ],
)
def test_what_is_of_the_alert_is_no_question_of_its_own(
    context: Context, told: str, asked: str
) -> None:
    assert last(context, told, asked).kind is Kind.ALERT


def test_a_full_question_of_another_subject_is_answered_as_ever(context: Context) -> None:
    assert last(context, EYES, "what cleanser is good for oily skin?").kind is not Kind.ALERT
