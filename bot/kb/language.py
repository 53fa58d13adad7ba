"""Whether a message is in a language that we cannot read, so that we say so and do not guess."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from bot.kb.words import Words

_WORD = re.compile(r"[^\W\d_]+")
_CLEARLY = 2  # foreign words beside English ones


def is_foreign(text: str, words: Words) -> bool:
    """Whether most letters are not Latin, or small words of other languages outweigh English ones.

    One foreign word is enough where no English one stands beside it, of at least two words.
    """
    letters = [char for char in text if char.isalpha()]
    latin = sum(c.isascii() or unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if 2 * latin < len(letters):
        return True
    said = Counter(_WORD.findall(re.sub(r"['’]", "", text.lower())))
    english = sum(said[word] for word in set(words.english))
    foreign = sum(said[word] for word in set(words.foreign))
    if english == 0:
        return foreign > 0 and said.total() > 1
    return foreign >= _CLEARLY and foreign > english
