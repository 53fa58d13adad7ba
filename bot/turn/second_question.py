"""The questions of a message: "thanks! what dose for 70 kg, and can I drink?" asks two things."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"(?:[.!?;:,\n]+|(?:^|\s)(?:and|but|also|plus)(?=\s))+\s*", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:what|when|which|why|who|where|how|is|are|am|does|do|did|will|would|can|could|should|may|must)"
    r"(?:'?s)?\b(?! (?:much|many)\b)",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^(?:(?:so|anyway|anyways|meanwhile|btw|then|now|well|ok)\s+)+", re.IGNORECASE
)
_WONDERS = re.compile(r"\b(?:what|why|how)\b", re.IGNORECASE)
_WH = re.compile(r"\b(?:what|when|which|why|who|where|how)\b", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:it|that|this|then|those|they|them|these|one)\b", re.IGNORECASE)
_LEAST = 3  # words; fewer ask nothing on their own


def asks(text: str) -> bool:
    """Whether a text asks anything, however it begins ("tell me how long")."""
    return "?" in text or _WONDERS.search(text) is not None or bool(questions(text))


def asks_fully(text: str) -> bool:
    """Whether a text is one question that says itself what it is of: "what helps dry lips?"."""
    asked = questions(text)
    return len(asked) == 1 and _WH.match(asked[0]) is not None and not _POINTS.search(text)


def questions(text: str) -> list[str]:
    """The clauses of a text that ask something, in their order."""
    return [clause for clause in _clauses(text) if _asks(clause)]


def second_question(text: str) -> str | None:
    """The last clause that asks something and has no figure in it; the dose is asked elsewhere."""
    asked = [clause for clause in questions(text) if not re.search(r"\d", clause)]
    return asked[-1] if asked and len(_clauses(text)) > 1 else None


def _clauses(text: str) -> list[str]:
    return [_LEADS.sub("", clause).strip() for clause in _CLAUSE.split(text)]


def _asks(clause: str) -> bool:
    return _ASKS.match(clause) is not None and len(clause.split()) >= _LEAST
