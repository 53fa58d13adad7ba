"""Few messages are under way at a time, and nobody waits for one that hangs."""

from __future__ import annotations

import asyncio

import pytest

from bot.reply import window
from bot.reply.window import Window, place


class Call:
    """A call that is prepared at once, goes to the network, and ends when told to."""

    def __init__(self) -> None:
        self.prepared = self.made = False
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        self.prepared = True
        await place()
        self.made = True
        await self.may_end.wait()


async def nothing(_: None) -> None: ...


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_next_message_goes_when_the_one_before_it_is_over() -> None:
    through, calls = Window(), [Call(), Call(), Call()]
    tasks = [asyncio.create_task(through.during(call, nothing)) for call in calls]
    for number, call in enumerate(calls):
        await settle()
        assert all(one.prepared for one in calls)
        assert [one.made for one in calls] == [at <= number for at in range(3)]
        call.may_end.set()
    await asyncio.gather(*tasks)


async def test_the_next_message_is_on_its_way_before_the_rest_of_the_one_before_is_done() -> None:
    through, first, then = Window(), Call(), Call()
    made_when_over = []

    async def whole(call: Call) -> None:
        await through.during(call, nothing)
        made_when_over.append(then.made)

    tasks = [asyncio.create_task(whole(call)) for call in (first, then)]
    await settle()
    first.may_end.set()
    await settle()
    assert made_when_over == [True]
    then.may_end.set()
    await asyncio.gather(*tasks)


async def test_who_gives_up_waiting_leaves_no_hole() -> None:
    through, first, last = Window(), Call(), Call()
    tasks = [asyncio.create_task(through.during(call, nothing)) for call in (first, Call(), last)]
    await settle()
    tasks[1].cancel()
    first.may_end.set()
    await settle()
    assert last.made
    last.may_end.set()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_call_that_hangs_leaves_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "SLOW", 0.0)
    through, hanging, other = Window(), Call(), Call()
    task = asyncio.create_task(through.during(hanging, nothing))
    await asyncio.sleep(0.01)
    other.may_end.set()
    await through.during(other, nothing)
    hanging.may_end.set()
    await task


def test_a_rate_has_the_places_that_it_needs() -> None:
    through = Window(30)
    through._lasts = 0.2
    assert through.size == 6
