"""``bot setup``: from a token to a poster, one question at a time.

What is given is kept at once (``.env``, the database), so that it can be stopped and run again:
each question shows what there is, and Enter keeps it. The token is never shown.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from telegram import Bot, User
from telegram.error import EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.clinic import ClinicError, commands
from bot.env_file import put
from bot.kb.replies import Replies
from bot.opened import make_bot
from bot.settings import Settings, SettingsError, load_settings

Found = TypeVar("Found")
PORTS = (None, 443, 80, 88, 8443)  # where Telegram delivers
LONGEST_NAME = 64  # of a bot, the Bot API's limit
_FORM = "a token looks like 123456789:AA..., as @BotFather gives it"
_NO = ("-", "none")


@dataclass(frozen=True)
class Dialogue:
    """How it asks and tells. ``ask(question, secret)`` gives the line that was typed."""

    ask: Callable[[str, bool], str]
    say: Callable[[str], None]

    def until(self, question: str, read: Callable[[str], Found], *, secret: bool = False) -> Found:
        """Ask until ``read`` takes the answer; its ValueError says what would be taken."""
        while True:
            try:
                return read(self.ask(question, secret).strip())
            except ValueError as why:
                self.say(f"  That does not work: {why}.")


@dataclass(frozen=True)
class Setup:
    """One walk through the questions."""

    dialogue: Dialogue
    env: Path
    replies: Replies

    def run(self, posters: Path) -> None:
        """Ask everything, in the order of need; write the posters into a folder.

        Raises:
            ClinicError, SettingsError, StartError, OSError: it cannot go on; the text says why.
        """
        say = self.dialogue.say
        say("Enter keeps what is shown in brackets. Ctrl+C stops; run it again to go on.\n")
        for name in ("TELEGRAM_BOT_TOKEN", "PUBLIC_URL"):
            if os.environ.get(name):
                say(f"The environment sets {name}, which goes before .env.\n")
        say("1 of 5: the token")
        bot = self._token()
        say(f"  This is @{bot.username}.\n\n2 of 5: the bot's name")
        self._name(bot.first_name)
        say("\n3 of 5: how Telegram reaches the bot")
        self._door()
        say("\n4 of 5: the clinic")
        clinic_id = self._clinic()
        say("\n5 of 5: the poster")
        if clinic_id is None:
            say("  No clinic, no poster. `python -m bot clinic add` adds one later.")
        else:
            held = self._settings()
            files, note = commands.make_posters(held, clinic_id, posters, self.replies)
            for file in files:
                say(f"  written: {file}")
            if note:
                say(f"  {note}")
        say(f"\nAll is in {self.env}. Start the bot: python -m bot")

    def _settings(self) -> Settings:
        return load_settings(_env_file=self.env)

    def _token(self) -> User:
        """A token that Telegram knows, kept in the file. Returns the bot."""
        try:
            held = self._settings().telegram_bot_token
        except SettingsError as why:
            _only_the_token(why)
            held = None
        known = " [the one in use]" if held else ""

        def read(typed: str) -> User:
            value = typed or (held.get_secret_value() if held else "")
            if not value:
                raise ValueError(_FORM)
            try:
                settings = load_settings(_env_file=self.env, telegram_bot_token=value)
            except SettingsError as why:
                _only_the_token(why)
                raise ValueError(_FORM) from None
            bot = _at_telegram(settings, lambda bot: bot.get_me())
            if typed:
                put(self.env, {"TELEGRAM_BOT_TOKEN": value})
            return bot

        question = f"  The token from @BotFather (it is not shown){known}: "
        return self.dialogue.until(question, read, secret=True)

    def _name(self, now: str) -> None:
        def read(typed: str) -> None:
            if len(typed) > LONGEST_NAME:
                raise ValueError(f"a name has 1 to {LONGEST_NAME} characters")
            if typed and typed != now:
                _at_telegram(self._settings(), lambda bot: bot.set_my_name(typed))

        self.dialogue.until(f"  What patients see [{now}]: ", read)

    def _door(self) -> None:
        held = self._settings().public_url
        say = self.dialogue.say
        say(
            "  Polling works anywhere. A webhook needs an https address that reaches this machine."
        )

        def read(typed: str) -> None:
            value = typed or held or "polling"
            if value.casefold() == "polling":
                put(self.env, {"PUBLIC_URL": None})
                if _at_telegram(self._settings(), _webhook):
                    say("  Telegram still has a webhook for this bot, which keeps polling out.")
                    say("  `python -m bot webhook delete` removes it; do that before the start.")
                return
            parts = urlsplit(value)
            try:
                port = parts.port
            except ValueError:
                port = 0
            if parts.scheme != "https" or not parts.hostname or port not in PORTS:
                raise ValueError(
                    "type polling, or an address like https://bot.example.org"
                    " (port 443, 80, 88 or 8443)"
                )
            address = parts.geturl()  # a phone's Https:// in lower case
            try:
                load_settings(_env_file=self.env, public_url=address)
            except SettingsError as why:
                raise ValueError(str(why).removeprefix("PUBLIC_URL: ")) from None
            put(self.env, {"PUBLIC_URL": address})

        self.dialogue.until(f"  polling, or the https address [{held or 'polling'}]: ", read)

    def _clinic(self) -> str | None:
        """A clinic to make a poster for; None where there is to be none."""
        there = commands.all_of(self._settings())
        known = {one.id: one for one in there}
        first = there[0].id if there else "none"
        if there:
            self.dialogue.say(f"  There is: {', '.join(known)}. An id chooses one of them.")

        def read(typed: str) -> str | None:
            chosen = typed or first
            if chosen.casefold() in _NO:
                return None
            if chosen in known:
                return chosen
            chosen = commands.taken("name", chosen)
            made = commands.slug(chosen)
            if not made:
                raise ValueError(
                    "a name has some of the letters a to z, or digits;"
                    " `python -m bot clinic add` takes any other with --id"
                )
            try:
                commands.refuse_other(known.get(made), chosen)
                return self._add(chosen)
            except ClinicError as why:
                raise ValueError(str(why)) from None

        return self.dialogue.until(f"  The name that patients know, or none [{first}]: ", read)

    def _add(self, name: str) -> str:
        """Ask for the rest of a new clinic, and keep it.

        Raises:
            ClinicError: it cannot be kept.
        """
        until, taken = self.dialogue.until, commands.taken
        number = until("  The phone number to call: ", partial(taken, "phone"))
        hours = until("  When it is open, e.g. Mon to Fri 9 to 5 []: ", partial(taken, "hours"))
        urgent = until("  In an emergency, e.g. Call 112 []: ", partial(taken, "emergency"))
        card, _ = commands.add(self._settings(), name, number, hours, urgent)
        return card.id


def _only_the_token(why: SettingsError) -> None:
    """Raise what is not about the token: no other token would help."""
    if "TELEGRAM_BOT_TOKEN" not in str(why):
        raise why


async def _webhook(bot: Bot) -> str:
    return (await bot.get_webhook_info()).url


def _at_telegram(settings: Settings, ask: Callable[[Bot], Awaitable[Found]]) -> Found:
    """Ask Telegram something, of several bots for the first.

    A refusal is told without the token, which its words may hold.

    Raises:
        ValueError: it says what to do.
    """

    async def go() -> Found:
        async with make_bot(settings.per_bot()[0]) as bot:
            return await ask(bot)

    try:
        return asyncio.run(go())
    except (InvalidToken, EndPointNotFound):
        raise ValueError(
            "Telegram does not know this token; send /mybots to @BotFather and copy it again"
        ) from None
    except RetryAfter:
        raise ValueError(
            "Telegram wants a pause after changes; keep it, and change it later"
        ) from None
    except TelegramError:
        raise ValueError("Telegram cannot be reached; check the network and try again") from None
