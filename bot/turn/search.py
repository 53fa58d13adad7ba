"""Finding what answers a message, and deciding whether the document answers it at all.

Ranking is the matcher's; this file takes the talk so far into account and turns probabilities
into one of five outcomes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from bot.kb.knowledge import CHAT, NOT_FOR_US, UNRELATED, Knowledge
from bot.kb.matcher import Match, Matcher
from bot.kb.reading import MASK, sentences
from bot.turn.memory import Memory
from bot.turn.second_question import questions

# Chosen with messages, posts, clean and the real messages in view (docs/matching.md).
ANSWER_FROM = 0.45  # probability from which a passage is given as the answer
UNNAMED_FROM = 0.55  # the same where neither the message nor the talk so far is of isotretinoin
AHEAD = 0.2  # of any gap and of skin care: a passage that leads by less may not answer at all
BOTH_FROM = 0.6  # and from which a sentence's own passage is quoted as well
OPEN_FROM = 0.55  # of all passages together: the document answers, but which part is open
ELSEWHERE_FROM = 0.3  # of something else, from which no part of an unclear message is answered
GAP_FROM = 0.15  # probability from which a gap is named
CALIBRATION = (
    (0.0, 0.0),
    (0.45, 0.65),
    (0.6, 0.78),
    (0.7, 0.84),
    (0.8, 0.94),
    (0.88, 0.99),
    (1.0, 1.0),
)
LONG = 14  # words; a longer message may ask two things, so its sentences are read as well
GREETS = f"{CHAT}greeting"
GOODBYE = f"{CHAT}goodbye"
HELPS = f"{CHAT}help"
POLITE = (GREETS, GOODBYE, f"{CHAT}thanks")
ASKED = 4  # questions of one message that are read
GREETING = 5  # words of small talk that may stand before a question
_POINTS = " .!?,:;-"
SURE = 0.7  # probability from which a short message is of no other that it points back to
POLITE_FROM = 0.6  # of thanks and the like, from which a short message is no follow-up
EITHER_FROM = 0.5  # and from which it may be of either
SHORT = 7  # words; a shorter one may lean on the talk so far
_LEANS = re.compile(
    r"^(?:and|but|or|so|also|then|what about|how about|what if|why|after|before|is it|is that|"
    r"does it|for how long|how long|how often|more|else|ok|what happens|what helps|any)\b"
    r"|\b(?:it|that|this|then|those|they|them|these|one|ones|others)\b|\b(?:more|count)\W*$",
    re.IGNORECASE,
)
# "is this normal?" alone asks about something that was said before, or was not said at all
_BARE = re.compile(r"(?:is|was|are) (?:this|that|it|these|they)(?: \w+)?\W*$", re.IGNORECASE)
# and so does "for how long?" behind an answer
_NO_SUBJECT = re.compile(
    r"(?:(?:and|but|so|ok) )*(?:(?:for |until |since |after )?(?:how long|when)"
    r"(?: after| before| can i| do i)?|why(?: not)?|how|where"
    r"|how many (?:months|weeks|days|times)(?:,? \w+)?"
    r"|(?:(?:in|use) )?(?:simpler?|plain|easy|normal) (?:words|terms|english)(?: (?:please|pls))?"
    r"|how (?:often|much|many|come|common|likely|bad|serious|soon)"
    r"(?: (?:is|are) (?:it|that|this|they))?|really|seriously|are you sure|which(?: ones?)?"
    r"|what (?:now|next|should i do|do i do|can i do)"
    r"|should i (?:worry|be (?:worried|concerned)))\W*$",
    re.IGNORECASE,
)


class Outcome(StrEnum):
    """What a search comes to."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    GAP = "gap"
    REFUSE = "refuse"
    CHAT = "chat"


@dataclass(frozen=True)
class Found:
    """The outcome of a search.

    ``names``: passages (ANSWER, best first), one topic (GAP), one label (CHAT, REFUSE).
    ``nearest``: passages and topics to offer. ``why`` says it in words, for ``--explain``.
    ``guessed``: not where the message is known word for word. ``also``: what else was clearly
    asked, to be offered first.
    """

    outcome: Outcome
    names: tuple[str, ...]
    nearest: tuple[str, ...]
    confidence: float
    why: str
    match: Match
    guessed: bool = True
    also: tuple[str, ...] = ()


def search(text: str, memory: Memory, kb: Knowledge, matcher: Matcher) -> Found:
    """Find what answers ``text`` (already cleaned), in a talk that ``memory`` knows."""
    parts = sentences(text)
    whole, *heard = matcher.hear(parts)
    long = len(text.split()) > LONG
    asked = [one for part, one in zip(parts, heard, strict=False) if len(part.split()) > 1]
    talk = memory.isotretinoin
    found = _both(decide(whole, kb, talk=talk), asked if long else [], kb)
    if (said := matcher.small_talk(text)) is not None:
        why = "small talk, word for word"
        return replace(
            found, outcome=Outcome.CHAT, names=(said,), confidence=1.0, why=why, guessed=False
        )
    if found.outcome is Outcome.CHAT:
        greets = found.names == (GREETS,)
        if (beside := _asked_beside(text, memory, kb, matcher, greets=greets)) is not None:
            return beside
    elif len(each := questions(text)[:ASKED]) > 1:
        named = talk or whole.drug
        found = _each(found, [decide(matcher.match(one), kb, talk=named) for one in each])
    return _in_the_talk(text, found, memory, kb, matcher)


