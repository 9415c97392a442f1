"""Question sets: where they come from, which documents they are asked to, and what counts as found."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from benchmarks.quality.corpora import SourceDocument, read_file, read_file_once, text_document
from server.answering.follow_up import put_together
from server.answers import Turn
from storage.formats import HIDDEN_PREFIXES
from storage.records import ChunkRecord
from storage.words.terms import STOP_WORDS

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
OWN_DOCUMENTS = ROOT / "documents"
OWN_QUESTIONS = Path(__file__).with_name("questions.jsonl")
OWN_NATURAL_QUESTIONS = Path(__file__).with_name("natural-questions.jsonl")
EVERYDAY = Path(__file__).with_name("everyday")
UNSAID = Path(__file__).with_name("unsaid")
EDITIONS = Path(__file__).with_name("editions")
ABROAD = Path(__file__).with_name("abroad")
_PLAIN_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_ASKING = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how (?:many|much|long|far|old|often)|how)\b", re.I)
_READINGS = ROOT / "eval" / "results" / "readings"


class BadQuestions(Exception):
    """A question file cannot be used; the message names the line and says what is wrong."""


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question and what answers it: these pages of this document (all of it when there are none), or, where `quote`
    is given, the passage that holds these words, or, where `quotes` are given, any of them. `document` may be a glob.

    `points`: what an answer must say, each point in any of its variants; where there are none, only the passages
    are measured. `kind` and `language` are what figures are shown by. `history`: what was asked and answered before.
    `grades`: of a topical query, how much each document is about it, from 1; then any of these documents counts.
    """

    text: str
    document: str = ""
    pages: tuple[int, ...] = ()
    quote: str = ""
    unanswerable: bool = False
    points: tuple[tuple[str, ...], ...] = ()
    kind: str = ""
    language: str = ""
    quotes: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    grades: tuple[tuple[str, int], ...] = ()

    @property
    def searched_text(self) -> str:
        """What is searched for without a language model: a follow-up together with the question before it."""
        return put_together(self.text, self.history).question or self.text

    def is_answered_by(self, chunk: ChunkRecord) -> bool:
        """Whether the passage holds the answer."""
        if self.grades:
            return any(chunk.document == document for document, _ in self.grades)
        if self.unanswerable or not (chunk.document == self.document or fnmatchcase(chunk.document, self.document)):
            return False
        if self.pages and not set(self.pages).intersection(chunk.pages):
            return False
        text = squeezed(chunk.text)
        return squeezed(self.quote) in text and (
            not self.quotes or any(squeezed(quote) in text for quote in self.quotes)
        )


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions and the corpus they are asked to; sets with one corpus name share an index."""

    name: str
    corpus: str
    documents: Callable[[], Iterator[SourceDocument]]
    questions: tuple[EvalQuestion, ...]

    @property
    def fingerprint(self) -> str:
        """Another question, another fingerprint: figures of different questions are not compared."""
        content = json.dumps([[q.text, q.document, q.pages, q.quote, q.unanswerable] for q in self.questions])
        if any(q.points for q in self.questions):
            content += json.dumps([[q.points, q.quotes] for q in self.questions])
        if any(q.history for q in self.questions):
            content += json.dumps([q.searched_text for q in self.questions])
        if any(q.grades for q in self.questions):
            content += json.dumps([q.grades for q in self.questions])
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def question_sets() -> list[QuestionSet]:
    """The sets that can be measured here: our own always, others where their data are."""
    sets = [
        QuestionSet("own", "documents", lambda: folder_documents(OWN_DOCUMENTS), read_questions(OWN_QUESTIONS)),
        _natural_set("own natural", "documents", OWN_DOCUMENTS, OWN_NATURAL_QUESTIONS),
        _natural_set("everyday", "everyday", EVERYDAY / "documents", EVERYDAY / "questions.jsonl"),
        _natural_set("unsaid", "unsaid", UNSAID / "documents", UNSAID / "questions.jsonl"),
        _natural_set("editions", "editions", EDITIONS / "documents", EDITIONS / "questions.jsonl"),
        _natural_set("abroad", "abroad", ABROAD / "documents", ABROAD / "questions.jsonl"),
    ]
    if (SHARED / "papers").is_dir():
        papers = read_questions(SHARED / "papers" / "questions.jsonl", document_key="doc")
        sets.append(QuestionSet("papers", "papers", lambda: folder_documents(SHARED / "papers", "*.pdf"), papers))
    for name, language in (("squad2", "en"), ("cmrc2018", "zh")):
        if (SHARED / name).is_dir():
            sets.append(_paragraph_set(name, language))
    if (SHARED / "natural").is_dir():
        folder = SHARED / "natural"
        sets.append(_natural_set("natural", "natural", folder / "documents", folder / "questions.jsonl"))
    if (SHARED / "cranfield").is_dir():
        sets.append(_topical_set("cranfield"))
    if (SHARED / "filings").is_dir():
        filings = read_questions(SHARED / "filings" / "questions.jsonl")
        sets.append(QuestionSet("filings", "filings", lambda: _long_documents(SHARED / "filings"), filings))
    by_name = {each.name: each for each in sets}
    if "squad2" in by_name:
        sets += [_reworded(by_name["squad2"], "keywords", _keywords), _reworded(by_name["squad2"], "claims", _claim)]
    if "papers" in by_name and "squad2" in by_name:
        strangers = tuple(EvalQuestion(question.text, unanswerable=True) for question in by_name["squad2"].questions)
        papers_set = by_name["papers"]
        sets.append(QuestionSet("squad2 asked to papers", papers_set.corpus, papers_set.documents, strangers))
    return sets


def missing_sets() -> list[str]:
    """A sentence for each set that cannot be measured here."""
    return [
        f"{name}: skipped, ../shared/data/{name} is not there"
        for name in ("papers", "squad2", "cmrc2018", "natural", "cranfield", "filings")
        if not (SHARED / name).is_dir()
    ]


def read_questions(file: Path, document_key: str = "document") -> tuple[EvalQuestion, ...]:
    """The questions of a JSON-lines file. Raises `BadQuestions`."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{file} cannot be read: {error}") from error
    questions = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                questions.append(_question(json.loads(line), document_key))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadQuestions(f"{file.name}, line {number}: {error}") from error
    if not questions:
        raise BadQuestions(f"{file.name} holds no question")
    return tuple(questions)


