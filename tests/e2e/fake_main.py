"""Serves Telegram with a small honest turn: it says what it was asked, and how often so far."""

from __future__ import annotations

import os
import sys
import time

from bot.app import serve
from bot.kb.replies import Replies
from bot.settings import load_settings
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, Suggestion

TEXTS = {
    "service": {"slow_down": "slow down", "apology": "sorry", "old_button": "old"},
    "profile": {"start": "Start", "description": "A bot for tests", "short": "Tests"},
}


def turn(inbound: Inbound, memory: Memory) -> tuple[Memory, Reply]:
    if inbound.text == "poison":
        raise ValueError("poisoned")
    if inbound.text == "deadly":
        os._exit(9)
    if inbound.text.startswith("slow"):
        time.sleep(float(inbound.text.split()[1]))
    count = memory.details.get("count", 0) + 1
    after = Memory(details={"count": count}, at=inbound.at)
    asked = inbound.text or inbound.passage or inbound.topic or "nothing"
    text = f"turn {count}\nanswer to {asked}"
    button = Suggestion(label="More", passage="side-effects", start=0, end=1)
    return after, Reply(kind=Kind.CHAT, text=text, suggestions=(button,))


if __name__ == "__main__":
    sys.exit(serve(load_settings(), turn, Replies(language="en", texts=TEXTS)))
