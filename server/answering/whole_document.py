"""Which document a question about a whole one means, and what is quoted of it: sentences of every part. Pure.

Without a language model an answer holds headings with the sentences that count below them, in reading order, from each
third of the document. With one, the same choice makes a long document fit into what the model reads.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from server.answering.dates import ALSO_VERBS, MONTH_NUMBERS
from server.answering.whole_request import WholeRequest, asks_for, shows, topic_of
from server.evidence.examination import sentences_of
from server.evidence.sentences import Sentence
from storage.records import ChunkRecord, DocumentRecord
from storage.words.scripts import IS_CJK

_LIKE_BEGINNING = 5  # letters: "tenant" means "tenancy"
_NAMED = 1.0
_LEAST_SHARE = 0.45  # of what was retrieved lies in a document that is meant and not named
_MOST_QUOTED = 18  # sentences of an answer
_MOST_IN_A_PART = 3
_LONGEST = 420  # characters of a sentence that is quoted
_SHORTEST = 12
_LEAST_OF_TOPIC = 0.5
_FEW_LINES = 2
_FEW_OF_A_LIST = 5  # where no heading is about the topic
_HAN_MONTH = re.compile(r"(?<!\d)(\d{1,2})\s?月")
_DEFINED = re.compile(r"([^.()]{3,120})\(\s*(?:the |der |die |das )?[\"“”„«](?:the )?(\w+)[\"“”»]\s*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a document: the chunk it stands in, its place there, the heading above, and what it is worth."""

    chunk: int
    place: int
    heading: str
    text: str
    worth: float
    is_sure: bool
    is_row: bool = False

    def behind(self, chunks: int) -> "Line":
        """The same line where so many chunks of other documents come first."""
        return replace(self, chunk=self.chunk + chunks)


# -- which document --------------------------------------------------------------------------------------


def meant_document(
    question: str, documents: Sequence[DocumentRecord], found: Mapping[str, float]
) -> tuple[str, bool] | None:
    """The document that is named, or that most of what was `found` (path → score) lies in; and whether it is named.

    None where neither points to one.
    """
    asked = topic_of(question)
    names = {record.path: _name_words(record) for record in documents}
    held = Counter(word for words in names.values() for word in words)
    total = sum(found.values()) or 1.0

    def worth(path: str) -> float:
        named = sum(_NAMED / held[word] for word in names[path] if _is_named(word, asked))
        return named + _date_bonus(question, path) + found.get(path, 0.0) / total

    best = max(names, key=lambda path: (worth(path), path), default=None)
    if best is None:
        return None
    is_named = any(_is_named(word, asked) and held[word] <= _few(len(names)) for word in names[best])
    dated = [path for path in names if _date_bonus(question, path)]
    is_named = is_named or (dated == [best] and best in found)
    is_meant = found.get(best, 0.0) / total >= _LEAST_SHARE
    return (best, is_named) if is_named or is_meant else None


def folder_named(question: str, paths: Sequence[str]) -> list[str]:
    """The documents of a folder that the question names; none where it names no folder."""
    folders = {path.rpartition("/")[0] for path in paths if "/" in path}
    asked = question.casefold()
    named = [folder for folder in folders if re.search(rf"(?<!\w){re.escape(folder.casefold())}(?!\w)", asked)]
    best = max(named, key=len, default="")
    return [path for path in paths if best and path.startswith(f"{best}/")]


@lru_cache(maxsize=20_000)
def _words_of_name(path: str, title: str) -> frozenset[str]:
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return topic_of(re.sub(r"[_\-.]", " ", stem)) | topic_of(title)


def _name_words(record: DocumentRecord) -> frozenset[str]:
    return _words_of_name(record.path, record.title or "")


def _is_named(word: str, asked: frozenset[str]) -> bool:
    if word in asked:
        return True
    return (
        len(word) >= _LIKE_BEGINNING
        and not IS_CJK.match(word)
        and any(len(other) >= _LIKE_BEGINNING and other[:_LIKE_BEGINNING] == word[:_LIKE_BEGINNING] for other in asked)
    )


