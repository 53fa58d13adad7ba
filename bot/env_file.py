"""Writing ``.env``: one setting a line, readable by its owner only, everything else kept."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PLAIN = re.compile(r"[A-Za-z0-9_:/.,@+~?=&%-]*")  # what needs no quotes in the file


def put(file: Path, settings: Mapping[str, str | None]) -> None:
    """Set each name to its value, or take it out where the value is None.

    Other lines stay as they are. The file is replaced in one step, with mode 0600.

    Raises:
        OSError: it cannot be written.
        ValueError: a value has a character that the file would not hold as it is.
    """
    for value in settings.values():
        if not _PLAIN.fullmatch(value or ""):
            raise ValueError("it may have letters, digits and _ : / . , @ + ~ ? = & % - only")
    file = file.resolve()
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    kept = [line for line in lines if _name(line) not in settings]
    kept += [f"{name}={value}" for name, value in settings.items() if value is not None]
    number, beside = tempfile.mkstemp(prefix=".env-", dir=file.parent)  # made with mode 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as out:
            out.write("".join(f"{line}\n" for line in kept))
            out.flush()
            os.fsync(out.fileno())
        Path(beside).replace(file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _name(line: str) -> str:
    """The setting that a line sets, in capitals; "" for a comment."""
    name = line.strip().removeprefix("export ").partition("=")[0].strip()
    return "" if name.startswith("#") else name.upper()
