"""Words that a line's end cut in two, made whole: the document's own words decide, then the words that are known.

Pure but for the vocabulary of the packaged model, which is asked where the document says nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.embedding.packaged_words import is_known_word

_CUT_WORD = re.compile(r"(?<!\S)(\S*?)([^\W\d_]+)([-‐\u00ad])\n([^\W_]+)(\S*)([ \t]*\n?)")
_CUT_AT_END = re.compile(r"[^\W\d_]{2}[-‐\u00ad]$")
_REST = re.compile(r"([a-zà-ÿ]{2,}\S*)(?: |$)")
_CUT = re.compile(r"[^\W\d_][-‐\u00ad]\n[^\W_]")  # quickly told
_WORD = re.compile(r"[^\W_]+(?:[-‐][^\W_]+)*")
_HYPHEN = re.compile("[-‐]")
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STANDS_FOR_HALF = _set("and or to und oder bis et ou y o e ed en")  # "short- and long-term"
_LINKS = _set("of to by in on at the and or a for up off out per as from with de du la en à")
_PREFIXES = _set(
    "com con dis mis pre sub inter over under out trans per pro super micro multi fore counter ent ver vor aus auf ein "
    "des dés sur sous par sobre contra intro retro"
)
_SUFFIXES = _set(
    "able ible ment ments ness ship ships ward wards less tion tions sion sions ally ings ance ence hood some wise "
    "ting ring sing king ding ping ning ling ters ation ated ates ular lung heit keit chen lich isch ique"
)
_ENDINGS = ("s", "es", "d", "ed", "ing", "able", "er", "ly", "al")
_SHORTEST = (3, 4)  # letters of the two halves of a compound that no compound of the document shows


def join_cut_words(pages: Sequence[str]) -> list[str]:
    """The pages with words that a line end cut in two made whole: "super-\\nvised" becomes "supervised\\n".

    A hyphen that belongs to the word stays ("multi-\\nhead"), and one that stands for a later half ("short-\\nand
    long-term") is followed by its space. A document that cuts no word of which this is known cuts none at all.
    """
    pages = _with_words_over_page_breaks(pages)
    evidence = _evidence(pages)
    joined = []
    for page in pages:
        text, last = page, ""
        while text != last and _CUT.search(text):  # a word may be cut on two lines running
            last, text = text, _CUT_WORD.sub(lambda match: _join(match, evidence), text)
        joined.append(text)
    return joined


def _with_words_over_page_breaks(pages: Sequence[str]) -> list[str]:
    """The pages, the rest of a word that the end of a page cuts brought back to the page where it begins."""
    whole = list(pages)
    for number in range(len(whole) - 1):
        rest = _REST.match(whole[number + 1])
        if rest and _CUT_AT_END.search(whole[number]):
            whole[number] = f"{whole[number]}\n{rest[1]}"
            whole[number + 1] = whole[number + 1][rest.end() :]
    return whole


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How often the document writes a word, what it writes before and after hyphens, and whether it cuts words."""

    words: Counter[str]
    firsts: frozenset[str]
    seconds: frozenset[str]
    cuts_none: bool

    def is_word(self, text: str) -> bool:
        """Whether the document or the vocabulary knows it."""
        return self.words[text] > 0 or is_known_word(text)

    def is_form(self, text: str) -> bool:
        """Whether it is a known word, or one with an ending."""
        stems = (text.removesuffix(ending) for ending in _ENDINGS if text.endswith(ending))
        return self.is_word(text) or any(len(stem) > 2 and self.is_word(stem) for stem in stems)


def _evidence(pages: Sequence[str]) -> _Evidence:
    words = Counter(word.lower() for page in pages for word in _WORD.findall(_without_cut(page)))
    compounds = [_HYPHEN.split(word) for word in words if _HYPHEN.search(word)]
    firsts = frozenset(part for parts in compounds for part in parts[:-1])
    seconds = frozenset(part for parts in compounds for part in parts[1:])
    cuts = (match for page in pages if _CUT.search(page) for match in _CUT_WORD.finditer(page))
    return _Evidence(words, firsts, seconds, _cuts_none(cuts, words))


def _without_cut(page: str) -> str:
    return _CUT_WORD.sub(" ", page) if _CUT.search(page) else page


def _cuts_none(cuts: Iterable[re.Match[str]], words: Counter[str]) -> bool:
    """Whether a hyphen at a line's end belongs to the word each time that this is known."""
    unknown: list[str] = []
    kept = 0
    for match in cuts:
        left, right = match[2].lower(), match[4].lower()
        whole, hyphenated = words[left + right], words[f"{left}-{right}"]
        if whole > hyphenated:
            return False
        kept += hyphenated > whole
        unknown.extend([left + right] if whole == hyphenated else [])
    return kept > 0 and not any(map(is_known_word, unknown))


def _join(match: re.Match[str], evidence: _Evidence) -> str:
    before, left, mark, right, after, space = match.groups()
    hyphen = "" if mark == "\u00ad" else _hyphen(before, left, right, after, evidence)
    return f"{before}{left}{hyphen}{right}{after}" + ("\n" if space else "")


def _hyphen(before: str, left: str, right: str, after: str, evidence: _Evidence) -> str:
    """What stands between the halves: "", "-", or "- "."""
    is_in_name = before.endswith(("-", "‐")) or before[-1:].isdigit() or _ADDRESS.search(before)
    if is_in_name or not right[0].islower():  # "state-of-the-\nart", "4th-\ngrade", "DeepSeek-\nR1"
        return "-"
    one, other = left.lower(), right.lower()
    whole, hyphenated = evidence.words[one + other], evidence.words[f"{one}-{other}"]
    if whole != hyphenated:
        return "-" if hyphenated > whole else ""
    if other in _STANDS_FOR_HALF and not after.startswith("-") and not is_known_word(one + other):
        return "- "
    if left.isupper() and len(left) > 1:
        return "-"  # "XML-\nbased": no word goes on in small letters
    return "-" if evidence.cuts_none or _is_compound(one, other, after, evidence) else ""


def _is_compound(left: str, right: str, after: str, evidence: _Evidence) -> bool:
    """Whether two halves of which the document does not say so are words of their own."""
    if is_known_word(left + right):
        return False
    if after.startswith(("-", "‐")) and evidence.is_word(left) and right in _LINKS:
        return True  # "point-\nof-sale"
    if len(left) > 2 and len(right) > 2 and evidence.words[left] > 1 and evidence.words[right] > 0:
        return True
    is_known = evidence.is_form if len(right) >= _SHORTEST[1] else evidence.words.__contains__
    if left in evidence.firsts or right in evidence.seconds:
        return right not in _SUFFIXES and is_known(right) and (left in evidence.firsts or evidence.is_word(left))
    is_long = len(left) >= _SHORTEST[0] and len(right) >= _SHORTEST[1]
    is_affix = left in _PREFIXES or right in _SUFFIXES
    return is_long and not is_affix and evidence.is_word(left) and evidence.is_form(right)
