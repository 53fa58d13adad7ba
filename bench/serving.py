"""How fast, how light and how fair the bot serves, against bare echo bots, in one run.

    python bench/serving.py                 # everything, some ten minutes
    python bench/serving.py --only throughput,p99 --rounds 5

Everything runs on this machine over loopback: the emulated Bot API in one process, each bot in
another, in turns, so that what else the machine does falls on all of them. Compare ratios, not
absolute figures. The peers do nothing but echo: python-telegram-bot with its default transport and
one update at a time, as it comes; aiogram with 256 at a time. Ours keeps each update on disk,
takes a turn and sends the answer: with questions that were never asked before (``new``), and as
people ask, the common questions again and again (``asked``).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from running import (
    BENCH,
    OURS,
    ROOT,
    TOKEN,
    Api,
    Process,
    api,
    bot,
    postgres,
    state_dir,
    strangers,
)

from bot.kb.knowledge import packaged
from bot.kb.loading import load

Say = Callable[[str], None]


def questions(count: int, *, again: bool) -> list[str]:
    """What people write: ``again``, a few questions make up most of it (Zipf)."""
    texts = sorted({example.text for example in load(packaged(), "en").examples})
    chance = random.Random(7)
    chance.shuffle(texts)
    if again:
        common = texts[:400]
        weights = [1 / rank for rank in range(1, len(common) + 1)]
        return chance.choices(common, weights, k=count)
    return [f"{texts[n % len(texts)]} {'' if n < len(texts) else n}".strip() for n in range(count)]


def trained(state: Path) -> None:
    """Have the matcher trained there, as an operator's first start does."""
    command = (sys.executable, "-m", "bot", "ask", "hello")
    settings = {**os.environ, "STATE_DIR": str(state), "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=settings, check=True, stdout=subprocess.DEVNULL)


class Bench:
    """The bots that are compared, and the state that ours keeps between rounds."""

    def __init__(self, args: argparse.Namespace, state: Path) -> None:
        self.args = args
        self.state = state
        peer = (args.peer_python,)
        self.peers: dict[str, Sequence[str]] = {
            "PTB": (sys.executable, str(BENCH / "echo_ptb.py")),
            "aiogram": (*peer, str(BENCH / "echo_aiogram.py")),
        }

    @contextmanager
    def own_state(self) -> Iterator[Path]:
        """A STATE_DIR for what leaves rows that wait: they would be worked at in what follows."""
        with state_dir() as state:
            shutil.copytree(self.state / "cache", state / "cache")
            yield state

    def command(self, name: str, url: str) -> tuple[Sequence[str], dict[str, str]]:
        if name in self.peers:
            return (*self.peers[name], url), {}
        return OURS, {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url}

    def rounds(self, names: Sequence[str], one: Callable[[str], float]) -> dict[str, float]:
        """The median of each, measured in turns."""
        found: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(self.args.rounds):
            for name in names:
                found[name].append(one(name))
        return {name: statistics.median(values) for name, values in found.items()}

    def ready(self, telegram: Api, process: Process, texts: Sequence[str]) -> None:
        """Have each text answered once: what is measured is a bot that has run for a while."""
        common = list(dict.fromkeys(texts))
        warm = list(zip(strangers(), common, strict=False))
        telegram("feed", messages=warm)
        report = telegram.until_answered(len(warm), 120)
        if report["answered"] < len(warm):
            raise SystemExit(f"the bot does not answer: {report}\n{process.log()}")
        telegram("reset")


def throughput(bench: Bench) -> dict[str, float]:
    """Whole answers a second out of a burst."""
    count = bench.args.updates
    texts = {"new": questions(count, again=False), "asked": questions(count, again=True)}

    def one(name: str) -> float:
        said = texts.get(name, texts["new"])
        with api() as telegram:
            command, settings = bench.command(name, telegram.url)
            with bot(command, bench.state, **settings) as process:
                warm = texts["asked"] if name == "asked" else texts["asked"][:100]
                bench.ready(telegram, process, warm)
                telegram("feed", messages=list(zip(strangers(), said, strict=False)))
                report = telegram.until_answered(count, 120)
        if report["answered"] < count:
            raise SystemExit(f"{name}: only {report['answered']} of {count} answered")
        return float(report["answered"] / report["seconds"])

    return bench.rounds(("asked", "PTB", "aiogram", "new"), one)


def p99(bench: Bench) -> dict[str, float]:
    """Milliseconds from update to answer at so many updates a second."""
    count = bench.args.rate * bench.args.seconds
    said = questions(count, again=True)

    def one(name: str) -> float:
        with api() as telegram:
            command, settings = bench.command(name, telegram.url)
            with bot(command, bench.state, **settings) as process:
                bench.ready(telegram, process, said)
                messages = list(zip(strangers(), said, strict=False))
                telegram("feed", messages=messages, rate=bench.args.rate)
                time.sleep(bench.args.seconds)
                return float(telegram.until_answered(count, 60)["p99"] * 1000)

    return bench.rounds(("asked", "PTB", "aiogram"), one)


def flood(bench: Bench) -> dict[str, float]:
    """The others' p99 in ms, without and with a chat that always gets 429."""
    rate = bench.args.rate // 2
    count = rate * bench.args.seconds
    said = questions(count, again=True)

    def one(name: str) -> float:
        with api() as telegram, bench.own_state() as state:
            command, settings = bench.command("asked", telegram.url)
            with bot(command, state, **settings) as process:
                bench.ready(telegram, process, said)
                if name == "one flooded":
                    telegram("config", flooded=5)
                messages: list[tuple[int, str]] = []
                for number, (chat, text) in enumerate(zip(strangers(), said, strict=False)):
                    messages.append((chat, text))
                    if number % 10 == 0:
                        messages.append((5, text))
                telegram("feed", messages=messages, rate=rate * 1.1)
                time.sleep(bench.args.seconds)
                return float(telegram.until_answered(count, 60)["p99"] * 1000)

    return bench.rounds(("none flooded", "one flooded"), one)


def start(bench: Bench) -> dict[str, float]:
    """Seconds from the start of the process to the first answer, its question waiting."""

    def one(name: str) -> float:
        with api() as telegram:
            telegram("feed", messages=[(1, "what are the side effects?")])
            command, settings = bench.command(name, telegram.url)
            began = time.monotonic()
            with bot(command, bench.state, **settings):
                while not telegram("report")["answered"]:
                    time.sleep(0.01)
                return time.monotonic() - began

    return bench.rounds(("ours", "PTB", "aiogram"), one)


def idle(bench: Bench) -> dict[str, float]:
    """Percent of a processor, and MB, of a bot that has answered and now waits."""
    found = {}
    for name in ("ours", "PTB", "aiogram"):
        with api() as telegram:
            command, settings = bench.command(name, telegram.url)
            with bot(command, bench.state, **settings) as process:
                bench.ready(telegram, process, questions(100, again=True))
                time.sleep(1)
                began, used = time.monotonic(), process.cpu_seconds()
                time.sleep(bench.args.seconds)
                share = (process.cpu_seconds() - used) / (time.monotonic() - began)
                found[f"{name}, CPU %"] = 100 * share
                found[f"{name}, RSS MB"] = process.rss()
    return found


def workers(bench: Bench) -> dict[str, float]:
    """Answers a second of one and of two workers on one PostgreSQL.

    A worker knows what it has answered itself. So questions that are new stay so for both, and
    common ones are asked several times beforehand: chance gives about half of them to each.
    """
    count = bench.args.updates
    said = questions(count, again=bench.args.again)
    common = questions(count, again=True)

    def one(name: str) -> float:
        hands = 2 if name == "two" else 1
        with api() as telegram, postgres() as url, state_dir() as other:
            _, settings = bench.command("asked", telegram.url)
            settings["DATABASE_URL"] = url
            roles = ("all", "worker")[:hands]
            made = [Process(OURS, bench.state, ROLE=role, **settings) for role in roles]
            try:
                for core, process in enumerate(made):
                    process.start(core if bench.args.one_core else None)
                    process.until_ready()
                for _ in range(5 * hands):
                    bench.ready(telegram, made[0], common)
                telegram("feed", messages=list(zip(strangers(), said, strict=False)))
                report = telegram.until_answered(count, 240)
            finally:
                for process in made:
                    process.end(signal.SIGTERM)
            del other
            return float(report["answered"] / report["seconds"])

    return bench.rounds(("one", "two"), one)


RUNS: dict[str, Callable[[Bench], dict[str, float]]] = {
    "throughput": throughput, "p99": p99, "flood": flood, "start": start, "idle": idle,
    "workers": workers,
}  # fmt: skip


def ratios(name: str, found: dict[str, float]) -> dict[str, float]:
    """What the issue sets bounds on."""
    match name:
        case "throughput":
            return {f"{ours} / {peer}": found[ours] / found[peer]
                    for ours in ("asked", "new") for peer in ("PTB", "aiogram")}  # fmt: skip
        case "p99":
            return {"asked / PTB": found["asked"] / found["PTB"]}
        case "flood":
            return {"one flooded / none": found["one flooded"] / found["none flooded"]}
        case "workers":
            return {"two / one": found["two"] / found["one"]}
    return {}


def main() -> None:
    plain = argparse.RawDescriptionHelpFormatter
    given = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    given.add_argument("--only", default=",".join(RUNS), help=f"some of {','.join(RUNS)}")
    given.add_argument("--rounds", type=int, default=3, help="of which the median is told")
    given.add_argument("--updates", type=int, default=2000, help="in a burst")
    given.add_argument("--rate", type=int, default=100, help="updates a second for p99")
    given.add_argument("--seconds", type=int, default=6, help="of load at that rate, and idle")
    given.add_argument("--again", action="store_true", help="workers: questions asked before")
    given.add_argument("--one-core", action="store_true",
                       help="workers: each keeps to one, as on a small machine")  # fmt: skip
    given.add_argument("--peer-python", default=sys.executable,
                       help="a Python that has aiogram, where this one has not")  # fmt: skip
    given.add_argument("--state", type=Path, help="STATE_DIR of ours, to spare the training")
    args = given.parse_args()
    found: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="minutes"), "python": platform.python_version()
    }  # fmt: skip
    with nullcontext(args.state) if args.state else state_dir() as state:
        trained(state)
        bench = Bench(args, state)
        for name in args.only.split(","):
            figures = RUNS[name](bench)
            found[name] = {k: round(v, 2) for k, v in (figures | ratios(name, figures)).items()}
            print(name, json.dumps(found[name]), file=sys.stderr, flush=True)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
