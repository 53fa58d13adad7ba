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

handover = Table(
    "handover",  # one conversation of a person with a clinic; bot.turn.handover.Thread
    metadata,
    # never given twice, for a tag comes from it: AUTOINCREMENT, a sequence
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("clinic", String(30), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("thread", Text, nullable=False),  # the Thread as JSON, without id and draft
    Column("draft", Text),  # as JSON; only until the person consents or refuses
    Column("due", Double),  # when we must act
    Column("touched", Double, nullable=False),
    # our messages to the staff, chat:number
    Column("shown", Text, nullable=False, server_default=text("''")),
    sqlite_autoincrement=True,
)
Index("handover_chat", handover.c.bot_id, handover.c.chat_id)
Index("handover_touched", handover.c.touched)
Index(
    "handover_due",
    handover.c.bot_id,
    handover.c.due,
    sqlite_where=text("due IS NOT NULL"),
    postgresql_where=text("due IS NOT NULL"),
)

tally = Table(
    "tally",  # counts of what was asked, shown, missed and found helpful; never of whom
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("clinic", String(30), nullable=False),  # "*": everybody, with a clinic or without
    Column("period", String(10), nullable=False),  # 2027-03-01, 2027-W09 or 2027-03
    Column("what", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("enough", SmallInteger, nullable=False),  # 1: of five different people at least
    Column("ends", Double, nullable=False),  # when the period is over
    PrimaryKeyConstraint("bot_id", "clinic", "period", "what", "name", name="tally_pk"),
)
Index("tally_ends", tally.c.ends)

tally_person = Table(
    "tally_person",  # the first four people of a count, as marks; gone with the fifth
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("clinic", String(30), nullable=False),
    Column("period", String(10), nullable=False),
    Column("what", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("mark", String(24), nullable=False),
    PrimaryKeyConstraint(
        "bot_id", "clinic", "period", "what", "name", "mark", name="tally_person_pk"
    ),
)
Index("tally_person_mark", tally_person.c.bot_id, tally_person.c.mark)

tally_key = Table(
    "tally_key",  # makes a period's marks; gone when the period is over, and the marks with it
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("period", String(10), nullable=False),
    Column("key", String(64), nullable=False),
    Column("ends", Double, nullable=False),
    PrimaryKeyConstraint("bot_id", "period", name="tally_key_pk"),
)

staff = Table(
    "staff",  # who may see a clinic's dashboard
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("clinic", String(30), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("weekly", SmallInteger, nullable=False, server_default=text("1")),  # the summary
    PrimaryKeyConstraint("bot_id", "clinic", "user_id", name="staff_pk"),
)

credential = Table(
    "credential",  # sign-in links and sessions: only the hash of each secret
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),  # link or session
    Column("expires", Double, nullable=False),
)

audit = Table(
    "audit",  # what was looked at in the dashboard, and under which mark
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("who", String(24), nullable=False),
    Column("what", String(60), nullable=False),
    Column("clinic", String(30), nullable=False),
)
Index("audit_at", audit.c.bot_id, audit.c.at)

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
