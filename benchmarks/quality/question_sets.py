"""Question sets: where they come from, which documents they are asked to, and what counts as found."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from benchmarks.quality.corpora import SourceDocument, read_file, text_document
from storage.formats import HIDDEN_PREFIXES
from storage.records import ChunkRecord

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
OWN_QUESTIONS = Path(__file__).with_name("questions.jsonl")


class BadQuestions(Exception):
    """A question file cannot be used; the message names the line and says what is wrong."""


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question and what answers it: these pages of this document (all of it when there are none), or, where `quote`
    is given, the passage that holds these words. `document` may be a glob.
    """

    text: str
    document: str = ""
    pages: tuple[int, ...] = ()
    quote: str = ""
    unanswerable: bool = False

    def is_answered_by(self, chunk: ChunkRecord) -> bool:
        """Whether the passage holds the answer."""
        if self.unanswerable or not (chunk.document == self.document or fnmatchcase(chunk.document, self.document)):
            return False
        if self.pages and not set(self.pages).intersection(chunk.pages):
            return False
        return _squeezed(self.quote) in _squeezed(chunk.text)


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
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def question_sets() -> list[QuestionSet]:
    """The sets that can be measured here: our own always, others where their data are."""
    sets = [
        QuestionSet("own", "documents", lambda: folder_documents(ROOT / "documents"), read_questions(OWN_QUESTIONS))
    ]
    if (SHARED / "papers").is_dir():
        papers = read_questions(SHARED / "papers" / "questions.jsonl", document_key="doc")
        sets.append(QuestionSet("papers", "papers", lambda: folder_documents(SHARED / "papers", "*.pdf"), papers))
    for name in ("squad2", "cmrc2018"):
        if (SHARED / name).is_dir():
            sets.append(_paragraph_set(name))
    by_name = {each.name: each for each in sets}
    if "papers" in by_name and "squad2" in by_name:
        strangers = tuple(EvalQuestion(question.text, unanswerable=True) for question in by_name["squad2"].questions)
        papers_set = by_name["papers"]
        sets.append(QuestionSet("squad2 asked to papers", papers_set.corpus, papers_set.documents, strangers))
    return sets


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
    return EvalQuestion(raw["question"], raw.get(document_key) or "", pages, raw.get("quote", ""), unanswerable)


def _paragraph_set(name: str) -> QuestionSet:
    """A set whose documents are single paragraphs, given as passages.jsonl."""
    passages = _json_lines(SHARED / name / "passages.jsonl")
    path_of = {passage["id"]: f"{number:04d}.txt" for number, passage in enumerate(passages)}
    questions = tuple(
        EvalQuestion(raw["question"], unanswerable=True)
        if raw.get("unanswerable")
        else EvalQuestion(raw["question"], path_of[raw["passage"]])
        for raw in _json_lines(SHARED / name / "questions.jsonl")
    )

    def documents() -> Iterator[SourceDocument]:
        return (text_document(path_of[passage["id"]], passage["text"]) for passage in passages)

    return QuestionSet(name, name, documents, questions)


def _json_lines(file: Path) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _squeezed(text: str) -> str:
    return "".join(text.split())
