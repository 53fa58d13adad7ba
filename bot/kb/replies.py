"""``replies/<lang>.yaml``: every sentence of ours that is not a note, by section and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
            KeyError: no such text; loading holds the file against the packaged one.
        """
        section, _, key = name.partition(".")
        return self.texts[section][key].strip().format(**values)


def unfit(own: Mapping[str, str], packaged: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Keys of the packaged texts that ``own`` could not say as the bot asks for them, and why."""
    for key, text in packaged.items():
        if key not in own:
            yield key, "is missing"
            continue
        if text.strip() and not own[key].strip():
            yield key, "is empty"
            continue
        known, used = _placeholders(text), _placeholders(own[key])
        there = ", ".join(sorted(known)) or "none"
        for field in sorted(used - known):
            yield key, f"cannot fill {field}; the placeholders here are: {there}"
        if known and not used:  # a quote or a figure would never be seen
            yield key, f"leaves out all that is filled in: {there}"


def _placeholders(text: str) -> set[str]:
    """``{name}`` and the like, as they are written."""
    return {
        f"{{{name}{f'!{how}' if how else ''}{f':{form}' if form else ''}}}"
        for _, name, form, how in Formatter().parse(text)
        if name is not None
    }
