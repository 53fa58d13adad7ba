"""The question beside a weight: "what dose for 70 kg, and can I drink?" asks two things."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"(?:[.!?;,\n]+|(?:^|\s)(?:and|but|also|plus)(?=\s))+\s*", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:what|when|which|why|who|where|how|is|are|am|does|do|did|will|would|can|could|should|may|must)"
    r"(?:'?s)?\b(?! (?:much|many)\b)",
    re.IGNORECASE,
)
_LEAST = 3  # words; fewer ask nothing on their own


def second_question(text: str) -> str | None:
    """The last clause that asks something and has no figure in it; the dose is asked elsewhere."""
    clauses = [clause.strip() for clause in _CLAUSE.split(text)]
    asked = [
        clause
        for clause in clauses
        if _ASKS.match(clause) and len(clause.split()) >= _LEAST and not re.search(r"\d", clause)
    ]
    return asked[-1] if asked and len(clauses) > 1 else None
