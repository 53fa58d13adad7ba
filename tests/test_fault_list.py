"""Each test that the lists of faults and threats name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["faults.md", "threat-model.md"])
def test_every_test_that_is_named_exists(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    here = "\n".join(file.read_text(encoding="utf-8") for file in ROOT.glob("tests/**/*.py"))
    tests = set(re.findall(r"def (test_\w+)\(", here))
    for named in set(re.findall(r"`(test_\w+?)(?:_?\.\.\.)?`", text)):
        assert any(test == named or test.startswith(named) for test in tests), named
    for file in set(re.findall(r"`(tests/[\w/]+\.py)`", text)):
        assert (ROOT / file).is_file(), file
