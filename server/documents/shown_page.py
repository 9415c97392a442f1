"""What a page shows of a document: its text, page by page, with a passage marked in it. Reads the catalogue alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from server.documents.cited_sentence import cited_range
from storage.catalogue.catalogue import Catalogue
from storage.records import ChunkRecord, DocumentRecord, PageRecord, PageStatus, Span


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page of a document and what is marked on it.

    `page` is None where nothing could be read. `is_passage_gone` tells that the passage asked for is not in this
    index any more.
    """

    document: DocumentRecord
    page: PageRecord | None
    passage: ChunkRecord | None
    ranges: tuple[tuple[int, int], ...]
    is_passage_gone: bool
    sentence: tuple[int, int] | None = None
    """Where on the page the sentence stands that counts, within the passage."""

    @property
    def marked_text(self) -> str:
        """What is marked on the page."""
        return " ".join(self.page.text[start:end] for start, end in self.ranges) if self.page else ""

    @property
    def sentence_text(self) -> str:
        """The sentence that counts."""
        return self.page.text[slice(*self.sentence)] if self.page and self.sentence else ""

    @property
    def previous(self) -> int | None:
        """The number of the page before."""
        return self.page.number - 1 if self.page and self.page.number > 1 else None

    @property
    def following(self) -> int | None:
        """The number of the page after."""
        return self.page.number + 1 if self.page and self.page.number < self.document.pages else None


def shown_page(catalogue: Catalogue, path: str, number: int | None, passage_id: str | None) -> ShownPage | None:
    """The page asked for, or the passage's first, or the document's first; None: no such document or page.

    Only what the catalogue names is looked up: no path reaches the file system.
    """
    document = catalogue.document(path)
    if document is None:
        return None
    passage = catalogue.chunks([passage_id]).get(passage_id) if passage_id else None
    if passage is not None and passage.document != path:
        passage = None
    wanted = number or (passage.pages[0] if passage and passage.pages else 1)
    page = catalogue.page(path, wanted)
    if page is None and (document.pages > 0 or number):
        return None
    ranges = tuple((s.start, s.end) for s in _spans(passage) if page is not None and s.page == page.number)
    return ShownPage(document, page, passage, ranges, is_passage_gone=bool(passage_id) and passage is None)


def with_sentence(shown: ShownPage, start: int, end: int) -> ShownPage:
    """The same, with a sentence marked within its passage; as it is where there is no such sentence."""
    is_within = any(first <= start < end <= last for first, last in shown.ranges)
    return replace(shown, sentence=(start, end)) if is_within else shown


def cited_page(
    catalogue: Catalogue, path: str, passage_id: str, statement: str, first_page: int | None, number: int | None = None
) -> ShownPage | None:
    """The page of the passage's sentence that bears out the statement, or page `number`; None: no such document.

    Where the passage is not in this index any more, the page it began on.
    """
    passage = catalogue.chunks([passage_id]).get(passage_id)
    pages = [number] if number else list(passage.pages) if passage and passage.document == path else [first_page or 1]
    shown = [each for page in pages if (each := shown_page(catalogue, path, page, passage_id))]
    best, most = (shown[0] if shown else None), 0.0
    for each in shown:
        if each.page is None or not each.ranges:
            continue
        sentence, weight = cited_range(each.page.text, statement, each.ranges)
        if sentence is not None and weight > most:
            best, most = replace(each, sentence=sentence), weight
    return best


@dataclass(frozen=True, slots=True)
class PageMark:
    """How pages `first` to `last` of a document were read."""

    first: int
    last: int
    status: PageStatus


def page_marks(
    documents: Sequence[DocumentRecord], odd_pages: Iterable[tuple[str, PageRecord]], most: int
) -> dict[str, list[PageMark]]:
    """By path: its pages in order, each page a mark; where all of them are more than `most`, runs of the same state.

    Then a document has no more marks than its share of `most`.
    """
    odd: dict[str, dict[int, PageStatus]] = {}
    for path, page in odd_pages:
        odd.setdefault(path, {})[page.number] = page.status
    has_room = sum(record.pages for record in documents) <= most
    marks: dict[str, list[PageMark]] = {}
    for record in documents:
        states = odd.get(record.path, {})
        each = (PageMark(number, number, states.get(number, "text")) for number in range(1, record.pages + 1))
        marks[record.path] = list(each if has_room else islice(_runs(record.pages, states), most // len(documents)))
    return marks


def passages_on(catalogue: Catalogue, shown: ShownPage) -> list[ChunkRecord]:
    """The passages that stand on the shown page, in reading order."""
    if shown.page is None:
        return []
    number = shown.page.number
    return [chunk for chunk in catalogue.document_chunks(shown.document.path) if number in chunk.pages]


def _runs(pages: int, odd: dict[int, PageStatus]) -> Iterator[PageMark]:
    """Neighbouring pages of one state drawn together."""
    numbers = range(1, pages + 1)
    for status, run in groupby(numbers, key=lambda number: odd.get(number, "text")):
        found = list(run)
        yield PageMark(found[0], found[-1], status)


def _spans(passage: ChunkRecord | None) -> tuple[Span, ...]:
    return passage.spans if passage else ()
