"""Another language is told from English as people write it."""

from __future__ import annotations

import pytest

from bot.kb.knowledge import packaged
from bot.kb.language import is_foreign
from bot.kb.loading import load

WORDS = load(packaged(), "en").words


@pytest.mark.parametrize(
    "text",
    [
        "Wie lange dauert die Behandlung?",
        "puedo beber alcohol con isotretinoina",
        "combien de temps ça dure",
        "hoe lang duurt de kuur",
        "сколько длится лечение",
        "ما هي الآثار الجانبية",
        "apakah boleh minum alkohol",
    ],
)
def test_a_question_in_another_language_is_known_as_one(text: str) -> None:
    assert is_foreign(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "dry lips accutane help",
        "lips r wrecked, normal??",
        "my derm in El Paso put me on it",
        "que? what do you mean",
        "is la roche posay ok with it",
        "70 kg",
        "die hard fan of sunscreen",
        "",
        "😂😂",
    ],
)
def test_english_in_a_hurry_is_english(text: str) -> None:
    assert not is_foreign(text, WORDS)


def test_the_questions_that_it_learnt_from_are_english_but_for_a_few() -> None:
    examples = load(packaged(), "en").examples
    assert sum(is_foreign(one.text, WORDS) for one in examples) < len(examples) / 1000
