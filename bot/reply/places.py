"""Where a person is, as a time zone: a city, a country with one zone, or an offset."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

_SIGNED = re.compile(r"(?:utc|gmt)?\s*([+\-−–])\s*(\d{1,2})(?::?(\d{2}))?")
_HERE = re.compile(
    r"^(?:(?:i['’]?m|i am|i live|we live|we['’]?re|we are) )?in (?:the )?(?=\w)"
    r"|^(?:the |my )?time ?zone (?:is )?|^(?:it['’]?s|it is|i['’]?m on|i am on) "
)
_TIME = re.compile(r"(?: (?:standard|daylight|summer))?(?: time)?(?: ?zone)?$")
_FURTHEST = 14 * 60  # minutes: no zone lies further from Greenwich
_CITIES = {  # big cities that the time zone database does not name
    "America/New_York": "boston, miami, atlanta, philadelphia, washington, nyc, orlando,"
    " new york city, brooklyn, queens, manhattan, baltimore, charlotte, cleveland, cincinnati,"
    " pittsburgh, tampa",
    "America/Chicago": "houston, dallas, austin, san antonio, minneapolis, new orleans,"
    " fort worth, nashville, memphis, milwaukee, st louis, omaha, oklahoma city",
    "America/Denver": "el paso, salt lake city, colorado springs, albuquerque",
    "America/Phoenix": "tucson, mesa",
    "America/Los_Angeles": "san francisco, seattle, san diego, las vegas, portland, la,"
    " sacramento, san jose, oakland",
    "America/Toronto": "ottawa, quebec",
    "America/Sao_Paulo": "rio de janeiro, rio, brasilia",
    "Europe/London": "manchester, birmingham, glasgow, edinburgh, liverpool, leeds, uk, england,"
    " scotland, wales, united kingdom, great britain, bristol, nottingham, sheffield, leicester,"
    " cardiff, southampton, brighton, oxford, cambridge, aberdeen",
    "Europe/Berlin": "munich, hamburg, frankfurt, cologne, stuttgart",
    "Europe/Paris": "lyon, marseille, toulouse, nice",
    "Europe/Madrid": "barcelona, valencia, seville",
    "Europe/Rome": "milan, naples, turin",
    "Europe/Zurich": "geneva, basel, bern",
    "Europe/Istanbul": "ankara, izmir",
    "Europe/Moscow": "st petersburg, saint petersburg",
    "Africa/Johannesburg": "cape town, durban, pretoria",
    "Asia/Kolkata": "mumbai, delhi, new delhi, bangalore, bengaluru, chennai, hyderabad",
    "Asia/Karachi": "lahore, islamabad",
    "Asia/Dubai": "abu dhabi, uae",
    "Asia/Riyadh": "jeddah, mecca, medina",
    "Asia/Shanghai": "beijing, china, shenzhen, guangzhou",
    "Asia/Tokyo": "osaka, kyoto",
    "Asia/Seoul": "busan, south korea, korea",
    "Australia/Sydney": "canberra",
}
_STATES = {  # with one zone, or with nearly all people in one; a code counts behind a city only
    "America/New_York": "connecticut ct, delaware de, florida fl, georgia ga, maine me,"
    " maryland md, massachusetts ma, michigan mi, new hampshire nh, new jersey nj, new york ny,"
    " north carolina nc, ohio oh, pennsylvania pa, rhode island ri, south carolina sc, vermont vt,"
    " virginia va, west virginia wv, washington dc",
    "America/Chicago": "alabama al, arkansas ar, illinois il, iowa ia, kansas ks, louisiana la,"
    " minnesota mn, mississippi ms, missouri mo, nebraska ne, north dakota nd, oklahoma ok,"
    " texas tx, wisconsin wi",
    "America/Denver": "colorado co, montana mt, new mexico nm, utah ut, wyoming wy",
    "America/Phoenix": "arizona az",
    "America/Los_Angeles": "california ca, nevada nv, oregon or, washington state wa",
    "Pacific/Honolulu": "hawaii hi",
    "America/Toronto": "ontario on",
    "America/Vancouver": "british columbia bc",
    "America/Edmonton": "alberta ab",
    "America/Winnipeg": "manitoba mb",
    "America/Regina": "saskatchewan sk",
    "America/Halifax": "nova scotia ns",
    "Australia/Sydney": "new south wales nsw",
    "Australia/Melbourne": "victoria vic",
    "Australia/Brisbane": "queensland qld",
}
_NAMES = {  # of zones, as people say them; not "ist" and "ast", which are times of two places
    "America/New_York": "est, edt, et",
    "America/Chicago": "cst, cdt, ct",
    "America/Denver": "mst, mdt, mt",
    "America/Los_Angeles": "pst, pdt, pt",
    "Europe/London": "bst, british",
    "CET": "cet, cest, central european",
    "EET": "eet, eest, eastern european",
    "Asia/Kolkata": "indian",
    "Asia/Singapore": "sgt",
    "Asia/Manila": "pht",
    "Africa/Johannesburg": "sast",
    "Australia/Sydney": "aest, aedt",
    "Australia/Perth": "awst",
    "Pacific/Auckland": "nzst, nzdt, new zealand",
    "Europe/Madrid": "spain",
    "Europe/Lisbon": "portugal",
}
_COUNTRIES = {  # what the time zone database does not call a country
    "GB": "uk, united kingdom, great britain, england, scotland, wales",
    "US": "usa, us, america",
    "AE": "uae",
    "KR": "south korea, korea",
    "CZ": "czechia",
    "TR": "turkiye, turkey",
}


def read_zone(text: str) -> str | None:
    """A city or an offset as a zone's name: "new york", "I'm in Dubai, UAE", "UTC+5:30", "+2"."""
    plain = _HERE.sub("", _plain(text))
    if found := _SIGNED.fullmatch(plain):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes > _FURTHEST or int(found[3] or 0) > 59:  # noqa: PLR2004
            return None
        sign = "+" if found[1] == "+" else "-"
        return f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    plain = _TIME.sub("", plain)
    return _places().get(plain) or _in_country(plain.split()) or _in_state(plain.split())


