"""Matching against peers on the same messages in the same run.

``pip install rank-bm25 cairn-assistant``, then ``python bench/peers.py``. Each peer ranks the raw
passages, as it is made to; a peer that is not installed is left out, by name.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rapidfuzz import fuzz, process

from bot.brain import build_context
from bot.evaluation.messages import Row, read_rows
from bot.kb.knowledge import packaged
from bot.settings import load_settings
from bot.turn.memory import Memory
from bot.turn.search import Outcome, search

Answer = Callable[[str], str | None]  # a passage's id, or None for a refusal


def ours() -> Answer:
    context = build_context(load_settings())

    def answer(text: str) -> str | None:
        found = search(text, Memory(), context.kb, context.matcher)
        return found.names[0] if found.outcome is Outcome.ANSWER else None

    return answer


def rapid(quotes: dict[str, str], floor: float = 45.0) -> Answer:
    def answer(text: str) -> str | None:
        found = process.extractOne(text, quotes, scorer=fuzz.token_set_ratio, score_cutoff=floor)
        return str(found[2]) if found else None

    return answer


def bm25(quotes: dict[str, str], floor: float = 3.0) -> Answer:
    from rank_bm25 import BM25Okapi  # noqa: PLC0415 - a peer that may be missing

    names = list(quotes)
    words = re.compile(r"\w+")
    index = BM25Okapi([words.findall(quote.lower()) for quote in quotes.values()])

    def answer(text: str) -> str | None:
        scores = index.get_scores(words.findall(text.lower()))
        best = int(scores.argmax())
        return names[best] if scores[best] >= floor else None

    return answer


def cairn(quotes: dict[str, str]) -> Answer:
    """With its defaults; each passage is a document of one paragraph."""
    from cairn.config import load_config  # noqa: PLC0415 - a peer that may be missing
    from cairn.engine import ask  # noqa: PLC0415
    from cairn.index import build_index  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        for name, quote in quotes.items():
            head = f"---\nid: {name}\ntitle: {name}\nlang: en\nsynthetic: false\n---\n"
            text = head + " ".join(quote.split()) + "\n"
            (Path(folder) / f"{name}.md").write_text(text, encoding="utf-8")
        index = build_index(folder)
    settings = load_config()

    def answer(text: str) -> str | None:
        found = ask(text, index, settings, lang="en").answer
        return found.sources[0].source_id.split("#")[0] if found.sources else None

    return answer


def line(name: str, answer: Answer, rows: list[Row]) -> str:
    begun = time.perf_counter()
    got = [answer(row.said[-1]) for row in rows]
    each = (time.perf_counter() - begun) / len(rows) * 1000
    asked = [(row, a) for row, a in zip(rows, got, strict=True) if row.label == "answer"]
    right = sum(a in row.passages for row, a in asked) / len(asked)
    wrong = sum(a is not None and a not in row.passages for row, a in asked) / len(asked)
    others = [a for row, a in zip(rows, got, strict=True) if row.label != "answer"]
    refused = sum(a is None for a in others) / len(others)
    figures = f"right {right:.3f}  wrong {wrong:.3f}  others refused {refused:.3f}"
    return f"{name:34s} {figures}  {each:.2f} ms"


def main() -> None:
    context = build_context(load_settings())
    rows = read_rows(packaged() / "evaluation" / "messages.jsonl")
    quotes = {name: p.quote(context.kb.source) for name, p in context.kb.passages.items()}
    print(line("this bot", ours(), rows))
    print(line("rapidfuzz on raw passages, 45", rapid(quotes), rows))
    for name, peer in (("rank-bm25 on raw passages, 3.0", bm25), ("cairn, its defaults", cairn)):
        try:
            print(line(name, peer(quotes), rows))
        except ImportError:
            print(f"{name.split()[0].strip(',')} is not installed: left out")


if __name__ == "__main__":
    main()
