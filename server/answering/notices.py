"""Sentences that go with an answer, in the language of the question. `sentences.po` holds them in Chinese."""

from collections.abc import Sequence

from server.language import Language, retold
from storage.escaping import escaped
from storage.message_translation import told
from storage.messages import message

_MOST_FILES = 5
_MOST_PIECES = 20


def not_checked(language: Language) -> str:
    """No passage could be scored."""
    return retold(
        "Relevance not checked: no passage could be scored. The passages are in the order of retrieval.", language
    )


def partly_checked(language: Language, unscored: int) -> str:
    """Some passages could not be scored."""
    return retold(f"{unscored} of the passages could not be scored; they stand behind the scored ones.", language)


def changed_since_indexing(language: Language, files: Sequence[str]) -> str:
    """Files that are not any more what was indexed."""
    return retold(f"Changed since it was indexed: {_named(files)}. Run make index.", language)


def gone_since_indexing(language: Language, files: Sequence[str], passages: int) -> str:
    """Files that are not there any more, and how many of the best passages were theirs."""
    return retold(
        f"Left out {passages} of the best passages, whose files are gone: {_named(files)}. Run make index.", language
    )


def index_outdated(language: Language) -> str:
    """Everything that was found comes from files that are gone."""
    return retold(
        "The index is out of date: all passages that were found for this question come from files that are gone, so "
        "they cannot answer it. Run make index.",
        language,
    )


def not_searched(language: Language, files: Sequence[str]) -> str:
    """Files that could not be read."""
    return retold(f"Not searched, because it could not be read: {_named(files)}.", language)


def left_out(language: Language, count: int) -> str:
    """Passages that the model was not given."""
    return retold(f"{count} of the passages did not fit into the model's context and were left out.", language)


def quoted_instead(language: Language, why: str) -> str:
    """The language model failed, the documents are quoted."""
    return retold(f"Quoted from the documents, because the language model failed: {why}", language)


def not_rewritten(language: Language, why: str) -> str:
    """A question that points back to the conversation could not be rewritten."""
    return retold(f"The question was searched for as it stands, without the conversation before it: {why}.", language)


def searched_together(language: Language, before: str) -> str:
    """There is no model to rewrite a question that points back: the words of the one before were searched for too."""
    note = message(
        "There is no language model to complete the question, so it was searched for together with what was asked "
        "before: {question}",
        question=before,
    )
    return told(note, language)


def searched_again(language: Language, before: str) -> str:
    """There is no model to do something with the last answer."""
    note = message(
        "Without a language model nothing can be done with the last answer; what was asked before was searched for "
        "again: {question}",
        question=before,
    )
    return told(note, language)


def not_in_sources(language: Language, pieces: Sequence[str]) -> str:
    """Numbers, names and quotations that the cited passages do not hold."""
    shown = ", ".join(map(escaped, pieces[:_MOST_PIECES]))
    return told(message("Not found in the cited passages: {pieces}.", pieces=shown), language)


def citations_removed(language: Language, count: int) -> str:
    """Citations of passages that the model was not given."""
    return told(message("Citations removed, because there is no such passage: {count}.", count=count), language)


def nothing_cited(language: Language) -> str:
    """An answer that names none of its passages."""
    return told(message("The answer does not say which passages it comes from."), language)


def no_such_documents(language: Language, globs: Sequence[str]) -> str:
    """What was to be searched is not there."""
    return told(message("No document is called so: {globs}.", globs=_named(globs)), language)


def thread_lost(language: Language, why: str) -> str:
    """The answers before a follow-up question cannot be had."""
    return retold(f"The question was answered by itself, without the conversation before it: {why}.", language)


def refused_content(language: Language, files: Sequence[str]) -> str:
    """The provider does not read some passages."""
    return retold(
        f"Left out, because the language model's provider refuses the content: a passage of {_named(files)}.", language
    )


def _named(files: Sequence[str]) -> str:
    shown = ", ".join(map(escaped, files[:_MOST_FILES]))
    return shown if len(files) <= _MOST_FILES else f"{shown} … (+{len(files) - _MOST_FILES})"
