"""The two voices of the calculator and the course clock: the document's words, and our notes."""

from __future__ import annotations

from collections.abc import Iterable

from bot.kb.dose_rules import DoseRules
from bot.kb.knowledge import Knowledge
from bot.turn.answer import notes_shown
from bot.turn.reply import Citation, ShownNote


def cite(kb: Knowledge, name: str) -> Citation:
    """Cite a passage by its id."""
    return Citation.of(kb.passages[name], kb.source)


def first_notes(kb: Knowledge, names: Iterable[str], *, show_notes: bool) -> tuple[ShownNote, ...]:
    """The first note of each passage; all but what is contradicted may be switched off."""
    return tuple(
        note
        for name in names
        for note in notes_shown(kb.passages[name].notes[:1], show_notes=show_notes)
    )


def voices(
    rules: DoseRules, quotes: Iterable[Citation] = (), notes: Iterable[ShownNote] = ()
) -> list[str]:
    """Quotes and then notes, each as a paragraph that says whose words it is."""
    said = [rules.say("quoted", quote=cited.quote) for cited in quotes]
    return said + [rules.say("note", text=n.text, authority=n.authority) for n in notes]
