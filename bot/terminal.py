"""The chat in a terminal: the same turns as in Telegram, with numbers for buttons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.turn.context import Context
from bot.turn.explain import explain as explained
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, Suggestion
from bot.turn.turn import TurnFunction

_COLOUR = {Kind.ALERT: "red", Kind.ANSWER: "green", Kind.DOSE: "green", Kind.CHAT: "blue"}
_WORD = {
    Kind.ALERT: "Please read this first",
    Kind.ANSWER: "From the document",
    Kind.DOSE: "Dose range in the document",
    Kind.CLARIFY: "A question back",
    Kind.NOT_COVERED: "Not in the document",
    Kind.CHAT: "Bot",
}


def show(reply: Reply, console: Console) -> None:
    """Print a reply: quotes in bold italics, buttons as numbers."""
    text = Text(reply.text)
    for cited in reply.citations:
        at = reply.text.find(cited.quote)
        text.stylize("bold italic", at, at + len(cited.quote))
    for number, offered in enumerate(reply.suggestions, start=1):
        text.append(f"\n[{number}] {offered.label}", style="cyan")
    console.print(
        Panel(text, title=_WORD[reply.kind], border_style=_COLOUR.get(reply.kind, "yellow"))
    )


def chat(
    turn: TurnFunction,
    console: Console,
    read: Callable[[], str],
    now: Callable[[], dt.datetime],
) -> None:
    """Talk until the input ends or the person says /quit."""
    memory, reply = turn(Inbound(text="/start", at=now()), Memory())
    show(reply, console)
    while True:
        try:
            typed = read().strip()
        except (EOFError, KeyboardInterrupt):
            break
        if typed in ("/quit", "/exit"):
            break
        if not typed:
            continue
        memory, reply = turn(pressed(typed, reply.suggestions, now()), memory)
        show(reply, console)
    console.print("Goodbye.")


def pressed(typed: str, offered: tuple[Suggestion, ...], at: dt.datetime) -> Inbound:
    """What was typed, or the button whose number was typed."""
    if typed.isdecimal() and 1 <= int(typed) <= len(offered):
        button = offered[int(typed) - 1]
        return Inbound(
            text=button.command or "", passage=button.passage, topic=button.topic, at=at
        )
    return Inbound(text=typed, at=at)


def explain(text: str, context: Context, console: Console) -> None:
    """Print why a text is matched or refused: examples, scores, reason."""
    told = explained(text, context)
    if told is None:
        console.print("nothing to look up")
        return
    found = told.found
    if told.first:
        console.print(f"before the search: {told.first}", highlight=False)
    console.print(f"outcome: {found.outcome} {', '.join(found.names)}", highlight=False)
    console.print(f"why: {found.why} (confidence {found.confidence:.2f})", highlight=False)
    console.print(f"isotretinoin named: {'yes' if found.match.drug else 'no'}", highlight=False)
    console.print("labels:")
    for label, probability in told.labels:
        console.print(f"  {probability:.3f} {label}", highlight=False, markup=False)
    console.print("nearest examples:")
    for near in told.neighbours:
        labels = ", ".join(near.example.labels)
        line = f"  {near.score:5.1f} {labels}: {near.example.text}"
        console.print(line, highlight=False, markup=False)
