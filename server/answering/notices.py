"""Sentences that go with an answer, in the language of the question. `sentences.po` holds them in Chinese."""

from collections.abc import Sequence

from server.language import Language, retold
from storage.escaping import escaped
from storage.message_translation import told
from storage.messages import message

_MOST_FILES = 5


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


def prompt_cut(language: Language, read: int) -> str:
    """The server cut the prompt without a word."""
    return told(
        message(
            "The language model's server read only {read} tokens of a longer prompt, so some of the passages may be "
            "missing from the answer. Give the model more context there, or set LANGUAGE_MODEL_CONTEXT to what it "
            "reads.",
            read=read,
        ),
        language,
    )


def locally_scored(language: Language, count: int, why: str) -> str:
    """Passages that the language model was not asked about any more."""
    return told(
        message(
            "{count} of the passages were scored by the local formula, not by the language model: {why}.",
            count=count,
            why=why,
        ),
        language,
    )


def quoted_instead(language: Language, why: str) -> str:
    """The language model failed, the documents are quoted."""
    return retold(f"Quoted from the documents, because the language model failed: {why}", language)


def not_rewritten(language: Language, why: str) -> str:
    """A question that points back to the conversation could not be rewritten."""
    return retold(f"The question was searched for as it stands, without the conversation before it: {why}.", language)


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
