"""What of Markdown's prose is markup: comments, elements of HTML, struck text, addresses of pictures.

Only what is an element of HTML by its name is taken for one: `<api-token>` and `List<Berth>` are text. Code is not
touched.
"""

import html
import re
from bisect import bisect_left

from indexing.readers.marked_text import Remarks, clear_marks

_INLINE_ELEMENTS = (
    "a abbr acronym b bdi bdo big cite code data dfn em font i ins kbd label mark picture q rp rt ruby samp small"
    " source span strong sub sup time tt u var wbr"
)
_BLOCK_ELEMENTS = (
    "address article aside blockquote body button caption center col colgroup dd details dialog div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 head header html hr iframe input legend li link main meta nav ol"
    " option p pre section select summary svg path table tbody td tfoot th thead title tr ul video audio"
)
_INLINE = frozenset(_INLINE_ELEMENTS.split())
_ELEMENTS = _INLINE | frozenset(_BLOCK_ELEMENTS.split())
_ELEMENTS |= frozenset(name.upper() for name in _ELEMENTS if len(name) > 1)  # <T> and <P> are types
_VOID = frozenset(("col", "hr", "input", "link", "meta", "source", "wbr"))
_ATTRIBUTE = (
    r"""(?:\s+[\w:@.{-][\w:@.}-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|[^\s"'=<>`{]+))?)"""
)
_LONGEST = 2_000  # characters of a picture's text or address: what is not closed by then is text
_ADDRESS_PART = rf"[^()\s]{{0,{_LONGEST}}}"
_PICTURE_ADDRESS = (
    rf"\((?:<[^>\n]{{0,{_LONGEST}}}>|{_ADDRESS_PART}(?:\({_ADDRESS_PART}\){_ADDRESS_PART})*)(?:\s+\"[^\"\n]*\")?\)"
)
_OPENERS = r"""
      (?P<comment><!--)
    | (?P<jsx_comment>\{/\*)
    | (?P<ticks>(?<!`)`+)
    | (?P<formula>\$\$)
    | <(?P<long_name>table|script|style)\b[^<>]*>
    | <(?P<struck_name>del|s|strike)>
    """
_SHORT = rf"""
      (?P<tildes>(?<!~)~~(?=\S)(?P<tilde_text>[^~\n]+?)(?<=\S)~~(?!~))
    | (?P<power>(?<=[\w)])<sup>(?P<exponent>[-+−]?\d+)</sup>)
    | !\[(?P<alt>[^\]\n]{{0,{_LONGEST}}})\](?:{_PICTURE_ADDRESS}|\[[^\]\n]*\])
    | (?P<tag></?(?P<name>[A-Za-z][\w.-]*){_ATTRIBUTE}*\s*/?>)
    | (?P<entity>&(?:\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z]\w{{1,30}});)
    """
_SHORT_MARKUP = re.compile(_SHORT, re.DOTALL | re.VERBOSE)
_MARKUP = re.compile(f"{_OPENERS}|{_SHORT}", re.DOTALL | re.VERBOSE)
_CLOSED_BY = {"comment": r"-->", "jsx_comment": r"\*/\}", "formula": r"(?<=.)\$\$"}
_SAID_BY = re.compile(r"\b(?:alt|title|label|summary)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ESM = re.compile(
    r"^(?:import\b.*(?:from\s*['\"].*['\"]|['\"].*['\"])|export\b.*(?:from\s*['\"].*['\"]|[{(=].*));?\s*$"
)
_TAGS = re.compile(r"<[^<>]*>")
_BEGINS_ROW = re.compile(r"[ \t]*\|")
_LONG = frozenset(("comment", "jsx_comment", "ticks", "formula", "long_name", "struck_name"))


