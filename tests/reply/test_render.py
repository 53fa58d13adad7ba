"""What goes to Telegram is of a shape that it takes, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.reply.render import LONGEST, Mark, Page, edited, messages, page, parts_of, units
from bot.turn.answer import answer
from bot.turn.context import Context
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.turn import take_turn

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)
long_text = st.builds(
    lambda parts, times: " ".join(parts * times), st.lists(words, min_size=1, max_size=20),
    st.integers(1, 60),
).filter(lambda text: text.strip() != "")  # fmt: skip


def utf16(text: str, offset: int, length: int) -> str:
    raw = text.encode("utf-16-le")
    return raw[2 * offset : 2 * (offset + length)].decode("utf-16-le")


@given(long_text)
def test_every_message_fits_and_none_loses_a_word(text: str) -> None:
    parts = [text[start:end] for start, end in parts_of(Page(text))]
    assert all(0 < units(part) <= LONGEST for part in parts)
    assert all(part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(long_text, st.data())
def test_a_mark_covers_the_same_characters_after_splitting(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    shown = Page(text, (Mark(start, end, MessageEntity.BOLD),))
    found = ""
    for call in messages(shown, 1):
        for entity in call.kwargs.get("entities", ()):
            assert entity["offset"] >= 0
            assert entity["offset"] + entity["length"] <= units(call.kwargs["text"])
            found += utf16(call.kwargs["text"], entity["offset"], entity["length"])
    assert "".join(found.split()) == "".join(text[start:end].split())


@given(st.integers(0, 4000), st.integers(1, 60))
def test_a_link_is_never_cut(before: int, length: int) -> None:
    text = "a" * before + " " + "l" * length + " " + "z " * 3000
    shown = Page(text, (Mark(before + 1, before + 1 + length, MessageEntity.TEXT_LINK, "t.me"),))
    links = [e for call in messages(shown, 1) for e in call.kwargs.get("entities", ())]
    assert [link["length"] for link in links] == [length]


@pytest.mark.parametrize(
    "typed", ["<b>x</b>", "*x* _y_ `z`", "[a](http://e.vil)", "&amp;<script>"]
)
def test_nothing_typed_becomes_markup(context: Context, typed: str) -> None:
    _, reply = take_turn(Inbound(text=typed), Memory(), context)
    for call in messages(page(reply), 1):
        assert "parse_mode" not in call.kwargs
        assert typed not in call.kwargs["text"]


def test_a_quote_is_a_block_word_for_word_and_its_citation_links_to_the_receipt(
    context: Context,
) -> None:
    reply = answer(context.kb, ["side-effects", "duration"])
    lines = [line for line in reply.text.split("\n") if line.startswith("Source:")]
    receipts = dict(zip(lines, ("https://t.me/a", "https://t.me/b"), strict=True))
    call = messages(page(reply, receipts=receipts), 1)[0]
    text = call.kwargs["text"]
    kinds: dict[str, list[tuple[str, str | None]]] = {}
    for entity in call.kwargs["entities"]:
        shown = utf16(text, entity["offset"], entity["length"])
        kinds.setdefault(entity["type"], []).append((shown, entity.get("url")))
    quotes = [cited.quote for cited in reply.citations]
    assert [shown for shown, _ in kinds["expandable_blockquote"]] == quotes
    assert [url for _, url in kinds["text_link"]] == ["https://t.me/a", "https://t.me/b"]
    assert all(shown.startswith("Source:") for shown, _ in kinds["text_link"])
    assert kinds["bold"][0][0] == "Common side effects"


def test_every_passage_and_gap_fits_one_message(context: Context) -> None:
    for name in context.kb.passages:
        shown = page(answer(context.kb, [name]))
        assert len(list(parts_of(shown))) == 1, name


def test_an_answer_that_needs_two_messages_is_no_edit() -> None:
    assert edited(Page("a " * 3000), 1, 2, None) is None


def test_right_to_left_text_and_signs_beyond_the_first_plane_keep_their_offsets() -> None:
    reply = Reply(kind=Kind.CLARIFY, text="😀 مرحبا\n\nשלום 👩‍👩‍👧 abc")
    (call,) = messages(page(reply), 1)
    (bold,) = call.kwargs["entities"]
    assert utf16(call.kwargs["text"], bold["offset"], bold["length"]) == "😀 مرحبا"