def _few(documents: int) -> int:
    return max(1, documents // 5)


def names_its_month(question: str, path: str) -> bool:
    """Whether the question names the month that is in a document's name."""
    return _date_bonus(question, path) > 0.0


def _date_bonus(question: str, path: str) -> float:
    """For "the September minutes" and minutes-2025-09-23.txt."""
    words = set(re.findall(r"[^\W\d_]+", question.casefold())) - ALSO_VERBS
    months = {MONTH_NUMBERS[word] for word in words & MONTH_NUMBERS.keys()} | set(
        map(int, _HAN_MONTH.findall(question))
    )
    named = (re.search(rf"(?<!\d)(?:19|20)\d\d[-_. ]?{number:02}(?!\d)", path) for number in months)
    return _NAMED * any(named)


# -- what of it ------------------------------------------------------------------------------------------


def chosen_lines(
    request: WholeRequest, chunks: Sequence[ChunkRecord], title: str, most: int = _MOST_QUOTED
) -> list[Line]:
    """The sentences that are quoted, in reading order, at least one of each third; [] where nothing fits the topic."""
    lines = all_lines(chunks)
    named = topic_of(title)
    topic = request.topic - {word for word in request.topic if _is_named(word, named)}
    topic = frozenset(word for word in topic if not any(asks_for(kind, word) for kind in request.kinds))
    weighed = _weighed(request, lines, topic | _aliases(topic, chunks))
    if request.kinds and sum(line.is_sure for line in weighed) < _fewest_of_a_list(topic, lines):
        weighed = _weighed(request, lines, frozenset())  # the document calls it otherwise
    if not request.is_summary and not any(line.is_sure for line in weighed):
        return []
    return _spread(weighed, len(chunks), most, is_summary=request.is_summary and not request.kinds)


def _fewest_of_a_list(topic: frozenset[str], lines: Sequence[Line]) -> int:
    headings = {line.heading for line in lines}
    return _FEW_LINES if any(share_of(topic, topic_of(heading)) > 0 for heading in headings) else _FEW_OF_A_LIST


def lines_on(topic: frozenset[str], chunks: Sequence[ChunkRecord], most: int) -> list[Line]:
    """The sentences that speak most of a topic, in reading order; [] where none does of at least half of it."""
    found = [(share_of(topic, topic_of(line.text)), line) for line in all_lines(chunks)]
    ranked = sorted((each for each in found if each[0] >= _LEAST_OF_TOPIC), key=lambda each: -each[0])
    return sorted((line for _, line in ranked[:most]), key=lambda line: (line.chunk, line.place))


def all_lines(chunks: Sequence[ChunkRecord]) -> list[Line]:
    """Every sentence that could be quoted, in reading order, with the heading above it."""
    found, heading = [], ""
    for number, chunk in enumerate(chunks):
        context = chunk.context.rpartition(" › ")
        heading = context[2] if context[0] else heading
        sentences = sentences_of(chunk.text)
        for place, sentence in enumerate(sentences):
            if sentence.is_heading:
                heading = " ".join(sentence.text.lstrip("#").split())
            elif _is_quotable(sentence) and not _is_head(sentences, place):
                found.append(Line(number, place, heading, sentence.text, 0.0, False, sentence.is_row))
    return found


def _is_head(sentences: Sequence[Sentence], place: int) -> bool:
    """Whether it is the first row of a table, which comes with the others."""
    is_first = sentences[place].is_row and (place == 0 or not sentences[place - 1].is_row)
    return is_first and place + 1 < len(sentences) and sentences[place + 1].is_row


def _is_quotable(sentence: Sentence) -> bool:
    text = sentence.text
    least = _SHORTEST // 2 if IS_CJK.search(text) else _SHORTEST
    return least <= len(text) <= _LONGEST and (
        sentence.is_row or text[-1] in '.!。！;；:：)）”"' or len(text) > 3 * least
    )


def _weighed(request: WholeRequest, lines: Sequence[Line], topic: frozenset[str]) -> list[Line]:
    words = [topic_of(line.text) for line in lines]
    headings = {heading: topic_of(heading) for heading in {line.heading for line in lines}}
    counts = Counter(word for each in words for word in each)
    is_there = any(word in counts or any(_is_named(word, above) for above in headings.values()) for word in topic)
    is_headed = any(share_of(topic, above) > 0 for above in headings.values())
    seen: set[str] = set()
    weighed = []
    for line, own in zip(lines, words, strict=True):
        first = line.heading not in seen
        seen.add(line.heading)
        central = sum(math.log(1 + counts[word]) for word in own) / (8 + len(own))
        worth = central + 0.4 * first + 0.3 * any(sign.isdigit() for sign in line.text)
        here = share_of(topic, own)
        above = share_of(topic, headings[line.heading])
        kinds = sum(shows(kind, line.text) for kind in request.kinds) / (len(request.kinds) or 1)
        named = any(asks_for(kind, line.heading) for kind in request.kinds)
        is_on_topic = not topic or not is_there or here > 0 or above > 0
        is_sure = is_on_topic and (not request.kinds or kinds > 0 or named)
        is_sure = is_sure or (request.is_summary and not request.kinds and not is_headed)
        worth += 2.0 * here + 1.5 * above + 1.5 * kinds + 1.0 * named
        weighed.append(Line(line.chunk, line.place, line.heading, line.text, worth, is_sure, line.is_row))
    return weighed


def share_of(topic: frozenset[str], words: frozenset[str]) -> float:
    """How many of the topic's words are among these; a single Chinese character may be a part of one."""
    met = 0
    for asked in topic:
        is_sign = len(asked) == 1
        met += any(asked in word if is_sign else _is_named(word, frozenset({asked})) for word in words)
    return met / (len(topic) or 1)


def _aliases(topic: frozenset[str], chunks: Sequence[ChunkRecord]) -> frozenset[str]:
    """What the document calls the asked: of 'the Rowing Society ("the Hirer")' the Hirer."""
    found: set[str] = set()
    for chunk in chunks[:3]:
        for match in _DEFINED.finditer(chunk.text):
            if share_of(topic, topic_of(match[1])) > 0:
                found |= topic_of(match[2])
    return frozenset(found)


def _spread(lines: Sequence[Line], chunks: int, most: int, *, is_summary: bool) -> list[Line]:
    """The best lines: of a summary some of every part; at least one of each third of the chunks."""
    ranked = sorted(lines, key=lambda line: (not line.is_sure, -line.worth, line.chunk, line.place))
    chosen: list[Line] = []
    for third in range(3):
        inside = [line for line in ranked if min(2, 3 * line.chunk // max(1, chunks)) == third]
        chosen += inside[:1]
    parts = Counter(line.heading for line in chosen)
    fair = max(1, min(_MOST_IN_A_PART, most // max(1, len({line.heading for line in lines}))))
    rounds = ((fair, most), (fair + 1, min(most, _MOST_QUOTED))) if is_summary else ((most, most),)
    for of_each, in_all in rounds:
        for line in ranked:
            if len(chosen) >= in_all or not line.is_sure:
                break
            if line not in chosen and parts[line.heading] < of_each:
                chosen.append(line)
                parts[line.heading] += 1
    return sorted(chosen, key=lambda line: (line.chunk, line.place))
