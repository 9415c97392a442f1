"""A real HTTP server that embeds texts in OpenAI's protocol or text-embeddings-inference's, with faults on demand.

`python -m tests.fake_embeddings --port 9100` serves vectors made of hashes; then run Pagewise with
`EMBED_URL=http://127.0.0.1:9100 EMBED_MODEL=hashes`.
"""

import argparse
import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import numpy as np

from tests.serving import PlayedServer

Vectors = list[list[float]]
Spoil = Callable[[Vectors], Any]


class FakeEmbeddings(PlayedServer):
    """Embeds, and remembers what it was asked. Use it in a `with` block; `url` says where it is.

    The vectors are derived from the texts and `seed`: another seed is another model. `faults` are used up one for each
    request: (status, headers, body), or what becomes of good vectors. With `key`, requests without it are rejected.
    """

    def __init__(
        self,
        protocol: Literal["openai", "tei"] = "openai",
        *,
        port: int = 0,
        key: str | None = None,
        dimension: int = 64,
        most_texts: int = 32,
        models: tuple[str, ...] = ("hashes",),
    ) -> None:
        self.protocol = protocol
        self.key = key
        self.dimension = dimension
        self.most_texts = most_texts
        self.models = models
        self.seed = 0
        self.seconds = 0.0
        self.max_tokens: int | None = None
        self.longest_text = 1_000_000
        self.faults: deque[tuple[int, dict[str, str], str] | Spoil] = deque()
        self.batches: list[list[str]] = []
        self.paths: list[str] = []
        self._server = _Server(("127.0.0.1", port), self)

    @property
    def texts(self) -> list[str]:
        """Every text it was asked for, in order."""
        return [text for batch in self.batches for text in batch]

    def vector(self, text: str) -> list[float]:
        """What it makes of a text: words in common make vectors alike."""
        total = np.zeros(self.dimension)
        for word in text.lower().split():
            digest = hashlib.sha256(f"{self.seed} {word}".encode()).digest()
            total += np.random.default_rng(int.from_bytes(digest[:8], "big")).normal(size=self.dimension)
        total += 1e-3
        vector: list[float] = (total / np.linalg.norm(total)).tolist()
        return vector

    def reply(self, path: str, headers: Any, body: Any) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON (or text) for a POST."""
        self.paths.append(path)
        time.sleep(self.seconds)
        if self.key is not None and headers.get("Authorization") != f"Bearer {self.key}":
            return 401, {}, {"error": {"message": f"Incorrect API key: {headers.get('Authorization')}"}}
        if path != {"openai": "/v1/embeddings", "tei": "/embed"}[self.protocol]:
            return 404, {}, {"detail": "Not Found"}
        if self.protocol == "openai" and body.get("model") not in self.models:
            return 404, {}, {"error": {"message": f"The model `{body.get('model')}` does not exist"}}
        texts = body["input" if self.protocol == "openai" else "inputs"]
        if len(texts) > self.most_texts:
            return 422, {}, {"error": f"batch size {len(texts)} > maximum allowed batch size {self.most_texts}"}
        if any(len(text) > self.longest_text for text in texts):
            return 413, {}, {"error": "`inputs` must have less than 512 tokens. Given: 600"}
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, tuple):
            return fault
        self.batches.append(texts)
        vectors = [self.vector(text) for text in texts]
        return 200, {}, fault(vectors) if fault else self.packed(vectors)

    def packed(self, vectors: Vectors) -> Any:
        """Vectors as the protocol sends them; OpenAI's in an order of their own, each with its index."""
        if self.protocol == "tei":
            return vectors
        data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
        return {"object": "list", "data": data[::-1], "model": self.models[0], "usage": {"prompt_tokens": 1}}

    def information(self, path: str) -> Any:
        """JSON for a GET; None: there is nothing."""
        if self.protocol == "tei" and path == "/info":
            return {"model_id": self.models[0], "max_input_length": self.max_tokens}
        if self.protocol == "openai" and path == "/v1/models":
            return {"data": [{"id": name, "max_model_len": self.max_tokens} for name in self.models]}
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], fake: FakeEmbeddings) -> None:
        super().__init__(address, _Handler)
        self.fake = fake


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(*self.server.fake.reply(self.path, self.headers, json.loads(content)))

    def do_GET(self) -> None:
        found = self.server.fake.information(self.path)
        self._send(404 if found is None else 200, {}, found)

    def _send(self, status: int, headers: dict[str, str], body: Any) -> None:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # whoever asked has lost patience

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print nothing."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--protocol", choices=("openai", "tei"), default="openai")
    parser.add_argument("--dimension", type=int, default=384)
    options = parser.parse_args()
    with FakeEmbeddings(options.protocol, port=options.port, dimension=options.dimension):
        threading.Event().wait()
