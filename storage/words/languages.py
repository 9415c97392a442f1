"""The language of a text, as far as its script and its small words tell it. Pure."""

from functools import lru_cache

from storage.words.frame_words import english_share, question_tongue
from storage.words.scripts import IS_CJK, IS_KANA, main_script, script_of

_BY_SCRIPT = {"hangul": "ko", "cyrillic": "ru", "greek": "el", "arabic": "ar", "hebrew": "he", "devanagari": "hi"} | {
    "thai": "th"
}
_LEAST_ENGLISH = 0.12  # of the words
_KANA_SHARE = 0.2
_LONGEST = 4000  # characters tell as much as all of them


@lru_cache(maxsize=4096)
def language_of(text: str) -> str | None:
    """ "en", "zh", "ja", "de" and so on; None where nothing tells: numbers, names, a list of words.

    Languages of one script without small words of their own here have one name: Russian, Arabic and Hindi stand for
    all of theirs. A text in Latin letters that is none of the seven known ones has None.
    """
    text = text[:_LONGEST]
    script = main_script(text)
    if script == "cjk":
        kana = len(IS_KANA.findall(text))
        return "ja" if kana > _KANA_SHARE * len(IS_CJK.findall(text)) else "zh"
    if script != "latin":
        return _BY_SCRIPT.get(script, script) or None
    return question_tongue(text) or ("en" if english_share(text) >= _LEAST_ENGLISH else None)


def are_comparable(word: str, language: str | None, text_language: str | None) -> bool:
    """Whether a word of one language can be found in a text in the other one. Unknown languages may be the same."""
    if language is None or text_language is None or language == text_language:
        return True
    pair = {language, text_language}
    return pair == {"zh", "ja"} and script_of(word) == "cjk"
