"""What a run says at its end, and what the index says of its documents: plain data and lines of text, no printing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexing.documents import category_message
from indexing.planning.discovery import Discovery, UnreadableFile
from indexing.planning.plan import Plan, Reason
from indexing.rollback import RolledBack
from storage.folder_listing import FolderListing, LeftOut, listing_of
from storage.generations.backup import Backup
from storage.generations.shipping import Shipped
from storage.messages import joined, message
from storage.records import Counts, DocumentRecord, PageRecord, PageStatus

_FAILURES_SHOWN = 30
_NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class RunReport:
    """The closing table. `generation` is the one that answers now; `published` says whether this run made it.

    `failed` are the documents not indexed as they are on disk, `closed_folders` sentences about folders not read.
    `held` are all documents of the index, `listing` is what else is in the folder.
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
    listing: FolderListing | None = None
    held: tuple[DocumentRecord, ...] = ()

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
        closed_folders=tuple(_of_file(folder) for folder in plan.closed_folders),
        documents=counts.documents,
        pages=counts.pages,
        pages_without_text=sum(len(document.pages_without_text) for document in documents),
        chunks=counts.chunks,
        model=model,
        held=tuple(documents),
    )


def run_lines(report: RunReport) -> Iterator[str]:
    """The table and the failures, for people."""
    if report.published:
        yield message("Index {generation} is published.", generation=report.generation)
    else:
        yield message("Nothing changed; index {generation} stays.", generation=report.generation)
    yield ""
    yield from _table(report)
    yield message("  embedding model: {model}", model=report.model)
    if report.renamed:
        yield ""
        yield from _renamed(report.renamed)
    yield from failure_lines(report.failed, report.closed_folders)
    if report.listing is not None:
        yield ""
        yield from folder_lines(report.listing, report.held)
    if report.pages_without_text:
        yield ""
        yield message("Pages without text answer no question; make report names them.")


def _table(report: RunReport) -> list[str]:
    """The numbers under one another: the words of each language bring their own spaces, here and in `zh.po`."""
    numbers = (
        *(report.documents, report.added, report.changed, report.removed, report.unchanged, len(report.failed)),
        *(report.pages, report.pages_without_text, report.chunks, report.embedded, report.reused),
    )
    shown = [*map(_count, numbers), f"{report.seconds:.1f}"]
    width = max(map(len, shown))
    values = iter(number.rjust(width) for number in shown)
    return [
        message("  documents              {value}", value=next(values)),
        message("    added                {value}", value=next(values)),
        message("    changed              {value}", value=next(values)),
        message("    removed              {value}", value=next(values)),
        message("    unchanged            {value}", value=next(values)),
        message("    failed               {value}", value=next(values)),
        message("  pages                  {value}", value=next(values)),
        message("    without text         {value}", value=next(values)),
        message("  chunks                 {value}", value=next(values)),
        message("    embeddings computed  {value}", value=next(values)),
        message("    embeddings reused    {value}", value=next(values)),
        message("  seconds                {value}", value=next(values)),
    ]


def folder_lines(
    listing: FolderListing, documents: Iterable[DocumentRecord], *, shown: int = _NAMES_SHOWN
) -> Iterator[str]:
    """Every file of the folder in one number, and the names of those that are of no kind that is read."""
    numbers = listing.numbers(documents)
    yield message(
        "Files in the folder: {files:,} = {read:,} read + {part:,} read in part + {failed:,} failed "
        "+ {kind:,} of other kinds + {ignored:,} excluded by .pagewiseignore + {hidden:,} hidden",
        files=numbers.files,
        read=numbers.read,
        part=numbers.read_in_part,
        failed=numbers.failed,
        kind=numbers.other_kind,
        ignored=numbers.ignored,
        hidden=numbers.hidden,
    )
    yield from _left_out_lines(listing, shown)


def discovery_lines(discovery: Discovery, seen_at: str) -> Iterator[str]:
    """Every file of the folder before a run: documents, and what will be left out."""
    listing = listing_of(discovery.left_out, seen_at)
    documents = len(discovery.files) + sum(not problem.is_folder for problem in discovery.problems)
    numbers = listing.numbers(())
    yield message(
        "Files in the folder: {files:,} = {documents:,} documents + {kind:,} of other kinds "
        "+ {ignored:,} excluded by .pagewiseignore + {hidden:,} hidden",
        files=documents + numbers.files,
        documents=documents,
        kind=numbers.other_kind,
        ignored=numbers.ignored,
        hidden=numbers.hidden,
    )
    yield from _left_out_lines(listing, _NAMES_SHOWN)


