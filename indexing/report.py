"""What a run says at its end, and what the index says of its documents: plain data and lines of text, no printing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexing.planning.plan import Plan
from indexing.rollback import RolledBack
from storage.records import Counts, DocumentRecord, PageRecord, PageStatus

_FAILURES_SHOWN = 30
_NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class RunReport:
    """The closing table. `generation` is the one that answers now; `published` says whether this run made it.

    `failed` are the documents not indexed as they are on disk, `closed_folders` sentences about folders not read.
    """

    generation: str
    published: bool
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    renamed: tuple[tuple[str, str], ...] = ()
    failed: tuple[DocumentRecord, ...] = ()
    closed_folders: tuple[str, ...] = ()
    documents: int = 0
    pages: int = 0
    pages_without_text: int = 0
    chunks: int = 0
    embedded: int = 0
    reused: int = 0
    seconds: float = 0.0
    model: str = ""

    @property
    def exit_code(self) -> int:
        """0 all well, 1 some documents failed."""
        return 1 if self.failed or self.closed_folders else 0


def report_on(
    plan: Plan, documents: Sequence[DocumentRecord], counts: Counts, generation: str, model: str
) -> RunReport:
    """The report of a run that carried out the plan and left these documents, nothing published so far."""
    failed = tuple(document for document in documents if document.status != "indexed")
    not_read = {document.path for document in failed}
    read = [task for task in plan.to_index if task.file.path not in not_read]
    return RunReport(
        generation=generation,
        published=False,
        added=sum(task.reason == "added" for task in read),
        changed=sum(task.reason != "added" for task in read),
        removed=len(plan.to_remove),
        unchanged=len(plan.unchanged) + len(plan.touched),
        renamed=plan.renamed,
        failed=failed,
        closed_folders=tuple(f"{folder.path}: {folder.detail}" for folder in plan.closed_folders),
        documents=counts.documents,
        pages=counts.pages,
        pages_without_text=sum(len(document.pages_without_text) for document in documents),
        chunks=counts.chunks,
        model=model,
    )


def run_lines(report: RunReport) -> Iterator[str]:
    """The table and the failures, for people."""
    if report.published:
        yield f"Index {report.generation} is published."
    else:
        yield f"Nothing changed; index {report.generation} stays."
    yield ""
    yield from _table(
        [
            ("documents", _count(report.documents)),
            ("  added", _count(report.added)),
            ("  changed", _count(report.changed)),
            ("  removed", _count(report.removed)),
            ("  unchanged", _count(report.unchanged)),
            ("  failed", _count(len(report.failed))),
            ("pages", _count(report.pages)),
            ("  without text", _count(report.pages_without_text)),
            ("chunks", _count(report.chunks)),
            ("  embeddings computed", _count(report.embedded)),
            ("  embeddings reused", _count(report.reused)),
            ("seconds", f"{report.seconds:.1f}"),
        ]
    )
    yield f"  embedding model: {report.model}"
    if report.renamed:
        yield ""
        yield from _short_list("Renamed", [f"{old} -> {new}" for old, new in report.renamed])
    yield from failure_lines(report.failed, report.closed_folders)
    if report.pages_without_text:
        yield ""
        yield "Pages without text answer no question; make report names them."


def failure_lines(failed: Sequence[DocumentRecord], closed_folders: Sequence[str] = ()) -> Iterator[str]:
    """One line for each file that could not be read, with its category and the next step."""
    if not failed and not closed_folders:
        return
    yield ""
    kinds = Counter(document.category or "unknown" for document in failed).most_common()
    yield f"Not read: {', '.join(f'{number:,} {kind}' for kind, number in kinds) or 'folders'}"
    yield from (f"  {line}" for line in closed_folders)
    for document in failed[:_FAILURES_SHOWN]:
        yield f"  {_failure(document)}"
    if len(failed) > _FAILURES_SHOWN:
        yield f"  and {len(failed) - _FAILURES_SHOWN:,} more; make report names them all"


def plan_lines(plan: Plan) -> Iterator[str]:
    """What a run would do."""
    if plan.is_empty:
        yield f"Nothing to do: {_files(len(plan.unchanged))} unchanged."
    by_reason: dict[str, list[str]] = {}
    for task in plan.to_index:
        by_reason.setdefault(task.reason, []).append(task.file.path)
    titles = {
        "added": "To add",
        "changed": "To read again, changed",
        "renewed": "To read again, because the reader, the chunking or a limit is another one",
        "retried": "To try again",
    }
    for reason, title in titles.items():
        yield from _short_list(title, by_reason.get(reason, []))
    yield from _short_list("To remove", plan.to_remove)
    yield from _short_list("Renamed", [f"{old} -> {new}" for old, new in plan.renamed])
    yield from _short_list("Same bytes, new time", [file.path for file in plan.touched])
    if not plan.is_empty:
        yield f"Unchanged: {_files(len(plan.unchanged))}."
    yield from _short_list("Cannot be read", [f"{p.path}: {p.category}; {p.detail}" for p in plan.to_fail])
    yield from failure_lines(plan.failed_unchanged, [f"{p.path}: {p.detail}" for p in plan.closed_folders])


def rollback_lines(done: RolledBack) -> Iterator[str]:
    """Which index answers again, what that changes, and where else one can go."""
    yield from done.skipped
    yield f"Index {done.generation} answers again, in the place of {done.before}."
    yield from _short_list("Documents that are there again", done.returned)
    yield from _short_list("Documents that are not there any more", done.gone)
    if done.kept:
        yield f"Kept as well: {', '.join(done.kept)}; make rollback ARGS=NUMBER goes to one of them."
    yield "The next make index makes it equal to the folder again; before it takes documents out it asks."


def document_lines(documents: Iterable[DocumentRecord], odd_pages: Iterable[tuple[str, PageRecord]]) -> Iterator[str]:
    """What is wrong with each document and page, the worst first; nothing about those that are well."""
    pages: dict[str, list[PageRecord]] = {}
    for path, page in odd_pages:
        pages.setdefault(path, []).append(page)
    everything = list(documents)
    odd = [d for d in everything if d.status != "indexed" or d.detail or d.pages_without_text or d.path in pages]
    if not odd:
        yield f"All {_files(len(everything))} were read whole."
        return
    for document in sorted(odd, key=_badness, reverse=True):
        yield _headline(document)
        yield from (f"    {line}" for line in _page_lines(pages.get(document.path, [])))
    yield ""
    well = len(everything) - len(odd)
    yield f"{_files(len(odd))} to look at, {_files(well)} read whole."


def _badness(document: DocumentRecord) -> tuple[int, float, str]:
    rank = {"failed": 3, "stale": 2}.get(document.status, 1 if document.pages_without_text else 0)
    return rank, len(document.pages_without_text) / max(1, document.pages), document.path


def _headline(document: DocumentRecord) -> str:
    if document.status != "indexed":
        return _failure(document)
    line = f"{document.path}: {document.pages - len(document.pages_without_text)} of {document.pages} pages read"
    return f"{line}; {document.detail}" if document.detail else line


def _failure(document: DocumentRecord) -> str:
    kept = ""
    if document.status == "stale":
        kept = f" (its version of {document.indexed_at[:10]} still answers)"
    return f"{document.path}: {document.category}; {document.detail}{kept}"


def _page_lines(pages: Iterable[PageRecord]) -> Iterator[str]:
    """Pages with the same trouble on one line, with the detail where it is the same one."""
    groups: dict[str, list[PageRecord]] = {}
    for page in pages:
        groups.setdefault(_TROUBLES[page.status], []).append(page)
    for trouble, group in groups.items():
        details = {page.detail for page in group if page.detail}
        detail = f" ({details.pop()})" if len(details) == 1 else ""
        numbers = [page.number for page in group]
        yield f"{'page' if len(numbers) == 1 else 'pages'} {page_ranges(numbers)}: {trouble}{detail}"


_TROUBLES: dict[PageStatus, str] = {
    "text": "read",
    "ocr": "read by OCR",
    "empty": "no text",
    "garbled": "garbled text",
    "failed": "cannot be read",
}


def page_ranges(numbers: Sequence[int]) -> str:
    """1, 3-5, 9"""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    names = max(len(name) for name, _ in rows)
    values = max(len(value) for _, value in rows)
    for name, value in rows:
        yield f"  {name:<{names}}  {value:>{values}}"


def _short_list(title: str, items: Sequence[str]) -> Iterator[str]:
    if not items:
        return
    yield f"{title}: {len(items):,}"
    yield from (f"  {item}" for item in items[:_NAMES_SHOWN])
    if len(items) > _NAMES_SHOWN:
        yield f"  and {len(items) - _NAMES_SHOWN:,} more"


def _count(number: int) -> str:
    return f"{number:,}"


def _files(number: int) -> str:
    return f"{number:,} document" if number == 1 else f"{number:,} documents"
