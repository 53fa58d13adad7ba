"""Pictures of an evaluation, for ``docs/matching.md``: who is taken for whom, and how sure it is.

Needs the ``plots`` extra (matplotlib); the bot itself never imports this.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure as Canvas

from bot.evaluation.messages import Judged, reliability
from bot.turn.reply import Kind

DOTS = 130  # per inch


def draw(judged: Sequence[Judged], passages: Sequence[str], into: Path) -> list[Path]:
    """Write ``confusion.png`` and ``reliability.png``; gives their paths."""
    into.mkdir(parents=True, exist_ok=True)
    drawn = {
        "confusion.png": _confusion(judged, passages),
        "reliability.png": _reliability(judged),
    }
    paths = []
    for name, canvas in drawn.items():
        canvas.savefig(into / name, dpi=DOTS, bbox_inches="tight", facecolor="white")
        paths.append(into / name)
    return paths


def _confusion(judged: Sequence[Judged], passages: Sequence[str]) -> Canvas:
    """Wanted down, shown across; each row is in per cent of its messages."""
    asked = [one for one in judged if one.row.label in ("answer", "gap", "other", "chat")]
    kinds = sorted({one.row.kind for one in asked if one.row.label != "answer"})
    wanted = [*passages, *kinds]
    shown = [*passages, *sorted(set(Kind) - {Kind.ANSWER})]
    counts = np.zeros((len(wanted), len(shown)))
    for one in asked:
        cited = [citation.passage for citation in one.reply.citations]
        to = cited[0] if one.reply.kind is Kind.ANSWER and cited else one.reply.kind
        fits = to if to in one.row.passages else next(iter(one.row.passages), one.row.kind)
        if to in shown and fits in wanted:
            counts[wanted.index(fits), shown.index(to)] += 1
    totals = counts.sum(axis=1, keepdims=True)
    shares = 100 * counts / np.maximum(totals, 1)
    canvas = Canvas(figsize=(11, 9))
    axes = canvas.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    axes.set_xticks(
        range(len(shown)), [name.replace("_", " ") for name in shown], rotation=60, ha="right"
    )
    labels = [f"{name} ({int(n)})" for name, (n,) in zip(wanted, totals, strict=True)]
    axes.set_yticks(range(len(wanted)), labels)
    for row, line in enumerate(shares):
        for column, share in enumerate(line):
            if share >= 0.5:  # noqa: PLR2004 - what rounds to a per cent
                dark = "white" if share > 55 else "black"  # noqa: PLR2004 - legible on the blue
                axes.text(column, row, f"{share:.0f}", ha="center", va="center", color=dark)
    axes.set_xlabel("shown")
    axes.set_ylabel("wanted (messages)")
    axes.set_title("What each kind of message was shown, in per cent")
    return canvas


def _reliability(judged: Sequence[Judged]) -> Canvas:
    """How often answers of a stated confidence were right; on the diagonal is honest."""
    cells = reliability(judged)
    canvas = Canvas(figsize=(6, 6))
    axes = canvas.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="honest")
    axes.plot(
        [cell.promised for cell in cells],
        [cell.kept for cell in cells],
        marker="o",
        label="answers",
    )
    for cell in cells:
        axes.annotate(
            f"n={cell.n}", (cell.promised, cell.kept), (6, -10), textcoords="offset points"
        )
    axes.set(
        xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence stated", ylabel="share that was right"
    )
    axes.set_title("Confidence of the answers")
    axes.legend(loc="upper left")
    return canvas
