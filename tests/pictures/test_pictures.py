"""Key messages as a person sees them; with PICTURES_INTO set, the README's pictures are taken."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.reply.outgoing import Outgoing
from bot.turn.context import Context
from tests.journeys.chat import Chat, desk
from tests.pictures.as_html import page
from tests.pictures.browser import picture_of

Shown = list[str | Sequence[Outgoing]]


def asked(chat: Chat, *texts: str) -> Shown:
    shown: Shown = []
    for text in texts:
        shown += [text, chat.message(text)]
    return shown


def scenes(context: Context) -> dict[str, Shown]:
    """The README's pictures by name."""
    dose = Chat(desk(context))
    ranged = asked(dose, "what dose of accutane for 70 kg?")
    ranged.append(dose.press("As a picture"))
    return {
        "answer": asked(Chat(desk(context)), "my lips are so dry on accutane, is that normal?"),
        "dose": ranged,
        "gap": asked(Chat(desk(context)), "can I drink alcohol on accutane?"),
        "red-flag": asked(Chat(desk(context)), "I am on accutane and I think I am pregnant"),
    }


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_shows_every_word_of_the_messages(context: Context) -> None:
    for shown in scenes(context).values():
        parser = _Words()
        parser.feed(page(shown))
        for said in shown:
            for call in () if isinstance(said, str) else said:
                assert str(call.kwargs.get("text", "")) in parser.words


@pytest.mark.parametrize("name", ["answer", "dose", "gap", "red-flag"])
def test_a_browser_takes_the_picture(context: Context, tmp_path: Path, name: str) -> None:
    picture = picture_of(page(scenes(context)[name]), tmp_path)
    assert picture.height > 200
    if folder := os.environ.get("PICTURES_INTO"):
        small = picture.quantize(64)
        small.save(Path(folder) / f"{name}.png", optimize=True)
