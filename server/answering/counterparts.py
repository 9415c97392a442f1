"""What another version of a document says instead of a statement: its counterpart there.

Versions are told by the names of files. A counterpart is found by its words and its heading, whether or not the search
brought it; where the section of the same heading revokes something, that is what it says instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.answering.contradictions import corrects, differs_in_value, likeness, versions_differ
from server.answering.contrasts import is_negative, revokes, says_instead
from server.evidence.alignment import alike, begin_alike, headings_of
from server.evidence.examination import sentences_of
from server.passages import Passage
from server.retrieval.versions import other_versions, version_key
from storage.catalogue.catalogue import Catalogue
from storage.records import ChunkRecord

_LEAST_LIKE = 0.2  # of a counterpart in another version
_LEAST_SURE = 0.34  # the same with what its heading adds
_SAME_HEADING = 0.25
_ABOUT_THE_SAME = 0.5  # so alike, other words are another answer
_ABOUT_THE_SAME_THERE = 0.4  # under the same heading
_MOST_VERSIONS = 3
_READ_WHOLE = 60  # chunks: of a longer version those that share words
_MOST_CHUNKS = 20  # of a longer one
_MOST_RATED = 8
_MORE_ALIKE = 0.05
_SHORTEST = 8  # characters: less is no statement


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What another document says instead: the chunk and its sentence."""

    chunk: ChunkRecord
    text: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """A sentence, its chunk, and the heading above it without its number."""

    chunk: ChunkRecord
    text: str
    heading: str


def in_versions(question: str, text: str, passage: Passage, catalogue: Catalogue) -> Iterator[Counterpart]:
    """What the other versions of the passage's document say instead of this sentence of it."""
    home = _said_at_home(text, passage, catalogue)
    heading = next((each for said, each in _placed(passage.text, passage.context) if text in said or said in text), "")
    for path in other_versions(passage.document, catalogue.paths())[:_MOST_VERSIONS]:
        sentences = [
            _Placed(chunk, said, above)
            for chunk in _chunks(text, path, catalogue)
            for said, above in _placed(chunk.text, chunk.context)
        ]
        if corrected := [each for each in sentences if corrects(each.text, text) or corrects(text, each.text)]:
            nearest = max(corrected, key=lambda each: alike(text, each.text))
            yield Counterpart(nearest.chunk, nearest.text)
            continue
        best = _nearest(question, text, heading, sentences, home)
        is_sure = best is not None and likeness(text, best.text) >= _ABOUT_THE_SAME
        if not is_sure and (revoked := [*_revoking(heading, sentences, home)]):
            yield from revoked
        elif best is not None:
            yield Counterpart(best.chunk, best.text)


def is_counterpart_of_another(said: str, document: str, text: str, passage: Passage, catalogue: Catalogue) -> bool:
    """Whether the document is a version of the passage's, and says this instead of another sentence than the text."""
    key = version_key(document)
    is_version = key is not None and key == version_key(passage.document)
    return is_version and _is_anothers(said, text, _said_at_home(text, passage, catalogue))


def _said_at_home(text: str, passage: Passage, catalogue: Catalogue) -> list[str]:
    """The sentences of the passage's document, of a long one those around words of the text."""
    chunks = _chunks(text, passage.document, catalogue)
    return [said for chunk in chunks for said, _ in _placed(chunk.text, chunk.context)]


def _chunks(text: str, path: str, catalogue: Catalogue) -> Sequence[ChunkRecord]:
    """Of a long document only what shares words with the text."""
    record = catalogue.document(path)
    if record is not None and record.chunks <= _READ_WHOLE:
        return catalogue.document_chunks(path)
    ids = [hit.chunk_id for hit in catalogue.words.search(text, _MOST_CHUNKS, [path])]
    chunks = catalogue.chunks(ids)
    return [chunks[id_] for id_ in ids]


def _placed(text: str, context: str) -> Iterator[tuple[str, str]]:
    """The statements of a text, each with the heading above it."""
    for sentence, heading in zip(sentences_of(text), headings_of(text, context), strict=True):
        if not sentence.is_heading and len(sentence.text) >= _SHORTEST:
            yield sentence.text, heading


def _revoking(heading: str, sentences: Sequence[_Placed], home: Sequence[str]) -> Iterator[Counterpart]:
    """What revokes something in the section of this heading, and what it says is so instead.

    Not what the text's own document says as well: that helmets are withdrawn after ten years revokes nothing.
    """
    section = [each for each in sentences if heading and each.heading == heading]
    for number, each in enumerate(section):
        if revokes(each.text) and each.text not in home:
            yield Counterpart(each.chunk, each.text)
            yield from (
                Counterpart(next_.chunk, next_.text)
                for next_ in section[number + 1 : number + 2]
                if says_instead(next_.text)
            )
            return


def _nearest(
    question: str, text: str, heading: str, sentences: Sequence[_Placed], home: Sequence[str]
) -> _Placed | None:
    """The sentence that is most about the same; rather one that has another value in the same unit.

    None where that one only shares some words and neither its values nor its yes or no differ. `home`: the sentences
    of the text's own document; what is worded more like another one of these is the counterpart of that one.
    """
    rated = []
    for each in sentences:
        bonus = _SAME_HEADING if heading and heading == each.heading else 0.0
        if (like := likeness(text, each.text)) >= _LEAST_LIKE and like + bonus > _LEAST_SURE:
            rated.append((like + bonus, like, each))
    rated.sort(key=lambda found: -found[0])
    rated = [found for found in rated[:_MOST_RATED] if not _is_anothers(found[2].text, text, home)]
    if not rated or not versions_differ(question, text, rated[0][2].text):
        return None
    _, like, best = rated[0]
    least_alike = alike(text, best.text) - _MORE_ALIKE
    for _, _, each in rated:
        if alike(text, each.text) >= least_alike and differs_in_value(question, text, each.text):
            return each
    if heading and best.heading == heading and begin_alike(text, best.text):
        return best
    least = _ABOUT_THE_SAME if not heading or best.heading != heading else _ABOUT_THE_SAME_THERE
    return best if like >= least or is_negative(text) != is_negative(best.text) else None


def _is_anothers(said: str, text: str, home: Sequence[str]) -> bool:
    """Whether what another version says is worded more like another sentence of this one."""
    least = alike(text, said) + _MORE_ALIKE
    return any(alike(each, said) > least for each in home if each not in text and text not in each)
