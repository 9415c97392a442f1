"""Cuts a document into chunks: passages that read well, say where they stand, and fit the embedding model.

Our own packing and not LlamaIndex's SentenceSplitter (0.14): that one returns text without places, does not count the
context that is embedded with it, knows no tables and no page breaks, and importing llama_index.core costs seconds in a
run that has nothing to do.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import accumulate, groupby
from pathlib import PurePosixPath

from indexing.chunking.outline import Outline, is_contents
from indexing.chunking.packing import Sized, pack
from indexing.chunking.pieces import Break, Piece, heads_of_earlier_pages, page_pieces, table_heads, table_sections
from indexing.documents import ParsedDocument
from storage.records import ChunkRecord, Span, chunk_id
from storage.words.lines import ends_a_sentence

CHUNKER_VERSION = 6
"""Part of every document's fingerprint: raise it when the same pages would give other chunks."""

CountTokens = Callable[[str], int]

_CONTEXT_SHARE = 4  # the context may have a quarter of what the model reads
_HEAD_SHARE = 2  # a header that is repeated has at most half of a chunk
_SECTION_SHARE = 8  # and the heading of a section an eighth
_CONTENTS_WEIGHT = 0.9
_BIBLIOGRAPHY_WEIGHT = 0.5
_SURE_SHARE = 0.8  # of the room: pieces with fewer tokens together fit without being counted as one text
_COUNTED = 64  # texts whose tokens are remembered: the same chunk is asked about three times
_CUTS = (re.compile(r"[,;:，、；：]\s*"), re.compile(r"\s+"))


def chunk_document(
    path: str, parsed: ParsedDocument, *, size: int, overlap: int, max_tokens: int, count_tokens: CountTokens
) -> list[ChunkRecord]:
    """The chunks of the document at `path`, in reading order.

    `size` and `overlap` are characters of quoted text; `count_tokens(chunk.embed_text) <= max_tokens` always holds.
    A chunk's text is its spans joined by newlines, one span a page, and before them the header of a table that the
    chunk goes on with; every character of every page that is no white space is in at least one chunk.
    """
    return list(_Chunker(path, parsed, size, overlap, max_tokens, count_tokens).chunks())


