"""What the encoder learns from: the examples and the alarm messages, varied as people write them.

A red flag mostly comes beside something else, in the same breath: so do the messages here.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.kb.alarms import Alarm
from bot.kb.knowledge import NOT_FOR_US, UNRELATED, Knowledge
from bot.kb.models import NONE
from bot.kb.reading import Reader
from bot.turn.triage import triage

SLIPPED, AMONG_OTHERS = 0.15, 0.3  # shares of the samples of a pass that are varied so
IN_PASSING = 0.5  # of the alarms among others: told beside a question to the bot
RUN_ON = 0.4  # of the messages of several: people do not always end a sentence
JOINTS = (" ", ", ", " - ", " ... ", " and ", " but ", " also ", " btw ", " so ", " oh and ")


@dataclass(frozen=True)
class Sample:
    """A text as ``Reader.read`` gives it, with what each head is to say; empty: not known."""

    text: str
    questions: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()


Message = tuple[Sample, ...]
"""Sentences that stand in one message; what the whole is to say follows from them."""


def samples_of(kb: Knowledge, alarms: Sequence[Alarm]) -> list[Sample]:
    """All that the encoder learns from.

    A question raises nothing, unless the rules say that it does: then its red flag is not known.
    """
    reader = Reader(kb.words)
    calm = (NONE,)
    samples = []
    for example in kb.examples:
        known = () if triage(example.text, kb.triage).findings else calm
        samples.append(Sample(reader.read(example.text).text, example.labels, known, known))
    for alarm in alarms:
        text = reader.read(alarm.text).text
        questions = (UNRELATED,) if alarm.unrelated else ()
        samples.append(Sample(text, questions, (alarm.row,), (alarm.urgency,)))
    return samples


def as_people_write(samples: Sequence[Sample], draw: random.Random) -> list[Message]:
    """Each sample as a message: some with slips of the finger, some among other sentences."""
    beside = [sample for sample in samples if _says_nothing(sample)]
    asked = [sample for sample in samples if _only_asks(sample)]

    def among_others(sample: Sample) -> Message:
        flagged = sample.rows not in ((), (NONE,))
        first = asked if flagged and draw.random() < IN_PASSING else beside
        message = [sample]
        for others in (first, beside)[: draw.choice((1, 1, 2))]:
            message.insert(draw.choice((0, len(message))), draw.choice(others))
        return (_run_on(message, draw),) if draw.random() < RUN_ON else tuple(message)

    found: list[Message] = []
    for sample in samples:
        chance = draw.random()
        if chance < SLIPPED:
            found.append((replace(sample, text=_slipped(sample.text, draw)),))
        elif chance < SLIPPED + AMONG_OTHERS:
            found.append(among_others(sample))
        else:
            found.append((sample,))
    return found


def _says_nothing(sample: Sample) -> bool:
    """Whether a sentence may stand in any message without changing what the whole is."""
    for_us = bool(sample.questions) and sample.questions[0] not in NOT_FOR_US
    return sample.rows == (NONE,) and not for_us


def _only_asks(sample: Sample) -> bool:
    """Whether it is a question to the bot, and no red flag."""
    return sample.rows == (NONE,) and not _says_nothing(sample)


def whole(message: Message) -> Sample:
    """What a message says as a whole: what is asked in it, and the red flag in it."""
    if len(message) == 1:
        return message[0]
    text = " ".join(sample.text for sample in message)
    said = [sample for sample in message if not _says_nothing(sample)]
    if not said:
        return Sample(text, (), (NONE,), (NONE,))
    flagged = next((sample for sample in said if sample.rows != (NONE,)), said[0])
    asked = next((sample.questions for sample in said if sample.questions), ())
    return Sample(text, asked, flagged.rows, flagged.urgencies)


def _run_on(message: Sequence[Sample], draw: random.Random) -> Sample:
    """Its sentences as one, as nobody ends them who types on a phone."""
    text = message[0].text
    for sample in message[1:]:
        text = text.rstrip(" .!?") + draw.choice(JOINTS) + sample.text
    return replace(whole(tuple(message)), text=text)


def _slipped(text: str, draw: random.Random) -> str:
    """One letter in about every third longer word is lost, doubled or changes places."""
    words = text.split()
    for at, word in enumerate(words):
        if len(word) > 3 and word.isalpha() and draw.random() < 1 / 3:  # noqa: PLR2004
            cut = draw.randrange(1, len(word) - 1)
            first, letter, rest = word[:cut], word[cut], word[cut + 1 :]
            words[at] = first + draw.choice(
                (rest, letter + letter + rest, rest[:1] + letter + rest[1:])
            )
    return " ".join(words)
