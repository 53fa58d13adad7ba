"""Finding what answers a message: ranked by the matcher, decided, and read in the talk so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.kb.knowledge import CHAT, UNRELATED, Knowledge
from bot.kb.matcher import Match, Matcher
from bot.kb.reading import sentences
from bot.turn.decide import Found, Outcome, calibrated, decide, elsewhere
from bot.turn.follow_up import in_the_talk
from bot.turn.memory import Memory
from bot.turn.second_question import questions

BOTH_FROM = 0.6  # probability from which a sentence's own passage is quoted as well
ELSEWHERE_FROM = 0.3  # of something else, from which no part of an unclear message is answered
LONG = 14  # words; a longer message may ask two things, so its sentences are read as well
GREETS = f"{CHAT}greeting"
GOODBYE = f"{CHAT}goodbye"
HELPS = f"{CHAT}help"
ASKED = 4  # questions of one message that are read
GREETING = 5  # words of small talk that may stand before a question
_POINTS = " .!?,:;-"


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
    return in_the_talk(text, found, memory, kb, matcher)


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
        if elsewhere(found.match) >= ELSEWHERE_FROM:
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
