"""Files read with OCR in one child process for all tests: loading the engine takes longer than reading."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ReadLimits
from indexing.parsing.parse_all import ParseOutcome, parse_all


class Recogniser:
    """Gives the job's own reading one file after the other; its child lives on in between."""

    def __init__(self) -> None:
        self._next: Path | None = None
        self._outcomes = parse_all(self._files(), ReadLimits(ocr=True), 1)

    def read(self, path: Path) -> ParsedDocument:
        """The document; fails where it cannot be read."""
        self._next = path
        outcome: ParseOutcome = next(self._outcomes)
        assert outcome.document is not None, outcome.failure
        return outcome.document

    def _files(self) -> Iterator[Path]:
        while self._next is not None:  # asked for only when there is one: the child is free then
            path, self._next = self._next, None
            yield path

    def close(self) -> None:
        """End the child."""
        self._outcomes.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def recogniser() -> Iterator[Recogniser]:
    """One for all tests of a worker; a test of how children are used makes its own."""
    made = Recogniser()
    yield made
    made.close()
