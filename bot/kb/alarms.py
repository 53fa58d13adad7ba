"""What people write when a red flag is raised, and look-alikes: what the encoder learns from.

Only ``bot check`` and ``bot train`` read it; the bot itself carries what was learnt.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.kb.knowledge import UNRELATED, KnowledgeError
from bot.kb.models import NONE, Frozen, Urgency
from bot.kb.triage_rules import TriageRules
from bot.kb.yaml_file import Fault, line_of, parse

URGENCIES = (NONE, *Urgency)


class Alarm(Frozen):
    """A message, the red flag that it raises, and how urgent it is; ``none``: it raises none.

    ``unrelated``: and it is no question to this bot either.
    """

    row: str
    urgency: str
    text: str
    unrelated: bool = False


class AlarmFile(Frozen):
    """``alarms/<lang>.yaml``: messages by red flag.

    ``RF13`` is at the row's own urgency; ``RF13 emergency`` at another one, by its exceptions.
    ``none`` and ``unrelated`` raise nothing.
    """

    messages: Mapping[str, tuple[str, ...]]


def load_alarms(directory: Path, rules: TriageRules, language: str = "en") -> tuple[Alarm, ...]:
    """Load and check them.

    Raises:
        KnowledgeError: with every fault, each with its file and line.
    """
    file = f"alarms/{language}.yaml"
    faults: list[Fault] = []
    told = parse(directory / file, directory, AlarmFile, faults)
    found: list[Alarm] = []
    first: dict[str, str] = {}
    for key, texts in told.messages.items() if told else ():
        unrelated = key == UNRELATED
        row, _, urgency = (NONE if unrelated else key).partition(" ")
        known = rules.file.rows.get(row)
        if (known is None and row != NONE) or (urgency and urgency not in URGENCIES):
            what = f"{key!r} is no red flag with an urgency of {', '.join(URGENCIES)}"
            faults.append(Fault(file, line_of(directory / file, ("messages", key)), what))
            continue
        urgency = urgency or (str(known.urgency) if known else NONE)
        for number, text in enumerate(texts):
            if text in first:
                what = f"the same message stands under {first[text]}"
                line = line_of(directory / file, ("messages", key, number))
                faults.append(Fault(file, line, what))
            first.setdefault(text, key)
            found.append(Alarm(row=row, urgency=urgency, text=text, unrelated=unrelated))
    if faults:
        raise KnowledgeError(faults)
    return tuple(found)
