"""Takes from an installation what nothing of Pagewise runs, for the image: `python tools/slim_image.py SITE-PACKAGES`.

Needs the standard library and `strip` only. The image is tried after that with a first index and a first answer.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

UNUSED = {
    "kubernetes": "its client, for chromadb's own cloud",
    "grpc": "traces and a Chroma server are reached over HTTP",
    "uvloop": "for servers of another kind; ours is waitress",
    "httptools": "for servers of another kind; ours is waitress",
    "networkx": "for graphs of knowledge, and for compiling networks",
    "nltk": "sentences are cut by our own rules",
    "llama_index/core/_static/nltk_cache": "the data of that",
    "onnxruntime/capi/libonnxruntime.so.*": "for programs in C; Python's module holds all of it once more",
    "openvino/libs/libopenvino_intel_gpu_plugin.so": "OpenVINO runs on the processor here",
    "openvino/libs/libopenvino_intel_npu_plugin.so": "OpenVINO runs on the processor here",
    "openvino/libs/cache.json": "what suits graphics cards",
    "openvino/libs/libopenvino_[!i]*_frontend.so*": "other formats of networks; ours is built here",
    "openvino/include": "to compile with",
    "openvino/cmake": "to compile with",
    "torch/include": "to compile with",
    "torch/share": "to compile with",
    "torch/test": "tests",
    "torch/bin/test_*": "tests",
    "torch/bin/protoc*": "to compile with",
    "babel/locale-data/*.dat": "dates and numbers of languages that the pages do not speak",
    "pip": "nothing is installed later",
    "pip-*.dist-info": "nothing is installed later",
}
"""Patterns of paths below site-packages, and why nobody misses what they name."""

_SPOKEN = ("root", "en", "zh")
_TESTS = ("test", "tests")
_NEEDED_TESTS = "torch"  # its own modules import some of them
_NOT_READ = ("*.pyi", "*.pyc")
_STRIPPED_BY_THEIR_MAKERS = ("numpy", ".libs", "nvidia")  # and sections were moved since: `strip` breaks them


def main(place: Path) -> int:
    """Take it out, and say how much smaller the installation is."""
    before = _megabytes(place)
    for path in list(_unused(place)):
        _remove(path)
    for library in sorted(place.rglob("*.so*")):
        if not library.is_symlink() and not library.relative_to(place).parts[0].endswith(_STRIPPED_BY_THEIR_MAKERS):
            _strip(library)
    print(f"{before:.0f} MB were installed, {_megabytes(place):.0f} are left")
    return 0


def _unused(place: Path) -> Iterator[Path]:
    for pattern in UNUSED:
        yield from (path for path in place.glob(pattern) if not _is_spoken(path))
    for name in _TESTS:
        yield from (
            path for path in place.rglob(name) if path.is_dir() and path.relative_to(place).parts[0] != _NEEDED_TESTS
        )
    for pattern in _NOT_READ:
        yield from place.rglob(pattern)


def _is_spoken(path: Path) -> bool:
    return path.suffix == ".dat" and path.stem.partition("_")[0] in _SPOKEN


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)  # it may have gone with its folder


def _strip(library: Path) -> None:
    """Without the names that only a debugger reads, unless it could not be loaded then."""
    stripped = library.with_name(f"{library.name}.stripped")
    done = subprocess.run(["strip", "--strip-unneeded", "-o", stripped, library], capture_output=True)
    if done.returncode == 0 and (_can_be_loaded(stripped) or not _can_be_loaded(library)):
        shutil.copymode(library, stripped)
        stripped.replace(library)
    stripped.unlink(missing_ok=True)


def _can_be_loaded(library: Path) -> bool:
    """Tried in a process of its own: libraries do not all bear one another, and some crash alone."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with suppress(OSError):
            ctypes.CDLL(str(library))
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _megabytes(place: Path) -> float:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
