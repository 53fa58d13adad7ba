"""How much one person may ask: a bucket each, a kind word once a minute, silence beyond."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from bot.intake import limits
from bot.intake.limits import Admission, Limiter
from tests.emulator import Emulator
from tests.inside import inside


@given(st.lists(st.floats(0, 30), max_size=200), st.integers(1, 20))
def test_nobody_gets_more_than_the_limit_and_the_word_comes_once_a_minute(
    pauses: list[float], per_minute: int
) -> None:
    now = 1000.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now)
        limiter, answered, told = Limiter(per_minute), [], []
        for pause in pauses:
            now += pause
            found = limiter.admit(5)
            if found is Admission.ANSWER:
                answered.append(now)
            elif found is Admission.SLOW_DOWN:
                told.append(now)
    for start in answered:
        within = sum(start <= at <= start + 60 for at in answered)
        assert within <= 2 * per_minute + 1, "a full bucket, and a minute's refill"
    assert all(later - earlier >= 60 for earlier, later in pairwise(told))


def test_a_flood_of_people_does_not_fill_the_memory() -> None:
    limiter = Limiter(1)
    for person in range(1, limits.KNOWN + 500):
        limiter.admit(person)
        limiter.admit(person)
    assert len(limiter._empty_at) <= limits.KNOWN
    assert len(limiter._told_at) <= limits.KNOWN


async def test_one_persons_flood_is_answered_kindly_and_holds_up_nobody(
    api: Emulator, tmp_path: Path
) -> None:
    for number in range(40):
        api.say(1, f"question {number}")
    api.say(2, "mine")
    async with inside(api, tmp_path, per_minute=5) as bot:
        await api.until(lambda: len(api.texts(2)) == 1)
        await bot.until(lambda: api.confirmed >= 41)
        await bot.quiet()
    counted = Counter("slow" if text == "slow down" else "answer" for text in api.texts(1))
    assert counted == {"answer": 5, "slow": 1}


@pytest.mark.parametrize("fake", [1087968824, 136817688], ids=["anonymous admin", "channel"])
async def test_those_who_write_in_a_chats_name_do_not_share_a_bucket(
    api: Emulator, tmp_path: Path, fake: int
) -> None:
    def mentions(number: int, chat: int, name: int) -> None:
        body = {
            "message_id": number,
            "date": 1_790_000_000,
            "text": "@t_bot hello",
            "from": {"id": fake, "is_bot": True, "first_name": "G"},
            "chat": {"id": chat, "type": "supergroup", "title": "g"},
            "sender_chat": {"id": name, "type": "supergroup", "title": "n"},
        }
        api.feed({"message": body})

    for number in range(40):
        mentions(number + 1, -1, -11)
    mentions(41, -2, -12)
    async with inside(api, tmp_path, per_minute=5) as bot:
        await bot.until(lambda: api.confirmed >= 41)
        await bot.quiet()
    assert Counter(text == "slow down" for text in api.texts(-1)) == {False: 5, True: 1}
    assert len(api.texts(-2)) == 1
    assert "slow down" not in api.texts(-2)


async def test_a_flood_of_inline_queries_is_dropped_without_a_word(
    api: Emulator, tmp_path: Path
) -> None:
    who = {"id": 1, "is_bot": False, "first_name": "P"}
    for number in range(40):
        api.feed({"inline_query": {"id": str(number), "from": who, "query": "d", "offset": ""}})
    async with inside(api, tmp_path, per_minute=5) as bot:
        await bot.until(lambda: api.confirmed >= 40)
        await bot.quiet()
        seen = generate_latest(bot.parts.stats.registry).decode()
    assert not api.texts()
    assert 'bot_updates_total{kind="inline_query",outcome="dropped"} 34.0' in seen
    assert 'bot_updates_total{kind="inline_query",outcome="slowed_down"} 1.0' in seen


async def test_what_is_not_for_us_costs_nobody_a_question(api: Emulator, tmp_path: Path) -> None:
    who = {"id": 1, "is_bot": False, "first_name": "P"}
    body = {"message_id": 1, "date": 1_790_000_000, "from": who}
    group, private = {"id": -7, "type": "supergroup"}, {"id": 1, "type": "private"}
    for number in range(10):
        api.feed({"message": {**body, "chat": group, "text": f"chatter {number}"}})
        api.feed({"message": {**body, "chat": group, "new_chat_title": f"title {number}"}})
        place = {"latitude": 1.0 + number, "longitude": 2.0}
        api.feed({"edited_message": {**body, "chat": private, "location": place}})  # it moved
    api.say(1, "mine")
    async with inside(api, tmp_path, per_minute=2) as bot:
        await bot.until(lambda: api.confirmed >= 31)
        await bot.quiet()
    assert len(api.texts()) == len(api.texts(1)) == 1
    assert "slow down" not in api.texts(1)
