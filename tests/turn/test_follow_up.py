"""A short message in a talk: what goes on with it, what is new, and what may be either."""

from __future__ import annotations

import pytest

from bot.brain import bind
from bot.converse import converse
from bot.turn.context import Context
from bot.turn.memory import KEPT, Memory
from bot.turn.reply import Kind, Reply


def last(context: Context, *turns: str) -> Reply:
    return converse(turns, bind(context))[-1]


def answered(reply: Reply) -> str | None:
    """The passage or the gap that a reply gives, if it is not only offered."""
    return reply.citations[0].passage if reply.citations else reply.topic


def offered(reply: Reply) -> list[str | None]:
    return [one.passage or one.topic for one in reply.suggestions]


@pytest.mark.parametrize(
    ("before", "asked", "gap"),
    [
        ("what are the side effects", "and wine?", "alcohol"),
        ("how long is a course", "so can i get a tattoo meanwhile", "tattoos-piercings"),
        ("what does the starting dose look like", "what about the sun", "sun"),
    ],
)
def test_a_new_thing_behind_a_passage_is_a_gap_that_is_named(
    context: Context, before: str, asked: str, gap: str
) -> None:
    assert answered(last(context, before, asked)) == gap


@pytest.mark.parametrize(
    ("before", "asked", "passage"),
    [
        ("what are the side effects", "any lotion for that", "side-effects-dose"),
        ("do my lips dry out", "less if i take fewer mg?", "side-effects-dose"),
        ("how does it work", "does it shrink them for good?", "mechanism"),
        ("what are the side effects", "in percent please", "side-effects"),
        ("does it cause dry eyes", "everyone?", "side-effects"),
    ],
)
def test_what_goes_on_with_a_passage_gets_what_answers_both(
    context: Context, before: str, asked: str, passage: str
) -> None:
    assert answered(last(context, before, asked)) == passage


@pytest.mark.parametrize(
    ("before", "asked", "gap"),
    [
        ("got my tetanus shot tomorrow", "im on accutane is that a problem", "vaccines"),
        ("can i take paracetamol for a toothache", "i mean on accutane", "other-interactions"),
    ],
)
def test_what_was_refused_for_want_of_the_drugs_name_is_found_once_it_is_named(
    context: Context, before: str, asked: str, gap: str
) -> None:
    assert last(context, before).refused is not None
    assert answered(last(context, before, asked)) == gap


def test_what_was_only_offered_is_what_the_talk_is_of(context: Context) -> None:
    first = last(context, "do side effects get worse")
    assert first.kind is Kind.CLARIFY
    reply = last(context, "do side effects get worse", "if they raise the dose i mean")
    assert {"side-effects-dose", "dose-increase"} <= set(offered(reply))


def test_a_remark_between_does_not_hide_what_the_talk_was_of(context: Context) -> None:
    turns = ("what are the side effects", "i am getting married in june", "are they common")
    assert "side-effects" in [answered(reply := last(context, *turns)), *offered(reply)]


@pytest.mark.parametrize(
    ("asked", "passage"),
    [
        ("no, i mean how long until it works", "efficacy"),
        ("you told me the months. how well does it work", "efficacy"),
    ],
)
def test_a_correction_is_read_by_its_new_words(context: Context, asked: str, passage: str) -> None:
    assert answered(last(context, "how long is a course", asked)) == passage


def test_a_correction_never_gets_the_same_passage_again(context: Context) -> None:
    reply = last(context, "how long is a course", "no i mean how long a course is")
    assert (reply.kind, answered(reply)) == (Kind.CLARIFY, None)


def test_who_did_not_understand_is_offered_what_was_shown_as_well(context: Context) -> None:
    asked = "i do not understand that. will my lips be better by then"
    assert "duration" in offered(last(context, "how long is a course", asked))


def test_what_comes_next_is_what_the_document_says_next(context: Context) -> None:
    reply = last(context, "which dose do they begin with", "and after that?")
    assert offered(reply)[:2] == ["dose-increase", "dose-maintenance"]


def test_a_remark_does_not_get_the_same_passage_again(context: Context) -> None:
    reply = last(context, "how long is a course", "and my sister is on it too")
    assert reply.kind is Kind.CLARIFY


@pytest.mark.parametrize("asked", ["who is the president", "is it raining in peru"])
def test_what_is_of_something_else_is_refused_in_a_talk_too(context: Context, asked: str) -> None:
    assert last(context, "what are the side effects", asked).refused is not None


@pytest.mark.parametrize("asked", ["really?", "are you sure"])
def test_doubt_about_a_range_gets_how_a_dose_is_chosen(context: Context, asked: str) -> None:
    reply = last(context, "dose for 70 kg", asked)
    assert answered(reply) == context.kb.dose.general_passage


def test_a_greeting_drawn_out_hides_no_question(context: Context) -> None:
    assert answered(last(context, "heyyy how long is a course")) == "duration"


def test_what_was_said_last_outweighs_what_was_said_before() -> None:
    memory = Memory().spoke_of({"hair": 1.0}).spoke_of({"sun": 0.8, "alcohol": 0.1})
    assert list(memory.likely) == ["sun", "hair", "alcohol"]
    assert sum(memory.likely.values()) <= 1


def test_only_the_likeliest_subjects_of_a_talk_are_kept() -> None:
    memory = Memory().spoke_of({f"topic-{number}": 0.05 for number in range(KEPT + 3)})
    assert len(memory.likely) == KEPT
