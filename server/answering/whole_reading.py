"""What is read of the index for a question about whole documents, and what is quoted of it.

Decides between `whole_request` (what is wanted) and `whole_document` (which sentences); knows no language model.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.answering.edition_changes import (
    Change,
    asks_for_changes,
    changes_between,
    most_telling,
    topic_of_changes,
)
from server.answering.editions import Shares, editions_of, editions_to_compare, meant_editions, newest_edition
from server.answering.quoting import quoted_places
from server.answering.whole_document import (
    Line,
    all_lines,
    chosen_lines,
    folder_named,
    lines_on,
    meant_document,
    share_of,
)
from server.answering.whole_request import WholeRequest, topic_of, whole_request
from server.language_model.usage import estimated_tokens
from server.passages import Passage
from server.retrieval.document_globs import matching
from server.retrieval.glosses import gloss
from server.retrieval.versions import version_mark
from storage.catalogue.catalogue import Catalogue
from storage.records import ChunkRecord
from storage.words.languages import language_of
from storage.words.lexicon import LANGUAGES, words_of

_PAGE = 1800  # characters of a page, for documents whose pages are none of paper
_MOST_DOCUMENTS = 20
_MOST_LINES = 24
_MOST_OF_EACH = 3  # sentences of a document, where many are asked
_SEARCHED = 200
_FEWEST = 3
_SMALLER = 0.7
_MARKERS_TOKENS = 80  # around each passage
_MARKUP = str.maketrans("", "", "*_`[]<>|#")


@dataclass(frozen=True, slots=True)
class Reading:
    """The documents that are read, all their chunks in reading order, and the sentences chosen of them.

    `lines` count chunks from the first one. `changes`: where two editions are compared, the newer one first; of these
    are the lines then, and `all_changes` is how many there are.
    """

    request: WholeRequest
    documents: tuple[str, ...]
    pages: int
    chunks: tuple[ChunkRecord, ...]
    lines: tuple[Line, ...]
    changes: tuple[Change, ...] = ()
    all_changes: int = 0

    @property
    def quoted_chunks(self) -> list[ChunkRecord]:
        """The chunks that a line was chosen of, in reading order."""
        return [self.chunks[number] for number in sorted({line.chunk for line in self.lines})]


def reading_of(question: str, globs: Sequence[str], catalogue: Catalogue, shares: Shares) -> Reading | None:
    """What is to be read where the question is about whole documents; None where it is an ordinary one."""
    request, is_comparison = whole_request(question), asks_for_changes(question)
    if request is None and not is_comparison:
        return None
    never_read = set(catalogue.paths("failed"))
    allowed = [path for path in matching(catalogue.paths(), globs or ("*",)) if path not in never_read]
    if is_comparison and (compared := _compared(question, allowed, catalogue, shares)) is not None:
        return compared
    if request is None:
        return None
    if request.scope == "documents":
        return _mentioning(request, _topics(question, request.topic, catalogue), allowed, catalogue)
    wanted = _wanted(question, allowed, bool(globs), catalogue, shares)
    return _read(request, wanted[:_MOST_DOCUMENTS], catalogue) if wanted else None


def quoted_reading(reading: Reading, passages: Sequence[Passage]) -> str:
    """The chosen sentences under their headings, each with the number of its passage."""
    places = {passage.id: number for number, passage in enumerate(passages)}
    if reading.changes:
        return _quoted_changes(reading, passages, places)
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


def _quoted_changes(reading: Reading, passages: Sequence[Passage], places: Mapping[str, int]) -> str:
    """Under each heading what the newer edition says, and below it what the older one said."""
    new, old = (version_mark(path) for path in reading.documents)
    if new == old or not new or not old:
        new, old = reading.documents
    parts: list[str] = []
    heading = ""
    for changes in _tables_together(reading.changes):
        both = [(mark, line) for each in changes for mark, line in ((new, each.new), (old, each.old)) if line]
        said = [_quoted_of_edition(mark, both, reading, passages, places) for mark in (new, old)]
        above = both[0][1].heading.translate(_MARKUP).strip()
        if any(said) and above and above != heading:
            parts.append(f"**{above}**")
            heading = above
        parts += filter(None, said)
    return "\n\n".join(parts)


def _quoted_of_edition(
    mark: str,
    lines: Sequence[tuple[str, Line]],
    reading: Reading,
    passages: Sequence[Passage],
    places: Mapping[str, int],
) -> str:
    """What the edition with this mark says of these lines, which are of one passage of each; else ""."""
    own = [line for of, line in lines if of == mark and reading.chunks[line.chunk].id in places]
    if not own:
        return ""
    said = quoted_places(passages, places[reading.chunks[own[0].chunk].id], [line.place for line in own])
    return f"{mark}:\n\n{said}" if own[0].is_row else f"{mark}: {said}"


def _tables_together(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes one by one, but the rows of one passage together: they are one table."""
    groups: list[list[Change]] = []
    for change in changes:
        before = groups[-1][-1] if groups else None
        is_next = before is not None and all(
            one is not None and other is not None and one.is_row and other.is_row and one.chunk == other.chunk
            for one, other in ((before.new, change.new), (before.old, change.old))
        )
        if is_next:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def read_chunks(reading: Reading, most: int, room_tokens: int) -> list[ChunkRecord]:
    """What a language model reads in one call: all chunks, or of too many those with the best sentences."""
    chunks, name = reading.quoted_chunks if reading.changes else list(reading.chunks), " ".join(reading.documents)
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
    groups = editions_of(allowed)
    path = meant[0] if meant else next(iter(meant_editions(question, groups, catalogue, found)), None)
    return [newest_edition(question, path, groups, catalogue)] if path else []


