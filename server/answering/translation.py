"""A question in the languages of the documents, written by the language model, so that their words can be found.

Only where the documents are mainly in other languages than the question. A model that fails costs the translation, not
the answer. What was translated once is remembered.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.answering import notices
from server.answering.follow_up import read_rewritten
from server.answering.short_call import NoReply, short_reply
from server.language_model.client import LanguageModels
from server.language_model.prompts import Prompts, new_marker
from server.language_model.usage import Usage
from storage.messages import message
from storage.newest import Newest
from storage.words.languages import language_of

logger = logging.getLogger(__name__)

_NAMES = {
    "en": "English",
    "zh": "Chinese",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "ja": "Japanese",
    "ko": "Korean",
    "ru": "Russian",
    "el": "Greek",
    "ar": "Arabic",
    "he": "Hebrew",
    "hi": "Hindi",
    "th": "Thai",
}
_MAINLY = 0.5  # of the passages are in the question's language: their words are its words
_LEAST_SHARE = 0.25
_MOST_LANGUAGES = 2
_LONGEST_SECONDS = 10.0
_SHARE_OF_TIME = 0.15


@dataclass(frozen=True, slots=True)
class Translation:
    """The question in other languages; none where it needs no translation or that failed, which `notice` says."""

    questions: tuple[str, ...] = ()
    usage: Usage | None = None
    notice: str | None = None


TranslationCache = Newest[tuple[str, ...], tuple[str, ...]]
"""The newest translations by question, model and languages."""


def wanted_languages(question: str, shares: Mapping[str, float]) -> tuple[str, ...]:
    """The languages that a question should be searched in besides its own. Pure.

    `shares`: how much of the passages is in which language.
    """
    asked = language_of(question)
    if asked is None or shares.get(asked, 0.0) >= _MAINLY:
        return ()
    others = [language for language in shares if language != asked and language in _NAMES]
    ranked = sorted(
        (language for language in others if shares[language] >= _LEAST_SHARE), key=lambda each: -shares[each]
    )
    return tuple(ranked[:_MOST_LANGUAGES])


def translated(
    question: str, languages: Sequence[str], models: LanguageModels, prompts: Prompts, cache: TranslationCache
) -> Translation:
    """The question in these languages, in one short call and a bounded share of the time. Raises `Cancelled` only."""
    if not languages:
        return Translation()
    key = (question, models.name("rewriting"), *languages)
    if (known := cache.get(key)) is not None:
        return Translation(known)
    messages = prompts.translation_messages(question, [_NAMES[each] for each in languages], new_marker())
    try:
        reply = short_reply(models, messages, _LONGEST_SECONDS, _SHARE_OF_TIME)
    except NoReply as failure:
        return _failed(failure.why, failure.usage)
    questions = read_translations(reply.text, languages)
    if not questions:
        return _failed(message("the model wrote no question"), reply.usage)
    questions = tuple(each for each in questions if each != question)
    cache.put(key, questions)
    return Translation(questions, reply.usage)


def read_translations(reply: str, languages: Sequence[str]) -> tuple[str, ...]:
    """The questions in the model's reply, one a line; none where it holds more or fewer lines. Pure."""
    _, _, after_label = reply.rpartition("Translated question:")
    lines = [line for line in after_label.splitlines() if line.strip()]
    if len(lines) != len(languages):
        return ()
    questions = [read_rewritten(line) for line in lines]
    return tuple(question for question in questions if question is not None) if all(questions) else ()


def _failed(why: str, usage: Usage | None = None) -> Translation:
    logger.info("a question was not translated")
    return Translation(usage=usage, notice=notices.not_translated(why))
