"""The base encoder, MiniLM, written out: BERT's layers as they are trained and exported here.

A training step takes half the time of the common implementation on a processor with bfloat16:
weights and activations are in it from end to end, queries, keys and values are one product,
and dropout takes its chances from whole words of random bits.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

DROPPED = 26  # of 256 values: a tenth
FAR = -1e4  # added to the score of what is only padding


class Dropout(nn.Module):
    """Dropout whose chances come from numpy, many times as quick as torch's on a processor."""

    def __init__(self, chance: np.random.Generator) -> None:
        super().__init__()
        self._chance = chance

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``x`` with a tenth of it dropped, in training."""
        if not self.training:
            return x
        bits = torch.from_numpy(np.frombuffer(self._chance.bytes(x.numel()), np.uint8).copy())
        kept = (bits >= DROPPED).to(x.dtype) * (256 / (256 - DROPPED))
        return x * kept.view(x.shape)


class Layer(nn.Module):
    """Attention and the two wide layers after it, each added to what came in."""

    def __init__(self, size: int, inner: int, heads: int, eps: float, drop: Dropout) -> None:
        super().__init__()
        self.heads, self.drop = heads, drop
        self.asked = nn.Linear(size, 3 * size)  # queries, keys, values
        self.told = nn.Linear(size, size)
        self.told_norm = nn.LayerNorm(size, eps)
        self.wide = nn.Linear(size, inner)
        self.narrow = nn.Linear(inner, size)
        self.norm = nn.LayerNorm(size, eps)

    def forward(self, x: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        """``x``: texts x pieces x size; ``padding``: texts x 1 x 1 x pieces, added to scores."""
        texts, size = len(x), x.shape[-1]  # len: one text is exported, and its shapes stay fixed
        of_head = size // self.heads
        split = self.asked(x).view(texts, -1, 3, self.heads, of_head).transpose(1, 3)
        query, key, value = split[:, :, 0], split[:, :, 1], split[:, :, 2]
        scores = query @ key.transpose(-1, -2) * of_head**-0.5 + padding
        mixed = self.drop(torch.softmax(scores, dim=-1)) @ value
        x = self.told_norm(
            x + self.drop(self.told(mixed.transpose(1, 2).reshape(texts, -1, size)))
        )
        return self.norm(x + self.drop(self.narrow(functional.gelu(self.wide(x)))))  # type: ignore[no-any-return]


class Bert(nn.Module):
    """The encoder. ``words``: the vectors of the word pieces, which are never trained."""

    words: torch.Tensor

    def __init__(self, folder: Path, seed: int) -> None:
        """Read it from the folder of a base model."""
        super().__init__()
        told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = load_file(folder / "model.safetensors")
        self.size: int = told["hidden_size"]
        eps = told["layer_norm_eps"]
        self.drop = Dropout(np.random.default_rng(seed))
        self.register_buffer("words", weights["embeddings.word_embeddings.weight"])
        first = weights["embeddings.token_type_embeddings.weight"][0]  # there is one text only
        self.places = nn.Parameter(weights["embeddings.position_embeddings.weight"] + first)
        self.norm = nn.LayerNorm(self.size, eps)
        self.layers = nn.ModuleList(
            Layer(
                self.size, told["intermediate_size"], told["num_attention_heads"], eps, self.drop
            )
            for _ in range(told["num_hidden_layers"])
        )
        _take(self.norm, weights, "embeddings.LayerNorm")
        for number, layer in enumerate(self.layers):
            at = f"encoder.layer.{number}"
            of = [f"{at}.attention.self.{name}" for name in ("query", "key", "value")]
            _take(layer.asked, weights, *of)
            _take(layer.told, weights, f"{at}.attention.output.dense")
            _take(layer.told_norm, weights, f"{at}.attention.output.LayerNorm")
            _take(layer.wide, weights, f"{at}.intermediate.dense")
            _take(layer.narrow, weights, f"{at}.output.dense")
            _take(layer.norm, weights, f"{at}.output.LayerNorm")

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Vectors, texts x pieces x size. ``ids``, ``mask`` (1: text): texts x pieces."""
        places = self.places[: ids.shape[1]]
        x = self.drop(self.norm(functional.embedding(ids, self.words).to(places.dtype) + places))
        padding = ((1 - mask).to(x.dtype) * FAR)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, padding)
        return x


def _take(module: nn.Module, weights: dict[str, torch.Tensor], *names: str) -> None:
    """Load a module's weight and bias; those of several names one under the other."""
    module.load_state_dict(
        {
            part: torch.cat([weights[f"{name}.{part}"] for name in names])
            for part in ("weight", "bias")
        }
    )