def folder_documents(folder: Path, pattern: str = "*") -> Iterator[SourceDocument]:
    """The files of a folder as the indexing job reads them; it leaves a hidden one of its own there."""
    for file in sorted(folder.rglob(pattern)):
        if file.is_file() and not file.name.startswith(HIDDEN_PREFIXES):
            yield read_file(file, file.relative_to(folder).as_posix())


def _question(raw: dict[str, Any], document_key: str) -> EvalQuestion:
    unanswerable = bool(raw.get("unanswerable", False))
    if not str(raw.get("question") or "").strip():
        raise ValueError('there is no "question"')
    if not unanswerable and not raw.get(document_key):
        raise ValueError('an answerable question needs "document"; write "unanswerable": true otherwise')
    pages = tuple(int(page) for page in raw.get("pages", ()))
    return EvalQuestion(
        raw["question"],
        raw.get(document_key) or "",
        pages,
        raw.get("quote", ""),
        unanswerable,
        points=(tuple(map(str, raw["answers"])),) if raw.get("answers") else (),
        kind="unanswerable" if unanswerable else str(raw.get("kind", "")),
        language=str(raw.get("language", "")),
    )


def _paragraph_set(name: str, language: str) -> QuestionSet:
    """A set whose documents are single paragraphs, given as passages.jsonl."""
    passages = _json_lines(SHARED / name / "passages.jsonl")
    path_of = {passage["id"]: f"{number:04d}.txt" for number, passage in enumerate(passages)}
    questions = tuple(
        EvalQuestion(raw["question"], unanswerable=True, kind="unanswerable", language=language)
        if raw.get("unanswerable")
        else EvalQuestion(
            raw["question"], path_of[raw["passage"]], points=(tuple(raw["answers"]),), kind="fact", language=language
        )
        for raw in _json_lines(SHARED / name / "questions.jsonl")
    )

    def documents() -> Iterator[SourceDocument]:
        return (text_document(path_of[passage["id"]], passage["text"]) for passage in passages)

    return QuestionSet(name, name, documents, questions)


