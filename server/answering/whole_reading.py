"""What is read of the index for a question about whole documents, and what is quoted of it.

Decides between `whole_request` (what is wanted) and `whole_document` (which sentences); knows no language model.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.answering.quoting import quoted_places
from server.answering.whole_document import Line, chosen_lines, folder_named, lines_on, meant_document
from server.answering.whole_request import WholeRequest, whole_request
from server.language_model.usage import estimated_tokens
from server.passages import Passage
from server.retrieval.document_globs import matching
from storage.catalogue.catalogue import Catalogue
from storage.records import ChunkRecord

_PAGE = 1800  # characters of a page, for documents whose pages are none of paper
_MOST_DOCUMENTS = 20
_MOST_LINES = 24
_MOST_OF_EACH = 3  # sentences of a document, where many are asked
_SEARCHED = 200
_FEWEST = 3
_SMALLER = 0.7
_MARKERS_TOKENS = 80  # around each passage
_MARKUP = str.maketrans("", "", "*_`[]<>|#")

Shares = Callable[[str], dict[str, float]]
"""For a question, in which documents how much of what is retrieved lies."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The documents that are read, all their chunks in reading order, and the sentences chosen of them.

    `lines` count chunks from the first one.
    """

    request: WholeRequest
    documents: tuple[str, ...]
    pages: int
    chunks: tuple[ChunkRecord, ...]
    lines: tuple[Line, ...]

    @property
    def quoted_chunks(self) -> list[ChunkRecord]:
        """The chunks that a line was chosen of, in reading order."""
        return [self.chunks[number] for number in sorted({line.chunk for line in self.lines})]


def reading_of(question: str, globs: Sequence[str], catalogue: Catalogue, shares: Shares) -> Reading | None:
    """What is to be read where the question is about whole documents; None where it is an ordinary one."""
    request = whole_request(question)
    if request is None:
        return None
    never_read = set(catalogue.paths("failed"))
    allowed = [path for path in matching(catalogue.paths(), globs or ("*",)) if path not in never_read]
    if request.scope == "documents":
        return _mentioning(request, allowed, catalogue)
    wanted = _wanted(question, allowed, bool(globs), catalogue, shares)
    return _read(request, wanted[:_MOST_DOCUMENTS], catalogue) if wanted else None


def quoted_reading(reading: Reading, passages: Sequence[Passage]) -> str:
    """The chosen sentences under their headings, each with the number of its passage."""
    places = {passage.id: number for number, passage in enumerate(passages)}
    parts: list[str] = []
    heading = ""
    for chunk, above, lines in _groups(reading):
        if chunk.id not in places:
            continue
        if above != heading and above.translate(_MARKUP).strip():
            parts.append(f"**{above.translate(_MARKUP).strip()}**")
        heading = above
        parts.append(quoted_places(passages, places[chunk.id], [line.place for line in lines]))
    return "\n\n".join(parts)


def read_chunks(reading: Reading, most: int, room_tokens: int) -> list[ChunkRecord]:
    """What a language model reads in one call: all chunks, or of too many those with the best sentences."""
    chunks, name = list(reading.chunks), " ".join(reading.documents)
    while most > _FEWEST and (len(chunks) > most or sum(_tokens(chunk) for chunk in chunks) > room_tokens):
        wanted = {line.chunk for line in chosen_lines(reading.request, reading.chunks, name, most)}
        chunks = [chunk for number, chunk in enumerate(reading.chunks) if number in wanted]
        most = int(_SMALLER * most)
    return chunks


def _tokens(chunk: ChunkRecord) -> int:
    return estimated_tokens(chunk.text) + estimated_tokens(chunk.context) + _MARKERS_TOKENS


def _groups(reading: Reading) -> list[tuple[ChunkRecord, str, list[Line]]]:
    """Lines that stand together: of one chunk, under one heading."""
    groups: list[tuple[ChunkRecord, str, list[Line]]] = []
    several = len(reading.documents) > 1
    for line in reading.lines:
        chunk = reading.chunks[line.chunk]
        heading = chunk.document if several else line.heading
        if groups and groups[-1][0] == chunk and groups[-1][1] == heading:
            groups[-1][2].append(line)
        else:
            groups.append((chunk, heading, [line]))
    return groups


def _wanted(
    question: str, allowed: Sequence[str], is_narrowed: bool, catalogue: Catalogue, shares: Shares
) -> list[str]:
    """The documents that are meant: those asked for, of a folder that is named, or the one that fits best."""
    if is_narrowed and len(allowed) <= 1:
        return list(allowed)
    if folder := folder_named(question, allowed):
        return folder
    may_be_read = set(allowed)
    records = [record for record in catalogue.documents() if record.path in may_be_read]
    found = {path: share for path, share in shares(question).items() if path in may_be_read}
    meant = meant_document(question, records, found)
    return [meant[0]] if meant else []


def _read(request: WholeRequest, documents: Sequence[str], catalogue: Catalogue) -> Reading | None:
    chunks: list[ChunkRecord] = []
    lines: list[Line] = []
    pages = 0
    most = _MOST_LINES if len(documents) == 1 else max(_MOST_OF_EACH, _MOST_LINES // len(documents))
    for path in documents:
        record, own = catalogue.document(path), catalogue.document_chunks(path)
        pages += _pages(path, record.pages if record else 0, own)
        found = chosen_lines(request, own, f"{record.title if record and record.title else ''} {path}", most)
        lines += [line.behind(len(chunks)) for line in found]
        chunks += own
    return Reading(request, tuple(documents), pages, tuple(chunks), tuple(lines)) if lines else None


def _mentioning(request: WholeRequest, allowed: Sequence[str], catalogue: Catalogue) -> Reading | None:
    """The documents that speak of the topic, each with the sentences that do."""
    if not request.topic:
        return None
    hits = catalogue.words.search(" ".join(sorted(request.topic)), _SEARCHED, list(allowed))
    found = catalogue.chunks([hit.chunk_id for hit in hits])
    by_document: dict[str, list[ChunkRecord]] = {}
    for hit in hits:
        by_document.setdefault(found[hit.chunk_id].document, []).append(found[hit.chunk_id])
    chunks: list[ChunkRecord] = []
    lines: list[Line] = []
    documents: list[str] = []
    for path, own in list(by_document.items())[:_MOST_DOCUMENTS]:
        own.sort(key=lambda chunk: chunk.position)
        if chosen := lines_on(request.topic, own, _MOST_OF_EACH):
            lines += [line.behind(len(chunks)) for line in chosen]
            chunks += own
            documents.append(path)
    pages = sum(len(chunk.text) for chunk in chunks) // _PAGE + 1
    return Reading(request, tuple(documents), pages, tuple(chunks), tuple(lines)) if lines else None


def _pages(path: str, pages: int, chunks: Sequence[ChunkRecord]) -> int:
    """How many pages of paper: a heading is a page to some readers."""
    written = math.ceil(sum(len(chunk.text) for chunk in chunks) / _PAGE)
    return max(1, pages if path.lower().endswith(".pdf") else written)
