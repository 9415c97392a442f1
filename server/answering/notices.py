"""Sentences that go with an answer, told in the language of the question or of whoever reads the page."""

from collections.abc import Sequence
from textwrap import shorten

from server.answers import Conflict, Statement, WholeReading
from storage.escaping import escaped
from storage.messages import joined, message

_MOST_FILES = 5
_MOST_REMARKS = 3
_MOST_PIECES = 20
_LONGEST_QUOTE = 240  # characters


def changed_since_indexing(files: Sequence[str]) -> str:
    """Files that are not any more what was indexed."""
    return message("Changed since it was indexed: {files}. Run make index.", files=_named(files))


def gone_since_indexing(files: Sequence[str], passages: int) -> str:
    """Files that are not there any more, and how many of the best passages were theirs."""
    return message(
        "Left out {passages} of the best passages, whose files are gone: {files}. Run make index.",
        passages=passages,
        files=_named(files),
    )


def index_outdated() -> str:
    """Everything that was found comes from files that are gone."""
    return message(
        "The index is out of date: all passages that were found for this question come from files that "
        "are gone, so they cannot answer it. Run make index."
    )


def not_searched(files: Sequence[str]) -> str:
    """Files that could not be read."""
    return message("Not searched, because it could not be read: {files}.", files=_named(files))


def of_other_kinds(files: Sequence[str], count: int) -> str:
    """Files of the folder whose kind is not read; `files` are some of the `count`."""
    named = _named(files)
    return message(
        "Not searched, because Pagewise does not read their kind of file: {count:,} ({files}).",
        count=count,
        files=named,
    )


def read_with_remarks(remarks: Sequence[tuple[str, Sequence[int], str]]) -> str:
    """How pages of the passages that were used were read: document, pages, remark."""
    by_place: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for document, pages, remark in remarks[:_MOST_REMARKS]:
        by_place.setdefault((document, tuple(pages)), []).append(remark)
    said = [_of_pages(document, pages, joined(own, "; ")) for (document, pages), own in by_place.items()]
    if len(remarks) > _MOST_REMARKS:
        said.append(message("and {count:,} more", count=len(remarks) - _MOST_REMARKS))
    return message("How it was read: {remarks}", remarks=joined(said, "; "))


def _of_pages(document: str, pages: Sequence[int], remark: str) -> str:
    numbers = ", ".join(map(str, pages))
    return message("{document}, p. {pages}: {remark}", document=escaped(document), pages=numbers, remark=remark)


def left_out(count: int) -> str:
    """Passages that the model was not given."""
    return message("{count} of the passages did not fit into the model's context and were left out.", count=count)


def prompt_cut(read: int) -> str:
    """The server cut the prompt without a word."""
    return message(
        "The language model's server read only {read} tokens of a longer prompt, so some of the passages may be "
        "missing from the answer. Give the model more context there, or set LANGUAGE_MODEL_CONTEXT to what it "
        "reads.",
        read=read,
    )


def locally_scored(count: int, failure: Exception | None) -> str:
    """Passages that the language model did not judge; without a failure its replies were no scores."""
    return message(
        "{count} of the passages were scored by the local formula, not by the language model: {why}.",
        count=count,
        why=str(failure or message("the model's reply could not be read")).rstrip("."),
    )


def quoted_instead(why: str) -> str:
    """The language model failed, the documents are quoted."""
    return message("Quoted from the documents, because the language model failed: {why}", why=why)


def not_rewritten(why: str) -> str:
    """A question that points back to the conversation could not be rewritten."""
    return message("The question was searched for as it stands, without the conversation before it: {why}.", why=why)


def not_translated(why: str) -> str:
    """The documents are in other languages than the question, which could not be translated."""
    return message("The question was searched for as it was asked, without a translation: {why}.", why=why)


def searched_together(before: str) -> str:
    """There is no model to rewrite a question that points back: the words of the one before were searched for too."""
    return message(
        "There is no language model to complete the question, so it was searched for together with what was asked "
        "before: {question}",
        question=before,
    )


def searched_again(before: str) -> str:
    """There is no model to do something with the last answer."""
    return message(
        "Without a language model nothing can be done with the last answer; what was asked before was searched for "
        "again: {question}",
        question=before,
    )


def not_in_sources(pieces: Sequence[str]) -> str:
    """Numbers, names and quotations that the cited passages do not hold."""
    shown = ", ".join(map(escaped, pieces[:_MOST_PIECES]))
    return message("Not found in the cited passages: {pieces}.", pieces=shown)


