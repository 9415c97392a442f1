"""Who is measured: our indexing job and its peers, each a command that makes an index of one folder from nothing."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage.embedding_models import PACKAGED, resolve_model

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent.parent
_PEERS_PYTHON = _ROOT / ".venv-peers" / "bin" / "python"

Command = Callable[[Path, Path], tuple[list[str], dict[str, str]]]
"""From a folder of documents and an empty place: arguments, and what to add to the environment."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`what` says in a line what is done."""

    name: str
    what: str
    command: Command


def contestants() -> list[Contestant]:
    """Ours first. The notebook's environment is made if it is not there; that takes minutes."""
    _make_peers_environment()
    return [
        Contestant("Pagewise", "make index: parse, chunk, embed, write, verify, publish", _ours),
        Contestant("notebook", "LangChain: PyPDFLoader, 1000/50 characters, Chroma", _peer(_PEERS_PYTHON, "notebook")),
        Contestant(
            "plain LlamaIndex",
            "VectorStoreIndex.from_documents with its defaults; most chunks exceed what the model reads",
            _peer(Path(sys.executable), "plain_llamaindex"),
        ),
    ]


def _ours(documents: Path, place: Path) -> tuple[list[str], dict[str, str]]:
    settings = {
        "DOCUMENTS_DIR": str(documents),
        "INDEX_DIR": str(place / "index"),
        "EMBED_MODEL": PACKAGED,
        "LOG_LEVEL": "ERROR",
    }
    return [sys.executable, "-m", "indexing"], settings


def _peer(python: Path, script: str) -> Command:
    model = resolve_model(PACKAGED).location

    def command(documents: Path, place: Path) -> tuple[list[str], dict[str, str]]:
        file = _HERE / "peers" / f"{script}.py"
        return [str(python), str(file), str(documents), str(place / "store"), model], {}

    return command


def _make_peers_environment() -> None:
    if _PEERS_PYTHON.exists():
        return
    print("Installing the notebook's packages into .venv-peers: about two minutes, only the first time")
    environment = _PEERS_PYTHON.parent.parent
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    requirements = _HERE / "peers" / "requirements.txt"
    subprocess.run([_PEERS_PYTHON, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
