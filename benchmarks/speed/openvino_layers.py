"""Tells as a line of JSON what computes the layers of all-MiniLM-L6-v2 in OpenVINO: {"gemm_mlas_f32": 24, …}.

    python -m benchmarks.speed.openvino_layers

Apart from `restricted`, for it must be a process of its own: the environment is read once.
"""

import json
import sys
from collections import Counter

from benchmarks.speed.measuring import shared_model
from storage.embedding.local import build_text_embedder
from storage.embedding.models import resolve_model


def main() -> int:
    """Load and tell; layers that only move figures are not told."""
    model = build_text_embedder(resolve_model(shared_model()), "cpu")
    request = getattr(model, "_model", model)._request
    layers = request.get_compiled_model().get_runtime_model().get_ops()
    kinds = Counter(layer.get_rt_info()["primitiveType"].astype(str) for layer in layers)
    that_compute = {kind: count for kind, count in kinds.most_common() if not kind.startswith(("unknown", "ref"))}
    sys.stdout.write(json.dumps(that_compute) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
