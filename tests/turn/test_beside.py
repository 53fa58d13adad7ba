"""Beside the base a clinic's own document is said first, and hides nothing of the base's."""

from __future__ import annotations

from bot.brain import bind
from bot.turn.context import Context
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply


def ask(context: Context, text: str) -> Reply:
    return bind(context)(Inbound(text=text), Memory())[1]


def test_the_clinics_passage_is_cited_with_its_own_title_and_hash(beside: Context) -> None:
    reply = ask(beside, "do I need an appointment for a blood test?")
    assert reply.citations[0].passage == "blood-days"
    assert "Source: “Visiting Oak Skin Clinic”, section “Blood test days”" in reply.text
    source = beside.kb.source_of("blood-days")
    cited = reply.citations[0]
    assert (cited.sha256, cited.quote) == (source.sha256, source.text[cited.start : cited.end])
    assert cited.sha256 != beside.kb.source.sha256


def test_what_the_base_answers_is_said_as_well_with_its_notes(
    beside: Context, context: Context
) -> None:
    asked = "when do I come for my blood test on accutane?"
    alone, both = ask(context, asked), ask(beside, asked)
    assert alone.kind is Kind.ANSWER
    assert both.citations[0].passage == "blood-days"
    assert set(alone.citations) <= set(both.citations)
    assert set(alone.notes) <= set(both.notes)


def test_both_answers_of_the_base_stay_beside_the_clinics(
    beside: Context, context: Context
) -> None:
    asked = (
        "What are the side effects of isotretinoin? How long does a course of isotretinoin take?"
        " When do you take blood, do I need an appointment for blood tests?"
    )
    alone, both = ask(context, asked), ask(beside, asked)
    assert [one.passage for one in alone.citations] == ["side-effects", "duration"]
    assert both.citations[0].passage == "blood-days"
    assert set(alone.citations) <= set(both.citations)


def test_without_the_clinic_the_same_question_is_no_question_for_the_base(
    context: Context,
) -> None:
    assert ask(context, "where can I park?").kind is Kind.NOT_COVERED


def test_what_it_leaves_open_is_named_and_the_clinic_asked(beside: Context) -> None:
    for text in ("can I pay by card", "do you take cash or cards"):
        reply = ask(beside, text)
        assert reply.topic == "fees"
        assert "Your clinic's document does not cover fees" in reply.text


def test_what_may_be_meant_is_offered_never_asserted(beside: Context) -> None:
    reply = ask(beside, "my mum uses a wheelchair, can she get in")
    assert reply.kind is not Kind.ANSWER
    assert "access" in [one.passage for one in reply.suggestions]


def test_a_refusal_does_not_claim_that_there_is_one_document_only(beside: Context) -> None:
    reply = ask(beside, "who won the cup final last night")
    assert reply.kind is Kind.NOT_COVERED
    assert "one of your clinic's" in reply.text


def test_red_flags_and_doses_are_the_same_with_it(beside: Context, context: Context) -> None:
    for text in (
        "I want to kill myself, do I need an appointment?",
        "I am pregnant and on accutane, when is my blood test?",
        "dose for 70 kg",
        "can I drink alcohol on accutane",
    ):
        alone, both = ask(context, text), ask(beside, text)
        assert (alone.kind, alone.alert, alone.dose) == (both.kind, both.alert, both.dose)
        assert alone.notes == both.notes


def test_sources_name_both_documents(beside: Context) -> None:
    said = ask(beside, "/sources").text
    assert "The Accutane document" in said
    assert "split into 16 passages" in said
    assert "Visiting Oak Skin Clinic" in said
    assert beside.kb.source_of("parking").sha256 in said