def _left_out_lines(listing: FolderListing, shown: int) -> Iterator[str]:
    for reason in ("kind", "ignored"):
        named = [each for each in listing.left_out if each.reason == reason]
        yield from map(_left_out_line, named[:shown])
        rest = sum(each.files for each in named[shown:])
        if rest:
            yield message("  and {count:,} more", count=rest)


def _left_out_line(each: LeftOut) -> str:
    if each.reason == "kind":
        return message("  {path}: not read, a kind of file that Pagewise does not know", path=each.path)
    if each.path.endswith("/"):
        return message(
            "  {path}: excluded by .pagewiseignore; files in it: {files:,}", path=each.path, files=each.files
        )
    return message("  {path}: excluded by .pagewiseignore", path=each.path)


def failure_lines(failed: Sequence[DocumentRecord], closed_folders: Sequence[str] = ()) -> Iterator[str]:
    """One line for each file that could not be read, with its category and the next step."""
    if not failed and not closed_folders:
        return
    yield ""
    kinds = Counter(document.category or "unknown" for document in failed).most_common()
    counted = [message("{number:,} {kind}", number=number, kind=category_message(kind)) for kind, number in kinds]
    yield message("Not read: {what}", what=joined(counted, ", ") if counted else message("folders"))
    yield from map(_indented, closed_folders)
    yield from (_indented(_failure(document)) for document in failed[:_FAILURES_SHOWN])
    if len(failed) > _FAILURES_SHOWN:
        yield message("  and {count:,} more; make report names them all", count=len(failed) - _FAILURES_SHOWN)


def plan_lines(plan: Plan) -> Iterator[str]:
    """What a run would do."""
    if plan.is_empty:
        yield message("Nothing to do: {documents} unchanged.", documents=_files(len(plan.unchanged)))
    by_reason: dict[Reason, list[str]] = {"added": [], "changed": [], "renewed": [], "retried": []}
    for task in plan.to_index:
        by_reason[task.reason].append(task.file.path)
    for reason, paths in by_reason.items():
        yield from _short_list(_headline_of(reason, len(paths)), paths)
    yield from _short_list(message("To remove: {count:,}", count=len(plan.to_remove)), plan.to_remove)
    yield from _renamed(plan.renamed)
    touched = [file.path for file in plan.touched]
    yield from _short_list(message("Same bytes, new time: {count:,}", count=len(touched)), touched)
    if not plan.is_empty:
        yield message("Unchanged: {documents}.", documents=_files(len(plan.unchanged)))
    to_fail = [
        message("{path}: {category}; {detail}", path=p.path, category=category_message(p.category), detail=p.detail)
        for p in plan.to_fail
    ]
    yield from _short_list(message("Cannot be read: {count:,}", count=len(to_fail)), to_fail)
    yield from failure_lines(plan.failed_unchanged, [_of_file(problem) for problem in plan.closed_folders])


def _headline_of(reason: Reason, count: int) -> str:
    match reason:
        case "added":
            return message("To add: {count:,}", count=count)
        case "changed":
            return message("To read again, changed: {count:,}", count=count)
        case "renewed":
            return message(
                "To read again, because the reader, the chunking or a limit is another one: {count:,}", count=count
            )
        case "retried":
            return message("To try again: {count:,}", count=count)


def backup_lines(backup: Backup, file: Path, *, is_restored: bool) -> Iterator[str]:
    """What was written into the file, or made of it."""
    megabytes = backup.size / 1e6
    if is_restored:
        yield message(
            "Index {generation} of {made_at} answers: {count:,} documents, as backed up by Pagewise {program}.",
            generation=backup.generation,
            made_at=backup.made_at,
            count=backup.documents,
            program=backup.program,
        )
        yield message("Next: make index takes in what has changed in the documents folder since.")
        return
    yield message(
        "Index {generation} with {count:,} documents is in {file}: {files} files, {size} MB. Documents are not in it.",
        generation=backup.generation,
        count=backup.documents,
        file=file,
        files=backup.files,
        size=f"{megabytes:,.1f}",
    )


def shipping_lines(done: Shipped, place: str, *, is_fetched: bool) -> Iterator[str]:
    """What answers there, or here, and what that took."""
    if is_fetched:
        yield message("Index {generation} of {place} answers here.", generation=done.generation, place=place)
    else:
        yield message("Index {generation} answers at {place}.", generation=done.generation, place=place)
    if not done.is_new:
        yield message("It was there already; nothing was sent.")
        return
    yield message(
        "{sent} files were sent ({size} MB), {there} were there already; every one was read back and compared.",
        sent=done.sent,
        size=f"{done.sent_bytes / 1e6:,.1f}",
        there=done.there,
    )
    if done.removed:
        yield message("Removed there: {names}.", names=", ".join(done.removed))


