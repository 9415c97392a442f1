"""What to ask where nothing answers: the question in words of the documents, and in the languages of those it may mean.

Apart from `glosses`, which knows no index: which documents are asked in which language is decided here. A question is
taken to other languages where no document speaks its own, or where it names what only documents in another one name.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from glob import escape

from server.evidence.asked_figures import asks_form_of
from server.evidence.asked_names import asks_for_a_name
from server.retrieval.corpus import documents_in, language_shares
from server.retrieval.document_globs import matching
from server.retrieval.everyday_words import IsSaid, in_words_of_documents
from server.retrieval.glosses import gloss, in_terms_of_documents, share_held, unknown_words
from server.retrieval.index_holder import OpenIndex
from server.retrieval.meant_language import meant_language
from server.retrieval.spelling import spelt_right
from storage.words.languages import language_of
from storage.words.lexicon import key_of, words_of
from storage.words.scripts import IS_HAN

_LEAST_SHARE = 0.02  # of the passages are in a language, or nobody speaks it
_MOST_LANGUAGES = 3
_MOST_NAMED = 20  # documents
_SHORTEST_NAME = 3
_SHORTEST_SPELLED = 4  # letters
_MOST_SIGNS = 8
_LEAST_HELD = 0.5  # of a wording's terms
_TITLE = 120  # characters at the beginning of a document, which name it


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in other words. `documents`: globs of those that it is for; none: those that were asked.

    `language`: that of its words. `is_gloss`: it is another one than the question's. `terms`: its words for what the
    question calls otherwise. `only_if_near`: where something nearly answers the question as it is.
    """

    question: str
    language: str
    terms: tuple[str, ...]
    documents: tuple[str, ...] = ()
    is_gloss: bool = False
    only_if_near: bool = False

    def may_be_answered_by(self, text: str) -> bool:
        """Whether a passage is in its language, and holds half of its terms: without them it was found before."""
        is_meant = not self.is_gloss or language_of(text) in (self.language, None)
        return is_meant and share_held(self.terms, text, self.language) >= _LEAST_HELD


def meant_wordings(index: OpenIndex, question: str, documents: Sequence[str]) -> Iterator[Wording]:
    """Where a question names its documents by the country or language they come from, it is asked of these first.

    Not where some document says that word: it may be what is asked about.
    """
    meant, says = meant_language(question), index.generation.catalogue.words.says
    if meant is None or says(meant.word):
        return
    paths = _among(documents_in(index.generation, meant.language), documents)
    if not 0 < len(paths) <= _MOST_NAMED:
        return
    scope, asked = tuple(map(escape, paths)), language_of(question) or "en"
    yield Wording(meant.question, asked, (), scope)
    if (glossed := gloss(meant.question, asked, meant.language, says)) is not None:
        yield Wording(glossed.question, meant.language, glossed.terms, scope, is_gloss=True)


def other_wordings(index: OpenIndex, question: str, documents: Sequence[str]) -> Iterator[Wording]:
    """The wordings that are worth a search of their own, the likeliest first; each is made when it is wanted."""
    says = index.generation.catalogue.words.says
    language = language_of(question)
    right = spelt_right(question, language or "en", index.generation.catalogue.words.document_frequencies, says)
    if right != question:
        question = right
        yield Wording(right, language or "en", ())
    yield from _in_own_language(question, language or "en", says)
    if language is None:
        return
    question, called = _with_signs(index, question, language)
    for other, meant in _spoken_where(index, question, language, documents, called):
        glossed = gloss(question, language, other, says)
        if glossed is not None:
            yield Wording(glossed.question, other, glossed.terms, meant, is_gloss=True)


def _in_own_language(question: str, language: str, is_said: IsSaid) -> Iterator[Wording]:
    """First with other words for those that no document says, then for those that may be said of something else.

    Not where a name is asked for: who supervises is not the lifeguard.
    """
    if asks_for_a_name(question):
        return
    plain = in_terms_of_documents(question, language, is_said)
    if (new := _new_words(question, plain, language)) and asks_form_of(question, plain):
        yield Wording(plain, language, new)
    worded = in_words_of_documents(question, is_said, even_if_said=True) or question
    worded = in_terms_of_documents(worded, language, is_said)
    if worded != plain and (new := _new_words(question, worded, language)) and asks_form_of(question, worded):
        yield Wording(worded, language, new, only_if_near=True)


