"""What the language model is told: the templates, and how questions and passages get into them.

A template is a text with variables in braces. Questions and passages are put in as they are, in one pass, and never
read as templates themselves. Passages stand between markers that hold a random number, so that no document can
pretend to end its passage. Knows nothing of HTTP and models.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.prompts import PromptTemplate

from server.answers import Turn
from server.language import Language, answer_language, question_language, refusal
from server.passages import Passage
from storage.messages import message
from storage.place_names import place_names

TEMPLATES_FOLDER = Path(__file__).parents[1] / "prompt_templates"

# {name} where LaTeX would not write it: \frac{a}{b}, x^{n} and a_{ij} are no variables.
_VARIABLE = re.compile(r"(?<![\\\w^}])\{([A-Za-z_]\w*)\}")


class BadTemplate(Exception):
    """A prompt file cannot be used; the message names the file, what is wrong, and what to write."""


@dataclass(frozen=True, slots=True)
class _Kind:
    setting: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    must_contain: str = ""


_ANSWER = _Kind("ANSWER_PROMPT_FILE", ("context_str", "query_str"), ("refusal", "marker"))
_RELEVANCE = _Kind("RELEVANCE_PROMPT_FILE", ("context_str", "query_str"), ("marker",), must_contain="json")
_STANDALONE = _Kind("standalone.txt", ("history_str", "query_str"), ("marker",))

_TRANSLATION = _Kind("translation.txt", ("languages_str", "query_str"), ("marker",))
_PARTS = _Kind("whole_parts.txt", ("context_str", "query_str"), ("most", "marker"))

_CONVERSATION = _Kind("conversation.txt", ("context_str", "history_str", "query_str"), ("marker",))

_MOST_TURNS = 4
_LONGEST_PAST_ANSWER = 1000
_LONGEST_TOLD_ANSWER = 8000  # of an answer that is to be shortened or translated


@dataclass(frozen=True, slots=True)
class Prompts:
    """The templates of one server. `read_prompts` makes it."""

    answer: dict[Language, PromptTemplate]
    relevance: PromptTemplate
    standalone: PromptTemplate
    conversation: PromptTemplate
    translation: PromptTemplate
    parts: PromptTemplate

    def answer_messages(self, question: str, passages: Sequence[Passage], marker: str) -> list[ChatMessage]:
        """The request to answer from the passages, first one first: [1] in the answer will mean the first."""
        language = question_language(question)
        return self.answer[language].format_messages(
            context_str=document_blocks(passages, marker),
            query_str=_without(question, marker),
            refusal=refusal(answer_language(question)),
            marker=marker,
        )

    def relevance_messages(self, question: str, passage: Passage, marker: str) -> list[ChatMessage]:
        """The request to score one passage. With the same question and marker the beginning is the same."""
        return self.relevance.format_messages(
            context_str=_block(passage, marker), query_str=_without(question, marker), marker=marker
        )

    def standalone_messages(self, question: str, history: Sequence[Turn], marker: str) -> list[ChatMessage]:
        """The request to rewrite a question so that it can be understood without the conversation before it."""
        return self.standalone.format_messages(
            history_str=_without(_conversation(history), marker), query_str=_without(question, marker), marker=marker
        )

    def translation_messages(self, question: str, languages: Sequence[str], marker: str) -> list[ChatMessage]:
        """The request to write the question in these languages, one line for each."""
        return self.translation.format_messages(
            languages_str=", ".join(languages), query_str=_without(question, marker), marker=marker
        )

    def conversation_messages(
        self, request: str, history: Sequence[Turn], passages: Sequence[Passage], marker: str
    ) -> list[ChatMessage]:
        """The request to do something with the last answer, of which the passages are the evidence."""
        return self.conversation.format_messages(
            context_str=document_blocks(passages, marker),
            history_str=_without(_conversation(history, _LONGEST_TOLD_ANSWER), marker),
            query_str=_without(request, marker),
            marker=marker,
        )

    def parts_messages(self, question: str, passages: Sequence[Passage], most: int, marker: str) -> list[ChatMessage]:
        """The request to choose, of a part of a document, the passages that an answer about the whole needs."""
        return self.parts.format_messages(
            context_str=document_blocks(passages, marker),
            query_str=_without(question, marker),
            most=most,
            marker=marker,
        )


def new_marker() -> str:
    """128 random bits that no document can know."""
    return secrets.token_hex(16)


def read_prompts(answer_file: Path | None = None, relevance_file: Path | None = None) -> Prompts:
    """The templates of Pagewise, or the user's own where a file is given. Raises `BadTemplate`."""
    if answer_file is None:
        answer = {
            language: _template(TEMPLATES_FOLDER / f"answer_{language}.txt", _ANSWER) for language in ("en", "zh")
        }
    else:
        own = _template(answer_file, _ANSWER)
        answer = {"en": own, "zh": own}
    relevance = _template(relevance_file or TEMPLATES_FOLDER / "relevance.txt", _RELEVANCE)
    standalone = _template(TEMPLATES_FOLDER / "standalone.txt", _STANDALONE)
    conversation = _template(TEMPLATES_FOLDER / "conversation.txt", _CONVERSATION)
    translation = _template(TEMPLATES_FOLDER / "translation.txt", _TRANSLATION)
    parts = _template(TEMPLATES_FOLDER / "whole_parts.txt", _PARTS)
    answers: dict[Language, PromptTemplate] = {"en": answer["en"], "zh": answer["zh"]}
    return Prompts(answers, relevance, standalone, conversation, translation, parts)


