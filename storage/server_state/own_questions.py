"""The questions that a folder is measured with: proposed from its documents, accepted, changed or rejected by a person.

One file of JSON lines beside the generations, in the form that `make eval EVAL_QUESTIONS=…` reads. Knows nothing of how
questions are made and measured.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from storage.messages import message
from storage.private_files import private_directory, private_opener

FILE = "own_questions.jsonl"
State = Literal["proposed", "accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question, and the passage that answers it: `quote` on one of the `pages` of `document`; or none does.

    `answers`: what an answer says, in any of these ways; empty where only the passage counts. `made_from`: "heading",
    "definition", "number", "model", or what of an unanswerable question stands nowhere.
    """

    id: str
    question: str
    document: str = ""
    pages: tuple[int, ...] = ()
    quote: str = ""
    answers: tuple[str, ...] = ()
    unanswerable: bool = False
    made_from: str = ""
    state: State = "proposed"


@dataclass(frozen=True, slots=True)
class Measured:
    """How many of the answerable questions: their passage found first, or among five; the answer right, wrong or
    refused; and one of its citations the passage. Of the unanswerable ones: refused. `failed`: what to look at.
    """

    answerable: int = 0
    found_first: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    refused: int = 0
    cited: int = 0
    unanswerable: int = 0
    refused_rightly: int = 0
    failed: tuple[str, ...] = ()


def figures_text(found: Measured) -> str:
    """One line of JSON, for `read_figures`."""
    return json.dumps(asdict(found), ensure_ascii=False)


def read_figures(text: str) -> Measured:
    """Raises `ValueError`, `TypeError` or `KeyError` for what is no such line."""
    found = json.loads(text)
    return Measured(**found | {"failed": tuple(found["failed"])})


def figure_lines(found: Measured) -> Iterator[str]:
    """Sentences that tell them; none where no question was accepted."""
    if found.answerable:
        yield message(
            "Your own questions: of {count} that the documents answer {right} right, {wrong} wrong, {refused} refused; "
            "the passage first {first}, among five {five}, cited {cited}.",
            count=found.answerable,
            right=found.right,
            wrong=found.wrong,
            refused=found.refused,
            first=found.found_first,
            five=found.found,
            cited=found.cited,
        )
    if found.unanswerable:
        yield message(
            "Your own questions: of {count} that the documents do not answer {refused} refused.",
            count=found.unanswerable,
            refused=found.refused_rightly,
        )
    for question in found.failed:
        yield message("Not as it should be: {question}", question=question)


def read_own_questions(index_dir: Path) -> list[OwnQuestion]:
    """All of them, in their order; none where there is no file. Lines that cannot be read are left out.

    Raises `OSError` where there is a file that cannot be read.
    """
    return [question for line in _lines(index_dir) if (question := _read(line)) is not None]


def change_own_questions(
    index_dir: Path, change: Callable[[Sequence[OwnQuestion]], Sequence[OwnQuestion]]
) -> list[OwnQuestion]:
    """Write what `change` makes of them, all at once; lines that cannot be read stay, behind them. Raises `OSError`.

    One thread or process at a time: the page and `make questions` may both be at it.
    """
    private_directory(index_dir)
    with open(index_dir / f"{FILE}.lock", "ab", opener=private_opener) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        unreadable = [line for line in _lines(index_dir) if _read(line) is None]
        changed = list(change(read_own_questions(index_dir)))
        written = [json.dumps(asdict(each), ensure_ascii=False).encode() for each in changed]
        fresh = index_dir / f"{FILE}.new"
        with open(fresh, "wb", opener=private_opener) as stream:
            stream.writelines(line + b"\n" for line in (*written, *unreadable))
        fresh.replace(index_dir / FILE)
    return changed


def _lines(index_dir: Path) -> list[bytes]:
    try:
        content = (index_dir / FILE).read_bytes()
    except FileNotFoundError:
        return []
    return [line for line in content.split(b"\n") if line.strip()]


def _read(line: bytes) -> OwnQuestion | None:
    try:
        found = OwnQuestion(**json.loads(line.decode()))
        return replace(found, pages=tuple(found.pages), answers=tuple(found.answers))
    except (ValueError, TypeError, RecursionError):
        return None
