"""Bytes of a text file to characters. Refuses rather than guesses: mojibake in the index helps nobody."""

import codecs
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

from indexing.documents import ParseFailure, ReadLimits
from indexing.readers.cjk_encoding import cjk_encoding, shifted_encoding
from storage.messages import message

_MARKS = (  # the longer marks first: UTF-32's begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_GUESS_BYTES = 200_000
_MOST_CHAOS = 0.1  # charset-normalizer's measure of noise: 0 is clean text
_MOST_BROKEN = 0.002  # of the characters; a single one is always forgiven
_CERTAIN_UTF8 = 8  # so many characters of several bytes are no accident
_MANY_BYTES = re.compile("[\u0080-\ufffc\U00010000-\U0010ffff]")
_BROKEN = re.compile("\ufffd+")
_WIDER = {  # names that are written for wider encodings, as browsers know
    "gb2312": "gb18030", "gbk": "gb18030", "gb-2312": "gb18030", "x-gbk": "gb18030",
    "big5": "big5hkscs", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "euc-kr": "cp949", "ks-c-5601-1987": "cp949", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso-8859-9": "cp1254", "iso-2022-jp": "iso2022_jp_ext", "hz-gb-2312": "hz", "utf8": "utf-8",
}  # fmt: skip
_BYTES_A_CHARACTER = 4
_LATIN = ("cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "cp437", "cp850", "cp852", "latin_1", "mac_roman",
          "mac_latin2", "mac_iceland", "hp_roman8", "cp775", "cp858", "cp860", "cp861", "cp863", "cp865",
          *(f"iso8859_{part}" for part in (1, 2, 3, 4, 9, 10, 13, 14, 15, 16)))  # fmt: skip
_WESTERN = frozenset(
    b"the of and to is in that for it as with was on by at from "
    b"le la les des est du une dans pour que qui il ce pas sur "
    b"der die das und ist nicht den von zu mit ein auf dem "
    b"el los las del una con por no se su es o os da em um com do "
    b"het een van och att som det en er af gott jag den om til ikke med di che per non il della sono gli".split()
)
_CENTRAL = frozenset(
    b"nie na z w do jest jak po co od dla ale czy tak to je se v ve ze pro za by bylo jsou ale kde ako je "
    b"a az egy es hogy nem van de ez is meg volt ki este din pe cu la nu si ca sau un iar ili su od bi kao jer".split()
)


def read_text(path: Path, limits: ReadLimits) -> str:
    """The characters of the file. Raises `ParseFailure` "encoding_unknown", "output_limit" or "empty"."""
    if path.stat().st_size > limits.text_characters * _BYTES_A_CHARACTER:
        raise too_long(limits)
    text = decode_text(path.read_bytes())
    if len(text) > limits.text_characters:
        raise too_long(limits)
    if not text.strip():
        raise ParseFailure("empty", message("the file has no text; fill it or remove it"))
    return text


def too_long(limits: ReadLimits) -> ParseFailure:
    """What is raised for more text than one file may give."""
    count = f"{limits.text_characters:,}"
    return ParseFailure("output_limit", message("more than {count} characters; split the file", count=count))


def decode_text(data: bytes) -> str:
    """The characters that the bytes of a text stand for; a few broken ones are U+FFFD.

    Raises `ParseFailure` "encoding_unknown".
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], encoding)
    if b"\0" in data:
        return _decode(data, _wide_encoding(data))
    if shifted := shifted_encoding(data):
        return _decode(data, shifted)
    text = data.decode("utf-8", "replace")
    return text if _is_utf8(text, data) else _decode(data, _guessed_encoding(data))


def decode_declared(data: bytes, declared: str | None) -> str:
    """The characters of bytes that name their encoding (XML, HTML, mail); the name counts unless the bytes belie it."""
    if declared is None or data.startswith(tuple(mark for mark, _ in _MARKS)):
        return decode_text(data)
    encoding = _WIDER.get(declared.lower().replace("_", "-"), declared)
    with suppress(UnicodeDecodeError):
        if len(_MANY_BYTES.findall(text := data.decode("utf-8"))) >= _CERTAIN_UTF8:
            return text
    with suppress(LookupError, ValueError):
        text = data.decode(encoding, "replace")
        if _is_nearly_whole(text):
            return text
    return decode_text(data)


def broken_places(text: str) -> int:
    """In how many places of the text bytes could not be read. A broken character of several bytes is one place."""
    return len(_BROKEN.findall(text))


def _is_utf8(text: str, data: bytes) -> bool:
    """Whether the bytes are UTF-8 but for a few broken ones; `text` is what they would be.

    Bytes of other encodings rarely form a character of UTF-8, and never many of them with few failures between.
    """
    broken = broken_places(text) - broken_places(data.decode("utf-8", "ignore"))
    whole = len(_MANY_BYTES.findall(text))
    return broken <= 0 or (whole >= _CERTAIN_UTF8 // 4 and broken <= max(1, whole // 10))


def _decode(data: bytes, encoding: str) -> str:
    """Raises `ParseFailure` "encoding_unknown" where more than a few bytes are broken."""
    try:
        text = data.decode(encoding, "replace")
    except LookupError as exc:
        raise _unknown() from exc
    if not _is_nearly_whole(text):
        raise _unknown()
    return text


def _unknown() -> ParseFailure:
    return ParseFailure("encoding_unknown", message("its character encoding is not recognised; save it as UTF-8"))


def _is_nearly_whole(text: str) -> bool:
    return broken_places(text) <= max(1, len(text) * _MOST_BROKEN)


def _wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, told by where the zero bytes of its ASCII characters stand."""
    sample = data[:_GUESS_BYTES]
    for encoding in _WIDE:
        width, most = (4, 2.5) if "32" in encoding else (2, 0.3)
        order = range(width) if encoding.endswith("be") else range(width - 1, -1, -1)
        zeros = [sample[place::width].count(0) * width / len(sample) for place in order]
        if len(data) % width == 0 and sum(zeros[:-1]) >= min(most, width - 1 - 0.5) and zeros[-1] < 0.05:
            return encoding
    raise ParseFailure(
        "encoding_unknown", message("it holds binary data, not text; remove it or give it its proper suffix")
    )


def _guessed_encoding(data: bytes) -> str:
    from charset_normalizer import from_bytes  # 30 ms, and only for what is not UTF-8

    sample = data[:_GUESS_BYTES]
    if len(sample) < len(data):
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    if found := cjk_encoding(sample):
        return found
    best = from_bytes(sample).best()
    if best is None or best.chaos > _MOST_CHAOS:
        raise _unknown()
    if best.encoding in _LATIN:
        return _latin_encoding(sample)
    is_one_byte = len(str(best)) == len(best.raw)
    if is_one_byte and best.coherence == 0:  # it resembles no language: several encodings would do as well
        raise _unknown()
    return best.encoding


def _latin_encoding(sample: bytes) -> str:
    """Which of the one-byte Latin encodings it is, told by little words: the bytes alone do not say.

    charset-normalizer 3.5 reads French, Spanish and Portuguese cp1252 as cp1250 ("élèves" as "élčves").
    """
    words = Counter(re.findall(rb"(?<![\w\x80-\xff])[a-z]{1,4}(?![\w\x80-\xff])", sample.lower()))
    western, central = (sum(words[word] for word in little) for little in (_WESTERN, _CENTRAL))
    if western > central:
        return "cp1252"
    if western == central:
        raise _unknown()
    return "cp1250" if any(0x80 <= byte < 0xA0 for byte in sample) else "iso8859-2"
