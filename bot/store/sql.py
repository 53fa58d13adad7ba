"""The store's statements. ``{now}`` is the clock, ``{skip}`` lets workers pass each other."""

# ruff: noqa: S608 - nothing but our own constants is put in; values are bound

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import TextClause, text

from bot.store.schema import OPEN_HEADS, State

BEHIND, READY, WORK, DONE, DEAD = (f"{state:d}" for state in State)

LOCK = "SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key"
NOTIFY = "SELECT pg_notify(:channel, :bot)"

PUT = f"""
INSERT INTO inbox (bot_id, update_id, lane, kind, raw, chat_id, user_id, received, state,
                   closed, outcome)
VALUES (:bot, :update_id, :lane, :kind, :raw, :chat_id, :user_id, {{now}},
        CASE WHEN :unreadable THEN {DEAD} ELSE {BEHIND} END,
        CASE WHEN :unreadable THEN {{now}} END, CASE WHEN :unreadable THEN 'unreadable' END)
ON CONFLICT (bot_id, update_id) DO NOTHING
"""

PROMOTE = f"""
UPDATE inbox SET state = {READY}
WHERE id = (SELECT first.id FROM inbox AS first
            WHERE first.bot_id = :bot AND first.lane = :lane AND first.state = {BEHIND}
            ORDER BY first.id LIMIT 1)
  AND NOT EXISTS (SELECT 1 FROM inbox AS head
                  WHERE head.bot_id = :bot AND head.lane = :lane AND {OPEN_HEADS})
"""

CLAIM = f"""
UPDATE inbox SET state = {WORK}, owner = :owner, lease = {{now}} + :lease, claims = claims + 1
WHERE id IN (SELECT id FROM inbox
             WHERE bot_id = :bot AND state = {READY} AND due <= {{now}}
             ORDER BY id LIMIT :take {{skip}})
RETURNING id, update_id, lane, kind, raw, chat_id, user_id, received, claims, failures, sent,
          (SELECT memory FROM conversation AS c
           WHERE c.bot_id = inbox.bot_id AND c.chat_id = inbox.chat_id
             AND c.user_id = inbox.user_id AND c.touched > {{now}} - :lasts),
          (SELECT kept FROM person AS p
           WHERE p.bot_id = inbox.bot_id AND p.chat_id = inbox.chat_id
             AND p.user_id = inbox.user_id),
          {{now}} - received
"""
# Not a part of CLAIM: there SQLite would read every row of the bot, closed ones too, to find it.
FOLLOWED = f"""
SELECT mine.id FROM inbox AS mine
WHERE mine.bot_id = :bot AND mine.state = {WORK} AND mine.owner = :owner
  AND EXISTS (SELECT 1 FROM inbox AS behind
              WHERE behind.bot_id = mine.bot_id AND behind.lane = mine.lane
                AND behind.state = {BEHIND})
"""

# Only the owner may settle a row: one whose lease ran out is another's by then. One whose person
# had all deleted since is nobody's, and its lane may name them.
CLOSE = f"""
UPDATE inbox SET state = CASE WHEN :dead THEN {DEAD} ELSE {DONE} END, raw = NULL, owner = NULL,
                 lease = NULL, closed = {{now}}, outcome = :outcome,
                 lane = CASE WHEN chat_id = 0 AND user_id = 0 THEN 'forgotten' ELSE lane END
WHERE id = :id AND user_id = :user_id AND state = {WORK} AND owner = :owner
"""
BEHIND_ROWS = f"""
SELECT id, kind, raw FROM inbox
WHERE bot_id = :bot AND lane = :lane AND state = {BEHIND} ORDER BY id LIMIT :most
"""
JOIN = f"""
UPDATE inbox SET state = {DONE}, raw = NULL, closed = {{now}}, outcome = 'joined'
WHERE id = :id AND bot_id = :bot AND lane = :lane AND state = {BEHIND}
"""
BACK = f"""
UPDATE inbox SET state = {READY}, owner = NULL, lease = NULL, due = {{now}} + :delay, sent = :sent,
                 failures = failures + :failed, claims = claims - :given_back
WHERE id = :id AND state = {WORK} AND owner = :owner
"""
NOTE = f"UPDATE inbox SET sent = :sent WHERE id = :id AND state = {WORK} AND owner = :owner"
RECALL = f"""
UPDATE inbox SET sent = :sent WHERE bot_id = :bot AND update_id = :update_id AND state = {WORK}
"""
TAKE_OVER = f"""
UPDATE inbox SET state = {READY}, owner = NULL, lease = NULL
WHERE bot_id = :bot AND state = {WORK} AND lease < {{now}}
"""
TAKE_OVER_ALL = f"""
UPDATE inbox SET state = {READY}, owner = NULL, lease = NULL
WHERE bot_id = :bot AND state = {WORK}
"""
DUE_NOW = "UPDATE inbox SET due = 0 WHERE bot_id = :bot AND due > 0"
RENEW = f"""
UPDATE inbox SET lease = {{now}} + :lease WHERE id = :id AND state = {WORK} AND owner = :owner
"""
STRANDED = f"""
SELECT DISTINCT lane FROM inbox AS behind
WHERE bot_id = :bot AND state = {BEHIND}
  AND NOT EXISTS (SELECT 1 FROM inbox AS head
                  WHERE head.bot_id = :bot AND head.lane = behind.lane AND head.{OPEN_HEADS})
"""

