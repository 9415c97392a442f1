"""Letters with accents and other signs as LaTeX writes them. Pure."""

import re
import unicodedata

SIGNS = {
    "ldots": "…", "dots": "…", "textendash": "–", "textemdash": "—", "textbackslash": "\\", "ss": "ß", "o": "ø",
    "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
    "dag": "†", "ddag": "‡", "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "euro": "€", "texteuro": "€",
    "textdegree": "°", "degree": "°", "textregistered": "®", "texttrademark": "™", "textasciitilde": "~",
    "LaTeX": "LaTeX", "TeX": "TeX", "textbullet": "•", "textquotedblleft": "“", "textquotedblright": "”",
    "quad": " ", "qquad": " ", "textmu": "µ", "guillemotleft": "«", "guillemotright": "»", "hfill": " ", "tab": " ",
}  # fmt: skip
"""Command without its backslash -> the sign."""

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "b": "\u0331",
    "d": "\u0323",
}  # fmt: skip
_BY_SIGN = re.compile(r"\\([`'^~\"=.])\s*(?:\{(\\?[A-Za-z])\}|(\\[ij])(?![A-Za-z])|([A-Za-z]))")
_BY_LETTER = re.compile(r"\\([uvHckrbd])(?:\s*\{(\\?[A-Za-z])\}|\s+([A-Za-z])(?![A-Za-z]))")


def with_accents(text: str) -> str:
    r"""The text with `\'e` and `\v{c}` as characters."""
    return _BY_LETTER.sub(_accented, _BY_SIGN.sub(_accented, text))


def _accented(match: re.Match[str]) -> str:
    letter = next(group for group in match.groups()[1:] if group).lstrip("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[match.group(1)])
