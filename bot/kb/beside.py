"""A clinic's own document beside the base: its passages and gaps, none of its rules."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot.kb.knowledge import ELSEWHERE, Knowledge
from bot.kb.models import Example

EVERY = 4  # of the base's examples one in so many is enough to know what is the base's


def joined(base: Knowledge, own: Knowledge) -> Knowledge:
    """The base with the passages and gaps of a clinic's document; all else stays the base's."""
    apart = dict.fromkeys((*own.passages, *own.topics), own.source)
    return replace(
        base,
        passages={**base.passages, **own.passages},
        topics={**base.topics, **own.topics},
        apart=apart,
    )


def background(base: Knowledge) -> tuple[Example, ...]:
    """What the base is asked, as examples of what a document beside it is not."""
    chosen = base.examples[::EVERY]
    return tuple(Example(text=one.text, labels=(ELSEWHERE,), voice=one.voice) for one in chosen)


def to_train(own: Knowledge, elsewhere: Sequence[Example]) -> Knowledge:
    """The clinic's knowledge base with all that its matcher learns from.

    Without the background, a few examples would make every message look like one of them.
    """
    told = hashlib.sha256(own.digest.encode())
    for example in elsewhere:
        told.update(example.text.encode())
    examples = (*own.examples, *elsewhere)
    return replace(own, examples=examples, digest=told.hexdigest())
