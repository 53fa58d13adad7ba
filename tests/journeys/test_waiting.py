"""What a person sees while we work, and what is left of a talk that nobody went on with."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from bot import brain
from bot.intake import answering
from bot.turn.context import Context
from bot.turn.turn import take_turn
from tests.journeys.test_stored import Bench


@pytest.fixture
def bench(tmp_path: Path, context: Context) -> Bench:
    return Bench(tmp_path, context)


def typed(bench: Bench) -> int:
    return sum(name == "sendChatAction" for name, _ in bench.tape.calls)


async def test_a_slow_answer_shows_that_we_are_typing_and_a_quick_one_does_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench.running() as store:
        monkeypatch.setattr(answering, "TYPING_FROM", 60.0)
        await bench.says(store, text="what is accutane?")
        assert typed(bench) == 0
        seen, quick = threading.Event(), take_turn

        def slow(*given: Any) -> Any:
            assert seen.wait(20)  # the turn goes on only once the typing was seen
            return quick(*given)

        call = bench.tape.do_request

        async def watched(url: str, *given: Any, **more: Any) -> tuple[int, bytes]:
            if url.endswith("/sendChatAction"):
                seen.set()
            return await call(url, *given, **more)

        monkeypatch.setattr(bench.tape, "do_request", watched)
        monkeypatch.setattr(brain, "take_turn", slow)
        monkeypatch.setattr(answering, "TYPING_FROM", 0.01)
        assert "isotretinoin" in (await bench.says(store, text="what is accutane?")).lower()
        assert typed(bench) == 1


async def test_a_dialogue_that_nobody_goes_on_with_ends_without_a_word(bench: Bench) -> None:
    async with bench.running() as store:
        await bench.says(store, text="/remind")
        assert "time zone" in await bench.says(store, press="v1|x|remind.exam")
        older = "UPDATE conversation SET touched = touched - 1860"
        await store.db.run(lambda connection: connection.exec_driver_sql(older))
        before = len(bench.tape.calls)
        await store.purge()
        assert len(bench.tape.calls) == before
        assert "monthly exam" not in await bench.says(store, text="berlin")
