"""Clinics that share the bot: their cards, and the keys that sign their links."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from pydantic import Field
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from bot.kb.models import Frozen
from bot.store import handovers
from bot.store.database import Database, transaction
from bot.store.schema import clinic, person, staff, tally, tally_person
from bot.turn.handover import Handover


class Clinic(Frozen):
    """What is said of a clinic on each referral."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,29}$")
    name: str = Field(min_length=1, max_length=80)
    phone: str = Field(max_length=40, pattern=r"\d")
    hours: str = Field(default="", max_length=120)
    emergency: str = Field(default="", max_length=120)
    knowledge: str = ""  # the folder of the clinic's own document
    handover: Handover = Handover()

    @property
    def group(self) -> int | None:
        """The staff group that answers for the clinic, while it is switched on."""
        return self.handover.group if self.handover.on else None


class Clinics:
    """One bot's clinics in the database, and a copy in memory for turns."""

    def __init__(self, db: Database, bot_id: int) -> None:
        self.db = db
        self._bot = bot_id
        self._known: dict[str, tuple[Clinic, bytes]] = {}

    def get(self, name: str | None) -> Clinic | None:
        """A clinic, as of the last refresh."""
        found = self._known.get(name or "")
        return found[0] if found else None

    @property
    def ids(self) -> list[str]:
        """The ids of all, as of the last refresh."""
        return list(self._known)

    def key(self, name: str) -> bytes | None:
        """The key that signs a clinic's links."""
        found = self._known.get(name)
        return found[1] if found else None

    def of_group(self, chat_id: int) -> list[Clinic]:
        """The clinics that a staff group answers for, as of the last refresh."""
        return [found for found, _ in self._known.values() if found.handover.group == chat_id]

    @transaction
    def refresh(self, connection: Connection) -> list[Clinic]:
        """Read them all again."""
        return self._read(connection)

    def _read(self, connection: Connection) -> list[Clinic]:
        rows = connection.execute(
            select(clinic.c.id, clinic.c.card, clinic.c.key)
            .where(clinic.c.bot_id == self._bot)
            .order_by(clinic.c.id)
        )
        self._known = {
            row.id: (Clinic.model_validate_json(row.card), bytes.fromhex(row.key)) for row in rows
        }
        return [found for found, _ in self._known.values()]

    @transaction
    def add(self, connection: Connection, card: Clinic) -> bool:
        """Keep a clinic, or its new details under the same key.

        Returns:
            Whether it is new.
        """
        new = all(one.id != card.id for one in self._read(connection))
        if not new:  # what patients and staff were told stays
            card = card.model_copy(update={"handover": self._known[card.id][0].handover})
        text = card.model_dump_json(exclude_defaults=True)
        if new:
            row = {"bot_id": self._bot, "id": card.id, "card": text}
            connection.execute(insert(clinic).values(**row, key=secrets.token_hex(32)))
        else:
            connection.execute(update(clinic).where(*self._named(card.id)).values(card=text))
        self._read(connection)
        return new

    def _named(self, name: str) -> tuple[ColumnElement[bool], ...]:
        return clinic.c.bot_id == self._bot, clinic.c.id == name

    @transaction
    def hand_over(
        self, connection: Connection, name: str, change: Callable[[Handover], Handover]
    ) -> bool:
        """Change a clinic's hand-over; where nobody reads it any more, who waits for it is told.

        Returns:
            Whether there is such a clinic.
        """
        return self._hand_over(connection, name, change)

    def _hand_over(
        self, connection: Connection, name: str, change: Callable[[Handover], Handover]
    ) -> bool:
        mine = self._named(name)
        found = connection.execute(select(clinic.c.card).where(*mine).with_for_update())
        text = found.scalar_one_or_none()
        if text is not None:
            held = Clinic.model_validate_json(text)
            held = held.model_copy(update={"handover": change(held.handover)})
            card = held.model_dump_json(exclude_defaults=True)
            connection.execute(update(clinic).where(*mine).values(card=card))
            if held.group is None:
                handovers.wake(connection, self._bot, name)
        self._read(connection)
        return text is not None

    @transaction
    def move_group(self, connection: Connection, old: int, new: int | None) -> list[Clinic]:
        """A staff group got another number, or is gone (None): then who waits for it is told.

        Returns:
            The clinics that it served.
        """
        served = [one for one in self._read(connection) if one.handover.group == old]
        for one in served:
            self._hand_over(
                connection,
                one.id,
                lambda held: held.bound_to(new) if held.group == old else held,
            )
            if new is not None:
                handovers.group_moved(connection, self._bot, one.id, old)
        return served

    @transaction
    def revoke(self, connection: Connection, name: str) -> bool:
        """Make every link given out so far invalid, and unbind the staff group: as ``hand_over``.

        Returns:
            Whether there is such a clinic.
        """
        new = update(clinic).where(*self._named(name)).values(key=secrets.token_hex(32))
        done = connection.execute(new)
        self._hand_over(connection, name, lambda held: held.bound_to(None))
        return bool(done.rowcount)

    @transaction
    def remove(self, connection: Connection, name: str) -> bool:
        """Forget a clinic: another that gets its id later finds no staff, counts and chats of it.

        Who waits for its reply is told. Returns whether there is such a clinic.
        """
        done = connection.execute(delete(clinic).where(*self._named(name)))
        handovers.wake(connection, self._bot, name)
        for table in (staff, tally, tally_person):
            mine = (table.c.bot_id == self._bot, table.c.clinic == name)
            connection.execute(delete(table).where(*mine))
        bound = f'"clinic":"{name}"'  # in JSON no text of a person's can be taken for it
        connection.execute(
            update(person)
            .where(person.c.bot_id == self._bot, person.c.kept.contains(bound))
            .values(kept=func.replace(person.c.kept, bound, '"clinic":null'))
        )
        self._read(connection)
        return bool(done.rowcount)
