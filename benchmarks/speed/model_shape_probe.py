"""A model of bge-m3's shape in a process of its own: chunks a second, a question's milliseconds, memory.

    python -m benchmarks.speed.model_shape_probe FOLDER BACKEND DTYPE CHUNKS     tells it as a line of JSON

BACKEND: pytorch (sentence-transformers in LlamaIndex's HuggingFaceEmbedding) or openvino (what a job uses on a
processor). Beside it what the machine's matrix products reach in the same type, which no model can exceed.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from tests.tiny_bge_m3 import WORDS

_TOKENS = 512
_MATRICES = (1024, 2048)
_QUESTIONS = 10
_REPEATS = 3
_BATCH = 64


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser("python -m benchmarks.speed.model_shape_probe")
    parser.add_argument("folder", type=Path)
    parser.add_argument("backend", choices=("pytorch", "openvino"))
    parser.add_argument("dtype", choices=("float32", "bfloat16"))
    parser.add_argument("chunks", type=int)
    options = parser.parse_args()
    started = time.perf_counter()
    model = _LOADERS[options.backend](options.folder, options.dtype)
    loaded = time.perf_counter() - started
    words = [WORDS[i % len(WORDS)] for i in range(_TOKENS - 2)]  # a word is a token, and there are two marks
    texts = [" ".join(words[i:] + words[:i]) for i in range(options.chunks)]
    model.get_text_embedding_batch(texts[:1])
    rounds = []
    for _ in range(_REPEATS):
        started = time.perf_counter()
        model.get_text_embedding_batch(texts)
        rounds.append(options.chunks / (time.perf_counter() - started))
    questions = [_milliseconds(model, f"what is the answer of the document to question {i}") for i in range(_QUESTIONS)]
    resident = psutil.Process().memory_info().rss / 2**20
    config = json.loads((options.folder / "config.json").read_text(encoding="utf-8"))
    rate = max(_matrix_rate(options.dtype) for _ in range(2))
    told = {
        "load_seconds": loaded,
        "chunks_per_second": rounds,
        "question_ms": questions[2:],
        "resident_mb": resident,
        "machine_gflops": rate,
        "share": [each * operations(config, _TOKENS) / 1e9 / rate for each in rounds],
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _pytorch(folder: Path, dtype: str) -> Any:
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    return HuggingFaceEmbedding(
        model_name=str(folder),
        device="cpu",
        embed_batch_size=_BATCH,
        local_files_only=True,
        model_kwargs={"dtype": dtype},
    )


def _openvino(folder: Path, dtype: str) -> Any:
    from storage.embedding.llama_index import LocalEmbedding
    from storage.embedding.openvino_encoder import Encoder

    encoder = Encoder(folder, _TOKENS, half_precision=dtype == "bfloat16", batch_size=_BATCH)
    return LocalEmbedding(folder.name, encoder, _BATCH)


_LOADERS = {"pytorch": _pytorch, "openvino": _openvino}


def operations(config: dict[str, int], tokens: int) -> float:
    """Multiplications and additions of one text: projections and feed-forward layers, and attention among tokens."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    weights = 4 * hidden * hidden + 2 * hidden * inner
    return config["num_hidden_layers"] * (2.0 * weights * tokens + 4.0 * tokens * tokens * hidden)


def _milliseconds(model: object, question: str) -> float:
    started = time.perf_counter()
    model.get_query_embedding(question)  # type: ignore[attr-defined]
    return (time.perf_counter() - started) * 1000


def _matrix_rate(dtype: str) -> float:
    """The best billions of operations a second that a product of two square matrices reaches."""
    import torch

    best = 0.0
    for size in _MATRICES:
        left = torch.randn(size, size).to(getattr(torch, dtype))
        right = torch.randn(size, size).to(getattr(torch, dtype))
        torch.mm(left, right)
        spent = []
        for _ in range(5):
            started = time.perf_counter()
            torch.mm(left, right)
            spent.append(time.perf_counter() - started)
        best = max(best, 2.0 * size**3 / median(spent) / 1e9)
    return best


if __name__ == "__main__":
    sys.exit(main())
