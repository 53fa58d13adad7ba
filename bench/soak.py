"""Load without end, in compressed time: does memory stay flat, and is nothing left over?

    python bench/soak.py --updates 1000000        # the real bot with questions asked before
    python bench/soak.py --updates 100000 --honest   # the small turn of tests/e2e/fake_main.py

Updates come in waves, always from new chats; the next wave comes when the last one is answered.
Told at the end: updates, answers a second, RSS after the first tenth and at the end, what waits.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from itertools import islice

from running import HONEST, OURS, TOKEN, api, bot, state_dir, strangers
from serving import questions, trained


def main() -> None:
    plain = argparse.RawDescriptionHelpFormatter
    given = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    given.add_argument("--updates", type=int, default=1_000_000)
    given.add_argument("--wave", type=int, default=2000)
    given.add_argument("--honest", action="store_true", help="without matching")
    args = given.parse_args()
    said, chats = questions(args.wave, again=True), strangers()
    seen: list[float] = []
    answered, seconds = 0, 0.0
    with api() as telegram, state_dir() as state:
        if not args.honest:
            trained(state)
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        with bot(HONEST if args.honest else OURS, state, **settings) as process:
            process.until_ready()
            for wave in range(args.updates // args.wave):
                telegram("feed", messages=list(zip(islice(chats, args.wave), said, strict=True)))
                report = telegram.until_answered(args.wave, 300)
                answered += report["answered"]
                seconds += report["seconds"]
                telegram("forget")
                seen.append(process.rss())
                told = f"{wave + 1} waves, {answered} answered, {seen[-1]:.1f} MB"
                print(told, file=sys.stderr, flush=True)
        with closing(sqlite3.connect(state / "bot.sqlite")) as database:
            left = database.execute("SELECT count(*) FROM inbox WHERE state < 3").fetchone()[0]
    early = seen[len(seen) // 10]
    print(json.dumps({
        "updates": args.wave * len(seen), "answered": answered,
        "a second": round(answered / seconds), "RSS MB after a tenth": round(early, 1),
        "RSS MB at the end": round(seen[-1], 1), "grown %": round(100 * (seen[-1] / early - 1), 1),
        "left in the inbox": left,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
