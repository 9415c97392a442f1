"""Who is measured: our indexing job and its peers, each a command that makes an index of one folder from nothing."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.measuring import shared_model
from storage.generations.published import current_name, open_catalogue

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent.parent
PEERS_PYTHON = _ROOT / ".venv-peers" / "bin" / "python"

AS_INSTALLED = "Pagewise as installed"

Command = Callable[[Path, Path], tuple[list[str], dict[str, str]]]
"""From a folder of documents and an empty place: arguments, and what to add to the environment."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`what` says in a line what is done, `texts` what was given to the embedding model, once it is done."""

    name: str
    what: str
    command: Command
    texts: Callable[[Path], list[str]]


def contestants() -> list[Contestant]:
    """Ours first. The notebook's environment is made if it is not there; that takes minutes."""
    _make_peers_environment()
    here = Path(sys.executable)
    return [
        Contestant(
            "Pagewise", "make index: parse, chunk, embed, write, verify, publish", _ours(shared_model()), _our_texts
        ),
        Contestant(
            "notebook",
            "LangChain: PyPDFLoader, 1000/50 characters, Chroma",
            _peer(PEERS_PYTHON, "notebook"),
            _peer_texts,
        ),
        Contestant(
            "plain LlamaIndex",
            "VectorStoreIndex.from_documents with its defaults: 1,024 tokens a chunk, of which the model reads 256",
            _peer(here, "plain_llamaindex"),
            _peer_texts,
        ),
        Contestant(
            "plain LlamaIndex, 256",
            "the same with chunks of 256 tokens, so that the model reads nearly all of the text",
            _peer(here, "plain_llamaindex", "256"),
            _peer_texts,
        ),
        Contestant(
            AS_INSTALLED,
            "make index with the packaged model, as it is without a setting",
            _ours("packaged"),
            _our_texts,
        ),
    ]


def _ours(model: str) -> Command:
    def command(documents: Path, place: Path) -> tuple[list[str], dict[str, str]]:
        settings = {
            "DOCUMENTS_DIR": str(documents),
            "INDEX_DIR": str(place / "index"),
            "EMBED_MODEL": model,
            "LOG_LEVEL": "ERROR",
        }
        return [sys.executable, "-m", "indexing"], settings

    return command


def _our_texts(place: Path) -> list[str]:
    name = current_name(place / "index")
    assert name is not None
    with open_catalogue(place / "index", name) as catalogue:
        return [chunk.embed_text for chunk in catalogue.iter_chunks()]


def _peer_texts(place: Path) -> list[str]:
    texts: list[str] = json.loads((place / "texts.json").read_text(encoding="utf-8"))
    return texts


def _peer(python: Path, script: str, *more: str) -> Command:
    model = shared_model()

    def command(documents: Path, place: Path) -> tuple[list[str], dict[str, str]]:
        file = _HERE / "peers" / f"{script}.py"
        return [
            str(python),
            str(file),
            str(documents),
            str(place / "store"),
            model,
            str(place / "texts.json"),
            *more,
        ], {}

    return command


def _make_peers_environment() -> None:
    if PEERS_PYTHON.exists():
        return
    print("Installing the notebook's packages into .venv-peers: about two minutes, only the first time")
    environment = PEERS_PYTHON.parent.parent
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    requirements = _HERE / "peers" / "requirements.txt"
    subprocess.run([PEERS_PYTHON, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
