"""The pictures of the clinic's guide; with PICTURES_INTO set, they are taken anew."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from bot.brain import bind
from bot.clinic import poster
from bot.kb.knowledge import Knowledge
from bot.reply import links
from bot.reply.desk import text_call
from bot.store.clinics import Clinic, Clinics
from bot.turn.context import Context
from bot.turn.turn import TurnFunction
from tests.journeys.chat import BOT, Chat, desk, text
from tests.pictures.as_html import page
from tests.pictures.browser import picture_of

OAK = Clinic(
    id="oak",
    name="Oak Skin Clinic",
    phone="555-0100",
    hours="Mon to Fri 8 to 17",
    emergency="Call 112",
    knowledge="second",
)
FATHER = (
    "/newbot",
    "Alright, a new bot. How are we going to call it? Please choose a name for your bot.",
    "Oak Skin Clinic",
    "Good. Now let's choose a username for your bot. It must end in `bot`.",
    "oak_skin_clinic_bot",
    (
        "Done! Use this token to access the HTTP API:\n\n123456789:AA▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒\n\n"
        "Keep your token secure and store it safely."
    ),
)
"""The talk with @BotFather in short; its words are Telegram's and may change."""


class Known(Clinics):
    """One clinic, without a database."""

    def __init__(self) -> None:
        self._known = {"oak": (OAK, b"k" * 32)}


class OnTheDesk:
    """The second document, as a shelf holds it."""

    def __init__(self, beside: Context) -> None:
        self._held = (bind(beside), beside.kb)

    def get(self, folder: str) -> tuple[TurnFunction, Knowledge] | None:
        return self._held if folder == "second" else None

    def all(self) -> Iterable[Knowledge]:
        return [self._held[1]]


def bound(context: Context, beside: Context) -> Chat:
    chat = Chat(desk(context, Known(), OnTheDesk(beside)))
    chat.message("/start " + links.clinic(BOT, "oak", b"k" * 32))
    return chat


def keep(picture: Image.Image, name: str) -> None:
    assert picture.height > 150
    if folder := os.environ.get("PICTURES_INTO"):
        picture.quantize(32).save(Path(folder) / f"{name}.png", optimize=True)


def test_a_bot_is_made_by_a_talk_with_botfather(tmp_path: Path) -> None:
    said = [
        line if number % 2 == 0 else [text_call(1, line)] for number, line in enumerate(FATHER)
    ]
    keep(picture_of(page(said), tmp_path), "guide-botfather")


def test_the_chat_behind_the_poster_knows_the_clinic(
    context: Context, beside: Context, tmp_path: Path
) -> None:
    chat = Chat(desk(context, Known(), OnTheDesk(beside)))
    hello = chat.message("/start " + links.clinic(BOT, "oak", b"k" * 32))
    asked = "which days do you take blood?"
    answer = chat.message(asked)
    assert "Tuesdays and Thursdays" in text(answer)
    keep(picture_of(page([hello, asked, answer]), tmp_path), "guide-chat")


def test_buttons_of_the_clinics_passages_work_and_die_with_the_bond(
    context: Context, beside: Context
) -> None:
    chat = bound(context, beside)
    chat.message("which days do you take blood?")
    assert "three working days" in text(chat.press("Whole section"))
    chat.press(data="v1|l|blood-days")
    assert "Blood test days" in text(chat.message("/visit"))
    chat.press(data="v1|x|clinic.leave")
    assert "Blood test days" not in text(chat.message("/visit"))
    assert "out of date" in str(chat.press(data="v1|p|parking")[0].kwargs["text"])


def test_cards_for_other_chats_show_nothing_of_the_clinics(
    context: Context, beside: Context
) -> None:
    cards = bound(context, beside).inline("where can I park")["results"]
    assert "parking" not in str([card.to_dict() for card in cards])


def test_the_poster_is_in_the_guide(context: Context) -> None:
    username = FATHER[4]
    link = links.url(username, links.clinic(BOT, "oak", b"k" * 32))
    laid = poster.lay_out(OAK, link, username, context.kb.replies)
    sheet = Image.open(io.BytesIO(poster.png(laid, poster.Size.A4)))
    keep(sheet.resize((sheet.width // 3, sheet.height // 3)), "guide-poster")
