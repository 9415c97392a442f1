"""The language of a question, the refusal in it, and sentences of other modules told in it: English and Chinese.

Sentences that other modules made in English are known by their words: `{}` in `sentences.po` stands for whatever the
sentence holds there, which is told in turn. What is not known stays as it is.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po

from storage.words.scripts import IS_HAN

Language = Literal["en", "zh"]

REFUSALS: dict[Language, str] = {
    "en": "Sorry, the documents do not contain the information to answer this question.",
    "zh": "对不起，您所提供的上下文中不包含回答问题的信息。",
}

_LATIN_WORD = re.compile(r"[A-Za-z]+(?:[-'.][A-Za-z0-9]+)*")
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|《[^》]*》")
_ENGLISH_FRAME = re.compile(
    r"\b(?:what|which|who|whose|when|where|why|how|is|are|does|do|did|the|of|in|mean|means)\b", re.IGNORECASE
)


def question_language(text: str) -> Language:
    """The language to answer in: Chinese when the sentence itself is Chinese, whatever names it mentions.

    "GRPO 的目标函数是什么？" is Chinese, "What does 机器学习 mean?" is English.
    """
    if not IS_HAN.search(text):
        return "en"
    frame = _QUOTED.sub(" ", text)
    han, words = len(IS_HAN.findall(frame)), len(_LATIN_WORD.findall(frame))
    if len(_ENGLISH_FRAME.findall(frame)) >= 2:
        return "en"
    return "zh" if han >= words else "en"


def refusal(language: Language) -> str:
    """The sentence that says: the documents do not answer this."""
    return REFUSALS[language]


SENTENCES = Path(__file__).parent / "translations" / "zh" / "LC_MESSAGES" / "sentences.po"
_SENTENCE_END = re.compile(r"(?<=[.。]) ")
_FILE_LINE = re.compile(r"(?P<path>.+?): (?:[a-z_]+; )?(?P<detail>.+?)(?P<kept> \(its version of .+\))?")
_COUNTED = re.compile(r"\{\} [a-z_]+")  # of a sentence that is little more than its gap, the gap must be a number
_LONGEST = 2_000


def retold(text: str, language: Language) -> str:
    """The text in that language, sentence by sentence where it is not known as a whole."""
    if language == "en" or len(text) > _LONGEST:
        return text
    whole = _known(text)
    if whole is not None:
        return whole
    parts = [(_known(part), part) for part in _SENTENCE_END.split(text)]
    if not any(told for told, _ in parts):
        return text
    return "".join(_ended(told) if told else f"{part} " for told, part in parts).rstrip()


def retold_line(line: str, language: Language) -> str:
    """A line of the job's output: as a sentence, or as what it says of a file; its indentation stays."""
    said = line.strip()
    told = retold(said, language)
    of_file = _FILE_LINE.fullmatch(said)
    if told == said and of_file is not None:
        detail, kept = (retold((of_file[part] or "").strip(), language) for part in ("detail", "kept"))
        told = said if detail == of_file["detail"] else f"{of_file['path']}：{detail}{kept}"
    return line.replace(said, told) if said else line


def _known(text: str) -> str | None:
    bare = _bare(text)
    exact, patterns = _sentences()
    if bare in exact:
        return exact[bare]
    for pattern, template in patterns:
        found = pattern.fullmatch(bare)
        if found:
            return template.format(*(_inner(group) for group in found.groups()))
    return None


def _inner(text: str) -> str:
    """What stands in a gap: sentences, or a list, or a name."""
    told = retold(text, "zh")
    return (", ".join(_known(part) or part for part in text.split(", ")) if told == text else told).rstrip("。")


@cache
def _sentences() -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """The sentences without gaps, and the patterns of those with gaps, the most telling ones first."""
    known = dict(_read())
    exact = {_bare(english): chinese for english, chinese in known.items() if "{}" not in english}
    gapped = sorted((english for english in known if "{}" in english), key=lambda text: -len(text.replace("{}", "")))
    return exact, [(_pattern(english), known[english]) for english in gapped]


def _read() -> Iterator[tuple[str, str]]:
    with SENTENCES.open("rb") as file:
        for message in read_po(file):
            if message.id:
                yield str(message.id), str(message.string)


def _pattern(english: str) -> re.Pattern[str]:
    if _COUNTED.fullmatch(english):
        return re.compile(english.replace("{}", r"([\d,]+)"))
    return re.compile("(.+?)".join(re.escape(part) for part in _bare(english).split("{}")), re.DOTALL)


def _bare(text: str) -> str:
    """Without what a place in the text changes about a sentence: its first letter's case, its full stop."""
    return text[:1].lower() + text[1:].removesuffix(".")


def _ended(told: str) -> str:
    return told if told.endswith(("。", "！", "？")) else f"{told}。"
