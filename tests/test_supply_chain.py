"""CI's look at what the bot is made of, and the image that it runs in."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def chain() -> ModuleType:
    spec = importlib.util.spec_from_file_location("chain", ROOT / ".ci" / "supply_chain.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_known_weakness_is_a_fault(chain: ModuleType) -> None:
    hole = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
    report = {"dependencies": [{"name": "a", "version": "1.0", "vulns": [hole]}]}
    faults, missed = chain.weaknesses(json.dumps(report))
    assert faults == ["a 1.0: PYSEC-1, fixed in ['2.0']"]
    assert missed == []


SKIPPED = '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}'


@pytest.mark.parametrize("report", ["", "Traceback", SKIPPED])
def test_what_was_not_audited_is_never_called_clean(chain: ModuleType, report: str) -> None:
    faults, missed = chain.weaknesses(report)
    assert faults == []
    assert len(missed) == 1


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND 0BSD AND (MIT OR Zlib)", True),
        ("MIT License; ISC License (ISCL)", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0", False),
        ("UNKNOWN", False),
    ],
)
def test_every_part_of_a_licence_must_be_on_the_list(
    chain: ModuleType, licence: str, fine: bool
) -> None:
    report = json.dumps([{"Name": "Some_Thing", "License": licence}])
    assert (chain.strangers(report, {"some-thing"}) == []) is fine
    assert chain.strangers(report, {"another"}) == []


def test_the_image_runs_as_nobody_in_particular_and_is_read_only() -> None:
    docker = (ROOT / "Dockerfile").read_text()
    final = docker[docker.rindex("\nFROM ") :]
    user = re.search(r"^USER (\S+)", final, re.MULTILINE)
    assert user is not None
    assert user[1] not in ("root", "0")
    assert final.index("\nUSER ") < final.index("\nCMD ")
    assert "--uid 10001" in final
    assert "VOLUME /state" in final
    assert "ENV STATE_DIR=/state" in final
    assert re.search(r"(PASSWORD|TOKEN|SECRET)\s*=\s*\S", docker) is None
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    for name in ("web", "worker"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert "ports" not in service, "only the proxy is reached from outside"
    assert int(compose["services"]["web"]["stop_grace_period"].rstrip("s")) > 8, "STOP_SECONDS"