def _reworded(asked: QuestionSet, kind: str, reword: Callable[[EvalQuestion], str]) -> QuestionSet:
    """The answerable questions as something that is no question, asked to the same documents."""
    reworded = tuple(
        replace(question, text=reword(question), kind=kind, points=())
        for question in asked.questions
        if not question.unanswerable
    )
    return QuestionSet(f"{asked.name} as {kind}", asked.corpus, asked.documents, reworded)


def _keywords(question: EvalQuestion) -> str:
    """What people type into a search box: the words that are asked about, in small letters."""
    return " ".join(word for word in _PLAIN_WORD.findall(question.text.lower()) if word not in STOP_WORDS)


def _claim(question: EvalQuestion) -> str:
    """The question with its answer in the place of what asks."""
    answer = question.points[0][0]
    claim = _ASKING.sub(lambda _: answer, question.text, count=1).rstrip(" ?")
    return f"{claim}." if answer in claim else f"{claim} {answer}."


def _topical_set(name: str) -> QuestionSet:
    """A set whose queries name a topic, and whose documents are more or less about it."""
    passages = _json_lines(SHARED / name / "passages.jsonl")
    path_of = {passage["id"]: f"{passage['id']:0>4}.txt" for passage in passages}
    queries = tuple(
        EvalQuestion(
            raw["question"],
            kind="topic",
            language="en",
            grades=tuple((path_of[id_], grade) for id_, grade in raw["grades"].items()),
        )
        for raw in _json_lines(SHARED / name / "questions.jsonl")
    )

    def documents() -> Iterator[SourceDocument]:
        return (text_document(path_of[each["id"]], each["text"]) for each in passages if each["text"].strip())

    return QuestionSet(name, name, documents, queries)


def _long_documents(folder: Path) -> Iterator[SourceDocument]:
    return (read_file_once(file, file.name, _READINGS) for file in sorted(folder.glob("*.pdf")))


def _natural_set(name: str, corpus: str, documents: Path, questions: Path) -> QuestionSet:
    """Questions as people ask them; a passage answers when it holds a line of the evidence, in whichever document."""
    return QuestionSet(
        name, corpus, lambda: folder_documents(documents), tuple(map(_natural_question, _json_lines(questions)))
    )


def _natural_question(raw: dict[str, Any]) -> EvalQuestion:
    if raw["unanswerable"]:
        return EvalQuestion(raw["question"], unanswerable=True, kind="unanswerable", language=raw["language"])
    if raw["match"] == "all":
        points = tuple(tuple(point) if isinstance(point, list) else (point,) for point in raw["answers"])
    else:
        points = ((*raw["answers"], *raw.get("also", ())),)
    quotes = tuple(line for line in raw["evidence"].split("\n") if line.strip())
    history = tuple(Turn(turn["question"], turn["answer"]) for turn in raw.get("history", ()))
    return EvalQuestion(
        raw["question"],
        "*",
        points=points,
        kind=raw["group"],
        language=raw["language"],
        quotes=quotes,
        history=history,
    )


def _json_lines(file: Path) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def squeezed(text: str) -> str:
    """Without white space, and without the bars of tables, which only some readers write."""
    return "".join(text.replace("|", " ").split())
