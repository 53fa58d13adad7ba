"""The learned second opinion: it raises what the rules miss, and asks where it doubts them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.kb.encoder import Card, Encoder, Heard
from bot.kb.models import NONE, Urgency
from bot.kb.tfidf import Floats
from bot.turn.context import Context
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.second_opinion import second_opinion
from bot.turn.triage import triage
from bot.turn.turn import take_turn

DEAF = "my phone went deaf in one ear"  # the rules hear a deaf ear
SAYING = "that remark fell on deaf ears and he popped it again"  # and here, where it is surer


def talk(context: Context, *said: str) -> list[Reply]:
    memory, replies = Memory(), []
    for text in said:
        memory, reply = take_turn(Inbound(text=text), memory, context)
        replies.append(reply)
    return replies


@pytest.mark.parametrize(
    "said",
    [
        "i am on accutane",
        "Hello, I'm on roaccutane",
        "I started isotretinoin 2 weeks ago",
        "my daughter takes accutane",
        "I'm 17 and on 40 mg accutane",
        "month 3 on accutane",
    ],
)
def test_to_be_on_a_course_is_no_red_flag(context: Context, said: str) -> None:
    (reply,) = talk(context, said)
    assert reply.alert is None


@pytest.mark.parametrize(
    "said",
    [
        "I am on accutane and everything feels pointless",
        "started accutane 2 weeks ago and my eyesight is going",
        "my daughter takes accutane and is pregnant",
    ],
)
def test_a_sign_beside_it_still_is_one(context: Context, said: str) -> None:
    (reply,) = talk(context, said)
    assert reply.alert is not None


def test_a_finding_in_doubt_is_asked_back_with_what_to_do(context: Context) -> None:
    found = triage(DEAF, context.kb.triage).findings
    assert [finding.id for finding in found] == ["RF16"]
    (reply,) = talk(context, DEAF)
    assert reply.kind is Kind.CLARIFY
    assert context.kb.triage.file.rows["RF16"].say in reply.text


def test_a_finding_that_is_surely_none_is_a_safety_line(context: Context) -> None:
    found = triage(SAYING, context.kb.triage).findings
    assert [finding.id for finding in found] == ["RF16"]
    (reply,) = talk(context, SAYING)
    assert reply.alert is None
    assert context.kb.triage.file.rows["RF16"].safety in reply.text


def test_a_yes_to_the_doubt_raises_it(context: Context) -> None:
    _, reply = talk(context, DEAF, "yes")
    assert reply.alert is not None
    assert reply.alert.id == "RF16"


def test_a_no_to_the_doubt_ends_it(context: Context) -> None:
    _, reply = talk(context, DEAF, "no")
    assert reply.text == context.kb.triage.file.wording.closed


def test_another_question_after_the_doubt_is_answered(context: Context) -> None:
    _, reply = talk(context, DEAF, "how long does a course of isotretinoin last?")
    assert reply.kind is Kind.ANSWER


def test_thoughts_of_suicide_are_never_doubted(context: Context) -> None:
    for said in ("suicidal", "im suicidal lol", "i want to kill myself, best moisturiser?"):
        (reply,) = talk(context, said)
        assert reply.alert is not None
        assert reply.alert.id == "RF04"


def test_an_answer_to_our_question_is_heard_for_what_the_rules_miss(context: Context) -> None:
    answer = "yes, and i see two of everything and keep being sick"
    _, reply = talk(context, "my muscles ache", answer)
    assert reply.alert is not None
    assert reply.alert.urgency is Urgency.EMERGENCY
    assert "RF19" in reply.alert.also


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("i suddenly cant see out of my left eye", "RF14"),
        ("breastfeeding on roaccutane and my baby is floppy and wont wake for feeds", "RF22"),
    ],
)
def test_of_red_flags_as_urgent_the_likelier_is_said_first(
    context: Context, said: str, first: str
) -> None:
    (reply,) = talk(context, said)
    assert reply.alert is not None
    assert reply.alert.id == first


def test_a_learned_red_flag_stands_for_the_lesser_ones_that_it_covers(context: Context) -> None:
    said = "doubled my dose yesterday and now vomiting and drowsy, accutane"
    (reply,) = talk(context, said)
    assert "RF26" in [finding.id for finding in triage(said, context.kb.triage).findings]
    assert reply.alert is not None
    assert reply.alert.id == "RF11"
    assert "RF26" not in reply.alert.also


UNDER_A_TEAM = "my son is 7 and gets isotretinoin from the oncology ward"


@pytest.mark.parametrize(
    "said",
    [
        "my daughter 6 takes isotretinoin for neuroblastoma, how long does it take to work",
        "my 5 year old with neuroblastoma takes isotretinoin, dry lips what helps",
        f"{UNDER_A_TEAM}, his lips are dry",
    ],
)
def test_a_child_under_a_cancer_team_is_not_told_to_stop_nor_not_to_start(
    context: Context, said: str
) -> None:
    (reply,) = talk(context, said)
    assert "do not stop it" in reply.text
    assert "do not start" not in reply.text


@pytest.mark.parametrize(
    "sign",
    [
        "his eyes look yellow",
        "his vision is blurry",
        "he cries every day",
        "he has a painful red rash spreading fast with fever",
    ],
)
def test_a_red_flag_of_such_a_child_says_first_that_the_team_decides_on_stopping(
    context: Context, sign: str
) -> None:
    (reply,) = talk(context, f"{UNDER_A_TEAM}, {sign}")
    assert reply.alert is not None
    assert reply.alert.id != "RF24"
    assert reply.text.index("must not stop it without that team") < reply.text.index("Stop iso")
    assert "do not start" not in reply.text


@pytest.mark.parametrize(
    "said",
    [
        "been cutting since i started this med. can it cause headaches or blurry vision?",
        "kinda wish id been in that crash instead. every day i think it. can you go night blind?",
    ],
)
def test_a_harmless_sentence_hides_no_sign_in_another(context: Context, said: str) -> None:
    (reply,) = talk(context, said)
    assert reply.alert is not None
    assert reply.alert.id == "RF04"


@pytest.mark.parametrize("who", ["im", "she is"])
@pytest.mark.parametrize("weight", ["8 stone", "9 st 12", "10st 5", "11 stone", "8 to 9 stone"])
def test_a_weight_in_stone_is_no_childs_age(context: Context, who: str, weight: str) -> None:
    told, later = talk(context, f"{who} {weight}, which accutane dose", "dose for 64 kg")
    assert told.alert is None
    assert told.kind in (Kind.DOSE, Kind.CLARIFY)
    assert later.kind is Kind.DOSE


@pytest.mark.parametrize("weight", ["33 kg", "5 stone 3"])
def test_a_child_in_primary_school_is_one_in_stone_too(context: Context, weight: str) -> None:
    (reply,) = talk(context, f"my boy is in primary school and weighs {weight}, which dose")
    assert reply.dose is None
    assert "under 12" in reply.text


@pytest.mark.parametrize("said", ["which dose for my child", "a dose for my child please"])
def test_a_parent_is_not_told_to_go_on_as_a_cancer_team_says(context: Context, said: str) -> None:
    (reply,) = talk(context, said)
    assert "cancer team" not in reply.text


def test_a_child_of_a_cancer_team_is_still_told_so(context: Context) -> None:
    (reply,) = talk(context, "our son is on isotretinoin for neuroblastoma, which dose")
    assert "cancer team" in reply.text


def test_a_small_child_on_it_is_told_of_today(context: Context) -> None:
    (reply,) = talk(context, "the doctor started my little girl on roaccutane")
    assert reply.alert is not None
    assert reply.alert.urgency == "today"
    assert "cancer team" not in reply.text


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("bad headache today", "headache"),
        ("my stomach hurts", "belly"),
        ("i have a rash", "rash"),
        ("i feel weird on this", "weird"),
    ],
)
def test_what_may_be_bad_or_not_is_asked_about_with_what_to_do_if_so(
    context: Context, said: str, asked: str
) -> None:
    memory, reply = take_turn(Inbound(text=said), Memory(), context)
    assert memory.details["ask"] == asked
    assert context.kb.triage.file.questions[asked].ask in reply.text
    assert reply.alert is None or reply.alert.urgency is not Urgency.EMERGENCY


def test_where_one_sentence_is_harmless_the_other_is_raised_or_asked_about_and_not_only_noted(
    context: Context,
) -> None:
    said = "i have the pills lined up in front of me. also does it make your hair thin?"
    memory, reply = take_turn(Inbound(text=said), Memory(), context)
    assert reply.alert is not None or memory.details["ask"] == "doubt RF04 emergency"
    assert context.kb.triage.file.rows["RF04"].say in reply.text


def test_what_is_surely_for_today_and_may_be_an_emergency_is_told_as_one(context: Context) -> None:
    said = "bloody runs on roaccutane since monday, today i could barely stand at the sink"
    raised = triage(said, context.kb.triage).raised
    assert set(raised.values()) == {Urgency.TODAY}
    (reply,) = talk(context, said)
    assert reply.alert is not None
    assert (reply.alert.id, reply.alert.urgency) == ("RF13", Urgency.EMERGENCY)


@pytest.mark.parametrize("said", ["my pee is dark like cola", "bloody diarrhoea", "double vision"])
def test_what_is_plainly_for_today_stays_so(context: Context, said: str) -> None:
    (reply,) = talk(context, said)
    assert reply.alert is not None
    assert reply.alert.urgency is Urgency.TODAY


class Says(Encoder):
    """An encoder that is this sure of lost hearing, of the whole and of each sentence."""

    def __init__(self, card: Card, *shares: float, complete: bool) -> None:
        self.card, self._shares, self._complete = card, shares, complete

    def hear(self, pieces: Sequence[str]) -> Heard:
        del pieces
        labels = self.card.labels
        rows = self._told(labels.rows, "RF16")
        urgencies = self._told(labels.urgencies, Urgency.TODAY)
        return Heard(rows[:, :0], rows, urgencies, complete=self._complete)

    def _told(self, names: Sequence[str], what: str) -> Floats:
        told = np.zeros((len(self._shares), len(names)), np.float32)
        told[:, names.index(what)] = self._shares
        told[:, names.index(NONE)] = 1 - told.sum(axis=1)
        return told


@pytest.mark.parametrize(
    ("whole", "complete", "raised"),
    [(0.1, True, False), (0.35, True, True), (0.1, False, True)],
    ids=["not-in-the-whole", "in-the-whole-too", "in-a-later-pass"],
)
def test_a_sentence_counts_where_the_whole_bears_it_out_or_was_not_read_to_its_end(
    context: Context, whole: float, complete: bool, raised: bool
) -> None:
    encoder = context.encoder
    assert encoder is not None
    rules, said = context.kb.triage, "Is it ok with tea? I drink four a day."
    verdict = second_opinion(
        triage(said, rules),
        said,
        rules,
        Says(encoder.card, whole, 0.02, 0.97, complete=complete),
        context.matcher.reader,
    )
    assert bool(verdict.findings) is raised


def test_two_signs_of_one_row_are_not_doubted(context: Context) -> None:
    said = "target rings on my arms since lunch and shivery. which body lotion is best"
    assert triage(said, context.kb.triage).sure
    (reply,) = talk(context, said)
    assert reply.alert is not None
    assert reply.alert.urgency is Urgency.EMERGENCY


def test_what_only_looks_like_a_red_flag_is_asked_about_where_the_rules_see_nothing(
    context: Context,
) -> None:
    said = "the telly went black in extra time"
    assert triage(said, context.kb.triage).findings == ()
    (reply,) = talk(context, said)
    assert reply.kind is Kind.CLARIFY
    assert context.kb.triage.file.rows["RF15"].say in reply.text


@pytest.mark.parametrize(
    "said",
    [
        "the telly went black in extra time. i cant see out of my left eye",
        "the telly went black and half of what i see is still missing",
    ],
)
def test_a_red_flag_beside_what_only_looks_like_one_is_raised(context: Context, said: str) -> None:
    (reply,) = talk(context, said)
    assert reply.alert is not None
    assert reply.alert.urgency is Urgency.EMERGENCY


def test_how_urgent_a_row_of_two_urgencies_is_the_other_head_tells(context: Context) -> None:
    (reply,) = talk(context, "sold plasma again thursday, they never ask about accutane")
    assert reply.alert is not None
    assert reply.alert.id == "RF23"
    assert reply.alert.urgency is Urgency.TODAY


def test_where_it_is_all_but_certain_a_call_of_today_needs_no_row_that_leads(
    context: Context,
) -> None:
    said = (
        "dunno why but i shoved my sister into the fridge over a spoon, i'm not like that. on tane"
    )
    assert triage(said, context.kb.triage).findings == ()
    (reply,) = talk(context, said)
    assert reply.alert is not None
