"""Ask my clinic on PostgreSQL, and a crowd that does whatever it likes in any order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.turn.context import Context
from tests.emulator import emulator
from tests.journeys.town import ANNA, BEN, OTHER, STAFF, Town

ALWAYS = "Mon-Sun 0-24"
GAP = "can I drink alcohol on accutane?"


async def test_it_is_the_same_on_postgresql(
    tmp_path: Path, context: Context, postgres: str
) -> None:
    async with emulator() as api:
        town = Town(api, tmp_path, context, postgres)
        async with town.running():
            await town.settles_in(ANNA, BEN, hours=ALWAYS)
            annas, bens = await town.asks(ANNA, "of Anna"), await town.asks(BEN, "of Ben")
            await town.staff("for Anna", annas)
            await town.staff("for Ben", bens)
            await town.staff("/close", bens)
            await town.says(ANNA, "/deletedata")
            assert "nothing about you is left" in await town.taps(ANNA, "Yes, delete it all")
            assert "do not know this talk" in await town.staff("too late", annas)
            assert not any((await town.store.people.everything(ANNA, ANNA)).values())
        assert "for Anna" in town.read(ANNA)
        assert "for Ben" in town.read(BEN)
        assert "has ended this talk" in town.read(BEN)
        assert "for Ben" not in town.read(ANNA)


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_people_do_no_word_goes_astray(
    tmp_path: Path, context: Context, seed: int
) -> None:
    """Each word is somebody's own; where it may turn up follows from who consented to what."""
    rng = random.Random(seed)
    async with emulator() as api:
        town = Town(api, tmp_path, context)
        crowd = Crowd(town, rng)
        async with town.running():
            await town.settles_in(ANNA, BEN, hours=ALWAYS)
            for who in (ANNA, BEN):
                await town.says(who, GAP)
            for _ in range(60):
                await rng.choice(crowd.acts)(rng.choice((ANNA, BEN)))
        for word, who in crowd.written.items():
            assert (word in town.read(STAFF)) == (word in crowd.consented), word
            others = town.read(BEN if who == ANNA else ANNA)
            assert word not in others
            assert word not in town.read(OTHER)
        for word, to in crowd.replied.items():
            assert word not in town.read(BEN if to == ANNA else ANNA)
        assert crowd.consented
        assert any(word in town.read(to) for word, to in crowd.replied.items())


class Crowd:
    """Two patients, two groups. ``written``: each word and whose; ``replied``: and for whom."""

    def __init__(self, town: Town, rng: random.Random) -> None:
        self.town, self.rng = town, rng
        self.written: dict[str, int] = {}
        self.consented: set[str] = set()
        self.replied: dict[str, int] = {}
        self.count = 0
        self.acts = (self.write, self.write, self.send, self.send, self.send_an_older_one,
                     self.refuse, self.reply, self.reply, self.reply_elsewhere, self.close,
                     self.staff_close)  # fmt: skip

    def word(self) -> str:
        self.count += 1
        return f"word{self.count}x"

    async def write(self, who: int) -> None:
        await self.town.taps(who, "Ask my clinic")
        word = self.word()
        self.written[word] = who
        await self.town.says(who, f"is {word} fine?")

    async def send(self, who: int, back: int = 0) -> None:
        if not any(owner == who for owner in self.written.values()):
            return
        try:
            number, data = self.town.api.button(who, "Send it", back=back)
        except (AssertionError, IndexError):
            return
        text = str(self.town.api.calls[number - 1][1]["text"])
        since = len(self.town.api.calls)
        await self.town.presses(who, data, number)
        if "Sent to Oak Clinic" in self.town.read(who, since):
            self.consented |= {word for word in self.written if word in text}

    async def send_an_older_one(self, who: int) -> None:
        await self.send(who, back=1)

    async def refuse(self, who: int) -> None:
        try:
            await self.town.taps(who, "Do not send")
        except AssertionError:
            return

    def question(self, who: int) -> int | None:
        """A message in the group that carries words of that person."""
        found = [
            number
            for number, (_, params) in enumerate(self.town.api.calls, start=1)
            if params.get("chat_id") == str(STAFF)
            and any(w in str(params.get("text")) for w, own in self.written.items() if own == who)
        ]
        return self.rng.choice(found) if found else None

    async def reply(self, who: int, group: int = STAFF) -> None:
        question = self.question(who)
        if question is not None:
            word = self.word()
            self.replied[word] = who
            await self.town.staff(f"so {word}", question, group)

    async def reply_elsewhere(self, who: int) -> None:
        since = len(self.town.api.calls)
        await self.reply(who, OTHER)
        assert "so word" not in self.town.read(who, since)

    async def close(self, who: int) -> None:
        if self.rng.random() < 0.1:
            await self.town.says(who, "/close")

    async def staff_close(self, who: int) -> None:
        question = self.question(who)
        if question is not None and self.rng.random() < 0.1:
            await self.town.staff("/close", question)
