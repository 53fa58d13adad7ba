"""A place becomes a time zone as people write places."""

from __future__ import annotations

import pytest

from bot.reply.places import _CITIES, _NAMES, _STATES, read_zone
from bot.reply.talk import zone_of


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("London", "Europe/London"),
        ("  new   york ", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Boston", "America/New_York"),
        ("Germany", "Europe/Berlin"),
        ("india", "Asia/Kolkata"),
        ("UK", "Europe/London"),
        ("eastern time", "US/Eastern"),
        ("europe/paris", "Europe/Paris"),
        ("+5:30", "UTC+05:30"),
        ("UTC-3", "UTC-03:00"),
        ("gmt +2", "UTC+02:00"),
        ("–5", "UTC-05:00"),
        ("I'm in London", "Europe/London"),
        ("i live in Dubai, UAE", "Asia/Dubai"),
        ("dubai uae", "Asia/Dubai"),
        ("new york usa", "America/New_York"),
        ("istanbul, turkey", "Asia/Istanbul"),
        ("berlin germany", "Europe/Berlin"),
        ("munich germany", "Europe/Berlin"),
    ],
)
def test_cities_countries_and_offsets_are_known(typed: str, zone: str) -> None:
    assert read_zone(typed) == zone


@pytest.mark.parametrize(
    "typed",
    ["atlantis", "usa", "+15", "+2:75", "", "what?", "etc/gmt+5", "london canada", "paris texas"],
)
def test_what_has_no_one_zone_is_asked_again(typed: str) -> None:
    assert read_zone(typed) is None


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("EST", "America/New_York"),
        ("eastern standard time", "US/Eastern"),
        ("pst time", "America/Los_Angeles"),
        ("my time zone is CET", "CET"),
        ("it's EST", "America/New_York"),
        ("EST (New York)", "America/New_York"),
        ("Texas", "America/Chicago"),
        ("i live in texas", "America/Chicago"),
        ("Dallas, TX", "America/Chicago"),
        ("houston texas", "America/Chicago"),
        ("Los Angeles, CA", "America/Los_Angeles"),
        ("Ontario", "America/Toronto"),
        ("Sydney NSW", "Australia/Sydney"),
        ("new york city", "America/New_York"),
        ("in the UK", "Europe/London"),
        ("bst", "Europe/London"),
    ],
)
def test_an_abbreviation_or_a_state_is_a_time_zone(typed: str, zone: str) -> None:
    assert read_zone(typed) == zone


@pytest.mark.parametrize("typed", ["hi", "ok", "me", "or", "no", "tx", "ist", "tennessee", "time"])
def test_a_small_word_or_the_code_of_a_state_alone_is_no_place(typed: str) -> None:
    assert read_zone(typed) is None


def test_every_city_of_ours_lies_in_a_zone_that_exists() -> None:
    for zone in (*_CITIES, *_STATES, *_NAMES):
        assert str(zone_of(zone)) == zone
