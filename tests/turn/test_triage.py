"""Triage on tables of messages, and its promises on people, time, denial and questions."""

from __future__ import annotations

import pytest

from bot.kb.knowledge import packaged
from bot.kb.models import Urgency
from bot.kb.triage_rules import TriageRules, load_triage
from bot.turn.memory import Memory
from bot.turn.triage import ASKING_TRIAGE, triage
from bot.turn.triage_answers import answer_to_ask
from tests.turn.judged import judged, share_missed


@pytest.fixture(scope="module")
def rules() -> TriageRules:
    return load_triage(packaged() / "triage")


def raised(text: str, rules: TriageRules) -> dict[str, Urgency]:
    return {f.id: f.urgency for f in triage(text, rules).findings}


def test_every_row_of_the_reference_is_there(rules: TriageRules) -> None:
    assert {f"RF{n:02d}" for n in range(1, 30)} <= set(rules.file.rows)


def test_no_emergency_of_the_table_is_missed(rules: TriageRules) -> None:
    rows = judged("triage_alerts.yaml", rules)
    assert [row for row in rows if row.missed and row.wanted is Urgency.EMERGENCY] == []


def test_calls_of_the_same_day_are_raised(rules: TriageRules) -> None:
    rows = judged("triage_alerts.yaml", rules)
    missed = [row for row in rows if row.missed]
    assert share_missed(rows, Urgency.TODAY) <= 0.02, missed
    assert share_missed(rows, Urgency.NEXT_VISIT) <= 0.05, missed


def test_what_only_looks_like_a_red_flag_stays_calm(rules: TriageRules) -> None:
    rows = judged("triage_calm.yaml", rules)
    over = [row for row in rows if row.over]
    assert len(over) <= 0.02 * len(rows), over


def test_the_reference_examples_raise_their_row_and_its_lookalikes_do_not(
    rules: TriageRules,
) -> None:
    wrong = []
    for name, row in rules.file.rows.items():
        wanted = Urgency(row.urgency).rank
        for text in row.examples:
            ranks = [u.rank for u in raised(text, rules).values()]
            asked = triage(text, rules).ask
            if max(ranks, default=0) < wanted and asked is None:
                wrong.append((name, text))
        wrong += [(name, text) for text in row.lookalikes if name in raised(text, rules)]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "row", "urgency"),
    [
        ("my son wants to kill himself", "RF04", "emergency"),
        ("my girlfriend cant breathe since the capsule", "RF06", "emergency"),
        ("my girlfriend is pregnant and im the one on accutane", "RF02", "next_visit"),
        ("i already donated blood yesterday, im on accutane", "RF23", "today"),
        ("can i donate blood on accutane", "RF23", "next_visit"),
        ("i took 10 capsules at once", "RF11", "emergency"),
        ("no headache, no rash, but i want to die", "RF04", "emergency"),
        ("does accutane cause depression? because i want to kill myself", "RF04", "emergency"),
    ],
)
def test_who_when_and_how_much_decide(
    text: str, row: str, urgency: str, rules: TriageRules
) -> None:
    assert raised(text, rules).get(row) == Urgency(urgency)


@pytest.mark.parametrize(
    "text",
    [
        "no headache, no blurred vision, no vomiting, just dry lips",
        "i had a seizure as a child, never since",
        "can isotretinoin cause suicidal thoughts",
        "im writing a novel where the main character overdoses on pills",
    ],
)
def test_denied_past_asked_and_invented_signs_raise_nothing(text: str, rules: TriageRules) -> None:
    assert triage(text, rules).findings == ()


def test_a_question_about_a_red_flag_is_known_as_one(rules: TriageRules) -> None:
    assert "RF04" in triage("can isotretinoin cause suicidal thoughts", rules).informed


@pytest.mark.parametrize(
    ("text", "row", "urgency"),
    [
        ("he is certain the family are drugging his soup", "RF05", "today"),
        ("dropped choir, wont see her mates, failing school", "RF05", "today"),
        ("ive been in a bad place since month two", "RF05", "today"),
        ("after sunset i cant pick out the steps", "RF15", "today"),
        ("its like looking through frosted glass", "RF15", "today"),
        ("a cricket lives in my left ear, day and night", "RF16", "today"),
        ("my daughter says huh to everything and has the tv on full", "RF16", "today"),
        ("my sister nicks my capsules for her chin", "RF25", "today"),
        ("caught up on two missed pills together", "RF26", "today"),
        ("my tshirt sticks to the bloody crusts on my back and i feel fluey", "RF27", "today"),
        ("weeping craters on my chest and i cant get out of bed", "RF27", "emergency"),
        ("target marks on both arms and i have a temperature", "RF10", "emergency"),
        ("gave a pint at the donor bus, im on accutane", "RF23", "today"),
        ("wife announced shes keeping the baby, i take accutane", "RF02", "next_visit"),
        ("fresh cuts under her sleeves", "RF04", "emergency"),
    ],
)
def test_signs_in_lay_words_are_found_and_not_doubted(
    text: str, row: str, urgency: str, rules: TriageRules
) -> None:
    verdict = triage(text, rules)
    assert verdict.raised.get(row) == Urgency(urgency)
    assert verdict.sure or urgency == "next_visit"


