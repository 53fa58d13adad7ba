"""What the Telegram side works with, what it is told of an update, and what it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from bot.kb.knowledge import Knowledge
from bot.kb.models import Passage
from bot.kb.replies import Replies
from bot.reply import links
from bot.reply.outgoing import Outgoing
from bot.reply.talk import Kept, Talk
from bot.reply.update import Done, Me
from bot.reply.wire import NO_PREVIEW
from bot.store.clinics import Clinic, Clinics
from bot.store.rows import Arrival
from bot.store.staff import Staff
from bot.store.store import Store
from bot.turn.alert import flags
from bot.turn.answer import source_line
from bot.turn.handover import Thread
from bot.turn.reply import Reply

if TYPE_CHECKING:
    from bot.turn.turn import TurnFunction

Later = Callable[[Store], Awaitable["Response"]]
"""What only the database can complete, such as the file of /mydata: its calls and relays."""


@dataclass(frozen=True, slots=True)
class Response:
    """The calls to make, and what to keep of the talk (None: as it is) and of the person.

    ``outcome`` is what metrics count; ``gone``: the bot was put out of the chat. ``kept``
    is what lasts about the person: JSON, "" to forget, None to leave it; ``counted``: (what, name,
    clinic) to add one to; ``later``: calls that need the database; ``scrub``: take the person's
    ids out of closed rows; ``answers``: the number of the person's message that the one call
    answers, for edits; ``stays``: an edit of that message leaves the call as it is;
    ``took``: how many of the waiting messages it answers as well. ``thread``: the conversation
    with the clinic, changed;
    ``relays``: what goes to its other side, and ``undelivered`` instead of it where Telegram takes
    none of the calls; ``shows``: the number of the conversation whose staff sees the call;
    ``moved_to``: the group's number from now on.
    """

    calls: tuple[Outgoing, ...] = ()
    talk: Talk | None = None
    outcome: str = "ignored"
    reply: Reply | None = None
    gone: bool = False
    kept: str | None = None
    counted: tuple[tuple[str, str, str], ...] = ()
    later: Later | None = None
    scrub: bool = False
    answers: int | None = None
    stays: bool = False
    took: int = 0
    thread: Thread | None = None
    relays: tuple[Arrival, ...] = ()
    undelivered: tuple[Arrival, ...] = ()
    shows: int | None = None
    moved_to: int | None = None

    def completed(self, late: Response) -> Response:
        """With what the database had to say."""
        calls, relays = (*self.calls, *late.calls), (*self.relays, *late.relays)
        return replace(self, calls=calls, relays=relays)

    @property
    def flagged(self) -> bool:
        """Whether it raises a red flag, or asks whether there is one."""
        return self.reply is not None and flags((self.talk or Talk()).memory, self.reply)

    @property
    def due(self) -> float | None:
        """When the next reminder is, in seconds since 1970."""
        return Kept.read(self.kept).due() if self.kept else None

    def remembering(self, message_id: int | None) -> str | None:
        """The talk as it is stored, with the message of ours that answered the person's.

        JSON, "" to forget, None to leave it.
        """
        if self.talk is None:
            return None
        sent = sum(call.method in ("send_message", "edit_message_text") for call in self.calls)
        if self.answers is None or message_id is None or sent != 1:
            return self.talk.stored()
        update = {"asked": self.answers, "shown": None if self.stays else message_id}
        return self.talk.model_copy(update=update).stored()


@dataclass(frozen=True, slots=True)
class Event:
    """One update, by its number, with what is remembered of its chat and its person.

    ``at``: when, by the person's own clock where it is known, else UTC. ``thread``: the person's
    last conversation with a clinic.
    """

    done: Done
    chat_id: int
    user_id: int
    talk: Talk
    kept: Kept
    at: dt.datetime
    thread: Thread | None = None
    number: int = 0

    def having(self, talk: Talk) -> Event:
        """The same update later in its handling."""
        return replace(self, talk=talk)


class OwnDocuments(Protocol):
    """Clinics' own documents, as the process holds them now."""

    def get(self, folder: str) -> tuple[TurnFunction, Knowledge] | None:
        """A turn with a clinic's document beside the base, and both as one knowledge base."""

    def all(self) -> Iterable[Knowledge]:
        """Each of these knowledge bases."""


