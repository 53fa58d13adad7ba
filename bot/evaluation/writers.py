"""Leave one writer out: how well the questions of each voice are told by what the others taught.

The n-grams alone, which are trained anew for each voice in seconds; the encoder takes most of an
hour. A figure here says whether a new voice brings something new, not how good the bot is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.kb.knowledge import Knowledge
from bot.kb.matcher import Match, Matcher
from bot.kb.models import Example
from bot.turn.decide import Outcome, decide

FEWEST = 100  # questions; a smaller voice is not measured


@dataclass(frozen=True)
class Writer:
    """Shares of one voice's questions, as the others taught the n-grams."""

    voice: str
    n: int
    labelled: float  # the likeliest label is one of the question's own
    right: float  # of what the document answers: its passage given as the answer
    wrong: float  # ... another one
    passed_off: float  # of all other questions: a passage given as the answer


def leave_one_out(kb: Knowledge, tick: Callable[[], None]) -> Iterator[Writer]:
    """The figures of each voice; ``tick`` is called after each."""
    for voice in voices(kb):
        others = [example for example in kb.examples if example.voice != voice]
        matcher = Matcher.train(kb.words, others)
        told = [(one, matcher.match(one.text)) for one in kb.examples if one.voice == voice]
        yield _writer(voice, told, kb)
        tick()


def voices(kb: Knowledge) -> list[str]:
    """The voices that are large enough."""
    names = [example.voice for example in kb.examples]
    return sorted(voice for voice in set(names) if names.count(voice) >= FEWEST)


def _writer(voice: str, told: list[tuple[Example, Match]], kb: Knowledge) -> Writer:
    found = [(example, match, decide(match, kb)) for example, match in told]
    answers = {
        example.text: shown.names[0]
        for example, _, shown in found
        if shown.outcome is Outcome.ANSWER
    }
    ours = [example for example, _ in told if example.labels[0] in kb.passages]
    others = [example for example, _ in told if example.labels[0] not in kb.passages]
    right = sum(answers.get(example.text) in example.labels for example in ours)
    given = sum(example.text in answers for example in ours)
    labelled = sum(match.pairs()[0][0] in example.labels for example, match in told)
    passed_off = sum(example.text in answers for example in others)
    return Writer(
        voice=voice,
        n=len(told),
        labelled=labelled / len(told),
        right=right / max(len(ours), 1),
        wrong=(given - right) / max(len(ours), 1),
        passed_off=passed_off / max(len(others), 1),
    )
