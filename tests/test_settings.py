"""Settings: what is read, and what is said of what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.kb.knowledge import KnowledgeError, load, packaged
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


def test_the_home_folder_may_be_written_as_in_a_shell() -> None:
    assert load_settings(_env_file=None, state_dir="~/acne").state_dir == Path.home() / "acne"


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
