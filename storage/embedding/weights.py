"""The weights of an embedding model as matrices that lie in its file: nothing is copied, and nothing in it is run."""

import json
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.embedding.download import PICKLE, SAFETENSORS

_LENGTH_BYTES = 8
_TYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


@dataclass(frozen=True)
class ModelWeights:
    """Every matrix of floating-point numbers by its name. Those that are float32 in the file are the file's memory."""

    matrices: Mapping[str, NDArray[np.float32]]
    mapped: mmap.mmap | None = None

    def release(self) -> None:
        """Give back the memory that looking at the weights took; whoever looks again finds them in the file."""
        if self.mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)


def open_weights(folder: Path) -> ModelWeights:
    """Those of `model.safetensors` or else `pytorch_model.bin`. A pickle needs torch, and is read as numbers only.

    Raises `OSError` and `ValueError` for a file that cannot be read, `pickle.UnpicklingError` for a pickle that holds
    more than numbers.
    """
    file = folder / SAFETENSORS
    return _safetensors(file) if file.is_file() else _pickle(folder / PICKLE)


def _safetensors(file: Path) -> ModelWeights:
    """The format: the length of a header in 8 bytes, the header as JSON, then the matrices.

    Not by the library of that name: for numpy it copies what it reads, 2 GB for bge-m3.
    """
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        header = json.loads(stream.read(length))
        # A private mapping that could be written, because OpenVINO takes no other. Nobody writes it.
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
    start = _LENGTH_BYTES + length
    matrices = {
        name: np.frombuffer(mapped, dtype, _count(entry), start + entry["data_offsets"][0]).reshape(entry["shape"])
        for name, entry in header.items()
        if (dtype := _TYPES.get(entry.get("dtype", "")))
    }
    return ModelWeights(_as_float32(matrices), mapped)


def _count(entry: Mapping[str, Any]) -> int:
    return int(np.prod(entry["shape"], dtype=np.int64))


def _pickle(file: Path) -> ModelWeights:
    import torch

    try:
        tensors = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    except RuntimeError as error:  # not the zip file that torch writes
        raise ValueError(str(error)) from error
    types = (torch.float32, torch.float16)
    return ModelWeights(_as_float32({name: t.numpy() for name, t in tensors.items() if t.dtype in types}))


def _as_float32(matrices: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    return {name: np.asarray(matrix, dtype=np.float32) for name, matrix in matrices.items()}
