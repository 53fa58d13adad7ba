"""Reading a message behind what was said before: "and for how long?".

None of a person's words are kept: what the talk is of are passages and topics with their shares
(``Memory.likely``), and for each of them stands its first example question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.kb.knowledge import CHAT, Knowledge
from bot.kb.matcher import Match, Matcher
from bot.kb.reading import MASK
from bot.kb.words import SHORT, FollowUp
from bot.turn.decide import Found, Outcome, decide, elsewhere
from bot.turn.memory import Memory

POLITE = (f"{CHAT}greeting", f"{CHAT}goodbye", f"{CHAT}thanks")
POLITE_FROM = 0.6  # of thanks and the like, from which a message is no follow-up
SURE = 0.7  # probability from which a guess is taken for sure
EITHER_FROM = 0.5  # probability of a gap, from which a message that points back may be of it
NAMED_FROM = 0.3  # of a gap, from which a message that points back is of it
TALK_FROM = 0.5  # of all passages and topics: from here on the talk is of our subject
OTHERWISE = 0.1  # the weight of what was not spoken of, beside the shares of what was
SUBJECTS = 2  # of the talk, behind which a message is read
OFFERED = 3
EITHER = "it may be of what was shown, or of something else"


def in_the_talk(text: str, found: Found, memory: Memory, kb: Knowledge, matcher: Matcher) -> Found:
    """What a message comes to behind what was said before; most come to what they do alone."""
    words, shown = kb.words.follow_up, memory.passage or memory.topic
    ours = sum(memory.likely.values()) >= TALK_FROM
    if words.is_bare(text) and not ours:
        return replace(found, outcome=Outcome.CLARIFY, why="it points at what was not said")
    if not (memory.isotretinoin or ours or (memory.likely and found.match.drug)):
        return found
    if shown is not None and (meant := words.meant_instead(text)) is not None:
        return _instead(meant, shown, memory, kb, matcher)
    if shown is not None and words.asks_on(text):
        return _offered(found, _what_comes_next(shown, kb), "it asks for what comes next")
    if memory.likely and words.asks_again(text):
        return _either(decide(_spoken_of(memory, found.match), kb, talk=True), found)
    return _behind(text, found, memory, kb, matcher)


def _behind(text: str, found: Found, memory: Memory, kb: Knowledge, matcher: Matcher) -> Found:
    """The same for a message without a subject, and one that goes on with the talk or is unclear.

    A gap that is hardly likelier than the rest is as unclear.
    """
    words, alone = kb.words.follow_up, found.match
    empty, leans = words.has_no_subject(text), words.leans(text)
    surely = found.outcome is Outcome.ANSWER or alone.pairs()[0][1] >= EITHER_FROM
    hardly = found.outcome is Outcome.GAP and not surely
    unclear = words.is_bare(text) or hardly or found.outcome in (Outcome.REFUSE, Outcome.CLARIFY)
    if found.outcome is Outcome.CHAT:
        polite = alone.among(POLITE) >= POLITE_FROM
        back = words.points_back(text) and not polite  # "what can i do about it"
        leans = leans and (back or alone.pairs()[0][1] < SURE)
        hardly = not surely or (leans and not polite)
        unclear = bool(memory.likely) and (empty or hardly)
    if not (unclear or empty or leans):
        return found
    read = _read(text, alone, memory, words, matcher)
    behind = decide(read, kb, talk=memory.isotretinoin or alone.drug)
    unlikely = behind.outcome is Outcome.GAP and read.pairs()[0][1] < NAMED_FROM
    if unlikely and words.points_back(text):
        near = [*_spoken_of(memory, alone).pairs()[:1], *read.best((*kb.passages, *kb.topics))]
        return _offered(behind, [name for name, _ in near], EITHER)
    if surely and not unclear:
        return _either(behind, found)
    again = memory.passage is not None and behind.names[:1] == (memory.passage,)
    likeliest = [name for name, _ in alone.best((*kb.passages, *kb.topics))[:2]]
    back = empty or (leans and words.points_back(text)) or memory.passage in likeliest
    if not again or back:
        return behind
    return _offered(behind, (*behind.names, *likeliest), EITHER)


def _read(text: str, alone: Match, memory: Memory, words: FollowUp, matcher: Matcher) -> Match:
    """A message by itself, weighed by what the talk is of, and before an example of that.

    Without a subject it says nothing by itself; what is of nothing of ours is read less so.
    """
    spoken = _spoken_of(memory, alone)
    joined = _joined(text, spoken, matcher)
    if joined is not None and words.has_no_subject(text):
        return _mean(joined, spoken)
    weighed = _weighed(text, alone, spoken, matcher)
    if joined is None or not (len(text.split()) <= SHORT or words.points_back(text)):
        return weighed
    return _mean(weighed, joined, (1 - elsewhere(alone)) / 2)


def _instead(meant: str, shown: str, memory: Memory, kb: Knowledge, matcher: Matcher) -> Found:
    """What "no, I mean ..." comes to: by its new words, and not what was shown once more."""
    found = decide(matcher.match(meant), kb, talk=True)
    if found.outcome is Outcome.REFUSE:
        others = {name: share for name, share in memory.likely.items() if name != shown}
        spoken = _spoken_of(memory.model_copy(update={"likely": others}), found.match)
        found = decide(_weighed(meant, found.match, spoken, matcher), kb, talk=True)
    if found.names[:1] != (shown,):
        return found
    return _offered(found, found.nearest, "what was shown is not what was meant")


def _what_comes_next(shown: str, kb: Knowledge) -> tuple[str, ...]:
    """What the document says after what was shown; behind a gap, what it says first."""
    here = [one for one in kb.passages.values() if kb.source_of(one.id) is kb.source_of(shown)]
    names = [one.id for one in sorted(here, key=lambda one: one.span.start)]
    at = names.index(shown) + 1 if shown in names else 0
    return (*names[at:], *names)


def _either(behind: Found, alone: Found) -> Found:
    """What a message comes to behind what was said, or alone; where they differ, both."""
    if behind.names[:1] == alone.names[:1]:
        return alone
    return _offered(behind, (*behind.names[:1], *alone.names[:1], *behind.nearest), EITHER)


def _offered(found: Found, names: Sequence[str], why: str) -> Found:
    """The first of these to choose from."""
    near = tuple(dict.fromkeys(names))[:OFFERED]
    return replace(found, outcome=Outcome.CLARIFY, names=near, nearest=near, why=why)


def _spoken_of(memory: Memory, alone: Match) -> Match:
    """What the talk is of, as probabilities."""
    row = np.array([memory.likely.get(name, 0.0) for name in alone.labels], dtype=np.float32)
    return Match(alone.labels, row / np.maximum(row.sum(), np.float32(1e-6)), alone.drug)


def _weighed(text: str, alone: Match, spoken: Match, matcher: Matcher) -> Match:
    """What a message says with the drug's name, weighed by whether the talk is of it."""
    read = alone if alone.drug else _mean(alone, matcher.match(f"{text} on {MASK}"))
    row = read.probabilities * (OTHERWISE + spoken.probabilities)
    return Match(alone.labels, row / row.sum(), alone.drug)


def _joined(text: str, spoken: Match, matcher: Matcher) -> Match | None:
    """What a message says before an example of each subject of the talk; None without one."""
    subjects = [(name, share) for name, share in spoken.pairs()[:SUBJECTS] if share > 0]
    if not subjects:
        return None
    rows = [
        matcher.match(f"{text} {matcher.example(name)}").probabilities * np.float32(share)
        for name, share in subjects
    ]
    whole = np.sum(rows, axis=0)
    return Match(spoken.labels, whole / whole.sum(), spoken.drug)


def _mean(one: Match, other: Match, share: float = 0.5) -> Match:
    """Both as one, the other with this share."""
    kept, taken = np.float32(1 - share), np.float32(share)
    mixed = kept * one.probabilities + taken * other.probabilities
    return Match(one.labels, mixed, one.drug)
