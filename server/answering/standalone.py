"""Whether a question stands alone, needs the conversation before it, or is about that conversation.

Rules in English, Chinese, German, French, Spanish and Portuguese, a little Japanese, tell the plain cases: a word
points back before anything that it could point to, it goes on ("and …"), or nothing in it is particular: "How much in
dollars?". What they let pass is judged by its sense (`standalone_sense`): "Will my settings be lost?" asks of something
that was spoken of.

A question that wrongly counts as dependent costs one short call of the model, or, without a model, a second search
beside its own; one that wrongly counts as standing alone is searched for without what it is about.
"""

import re
from collections.abc import Sequence
from typing import Literal

from server.answering.standalone_sense import sounds_dependent
from server.answering.standalone_words import (
    ACT,
    ADDED,
    ALSO,
    COMPARED,
    COSTS,
    EITHER,
    EMPTY,
    EMPTY_ZH,
    EXPLETIVE,
    GOING_ON,
    GOING_ON_ZH,
    HOW_MANY,
    HOW_MANY_ZH,
    IN_PLACE,
    LEADING_PREPOSITION,
    ONE,
    OUTSIDE,
    POINTING,
    POINTING_JA,
    POINTING_ZH,
    STRUCTURE,
    WHAT_ABOUT_ZH,
)
from server.answering.talk_about_answers import is_about_conversation
from server.language import EuropeanLanguage, european_language
from storage.words.scripts import IS_HAN, IS_KANA

QuestionKind = Literal["alone", "follow-up", "conversation"]
Dependence = Literal["none", "likely", "plain"]
"""How much a question needs the conversation: not, by its sense alone, or by what it plainly leaves out."""