class Inline:
    """Makes prose readable, and keeps what is to be said about it until the text is whole."""

    def __init__(self, *, is_mdx: bool) -> None:
        self._is_mdx = is_mdx
        self.remarks = Remarks()

    def readable(self, prose: str) -> str:
        """The stretch as a reader of the page sees it; with marks for what is left out."""
        if self._is_mdx:
            prose = _without_modules(prose)
        prose = clear_marks(prose)
        closed = {name.lower() for name in re.findall(r"</([A-Za-z][\w.-]*)", prose)}
        ends, shown, place = _Ends(prose), [], 0
        while match := _MARKUP.search(prose, place):
            shown.append(prose[place : match.start()])
            text, place = self._shown(match, ends, closed)
            shown.append(text)
        return "".join((*shown, prose[place:]))

    def _shown(self, match: re.Match[str], ends: "_Ends", closed: set[str]) -> tuple[str, int]:
        """What stands for the markup, and where it ends; an opener that nothing closes is text, or a tag alone."""
        if match.lastgroup not in _LONG:
            return self._short(match, closed), match.end()
        if end := ends.after(match):
            return self._long(match, match.string[match.end() : end[0]], match.string[match.start() : end[1]]), end[1]
        tag = _SHORT_MARKUP.match(match.string, match.start())
        return (self._short(tag, closed), tag.end()) if tag else (match.group(), match.end())

    def _long(self, match: re.Match[str], inner: str, whole: str) -> str:
        if match["ticks"] or match["formula"]:
            return whole
        if match["struck_name"]:
            return self.remarks.struck(_TAGS.sub("", inner)) if inner else ""
        if match["long_name"] == "table":
            return self._table(whole)
        return whole if match["jsx_comment"] and not self._is_mdx else ""

    def _short(self, match: re.Match[str], closed: set[str]) -> str:
        if match["tilde_text"]:
            return self.remarks.struck(_TAGS.sub("", match["tilde_text"]))
        if match["exponent"]:
            return f"^{match['exponent']}"
        if match["alt"] is not None:
            return match["alt"]
        return html.unescape(match.group()) if match["entity"] else self._element(match, closed)

    def _element(self, match: re.Match[str], closed: set[str]) -> str:
        whole, name = match.group(), match["name"]
        said = next((one or other for one, other in _SAID_BY.findall(whole) if one or other), "")
        if name.lower() == "img":
            return said
        if name.lower() == "br":
            line = match.string.rfind("\n", 0, match.start()) + 1
            return " " if _BEGINS_ROW.match(match.string, line) else "\n"
        if name not in _ELEMENTS:
            return (f"\n{said}\n" if said else "") if self._is_mdx else whole
        is_glued = match.start() > 0 and match.string[match.start() - 1].isalnum() and not whole.startswith("</")
        if is_glued and name.lower() not in closed and name.lower() not in _VOID:  # List<a>, Vec<b>
            return whole
        return self._between(match) if name.lower() not in _INLINE else ""

    @staticmethod
    def _between(match: re.Match[str]) -> str:
        """A space where words of two blocks would become one."""
        before = match.string[max(0, match.start() - 1) : match.start()]
        after = match.string[match.end() : match.end() + 1]
        return " " if before.isalnum() and (after.isalnum() or after == "<") else ""

    @staticmethod
    def _table(source: str) -> str:
        from bs4 import BeautifulSoup

        from indexing.readers.html import html_text

        return f"\n{html_text(BeautifulSoup(source, 'lxml')).text}\n"


class _Ends:
    """Where what is opened in a text is closed. No stretch is looked through twice: openers may be thousands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, re.Match[str] | None] = {}
        self._same_ticks: dict[int, int] = {}
        self._empty_lines: list[int] = []

    def after(self, opener: re.Match[str]) -> tuple[int, int] | None:
        """(start, end) of what closes it, or None where nothing does."""
        if opener["ticks"]:
            return self._closing_ticks(opener)
        name = opener["long_name"] or opener["struck_name"]
        closer = rf"</{name}\s*>" if name else _CLOSED_BY[opener.lastgroup or ""]
        place = opener.end()
        if closer not in self._found or ((last := self._found[closer]) and last.start() < place):
            self._found[closer] = re.compile(closer, re.DOTALL).search(self._text, place)
        found = self._found[closer]
        return found.span() if found else None

    def _closing_ticks(self, opener: re.Match[str]) -> tuple[int, int] | None:
        """The next run of as many ticks, unless an empty line stands between."""
        if not self._same_ticks:
            self._find_ticks()
        start, count = self._same_ticks.get(opener.start(), -1), len(opener["ticks"])
        line = bisect_left(self._empty_lines, opener.end())
        is_within = start >= 0 and (line == len(self._empty_lines) or self._empty_lines[line] >= start)
        return (start, start + count) if is_within else None

    def _find_ticks(self) -> None:
        later: dict[int, int] = {}  # how many ticks -> where so many stand next
        for run in reversed([match.span() for match in re.finditer("`+", self._text)]):
            self._same_ticks[run[0]] = later.get(run[1] - run[0], -1)
            later[run[1] - run[0]] = run[0]
        self._empty_lines = [match.start() for match in re.finditer(r"\n(?=[ \t]*\n)", self._text)]


def _without_modules(prose: str) -> str:
    """MDX without its imports and exports; one over several lines ends at a blank line."""
    kept: list[str] = []
    open_brackets = 0
    for line in prose.splitlines(keepends=True):
        if open_brackets > 0 and line.strip():
            open_brackets += _depth(line)
        elif _ESM.match(line):
            open_brackets = _depth(line)
        else:
            open_brackets = 0
            kept.append(line)
    return "".join(kept)


def _depth(line: str) -> int:
    return sum(line.count(sign) for sign in "({[") - sum(line.count(sign) for sign in ")}]")
