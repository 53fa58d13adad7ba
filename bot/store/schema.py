"""The tables. One schema for SQLite and PostgreSQL; times are seconds since 1970, UTC."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()


class State(IntEnum):
    """Where a row of the inbox stands. Numbers are stored: never change one."""

    BEHIND = 0  # an earlier row of its lane is open
    READY = 1  # the first of its lane: may be claimed once it is due
    WORK = 2  # claimed
    DONE = 3  # answered; kept without text so that a repeated update is known
    DEAD = 4  # given up; kept without text


OPEN_HEADS = f"state IN ({State.READY:d}, {State.WORK:d})"

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("update_id", BigInteger, nullable=False),
    # what must stay in order: a chat, or one person's inline queries
    Column("lane", String(40), nullable=False),
    Column("chat_id", BigInteger, nullable=False),  # 0: none, as in an inline query
    Column("user_id", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("raw", Text),  # the update as it came; emptied as soon as the row is closed
    Column("received", Double, nullable=False),
    Column("due", Double, nullable=False, server_default=text("0")),
    Column("claims", SmallInteger, nullable=False, server_default=text("0")),
    Column("failures", SmallInteger, nullable=False, server_default=text("0")),
    Column("sent", SmallInteger, nullable=False, server_default=text("0")),  # calls already made
    Column("owner", String(40)),
    Column("lease", Double),
    Column("closed", Double),
    Column("outcome", String(32)),
    UniqueConstraint("bot_id", "update_id", name="inbox_update"),
)
# Order in a chat is a property of the database: one open head a lane, whoever works.
Index(
    "inbox_head",
    inbox.c.bot_id,
    inbox.c.lane,
    unique=True,
    sqlite_where=text(OPEN_HEADS),
    postgresql_where=text(OPEN_HEADS),
)
for _name, _columns, _where in (
    ("inbox_ready", (inbox.c.bot_id, inbox.c.id), f"state = {State.READY:d}"),
    ("inbox_work", (inbox.c.bot_id, inbox.c.owner), f"state = {State.WORK:d}"),
    ("inbox_behind", (inbox.c.bot_id, inbox.c.lane, inbox.c.id), f"state = {State.BEHIND:d}"),
    ("inbox_closed", (inbox.c.closed,), f"state >= {State.DONE:d}"),
    ("inbox_dead", (inbox.c.bot_id,), f"state = {State.DEAD:d}"),
):
    Index(_name, *_columns, sqlite_where=text(_where), postgresql_where=text(_where))

conversation = Table(
    "conversation",
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("memory", Text, nullable=False),  # bot.turn.memory.Memory as JSON
    Column("touched", Double, nullable=False),
    PrimaryKeyConstraint("bot_id", "chat_id", "user_id", name="conversation_pk"),
)
Index("conversation_touched", conversation.c.touched)

person = Table(
    "person",
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("kept", Text, nullable=False),  # bot.reply.talk.Kept as JSON
    Column("due", Double),  # when the next reminder is
    Column("touched", Double, nullable=False),
    PrimaryKeyConstraint("bot_id", "chat_id", "user_id", name="person_pk"),
)
Index(
    "person_due",
    person.c.bot_id,
    person.c.due,
    sqlite_where=text("due IS NOT NULL"),
    postgresql_where=text("due IS NOT NULL"),
)

clinic = Table(
    "clinic",
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("id", String(30), nullable=False),
    Column("card", Text, nullable=False),  # bot.store.clinics.Clinic as JSON
    Column("key", String(64), nullable=False),  # signs the clinic's links, hex
    PrimaryKeyConstraint("bot_id", "id", name="clinic_pk"),
)

tally = Table(
    "tally",  # counts of what was shown, missed and found helpful; never of whom
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("what", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("clinic", String(30), nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("bot_id", "what", "name", "clinic", name="tally_pk"),
)

setting = Table(
    "setting",
    metadata,
    Column("name", String(60), primary_key=True),  # e.g. webhook_secret, made at the first start
    Column("value", Text, nullable=False),
)

pace = Table(
    "pace",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("next", Double, nullable=False),  # when the next send of this bot fits its rate
)
