"""Deep links, ``t.me/<bot>?start=<payload>``: made and read. A payload is a stranger's word.

========================  =====================================================================
``p_<id>``, ``t_<id>``    shows a passage or a topic
``v_<passage>_<hash8>``   the receipt of a quote: the first 8 digits of its SHA-256
``c_<clinic>_<mac>``      binds the chat to a clinic; ``_<source>`` may follow: ``_poster``
``g_<nonce><mac>``        carries a question's target out of a group; tells nothing by itself
========================  =====================================================================
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 64
MAC_BYTES = 16  # 22 characters
_MAC = r"[A-Za-z0-9_-]{22}"
_SHOW = re.compile(r"([pt])_([a-z0-9][a-z0-9-]{0,39})", re.ASCII)
_RECEIPT = re.compile(r"v_([a-z0-9][a-z0-9-]{0,39})_([0-9a-f]{8})", re.ASCII)
_CLINIC = re.compile(rf"c_([a-z0-9][a-z0-9-]{{0,29}})_({_MAC})(?:_([a-z0-9]{{1,7}}))?", re.ASCII)
_STAFF = re.compile(rf"s_([a-z0-9][a-z0-9-]{{0,29}})_(\d{{1,9}})_({_MAC})", re.ASCII)
STAFF_CODE_LASTS = 24  # hours
_CARRIED = re.compile(rf"g_([A-Za-z0-9-]{{8}})({_MAC})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Link:
    """A payload of a known form: ``kind`` is its first letter, ``proof`` its hash or MAC.

    ``source``: where a clinic's link hangs, as far as it says.
    """

    kind: str
    name: str
    proof: str = ""
    source: str = ""


def read_payload(payload: str) -> Link | None:
    """The link that a payload is, or None where it has no form of ours."""
    if len(payload) > LONGEST:
        return None
    if found := _SHOW.fullmatch(payload):
        return Link(found[1], found[2])
    for kind, form in (("v", _RECEIPT), ("c", _CLINIC), ("g", _CARRIED)):
        if found := form.fullmatch(payload):
            return Link(kind, *found.groups(default=""))
    return None


def url(username: str, payload: str) -> str:
    """The link of a payload.

    Raises:
        ValueError: Telegram would not take it.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload):
        raise ValueError("a start payload has 1 to 64 of A-Z a-z 0-9 _ -")
    return f"https://t.me/{username}?start={payload}"


def receipt(passage: str, sha256: str) -> str:
    """The payload that proves a quote: ``sha256`` is that of the passage's own words."""
    return f"v_{passage}_{sha256[:8]}"


def mac(key: bytes, *said: str) -> str:
    """A signature in 22 characters that a link may hold."""
    code = hmac.digest(key, "\0".join(said).encode(), "sha256")[:MAC_BYTES]
    return base64.urlsafe_b64encode(code).rstrip(b"=").decode()


def clinic(bot_id: int, name: str, key: bytes, source: str = "") -> str:
    """The payload that binds a chat of this bot to a clinic; a new key revokes it.

    ``source``: 1 to 7 of a-z 0-9 that say where the link hangs; it is signed as well.
    """
    where = [source] if source else []
    return "_".join(["c", name, mac(key, "clinic", str(bot_id), name, *where), *where])


def clinic_signed(bot_id: int, link: Link, key: bytes) -> bool:
    """Whether the clinic's key made this link, for this bot."""
    where = [link.source] if link.source else []
    return hmac.compare_digest(link.proof, mac(key, "clinic", str(bot_id), link.name, *where))


@dataclass(frozen=True, slots=True)
class StaffCode:
    """What binds a staff group to a clinic; ``expires``: in hours since 1970."""

    clinic: str
    expires: int
    proof: str


def staff_code(bot_id: int, name: str, key: bytes, changes: int, now: float) -> str:
    """A code for a clinic whose staff group has changed so often: the next change voids it."""
    expires = int(now // 3600) + STAFF_CODE_LASTS
    return f"s_{name}_{expires}_{_staff_mac(bot_id, name, key, changes, expires)}"


def _staff_mac(bot_id: int, name: str, key: bytes, changes: int, expires: int) -> str:
    return mac(key, "staff", str(bot_id), name, str(changes), str(expires))


def read_staff_code(text: str) -> StaffCode | None:
    """A code as somebody typed it; None where it has not the form."""
    found = _STAFF.fullmatch(text) if len(text) <= 2 * LONGEST else None
    return StaffCode(found[1], int(found[2]), found[3]) if found else None


def staff_signed(bot_id: int, code: StaffCode, key: bytes, changes: int, now: float) -> bool:
    """Whether the clinic's key made this code for its present state, not too long ago."""
    good = _staff_mac(bot_id, code.clinic, key, changes, code.expires)
    return hmac.compare_digest(code.proof, good) and now / 3600 <= code.expires


def carry(target: str, nonce: str, key: bytes) -> str:
    """An opaque payload for a target; ``nonce``: 8 of A-Z a-z 0-9 -, another each time."""
    return f"g_{nonce}{mac(key, 'carry', nonce, target)}"


def carried(link: Link, targets: Iterable[str], key: bytes) -> str | None:
    """The one of ``targets`` that an opaque payload stands for."""
    for target in targets:
        if hmac.compare_digest(link.proof, mac(key, "carry", link.name, target)):
            return target
    return None
