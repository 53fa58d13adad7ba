"""A clinic's posters can be printed and scanned; its commands say what is wrong."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from bot.clinic import ClinicError, commands, poster
from bot.reply import fonts
from bot.reply.fonts import font, undrawn
from bot.settings import Settings
from bot.store.clinics import Clinic
from bot.turn.context import Context
from tests.clinic.test_handover_commands import known_as

CARD = Clinic(id="oak", name="Oak & <Elm> Clinic", phone="555-0100", hours="9 to 5")
LINK = "https://t.me/acne_bot?start=c_oak_" + "x" * 22


@pytest.fixture
def laid(context: Context) -> poster.Poster:
    return poster.lay_out(CARD, LINK, "acne_bot", context.kb.replies)


@pytest.mark.parametrize("size", poster.Size)
def test_the_poster_prints_in_its_size_in_three_formats(
    laid: poster.Poster, size: poster.Size
) -> None:
    width, height = size.millimetres
    image = Image.open(io.BytesIO(poster.png(laid, size)))
    assert abs(image.width - width / 25.4 * poster.DPI) < 1
    assert abs(image.height - height / 25.4 * poster.DPI) < 1
    assert poster.pdf(laid, size).startswith(b"%PDF")
    root = ET.fromstring(poster.svg(laid, size))
    assert root.attrib["width"] == f"{width}mm"
    texts = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert "Oak & <Elm> Clinic" in texts
    assert sum(str(text).startswith("“") for text in texts) == 3


LONGEST = Clinic(
    id="long",
    name="University Hospital of the North, Department of Dermatology and Venereal Health"[:80],
    phone="+44 (0)1632 960 001 extension 12345",
    hours="Monday to Thursday 8:30 to 12:00 and 13:30 to 17:00, Friday 8:30 to 12:00, in August on"
    " mornings only, by letter"[:120],
    emergency="Call 999, or come to the emergency department in building 4, which is open day and"
    " night on every day",
)
SHORTEST = Clinic(id="a", name="A", phone="1")
UNBROKEN = Clinic(id="w", name="W" * 80, phone="8" * 40, hours="x" * 120, emergency="y" * 120)
ELSEWHERE = Clinic(
    id="sakura", name="さくら皮膚科クリニック" * 3, phone="03-5550-0100", hours="平日 9-17"
)


@pytest.mark.parametrize(
    "card", [CARD, LONGEST, SHORTEST, UNBROKEN, ELSEWHERE], ids=lambda card: card.id
)
def test_nothing_runs_into_the_code_or_off_the_sheet(context: Context, card: Clinic) -> None:
    laid = poster.lay_out(card, LINK, "acne_bot", context.kb.replies)
    bottom = laid.top + laid.side
    assert laid.side >= (250 if card is UNBROKEN else poster.SIDE)
    for line in laid.lines:
        above = line.y + line.size // 2 <= laid.top
        assert above or line.y - line.size // 2 >= bottom, line.text
        assert line.size // 2 <= line.y <= poster.TALL - line.size // 2
        assert font(line.size, bold=line.bold).getlength(line.text) <= 940
    heights = sorted((line.y - line.size // 2, line.y + line.size // 2) for line in laid.lines)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(heights))


def test_letters_that_no_font_here_has_are_told() -> None:
    assert undrawn("東京 Oak", bold=True) == "東京"
    assert undrawn("강남 Oak") == "강남"
    assert undrawn("Oak Skin Clinic, 9-17 “x”\u200d\ufeff\t", bold=True) == ""


def test_without_a_layout_from_right_to_left_such_letters_are_not_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "_turns", lambda: False)
    fonts._drawn.cache_clear()
    try:
        assert undrawn("عيادة Oak") == "عيادة"
    finally:
        fonts._drawn.cache_clear()


def test_a_name_that_no_font_here_has_is_on_the_svg_alone_and_the_note_says_so(
    tmp_path: Path, context: Context
) -> None:
    settings = Settings(state_dir=tmp_path, telegram_bot_token="99:AAx", _env_file=None)
    known_as(settings, "oak_bot")
    commands.add(settings, "Sakura", "1", clinic_id="sakura")
    files, note = commands.make_posters(settings, "sakura", tmp_path, context.kb.replies)
    assert (len(files), note) == (6, "")
    commands.add(settings, "さくら", "1", clinic_id="sakura")
    files, note = commands.make_posters(settings, "sakura", tmp_path, context.kb.replies)
    assert sorted(file.name for file in tmp_path.glob("sakura-*")) == [
        "sakura-a4.svg",
        "sakura-card.svg",
    ]
    assert all("さくら" in file.read_text(encoding="utf-8") for file in files)
    assert "no font here has さくら: print the SVG" in note


def test_the_picture_has_words_for_those_who_do_not_see_it(laid: poster.Poster) -> None:
    for part in ("Oak & <Elm> Clinic", "t.me/acne_bot", "555-0100"):
        assert part in laid.alt


def test_ids_come_from_names() -> None:
    assert commands.slug("St. Mary's Skin Clinic") == "st-marys-skin-clinic"
    assert commands.slug("Müller & Söhne") == "muller-sohne"


def test_a_second_clinic_whose_name_gives_the_first_ones_id_is_refused(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, telegram_bot_token="99:AAx", _env_file=None)
    north, south = (f"Royal Infirmary Dermatology Clinic {end}" for end in ("North", "South"))
    held, _ = commands.add(settings, north, "555-1")
    with pytest.raises(ClinicError, match=f"that of '{north}'; .* --id {held.id} changes"):
        commands.add(settings, south, "555-2")
    assert commands.all_of(settings) == [held]
    assert commands.add(settings, south, "555-2", clinic_id="south")[1]
    assert commands.add(settings, south, "555-3", clinic_id=held.id)[0].name == south  # meant


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "name: a name has 1 to 80 characters"),
        ({"name": "n" * 81}, "name: a name has 1 to 80 characters"),
        ({"name": "診所"}, "id: 1 to 30 of a-z .* a name with none of these needs --id"),
        ({"clinic_id": "Oak!"}, "id: 1 to 30 of a-z 0-9 and -"),
        ({"phone": "call us"}, "phone: a phone number has digits, and up to 40 characters"),
        ({"hours": "h" * 121}, "hours: it has up to 120 characters"),
        ({"emergency": "e" * 121}, "emergency: it has up to 120 characters"),
    ],
)
def test_a_field_that_cannot_be_used_is_told_with_what_could(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    settings = Settings(state_dir=tmp_path, telegram_bot_token="99:AAx", _env_file=None)
    with pytest.raises(ClinicError, match=rf"^{said}"):
        commands.add(settings, **{"name": "Oak", "phone": "555", **given})
    assert commands.all_of(settings) == []


def test_a_field_is_kept_in_one_line_without_what_cannot_be_seen(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, telegram_bot_token="99:AAx", _env_file=None)
    card, _ = commands.add(settings, " Oak\n \x1b\u202eClinic\t", "555\n0100", hours="9 to\n5")
    assert (card.id, card.name, card.phone, card.hours) == (
        *("oak-clinic", "Oak Clinic", "555 0100", "9 to 5"),
    )
    assert not commands.add(settings, "Oak  Clinic", "556")[1]  # the same


def test_commands_say_what_would_be_accepted(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, telegram_bot_token="99:AAx", _env_file=None)
    with pytest.raises(ClinicError, match="1 to 30 of a-z"):
        commands.add(settings, "診所", "1")
    commands.add(settings, "Oak", "555")
    with pytest.raises(ClinicError, match="Known: oak"):
        commands.link(settings, "elm")
    card, new = commands.add(settings, "Oak", "556")
    assert (card.phone, new) == ("556", False)
    assert [one.phone for one in commands.all_of(settings)] == ["556"]
    assert commands.counts(settings, "oak") == []
    commands.add(settings, "Oak", "556", "9 to 5", knowledge="/srv/oak")
    changed, _ = commands.add(settings, "Oak", "557")
    assert (changed.phone, changed.hours, changed.knowledge) == ("557", "9 to 5", "/srv/oak")
    assert commands.add(settings, "Oak", "557", hours="")[0].hours == ""
    assert not commands.add(settings, "Oak", "557", knowledge="")[0].knowledge
    commands.revoke(settings, "oak")
    commands.remove(settings, "oak")
    assert commands.all_of(settings) == []
    with pytest.raises(ClinicError, match="no clinic 'oak'"):
        commands.remove(settings, "oak")
