"""What is said to a red flag: what to do, who to call, nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.kb.knowledge import packaged
from bot.kb.models import Urgency
from bot.kb.triage_rules import TriageRules, load_triage
from bot.turn.alert import (
    ONLY_ASKING,
    alert_reply,
    closing_reply,
    listing,
    safety_lines,
    summary,
)
from bot.turn.reply import Kind
from bot.turn.triage import Finding, Verdict, triage

LEVELS = tuple(Urgency)


@pytest.fixture(scope="module")
def rules() -> TriageRules:
    return load_triage(packaged() / "triage")


def every_reply(rules: TriageRules) -> list[tuple[str, str]]:
    """Each thing that can be said, by row and urgency, and for each question."""
    verdicts = [
        (name, Verdict(findings=(Finding(id=name, urgency=level),)))
        for name in rules.file.rows
        for level in LEVELS
    ]
    verdicts += [(name, Verdict(ask=name)) for name in rules.file.questions]
    return [(name, alert_reply(verdict, rules).text) for name, verdict in verdicts]


def test_no_alert_gives_a_dose(rules: TriageRules) -> None:
    wrong = [
        name for name, text in every_reply(rules) if re.search(r"\d\s*mg", text, re.IGNORECASE)
    ]
    assert wrong == []


def test_no_alert_quotes_or_leans_on_the_document(rules: TriageRules) -> None:
    for _, text in every_reply(rules):
        assert "document" not in text.lower()
        assert "“" not in text


def test_each_alert_says_once_what_we_are_not(rules: TriageRules) -> None:
    for _, text in every_reply(rules):
        assert text.count("not a clinician") == 1
        assert text.rstrip().endswith(rules.file.wording.not_clinician)


def test_what_to_do_is_two_sentences(rules: TriageRules) -> None:
    for name, row in rules.file.rows.items():
        for said in (row.say, *row.say_at.values()):
            assert len(re.findall(r"[.!?](?:\s|$)", said)) <= 2, (name, said)


def test_a_known_country_gets_its_own_numbers_only(rules: TriageRules) -> None:
    reply = alert_reply(triage("i want to kill myself", rules), rules, country="GB")
    assert "116 123" in reply.text
    assert "988" not in reply.text


def test_an_unknown_country_gets_all_verified_numbers(rules: TriageRules) -> None:
    text = alert_reply(triage("i want to kill myself", rules), rules).text
    assert "116 123" in text
    assert "988" in text


def test_a_number_that_nobody_verified_is_not_said(rules: TriageRules) -> None:
    verdict = triage("i took 10 capsules at once", rules)
    text = alert_reply(verdict, rules, country="GB").text
    poison = rules.file.countries["GB"].poison
    if poison is not None and poison.verified is None:
        assert f"{rules.file.wording.labels['poison']}: {poison.number}" not in text
    assert rules.file.wording.no_number in text or (poison and poison.verified)


def test_each_further_red_flag_gets_its_line(rules: TriageRules) -> None:
    verdict = triage("i cant breathe, my throat is closing up. my pee is dark brown", rules)
    reply = alert_reply(verdict, rules)
    assert reply.alert is not None
    assert reply.alert.also
    for other in reply.alert.also:
        assert rules.file.rows[other].line in reply.text


def test_an_alert_offers_only_asking(rules: TriageRules) -> None:
    reply = alert_reply(triage("im pregnant and on accutane", rules), rules)
    assert (reply.kind, reply.suggestions[-1].command) == (Kind.ALERT, f"{ONLY_ASKING} [RF01]")


def test_an_ambiguous_message_gets_the_question_first_with_three_buttons(
    rules: TriageRules,
) -> None:
    verdict = triage("lips are swollen", rules)
    assert verdict.ask is not None
    question = rules.file.questions[verdict.ask]
    reply = alert_reply(verdict, rules)
    assert reply.kind is Kind.CLARIFY
    assert reply.text.startswith(question.ask)
    assert question.now in reply.text
    answers = [s.command for s in reply.suggestions[:3]]
    assert answers == [f"{word} [{verdict.ask}]" for word in ("yes", "no", "not sure")]


def test_a_clear_no_is_thanked_and_the_way_back_is_named(rules: TriageRules) -> None:
    reply = closing_reply(rules)
    assert reply.kind is Kind.CHAT
    assert "emergency number" in reply.text


def test_an_information_question_gets_one_safety_line_with_authority(rules: TriageRules) -> None:
    (line,) = safety_lines(triage("can isotretinoin cause suicidal thoughts", rules), rules)
    assert line.text == rules.file.rows["RF04"].safety
    assert line.authority
    assert safety_lines(triage("which sunscreen is best", rules), rules) == ()


def test_the_listing_shows_every_row_openly(rules: TriageRules) -> None:
    shown = listing(rules)
    for name, row in rules.file.rows.items():
        assert name in shown
        assert row.say in shown


def test_nothing_is_signed_that_no_clinician_signed() -> None:
    for path in Path(packaged() / "triage").glob("rows-*.yaml"):
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))["rows"].values():
            assert row["review"]["by"] is None


@pytest.mark.parametrize(
    "said",
    [
        "i took all my accutane capsules to kill myself",
        "i swallowed 30 roaccutane capsules because i want to die",
    ],
)
def test_a_deliberate_overdose_is_led_by_the_poison_line_and_has_the_crisis_line_too(
    said: str, rules: TriageRules
) -> None:
    verdict = triage(said, rules)
    text = alert_reply(verdict, rules, country="US").text
    assert [finding.id for finding in verdict.findings[:2]] == ["RF11", "RF04"]
    assert text.startswith("Call your poison line now")
    assert "1-800-222-1222" in text
    assert "988" in text
    assert "911" in text


@pytest.mark.parametrize(
    "said",
    [
        "im pregnant and i accidentally took two capsules today",
        "since i doubled my dose myself i cry every day on accutane",
        "i doubled my dose myself. my back exploded with bleeding open sores and im feverish",
    ],
)
def test_a_dose_raised_alone_never_speaks_against_stopping(said: str, rules: TriageRules) -> None:
    verdict = triage(said, rules)
    assert verdict.findings[-1].id == "RF26"
    assert len(verdict.findings) > 1
    text = alert_reply(verdict, rules).text
    assert "normal dose" not in text
    assert "never take two together" in text


def test_a_further_red_flag_is_as_urgent_as_it_was_found(rules: TriageRules) -> None:
    def said(*findings: tuple[str, Urgency]) -> str:
        found = tuple(Finding(id=name, urgency=urgency) for name, urgency in findings)
        return alert_reply(Verdict(findings=found), rules).text

    rows = rules.file.rows
    worse = said(("RF00", Urgency.EMERGENCY), ("RF01", Urgency.EMERGENCY))
    assert rows["RF01"].say_at[Urgency.EMERGENCY] in worse
    assert rows["RF01"].line not in worse
    given = said(("RF09", Urgency.TODAY), ("RF23", Urgency.TODAY))
    assert "Phone the blood service today" in given
    milder = said(("RF04", Urgency.EMERGENCY), ("RF07", Urgency.TODAY))
    assert rows["RF07"].line not in milder
    assert "call your prescriber today" in milder


def test_who_took_two_has_the_poison_line_at_hand_after_the_prescriber(rules: TriageRules) -> None:
    verdict = triage("i forgot yesterday so i took two accutane today", rules)
    text = alert_reply(verdict, rules, country="US").text
    assert verdict.findings[0].id == "RF26"
    assert rules.file.wording.prescriber in text
    assert "1-800-222-1222" in text


def test_each_lowered_red_flag_has_its_line_beside_one_that_is_only_asked_about(
    rules: TriageRules,
) -> None:
    verdict = Verdict(informed=("RF07", "RF15"), lowered=("RF20",))
    said = [line.text for line in safety_lines(verdict, rules)]
    assert said == [rules.file.rows[row].safety for row in ("RF20", "RF07")]


def test_whoever_asks_when_to_get_help_is_told_that_the_bot_can_miss_an_emergency(
    rules: TriageRules,
) -> None:
    for shown in (summary(rules), listing(rules)):
        assert rules.file.wording.can_miss in shown
        assert shown.endswith(rules.file.wording.not_clinician)
