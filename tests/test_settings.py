"""Settings: what is read, and what is said of what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.hook import webhook_path
from bot.kb.knowledge import KnowledgeError, packaged
from bot.kb.loading import load
from bot.settings import SettingsError, load_settings
from bot.store import StoreError
from bot.store.opening import open_database


@pytest.mark.parametrize("desktops", ["en_US:en", "de_DE.UTF-8", "de:en"])
def test_a_desktop_s_own_language_is_not_meant_for_the_bot(
    monkeypatch: pytest.MonkeyPatch, desktops: str
) -> None:
    monkeypatch.setenv("LANGUAGE", desktops)
    assert load_settings(_env_file=None).language == "en"


def test_a_language_without_replies_is_told_in_one_line() -> None:
    with pytest.raises(KnowledgeError, match=r"LANGUAGE is 'xx'; .* en$") as why:
        load(packaged(), "xx")
    assert len(why.value.faults) == 1


@pytest.mark.parametrize("listen", ["127.0.0.1:99999", "8080", "127.0.0.1:http"])
def test_a_port_that_is_none_says_what_would_be_one(listen: str) -> None:
    with pytest.raises(SettingsError, match=r"LISTEN: .*host:port"):
        load_settings(_env_file=None, listen=listen)


@pytest.mark.parametrize("name", ["public_url", "dashboard_url", "telegram_api_url"])
@pytest.mark.parametrize("address", ["https://[bot.example.org", "https://bot.example.org:secret"])
def test_an_address_that_is_none_is_told_without_it(name: str, address: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"^{name.upper()}: .*https://bot\.example\.org:8443"
    ) as why:
        load_settings(_env_file=None, **{name: address})
    assert "secret" not in str(why.value)


@pytest.mark.parametrize("name", ["state_dir", "knowledge_dir"])
def test_the_home_folder_may_be_written_as_in_a_shell(name: str) -> None:
    settings = load_settings(_env_file=None, **{name: "~/acne"})
    assert getattr(settings, name) == Path.home() / "acne"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("public_url", "bot.example.org", "an address looks like https://bot.example.org"),
        ("telegram_api_url", "127.0.0.1:8081/bot", "an address looks like https://"),
        ("country", "England", "two letters: a language like en, a country like GB"),
        ("language", "english", "two letters: a language like en, a country like GB"),
        ("admin_ids", "@anna", "numbers of people at Telegram with commas between, like 12345"),
        ("admin_ids", "-1001234", "numbers of people at Telegram"),
        ("admin_ids", "12;34", "numbers of people at Telegram"),
        ("listen", "8080", "host:port, e.g. 127.0.0.1:8080"),
        ("public_url", "https://bot.example.org/hook?a=b", "like https://bot.example.org/hook"),
        ("public_url", "https://me:hush@bot.example.org", "like https://bot.example.org/hook"),
        ("public_url", "https://bot.example.org/{bot}", "a path of letters, digits and"),
        ("public_url", "https://bot.example.org//hook", "a path of letters, digits and"),
        ("public_url", "https://bot.example.org/../hook", "a path of letters, digits and"),
        ("dashboard_url", "https://bot.example.org/oak", "a host whose /dashboard is passed on"),
        ("dashboard_url", "https://bot.example.org?a=b", "a host whose /dashboard is passed on"),
    ],
)
def test_a_setting_that_cannot_be_used_says_in_words_what_could(
    name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=rf"^{name.upper()}: ") as why:
        load_settings(_env_file=None, **{name: value})
    assert said in str(why.value)
    assert not any(words in str(why.value) for words in ("pattern", "Value error"))


@pytest.mark.parametrize(
    ("end", "path"),
    [
        ("", "/telegram"),
        ("/", "/telegram"),
        ("/hook/", "/hook"),
        ("/our-bot/v1.2", "/our-bot/v1.2"),
    ],
)
def test_the_webhook_has_the_path_of_its_address_and_the_pages_their_own(
    end: str, path: str
) -> None:
    known = load_settings(_env_file=None, public_url=f"https://bot.example.org:8443{end}")
    assert webhook_path(known) == path
    assert known.dashboard_at == "https://bot.example.org:8443/dashboard"


@pytest.mark.parametrize("end", ["", "/", "/dashboard", "/dashboard/"])
def test_the_address_of_the_pages_may_name_their_path(end: str) -> None:
    known = load_settings(_env_file=None, dashboard_url=f"https://pages.example.org{end}")
    assert known.dashboard_at == "https://pages.example.org/dashboard"


@pytest.mark.parametrize("name", ["stop_seconds", "send_rate"])
@pytest.mark.parametrize("value", ["inf", "nan", "-1"])
def test_a_time_or_rate_without_end_is_none(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name.upper()}: "):
        load_settings(_env_file=None, **{name: value})


def test_a_misspelt_setting_is_told_and_other_programs_are_let_be(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("POSTGRES_PASSWORD=x\nDOMAIN=bot.example.org\nCONTRY=GB\n", "utf-8")
    with pytest.raises(SettingsError) as why:
        load_settings(_env_file=env)
    assert str(why.value) == "CONTRY in .env is no setting; COUNTRY is"
    env.write_text("POSTGRES_PASSWORD=x\nDOMAIN=bot.example.org\nCOUNTRY=GB\n", "utf-8")
    assert load_settings(_env_file=env).country == "GB"


def test_what_is_written_in_capitals_is_the_same_setting() -> None:
    settings = load_settings(_env_file=None, language="EN", country="gb", admin_ids="12, 34,")
    assert (settings.language, settings.country, settings.admin_ids) == ("en", "GB", (12, 34))


@pytest.mark.parametrize("coding", ["utf-16", "windows-1252"])
def test_an_env_file_in_another_coding_is_told_and_no_traceback(
    tmp_path: Path, coding: str
) -> None:
    env = tmp_path / ".env"
    env.write_text("# f\u00fcr uns\nLOG_LEVEL=INFO\n", encoding=coding)
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings(_env_file=env)


def test_a_database_address_with_a_port_of_letters_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="postgresql://user:password@host/db"):
        open_database(tmp_path, "postgresql://bot:secret@db:54x2/bot")
