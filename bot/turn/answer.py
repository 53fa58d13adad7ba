"""Saying what was found: hits become a reply, in two voices that are never mixed.

Everything here takes its words from the knowledge base; nothing of what the person typed is
ever repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.kb.knowledge import NOT_FOR_US, Knowledge
from bot.kb.models import Note, NoteVerdict, Passage, Topic
from bot.turn.reply import Citation, Kind, Reply, ShownNote, Suggestion

OFFERED = 3  # nearest things shown under a reply
EMPTY = "empty"  # why nothing was answered: nothing was said
LANGUAGE = "language"  # ... or not in English


def passage_button(passage: Passage) -> Suggestion:
    """A button that shows a passage."""
    return Suggestion(
        label=passage.title,
        passage=passage.id,
        start=passage.span.start,
        end=passage.span.end,
    )


def topic_button(topic: Topic) -> Suggestion:
    """A button that shows a gap."""
    return Suggestion(label=topic.title, topic=topic.id)


def answer(
    kb: Knowledge,
    passages: Sequence[str],
    *,
    nearest: Iterable[str] = (),
    confidence: float = 1.0,
    show_notes: bool = True,
    extra: Sequence[ShownNote] = (),
    section: bool = False,
) -> Reply:
    """Quote one or more passages, best first, each with its citation and safety notes.

    ``nearest``: ids to offer after it; ``extra``: notes that the question itself called for;
    ``section``: the passages are one section in its order, not one answer and another.
    """
    cited = [kb.passages[name] for name in passages]
    parts: list[str] = []
    notes: list[ShownNote] = []
    for number, passage in enumerate(cited):
        if number and not section:
            parts.append(kb.replies.say("answer.second"))
        shown = notes_shown(passage.notes, show_notes=show_notes)
        parts += [passage.title, *quoted(kb, passage), *notes_as_text(kb, shown)]
        notes += shown
    parts += notes_as_text(kb, extra)
    parts.append(kb.replies.say("answer.disclaimer"))
    return Reply(
        kind=Kind.ANSWER,
        text="\n\n".join(parts),
        citations=tuple(Citation.of(passage, kb.source_of(passage.id)) for passage in cited),
        notes=(*notes, *extra),
        suggestions=buttons(kb, nearest, without=passages),
        confidence=confidence,
    )


def gap(
    kb: Knowledge,
    name: str,
    *,
    nearest: Iterable[str] = (),
    confidence: float = 1.0,
    show_notes: bool = True,
    extra: Sequence[ShownNote] = (),
    offer: bool = True,
) -> Reply:
    """Name a gap of the document, with what authorities say and the nearest things it does say.

    ``offer``: whether those can be offered; a card sent elsewhere has no buttons.
    """
    topic = kb.topics[name]
    says = "gap.says" if topic.risky else "gap.says_plain"
    says = "gap.says_beside" if name in kb.apart else says
    notes = [*notes_shown(topic.notes, show_notes=show_notes), *extra]
    ranked = list(nearest)  # the likeliest two, then what the curator put beside the gap
    near = buttons(kb, [*ranked[:2], *topic.nearest, *ranked[2:]]) if offer else ()
    parts = [
        kb.replies.say("gap.heading", title=topic.title),
        kb.replies.say(says, gap=topic.gap),
        *(kb.replies.say("gap.note", **_told(note)) for note in notes),
    ]
    if near:
        parts.append(kb.replies.say("gap.nearest"))
    return Reply(
        kind=Kind.NOT_COVERED,
        text="\n\n".join(parts),
        notes=tuple(notes),
        topic=topic.id,
        suggestions=near,
        confidence=confidence,
    )


def refuse(
    kb: Knowledge,
    why: str,
    *,
    nearest: Iterable[str] = (),
    confidence: float = 1.0,
    extra: Sequence[ShownNote] = (),
) -> Reply:
    """Say that there is no answer; ``why``: ``EMPTY``, ``LANGUAGE`` or one of ``NOT_FOR_US``."""
    near = buttons(kb, nearest)
    not_for_us = why in NOT_FOR_US
    key = f"refuse.{why}_beside" if not_for_us and kb.apart else f"refuse.{why}"
    parts = [kb.replies.say(key), *notes_as_text(kb, extra)]
    if near:
        parts.append(kb.replies.say("refuse.nearest" if not_for_us else "gap.nearest"))
    return Reply(
        kind=Kind.NOT_COVERED,
        text="\n\n".join(parts),
        notes=tuple(extra),
        refused=why,
        suggestions=near,
        confidence=confidence,
    )


def clarify(
    kb: Knowledge,
    choices: Iterable[str],
    *,
    confidence: float = 1.0,
    extra: Sequence[ShownNote] = (),
) -> Reply:
    """Ask which of the nearest things is meant."""
    parts = [
        kb.replies.say("answer.unsure_heading"),
        kb.replies.say("answer.unsure"),
        *notes_as_text(kb, extra),
    ]
    return Reply(
        kind=Kind.CLARIFY,
        text="\n\n".join(parts),
        notes=tuple(extra),
        suggestions=buttons(kb, choices),
        confidence=confidence,
    )


def chat(kb: Knowledge, name: str, **values: object) -> Reply:
    """Small talk or a command's fixed text: ``chat.thanks``, ``command.privacy``."""
    return Reply(kind=Kind.CHAT, text=kb.replies.say(name, **values), suggestions=_first_steps(kb))


