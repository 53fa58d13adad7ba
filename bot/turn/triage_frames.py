"""How a sign is meant: denied, only asked about, supposed, past, told of others, or fiction."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.kb.triage_file import Frame, Status, TriageFile
from bot.turn.triage_match import Hit
from bot.turn.triage_read import Reading, Token

DENIAL_REACH = 6  # words after "no" or "don't have" that it may deny
NEAREST = 8  # frames looked at before a sign
LIST_ITEM = 4  # words of an item in "no a, b or c"
LOOKALIKE = "Lookalike"  # the hits of harmless things in the words of a red flag


class Frames:
    """The states of the signs in one message."""

    def __init__(self, reading: Reading, hits: Iterable[Hit], file: TriageFile) -> None:
        """Find what denies and what frames; ``hits`` are all of the message."""
        self._tokens = reading.tokens
        self._file = file
        self._hits: dict[str, list[Hit]] = defaultdict(list)
        for hit in hits:
            self._hits[hit.concept].append(hit)
        self._clauses: dict[int, list[int]] = defaultdict(list)
        for at, token in enumerate(reading.tokens):
            self._clauses[token.clause].append(at)
        self._words: dict[tuple[str, int], set[str]] = defaultdict(set)
        for token in reading.tokens:
            self._words["clause", token.clause].update(token.forms)
            self._words["sentence", token.sentence].update(token.forms)
        self._spent = self._spent_negators(file)
        self._denied = self._denials()
        sayings = (*self._hits["Idiom"], *self._hits[LOOKALIKE])
        self._idle = {at for saying in sayings for at in saying.words}
        self._framing: dict[tuple[str, int], list[Hit]] = defaultdict(list)
        for status in file.frames:
            for by in sorted(self._hits[f"Frame_{status}"], key=lambda by: by.words):
                self._framing[status, self._tokens[by.words[0]].sentence].append(by)
        self._present = frozenset(file.present)
        self._current = frozenset(file.current)
        self._then = frozenset(file.past_verbs)

    def states(self, hit: Hit) -> frozenset[Status]:
        """Every state that takes the force from a sign; empty where it is meant."""
        found: set[Status] = set()
        if not self._idle.isdisjoint(hit.words):
            found.add("idiom")
        if any(self._denied.get(at, set()) - set(hit.words) for at in hit.words):
            found.add("denied")
        sentence = self._tokens[hit.words[0]].sentence
        for status, frame in self._file.frames.items():
            frames: Sequence[Hit] = self._framing.get((status, sentence), ())
            if frame.reach == "message":
                frames = self._hits[f"Frame_{status}"]
            elif frame.reach == "before":
                frames = self._nearest(hit, frames)
            if any(self._framed(hit, by, status, frame) for by in frames if self._acts(hit, by)):
                found.add(status)
        return frozenset(found)

    def _nearest(self, hit: Hit, frames: Sequence[Hit]) -> Sequence[Hit]:
        """The last few frames that begin before a sign: what ends them ends those before, too."""
        before = bisect_right(frames, hit.words[0], key=lambda by: by.words[0])
        return frames[max(0, before - NEAREST) : before]

    def _acts(self, hit: Hit, by: Hit) -> bool:
        """Whether a frame is no part of the sign itself and not denied ("never used to")."""
        if hit.words[0] <= by.words[0] and by.words[-1] <= hit.words[-1]:
            return False
        return not (self._denied.get(by.words[0], set()) - set(by.words))

    def _spent_negators(self, file: TriageFile) -> set[int]:
        """Words that deny nothing: part of a sign ("no appetite") or of "not sure"."""
        spent = {at for hit in self._hits["NotDenial"] for at in hit.words}
        for name in file.concepts:
            spent |= {at for hit in self._hits[name] for at in hit.words}
        return spent

    def _denials(self) -> Mapping[int, set[int]]:
        denied: dict[int, set[int]] = defaultdict(set)
        until = {hit.words[0] for hit in self._hits["Until"]}
        for denial in self._hits["Denial"]:
            first, last = denial.words[0], denial.words[-1]
            if first in self._spent:
                continue
            for at in self._reach_of(last, until):
                denied[at].add(first)
        return denied

    def _reach_of(self, last: int, until: set[int]) -> list[int]:
        clause = self._tokens[last].clause
        reached: list[int] = []
        for at in range(last + 1, min(last + 1 + DENIAL_REACH, len(self._tokens))):
            if self._tokens[at].clause != clause or at in until:
                break
            reached.append(at)
        return reached + self._list_after(clause)

    def _list_after(self, clause: int) -> list[int]:
        """The items b and c of "no a, b or c"."""
        items: list[int] = []
        while True:
            here = self._clauses[clause]
            following = self._clauses.get(clause + 1, [])
            if not following or self._tokens[following[0]].sentence != self._sentence(here):
                return []
            words = [self._tokens[at] for at in following]
            if len(words) > LIST_ITEM or any(_is(w, self._file.subjects) for w in words):
                return []
            items += following
            if any(_is(w, ("or", "nor")) for w in words):
                return items
            clause += 1

    def _sentence(self, clause: list[int]) -> int:
        return self._tokens[clause[0]].sentence if clause else -1

    def _framed(self, hit: Hit, by: Hit, status: Status, frame: Frame) -> bool:
        mine, theirs = self._tokens[hit.words[0]], self._tokens[by.words[0]]
        if mine.sentence != theirs.sentence:
            return frame.reach == "message" and self._words["sentence", mine.sentence].isdisjoint(
                frame.until
            )
        if status in ("past", "finished"):
            return not self._is_present(mine.clause, same=mine.clause == theirs.clause)
        if frame.reach != "sentence" and by.words[0] > hit.words[0]:
            return False
        later = range(theirs.clause + 1, mine.clause + 1)
        return all(self._words["clause", clause].isdisjoint(frame.until) for clause in later)

    def _is_present(self, clause: int, *, same: bool) -> bool:
        """Whether a clause speaks of now; ``same``: "years ago" stands in it."""
        words = self._words["clause", clause]
        if not words.isdisjoint(self._current):
            return True
        if same:
            return False
        return not words.isdisjoint(self._present) or words.isdisjoint(self._then)


def _is(token: Token, words: Iterable[str]) -> bool:
    return not set(token.forms).isdisjoint(words)
