"""The packaged knowledge base, and tables beside the tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.kb.knowledge import Knowledge, packaged
from bot.kb.loading import load
from bot.kb.yaml_file import PlainLoader


@cache
def knowledge() -> Knowledge:
    return load(packaged())


def table(name: str) -> dict[str, Any]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.load(text, Loader=PlainLoader)
    return read
