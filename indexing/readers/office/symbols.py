"""Characters of the fonts Symbol and Wingdings as Unicode. Pure.

Word names them by their place in the font, with or without 0xF000 added: "w:sym" elements, and plain text set in such a
font. A ticked or empty box becomes `TICKED` or `EMPTY`, marks that the paragraph's reader writes as "[x]" and "[ ]".
"""

TICKED, EMPTY = "\x11", "\x12"  # no XML text can hold these

_SYMBOL = {
    **dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    **dict(zip(range(0xA1, 0xB0), "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓", strict=True)),
    **dict(zip(range(0xB0, 0xC0), "°±″≥×∝∂•÷≠≡≈…⏐⎯↵", strict=True)),
    **dict(zip(range(0xC0, 0xD0), "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉", strict=True)),
    **dict(zip(range(0xD0, 0xE0), "∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓", strict=True)),
    **dict(zip(range(0xE0, 0xE6), "◊⟨®©™∑", strict=True)),
    0x22: "∀",
    0x24: "∃",
    0x27: "∋",
    0x2A: "∗",
    0x2D: "−",
    0x40: "≅",
    0x5C: "∴",
    0x5E: "⊥",
    0x7E: "∼",
    0xA0: "€",
    0xF1: "⟩",
    0xF2: "∫",
}
_WINGDINGS = {
    0x22: "✂",
    0x28: "☎",
    0x29: "✆",
    0x2A: "✉",
    0x46: "☞",
    0x4A: "☺",
    0x4C: "☹",
    0x4E: "☠",
    0x51: "✈",
    0x52: "☼",
    0x6C: "●",
    0x6D: "❍",
    0x6E: "■",
    0x6F: EMPTY,
    0x70: EMPTY,
    0x71: EMPTY,
    0x72: EMPTY,
    0x74: "⧫",
    0x75: "◆",
    0x76: "❖",
    0x77: "⬥",
    0x78: TICKED,
    0x9F: "•",
    0xA7: "▪",
    0xA8: EMPTY,
    0xAB: "★",
    **dict(zip(range(0x81, 0x8B), "①②③④⑤⑥⑦⑧⑨⑩", strict=True)),
    **dict(zip(range(0x8C, 0x96), "❶❷❸❹❺❻❼❽❾❿", strict=True)),
    0xD8: "➢",
    0xDF: "←",
    0xE0: "→",
    0xE1: "↑",
    0xE2: "↓",
    0xE8: "➔",
    0xEF: "⇦",
    0xF0: "⇨",
    0xF3: "⬄",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: TICKED,
    0xFE: TICKED,
}
_WINGDINGS_2 = {
    0x4F: "✗",
    0x50: "✓",
    0x51: TICKED,
    0x52: TICKED,
    0x53: TICKED,
    0x54: TICKED,
    0x97: "●",
    0x98: "●",
    0xA2: "■",
    0xA3: EMPTY,
    0x2A: EMPTY,
    0x30: EMPTY,
}
_WINGDINGS_3 = {0x22: "↑", 0x66: "←", 0x67: "→", 0x68: "↑", 0x69: "↓", 0x7D: "▶", 0x70: "▲", 0x71: "▼"}
_WEBDINGS = {0x61: "✓", 0x63: EMPTY, 0x67: "■", 0x72: "✗", 0x34: "▶", 0x33: "◀"}
_FONTS = {
    "symbol": _SYMBOL,
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
}


def is_symbol_font(font: str | None) -> bool:
    """Whether the font's letters are pictures."""
    return font is not None and font.lower() in _FONTS


def symbol(font: str, code: int) -> str:
    """The character at that place of the font; of an unknown font the character itself, of an unknown place none."""
    table = _FONTS.get(font.lower())
    place = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if table is None:
        return chr(place) if place >= 0x20 and not 0xD800 <= place <= 0xDFFF and place < 0x110000 else ""
    if place == 0x20:
        return " "
    return table.get(place, chr(place) if table is _SYMBOL and 0x20 < place < 0x7F else "")


def symbol_text(font: str, text: str) -> str:
    """Plain text that is set in a font of symbols."""
    return "".join(symbol(font, ord(character)) for character in text)
