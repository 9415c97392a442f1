"""Embeds texts on the processor, without torch: in two thirds of its time, and seconds less to import.

For what most embedding models are (BERT and XLM-RoBERTa, bge-m3 among them, read by sentence-transformers as one
Transformer with pooling); `NotAnEncoder` for any other, which sentence-transformers itself computes then.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from storage.caches.embeddings import Matrix
from storage.embedding.models import model_json
from storage.embedding.openvino_graph import Core, Pooling, Weights, encoder_graph, first_position
from storage.embedding.weights import open_weights

_MODEL_TYPES = ("bert", "roberta", "xlm-roberta")
_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
_GROUP, _GROUP_HALF = 64, 128  # measured: the quickest beside float32 and beside bfloat16
_POOLING: dict[str, Pooling] = {"pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean"}


class NotAnEncoder(Exception):
    """The model is of another kind than `Encoder` computes; the message says in what."""


class Encoder:
    """An embedding model, ready to be asked; for many threads, one of which computes at a time.

    `batch_size` texts are computed together, each at the cost of the longest among them.
    """

    def __init__(
        self,
        folder: Path,
        max_tokens: int,
        *,
        half_precision: bool,
        batch_size: int = 32,
        eight_bits: bool = False,
    ) -> None:
        """Load a model in the layout of sentence-transformers. `eight_bits`: linear layers multiply whole numbers.

        Raises `NotAnEncoder`, `ModelUnavailable`, and what `open_weights` raises.
        """
        config = model_json(folder / "config.json")
        pooling = _pooling(folder, config)
        self._batch_size = batch_size
        self._dimension = int(config["hidden_size"])
        self._tokenizer = _tokenizer(folder, config, max_tokens)
        self._computing = threading.Lock()
        self._weights = open_weights(folder)  # kept, for the network may look at them again
        weights = _own_names(self._weights.matrices)
        self._request = _compiled(config, weights, pooling, half_precision, eight_bits)
        self.embed([""])  # the processor's own form of the weights is made when they are first needed
        self._weights.release()

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors `(n, dimension)` in the order of the texts; what is too long for the model is cut."""
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        parts = (texts[start : start + self._batch_size] for start in range(0, len(texts), self._batch_size))
        return np.concatenate([self._batch(part) for part in parts])

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        """The same as LlamaIndex's models say it, for the indexing job, which needs no more of LlamaIndex than that."""
        vectors: list[list[float]] = self.embed(texts).tolist()
        return vectors

    def _batch(self, texts: Sequence[str]) -> Matrix:
        read = self._tokenizer.encode_batch_fast(list(texts))
        ids = np.array([text.ids for text in read], dtype=np.int64)
        mask = np.array([text.attention_mask for text in read], dtype=np.int64)
        with self._computing:
            return np.array(self._request.infer([ids, mask])[0], dtype=np.float32)  # a copy: the next one overwrites it


def _pooling(folder: Path, config: dict[str, Any]) -> Pooling:
    """How the model makes one vector of many, once it is sure that nothing else about it is special."""
    if config.get("model_type") not in _MODEL_TYPES or config.get("hidden_act") != "gelu":
        raise NotAnEncoder(f"its network is {config.get('model_type')} with {config.get('hidden_act')}")
    if config.get("position_embedding_type", "absolute") != "absolute" or config.get("is_decoder"):
        raise NotAnEncoder("its positions or its attention are of another kind")
    modules = [str(module["type"]).rsplit(".", 1)[-1] for module in model_json(folder / "modules.json", [])]
    if modules not in _MODULES:
        raise NotAnEncoder(f"its modules are {', '.join(modules) or 'not named'}")
    if model_json(folder / "sentence_bert_config.json", {}).get("do_lower_case"):
        raise NotAnEncoder("it wants lower case")
    if any(model_json(folder / "config_sentence_transformers.json", {}).get("prompts", {}).values()):
        raise NotAnEncoder("it wants instructions before its texts")
    chosen = [name for name, value in model_json(folder / "1_Pooling" / "config.json", {}).items() if value is True]
    modes = [_POOLING.get(name) for name in chosen if name.startswith("pooling_mode")]
    if len(modes) != 1 or modes[0] is None:
        raise NotAnEncoder("it pools in another way")
    return modes[0]


def _tokenizer(folder: Path, config: dict[str, Any], max_tokens: int) -> Tokenizer:
    """Cuts a text to what the model reads, and never to more than it has positions for: OpenVINO would make some up."""
    padding = int(config.get("pad_token_id") or 0)
    positions = int(config["max_position_embeddings"]) - first_position(config)
    if not (folder / "tokenizer.json").is_file():
        raise NotAnEncoder("it has no tokenizer.json")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(min(max_tokens, positions))
    tokenizer.enable_padding(pad_id=padding)
    return tokenizer


def _own_names(weights: Weights) -> Weights:
    """Weights saved with a head on top have names that begin with the network's."""
    for prefix in ("bert.", "roberta."):
        if any(name.startswith(prefix) for name in weights):
            return {name.removeprefix(prefix): matrix for name, matrix in weights.items()}
    return weights


def _compiled(
    config: dict[str, Any], weights: Weights, pooling: Pooling, half_precision: bool, eight_bits: bool
) -> Any:
    """An inference request of the compiled network. bfloat16 is this processor's half precision."""
    try:
        graph = encoder_graph(config, weights, pooling, eight_bits=eight_bits)
        properties = {
            "INFERENCE_PRECISION_HINT": "bf16" if half_precision else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            # So many neighbouring figures of a layer's input are rounded with one scale; 0: none are.
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": (_GROUP_HALF if half_precision else _GROUP) if eight_bits else 0,
            "ENABLE_CPU_PINNING": False,  # job and server share the machine: neither may take a processor for itself
        }
        return Core().compile_model(graph, "CPU", properties).create_infer_request()
    except (KeyError, RuntimeError) as error:
        raise NotAnEncoder(f"its network could not be built ({type(error).__name__}: {str(error)[:200]})") from error
