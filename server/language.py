"""The language of a question, and the refusal in it. Two languages are spoken: English and Chinese."""

import re
from typing import Literal

Language = Literal["en", "zh"]

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
