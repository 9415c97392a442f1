"""Which characters are Chinese, Japanese or Korean. The one place that says so. Pure."""

import re

HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Chinese characters, for use inside of [ ]."""

CJK = f"{HAN}\u3040-\u30ff\uac00-\ud7af"
"""Those, kana and Hangul: written without spaces, or in other words than by letters."""

IS_HAN = re.compile(f"[{HAN}]")
IS_CJK = re.compile(f"[{CJK}]")
CJK_RUN = re.compile(f"[{CJK}]+")


def letters_of(text: str) -> str:
    """Its letters and digits alone, in lower case: texts with the same say the same, however they are set."""
    return "".join(character for character in text.casefold() if character.isalnum())
