"""What an operator sets reaches the containers, and what Telegram sends reaches the bot."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from bot.hook import webhook_path
from bot.intake.webhook import SECRET_HEADER
from bot.settings import Settings, load_settings

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
NEEDED = {
    "TELEGRAM_BOT_TOKEN": "1:a",
    "PUBLIC_URL": "https://bot.example.org",
    "POSTGRES_PASSWORD": "hush",
}
OWN = {"DATABASE_URL", "STATE_DIR", "LISTEN", "ROLE"}
"""What compose.yaml itself decides."""


def filled(text: str, given: dict[str, str]) -> str:
    """A value with the settings of ``.env`` put in, as compose does it."""

    def put(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name, how, other = found[1], found[2], found[3]
        value = given.get(name, "")
        if how == ":+":
            return other if value else ""
        assert value or how == ":-", f"{name} is not set"
        return value or other

    assert not re.search(r"(?<!\$)\$(?![${])", text), f"compose takes no lone $: {text}"
    return re.sub(r"\$\$|\$\{(\w+)(?:(:[-+?])([^}]*))?\}", put, text)


def served(service: str, **given: str) -> dict[str, str]:
    """The environment of a container."""
    environment: dict[str, Any] = COMPOSE["services"][service]["environment"]
    return {name: filled(text, NEEDED | given) for name, text in environment.items()}


def settings(monkeypatch: pytest.MonkeyPatch, service: str, **given: str) -> Settings:
    for name, value in served(service, **given).items():
        monkeypatch.setenv(name, value)
    return load_settings(_env_file=None)


@pytest.mark.parametrize("service", ["web", "worker"])
def test_a_switch_in_env_is_a_switch_in_the_containers(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    given = {"DOSE_CALCULATOR": "false", "SHOW_NOTES": "no", "COUNTRY": "gb", "SEND_RATE": "5"}
    known = settings(monkeypatch, service, **given)
    assert (known.dose_calculator, known.show_notes) == (False, False)
    assert (known.country, known.send_rate) == ("GB", 5)
    assert known.role == service


@pytest.mark.parametrize("service", ["web", "worker"])
def test_every_setting_reaches_the_containers(service: str) -> None:
    environment = COMPOSE["services"][service]["environment"]
    missing = {name.upper() for name in Settings.model_fields} - environment.keys()
    assert missing == set()
    for name in {name.upper() for name in Settings.model_fields} - OWN:
        assert f"${{{name}:" in environment[name], f"{name} is not what .env says"


@pytest.mark.parametrize("service", ["web", "worker"])
@pytest.mark.parametrize("password", ["p@ss/w:rd", "50%25", "a#b?c"])
def test_any_password_is_the_servers_and_ours(
    monkeypatch: pytest.MonkeyPatch, service: str, password: str
) -> None:
    """In an address some of it would be read as the host, or as something else."""
    url = settings(monkeypatch, service, POSTGRES_PASSWORD=password).database_url
    assert url is not None
    assert make_url(url.get_secret_value()).host == "db"
    (server,) = (COMPOSE["services"]["db"]["environment"]["POSTGRES_PASSWORD"],)
    assert served(service, POSTGRES_PASSWORD=password)["PGPASSWORD"] == password
    assert filled(server, {"POSTGRES_PASSWORD": password}) == password


@pytest.mark.parametrize("service", ["web", "worker"])
def test_what_is_not_set_is_left_to_the_bot(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    known = settings(monkeypatch, service)
    for name, field in Settings.model_fields.items():
        if name.upper() not in {*OWN, *NEEDED}:
            assert getattr(known, name) == field.get_default(call_default_factory=True), name


@pytest.mark.parametrize("service", ["web", "worker"])
def test_a_knowledge_base_of_ones_own_is_where_the_setting_points(service: str) -> None:
    assert served(service)["KNOWLEDGE_DIR"] == ""
    assert served(service, KNOWLEDGE_DIR="our/base")["KNOWLEDGE_DIR"] == "/knowledge"
    (mount,) = (one for one in COMPOSE["services"][service]["volumes"] if isinstance(one, dict))
    assert filled(mount["source"], {"KNOWLEDGE_DIR": "our/base"}) == "our/base"
    assert (mount["type"], mount["target"], mount["read_only"]) == ("bind", "/knowledge", True)


def test_readmes_table_has_every_setting() -> None:
    table = (ROOT / "README.md").read_text().partition("\n## Settings\n")[2].partition("\n## ")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([A-Z_]+)`", row)}
    assert {name.upper() for name in Settings.model_fields} - named == set()


SITES = COMPOSE["configs"]["caddyfile"]["content"]


def handled(method: str, path: str, *headers: str) -> str:
    """What the proxy does with a request: its first ``handle`` that takes it."""
    shared = SITES.partition("(bot) {")[2].partition("\n}\n")[0]
    webhook = re.search(r"@webhook \{\s*method (\S+)\s*header (\S+) \*\s*\}", shared)
    assert webhook is not None
    telegrams = method == webhook[1] and webhook[2] in headers
    for matcher, does in re.findall(r"handle (\S*) ?\{\s*(.+)\s*\}", shared):
        if matcher == "@webhook" and telegrams:
            return str(does)
        if not matcher.startswith("@") and path.startswith(matcher.rstrip("*")):
            return str(does)
    return "200, which Telegram takes for delivered"


@pytest.mark.parametrize("tokens", ["1:a", "1:a,22:b"])
@pytest.mark.parametrize("end", ["", "/", "/hook"])
def test_the_proxy_passes_the_webhook_of_every_bot_on(tokens: str, end: str) -> None:
    known = load_settings(
        telegram_bot_token=tokens, public_url=NEEDED["PUBLIC_URL"] + end, _env_file=None
    )
    for one in known.per_bot():
        assert handled("POST", webhook_path(one), SECRET_HEADER) == "reverse_proxy web:8080"
    assert known.dashboard_at == "https://bot.example.org/dashboard"
    assert handled("GET", "/dashboard/figures") == "reverse_proxy web:8080"


@pytest.mark.parametrize("path", ["/metrics", "/ready", "/hook", "/1/metrics", "/telegram/x", "/"])
def test_what_is_not_passed_on_is_never_called_delivered(path: str) -> None:
    """Caddy says 200 to what nothing takes, and orders ``respond`` first outside of ``handle``."""
    assert handled("GET", path) == handled("POST", path) == "respond 404"
    assert handled("GET", path, SECRET_HEADER) == "respond 404"


def test_a_path_in_the_address_keeps_nothing_of_the_host_from_the_bot() -> None:
    """Caddy takes the path of an address for all that its site has, also a lone slash."""
    for address in (r"\$\{PUBLIC_URL\}", "https://"):
        assert re.search(rf"^{address} \{{\s*import bot\s*\}}$", SITES, re.MULTILINE), address