REMEMBER = """
INSERT INTO conversation (bot_id, chat_id, user_id, memory, touched)
VALUES (:bot, :chat_id, :user_id, :memory, {now})
ON CONFLICT (bot_id, chat_id, user_id)
DO UPDATE SET memory = excluded.memory, touched = excluded.touched
"""
FORGET = """
DELETE FROM conversation WHERE bot_id = :bot AND chat_id = :chat_id AND user_id = :user_id
"""
FORGET_CHAT = "DELETE FROM conversation WHERE bot_id = :bot AND chat_id = :chat_id"
# A relay was made by an earlier row, however late its own number is.
CLOSE_CHAT = f"""
UPDATE inbox SET state = {DONE}, raw = NULL, closed = {{now}}, outcome = 'forgotten'
WHERE bot_id = :bot AND chat_id = :chat_id AND state IN ({BEHIND}, {READY})
  AND (id < :before OR kind = :relay)
"""
KEEP = """
INSERT INTO person (bot_id, chat_id, user_id, kept, due, touched)
VALUES (:bot, :chat_id, :user_id, :kept, :due, {now})
ON CONFLICT (bot_id, chat_id, user_id)
DO UPDATE SET kept = excluded.kept, due = excluded.due, touched = excluded.touched
"""
PUT_OFF = """
UPDATE person SET due = :due WHERE bot_id = :bot AND chat_id = :chat_id AND user_id = :user_id
"""
DROP = "DELETE FROM person WHERE bot_id = :bot AND chat_id = :chat_id AND user_id = :user_id"
DROP_CHAT = "DELETE FROM person WHERE bot_id = :bot AND chat_id = :chat_id"
# A count, its first four people, and whether they are enough. The first statement locks the row.
CELL = "bot_id = :bot AND clinic = :clinic AND period = :period AND what = :what AND name = :name"
FIRST_KEY = """
INSERT INTO tally_key (bot_id, period, key, ends) VALUES (:bot, :period, :key, :ends)
ON CONFLICT (bot_id, period) DO NOTHING
"""
COUNT = """
INSERT INTO tally (bot_id, clinic, period, what, name, count, enough, ends)
VALUES (:bot, :clinic, :period, :what, :name, :n, 0, :ends)
ON CONFLICT (bot_id, clinic, period, what, name) DO UPDATE SET count = tally.count + excluded.count
"""
MARK = f"""
INSERT INTO tally_person (bot_id, clinic, period, what, name, mark)
SELECT bot_id, clinic, period, what, name, CAST(:mark AS varchar(24)) FROM tally
WHERE {CELL} AND enough = 0
ON CONFLICT (bot_id, clinic, period, what, name, mark) DO NOTHING
"""
ENOUGH = f"""
UPDATE tally SET enough = 1
WHERE {CELL} AND enough = 0 AND :enough <= (SELECT count(*) FROM tally_person WHERE {CELL})
"""
UNMARK = f"""
DELETE FROM tally_person WHERE {CELL}
AND EXISTS (SELECT 1 FROM tally WHERE {CELL} AND enough = 1)
"""
MOVE_PERSON, MOVE_CHAT = (
    f"""
UPDATE {table} SET chat_id = :new
WHERE bot_id = :bot AND chat_id = :old
  AND NOT EXISTS (SELECT 1 FROM {table} AS there WHERE there.bot_id = :bot
                  AND there.chat_id = :new AND there.user_id = {table}.user_id)
"""
    for table in ("person", "conversation")
)
PURGE_MEMORY = "DELETE FROM conversation WHERE touched < {now} - :lasts"
PURGE_CLOSED = f"DELETE FROM inbox WHERE state >= {DONE} AND closed < {{now}} - :remembered"
# One count a state, so that each reads its own partial index and not the closed rows.
DEPTH = "\nUNION ALL\n".join(
    f"SELECT {state} AS state, count(*), {{now}} - min(received) FROM inbox {index}"
    f" WHERE bot_id = :bot AND state = {state}"
    for state, index in ((BEHIND, "{by_lane}"), (READY, ""), (WORK, ""), (DEAD, ""))
)

# No debt is a minute long, unless the clock was set back since.
FIRST_PACE = """
INSERT INTO pace (bot_id, next) VALUES (:bot, {now} - :burst)
ON CONFLICT (bot_id) DO UPDATE SET next = excluded.next WHERE pace.next > {now} + 60
"""
PACE = "SELECT {least}({now} - next, :burst) FROM pace WHERE bot_id = :bot {lock}"
SPEND = """
UPDATE pace SET next = {greatest}(next, {now} - :burst) + :spent WHERE bot_id = :bot
"""

SETTING = "SELECT value FROM setting WHERE name = :name"
FIRST_SETTING = """
INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING
"""
SET_SETTING = """
INSERT INTO setting (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

POSTGRES = {
    "now": "CAST(extract(epoch FROM clock_timestamp()) AS double precision)",
    "skip": "FOR UPDATE SKIP LOCKED",
    "lock": "FOR UPDATE",
    "least": "least",
    "greatest": "greatest",
    "by_lane": "",
}
SQLITE = {
    "now": ":now",
    "skip": "",
    "lock": "",
    "least": "min",
    "greatest": "max",
    "by_lane": "INDEXED BY inbox_behind",
}


@lru_cache(maxsize=128)
def statement(template: str, *, postgres: bool) -> TextClause:
    """A template as one of the two databases speaks it."""
    return text(template.format(**(POSTGRES if postgres else SQLITE)))