def citations_removed(count: int) -> str:
    """Citations of passages that the model was not given."""
    return message("Citations removed, because there is no such passage: {count}.", count=count)


def nothing_cited() -> str:
    """An answer that names none of its passages."""
    return message("The answer does not say which passages it comes from.")


def no_such_documents(globs: Sequence[str]) -> str:
    """What was to be searched is not there."""
    return message("No document is called so: {globs}.", globs=_named(globs))


def answered_differently(conflict: Conflict) -> str:
    """Documents contradict one another; which of them is newer."""
    said = [
        message(
            "{document} ({date}): “{quote}” [{source}]",
            document=escaped(each.document),
            date=each.date or "–",
            quote=escaped(shorten(each.quote, _LONGEST_QUOTE, placeholder="…") or each.quote[:_LONGEST_QUOTE]),
            source=each.source,
        )
        for each in conflict.statements
    ]
    sentence = message("The documents answer this differently. {statements}", statements=joined(said, "; "))
    newest = next((each for each in conflict.statements if each.source == conflict.newer), None)
    return sentence if newest is None else joined([sentence, _newest(newest, conflict.newer_by)], ". ")


def _newest(statement: Statement, ground: str | None) -> str:
    document, date = escaped(statement.document), statement.date
    if ground == "superseded":
        return message("The one that is valid is {document}: the other one was replaced.", document=document)
    if ground == "version":
        return message("The newest, by its version, is {document}.", document=document)
    if ground == "date":
        return message("The newest is {document}, of {date}.", document=document, date=date)
    return message("The newest, by the time of its file, is {document}.", document=document)


def other_version(document: str) -> str:
    """Why a passage was brought that the search did not find: what it says was said otherwise elsewhere."""
    return message("Brought because it says otherwise what {document} says.", document=escaped(document))


def reads_whole(reading: WholeReading) -> str:
    """Whole documents are read: which, how much, and what it costs."""
    documents = _named(reading.documents)
    if not reading.calls:
        return message("Read as a whole: {documents} ({pages} pages).", documents=documents, pages=reading.pages)
    if reading.cost is None:
        return message(
            "Read as a whole: {documents} ({pages} pages), in {calls} calls of about {tokens:,} tokens together.",
            documents=documents,
            pages=reading.pages,
            calls=reading.calls,
            tokens=reading.prompt_tokens,
        )
    return message(
        "Read as a whole: {documents} ({pages} pages), in {calls} calls of about {tokens:,} tokens together, which "
        "cost about {cost:.4f} {currency}.",
        documents=documents,
        pages=reading.pages,
        calls=reading.calls,
        tokens=reading.prompt_tokens,
        cost=reading.cost,
        currency=reading.currency or "",
    )


def computed(formula: str) -> str:
    """A sum or difference of what the documents say, with its citations."""
    return message("Computed from the cited numbers: {formula}", formula=formula)


def goes_on() -> str:
    """Why a passage is there that no search brought: it is the rest of a table, list or formula."""
    return message("Brought because a table, list or formula of the passage beside it goes on here.")


def beside_answer() -> str:
    """Why a passage is there that answers a follow-up."""
    return message("Brought because it goes on from the statement that answered before.")


def leaves_open() -> str:
    """Why a passage is not kept that answers the question before a follow-up."""
    return message("It says nothing of what is asked now beyond what was answered before.")


def part_of_whole() -> str:
    """Why a passage is there that no search brought."""
    return message("A part of the document that the question is about.")


def parts_unread(failed: int, parts: int) -> str:
    """Of some parts of a long document the language model chose nothing, because its calls failed."""
    return message(
        "Of {failed} of {parts} parts of the document the language model could not choose the passages; of these the "
        "sentences that say most were taken.",
        failed=failed,
        parts=parts,
    )


def changes_left_out(told: int, found: int) -> str:
    """Not all changes between two editions are told."""
    return message("{told} of {found} changes are shown: those that count most.", told=told, found=found)


def thread_lost(why: str) -> str:
    """The answers before a follow-up question cannot be had."""
    return message("The question was answered by itself, without the conversation before it: {why}.", why=why)


def refused_content(files: Sequence[str]) -> str:
    """The provider does not read some passages."""
    return message(
        "Left out, because the language model's provider refuses the content: a passage of {files}.",
        files=_named(files),
    )


def _named(files: Sequence[str]) -> str:
    shown = ", ".join(map(escaped, files[:_MOST_FILES]))
    if len(files) <= _MOST_FILES:
        return shown
    return message("{files} … (+{more})", files=shown, more=len(files) - _MOST_FILES)
