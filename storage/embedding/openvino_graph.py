"""The network of a BERT-like embedding model as a graph of OpenVINO, straight from its configuration and weights.

BERT (Devlin et al. 2019) and XLM-RoBERTa (Conneau et al. 2020) are the same encoder but for where positions begin:
embeddings, then layers of self-attention and a feed-forward network, each with a residual sum and layer normalisation.
The embedding of a text is its first token's last state ("cls") or the mean of all, at unit length. Pure.

The only home of OpenVINO. `import openvino` (2026.4) reports to its maker that it was imported if the package
openvino-telemetry is there, and pip installs that with it. Pagewise tells nobody anything: for this process the package
is absent, and OpenVINO's own stand-in takes its place.
"""

import sys
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

from openvino import Core, Model, Node, opset13  # noqa: E402 - after the line above, never before

__all__ = ["Core", "Model", "Node", "opset13"]


Pooling = Literal["cls", "mean"]
Weights = Mapping[str, NDArray[np.float32]]
"""By name, without the model's own prefix: "embeddings.word_embeddings.weight", …"""

_COUNTED_AFTER_PADDING = ("roberta", "xlm-roberta")  # positions begin behind the number of the padding token
_LARGEST = np.float32(127)
_MASKED = -1e4  # added to the attention that padding would get: far below any real one, and finite in half precision


def encoder_graph(config: Mapping[str, Any], weights: Weights, pooling: Pooling, *, eight_bits: bool = False) -> Model:
    """From token ids and attention mask, both `(n, tokens)` int64, to unit vectors `(n, hidden_size)`.

    `config` is the model's config.json. The graph refers to the weights' memory, but for those of the linear layers
    where `eight_bits` rounds these to 255 steps, row by row. Raises `KeyError` for one missing.
    """
    ids = opset13.parameter([-1, -1], np.int64, name="input_ids")
    mask = opset13.parameter([-1, -1], np.int64, name="attention_mask")
    counts = opset13.convert(mask, "f32")
    attention = opset13.multiply(
        opset13.subtract(_number(1.0), opset13.unsqueeze(counts, _axes(1, 2))), _number(_MASKED)
    )
    network = _Network(config, weights, eight_bits)
    states = network.embedded(ids)
    for layer in range(config["num_hidden_layers"]):
        states = network.layer(f"encoder.layer.{layer}", states, attention)
    return Model([_unit_length(_pooled(states, counts, pooling))], [ids, mask], "encoder")


def first_position(config: Mapping[str, Any]) -> int:
    """Where a text's positions begin in the table of their embeddings."""
    return int(config["pad_token_id"]) + 1 if config["model_type"] in _COUNTED_AFTER_PADDING else 0


class _Network:
    """Pieces of the network by the names that their weights have."""

    def __init__(self, config: Mapping[str, Any], weights: Weights, eight_bits: bool) -> None:
        self._weights = weights
        self._eight_bits = eight_bits
        self._epsilon = float(config["layer_norm_eps"])
        self._heads = int(config["num_attention_heads"])
        self._head_size = int(config["hidden_size"]) // self._heads
        self._first_position = first_position(config)

    def embedded(self, ids: Node) -> Node:
        """Words, positions and the type of the first sentence, `(n, tokens, hidden)`."""
        words = opset13.gather(self._constant("embeddings.word_embeddings.weight"), ids, _axis(0))
        places = opset13.gather(self._constant("embeddings.position_embeddings.weight"), self._positions(ids), _axis(0))
        sentence = opset13.constant(self._weights["embeddings.token_type_embeddings.weight"][0])
        return self._normalised("embeddings.LayerNorm", opset13.add(opset13.add(words, places), sentence))

    def _positions(self, ids: Node) -> Node:
        if self._first_position == 0:
            return opset13.range(_axis(0), opset13.gather(opset13.shape_of(ids), _axis(1), _axis(0)), _axis(1), "i64")
        padding = _axis(self._first_position - 1)
        is_token = opset13.convert(opset13.not_equal(ids, padding), "i64")
        return opset13.add(opset13.multiply(opset13.cum_sum(is_token, _axis(1)), is_token), padding)

    def layer(self, name: str, states: Node, attention: Node) -> Node:
        """One layer, `(n, tokens, hidden)` to the same shape."""
        query, key, value = (
            self._heads_of(f"{name}.attention.self.{part}", states) for part in ("query", "key", "value")
        )
        seen = opset13.scaled_dot_product_attention(query, key, value, attention)
        seen = opset13.reshape(opset13.transpose(seen, _axes(0, 2, 1, 3)), _axes(0, 0, -1), True)
        seen = self._linear(f"{name}.attention.output.dense", seen)
        states = self._normalised(f"{name}.attention.output.LayerNorm", opset13.add(states, seen))
        inner = opset13.gelu(self._linear(f"{name}.intermediate.dense", states), "erf")
        outer = self._linear(f"{name}.output.dense", inner)
        return self._normalised(f"{name}.output.LayerNorm", opset13.add(states, outer))

    def _heads_of(self, name: str, states: Node) -> Node:
        """A projection cut into heads, `(n, heads, tokens, head size)`."""
        parts = opset13.reshape(self._linear(name, states), _axes(0, 0, self._heads, self._head_size), True)
        return opset13.transpose(parts, _axes(0, 2, 1, 3))

    def _linear(self, name: str, states: Node) -> Node:
        matrix = _rounded(self._weights[f"{name}.weight"]) if self._eight_bits else self._constant(f"{name}.weight")
        product = opset13.matmul(states, matrix, False, True)
        return opset13.add(product, self._constant(f"{name}.bias"))

    def _normalised(self, name: str, states: Node) -> Node:
        centred = opset13.mvn(states, _axes(-1), True, self._epsilon, "INSIDE_SQRT")
        return opset13.add(opset13.multiply(centred, self._constant(f"{name}.weight")), self._constant(f"{name}.bias"))

    def _constant(self, name: str) -> Node:
        return opset13.constant(self._weights[name], shared_memory=True)


def _rounded(matrix: NDArray[np.float32]) -> Node:
    """The matrix `(out, in)` as whole numbers from -127 to 127 and a scale for each row."""
    scale = np.maximum(np.abs(matrix).max(axis=1, keepdims=True), np.finfo(np.float32).tiny) / _LARGEST
    rounded = np.round(matrix / scale).astype(np.int8)
    return opset13.multiply(opset13.convert(opset13.constant(rounded), "f32"), opset13.constant(scale))


def _pooled(states: Node, counts: Node, pooling: Pooling) -> Node:
    if pooling == "cls":
        return opset13.gather(states, _axis(0), _axis(1))
    counts = opset13.unsqueeze(counts, _axes(2))
    total = opset13.reduce_sum(opset13.multiply(states, counts), _axes(1))
    return opset13.divide(total, opset13.reduce_sum(counts, _axes(1)))


def _unit_length(vectors: Node) -> Node:
    return opset13.normalize_l2(vectors, _axes(1), 1e-12, "max")


def _number(value: float) -> Node:
    return opset13.constant(value, np.float32)


def _axis(value: int) -> Node:
    return opset13.constant(value, np.int64)


def _axes(*values: int) -> Node:
    return opset13.constant(list(values), np.int64)
