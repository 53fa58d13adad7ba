"""Who may see a clinic's figures, how they sign in, and what they looked at.

Only hashes of secrets are stored. A link works once and for minutes, a session for hours; whether
somebody is still on a list is looked up with every page.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from bot.store import sql
from bot.store.database import Database, transaction
from bot.store.schema import audit, credential, setting, staff

LINK_LIVES = 10 * 60.0  # seconds
SESSION_LIVES = 2 * 3600.0
AUDIT_KEPT = 180 * 86400.0
MARK = 24  # hexadecimal digits of a person's mark


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody may see: their clinics' ids; the operator sees all."""

    operator: bool
    clinics: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether there is anything to see."""
        return self.operator or bool(self.clinics)


@dataclass(frozen=True, slots=True)
class Look:
    """A line of the audit log."""

    at: float
    who: str
    what: str
    clinic: str


def mark(key: str, user_id: int) -> str:
    """A person's mark under a key: the same for the same person, and of no use without the key."""
    return hmac.digest(key.encode(), str(user_id).encode(), "sha256").hex()[:MARK]


def hashed(secret: str) -> str:
    """What is stored of a secret. Secrets are random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def audit_key(bot_id: int) -> str:
    """The name of the setting that makes the marks of the audit log."""
    return f"audit_key_{bot_id}"


class Staff:
    """One bot's lists of staff, their sign-ins and the audit log."""

    def __init__(self, db: Database, bot_id: int, admins: tuple[int, ...] = ()) -> None:
        self.db = db
        self._bot = bot_id
        self._admins = admins

    @transaction
    def add(self, connection: Connection, clinic: str, user_id: int) -> bool:
        """List somebody. Returns whether they are new there."""
        if user_id in self._listed(connection, clinic):
            return False
        row = {"bot_id": self._bot, "clinic": clinic, "user_id": user_id}
        connection.execute(insert(staff).values(**row))
        return True

    @transaction
    def remove(self, connection: Connection, clinic: str, user_id: int) -> bool:
        """Take somebody off a clinic's list. Returns whether they were on it."""
        listed = (staff.c.bot_id == self._bot, staff.c.clinic == clinic)
        done = connection.execute(delete(staff).where(*listed, staff.c.user_id == user_id))
        return bool(done.rowcount)

    @transaction
    def of(self, connection: Connection, clinic: str) -> list[int]:
        """A clinic's staff."""
        return self._listed(connection, clinic)

    def _listed(self, connection: Connection, clinic: str) -> list[int]:
        rows = connection.execute(
            select(staff.c.user_id)
            .where(staff.c.bot_id == self._bot, staff.c.clinic == clinic)
            .order_by(staff.c.user_id)
        )
        return list(rows.scalars())

    @transaction
    def access(self, connection: Connection, user_id: int) -> Access:
        """What somebody may see."""
        rows = connection.execute(
            select(staff.c.clinic)
            .where(staff.c.bot_id == self._bot, staff.c.user_id == user_id)
            .order_by(staff.c.clinic)
        )
        return Access(user_id in self._admins, tuple(rows.scalars()))

    @transaction
    def link(self, connection: Connection, user_id: int) -> str:
        """A new secret for a sign-in link; earlier ones of the same person stop working."""
        connection.execute(
            delete(credential).where(
                credential.c.bot_id == self._bot,
                credential.c.user_id == user_id,
                credential.c.kind == "link",
            )
        )
        return self._issue(connection, user_id, "link", LINK_LIVES)

    def _issue(self, connection: Connection, user_id: int, kind: str, lives: float) -> str:
        secret = secrets.token_urlsafe(32)
        row = {"hash": hashed(secret), "bot_id": self._bot, "user_id": user_id, "kind": kind}
        connection.execute(insert(credential).values(**row, expires=time.time() + lives))
        return secret

    @transaction
    def redeem(self, connection: Connection, secret: str) -> tuple[int, str] | None:
        """Use up a link's secret. Returns whose it was and a new session's secret."""
        found = connection.execute(
            delete(credential)
            .where(
                credential.c.hash == hashed(secret),
                credential.c.bot_id == self._bot,
                credential.c.kind == "link",
            )
            .returning(credential.c.user_id, credential.c.expires)
        )
        row = found.first()
        if row is None or row.expires < time.time():
            return None
        session = self._issue(connection, row.user_id, "session", SESSION_LIVES)
        return row.user_id, session

    @transaction
    def session(self, connection: Connection, secret: str) -> int | None:
        """Whose session it is, while it lasts."""
        found = connection.execute(
            select(credential.c.user_id).where(
                credential.c.hash == hashed(secret),
                credential.c.bot_id == self._bot,
                credential.c.kind == "session",
                credential.c.expires >= time.time(),
            )
        )
        whose: int | None = found.scalar_one_or_none()
        return whose

    @transaction
    def sign_out(self, connection: Connection, secret: str) -> None:
        """End a session."""
        connection.execute(delete(credential).where(credential.c.hash == hashed(secret)))

    @transaction
    def note(self, connection: Connection, user_id: int, what: str, clinic: str = "") -> None:
        """Write a line of the audit log; lines and sign-ins that are over go."""
        who = mark(self._key(connection), user_id)
        row = {"bot_id": self._bot, "at": time.time(), "who": who}
        connection.execute(insert(audit).values(**row, what=what, clinic=clinic))
        connection.execute(
            delete(audit).where(audit.c.bot_id == self._bot, audit.c.at < time.time() - AUDIT_KEPT)
        )
        connection.execute(delete(credential).where(credential.c.expires < time.time()))

    def _key(self, connection: Connection) -> str:
        """What makes the marks of the audit log; made at first use."""
        name = audit_key(self._bot)
        first = sql.statement(sql.FIRST_SETTING, postgres=self.db.postgres)
        connection.execute(first, {"name": name, "value": secrets.token_hex(32)})
        found = connection.execute(select(setting.c.value).where(setting.c.name == name))
        return str(found.scalar_one())

    @transaction
    def looks(self, connection: Connection, most: int = 50) -> list[Look]:
        """The newest lines of the audit log."""
        rows = connection.execute(
            select(audit.c.at, audit.c.who, audit.c.what, audit.c.clinic)
            .where(audit.c.bot_id == self._bot)
            .order_by(audit.c.id.desc())
            .limit(most)
        )
        return [Look(*row) for row in rows]

    @transaction
    def weekly(self, connection: Connection) -> list[tuple[str, int]]:
        """Who gets the weekly summary: clinic and person."""
        rows = connection.execute(
            select(staff.c.clinic, staff.c.user_id)
            .where(staff.c.bot_id == self._bot, staff.c.weekly == 1)
            .order_by(staff.c.clinic, staff.c.user_id)
        )
        return [(row.clinic, row.user_id) for row in rows]

    @transaction
    def set_weekly(self, connection: Connection, user_id: int, *, on: bool) -> None:
        """Switch a person's summaries on or off."""
        connection.execute(
            update(staff)
            .where(staff.c.bot_id == self._bot, staff.c.user_id == user_id)
            .values(weekly=int(on))
        )
