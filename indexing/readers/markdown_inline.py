"""What of Markdown's prose is markup: comments, elements of HTML, struck text, addresses of pictures.

Only what is an element of HTML by its name is taken for one: `<api-token>` and `List<Berth>` are text. Code is not
touched.
"""

import html
import re

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
_PICTURE_ADDRESS = r"\((?:<[^>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"\n]*\")?\)"
_MARKUP = re.compile(
    rf"""
      (?P<comment><!--.*?-->)
    | (?P<jsx_comment>\{{/\*.*?\*/\}})
    | (?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`))
    | (?P<formula>\$\$.+?\$\$)
    | (?P<table><table\b[^>]*>.*?</table\s*>)
    | (?P<unseen><(?P<unseen_name>script|style)\b[^>]*>.*?</(?P=unseen_name)\s*>)
    | (?P<struck><(?P<struck_name>del|s|strike)>(?P<struck_text>.*?)</(?P=struck_name)>)
    | (?P<tildes>(?<!~)~~(?=\S)(?P<tilde_text>[^~\n]+?)(?<=\S)~~(?!~))
    | (?P<power>(?<=[\w)])<sup>(?P<exponent>[-+−]?\d+)</sup>)
    | !\[(?P<alt>[^\]\n]*)\](?:{_PICTURE_ADDRESS}|\[[^\]\n]*\])
    | (?P<tag></?(?P<name>[A-Za-z][\w.-]*){_ATTRIBUTE}*\s*/?>)
    | (?P<entity>&(?:\#\d{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z]\w{{1,30}});)
    """,
    re.DOTALL | re.VERBOSE,
)
_SAID_BY = re.compile(r"\b(?:alt|title|label|summary)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ESM = re.compile(
    r"^(?:import\b.*(?:from\s*['\"].*['\"]|['\"].*['\"])|export\b.*(?:from\s*['\"].*['\"]|[{(=].*));?\s*$"
)
_TAGS = re.compile(r"<[^>]*>")


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
        return _MARKUP.sub(lambda match: self._shown(match, closed), prose)

    def _shown(self, match: re.Match[str], closed: set[str]) -> str:
        kind, whole = match.lastgroup, match.group()
        if match["code"] or match["formula"]:
            return whole
        if match["comment"] or match["unseen"]:
            return ""
        if match["jsx_comment"]:
            return "" if self._is_mdx else whole
        if match["table"]:
            return self._table(whole)
        if struck := match["struck_text"] or match["tilde_text"]:
            return self.remarks.struck(_TAGS.sub("", struck))
        if match["exponent"]:
            return f"^{match['exponent']}"
        if match["alt"] is not None:
            return match["alt"]
        if match["entity"]:
            return html.unescape(whole)
        return self._element(match, closed) if kind else whole

    def _element(self, match: re.Match[str], closed: set[str]) -> str:
        whole, name = match.group(), match["name"]
        said = next((one or other for one, other in _SAID_BY.findall(whole) if one or other), "")
        if name.lower() == "img":
            return said
        if name.lower() == "br":
            line = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
            return " " if line.lstrip().startswith("|") else "\n"
        if name not in _ELEMENTS:
            return (f"\n{said}\n" if said else "") if self._is_mdx else whole
        is_glued = match.start() > 0 and match.string[match.start() - 1].isalnum() and not whole.startswith("</")
        if is_glued and name.lower() not in closed and name.lower() not in _VOID:  # List<a>, Vec<b>
            return whole
        return self._between(match) if name.lower() not in _INLINE else ""

    @staticmethod
    def _between(match: re.Match[str]) -> str:
        """A space where words of two blocks would become one."""
        before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
        return " " if before.isalnum() and (after.isalnum() or after == "<") else ""

    @staticmethod
    def _table(source: str) -> str:
        from bs4 import BeautifulSoup

        from indexing.readers.html import html_text

        return f"\n{html_text(BeautifulSoup(source, 'lxml')).text}\n"


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
