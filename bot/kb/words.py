"""The words of ``words.yaml``: names, spellings, and what people say in place of a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from bot.kb.models import Frozen, must_compile

SHORT = 7  # words; a longer message may point back and stands alone all the same


class FollowUp(Frozen):
    """How a message leans on what was said before it: regular expressions, case aside.

    ``words.yaml`` says what each list is for.
    """

    starts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    onward: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _expressions_compile(self) -> Self:
        must_compile(self, type(self).model_fields)
        return self

    def leans(self, text: str) -> bool:
        """Whether a message is short and goes on with what was said before it."""
        if len(text.split()) > SHORT:
            return False
        goes_on = rf"^{_any_of(self.starts)}\b|\b{_any_of(self.ends)}\W*$"
        return self.points_back(text) or self._part(goes_on, text)

    def points_back(self, text: str) -> bool:
        """Whether a message points back at what was said before it, however long it is."""
        return self._part(rf"\b{_any_of(self.points)}\b", text)

    def is_bare(self, text: str) -> bool:
        """Whether a message is only "is that ok?"."""
        return self._whole(self.bare, text)

    def has_no_subject(self, text: str) -> bool:
        """Whether a message is only "how long?" or "and is that ok?", of what was said before."""
        return self._whole((*self.bare, *self.empty), text, before=self.before)

    def asks_on(self, text: str) -> bool:
        """Whether a message asks for what comes next: "and then?"."""
        return self._whole(self.onward, text)

    def asks_again(self, text: str) -> bool:
        """Whether a message says that an answer was not understood, and asks again."""
        return self._part(_any_of(self.again), text)

    def meant_instead(self, text: str) -> str | None:
        """The words that were meant, where a message says that the answer was of other things."""
        denied = re.match(rf"{_any_of(self.instead)}\W*", text, re.IGNORECASE)
        return text[denied.end() :] or None if denied else None

    def _part(self, pattern: str, text: str) -> bool:
        return re.search(pattern, text, re.IGNORECASE) is not None

    def _whole(self, ways: tuple[str, ...], text: str, *, before: tuple[str, ...] = ()) -> bool:
        around = rf"(?:{_any_of(before)}\W+)*", rf"(?:\W+{_any_of(self.after)})*\W*"
        return re.fullmatch(_any_of(ways).join(around), text, re.IGNORECASE) is not None


def _any_of(ways: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(ways)})" if ways else "(?!)"


class Words(Frozen):
    """``words.yaml``: the drug's names and their misspellings, other drugs, slang.

    ``commands``: what people type in place of a command, and ``not_it`` where an answer was not
    what they asked; lower-case whole messages, without the points at their end. ``english`` and
    ``foreign``: words that tell the language (``bot.kb.language``).
    """

    drug: tuple[str, ...]  # names of isotretinoin, masked before matching
    not_drug: tuple[str, ...]  # look-alikes that must never be taken for it
    spelling: Mapping[str, str]  # as written -> as meant, whole words
    commands: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    not_it: tuple[str, ...] = ()
    english: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    follow_up: FollowUp = FollowUp()

    def command(self, text: str) -> str | None:
        """The command that a message stands for, if it is one of those phrases."""
        said = _bare(text)
        return next((name for name, ways in self.commands.items() if said in ways), None)

    def says_not_it(self, text: str) -> bool:
        """Whether a message says that the answer was not what was asked."""
        return _bare(text) in self.not_it

    def and_those_of(self, other: Words) -> Words:
        """Both; where both spell a word out, these have the last word."""
        return Words(
            drug=(*self.drug, *other.drug),
            not_drug=(*self.not_drug, *other.not_drug),
            spelling={**other.spelling, **self.spelling},
            commands=self.commands,
            not_it=self.not_it,
            english=self.english,
            foreign=self.foreign,
            follow_up=self.follow_up,
        )


def _bare(text: str) -> str:
    """A message in lower case, without apostrophes, commas and points at its end."""
    return " ".join(re.sub(r"['’,]", "", text.casefold()).split()).strip(" .!?,")