def with_notes(kb: Knowledge, reply: Reply, extra: Sequence[ShownNote]) -> Reply:
    """A reply with notes that the question itself called for, after its own words."""
    text = "\n\n".join([reply.text, *notes_as_text(kb, extra)])
    return reply.model_copy(update={"text": text, "notes": (*reply.notes, *extra)})


def quoted(kb: Knowledge, passage: Passage) -> list[str]:
    """A passage's quote and the line that says where it stands."""
    quote = passage.quote(kb.source_of(passage.id))
    return [kb.replies.say("answer.quoted", quote=quote), source_line(kb, passage)]


def source_line(kb: Knowledge, passage: Passage) -> str:
    """The line that says where a passage stands."""
    return kb.replies.say(
        "answer.cited",
        title=kb.source_of(passage.id).origin.title,
        section=passage.section,
        start=passage.span.start,
        end=passage.span.end,
    )


def notes_shown(notes: Iterable[Note], *, show_notes: bool) -> list[ShownNote]:
    """The notes to show; one on a contradicted claim is shown whatever the switch says."""
    return [
        ShownNote.of(note)
        for note in notes
        if show_notes or note.verdict is NoteVerdict.CONTRADICTED
    ]


def buttons(
    kb: Knowledge, names: Iterable[str], without: Sequence[str] = ()
) -> tuple[Suggestion, ...]:
    """Up to ``OFFERED`` buttons for passages and topics, each once."""
    found: dict[str, Suggestion] = {}
    for name in names:
        if name in found or name in without:
            continue
        if name in kb.passages:
            found[name] = passage_button(kb.passages[name])
        elif name in kb.topics:
            found[name] = topic_button(kb.topics[name])
    return tuple(found.values())[:OFFERED]


def _first_steps(kb: Knowledge) -> tuple[Suggestion, ...]:
    say = kb.replies.say
    return (
        Suggestion(label=say("button.ask"), command="/help"),
        Suggestion(label=say("button.dose"), command="/dose"),
        Suggestion(label=say("button.effects"), command=say("button.effects")),
        Suggestion(label=say("button.help"), command="/gethelp"),
    )


def notes_as_text(kb: Knowledge, notes: Iterable[ShownNote]) -> list[str]:
    """Each note as it is said."""
    return [kb.replies.say("answer.note", **_told(note)) for note in notes]


def _told(note: ShownNote) -> dict[str, str]:
    return {
        "text": note.text,
        "authority": ", ".join(filter(None, (note.authority, note.section))),
    }
