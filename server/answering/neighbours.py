"""The passage after or before one that was kept, where a table, a list or a formula goes on there.

Pieces of a document are cut at a length; what belongs together may be in two of them.
Apart from what else an answer needs: whether something goes on is told by lines alone, not by the question.
"""

import re
from collections.abc import Sequence

from server.passages import Passage
from storage.catalogue.catalogue import Catalogue
from storage.records import ChunkRecord
from storage.words.lines import is_row

_MOST_LOOKED_AT = 2  # of the kept passages, best first
_MOST_BROUGHT = 2

_ITEM = re.compile(r"\s*(?:[•●▪◦‣∙·*+–-]|\(?\d{1,3}[.)]|[（(][a-z\d一二三四五六七八九十]{1,2}[)）]|[a-z][.)])\s+\S")
_ANNOUNCES = (":", "：")
_SIGNS = re.compile(r"[=+\-−×·/*^<>≤≥∑√()\[\]{}\\_|\d]")
_OPEN = re.compile(r"[=+\-−×·/*^<>≤≥,]\s*$")


def going_on(passages: Sequence[Passage], catalogue: Catalogue) -> list[ChunkRecord]:
    """The chunks beside the best passages that continue them; those that are passages already are left out."""
    known = {passage.id for passage in passages}
    records = catalogue.chunks([passage.id for passage in passages[:_MOST_LOOKED_AT]])
    found: list[ChunkRecord] = []
    for chunk in (records[passage.id] for passage in passages[:_MOST_LOOKED_AT] if passage.id in records):
        before, after = catalogue.chunks_beside(chunk)
        if after is not None and goes_on(chunk.text, after.text):
            found.append(after)
        if before is not None and goes_on(before.text, chunk.text):
            found.append(before)
    return [chunk for chunk in dict.fromkeys(found) if chunk.id not in known][:_MOST_BROUGHT]


def goes_on(text: str, following: str) -> bool:
    """Whether a table, list or formula at the end of a text goes on in the one that follows. Pure."""
    last, first = _lines(text)[-1:], _lines(following)[:1]
    if not last or not first:
        return False
    if is_row(last[0].strip()):
        return is_row(first[0].strip())
    if last[0].rstrip().endswith(_ANNOUNCES):
        return True
    if _ITEM.match(last[0]):
        return _ITEM.match(first[0]) is not None
    return _is_formula(last[0]) and (_is_formula(first[0]) or _OPEN.search(last[0]) is not None)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _is_formula(line: str) -> bool:
    """Mostly signs, with an operator among them."""
    plain = "".join(line.split())
    return "=" in plain and len(_SIGNS.findall(plain)) > 0.3 * len(plain)