def _in_the_talk(
    text: str, found: Found, memory: Memory, kb: Knowledge, matcher: Matcher
) -> Found:
    """What a message comes to behind what was said before; most come to what they do alone."""
    whole, talk = found.match, memory.isotretinoin
    bare, shown = _BARE.match(text) is not None, (memory.passage or memory.topic) is not None
    if bare and not shown:
        return replace(found, outcome=Outcome.CLARIFY, why="it points at what was not said")
    unclear = bare or found.outcome in (Outcome.REFUSE, Outcome.CLARIFY)
    if found.outcome is Outcome.CHAT and (has_no_subject(text) or _hardly_polite(text, whole)):
        unclear = shown  # "what can I do about it"
    if len(text.split()) > SHORT or not talk:
        return found
    if not unclear and (found.also or not shown or not _points_back(text, whole, matcher)):
        return found
    leaning = matcher.match(_in_talk(text, memory, kb))
    if unclear or whole.pairs()[0][1] < EITHER_FROM:
        found = decide(_between(whole, leaning), kb, talk=talk)
        return _of_shown(found, memory) if has_no_subject(text) else found
    return _either(decide(leaning, kb, talk=talk), found)


def _hardly_polite(text: str, whole: Match) -> bool:
    """Whether what is taken for small talk leans on what was said, and is hardly thanks."""
    return leans(text) and whole.pairs()[0][1] < SURE and whole.among(POLITE) < POLITE_FROM


def _points_back(text: str, alone: Match, matcher: Matcher) -> bool:
    """Whether a short message has no subject of its own, nor one with the drug's name."""
    if has_no_subject(text):
        return True
    name, share = alone.pairs()[0]
    if not leans(text) or share >= SURE:
        return False
    named, surer = matcher.match(f"{text} on {MASK}").pairs()[0]
    return named != name or surer < SURE


def _of_shown(found: Found, memory: Memory) -> Found:
    """What "why?" comes to: what was shown is offered where it had come to no subject of ours."""
    shown = memory.passage or memory.topic
    if shown is None or found.outcome not in (Outcome.REFUSE, Outcome.CHAT):
        return found
    near = tuple(dict.fromkeys((shown, *found.nearest)))[:3]
    why = "it has no subject of its own, so it is of what was shown"
    return replace(found, outcome=Outcome.CLARIFY, names=near, nearest=near, why=why)


def _either(leaning: Found, alone: Found) -> Found:
    """What a message comes to as one of what was shown, or alone; where they differ, both."""
    if leaning.names[:1] == alone.names[:1]:
        return alone
    near = tuple(dict.fromkeys((*leaning.names[:1], *alone.names[:1], *leaning.nearest)))[:3]
    why = "it may be of what was shown, or of something else"
    return replace(leaning, outcome=Outcome.CLARIFY, names=near, nearest=near, why=why)


def has_no_subject(text: str) -> bool:
    """Whether a message is only "how long?" or "is that ok?", of whatever was said before."""
    return _BARE.match(text) is not None or _NO_SUBJECT.match(text) is not None


def leans(text: str) -> bool:
    """Whether a message is short and leans on what was said before it."""
    return len(text.split()) <= SHORT and _LEANS.search(text) is not None


def _in_talk(text: str, memory: Memory, kb: Knowledge) -> str:
    """A short message with what the talk is of: what it points back to, or the drug."""
    shown = kb.passages.get(memory.passage or "") or kb.topics.get(memory.topic or "")
    if shown is not None and (_LEANS.search(text) or has_no_subject(text)):
        return f"{shown.title}: {text}"
    return f"{text} on {MASK}"


def decide(match: Match, kb: Knowledge, *, talk: bool = False) -> Found:
    """From probabilities to an outcome. ``talk``: the talk so far is of isotretinoin."""
    passages = match.best(kb.passages)
    (first, p_first), (second, _) = passages[:2]
    topic, p_topic = match.best(kb.topics)[0] if kb.topics else ("", 0.0)
    near = tuple(name for name, _ in passages[:3])
    best, p_best = match.pairs()[0]

    def found(outcome: Outcome, names: Sequence[str], confidence: float, why: str) -> Found:
        return Found(outcome, tuple(names), near, round(confidence, 3), why, match)

    if best.startswith(CHAT):
        return found(Outcome.CHAT, [best], p_best, "small talk")
    # it is no small talk, so that the share of small talk says nothing
    left = 1 - match.among([name for name in match.labels if name.startswith(CHAT)])
    enough = left * (ANSWER_FROM if match.drug or talk else UNNAMED_FROM)
    rival = max(p_topic, _elsewhere(match))
    if p_first >= enough and p_first >= rival + AHEAD:
        return found(Outcome.ANSWER, [first], calibrated(p_first), f"{first} is clearly ahead")
    if best in NOT_FOR_US:
        return found(Outcome.REFUSE, [best], p_best, "not about isotretinoin treatment")
    if (open_ := match.among(kb.passages)) >= OPEN_FROM:
        close = second
        if p_topic >= GAP_FROM:  # it may be the gap that is meant
            near, close = (first, topic, second), f"the gap {topic}"
        return found(Outcome.CLARIFY, near, open_, f"{first} and {close} are too close")
    if p_topic >= GAP_FROM:
        return found(Outcome.GAP, [topic], p_topic, f"the gap {topic} is ahead of any passage")
    return found(Outcome.CLARIFY, near, p_first, "nothing is clear")