def rollback_lines(done: RolledBack) -> Iterator[str]:
    """Which index answers again, what that changes, and where else one can go."""
    yield from done.skipped
    yield message(
        "Index {generation} answers again, in the place of {before}.", generation=done.generation, before=done.before
    )
    yield from _short_list(
        message("Documents that are there again: {count:,}", count=len(done.returned)), done.returned
    )
    yield from _short_list(message("Documents that are not there any more: {count:,}", count=len(done.gone)), done.gone)
    if done.kept:
        yield message(
            "Kept as well: {others}; make rollback ARGS=NUMBER goes to one of them.", others=", ".join(done.kept)
        )
    yield message("The next make index makes it equal to the folder again; before it takes documents out it asks.")


def document_lines(documents: Iterable[DocumentRecord], odd_pages: Iterable[tuple[str, PageRecord]]) -> Iterator[str]:
    """What is wrong with each document and page, the worst first; nothing about those that are well."""
    pages: dict[str, list[PageRecord]] = {}
    for path, page in odd_pages:
        pages.setdefault(path, []).append(page)
    everything = list(documents)
    odd = [d for d in everything if d.status != "indexed" or d.detail or d.pages_without_text or d.path in pages]
    if not odd:
        yield message("All {documents} were read whole.", documents=_files(len(everything)))
        return
    for document in sorted(odd, key=_badness, reverse=True):
        yield _headline(document)
        yield from (message("    {line}", line=line) for line in _page_lines(pages.get(document.path, [])))
    yield ""
    well = len(everything) - len(odd)
    yield message("{odd} to look at, {well} read whole.", odd=_files(len(odd)), well=_files(well))


def _badness(document: DocumentRecord) -> tuple[int, float, str]:
    rank = {"failed": 3, "stale": 2}.get(document.status, 1 if document.pages_without_text else 0)
    return rank, len(document.pages_without_text) / max(1, document.pages), document.path


def _headline(document: DocumentRecord) -> str:
    if document.status != "indexed":
        return _failure(document)
    line = message(
        "{path}: {read} of {pages} pages read",
        path=document.path,
        read=document.pages - len(document.pages_without_text),
        pages=document.pages,
    )
    return joined([line, document.detail or ""], "; ")


def _failure(document: DocumentRecord) -> str:
    known = {"path": document.path, "category": category_message(document.category), "detail": document.detail}
    if document.status != "stale":
        return message("{path}: {category}; {detail}", **known)
    return message(
        "{path}: {category}; {detail} (its version of {day} still answers)", **known, day=document.indexed_at[:10]
    )


def _of_file(problem: UnreadableFile) -> str:
    return message("{path}: {detail}", path=problem.path, detail=problem.detail)


def _page_lines(pages: Iterable[PageRecord]) -> Iterator[str]:
    """Pages with the same trouble on one line, with the detail where it is the same one; then the remarks on pages."""
    groups: dict[PageStatus, list[PageRecord]] = {}
    remarks: dict[str, list[int]] = {}
    for page in pages:
        if page.status != "text" or page.detail:
            groups.setdefault(page.status, []).append(page)
        for remark in page.remarks:
            remarks.setdefault(remark, []).append(page.number)
    for trouble, group in groups.items():
        details = {page.detail for page in group if page.detail}
        what = _TROUBLES[trouble]
        if len(details) == 1:
            what = message("{trouble} ({detail})", trouble=what, detail=details.pop())
        yield _of_pages([page.number for page in group], what)
    yield from (_of_pages(numbers, remark) for remark, numbers in remarks.items())


def _of_pages(numbers: Sequence[int], what: str) -> str:
    if len(numbers) == 1:
        return message("page {number}: {trouble}", number=page_ranges(numbers), trouble=what)
    return message("pages {numbers}: {trouble}", numbers=page_ranges(numbers), trouble=what)


_TROUBLES: dict[PageStatus, str] = {
    "text": message("read"),
    "ocr": message("read by OCR"),
    "empty": message("no text"),
    "garbled": message("garbled text"),
    "failed": message("cannot be read"),
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


def _renamed(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    return _short_list(message("Renamed: {count:,}", count=len(pairs)), [f"{old} -> {new}" for old, new in pairs])


def _short_list(title: str, items: Sequence[str]) -> Iterator[str]:
    if not items:
        return
    yield title
    yield from map(_indented, items[:_NAMES_SHOWN])
    if len(items) > _NAMES_SHOWN:
        yield message("  and {count:,} more", count=len(items) - _NAMES_SHOWN)


def _indented(line: str) -> str:
    return message("  {line}", line=line)


def _count(number: int) -> str:
    return f"{number:,}"


def _files(number: int) -> str:
    if number == 1:
        return message("{count:,} document", count=number)
    return message("{count:,} documents", count=number)