def _in_country(words: list[str]) -> str | None:
    """The zone of a city with its country behind it; None where it lies in another."""
    for number in range(1, len(words)):
        zone = _places().get(" ".join(words[:number]))
        if zone and (" ".join(words[number:]), _city(zone)) in _cities_by_country():
            return zone
    return None


def _in_state(words: list[str]) -> str | None:
    """The zone of a place with another of the same zone behind it: "dallas tx", "EST (Boston)"."""
    for number in range(1, len(words)):
        zone, rest = _places().get(" ".join(words[:number])), " ".join(words[number:])
        behind = _places().get(rest) or _codes().get(rest)
        if zone and behind and _offsets(zone) == _offsets(behind):
            return zone
    return None


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Zones by the code of a state: "tx"."""
    return {one.rpartition(" ")[2]: zone for zone, one in _each(_STATES)}


def _each(named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((zone, one) for zone, names in named.items() for one in names.split(", "))


def _plain(text: str) -> str:
    """Lower case, single spaces, no accents and no points: "São  Paulo" is "sao paulo"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[._,()]+", " ", bare).casefold().split())


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Zones by city, and by country where it has one; built when first asked for."""
    found = {"utc": "UTC", "gmt": "UTC"}
    for name in sorted(available_timezones(), key=lambda name: (not name.startswith("US/"), name)):
        area, _, rest = name.partition("/")
        if rest and area not in ("Etc", "SystemV", "posix", "right"):
            found.setdefault(_city(name), name)
            found[name.casefold()] = name
    zones = defaultdict(list)
    for code, zone in _table("zone.tab"):
        zones[code].append(zone)
    for code, country in _table("iso3166.tab"):
        if len({_offsets(zone) for zone in zones[code]}) == 1:
            found.setdefault(_plain(country), zones[code][0])
    ours = {city: zone for zone, city in (*_each(_CITIES), *_each(_NAMES))}
    states = {one.rpartition(" ")[0]: zone for zone, one in _each(_STATES)}
    return {**states, **ours, **found}


@lru_cache(maxsize=1)
def _cities_by_country() -> frozenset[tuple[str, str]]:
    """Each country's name with each city that names a zone there."""
    names = [(code, _plain(name)) for code, name in _table("iso3166.tab")]
    names += [(code, name) for code, ours in _COUNTRIES.items() for name in ours.split(", ")]
    zones = _table("zone.tab")
    return frozenset(
        (name, _city(zone)) for code, name in names for at, zone in zones if at == code
    )


def _city(zone: str) -> str:
    """A zone's last part, which is the same where it lies in two continents."""
    return _plain(zone.rpartition("/")[2])


def _offsets(zone: str) -> tuple[dt.timedelta | None, ...]:
    """A zone's offsets in winter and in summer."""
    return tuple(
        dt.datetime(2026, month, 15, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7)
    )


def _table(name: str) -> list[tuple[str, str]]:
    """A table of the time zone database: a country's code with a zone, or with its name."""
    text = resources.files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return [(row[0], row[2] if name.startswith("zone") else row[1]) for row in rows]