def document_blocks(passages: Sequence[Passage], marker: str) -> str:
    """All passages, numbered from 1 as they are to be cited."""
    return "\n\n".join(f"Document {number}:\n{_block(passage, marker)}" for number, passage in enumerate(passages, 1))


def source_line(passage: Passage) -> str:
    """Where a passage stands, in one line: file, page, headings."""
    names = place_names(passage.document, passage.pages, passage.labels)
    place = ", ".join(f"page {name[3:]}" if name.startswith("p. ") else name for name in names)
    parts = [passage.document, place, passage.context]
    return " | ".join(" ".join(part.split()) for part in parts if part.strip())


def _block(passage: Passage, marker: str) -> str:
    inside = _without(f"({source_line(passage)})\n{passage.text}", marker)
    return f"<passage-{marker}>\n{inside}\n</passage-{marker}>"


def _conversation(history: Sequence[Turn], longest_answer: int = _LONGEST_PAST_ANSWER) -> str:
    """The last turns; of a long answer the beginning."""
    return "\n".join(f"Q: {turn.question}\nA: {turn.answer[:longest_answer]}" for turn in history[-_MOST_TURNS:])


def _without(text: str, marker: str) -> str:
    return text.replace(marker, "")


def _template(file: Path, kind: _Kind) -> PromptTemplate:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTemplate(
            message("{setting}: {file} cannot be read as UTF-8 text", setting=kind.setting, file=file.name)
        ) from error
    _check(text, file.name, kind)
    return PromptTemplate(text.strip())


def _check(text: str, name: str, kind: _Kind) -> None:
    known = (*kind.required, *kind.optional)
    found = set(_VARIABLE.findall(text))
    for variable in kind.required:
        if variable not in found:
            raise BadTemplate(
                message(
                    "{setting}: {file} lacks {{{variable}}}; write it where {meaning} goes",
                    setting=kind.setting,
                    file=name,
                    variable=variable,
                    meaning=_MEANING[variable],
                )
            )
    for variable in sorted(found - set(known)):
        names = ", ".join(f"{{{each}}}" for each in known)
        raise BadTemplate(
            message(
                "{setting}: {file} uses {{{variable}}}, which means nothing here; there are {names}",
                setting=kind.setting,
                file=name,
                variable=variable,
                names=names,
            )
        )
    if kind.must_contain not in text.lower():
        raise BadTemplate(
            message(
                "{setting}: {file} must ask for {word} by this word",
                setting=kind.setting,
                file=name,
                word=kind.must_contain.upper(),
            )
        )


_MEANING = {
    "context_str": message("the text of the documents"),
    "query_str": message("the question"),
    "history_str": message("the conversation"),
    "languages_str": message("the names of languages"),
}
