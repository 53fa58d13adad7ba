"""The last evaluation, kept beside the knowledge: what /trust shows was measured, not claimed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from bot.evaluation.messages import Figure
from bot.kb.models import Frozen
from bot.kb.replies import Replies

FILE = Path("evaluation") / "figures.json"
SHOWN = {
    "right": "answer: right",
    "wrong": "answer: wrong",
    "refused": "gap: right",
    "raised": "alert (emergency): right",
}


class Share(Frozen):
    """A share of ``n`` messages."""

    n: int
    share: float


class Measured(Frozen):
    """The figures of one day. ``state`` tells which knowledge and models were measured."""

    on: dt.date
    state: str
    shares: dict[str, Share]


def state_of(knowledge: Path) -> str:
    """A hash of all that an answer is made of: texts, rules, examples, models."""
    told = hashlib.sha256()
    models = Path(__file__).parent.parent / "model"
    for root, form in ((knowledge, "*.yaml"), (knowledge, "*.txt"), (models, "encoder.json")):
        for file in sorted(root.rglob(form)):
            told.update(f"{file.relative_to(root).as_posix()}\0".encode() + file.read_bytes())
    return told.hexdigest()


def keep(found: Iterable[Figure], knowledge: Path, today: dt.date) -> Path:
    """Write the figures; those of other messages measured in the same state stay.

    Returns:
        The file.
    """
    state, before = state_of(knowledge), last(knowledge)
    shares = dict(before.shares) if before is not None and before.state == state else {}
    shares |= {one.name: Share(n=one.n, share=round(one.share, 4)) for one in found}
    file = knowledge / FILE
    measured = Measured(on=today, state=state, shares=dict(sorted(shares.items())))
    file.parent.mkdir(exist_ok=True)
    file.write_text(measured.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return file


def last(knowledge: Path) -> Measured | None:
    """The figures that are kept; None where there are none that can be read."""
    try:
        return Measured.model_validate_json((knowledge / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def told(knowledge: Path, replies: Replies) -> str:
    """The figures in words, for /trust; "" where nothing was measured."""
    measured = last(knowledge)
    if measured is None or not set(SHOWN.values()) <= set(measured.shares):
        return ""
    shares = {key: measured.shares[name] for key, name in SHOWN.items()}
    said = replies.say(
        "trust.figures",
        on=f"{measured.on.day} {measured.on:%B %Y}",
        answers=shares["right"].n,
        gaps=shares["refused"].n,
        emergencies=shares["raised"].n,
        **{key: f"{100 * one.share:.0f}" for key, one in shares.items()},
    )
    same = measured.state == state_of(knowledge)
    return said if same else f"{said} {replies.say('trust.changed')}"
