"""How the cost of matching grows with the number of passages, on a generated base.

``python bench/growth.py [16 100 1000 ...]``. Each size runs in a process of its own, so that its
peak memory is its own. Passages are made of words drawn by Zipf's law, with three questions each.
The encoder's cost does not grow with the passages and is left out.
"""

from __future__ import annotations

import itertools
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from rapidfuzz import fuzz, process

from bot.kb.ngrams import Ngrams

SIZES = (16, 100, 1_000, 10_000, 100_000)
VOCABULARY, WORDS, QUESTIONS = 20_000, 12, 3
ASKED, FEWEST_ASKED, LOOKED_AT = 200, 20, 4_000_000  # fewer are asked where one takes a second
MOST_WEIGHTS = 250_000_000  # features x labels, 4 bytes each; learning goes with them, too


def made(passages: int) -> tuple[list[str], list[str]]:
    """Questions and the passage that each is about."""
    draw = random.Random(7)
    words = [
        "".join(draw.choices("abcdefghijklmnoprstuvw", k=draw.randint(3, 9)))
        for _ in range(VOCABULARY)
    ]
    common = list(itertools.accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))
    texts, names = [], []
    for passage in range(passages):
        subject = draw.choices(words, cum_weights=common, k=WORDS)
        for _ in range(QUESTIONS):
            texts.append(
                " ".join(
                    draw.sample(subject, WORDS // 2) + draw.choices(words, cum_weights=common, k=2)
                )
            )
            names.append(f"p{passage:06d}")
    return texts, names


def timed(ask: Callable[[str], object], texts: list[str]) -> str:
    """Median and 99th percentile of a question, ms."""
    spent = []
    for text in texts:
        begun = time.perf_counter()
        ask(text)
        spent.append(time.perf_counter() - begun)
    p50, p99 = np.quantile(spent, (0.5, 0.99)) * 1000
    return f"p50 {p50:8.2f} ms, p99 {p99:8.2f} ms"


def peak() -> str:
    return f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MiB"


def one_size(passages: int, who: str) -> None:
    texts, names = made(passages)
    count = min(ASKED, max(FEWEST_ASKED, LOOKED_AT // len(texts)))
    asked = random.Random(8).choices(texts, k=count)
    begun = time.perf_counter()
    if who == "rapidfuzz":
        told = timed(
            lambda text: process.extractOne(text, texts, scorer=fuzz.token_set_ratio), asked
        )
        print(f"{passages:7d} passages  {who:10s} {'':17s} {told}, {peak()}")
        return
    if who == "rank-bm25":
        from rank_bm25 import BM25Okapi  # noqa: PLC0415 - a peer that may be missing

        index = BM25Okapi([text.split() for text in texts])
        learnt = time.perf_counter() - begun
        told = timed(lambda text: index.get_scores(text.split()).argmax(), asked)
    else:
        features = len({gram for text in texts for gram in text.split()}) * 6  # a low estimate
        if features * passages > MOST_WEIGHTS:
            gib = features * passages * 4 / 2**30
            told = f"not run: the weights alone would be some {gib:,.0f} GiB"
            print(f"{passages:7d} passages  {who:10s} {told}")
            return
        model = Ngrams.train(texts, names)
        learnt = time.perf_counter() - begun
        told = timed(lambda text: model.probabilities([text]).argmax(), asked)
    print(f"{passages:7d} passages  {who:10s} learnt in {learnt:6.1f} s {told}, {peak()}")


def main() -> None:
    if "--one" in sys.argv:
        one_size(int(sys.argv[-2]), sys.argv[-1])
        return
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    for size in sizes:
        for who in ("n-grams", "rank-bm25", "rapidfuzz"):
            subprocess.run([sys.executable, __file__, "--one", str(size), who], check=True)


if __name__ == "__main__":
    main()