_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ0-9](?:[\w.'’/+-]*[\w+])?")
_CLAUSE_END = re.compile(
    r"[,;:，；：。、]|\b(?:and|but|or|because|when|while|if|so that|unless|once|who|which"
    r"|(?:before|after|until)(?=(?:\s+\w+){3}))\b|(?:以及|并且|而且|但是|如果)",
    re.IGNORECASE,
)
_FEWEST_WORDS = 3
_SHORT, _SHORT_ZH = 7, 12  # words, characters
_FEWEST_NAMED = 2
"""Particular words before "its": what is asked for, and whose it is."""
_POSSESSIVE_EN = re.compile(r"its|their|his|her", re.IGNORECASE)
_SHORTEST_JA = 6  # characters
_LEAST_ZH = 2  # characters that say something of their own
_FRAME = re.compile(r"\W*(?:what|and|but|so|or|also|then)\W*", re.IGNORECASE)
_NAME = re.compile(r"(?=.*[A-ZÀ-Þ])(?:.*\d.*|[^a-zà-ÿ]{2,}|.*[a-z][A-Z].*)")


def kind_of(question: str) -> QuestionKind:
    """How the question stands to the conversation before it."""
    if is_about_conversation(question):
        return "conversation"
    return "alone" if dependence(question) == "none" else "follow-up"


def stands_alone(question: str) -> bool:
    """Whether the question says everything itself."""
    return kind_of(question) == "alone"


def dependence(question: str) -> Dependence:
    """How much a question that is not about the conversation itself needs it."""
    if is_plainly_dependent(question):
        return "plain"
    return "likely" if sounds_dependent(question) else "none"


def is_plainly_dependent(question: str) -> bool:
    """Whether something in the question points back, or something was left out, by the rules. Pure."""
    if IN_PLACE.search(question) or _adds_something(question):
        return True
    if IS_KANA.search(question):
        return POINTING_JA.search(question) is not None or len(question.strip()) < _SHORTEST_JA
    if IS_HAN.search(question):
        return not _stands_alone_zh(question)
    return not _stands_alone_in(european_language(question), question)


def _adds_something(question: str) -> bool:
    """Whether it asks whether the same holds of one thing more."""
    is_short = len(IS_HAN.findall(question)) <= _SHORT_ZH and len(question.split()) <= _SHORT
    return is_short and ADDED.search(question) is not None


def _stands_alone_in(language: EuropeanLanguage, question: str) -> bool:
    words = _LATIN_WORD.findall(question)
    if any(signs[language].search(question) for signs in (GOING_ON, COMPARED, OUTSIDE)):
        return False
    if EITHER.search(question) and not STRUCTURE[language].search(question):
        return False
    if LEADING_PREPOSITION[language].search(question) and not STRUCTURE[language].search(question):
        return False
    particular = [word for word in words if _is_particular(word, language)]
    if _asks_how_many_of_it(question, language) or _asks_of_another(question, particular):
        return False
    if not particular or (len(words) < _FEWEST_WORDS and not question.rstrip().endswith(("!", "."))):
        return False
    if _names_only_an_act(question, language, particular) or _asks_for_one(question, language, particular):
        return False
    asked = EXPLETIVE[language].sub(" ", question)
    if language == "en":
        return not _points_back_en(_first_clause(asked))
    pointing = POINTING[language].search(asked)
    if pointing is None:
        return True
    before = _LATIN_WORD.findall(asked[: pointing.start()])
    if language == "de":
        nouns = [word for word in before[1:] if word[0].isupper()]
        before = before if question == question.lower() else nouns
    return any(word in before for word in particular)


def _asks_how_many_of_it(question: str, language: EuropeanLanguage) -> bool:
    """Whether it asks "how many with …" and not of what: nothing is named behind the verb, and little before it."""
    begins = HOW_MANY.search(question)
    if begins is None:
        return False
    rest = question[begins.end() :]
    verb = next((found for found in (STRUCTURE[language].search(rest), COSTS.search(rest)) if found), None)
    if verb and any(_is_particular(word, language) for word in _LATIN_WORD.findall(rest[verb.end() :])):
        return False
    return sum(_is_particular(word, language) for word in _LATIN_WORD.findall(rest)) <= _FEWEST_NAMED


def _asks_of_another(question: str, particular: Sequence[str]) -> bool:
    """Whether it asks whether the same holds of another, and is short or names no more than that."""
    is_short = len(question.split()) <= _SHORT
    return ALSO.search(question) is not None and (is_short or len(particular) < _FEWEST_NAMED)


def _names_only_an_act(question: str, language: EuropeanLanguage, particular: Sequence[str]) -> bool:
    """Whether the one particular word is a verb, and what is done and to what was said before."""
    return len(particular) == 1 and any(found[1] == particular[0] for found in ACT[language].finditer(question))


def _asks_for_one(question: str, language: EuropeanLanguage, particular: Sequence[str]) -> bool:
    """Whether it ends with "one", and names nothing, or one thing alone, that this could be one of."""
    named = [word for word in particular if word[0].isupper()] if language == "de" else particular
    return bool(ONE[language].search(question)) and len(named) < _FEWEST_NAMED


def _points_back_en(clause: str) -> bool:
    """Whether a word points out of the clause; "the router … its port" points within: the owner is named before."""
    for pointing in POINTING["en"].finditer(clause):
        before = _LATIN_WORD.findall(clause[: pointing.start()])
        named = sum(_is_particular(word, "en") for word in before)
        if not (_POSSESSIVE_EN.fullmatch(pointing.group()) and named >= _FEWEST_NAMED):
            return True
    return False


def _is_particular(word: str, language: EuropeanLanguage) -> bool:
    """Whether the word names something: not a small word, a number, or what may be asked of anything (price, begin)."""
    if _NAME.fullmatch(word):
        return True
    parts = [part for part in re.split(r"[-'’]", word.casefold()) if part]
    return any(not part.isdigit() and part not in EMPTY[language] for part in parts)


def _stands_alone_zh(question: str) -> bool:
    if HOW_MANY_ZH.search(question):
        if len(IS_HAN.findall(question)) <= _SHORT_ZH:
            return False
        question = _CLAUSE_END.split(question, maxsplit=1)[-1]  # what is counted stands behind what is left out of it
    if GOING_ON_ZH.search(question) or WHAT_ABOUT_ZH.search(question.strip()):
        return False
    said = EMPTY_ZH.sub("", question)
    if len(IS_HAN.findall(said)) + 2 * len(re.findall(r"[A-Za-z][\w-]*", said)) < _LEAST_ZH:
        return False
    pointing = POINTING_ZH.search(_first_clause(question))
    if pointing is None:
        return True
    named = IS_HAN.findall(EMPTY_ZH.sub("", question[: pointing.start()]))
    return pointing.group() in ("这", "那") and len(named) >= _LEAST_ZH


def _names_nothing(clause: str) -> bool:
    return not IS_HAN.search(clause) and not any(_is_particular(word, "en") for word in _LATIN_WORD.findall(clause))


def _first_clause(question: str) -> str:
    """What comes before anything that a later word could point back to."""
    clauses = [clause for clause in _CLAUSE_END.split(question) if clause.strip()]
    if len(clauses) > 1 and (_FRAME.fullmatch(clauses[0]) or _names_nothing(clauses[0])):
        return " ".join(clauses[:2])  # "What if I lose it?", "What happens if I forget it?"
    return clauses[0] if clauses else question
