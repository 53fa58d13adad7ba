"""``replies/<lang>.yaml``: every sentence of ours that is not a note, by section and key."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from pydantic import model_validator

from bot.kb.models import Frozen


class Replies(Frozen):
    """Our own sentences in one language: ``say("answer.disclaimer")``.

    ``texts``: section -> key -> text with ``{placeholders}``.
    """

    language: str
    texts: Mapping[str, Mapping[str, str]]

    @model_validator(mode="after")
    def _placeholders_parse(self) -> Replies:
        for section, entries in self.texts.items():
            for key, text in entries.items():
                try:
                    list(Formatter().parse(text))
                except ValueError as why:
                    raise ValueError(f"{section}.{key}: {why}") from why
        return self

    def say(self, name: str, /, **values: object) -> str:
        """The text called ``section.key``, its placeholders filled.

        Raises:
            KeyError: no such text; a test holds every name used in code against the file.
        """
        section, _, key = name.partition(".")
        return self.texts[section][key].strip().format(**values)
