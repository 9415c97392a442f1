"""A follow-up question, rewritten by the language model so that it can be understood, and searched for, by itself.

Whether a question stands alone is decided in `standalone`. Without a model, the words of the question before it are
searched for too; where the question only may need them, it is searched for both ways.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from server.answering import notices
from server.answering.in_its_place import in_its_place
from server.answering.short_call import NoReply, short_reply
from server.answering.standalone import dependence, kind_of, stands_alone
from server.answering.talk_about_answers import is_about_conversation
from server.answers import Turn
from server.language_model.client import LanguageModels
from server.language_model.prompts import Prompts, new_marker
from server.language_model.usage import Usage
from storage.messages import message
from storage.words.scripts import letters_of

logger = logging.getLogger(__name__)

_LONGEST_QUESTION = 4000
_MOST_QUESTIONS = 3
_LONGEST_SECONDS = 15.0
_SHARE_OF_TIME = 0.2


@dataclass(frozen=True, slots=True)
class Rewriting:
    """`question` is the rewritten one, or None where the question is to be taken as it stands.

    `also`: what it is searched for as well, where it may stand alone or not.
    """

    question: str | None = None
    usage: Usage | None = None
    notice: str | None = None
    also: tuple[str, ...] = ()


def rewritten(question: str, history: Sequence[Turn], models: LanguageModels, prompts: Prompts) -> Rewriting:
    """The question made to stand alone, in a bounded share of the time; asks no model where it does already.

    A model that fails costs the rewriting, not the answer: the notice says so. Raises `Cancelled` only.
    """
    if not history or stands_alone(question):
        return Rewriting()
    messages = prompts.standalone_messages(question, history, new_marker())
    try:
        reply = short_reply(models, messages, _LONGEST_SECONDS, _SHARE_OF_TIME)
    except NoReply as failure:
        return _failed(failure.why, failure.usage)
    text = read_rewritten(reply.text)
    if text is None:
        return _failed(message("the model wrote no question"), reply.usage)
    return Rewriting(None if _same(text, question) else text, reply.usage)


def put_together(question: str, history: Sequence[Turn]) -> Rewriting:
    """Without a model: a question that needs the conversation together with the words that were asked before it.

    One that may stand alone is searched for both ways, which costs those that do nothing.
    """
    before = asked_before(history)
    if not before:
        return Rewriting()
    if is_about_conversation(question):
        return Rewriting(before, notice=notices.searched_again(before))
    needs = dependence(question)
    if needs == "none":
        return Rewriting()
    if (instead := _with_another(question, history)) is not None:
        return Rewriting(instead)
    together = f"{question} {before}"[:_LONGEST_QUESTION]
    notice = notices.searched_together(before)
    return Rewriting(together, notice=notice) if needs == "plain" else Rewriting(also=(together,), notice=notice)


def _with_another(question: str, history: Sequence[Turn]) -> str | None:
    """The last question that stands alone with what has been put in its place since; None where nothing can be."""
    recent = [turn.question for turn in history[-_MOST_QUESTIONS:]]
    alone = next((place for place in reversed(range(len(recent))) if kind_of(recent[place]) == "alone"), None)
    whole = None if alone is None else recent[alone]
    for each in (*recent[alone + 1 :], question) if alone is not None else ():
        whole = in_its_place(each, whole) if whole is not None else None
    return whole


def asked_before(history: Sequence[Turn]) -> str:
    """What the conversation was about: its last question, with those before it as far as it needs them."""
    questions: list[str] = []
    for turn in reversed(history):
        kind = kind_of(turn.question)
        if kind != "conversation":
            questions.insert(0, turn.question)
        if kind == "alone" or len(questions) == _MOST_QUESTIONS:
            break
    return " ".join(questions)


def read_rewritten(reply: str) -> str | None:
    """The question in the model's reply; None where there is none. Pure."""
    lines = [line for line in reply.replace("\0", "").splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    _, _, after_label = lines[0].rpartition("Rewritten question:")
    text = " ".join(after_label.split()).strip('"“”「」*` ')
    return text if any(character.isalnum() for character in text) and len(text) <= _LONGEST_QUESTION else None


def _failed(why: str, usage: Usage | None = None) -> Rewriting:
    logger.info("a follow-up question was not rewritten")
    return Rewriting(usage=usage, notice=notices.not_rewritten(why))


def _same(text: str, question: str) -> bool:
    return letters_of(text) == letters_of(question)
