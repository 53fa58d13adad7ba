"""Every setting of the bot: from the environment or ``.env``, checked once at the start."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from platformdirs import user_state_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from rapidfuzz import fuzz, process

TELEGRAM = "https://api.telegram.org/bot"
PAGES = "/dashboard"
_HOST = r"\w+://[^/?#@\\\s]+"
NEARLY = 85  # of 100: how alike a misspelt name is to the one that is meant
TELEGRAM_SENDS = 30  # messages a second that Telegram takes from one bot


class SettingsError(Exception):
    """A setting that cannot be used; the text says which, and what would be accepted."""


class StartError(Exception):
    """The bot cannot start; the text says why and what to do."""


class Settings(BaseSettings):
    """The names in upper case are the environment's; ``docs`` and README list them."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = TELEGRAM
    state_dir: Path = Field(default_factory=lambda: user_state_path("acne-bot"))
    database_url: SecretStr | None = None
    public_url: str | None = None
    listen: str = "127.0.0.1:8080"
    webhook_secret: SecretStr | None = None
    dashboard_url: str | None = None
    knowledge_dir: Path | None = None
    show_notes: bool = True
    dose_calculator: bool = True
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()  # of people, so above 0
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    language: str = "en"
    country: str | None = None

    role: Literal["all", "web", "worker"] = "all"
    workers: int = Field(default=64, ge=1, le=256)
    send_rate: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    questions_per_minute: int = Field(default=60, ge=0)
    stop_seconds: float = Field(default=8.0, gt=0, le=600)

    @field_validator("telegram_bot_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        """One token, or several with commas between them."""
        if value is None:
            return None
        tokens = [token.strip() for token in value.get_secret_value().split(",")]
        numbers = [token.partition(":")[0] for token in tokens if token.partition(":")[2]]
        if len(numbers) < len(tokens) or not all(n.isascii() and n.isdigit() for n in numbers):
            raise ValueError("a token looks like 123456789:AA..., as @BotFather gives it")
        if len(set(numbers)) < len(numbers):
            raise ValueError("two of the tokens are the same bot's; give each bot once")
        return SecretStr(",".join(tokens))

    @field_validator("language", mode="before")
    @classmethod
    def _not_the_desktops(cls, value: Any) -> Any:
        """Take none of ``en_US:en``: a desktop's own LANGUAGE, which is not meant for us."""
        if not isinstance(value, str):
            return value
        desktops = not {":", "_"}.isdisjoint(value)
        return cls.model_fields["language"].default if desktops else value.lower()

    @field_validator("listen")
    @classmethod
    def _port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not (host and port.isascii() and port.isdigit() and int(port) <= 65535):  # noqa: PLR2004
            raise ValueError("host:port, e.g. 127.0.0.1:8080; a port is 0 to 65535")
        return value

    @field_validator("language", "country")
    @classmethod
    def _two_letters(cls, value: str | None) -> str | None:
        if value is not None and not (len(value) == 2 and value.isascii() and value.isalpha()):  # noqa: PLR2004
            raise ValueError("a code of two letters: a language like en, a country like GB")
        return value

    @field_validator("state_dir", "knowledge_dir")
    @classmethod
    def _home(cls, value: Path | None) -> Path | None:
        """Read ``~`` as a shell does, which has no say in .env."""
        return value.expanduser() if value else value

    @field_validator("telegram_api_url", "public_url", "dashboard_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        """An address without a slash at its end, whose host and port can be read."""
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:  # its words would show the value
            good = False
        if not good:
            raise ValueError("an address looks like https://bot.example.org:8443")
        return value.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _route(cls, value: str | None) -> str | None:
        """What a route can be made of: the rest would be lost on the way, or read as a pattern."""
        if value is not None and not re.fullmatch(rf"{_HOST}(/[\w~-][\w.~-]*)*", value, re.ASCII):
            raise ValueError(
                "a host and perhaps a path of letters, digits and . _ ~ - and no more,"
                " like https://bot.example.org/hook"
            )
        return value

    @field_validator("dashboard_url")
    @classmethod
    def _pages(cls, value: str | None) -> str | None:
        """Where the pages are: under their own path of a host, and under no other."""
        if value is not None and not re.fullmatch(rf"{_HOST}({PAGES})?", value, re.ASCII):
            raise ValueError(f"a host whose {PAGES} is passed on, like https://bot.example.org")
        return value

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        """Take ``12, 34`` as well as a sequence."""
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and int(part) for part in parts):
            raise ValueError("numbers of people at Telegram with commas between, like 12345, 678")
        return tuple(map(int, parts))

    @field_validator("log_level", "country", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else "x"
        plain = text.replace("_", "").replace("-", "")
        if len(text) > 256 or not (plain.isascii() and plain.isalnum()):  # noqa: PLR2004 - the API's
            raise ValueError("use 1 to 256 of A-Z a-z 0-9 _ -")
        return value

    @model_validator(mode="after")
    def _roles_need(self) -> Self:
        if self.role != "all" and self.database_url is None:
            raise ValueError("ROLE web or worker needs DATABASE_URL, which the processes share")
        if self.role == "web" and self.public_url is None:
            raise ValueError("ROLE web needs PUBLIC_URL: it takes updates by the webhook alone")
        return self

    @property
    def listen_at(self) -> tuple[str, int]:
        """Host and port of ``LISTEN``."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def dashboard_at(self) -> str:
        """Where browsers find the dashboard: ``DASHBOARD_URL``, else where we are reached."""
        parts = urlsplit(self.dashboard_url or self.public_url or f"http://{self.listen}")
        return f"{parts.scheme}://{parts.netloc}{PAGES}"

    def per_bot(self) -> list[Self]:
        """The settings of each bot: of several, each its own token and webhook address."""
        tokens = self.telegram_bot_token.get_secret_value() if self.telegram_bot_token else ""
        if "," not in tokens:
            return [self]
        found = []
        for token in tokens.split(","):
            at = f"{self.public_url}/{token.partition(':')[0]}" if self.public_url else None
            changed = {"telegram_bot_token": SecretStr(token), "public_url": at}
            found.append(self.model_copy(update=changed))
        return found

    @property
    def bot_id(self) -> int:
        """The number before the token's colon; 0 without a token."""
        token = self.telegram_bot_token
        return int(token.get_secret_value().partition(":")[0]) if token else 0

    @property
    def sends_per_second(self) -> float:
        """Messages a second over all chats; 0 for no limit of ours.

        Unless ``SEND_RATE`` says otherwise: Telegram's 30 at Telegram, none elsewhere.
        """
        if self.send_rate is not None:
            return self.send_rate
        return TELEGRAM_SENDS if self.telegram_api_url == TELEGRAM else 0.0


def load_settings(**given: Any) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: naming each setting that cannot be used or is misspelt, never its value.
    """
    try:
        file = Path(given.get("_env_file", Settings.model_config.get("env_file")) or "")
        if file.is_file() and (faults := _misspelt(dotenv_values(file, interpolate=False))):
            raise SettingsError("\n".join(faults))
        return Settings(**given)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])).upper() or 'together'}: "
            + fault["msg"].removeprefix("Value error, ")
            for fault in error.errors(
                include_input=False, include_context=False, include_url=False
            )
        ]
        raise SettingsError("\n".join(faults)) from None
    except UnicodeDecodeError as why:
        raise SettingsError(f".env is not UTF-8 text ({why.reason}); save it as UTF-8") from None


def _misspelt(names: Iterable[str]) -> list[str]:
    """What is nearly a setting of ours: other programs' settings may stand in ``.env`` too."""
    ours = [name.upper() for name in Settings.model_fields]
    told = []
    for name in names:
        near = process.extractOne(name.upper(), ours, scorer=fuzz.ratio, score_cutoff=NEARLY)
        if near is not None and near[0] != name.upper():
            told.append(f"{name} in .env is no setting; {near[0]} is")
    return told
