"""The least that an index costs: imports, loading the model, and one `encode` of the same texts, in a fresh process.

    python -m benchmarks.speed.one_encode INDEX_DIR DTYPE [--sample N]     DTYPE: float32 | bfloat16

Sorted by length, longest first, as sentence-transformers does by itself. Tells the seconds as a line of JSON.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from benchmarks.speed.measuring import shared_model
from storage.generations.published import current_name, open_catalogue


def main() -> int:
    """Encode and tell."""
    parser = argparse.ArgumentParser("python -m benchmarks.speed.one_encode")
    parser.add_argument("index_dir", type=Path)
    parser.add_argument("dtype", choices=("float32", "bfloat16"))
    parser.add_argument("--sample", type=int, default=1, help="every so many-th text only")
    options = parser.parse_args()
    with open_catalogue(options.index_dir, current_name(options.index_dir) or "") as catalogue:
        texts = list(dict.fromkeys(chunk.embed_text for chunk in catalogue.iter_chunks()))[:: options.sample]
    started = time.perf_counter()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        shared_model(), device="cpu", local_files_only=True, model_kwargs={"dtype": options.dtype}
    )
    loaded = time.perf_counter()
    texts.sort(key=len, reverse=True)
    model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    ended = time.perf_counter()
    sys.stdout.write(
        json.dumps({"texts": len(texts), "load_seconds": loaded - started, "encode_seconds": ended - loaded}) + "\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
