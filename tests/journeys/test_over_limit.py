"""Who has asked too much in a minute is still heard where it cannot wait."""

from __future__ import annotations

from typing import Any

import pytest

from bot.intake import answering
from tests.journeys.town import ANNA, Town

OVERDOSE = "i took 30 capsules at once and want to die"
PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
SLOWLY = "That was a lot at once."
ALARM = "I am not a clinician and not an emergency service."


async def asks_too_much(town: Town) -> int:
    """All that may be asked in a minute; the number of the last message."""
    for number in range(3):
        await town.says(ANNA, f"what about point {number}?")
    return town.number - 1


@pytest.mark.parametrize("word_before", [False, True], ids=["the first over it", "a later one"])
@pytest.mark.parametrize(
    "words",
    [
        {"text": OVERDOSE},
        {"text": "please help i took them all"},
        {"text": "/ask i took 30 capsules at once"},
        {"photo": PHOTO, "caption": OVERDOSE},
    ],
    ids=lambda words: str(words.get("text") or "a caption"),
)
async def test_an_emergency_over_the_limit_is_answered(
    town: Town, words: dict[str, Any], *, word_before: bool
) -> None:
    async with town.running(per_minute=3):
        await asks_too_much(town)
        if word_before:
            assert SLOWLY in await town.says(ANNA, "and what about point 4?")
        said = await town.says(ANNA, **words)
        assert ALARM in said
        assert SLOWLY not in said


async def test_an_edit_into_an_emergency_over_the_limit_is_answered(town: Town) -> None:
    async with town.running(per_minute=3):
        last = await asks_too_much(town)
        assert ALARM in await town.edits(ANNA, last, OVERDOSE)


async def test_what_must_be_told_today_and_the_question_after_it_are_said_over_the_limit(
    town: Town,
) -> None:
    async with town.running(per_minute=3):
        await asks_too_much(town)
        for words in ("i am on accutane and i think i am pregnant", "i now have a rash"):
            said = await town.says(ANNA, words)
            assert "today" in said
            assert ALARM in said
        assert "Stop isotretinoin and go to emergency care now" in await town.says(ANNA, "yes")


async def test_the_word_that_it_was_too_much_says_whom_to_call(town: Town) -> None:
    async with town.running(per_minute=3):
        await asks_too_much(town)
        said = await town.says(ANNA, "what about point 4?")
        assert SLOWLY in said
        assert "emergency number" in said
        assert await town.says(ANNA, "what about point 5?") == ""


async def test_nothing_that_waits_for_the_database_is_done_over_the_limit(town: Town) -> None:
    async with town.running(per_minute=3):
        await asks_too_much(town)
        await town.says(ANNA, "/mydata")
        assert not town.api.calls_of("sendDocument")


async def test_a_flood_is_read_for_so_long_and_no_longer(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "READ_ANYWAY", 2)
    async with town.running(per_minute=3):
        await asks_too_much(town)
        said = [await town.says(ANNA, OVERDOSE) for _ in range(4)]
    assert [ALARM in one for one in said] == [True, True, False, False]
    assert SLOWLY not in "".join(said)


async def test_typing_inline_costs_no_message(town: Town) -> None:
    who = {"id": ANNA, "is_bot": False, "first_name": "Zebedee"}
    async with town.running(per_minute=3):
        for n in range(1, 9):
            query = {"id": str(n), "from": who, "query": "side effects"[:n], "offset": ""}
            await town._put(ANNA, {"inline_query": query})
        assert "Practically all" in await town.says(ANNA, "what are the side effects?")
