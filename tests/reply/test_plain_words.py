"""Our own sentences are easy to read: Flesch reading ease of 60 and more, section by section."""

from __future__ import annotations

import re

import pytest

from bot.kb.knowledge import packaged
from bot.kb.loading import load

KB = load(packaged())
OURS = (
    "ask",
    "staff",
    "telegram",
    "media",
    "group",
    "inline",
    "clinic",
    "dashboard",
    "visit",
    "privacy",
    "trust",
    "reminder",
)
NAMES = re.compile(
    r"isotretinoin|accutane|telegram|emergency|medical advice|sha-256|\{\w+\}|/\w+", re.IGNORECASE
)


def syllables(word: str) -> int:
    """Groups of vowels, a silent e at the end left out."""
    groups = len(re.findall(r"[aeiouy]+", word))
    if re.search(r"[^aeiouyl]e$|(?:[^aeioutd])ed$", word) and groups > 1:
        groups -= 1
    return max(1, groups)


def flesch(text: str) -> float:
    """Flesch reading ease; names that no plainer word replaces count as one syllable."""
    plain = NAMES.sub("it", text).lower()
    sentences = [part for part in re.split(r"[.!?:\n]+", plain) if re.search(r"[a-z]", part)]
    words = re.findall(r"[a-z']+", plain)
    count = sum(map(syllables, words))
    return 206.835 - 1.015 * len(words) / len(sentences) - 84.6 * count / len(words)


@pytest.mark.parametrize("section", OURS)
def test_a_section_is_easy_to_read(section: str) -> None:
    text = "\n".join(KB.replies.texts[section].values())
    assert flesch(text) >= 60


LONG = [
    (section, key)
    for section in OURS
    for key, text in KB.replies.texts[section].items()
    if len(text.split()) >= 12
]


@pytest.mark.parametrize(("section", "key"), LONG)
def test_each_longer_text_is_easy_to_read(section: str, key: str) -> None:
    assert flesch(KB.replies.texts[section][key]) >= 60


def test_side_effects_to_tick_are_the_documents_own_words() -> None:
    for effect in KB.replies.texts["visit_effects"].values():
        assert effect in KB.source.text


def test_no_meaning_hangs_on_an_emoji_alone() -> None:
    for section in OURS:
        for text in KB.replies.texts[section].values():
            assert re.search(r"[A-Za-z]{3}", text)


def everywhere() -> dict[str, list[str]]:
    """What we say outside of the replies' file, by where it stands."""
    rows = KB.triage.file.rows.values()
    wording = KB.triage.file.wording
    notes = [note for passage in KB.passages.values() for note in passage.notes]
    notes += [note for topic in KB.topics.values() for note in topic.notes]
    return {
        "gaps": [KB.replies.say("gap.says", gap=topic.gap) for topic in KB.topics.values()],
        "notes": [note.text for note in notes],
        "what authorities say": [note.more for note in notes if note.more],
        "red flags": [text for row in rows for text in (row.say, row.line, row.safety)],
        "alerts": [
            wording.not_clinician,
            wording.can_miss,
            wording.local,
            wording.closed,
            wording.prescriber,
        ],
        "questions back": [
            text for one in KB.triage.file.questions.values() for text in (one.ask, one.now)
        ],
        "dose": list(KB.dose.says.values()),
    }


@pytest.mark.parametrize("place", list(everywhere()))
def test_what_we_say_elsewhere_is_easy_to_read_too(place: str) -> None:
    assert flesch("\n".join(everywhere()[place])) >= 60


@pytest.mark.parametrize("text", everywhere()["gaps"])
def test_each_gap_is_named_in_plain_words(text: str) -> None:
    assert flesch(text) >= 60
