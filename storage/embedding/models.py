"""Which embedding model gives the vectors their meaning, and where it is found. `loading` loads it.

Imports no torch. A folder that brings code of its own is refused.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from storage.embedding import universal_files as universal
from storage.embedding.download import (
    FILES_NEEDED,
    PICKLE,
    SAFETENSORS,
    DownloadListener,
    LoggedDownload,
    download_model,
)
from storage.embedding.packaged_words import packaged_folder
from storage.messages import message

logger = logging.getLogger(__name__)

PACKAGED = "packaged"
PROBE_TEXT = "Pagewise shows the page each statement comes from. 每个陈述都标明出处的页码。"

PROTOCOL_NAMES = {"openai": "/v1/embeddings", "tei": "/embed"}
"""What a `ModelIdentity` calls the protocol of its server -> what people call it."""

SAME_MODEL_COSINE = 0.98
"""Between two vectors of `PROBE_TEXT`: one model computed on two processors differs less, two models differ more."""

# The revision that was looked at; another one may hold other files under the same name.
_PINNED_REVISIONS = {"BAAI/bge-m3": "5617a9f61b028005a4858fdac845db406aefb181"}
_WEIGHTS = (SAFETENSORS, PICKLE)
_FILES_BESIDE_WEIGHTS = [pattern for pattern in FILES_NEEDED if pattern not in _WEIGHTS]
"""Of the weights one kind is enough; `_identity` looks for them."""
_HUB_PROBE_SECONDS = 3.0
_SAMPLES_OF_WEIGHTS = 64
_SAMPLE_BYTES = 65536


class ModelUnavailable(Exception):
    """The embedding model cannot be had; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """An embedding model on this machine, or (`protocol` not empty) on a server, where it has no `location`.

    `name` is what was asked for, `location` the folder it is loaded from. `max_tokens` is what it reads; the rest
    of a longer text would be cut silently. `fingerprint` names these very weights, tokenizer and configuration.
    `fallback` is true when it stands in for another model that could not be had.
    """

    name: str
    location: str
    short_name: str
    revision: str
    dimension: int
    max_tokens: int
    fingerprint: str
    fallback: bool = False
    protocol: str = ""


class RecordedModel(Protocol):
    """What an index keeps of the model it was built with: see `Manifest`."""

    @property
    def embed_model(self) -> ModelIdentity:
        """The model."""

    @property
    def probe_vector(self) -> tuple[float, ...]:
        """Its vector of `PROBE_TEXT`."""


def resolve_model(
    name: str, *, allow_fallback: bool = False, listener: DownloadListener | None = None
) -> ModelIdentity:
    """Find a model by folder, hub id or the word "packaged".

    A hub id is taken from this machine's hub cache or, if the hub answers within a few seconds, downloaded, of which
    `listener` is told (without one: the log). Where neither works the packaged model stands in (`fallback=True`) if
    that is allowed.
    Raises `ModelUnavailable` otherwise.
    """
    if name == PACKAGED:
        return _packaged_identity()
    try:
        if Path(name).is_dir():
            return _identity(name, Path(name), revision="")
        return _from_hub(name, listener or LoggedDownload(logger))
    except ModelUnavailable as error:
        if not allow_fallback:
            raise
        logger.info("%s; using the packaged model", error)
        return _packaged_identity(asked_for=name)


def recorded_model(recorded: ModelIdentity) -> ModelIdentity:
    """The same model as when the index was built, wherever it is found today.

    Raises `ModelUnavailable` when it is gone or its files have become other ones.
    """
    wanted = PACKAGED if recorded.fallback or recorded.name == PACKAGED else recorded.name
    folder = Path(recorded.location)
    found = _identity(wanted, folder, recorded.revision) if folder.is_dir() else resolve_model(wanted)
    if found.fingerprint != recorded.fingerprint:
        raise ModelUnavailable(
            message("the index was built with another version of {model}; run make reindex", model=recorded.short_name)
        )
    return recorded if found.location == recorded.location else found


def load_token_counter(identity: ModelIdentity) -> Callable[[str], int]:
    """A function that counts the tokens the model would read, special tokens included; does not import torch."""
    if universal.is_universal(Path(identity.location)):
        cutter = universal.universal_tokenizer(Path(identity.location))
        return lambda text: len(universal.pieces_of(cutter.encode(text))) + 2
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(identity.location) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text).ids)


def _packaged_identity(asked_for: str | None = None) -> ModelIdentity:
    folder = packaged_folder()
    if folder is None or not folder.is_dir():
        raise ModelUnavailable(message("the packaged embedding model is not installed; run make install"))
    found = _universal_identity(asked_for or PACKAGED, folder)
    return found if asked_for is None else replace(found, fallback=True)


