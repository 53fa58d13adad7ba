"""Raw updates on their way into the inbox, whichever door they came by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.logs import get_logger
from bot.reply.update import UnreadableError, address
from bot.store.rows import Arrival

log = get_logger(__name__)

LARGEST = 256 * 1024  # characters of one update; Telegram's are far smaller


def arrival(update: Any) -> Arrival | None:
    """The inbox row of an update.

    One that cannot be read becomes a dead letter: its number is kept so that it is acknowledged
    once, its content is not. None where there is not even a number.
    """
    update_id = update.get("update_id") if isinstance(update, Mapping) else None
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not 0 <= update_id < 2**63:
        log.warning("update_without_number")
        return None
    try:
        found = address(update)
        raw = _raw(update)
    except UnreadableError as error:
        log.warning("unreadable_update", update_id=update_id, why=str(error))
        return Arrival(update_id, "unreadable", "unreadable", None)
    return Arrival(update_id, found.lane, found.kind, raw, found.chat_id, found.user_id)


def _raw(update: Mapping[str, Any]) -> str:
    try:
        raw = json.dumps(update, ensure_ascii=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        raise UnreadableError("nested too deep") from None
    if len(raw) > LARGEST:
        raise UnreadableError("too large")
    return raw


def arrivals(batch: Iterable[Any]) -> list[Arrival]:
    """The inbox rows of a batch."""
    return [found for update in batch if (found := arrival(update)) is not None]
