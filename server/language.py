"""The language of a question, the refusal in it, and what other modules say as sentences.

The refusal is known in some more languages. Kana and hangul are not Chinese, however many Han characters are around.
"""

import re
from typing import Literal

from storage.message_translation import Language, told
from storage.words.scripts import IS_HAN, IS_KANA

__all__ = ["REFUSALS", "Language", "as_sentence", "full_stop", "question_language", "refusal"]

EuropeanLanguage = Literal["en", "de", "fr", "es", "pt", "it", "nl"]
AnswerLanguage = Literal["en", "zh", "de", "fr", "es", "ja"]
"""The languages of refusals; others are refused in English."""

REFUSALS: dict[AnswerLanguage, str] = {
    "en": "Sorry, the documents do not contain the information to answer this question.",
    "zh": "对不起，您所提供的上下文中不包含回答问题的信息。",
    "de": "Leider enthalten die Dokumente nicht die Informationen, um diese Frage zu beantworten.",
    "fr": "Désolé, les documents ne contiennent pas les informations nécessaires pour répondre à cette question.",
    "es": "Lo siento, los documentos no contienen la información necesaria para responder a esta pregunta.",
    "ja": "申し訳ありませんが、文書にはこの質問に答えるための情報が含まれていません。",
}

_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:[-'.][A-Za-z0-9]+)*")
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|《[^》]*》")
_ENGLISH_FRAME = re.compile(
    r"\b(?:what|which|who|whose|when|where|why|how|is|are|does|do|did|the|of|in|mean|means)\b", re.IGNORECASE
)


def question_language(text: str) -> Language:
    """The language to answer in: Chinese when the sentence itself is Chinese, whatever names it mentions.

    "GRPO 的目标函数是什么？" is Chinese, "What does 机器学习 mean?" is English.
    """
    frame = _QUOTED.sub(" ", text)
    if not IS_HAN.search(text) or _is_japanese(frame) or _HANGUL.search(frame):
        return "en"
    han, words = len(IS_HAN.findall(frame)), len(_LATIN_WORD.findall(frame))
    if len(_ENGLISH_FRAME.findall(frame)) >= 2:
        return "en"
    return "zh" if han >= words else "en"


def answer_language(text: str) -> AnswerLanguage:
    """The language to refuse a question in: its own where there is a refusal in it, else English."""
    if question_language(text) == "zh":
        return "zh"
    frame = _QUOTED.sub(" ", text)
    if _is_japanese(frame):
        return "ja"
    return {"de": "de", "fr": "fr", "es": "es"}.get(european_language(frame), "en")  # type: ignore[return-value]


def european_language(text: str) -> EuropeanLanguage:
    """The language of a text in Latin letters, by its small words; English where they do not tell."""
    words = [word.casefold() for word in _LETTERS.findall(text)]
    found = {language: sum(word in small for word in words) for language, small in _SMALL_WORDS.items()}
    for language, signs in _SIGNS.items():
        found[language] += 2 * len(signs.findall(text))
    best = max(found, key=lambda language: found[language])
    return best if found[best] > found["en"] else "en"


def _is_japanese(text: str) -> bool:
    """Whether kana are more than a name among Chinese: "「の」是什么意思" asks in Chinese."""
    kana, han = len(IS_KANA.findall(text)), len(IS_HAN.findall(text))
    return kana >= 2 and kana * 4 >= han


def refusal(language: AnswerLanguage) -> str:
    """The sentence that says: the documents do not answer this."""
    return REFUSALS[language]


_FIELD = re.compile(r"[\w.]+: ")  # what a value is wrong in: a name keeps its first letter
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_STOPS: dict[Language, tuple[str, ...]] = {"en": (".",), "zh": (".", "。", "！", "？")}
_LETTERS = re.compile(r"[^\W\d_]+(?:['’](?=[^\W\d_]))?")  # qu' and d' are words of their own
_WRITTEN: dict[EuropeanLanguage, str] = {
    "en": """
        the a an is are was were be of in on at to for by with from as what which who whose when where why how
        do does did can could will would should may might must have has had it its they them their this that
        these those and or not no there i you we me my your our much many long any if than
    """,
    "de": """
        der die das den dem des ein eine einen einem einer eines ist sind war waren wird werden wurde wurden
        kann können darf dürfen muss müssen soll hat haben wie was wer wo wann warum wieso weshalb welche
        welcher welches welchen wem wen wessen woher wohin womit wofür ich du er sie es wir ihr man mein meine
        sein und oder aber nicht kein keine auf aus bei mit nach seit von zu zum zur für über unter vor im am
        beim gibt viel viele lange hoch denn noch mehr auch gilt kostet heißt steht dann denn passiert dort hier
    """,
    "fr": """
        le la les l' un une des du de d' au aux est sont était être a ont peut peuvent doit doivent faut que
        qu' qui quoi quel quelle quels quelles quand où comment pourquoi combien je j' tu il elle on nous vous
        ils elles mon ma mes son sa ses leur ce cet cette ces c' et ou mais ne n' pas plus dans sur sous par
        pour avec sans entre y s' se en
    """,
    "es": """
        el la los las un una unos unas de del al es son era fue ser está están hay ha han puede pueden puedo
        podemos debe
        deben tiene que qué quién quiénes cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas por para
        con sin en sobre entre desde hasta y o pero no se su sus mi este esta estos estas ese esa lo le yo
        usted también antes después durante
    """,
    "pt": """
        o a os as um uma uns umas de do da dos das no na nos nas ao à é são era foi ser está estão há tem têm
        pode podem posso podemos deve devem que quê quem qual quais quando onde como quanto quanta quantos
        quantas por para
        com sem em sobre entre desde até e ou mas mais algum alguma não se seu sua seus suas meu minha este esta
        isso isto ele
        ela você dele dela deles delas dum duma pelo pela pelos pelas também depois antes durante fica ficam num numa
    """,
    "it": """
        il lo la i gli le un uno una di del della dei delle dello degli al alla è sono era può possono deve
        devono ha hanno che chi cosa quale quali quando dove come perché quanto quanta quanti quante per con
        senza in su tra fra e o ma non si suo sua mio mia questo questa quello nel nella c' l'
    """,
    "nl": """
        de het een is zijn was waren wordt worden kan kunnen mag mogen moet moeten heeft hebben hoe wat wie
        waar wanneer waarom welke hoeveel ik je jij hij zij wij en of maar niet geen op uit bij met naar van
        voor over onder in te er dit dat deze die mijn lang veel
    """,
}
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in _WRITTEN.items()}
_SIGNS: dict[EuropeanLanguage, re.Pattern[str]] = {
    "de": re.compile(r"[ßäü]|\bö"),
    "es": re.compile(r"[¿¡ñ]"),
    "pt": re.compile(r"[ãõ]|ção|ênci|ês\b|[aeiouáéíóú][ln]h[aeiouáéíóú]|^Os?\s"),
    "fr": re.compile(r"[èëœ]|ê(?!nci|s\b)|\b[A-ZÀ-Ü]?[a-zà-ü]+-t-(?:il|elle|on)\b|est-ce"),
}


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