class _Chunker:
    """One document on its way: its pieces, and how much of them the model can read at once."""

    def __init__(
        self, path: str, parsed: ParsedDocument, size: int, overlap: int, max_tokens: int, count_tokens: CountTokens
    ) -> None:
        self._path = path
        self._pages = {page.number: page.text for page in parsed.pages}
        self._size = size
        self._overlap = overlap
        self._max_tokens = max_tokens
        self._count_tokens = lru_cache(_COUNTED)(count_tokens)
        self._room = max_tokens - count_tokens("")
        self._outline = Outline(parsed, PurePosixPath(path).stem, self._is_context)
        self._pieces = list(self._all_pieces(parsed))
        self._rooms: list[int] = []  # both are empty until there is more than one chunk
        self._tokens_of_piece: list[int] = []
        heads = table_heads(self._pieces, self._text_of)
        self._heads = [self._short_head(head) for head in heads]
        self._sections = [self._short_section(piece) for piece in table_sections(self._pieces, self._text_of)]
        self._far_heads = heads_of_earlier_pages(self._pieces, heads, self._text_of)

    def chunks(self) -> Iterator[ChunkRecord]:
        for position, chunk in enumerate(self._ranges()):
            chunk = self._overlapped(chunk)
            text, context = self._text(chunk), self._full_context(chunk)
            record = ChunkRecord("", self._path, position, text, context, self._spans(chunk), self._weight(chunk))
            yield replace(record, id=chunk_id(self._path, position, record.embed_text))

    def _text_of(self, piece: Piece) -> str:
        return self._pages[piece.page][piece.start : piece.end]

    def _short_head(self, head: Piece | None) -> Piece | None:
        """The header, or as many of its first cells as leave room for rows; None where that is not two of them."""
        room = self._size // _HEAD_SHARE
        if head is None or head.end - head.start <= room:
            return head
        text = self._text_of(head)
        end = text.rfind(" |", 0, room) + len(" |")
        return replace(head, end=head.start + end) if text[:end].count("|") > 2 else None

    def _short_section(self, section: Piece | None) -> Piece | None:
        is_short = section is not None and section.end - section.start <= self._size // _SECTION_SHARE
        return section if is_short else None

    def _signs(self, index: int) -> list[Piece]:
        """What a chunk that begins with this piece repeats: the header of its table, the heading of its section."""
        return [sign for sign in (self._heads[index], self._sections[index]) if sign is not None]

    def _ranges(self) -> list[range]:
        """The pieces of each chunk. A small document is one, which saves counting: folders hold thousands of them."""
        whole = range(len(self._pieces))
        has_sections = any(self._pieces[index].is_heading for index in whole[1:])
        if whole and not has_sections and len(self._text(whole)) <= self._size and self._fits(whole):
            return [whole]
        return [part for chunk in pack(self._sized(), self._size) for part in self._fitting(chunk)]

    def _is_context(self, text: str) -> bool:
        return self._has_at_most(text, self._max_tokens // _CONTEXT_SHARE)

    def _tokens(self, text: str) -> int:
        """Without the model's marks at beginning and end."""
        return self._count_tokens(text) - self._max_tokens + self._room

    def _all_pieces(self, parsed: ParsedDocument) -> Iterator[Piece]:
        last: Piece | None = None
        for page in parsed.pages:
            offsets = [heading.offset for heading in parsed.headings if heading.page == page.number]
            for piece in page_pieces(page.number, page.text, offsets):
                if last is not None and last.page != page.number and self._runs_on(last, piece):
                    piece = replace(piece, break_before=Break.INSIDE)
                yield from self._split(piece)
                last = piece

    def _runs_on(self, last: Piece, piece: Piece) -> bool:
        """Whether a sentence goes on over the page break."""
        if last.is_heading or last.is_row or piece.is_heading or piece.is_row or piece.is_caption:
            return False
        first = self._pages[piece.page][piece.start]
        is_open = not ends_a_sentence(self._pages[last.page][last.start : last.end])
        return is_open and (first.islower() or not first.isascii())

    def _split(self, piece: Piece) -> Iterator[Piece]:
        """The piece, or the parts of one that is longer than a chunk may be."""
        text = self._pages[piece.page][piece.start : piece.end]
        if len(text) < 2 or (len(text) <= self._size and self._fits_beside_context(text)):
            yield piece
            return
        cut = _middle_cut(text)
        left, right = text[:cut].rstrip(), text[cut:]
        begin = piece.end - len(right.lstrip())
        if left:
            yield from self._split(replace(piece, end=piece.start + len(left)))
        if begin < piece.end:
            yield from self._split(
                replace(piece, start=begin, break_before=Break.INSIDE if left else piece.break_before)
            )

    def _fits_beside_context(self, text: str) -> bool:
        return self._has_at_most(text, self._room - self._max_tokens // _CONTEXT_SHARE)

    def _has_at_most(self, text: str, tokens: int) -> bool:
        """Whether it is so short, the model's marks aside. Counting is what cutting takes longest for."""
        is_short = len(text.encode()) < tokens  # no tokenizer makes more tokens than there are bytes, and a mark
        return is_short or self._tokens(text) <= tokens

    def _sized(self) -> list[Sized]:
        bases = dict(
            zip(self._pages, accumulate((len(text) + 1 for text in self._pages.values()), initial=0), strict=False)
        )
        self._rooms = self._all_rooms()
        least = min(self._rooms, default=0)
        self._tokens_of_piece = [self._tokens_that_count(self._text_of(piece), least) for piece in self._pieces]
        return [
            Sized(
                start=bases[piece.page] + piece.start,
                end=bases[piece.page] + piece.end,
                tokens=self._tokens_of_piece[index],
                page=piece.page,
                break_before=piece.break_before,
                is_heading=piece.is_heading,
                room_tokens=self._rooms[index],
                head=sum(sign.end - sign.start + 1 for sign in self._signs(index)),
            )
            for index, piece in enumerate(self._pieces)
        ]

    def _all_rooms(self) -> list[int]:
        """For each piece, how many tokens a chunk that begins with it has beside its context."""
        tokens_of = cache(self._tokens)  # the same for all pieces below a heading
        return [
            self._room
            - tokens_of(self._outline.context(piece.page, piece.start))
            - sum(tokens_of(self._text_of(sign)) for sign in self._signs(index))
            for index, piece in enumerate(self._pieces)
        ]

    def _tokens_that_count(self, text: str, room: int) -> int:
        """Its tokens; none where a chunk is full of such characters long before the model has enough."""
        return 0 if len(text.encode()) * self._size <= len(text) * room else self._tokens(text)

    def _fitting(self, chunk: range) -> Iterator[range]:
        """The chunk, or its parts where the whole has more tokens than its pieces promised."""
        if len(chunk) == 1 or self._fits(chunk):
            yield chunk
            return
        middle = chunk.start + len(chunk) // 2
        near = sorted(chunk[1:], key=lambda index: (-self._pieces[index].break_before, abs(index - middle)))
        yield from self._fitting(range(chunk.start, near[0]))
        yield from self._fitting(range(near[0], chunk.stop))

    def _fits(self, chunk: range) -> bool:
        return self._surely_fits(chunk) or self._can_read(self._context(chunk), self._text(chunk))

    def _surely_fits(self, chunk: range) -> bool:
        """Whether its pieces leave so much room that joining them cannot matter: a word or two at each joint."""
        if not self._rooms:
            return False
        return sum(self._tokens_of_piece[chunk.start : chunk.stop]) <= self._rooms[chunk.start] * _SURE_SHARE

    def _can_read(self, context: str, text: str) -> bool:
        embedded = ChunkRecord("", "", 0, text, context).embed_text
        return self._has_at_most(embedded, self._room)

    def _overlapped(self, chunk: range) -> range:
        """The chunk with the end of the one before, if that is in the same paragraph: whole sentences only."""
        longer = chunk
        while longer.start > 0 and self._pieces[longer.start].break_before is Break.SENTENCE:
            longer = range(longer.start - 1, chunk.stop)
            added = self._pieces[chunk.start].start - self._pieces[longer.start].start
            is_near = self._pieces[longer.start].page == self._pieces[chunk.start].page and added <= self._overlap
            if not is_near or len(self._text(longer)) > self._size or not self._fits(longer):
                break
            chunk = range(longer.start, chunk.stop)
        return chunk

    def _text(self, chunk: range) -> str:
        return "\n".join(self._pages[span.page][span.start : span.end] for span in self._spans(chunk))

    def _spans(self, chunk: range) -> tuple[Span, ...]:
        by_page = groupby((self._pieces[index] for index in chunk), key=lambda piece: piece.page)
        runs = [(page, list(pieces)) for page, pieces in by_page]
        spans = tuple(Span(page, pieces[0].start, pieces[-1].end) for page, pieces in runs)
        return (*(Span(sign.page, sign.start, sign.end) for sign in self._signs(chunk.start)), *spans)

    def _context(self, chunk: range) -> str:
        first = self._pieces[chunk.start]
        return self._outline.context(first.page, first.start)

    def _full_context(self, chunk: range) -> str:
        """With what a part of a table needs to be understood; less where that is more than the model reads."""
        plain, text = self._context(chunk), self._text(chunk)
        full = plain
        far = self._far_heads[chunk.start]
        for sign in (*([far] if far else []), *(self._pieces[index] for index in self._table_signs(chunk))):
            full = self._outline.extended(full, self._text_of(sign))
        return next((context for context in (full, plain) if self._can_read(context, text)), "")

    def _table_signs(self, chunk: range) -> Iterator[int]:
        """The first row and the caption of a table of which the chunk holds only a part."""
        first, last = chunk.start, chunk.stop - 1
        while first > 0 and self._pieces[first].break_before is Break.ROW:
            first -= 1
        is_part = first < chunk.start and self._heads[chunk.start] is None and self._far_heads[chunk.start] is None
        if is_part and any(self._pieces[index].is_row for index in chunk):
            yield first
        while last + 1 < len(self._pieces) and self._pieces[last + 1].break_before is Break.ROW:
            last += 1
        if last >= chunk.stop and self._pieces[last].is_caption:
            yield last

    def _weight(self, chunk: range) -> float:
        first = self._pieces[chunk.start]
        if is_contents(self._text(chunk)):
            return _CONTENTS_WEIGHT
        return _BIBLIOGRAPHY_WEIGHT if self._outline.is_bibliography(first.page, first.start) else 1.0


def _middle_cut(text: str) -> int:
    """A place near the middle of the text to cut it: after a comma, else at white space, else anywhere."""
    middle = len(text) // 2
    for mark in _CUTS:
        ends = [match.end() for match in mark.finditer(text, len(text) // 4, len(text) * 3 // 4 + 1)]
        if ends:
            return max(1, min(ends, key=lambda end: abs(end - middle)))
    return middle
