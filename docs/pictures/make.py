"""Make the README's picture of a terminal chat: ``python docs/pictures/make.py``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from rich.console import Console

from bot.brain import bind, build_context
from bot.settings import load_settings
from bot.terminal import show
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory

ASKED = (
    "how long does a course take?",
    "can i drink on it?",
    "my throat is swelling and i cant breathe",
)


def main() -> None:
    """Ask a few questions and save what the terminal shows."""
    turn = bind(build_context(load_settings()))
    console = Console(record=True, width=88)
    memory, now = Memory(), dt.datetime.now(dt.UTC)
    for text in ASKED:
        console.print(f"[bold]you:[/bold] {text}")
        memory, reply = turn(Inbound(text=text, at=now), memory)
        show(reply, console)
    to = Path(__file__).parent / "terminal.svg"
    console.save_svg(str(to), title="python -m bot")


if __name__ == "__main__":
    main()