def _new_words(question: str, worded: str, language: str) -> tuple[str, ...]:
    known = {key_of(word, language) for word in words_of(question, language)}
    new = [word for word in words_of(worded, language) if key_of(word, language) not in known]
    return ("".join(new),) if language == "zh" and new else tuple(new)


def _spoken_where(
    index: OpenIndex, question: str, language: str, documents: Sequence[str], called: Collection[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """Other languages, and the documents that are asked in them. `called`: those that the question surely names."""
    shares = language_shares(index.generation, documents)
    if shares.get(language, 0.0) < _LEAST_SHARE:
        return [(other, ()) for other in sorted(shares, key=lambda each: -shares[each])[:_MOST_LANGUAGES]]
    spoken = cache(lambda path: _language_of(index, path))
    found: dict[str | None, list[str]] = {}
    named = _among(sorted(called), documents)
    for path in named or _meant(index, question, language, documents, spoken):
        if spoken(path) != language:
            found.setdefault(spoken(path), []).append(escape(path))
    return [(other, tuple(paths)) for other, paths in found.items() if other is not None]


def _with_signs(index: OpenIndex, question: str, language: str) -> tuple[str, frozenset[str]]:
    """The question with Chinese names in their own signs, and the documents that are called so."""
    if language == "zh" or not language_shares(index.generation).get("zh"):
        return question, frozenset()
    catalogue = index.generation.catalogue
    unsaid = [word for word in unknown_words(question, language) if not catalogue.words.says(word)]
    beginnings = catalogue.beginnings(_TITLE) if unsaid else []
    titles = {path: f"{path} {title} {text}" for path, title, _, text in beginnings}
    for word in unsaid:
        if found := signs_of(word, titles):
            return question.replace(word, next(iter(found.values()))), frozenset(found)
    return question, frozenset()


def _meant(
    index: OpenIndex, question: str, language: str, documents: Sequence[str], spoken: Callable[[str], str | None]
) -> list[str]:
    """The documents that hold most of the question's names that no document in its own language has.

    `spoken`: document → its language.
    """
    held: Counter[str] = Counter()
    for word in unknown_words(question, language):
        paths = index.generation.catalogue.words.documents_with(word) if len(word) >= _SHORTEST_NAME else set()
        if len(paths) <= _MOST_NAMED and language not in map(spoken, paths):
            held.update(paths)
    most = max(held.values(), default=0)
    named = sorted(path for path, number in held.items() if number == most)
    return _among(named, documents)


def _language_of(index: OpenIndex, path: str) -> str | None:
    """That of most passages of a document."""
    shares = language_shares(index.generation, (escape(path),))
    return max(shares, key=lambda each: shares[each], default=None)


def _among(paths: list[str], documents: Sequence[str]) -> list[str]:
    return matching(paths, documents) if documents else paths


def signs_of(name: str, titles: Mapping[str, str]) -> dict[str, str]:
    """Cuihuyuan is 翠湖苑: the documents whose title or beginning holds the name in Chinese signs → these signs. Pure.

    `titles`: document → title.
    """
    wanted = name.casefold()
    if len(wanted) < _SHORTEST_SPELLED or not (wanted.isascii() and wanted.isalpha()):
        return {}
    found = {path: _within(wanted, title) for path, title in titles.items() if IS_HAN.search(title)}
    return {path: signs for path, signs in found.items() if signs}


def _within(name: str, title: str) -> str:
    sounds = _sounds(title)
    for start in range(len(sounds)):
        for end in range(start + 2, min(start + _MOST_SIGNS, len(sounds)) + 1):
            if "".join(sounds[start:end]) == name:
                return title[start:end]
    return ""


@lru_cache(maxsize=10_000)
def _sounds(title: str) -> tuple[str, ...]:
    """One for each character of the title."""
    from pypinyin import lazy_pinyin

    return tuple(sound for sign in title for sound in lazy_pinyin(sign))
