"""Links and button codes: what is made can be read, what is forged is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reply import codes, links
from bot.turn.context import Context

ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)
clinic_ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,29}", fullmatch=True)
KEY, OTHER = b"k" * 32, b"o" * 32


@given(ids, st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_a_receipt_fits_a_link_and_comes_back(name: str, sha256: str) -> None:
    payload = links.receipt(name, sha256)
    assert len(links.url("a_bot", payload)) < 120
    assert links.read_payload(payload) == links.Link("v", name, sha256[:8])


@given(clinic_ids)
def test_a_clinic_link_holds_for_its_bot_and_key_only(name: str) -> None:
    link = links.read_payload(links.clinic(7, name, KEY))
    assert link is not None
    assert links.clinic_signed(7, link, KEY)
    assert not links.clinic_signed(8, link, KEY), "another bot's"
    assert not links.clinic_signed(7, link, OTHER), "revoked"


@given(st.text(max_size=80))
def test_any_payload_is_read_or_refused_without_an_error(payload: str) -> None:
    link = links.read_payload(payload)
    assert link is None or link.kind in "ptvcg"


@pytest.mark.parametrize("payload", ["v_a_0123abcd\n", "c_a_" + "x" * 23, "p_", "p_A", "p_a b"])
def test_near_misses_are_no_links(payload: str) -> None:
    assert links.read_payload(payload) is None


def test_a_carried_target_says_nothing_and_another_key_finds_nothing() -> None:
    payload = links.carry("t:alcohol", "abcdefgh", KEY)
    link = links.read_payload(payload)
    assert link is not None
    assert "alcohol" not in payload
    assert links.carried(link, ["p:what", "t:alcohol"], KEY) == "t:alcohol"
    assert links.carried(link, ["p:what", "t:alcohol"], OTHER) is None


@given(st.text(max_size=120))
def test_a_code_is_at_most_64_bytes_or_not_made(target: str) -> None:
    made = codes.code(codes.Press.SAY, target)
    assert made is None or len(made.encode("utf-8", "surrogatepass")) <= 64


@given(st.text(max_size=120))
def test_any_callback_data_is_read_or_refused(data: str) -> None:
    found = codes.read_code(data)
    assert found is None or isinstance(found.press, codes.Press)


def test_every_passage_and_topic_has_a_code_for_every_press(context: Context) -> None:
    for name in (*context.kb.passages, *context.kb.topics):
        for press in codes.Press:
            assert codes.read_code(codes.code(press, name) or "") == codes.Code(press, name)