def _elsewhere(match: Match) -> float:
    """The probability of skin care, or of anything else, whichever is likelier."""
    return max((share for _, share in match.best(NOT_FOR_US)), default=0.0)


def calibrated(probability: float) -> float:
    """How often an answer given at this probability of the matcher is right (calibrated)."""
    at = [p for p, _ in CALIBRATION]
    right = [share for _, share in CALIBRATION]
    return float(np.interp(probability, at, right))


def _both(found: Found, pieces: Sequence[Match], kb: Knowledge) -> Found:
    """Quote what single sentences of a message clearly ask, beside or instead of the whole's."""
    if found.outcome not in (Outcome.ANSWER, Outcome.CLARIFY):
        return found
    asked = [piece.best(kb.passages)[0] for piece in pieces]
    clear = [name for name, share in sorted(asked, key=lambda a: -a[1]) if share >= BOTH_FROM]
    first = found.names[:1] if found.outcome is Outcome.ANSWER else ()
    names = tuple(dict.fromkeys((*first, *clear)))[:2]
    if names == first:
        return found
    sure = found.confidence if first else calibrated(BOTH_FROM)
    why = f"{found.why}; single sentences clearly ask for {', '.join(names)}"
    return replace(found, outcome=Outcome.ANSWER, names=names, confidence=sure, why=why)


def _asked_beside(
    text: str, memory: Memory, kb: Knowledge, matcher: Matcher, *, greets: bool
) -> Found | None:
    """What is asked beside small talk: "thanks! do i need blood tests?"; None where nothing is.

    ``greets``: behind a greeting stands what somebody came to say, asked or clearly told.
    """
    behind = _behind_small_talk(text, matcher)
    asks = "?" in behind or bool(questions(behind))
    asked = " ".join(questions(text)[:ASKED])
    for rest, told in ((behind, not asks), (asked, False)):
        if rest in ("", text) or (told and not greets):
            continue
        found = search(rest, memory, kb, matcher)
        clear = found.outcome in (Outcome.ANSWER, Outcome.GAP) and found.confidence >= BOTH_FROM
        other = found.outcome is not Outcome.CHAT and UNRELATED not in found.names
        if clear or (other and not told):
            return replace(found, why=f"beside small talk: {found.why}")
    return None


def _behind_small_talk(text: str, matcher: Matcher) -> str:
    """What follows the words at a text's beginning that are small talk; "" where none are."""
    words, rest = text.split(), ""
    while words:
        heads = [" ".join(words[:number]).strip(_POINTS) for number in range(1, GREETING + 1)]
        ends = [n for n, head in enumerate(heads, 1) if matcher.small_talk(head) is not None]
        if not ends:
            break
        words = words[ends[-1] :]
        rest = " ".join(words)
    return rest


def _each(found: Found, asked: Sequence[Found]) -> Found:
    """The same, where a message asks several things: each that is clear is quoted or offered.

    What the message comes to as a whole stays first: a gap may be why the rest was asked.
    """
    if found.outcome not in (Outcome.ANSWER, Outcome.CLARIFY, Outcome.GAP):
        return found
    clear = [one for one in asked if one.match.pairs()[0][1] >= BOTH_FROM]
    told = [one.names[0] for one in clear if one.outcome is Outcome.ANSWER]
    gaps = [one.names[0] for one in clear if one.outcome is Outcome.GAP]
    outcome, first = found.outcome, found.names
    if outcome is Outcome.CLARIFY:
        if _elsewhere(found.match) >= ELSEWHERE_FROM:
            return found
        outcome, first = (Outcome.ANSWER, ()) if told else (Outcome.GAP, tuple(gaps[:1]))
    if outcome is Outcome.ANSWER:
        first = tuple(dict.fromkeys((*first, *told)))[:2]
    also = tuple(name for name in dict.fromkeys((*told, *gaps)) if name not in first)
    if not first or (first == found.names and not also):
        return found
    sure = found.confidence if outcome is found.outcome else calibrated(BOTH_FROM)
    why = f"{found.why}; it asks for {', '.join((*first, *also))}"
    return replace(found, outcome=outcome, names=first, confidence=sure, why=why, also=also)


def _between(alone: Match, leaning: Match) -> Match:
    """Half of what a short message says alone, half of what it says after the last passage."""
    mixed = (alone.probabilities + leaning.probabilities) / np.float32(2)
    return Match(alone.labels, mixed, alone.drug)