@pytest.mark.parametrize(
    "text",
    [
        "the street lamp is out, after dark i cant see the steps",
        "church bells ringing in my ears on sundays",
        "i have to say what to everybody, the drill outside is so loud",
        "im sure they are filming me, its the shop cctv",
        "gave my mate a pint of milk, im on accutane",
        "my flu jab made me ache and i picked a scab on my back",
        "sharing a room with a roaccutane user",
        "ate three slices of pie",
        "the screen went black, half of it is dead",
        "bridge of my nose is peeling",
    ],
)
def test_harmless_things_in_the_same_words_raise_nothing(text: str, rules: TriageRules) -> None:
    assert triage(text, rules).findings == ()


def test_the_most_urgent_comes_first(rules: TriageRules) -> None:
    verdict = triage("my pee is dark brown. i cant breathe and my throat is closing up", rules)
    ranks = [finding.urgency.rank for finding in verdict.findings]
    assert ranks == sorted(ranks, reverse=True)
    assert {"RF06", "RF09"} <= {finding.id for finding in verdict.findings}


def test_what_to_do_in_any_emergency_is_said_after_the_row_that_fits(rules: TriageRules) -> None:
    assert triage("help i want to die", rules).findings[0].id == "RF04"


def test_acne_that_makes_one_want_to_die_is_an_emergency_with_a_question(
    rules: TriageRules,
) -> None:
    verdict = triage("my acne makes me want to die", rules)
    assert verdict.findings[0].id == "RF04"
    assert verdict.ask is not None


@pytest.mark.parametrize(
    "text",
    [
        "im late",
        "bad headache today",
        "my stomach hurts",
        "i have a rash",
        "my muscles ache",
        "lips are swollen",
        "took two by mistake",
        "on antibiotics",
    ],
)
def test_an_ambiguous_message_is_asked_about(text: str, rules: TriageRules) -> None:
    assert triage(text, rules).ask is not None


@pytest.mark.parametrize("answer", ["yes", "not sure", "maybe", "what do you mean", "hmm"])
def test_an_answer_that_is_not_a_clear_no_takes_the_higher_urgency(
    answer: str, rules: TriageRules
) -> None:
    asked = Memory(asking=ASKING_TRIAGE, details={"ask": triage("i have a rash", rules).ask})
    verdict = answer_to_ask(answer, asked, rules)
    assert verdict is not None
    assert verdict.findings[0].urgency is Urgency.EMERGENCY


def asked_after(said: str, rules: TriageRules) -> Memory:
    ask = triage(said, rules).ask
    assert ask is not None
    return Memory(asking=ASKING_TRIAGE, details={"ask": ask})


def test_a_clear_no_closes_the_question(rules: TriageRules) -> None:
    assert answer_to_ask("no", asked_after("bad headache today", rules), rules) is None


@pytest.mark.parametrize("answer", ["no", "none of those", "no just itchy"])
def test_a_rash_alone_is_told_the_prescriber_the_same_day(answer: str, rules: TriageRules) -> None:
    verdict = answer_to_ask(answer, asked_after("i have a rash", rules), rules)
    assert verdict is not None
    assert [(one.id, one.urgency) for one in verdict.findings] == [("RF10", Urgency.TODAY)]


def test_a_heat_rash_is_none_of_ours(rules: TriageRules) -> None:
    asked = asked_after("i have a rash", rules)
    assert answer_to_ask("no just heat rash from the gym", asked, rules) is None


def test_a_red_flag_in_the_answer_comes_first(rules: TriageRules) -> None:
    asked = Memory(asking=ASKING_TRIAGE, details={"ask": triage("i have a rash", rules).ask})
    verdict = answer_to_ask("no but i want to kill myself", asked, rules)
    assert verdict is not None
    assert verdict.findings[0].id == "RF04"


@pytest.mark.parametrize(
    ("said", "answer", "first"),
    [
        ("my head hurts", "yes blurred vision", "RF07 emergency"),
        ("my head hurts", "double vision", "RF07 emergency"),
        ("my head hurts", "no vomiting but my vision is blurry", "RF07 emergency"),
        ("my head hurts", "yes, ringing in my ears too", "RF07 emergency"),
        ("i cant take this anymore", "yes and i cry every day", "RF04 emergency"),
        ("i cant take this anymore", "yes, i also took two capsules today", "RF04 emergency"),
        ("i have a rash", "yes and my vision is blurry", "RF10 emergency"),
        ("my muscles ache", "yes dark urine", "RF19 emergency"),
        ("my muscles ache", "my pee is brown", "RF19 emergency"),
        ("my muscles ache", "no but my pee is brown", "RF19 emergency"),
        ("my muscles ache", "yes weak", "RF19 today"),
    ],
)
def test_a_lesser_red_flag_in_the_answer_takes_nothing_from_what_was_asked(
    said: str, answer: str, first: str, rules: TriageRules
) -> None:
    verdict = answer_to_ask(answer, asked_after(said, rules), rules)
    assert verdict is not None
    assert f"{verdict.findings[0].id} {verdict.findings[0].urgency}" == first


def test_a_no_with_another_red_flag_is_that_red_flag_alone(rules: TriageRules) -> None:
    verdict = answer_to_ask("no but im pregnant", asked_after("my stomach hurts", rules), rules)
    assert verdict is not None
    assert [finding.id for finding in verdict.findings] == ["RF01"]


def test_who_feels_weird_and_says_what_changed_is_told_of_that(rules: TriageRules) -> None:
    asked = Memory(asking=ASKING_TRIAGE, details={"ask": "weird"})
    verdict = answer_to_ask("my vision is blurry", asked, rules)
    assert verdict is not None
    assert [finding.id for finding in verdict.findings] == ["RF15"]
    verdict = answer_to_ask("yes", asked, rules)
    assert verdict is not None
    assert [finding.id for finding in verdict.findings] == ["RF05"]
