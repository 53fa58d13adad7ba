"""What the bot is made of: known weaknesses, licences, and a bill of materials.

Run by ``.ci/run`` with the Python of a venv that holds pip-audit, pip-licenses and cyclonedx-bom;
the argument is the Python of the bot's own venv. Exit status 1: something must be looked at.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
SBOM = ROOT / "build" / "sbom.json"

# Permissive, and two that ask to share changes to the library itself (LGPL, MPL): we make none.
ALLOWED = {
    "0BSD", "3-Clause BSD License", "Apache 2.0", "Apache Software License", "Apache-2.0",
    "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "ISC License (ISCL)",
    "LGPL-3.0-only", "MIT", "MIT License", "MIT-CMU", "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)", "PSF-2.0", "Python Software Foundation License",
    "Unlicense", "Zlib",
}  # fmt: skip
# Packages that name none in their metadata; the licence was read in the package itself.
READ = {"axe-playwright-python": "MIT"}


def run(*words: str) -> str:
    """A tool's standard output, whatever its exit status."""
    tool = Path(sys.executable).with_name(words[0])
    words = (str(tool), *words[1:])
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT).stdout


def weaknesses(report: str) -> tuple[list[str], list[str]]:
    """Faults, and what was not looked at, of pip-audit's report."""
    try:
        found: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        return [], ["any package: pip-audit gave no report"]
    skipped = [one["name"] for one in found if "skip_reason" in one]
    faults = [
        f"{one['name']} {one['version']}: {hole['id']}, fixed in {hole['fix_versions'] or 'none'}"
        for one in found
        for hole in one.get("vulns", ())
    ]
    if not skipped:
        return faults, []
    return faults, [f"{len(skipped)} of {len(found)} packages: no advisory service answered"]


def strangers(report: str, locked: set[str]) -> list[str]:
    """Locked packages whose licence is not on the list."""
    found = []
    for one in json.loads(report):
        name = one["Name"].lower().replace("_", "-").replace(".", "-")
        if name not in locked:
            continue
        parts = re.split(r"\s+(?:AND|OR)\s+|;\s*", READ.get(name, one["License"]))
        if not all(part in ALLOWED or part.strip("()") in ALLOWED for part in parts):
            found.append(f"{one['Name']}: {one['License']}")
    return found


def main(python: str) -> int:
    """Check, and write the bill of materials."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    locked = {re.split("[=;[ ]", line)[0].lower().replace("_", "-") for line in lines if line}
    audit = run("pip-audit", "-r", str(LOCK), "--no-deps", "--disable-pip", "--timeout", "10",
                "--format", "json")  # fmt: skip
    faults, missed = weaknesses(audit)
    licences = run("pip-licenses", f"--python={python}", "--format=json", "--from=mixed")
    faults += [f"licence not on the list: {one}" for one in strangers(licences, locked)]
    SBOM.parent.mkdir(exist_ok=True)
    run("cyclonedx-py", "environment", "--no-validate", "--output-reproducible",
        "--pyproject", "pyproject.toml", "-o", str(SBOM), python)  # fmt: skip
    if not SBOM.is_file():
        faults.append("no bill of materials was written")
    for one in missed:
        print(f"NOT AUDITED: {one}")
    for one in faults:
        print(f"FAULT: {one}")
    print(f"{len(locked)} locked packages, {len(faults)} faults, {SBOM.relative_to(ROOT)} written")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
