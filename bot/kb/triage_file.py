"""The shapes of ``knowledge/triage/*.yaml``: rows, questions back, numbers to call, words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from bot.kb.models import Frozen, Review, Urgency, Verified

RowId = Annotated[str, Field(pattern=r"^RF\d\d$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Status = Literal["denied", "asked", "supposed", "past", "finished", "told", "fiction", "idiom"]


class Rule(Frozen):
    """When a row is raised: ``if`` are concepts joined by ``+``, each ``a|b`` for either.

    ``within``: how close they must be. ``unless``: concepts that call it off: for an emergency
    in the same sentence, else also in the sentence before or after.
    ``even``: states that do not matter here, e.g. ``past`` for blood already given. ``drug``: only
    where the talk is of isotretinoin. ``urgency``: where it differs from the row's.
    A concept with ``~`` before it counts whatever its state.
    """

    if_: str = Field(alias="if")
    within: Literal["clause", "sentence", "message"] = "message"
    unless: tuple[Name, ...] = ()
    even: tuple[Status, ...] = ()
    drug: bool = False
    urgency: Urgency | None = None
    longest: int | None = None  # words; a longer message is about something else as well
    sure: bool = False  # the second opinion does not doubt it

    @cached_property
    def wanted(self) -> tuple[tuple[str, ...], ...]:
        """The concepts: all of the outer, any of the inner; ``~`` kept."""
        return tuple(
            tuple(name.strip() for name in side.split("|")) for side in self.if_.split("+")
        )

    @cached_property
    def signs(self) -> tuple[frozenset[str], ...]:
        """The same, as names alone."""
        return tuple(frozenset(n.removeprefix("~") for n in side) for side in self.wanted)

    def names(self) -> set[str]:
        """Every concept that the rule speaks of."""
        return set().union(*self.signs, self.unless)


class Row(Frozen):
    """A red flag: when it is raised and what is said, in two sentences (``say``).

    ``line``: one sentence where something more urgent is said first. ``safety``: one sentence
    beside the answer to a question that only asks about it. ``say_at``: said in place of ``say``
    where a rule sets another urgency. ``call``: which numbers are shown. ``covers``:
    lesser rows that need not be said as well. ``after``: rows that are said first where both are
    as urgent; ``last``: it is said after all others of its urgency. ``ahead``: said before what is
    more urgent, where this row was found at that urgency. ``named``: concepts that name it in a
    question, which is no sign yet, but is one with "i have it" behind; ``claimed``: the urgency
    then, where it differs. ``another``: said as well where the message speaks of somebody else.
    """

    title: str
    urgency: Urgency
    say: str = Field(min_length=1, max_length=420)
    line: str = Field(min_length=1, max_length=200)
    safety: str = Field(min_length=1, max_length=260)
    say_at: Mapping[Urgency, Annotated[str, Field(min_length=1, max_length=420)]] = {}
    call: Literal["emergency", "crisis", "poison", "prescriber"]
    covers: tuple[RowId, ...] = ()
    after: tuple[RowId, ...] = ()
    last: bool = False
    ahead: Mapping[Urgency, Annotated[str, Field(min_length=1, max_length=220)]] = {}
    rules: tuple[Rule, ...] = Field(min_length=1)
    named: tuple[Name, ...] = ()
    claimed: Urgency | None = None
    another: str = Field(default="", max_length=120)
    examples: tuple[str, ...] = ()
    lookalikes: tuple[str, ...] = ()
    authority: str
    section: str = ""
    verified: Verified
    review: Review = Review()

    @cached_property
    def levels(self) -> frozenset[Urgency]:
        """The urgencies that the row has words or rules for."""
        by_rule = {rule.urgency for rule in self.rules if rule.urgency}
        return frozenset({self.urgency, *self.say_at, *by_rule})


DOUBT = "doubt"  # begins the name of a question that the second opinion asks


class Asked(Frozen):
    """What we ask back where a message may or may not be a red flag.

    ``yes``: the row if the person says yes; ``no``: the row that still holds after a clear no, and
    ``no_level`` its urgency then, where it differs from the row's; ``alert``: raised with the
    question already. ``level``: the urgency on yes where it differs from the row's. ``doubt``: the
    second opinion saw no red flag, so that only a yes raises one; else whatever is no clear no
    does. ``signs``: rows that are a sign we asked about; an answer that raises one is a yes, at
    that urgency. ``matching``: a row that the answer raises counts in place of ``yes``. ``firm``:
    the second opinion, which cannot tell the two apart, does not raise ``yes`` in its place.
    ``no_if``: rules by which an answer is a no in other words ("amoxicillin" is none of the
    antibiotics that we named), ``yes_if``: by which it is a yes ("not yet"). ``beside``: concepts
    that may stand beside a clear no ("no, just hungry").
    """

    ask: str
    now: str  # what to do at once if it is so, shown with the question
    yes: RowId
    no: RowId | None = None
    no_level: Urgency | None = None
    alert: RowId | None = None
    level: Urgency | None = None
    doubt: bool = False
    signs: Mapping[RowId, Urgency] = {}
    matching: bool = False
    firm: bool = False
    no_if: tuple[Rule, ...] = ()
    yes_if: tuple[Rule, ...] = ()
    beside: tuple[Name, ...] = ()


class Question(Asked):
    """A question of the knowledge base, with the rules that call for it."""

    rules: tuple[Rule, ...] = Field(min_length=1)
    examples: tuple[str, ...] = ()
    review: Review = Review()


class Line(Frozen):
    """A number to call. Only a verified one is shown; see ``docs/safety.md``."""

    number: str
    name: str
    authority: str
    verified: Verified | None = None


class Country(Frozen):
    """The numbers of a country by need; a missing one is 'your local emergency number'."""

    name: str
    emergency: Line | None = None
    crisis: Line | None = None
    poison: Line | None = None


class Frame(Frozen):
    """Words that change how a sign is meant. ``reach``: where they must stand to do so.

    ``before``: earlier in the sentence; ``sentence``: anywhere in it; ``message``: earlier in
    the sentence, and in other sentences without a word of ``until``. A later clause with one of
    the words ``until`` speaks of something else again.
    """

    reach: Literal["before", "sentence", "message"]
    phrases: tuple[str, ...]
    until: tuple[str, ...] = ()


class Wording(Frozen):
    """The fixed sentences of an alert."""

    not_clinician: str
    can_miss: str  # said where it is asked when to get help (docs/safety.md has the figures)
    also: str
    no_number: str
    local: str
    prescriber: str
    only_asking: str
    yes: str
    no: str
    unsure: str
    doubt: str  # asked back where the rules and the second opinion differ
    closed: str  # said after a clear no to a question of ours
    still: str  # said before an alert that is said again
    unreached: str  # and behind one of today
    labels: Mapping[Literal["emergency", "crisis", "poison"], str]
    urgencies: Mapping[Urgency, str]


class TriageFile(Frozen):
    """Everything in ``knowledge/triage`` put together."""

    joins: Mapping[str, str]  # two words read as one
    spelling: Mapping[str, str]  # as written -> as meant (may be several words)
    censored: tuple[str, ...]  # words that people mask, e.g. su*cide
    ordinary: tuple[str, ...]  # real words that must not be taken for a misspelt concept word
    idioms: tuple[str, ...]  # sayings that mean nothing, removed first
    lookalikes: tuple[str, ...] = ()  # and harmless things, which the second opinion asks about
    denials: tuple[str, ...]
    not_denials: tuple[str, ...]
    until: tuple[str, ...]  # words that end a denial
    subjects: tuple[str, ...]  # words that show that a clause is more than an item of a list
    present: tuple[str, ...]  # words that make a clause one about now
    past_verbs: tuple[str, ...]  # and those that make it one about then
    current: tuple[str, ...]  # and those that do so beside "years ago"
    frames: Mapping[Status, Frame]
    concepts: Mapping[Name, tuple[str, ...]]
    rows: Mapping[RowId, Row]
    questions: Mapping[Name, Question]
    countries: Mapping[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Country]
    wording: Wording
    answers: Mapping[
        Literal[
            "yes",
            "no",
            "so",
            "after_all",
            "still",
            "more",
            "down",
            "heeds",
            "puts_off",
            "refuses",
            "hedges",
            "reached",
            "advised",
        ],
        tuple[str, ...],
    ]
    no_words: tuple[str, ...]  # words that may stand in a clear no to a question of ours
    still_words: tuple[str, ...]  # and in what only asks back about an alert
    pieces: Mapping[str, Name] = {}  # the sign that a gap is of (``turn/pieces.py``)
    loose: tuple[Name, ...] = ()  # concepts that are too vague for it
    stands_for: Mapping[RowId, Name] = {}  # and a row that the second opinion alone found
    explained: Mapping[RowId, tuple[Rule, ...]] = {}  # what explains a row's sign wholly
    going_on: tuple[str, ...] = ()  # passages and gaps that take for granted that it is taken on
    stays: tuple[RowId, ...] = ()  # rows that no word of a professional ends

    @cached_property
    def parts(self) -> frozenset[str]:
        """The concepts of rules that need several: each a part of a red flag."""
        rules = (rule for row in self.rows.values() for rule in row.rules if len(rule.wanted) > 1)
        return frozenset().union(*(rule.names() for rule in rules))
