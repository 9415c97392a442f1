"""The language of a question, the refusal in it, and what other modules say as sentences: English and Chinese."""

import re

from storage.message_translation import Language, told

__all__ = ["REFUSALS", "Language", "as_sentence", "full_stop", "question_language", "refusal"]

REFUSALS: dict[Language, str] = {
    "en": "Sorry, the documents do not contain the information to answer this question.",
    "zh": "对不起，您所提供的上下文中不包含回答问题的信息。",
}

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:[-'.][A-Za-z0-9]+)*")
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|《[^》]*》")
_ENGLISH_FRAME = re.compile(
    r"\b(?:what|which|who|whose|when|where|why|how|is|are|does|do|did|the|of|in|mean|means)\b", re.IGNORECASE
)


def question_language(text: str) -> Language:
    """The language to answer in: Chinese when the sentence itself is Chinese, whatever names it mentions.

    "GRPO 的目标函数是什么？" is Chinese, "What does 机器学习 mean?" is English.
    """
    if not _HAN.search(text):
        return "en"
    frame = _QUOTED.sub(" ", text)
    han, words = len(_HAN.findall(frame)), len(_LATIN_WORD.findall(frame))
    if len(_ENGLISH_FRAME.findall(frame)) >= 2:
        return "en"
    return "zh" if han >= words else "en"


def refusal(language: Language) -> str:
    """The sentence that says: the documents do not answer this."""
    return REFUSALS[language]


_FIELD = re.compile(r"[\w.]+: ")  # what a value is wrong in: a name keeps its first letter
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_STOPS: dict[Language, tuple[str, ...]] = {"en": (".",), "zh": (".", "。", "！", "？")}


def as_sentence(text: str, language: Language) -> str:
    """What another module says, told in that language as a sentence of its own: from a capital to a full stop."""
    said = told(text, language)
    if not said:
        return ""
    said = said if _FIELD.match(said) else said[0].upper() + said[1:]
    return said if said.endswith(_STOPS[language]) else said + full_stop(said)


def full_stop(text: str) -> str:
    """The one that belongs to the text's writing."""
    return "。" if _WIDE.search(text) else "."