def _universal_identity(name: str, folder: Path) -> ModelIdentity:
    try:
        fingerprint = universal.universal_fingerprint(folder)
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            message("the packaged embedding model is damaged ({error}); run make install", error=str(error))
        ) from error
    return ModelIdentity(
        name=name,
        location=str(folder.resolve()),
        short_name=universal.NAME,
        revision=universal.REVISION,
        dimension=universal.DIMENSION,
        max_tokens=universal.MAX_TOKENS,
        fingerprint=fingerprint,
    )


def _from_hub(name: str, listener: DownloadListener) -> ModelIdentity:
    from httpx2 import HTTPError as NetworkError
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    revision = _PINNED_REVISIONS.get(name)
    for wanted in dict.fromkeys((revision, None)):  # the pinned one first, then whatever this machine has
        try:
            folder = Path(
                snapshot_download(name, revision=wanted, local_files_only=True, allow_patterns=_FILES_BESIDE_WEIGHTS)
            )
            return _identity(name, folder, revision=folder.name)
        except (LocalEntryNotFoundError, ValueError):
            continue
        except ModelUnavailable:
            continue  # an unfinished download
    if not _hub_answers(name):
        raise ModelUnavailable(
            message("{model} is not on this machine and the model hub cannot be reached", model=name)
        )
    try:
        folder = download_model(name, revision, listener)
    except (HfHubHTTPError, LocalEntryNotFoundError, NetworkError, OfflineModeIsEnabled, OSError, ValueError) as error:
        raise ModelUnavailable(
            message("{model} could not be downloaded ({error})", model=name, error=type(error).__name__)
        ) from error
    return _identity(name, folder, revision=folder.name)


def _hub_answers(name: str) -> bool:
    """Ask shortly: the hub's own client waits 70 s without a network, and minutes for a gateway that never answers."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    answered = threading.Event()

    def ask() -> None:
        request = Request(f"{constants.ENDPOINT}/api/models/{name}", method="HEAD")
        try:
            urlopen(request, timeout=_HUB_PROBE_SECONDS).close()
        except HTTPError:
            pass  # it answers; the download will say what is wrong
        except OSError:
            return
        answered.set()

    asking = threading.Thread(target=ask, daemon=True)  # a look-up of the host's name has no time limit of its own
    asking.start()
    asking.join(_HUB_PROBE_SECONDS)
    return answered.is_set()


def _identity(name: str, folder: Path, revision: str) -> ModelIdentity:
    if universal.is_universal(folder):
        return _universal_identity(name, folder)
    folder = folder.resolve()
    _refuse_code(folder)
    config = model_json(folder / "config.json")
    pooling = model_json(folder / "1_Pooling" / "config.json", {})
    reads = model_json(folder / "sentence_bert_config.json", {}).get("max_seq_length")
    return ModelIdentity(
        name=name,
        location=str(folder),
        short_name=name.rstrip("/").rsplit("/", 1)[-1],
        revision=revision,
        dimension=int(pooling.get("word_embedding_dimension") or config["hidden_size"]),
        max_tokens=int(reads or config["max_position_embeddings"]),
        fingerprint=_fingerprint(folder),
    )


def _refuse_code(folder: Path) -> None:
    """A model is data. One that brings modules of its own is not loaded, whatever the loader would do with them."""
    modules = model_json(folder / "modules.json", [])
    foreign = [m["type"] for m in modules if not str(m.get("type", "")).startswith("sentence_transformers.")]
    foreign += [file.name for file in folder.rglob("*.py")]
    if foreign:
        raise ModelUnavailable(
            message(
                "the model folder {folder} brings code of its own ({code}); not loaded",
                folder=folder.name,
                code=foreign[0],
            )
        )


def _fingerprint(folder: Path) -> str:
    """Names the files: small ones by their bytes, weights by size and 64 samples (2 GB would take seconds)."""
    digest = hashlib.sha256()
    for pattern in ("*.json", "1_Pooling/config.json"):
        for file in sorted(folder.glob(pattern)):
            digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    weights = next((folder / name for name in _WEIGHTS if (folder / name).is_file()), None)
    if weights is None:
        raise ModelUnavailable(
            message(
                "the model folder {folder} holds no weights ({one} or {other})",
                folder=folder.name,
                one=SAFETENSORS,
                other=PICKLE,
            )
        )
    size = weights.stat().st_size
    digest.update(f"{weights.name} {size}".encode())
    with weights.open("rb") as stream:
        for sample in range(_SAMPLES_OF_WEIGHTS):
            stream.seek(sample * max(0, size - _SAMPLE_BYTES) // (_SAMPLES_OF_WEIGHTS - 1))
            digest.update(stream.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:16]


def model_json(file: Path, default: Any = None) -> Any:
    """What a file of a model's folder says; `default`, if given, where there is none. Raises `ModelUnavailable`."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if default is None:
            raise ModelUnavailable(
                message("the model folder {folder} is incomplete: no {file}", folder=file.parent.name, file=file.name)
            ) from error
        return default
    except ValueError as error:
        raise ModelUnavailable(
            message("the model folder {folder} is damaged: {file}", folder=file.parent.name, file=file.name)
        ) from error
