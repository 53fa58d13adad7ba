"""People write in pieces; pieces are answered together, and no question is lost for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.turn.context import Context
from tests.journeys.chat import PERSON
from tests.journeys.test_stored import Bench


@pytest.fixture
def bench(tmp_path: Path, context: Context) -> Bench:
    return Bench(tmp_path, context)


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        (("hey", "quick question", "can i drink alcohol on accutane"), "Alcohol"),
        (("how long", "do i have to", "take accutane for"), "20 weeks"),
        (("i weigh", "70 kg"), "70 kg"),
        (("my lips are so dry on accutane", "is that normal?"), "skin reactions"),
    ],
)
async def test_pieces_of_one_question_get_one_answer(
    bench: Bench, pieces: tuple[str, ...], told: str
) -> None:
    async with bench.running() as store:
        (answer,) = await bench.burst(store, *map(bench.typed, pieces))
        assert told in answer
        stored = await store.people.everything(PERSON, PERSON)
        assert not any(row["raw"] for row in stored["inbox"])  # the pieces are erased as well


async def test_each_whole_question_of_a_burst_gets_its_own_answer_in_order(bench: Bench) -> None:
    async with bench.running() as store:
        asked = ("what are the side effects of accutane?", "how long does a course take?",
                 "can I drink alcohol on it?")  # fmt: skip
        said = await bench.burst(store, *map(bench.typed, asked))
        assert ["skin reactions" in said[0], "20 weeks" in said[1], "Alcohol" in said[2]] == [
            True, True, True,
        ]  # fmt: skip


async def test_what_does_not_add_up_to_a_question_is_answered_piece_by_piece(
    bench: Bench,
) -> None:
    async with bench.running() as store:
        said = await bench.burst(store, *map(bench.typed, ["hi", "zzz 1", "zzz 2", "zzz 3"]))
        assert len(said) == 4


@pytest.mark.parametrize(
    "pieces",
    [
        ("how long does it take", "my throat is swelling and i cant breathe"),
        ("hey", "i want to", "kill myself"),
        ("i think i", "took the whole box of accutane at once"),
    ],
)
async def test_a_red_flag_in_a_piece_or_in_all_of_them_is_answered(
    bench: Bench, pieces: tuple[str, ...]
) -> None:
    async with bench.running() as store:
        said = await bench.burst(store, *map(bench.typed, pieces))
        assert "emergency" in said[-1].lower()
        assert "I am not a clinician" in said[-1]


async def test_messages_that_lie_apart_are_no_burst(bench: Bench) -> None:
    async with bench.running() as store:
        first, second = bench.typed("hi", at=-60), bench.typed("hello?", at=-30)
        assert len(await bench.burst(store, first, second)) == 2


async def test_a_question_of_ours_gets_each_message_as_its_answer(bench: Bench) -> None:
    async with bench.running() as store:
        await bench.says(store, text="/remind")
        await bench.says(store, press="v1|x|remind.exam")
        said = await bench.burst(store, bench.typed("xq"), bench.typed("berlin"))
        assert "do not know this place" in said[0]
        assert "next monthly exam" in said[1]


async def test_an_answer_that_could_not_be_sent_covers_the_same_pieces_later(
    bench: Bench,
) -> None:
    async with bench.running() as store:
        bench.tape.refuse = 1
        (answer,) = await bench.burst(store, *map(bench.typed, ("hey", "what is accutane?")))
        assert "isotretinoin" in answer


async def test_a_command_ends_a_burst(bench: Bench) -> None:
    async with bench.running() as store:
        said = await bench.burst(store, *map(bench.typed, ("hi", "/trust", "hello?")))
        assert len(said) == 3
        assert "Version" in said[1]


async def test_a_figure_that_was_asked_for_does_not_hide_a_red_flag_before_it(
    bench: Bench,
) -> None:
    async with bench.running() as store:
        said = await bench.burst(store, *map(bench.typed, ["i weigh", "60 kg pregnant"]))
        assert "call your prescriber today" in "\n".join(said)
        assert not any("mg" in one for one in said)
