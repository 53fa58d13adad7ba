"""Whatever is put around a red flag, it is still raised."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.kb.knowledge import packaged
from bot.kb.models import Urgency
from bot.kb.triage_rules import load_triage
from bot.turn.inbound import LONGEST, clean
from bot.turn.triage import triage

FLAGS = [
    "i want to kill myself",
    "i cant breathe and my throat is closing up",
    "worst headache of my life and everything is blurry",
    "my skin is blistering all over",
    "i took 10 capsules at once",
    "my toddler swallowed one of my capsules",
    "i suddenly cant see out of my left eye",
    "my son is having a seizure",
    "crushing chest pain going down my arm",
]
CHATTER = [
    "hello there",
    "my lips are dry",
    "i watched a movie yesterday",
    "does it cause hair loss?",
    "i read about it on reddit",
    "my friend took it last year",
    "no headache, no rash",
    "thanks for the help!",
    "i had acne years ago",
    "what if it comes back?",
    "my school project is due",
    "how long does it take to work?",
    "the weather is nice",
    "my dermatologist is lovely",
    "i never skip a dose",
]
ODD = st.sampled_from(["", "!!!", "...", " 😭😭", "\n", " 🙏", "???", " ;", "\u200b", " lol"])


RULES = load_triage(packaged() / "triage")


def is_emergency(text: str) -> bool:
    return any(f.urgency is Urgency.EMERGENCY for f in triage(clean(text), RULES).findings)


def with_case(text: str, how: str) -> str:
    if how == "mixed":
        return "".join(c.upper() if i % 2 else c for i, c in enumerate(text))
    return str(getattr(text, how)())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    flag=st.sampled_from(FLAGS),
    how=st.sampled_from(["lower", "upper", "title", "mixed"]),
    before=st.lists(st.sampled_from(CHATTER), max_size=6),
    after=st.lists(st.sampled_from(CHATTER), max_size=6),
    first=ODD,
    last=ODD,
)
def test_a_red_flag_is_raised_whatever_surrounds_it(
    *, flag: str, how: str, before: list[str], after: list[str], first: str, last: str
) -> None:
    parts = [*before, with_case(flag, how) + last, *after]
    assert is_emergency(first + " " + ". ".join(parts)), ". ".join(parts)


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_a_red_flag_is_raised_in_three_thousand_characters(flag: str, place: float) -> None:
    chosen = random.Random(7)
    chatter: list[str] = []
    while len(". ".join(chatter)) < 3000:
        chatter.append(chosen.choice(CHATTER))
    chatter.insert(int(place * len(chatter)), flag)
    text = ". ".join(chatter)
    assert len(text) <= LONGEST
    assert is_emergency(text)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=LONGEST))
def test_no_text_breaks_triage(text: str) -> None:
    triage(clean(text), RULES)


@pytest.mark.parametrize("endless", ["abcdefghij" * 30, "1,1," * 75 + " kg"])
def test_an_endless_word_costs_no_memory(endless: str) -> None:
    tracemalloc.start()
    try:
        assert not triage(endless, RULES).findings
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "I'm   su*cidal",
        "i wanna d1e and kill myself",
        "kms",
        "i want to unalive myself",
        "i caaaant breathe",
        "I CAN’T BREATHE",
        "k i l l myself, i want to",
        "sucidal thoughts now",
    ],
)
def test_masks_slang_and_slips_hide_nothing(text: str) -> None:
    assert is_emergency(text)


@given(st.sampled_from(FLAGS), st.data())
def test_a_line_break_in_its_middle_hides_no_red_flag(flag: str, data: st.DataObject) -> None:
    words = flag.split()
    breaks = data.draw(st.lists(st.sampled_from([" ", "\n", "\n\n"]), min_size=len(words) - 1,
                                max_size=len(words) - 1))  # fmt: skip
    text = words[0] + "".join(gap + word for gap, word in zip(breaks, words[1:], strict=True))
    assert is_emergency(text), text


@given(st.sampled_from(FLAGS), st.sampled_from(["no headache no rash", "no side effects so far"]))
def test_a_denial_in_one_line_denies_nothing_in_the_next(flag: str, denial: str) -> None:
    assert is_emergency(f"{denial}\n{flag}")
