"""The knowledge base in memory (it is loaded and checked in ``loading``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.kb.dose_rules import DoseRules
from bot.kb.models import Example, Note, Passage, Source, Topic
from bot.kb.replies import Replies
from bot.kb.triage_rules import TriageRules
from bot.kb.words import Words
from bot.kb.yaml_file import Fault

CHAT = "chat-"  # labels of small talk
SKIN_CARE = "skin-care"  # skin, but no isotretinoin in play
UNRELATED = "unrelated"
NOT_FOR_US = (SKIN_CARE, UNRELATED)
ELSEWHERE = "elsewhere"  # what the base is about, to the matcher of a document beside it


class KnowledgeError(Exception):
    """The knowledge base does not check; ``faults`` says all that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Knowledge:
    """All that the bot knows. ``digest`` changes whenever what the matcher learns from does."""

    source: Source
    passages: Mapping[str, Passage]
    topics: Mapping[str, Topic]
    examples: tuple[Example, ...]
    words: Words
    replies: Replies
    triage: TriageRules
    dose: DoseRules
    digest: str
    checked: Mapping[str, int]  # how many of each thing were checked
    apart: Mapping[str, Source] = field(default_factory=dict)  # id -> a clinic's own document

    def source_of(self, name: str) -> Source:
        """The document that a passage is quoted from, or that leaves a topic open."""
        return self.apart.get(name, self.source)

    def notes(self) -> Iterator[Note]:
        """Every note of ours, on passages and on topics."""
        for passage in self.passages.values():
            yield from passage.notes
        for topic in self.topics.values():
            yield from topic.notes


def packaged() -> Path:
    """The knowledge base that comes with the bot, in a wheel or in a checkout."""
    inside = Path(__file__).parent.parent / "knowledge"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "knowledge"
