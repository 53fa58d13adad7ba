"""``kill -9`` at random moments under load: what is lost, answered twice, out of order.

    python bench/kills.py --kills 50                  # both stores, polling and webhook: 200 kills
    python bench/kills.py --kills 5 --store sqlite --door polling

The bot's turn is the small one of ``tests/e2e/fake_main.py``, which says what it was asked, so
that each answer can be told from the others; intake, store and sending are the real ones. Each
round kills the process at a random moment of a burst and starts it again at once.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

from running import HONEST, TOKEN, Api, Process, api, postgres, state_dir

CHATS = 25


def run(store: str, door: str, args: argparse.Namespace) -> dict[str, Any]:
    """All kills of one combination."""
    chance = random.Random(args.seed)
    with ExitStack() as stack:
        telegram = stack.enter_context(api())
        state = stack.enter_context(state_dir())
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        if store == "postgres":
            settings["DATABASE_URL"] = stack.enter_context(postgres())
        process = Process(HONEST, state, **settings)
        if door == "webhook":
            process = Process(HONEST, state, **settings, PUBLIC_URL="here")
        try:
            return _rounds(telegram, process, chance, args)
        finally:
            process.end()


def _rounds(
    telegram: Api, process: Process, chance: random.Random, args: argparse.Namespace
) -> dict[str, Any]:
    process.start()
    process.until_ready()
    twice, lost, disorder, updates = [], 0, 0, 0
    for number in range(args.kills):
        telegram("reset")
        wanted = {n + 1 + CHATS * number: [f"{number}.{q}" for q in range(args.each)]
                  for n in range(CHATS)}  # fmt: skip
        messages = [(chat, said) for said_by in zip(*_pairs(wanted), strict=True)
                    for chat, said in said_by]  # fmt: skip
        updates += len(messages)
        telegram("feed", messages=messages)
        time.sleep(chance.uniform(0.02, args.within))
        process.end(signal.SIGKILL)
        process.start()
        heard = _until_all(telegram, wanted, args.patience)
        counts = {chat: Counter(said) for chat, said in heard.items()}
        gone = sum(not counts[chat][said] for chat in wanted for said in wanted[chat])
        if gone:
            print(f"lost {gone}; {process.state()}\n{process.log()}", file=sys.stderr)
        lost += gone
        twice.append(sum(n - 1 for said in counts.values() for n in said.values()))
        disorder += sum(list(dict.fromkeys(heard[chat])) != wanted[chat] for chat in wanted)
        so_far = f"{number + 1} kills: lost {lost}, answered twice {twice}, disorder {disorder}"
        print(so_far, file=sys.stderr, flush=True)
    return {"kills": args.kills, "updates": updates, "lost": lost, "out of order": disorder,
            "answered twice": sum(twice), "most of one kill": max(twice)}  # fmt: skip


def _pairs(wanted: dict[int, list[str]]) -> list[list[tuple[int, str]]]:
    return [[(chat, text) for text in said] for chat, said in wanted.items()]


def _until_all(telegram: Api, wanted: dict[int, list[str]], patience: float) -> dict[int, Any]:
    """What each chat heard, once all was answered (or patience ended) and nothing more comes."""
    until = time.monotonic() + patience
    total, quiet = -1, 0
    while time.monotonic() < until and quiet < 3:
        told: dict[str, list[str]] = telegram("texts")
        heard = {chat: [text.rpartition(" ")[2] for text in told.get(str(chat), [])]
                 for chat in wanted}  # fmt: skip
        count = sum(map(len, heard.values()))
        whole = all(set(wanted[chat]) <= set(heard[chat]) for chat in wanted)
        quiet = quiet + 1 if whole and count == total else 0
        total = count
        time.sleep(0.1)
    return heard


def main() -> None:
    plain = argparse.RawDescriptionHelpFormatter
    given = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    given.add_argument("--kills", type=int, default=50, help="of each combination")
    given.add_argument("--store", choices=("sqlite", "postgres"), help="only this one")
    given.add_argument("--door", choices=("polling", "webhook"), help="only this one")
    given.add_argument("--each", type=int, default=12, help=f"messages of each of {CHATS} chats")
    given.add_argument("--within", type=float, default=0.4, help="seconds in which a kill falls")
    given.add_argument("--patience", type=float, default=180, help="seconds until it is lost")
    given.add_argument("--seed", type=int, default=7)
    args = given.parse_args()
    stores = [args.store] if args.store else ["sqlite", "postgres"]
    doors = [args.door] if args.door else ["polling", "webhook"]
    found = {}
    for store, door in itertools.product(stores, doors):
        found[f"{store}, {door}"] = run(store, door, args)
        print(f"{store}, {door}:", json.dumps(found[f"{store}, {door}"]), flush=True)
    bad = any(one["lost"] or one["out of order"] or one["most of one kill"] > 1
              for one in found.values())  # fmt: skip
    sys.exit(int(bad))


if __name__ == "__main__":
    main()
