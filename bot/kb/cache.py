"""The trained matcher on disk, keyed by what it was trained on."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bot.kb.encoder import Encoder
from bot.kb.knowledge import Knowledge
from bot.kb.matcher import Matcher
from bot.kb.ngrams import Progress

VERSION = "6"  # change it whenever training or the files' form changes
KEPT = 3  # caches of other knowledge bases that stay


def matcher_for(
    kb: Knowledge,
    folder: Path,
    encoder: Encoder | None = None,
    progress: Progress = lambda _: None,
    *,
    balanced: bool = False,
    kept: int = KEPT,
) -> Matcher:
    """The matcher for a knowledge base: from the cache in ``folder``, or trained and put there.

    ``progress`` is told the share of a training that is done, 0 to 1; ``balanced``: labels weigh
    the same however many examples they have; ``kept``: how many matchers stay. A damaged cache is
    made again; one that cannot be written (full or read-only disk) costs time at the next start.
    """
    place = folder / f"matcher-{VERSION}-{kb.digest[:16]}"
    if (place / "complete").is_file():
        try:
            return Matcher.load(place, kb.words, kb.examples, encoder)
        except Exception:  # noqa: BLE001 - zip, JSON and numpy each have errors of their own
            shutil.rmtree(place, ignore_errors=True)
    matcher = Matcher.train(kb.words, kb.examples, encoder, progress, balanced=balanced)
    try:
        _keep(matcher, place, kept)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
    return matcher


def _keep(matcher: Matcher, place: Path, kept: int) -> None:
    """Write beside and rename, so that no other process sees half a cache."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix="matcher-new-", dir=place.parent))
    try:
        matcher.save(beside)
        (beside / "complete").touch()
        if not place.exists():
            beside.rename(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    old = sorted(place.parent.glob("matcher-*-*"), key=lambda p: p.stat().st_mtime)
    for other in old[:-kept]:
        shutil.rmtree(other, ignore_errors=True)
