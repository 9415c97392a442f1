"""Passages in another language than the question's, where the documents speak that language too.

Who asks in Spanish among Spanish and English contracts means a Spanish one, unless the question names the other: a
passage of it then takes more to be an answer. Where no document speaks the question's language, nothing is held against
any. Apart from the retriever, which knows nothing of languages but that they differ.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from server.evidence.examination import Profile
from storage.records import ChunkRecord
from storage.words.folding import folded
from storage.words.languages import language_of

DocumentsWith = Callable[[str], Collection[str]]
"""A name → the documents in which it stands."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_COGNATE = 6  # letters at the beginning that words of two languages have in common ("chloroforme", "chloroform")


def in_another_tongue(
    questions: Sequence[str],
    profile: Profile,
    chunks: Sequence[ChunkRecord],
    spoken: Collection[str],
    titles: Mapping[str, str],
    named: Collection[str],
    documents_with: DocumentsWith,
) -> list[bool]:
    """For each passage, whether it is in another language than the question, of which it names nothing.

    `questions`: the question in all wordings, `profile` that of the first. `spoken`: the languages of the documents
    that are searched. `titles`: document → file name and title. `named`: documents that the question names.
    """
    asked = {language_of(question) for question in questions}
    if None in asked or not asked & set(spoken):
        return [False] * len(chunks)
    foreign = [language_of(chunk.text) not in {None, *asked} for chunk in chunks]
    if not any(foreign):
        return foreign
    meant = {*named, *(path for name in _names(profile) for path in documents_with(name))}
    return [
        is_foreign and chunk.document not in meant and not _has_words_of(questions, chunk, titles)
        for is_foreign, chunk in zip(foreign, chunks, strict=True)
    ]


def _names(profile: Profile) -> list[str]:
    """Words written as names: a word in letters is one between Chinese characters."""
    is_unspaced = any(need.is_cjk for need in profile.needs)
    return [
        need.shown
        for need in profile.needs
        if not need.is_unused
        and any(sign.isalpha() for sign in need.shown)  # a number alone is no name
        and (need.is_name or (is_unspaced and not need.is_cjk))
    ]


def _has_words_of(questions: Sequence[str], chunk: ChunkRecord, titles: Mapping[str, str]) -> bool:
    """Whether a word of its title stands in the question, or a word of the question, or nearly, in the passage."""
    title = f"{titles.get(chunk.document, '')} {chunk.context}"
    asked = {word for question in questions for word in _words(question)}
    if asked.intersection(_words(title)):
        return True
    beginnings = {word[:_COGNATE] for word in asked if len(word) >= _COGNATE}
    return any(word[:_COGNATE] in beginnings for word in _words(chunk.text))


def _words(text: str) -> list[str]:
    return _WORD.findall(folded(text).casefold())
