"""Sentences of English, Chinese and most languages written like them. Pure; the pieces joined are the text."""

import re

_ABBREVIATIONS = re.compile(
    r"e\.g|i\.e|cf|vs|v\.s|al|etc|figs?|eqs?|secs?|ch|chap|nos?|vols?|pp?|eds?|approx|resp|ca|dr|mrs?|ms|prof|st|jr|sr"
    r"|inc|ltd|co|corp|dept|univ|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|refs?|tab|thm|def|lem|prop"
    r"|bzw|z\.b|d\.h|u\.a|usw|nr|art|abs",
    re.IGNORECASE,
)
_END = re.compile(
    r"[。！？；…]+[”’」』）】》\"']*\s*"  # Chinese: no space follows
    r"|[.!?]+[\"'”’)\]»]*(?:\s+|$)"
    r"|\n[ \t]*\n\s*"
)
_LAST_WORD = re.compile(r"([\w.]+)\.[\"'”’)\]»]*\s*$")
_INITIAL = re.compile(r"(?:^|[\s.(])[A-Z]$")


def split_sentences(text: str) -> list[str]:
    """The sentences in order, each with the white space after it; fits `SentenceSplitter(chunking_tokenizer_fn=…)`."""
    pieces, start = [], 0
    for match in _END.finditer(text):
        if match.end() < len(text) and _ends_sentence(text, start, match):
            pieces.append(text[start : match.end()])
            start = match.end()
    if start < len(text):
        pieces.append(text[start:])
    return pieces


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group()
    if not mark.startswith("."):
        return True
    following = text[match.end()]
    if following.islower() or following in ",;:)":
        return False
    word = _LAST_WORD.search(text, start, match.end())
    if word is None or len(mark.rstrip()) > 1:  # quoted or bracketed to the end: no abbreviation
        return True
    last = word.group(1)
    is_initial = _INITIAL.search(text[start : match.start()]) is not None and "\n\n" not in mark
    is_numbering = last.isdigit() and text[start : match.start()].strip() == last  # "2. Approach"
    return _ABBREVIATIONS.fullmatch(last) is None and not is_initial and not is_numbering