@dataclass(frozen=True)
class Desk:
    """What answering needs, fixed for the life of the process."""

    turn: TurnFunction
    kb: Knowledge
    me: Me
    clinics: Clinics | None = None
    secret: bytes = field(default=b"", repr=False)
    show_notes: bool = True
    dose_calculator: bool = True
    language: str = "en"
    figures: str = ""  # the last evaluation, in one line, for /trust
    staff: Staff | None = None
    dashboard: str = ""  # where browsers find it
    pages_of: str = ""  # the username of the bot whose pages it shows, where that is another
    own: OwnDocuments | None = None

    @property
    def replies(self) -> Replies:
        """Our own sentences."""
        return self.kb.replies

    def say(self, name: str, /, **values: object) -> str:
        """One of our own sentences."""
        return self.kb.replies.say(name, **values)

    def title(self, name: str) -> str | None:
        """The title of a passage or a topic."""
        held = self.kb.passages.get(name) or self.kb.topics.get(name)
        return held.title if held else None

    def clinic(self, kept: Kept) -> Clinic | None:
        """The clinic that the person's chat is bound to."""
        return self.clinics.get(kept.clinic) if self.clinics else None

    def of(self, kept: Kept) -> Desk:
        """The desk of a person's chat: a clinic's own document lies on it where there is one."""
        clinic = self.clinic(kept)
        held = self.own.get(clinic.knowledge) if self.own and clinic else None
        return replace(self, turn=held[0], kb=held[1]) if held else self

    def quoting(self, passage: str, proof: str) -> Knowledge | None:
        """Where a receipt was made: the knowledge base whose passage has that hash.

        Of a passage that has changed since, the base; None where it has none of that name, for a
        clinic's may be another clinic's.
        """
        held = [self.kb, *(self.own.all() if self.own else ())]
        knowing = [kb for kb in held if passage in kb.passages]
        same = (kb for kb in knowing if kb.passages[passage].sha256.startswith(proof))
        return next(same, next((kb for kb in knowing if passage not in kb.apart), None))

    def receipts(self, reply: Reply) -> dict[str, str]:
        """The line of each citation's place, with the link that shows the quote there."""
        made = {}
        for cited in reply.citations:
            passage = self.kb.passages[cited.passage]
            payload = links.receipt(passage.id, passage.sha256)
            made[source_line(self.kb, passage)] = links.url(self.me.username, payload)
        return made

    def sources(self, reply: Reply) -> str:
        """A line for each citation whose place the text does not name."""
        lines = (source_line(self.kb, self.kb.passages[one.passage]) for one in reply.citations)
        return "\n".join(dict.fromkeys(line for line in lines if line not in reply.text))

    def counted(self, event: Event, what: str, name: str) -> tuple[str, str, str]:
        """One to count, with the clinic and without the person."""
        clinic = self.clinic(event.kept)
        return (what, name, clinic.id if clinic else "")


def section_of(kb: Knowledge, passage: Passage) -> list[Passage]:
    """The passages of a passage's section, in the document's order."""
    held = (one for one in document_of(kb, passage) if one.section == passage.section)
    return sorted(held, key=lambda one: one.span.start)


def document_of(kb: Knowledge, passage: Passage) -> list[Passage]:
    """All passages of the same document."""
    source = kb.source_of(passage.id)
    return [one for one in kb.passages.values() if kb.source_of(one.id) is source]


def text_call(chat_id: int, text: str, **more: object) -> Outgoing:
    """A short message of ours, without formatting."""
    kwargs = {"chat_id": chat_id, "text": text, "link_preview_options": NO_PREVIEW, **more}
    return Outgoing("send_message", kwargs, chat_id)


def answer_with(
    event: Event,
    text: str,
    talk: Talk | None = None,
    *,
    kept: Kept | None = None,
    **more: object,
) -> Response:
    """A short message of ours as the whole answer; what is kept stays where nothing is given."""
    call = text_call(event.chat_id, text, **more)
    return Response((call,), talk, "answered", kept=kept.stored() if kept else None)


def press_answer(query_id: str, text: str | None = None) -> Outgoing:
    """The answer to a press: the button's spinner ends, a short text may show."""
    kwargs = {"callback_query_id": query_id} | ({"text": text} if text else {})
    return Outgoing("answer_callback_query", kwargs, essential=False)