def _compared(question: str, allowed: Sequence[str], catalogue: Catalogue, shares: Shares) -> Reading | None:
    """Two editions of the document that is meant; None where it has no other, or they say the same."""
    editions = editions_to_compare(question, editions_of(allowed), catalogue, shares)
    if editions is None:
        return None
    newer, older = editions
    new_chunks, old_chunks = catalogue.document_chunks(newer), catalogue.document_chunks(older)
    old_lines = [line.behind(len(new_chunks)) for line in all_lines(old_chunks)]
    titles = (record.title for path in editions if (record := catalogue.document(path)))
    topic = topic_of_changes(question) - topic_of(" ".join((*editions, *filter(None, titles))).replace("-", " "))
    found = changes_between(old_lines, all_lines(new_chunks), lambda line: share_of(topic, topic_of(line.text)) > 0)
    changes = most_telling(found)
    lines = tuple(line for change in changes for line in (change.new, change.old) if line is not None)
    if not lines:
        return None
    pages = sum(_pages(path, 0, chunks) for path, chunks in ((newer, new_chunks), (older, old_chunks)))
    request = WholeRequest("document", False, (), topic)
    return Reading(request, editions, pages, (*new_chunks, *old_chunks), lines, tuple(changes), len(found))


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


def _topics(question: str, topic: frozenset[str], catalogue: Catalogue) -> list[frozenset[str]]:
    """The topic in the question's language, and in the others of which the lexicon knows its words."""
    language = language_of(question)
    if language is None or not topic:
        return [topic] if topic else []
    words = " ".join(word for word in words_of(question, language) if topic_of(word) & topic)
    words = "".join(words.split()) if language == "zh" else words
    glosses = (gloss(words, language, other, catalogue.words.says) for other in LANGUAGES)
    return [topic, *(told for each in glosses if each is not None and (told := topic_of(" ".join(each.terms))))]


def _mentioning(
    request: WholeRequest, topics: Sequence[frozenset[str]], allowed: Sequence[str], catalogue: Catalogue
) -> Reading | None:
    """The documents that speak of the topic, each with the sentences that do."""
    by_document: dict[str, list[ChunkRecord]] = {}
    about: dict[str, frozenset[str]] = {}
    for topic in topics:
        hits = catalogue.words.search(" ".join(sorted(topic)), _SEARCHED, list(allowed))
        found = catalogue.chunks([hit.chunk_id for hit in hits])
        for hit in hits:
            path = found[hit.chunk_id].document
            if about.setdefault(path, topic) is topic:
                by_document.setdefault(path, []).append(found[hit.chunk_id])
    chunks: list[ChunkRecord] = []
    lines: list[Line] = []
    documents: list[str] = []
    for path, own in list(by_document.items())[:_MOST_DOCUMENTS]:
        own.sort(key=lambda chunk: chunk.position)
        if chosen := lines_on(about[path], own, _MOST_OF_EACH):
            lines += [line.behind(len(chunks)) for line in chosen]
            chunks += own
            documents.append(path)
    pages = sum(len(chunk.text) for chunk in chunks) // _PAGE + 1
    return Reading(request, tuple(documents), pages, tuple(chunks), tuple(lines)) if lines else None


def _pages(path: str, pages: int, chunks: Sequence[ChunkRecord]) -> int:
    """How many pages of paper: a heading is a page to some readers."""
    written = math.ceil(sum(len(chunk.text) for chunk in chunks) / _PAGE)
    return max(1, pages if path.lower().endswith(".pdf") else written)
