"""Text of a model or a document to safe HTML: the only way such text reaches a page.

An answer is Markdown with formulas and citations; a passage is plain text. Both lose invisible characters, and what
was made from an answer goes through an allow-list that knows MathML. Nothing made here loads or links anything
outside the page: images and links stay the text they were written as.
"""

import html
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup

from server.answering.citation_marks import marks_of, with_plain_marks
from server.documents.cited_sentence import sentence_ranges
from server.pages.common_statements import Statement, is_among, statement
from server.pages.formulas import add_formulas, with_cells_kept

_SECONDS_BETWEEN_RENDERINGS = 0.1
_PAUSE = 4  # times what a rendering took

# Control and bidirectional characters, zero-width ones, variation selectors, the Tags block (docs/faults.md B13, B14).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)

_TEXT_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "a", "span", "sup", "mark"),
}
_MATH_TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot"),
    *("mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose"),
}
_MATH_ATTRIBUTES = {
    *("display", "mathvariant", "stretchy", "fence", "form", "separator", "largeop", "movablelimits", "lspace"),
    *("rspace", "minsize", "maxsize", "symmetric", "accent", "accentunder", "width", "height", "depth", "notation"),
    *("columnalign", "rowalign", "columnspacing", "rowspacing", "columnlines", "rowlines", "linethickness"),
    *("displaystyle", "scriptlevel"),
}
_ATTRIBUTES = {
    "a": {"href", "class", "aria-describedby"},
    "span": {"class", "tabindex"},  # a long formula is scrolled by the keyboard too
    "mark": {"class"},
    "ol": {"start"},
    "th": {"class"},
    "td": {"class"},
} | dict.fromkeys(_MATH_TAGS, _MATH_ATTRIBUTES)
_CLASSES = {"formula", "formula display", "cite", "cite alone", "doubt", "same", "left", "center", "right"}
_CELL_ALIGNMENT = re.compile(r"text-align:(left|center|right)")


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """What the text of an answer may point at: `sources` of them, cited as [1]…; `unsupported` is marked in it.

    `alone` are the sources that only this one of two answers cites: their citations look different. `keeps_lines`: a
    line end is one on the page as well, as in rows that were quoted.
    """

    sources: int = 0
    unsupported: tuple[str, ...] = ()
    alone: frozenset[int] = frozenset()
    keeps_lines: bool = False
    address: str = ""
    """That of the answer's own page, where a citation opens the page of its source; else it leads to the card."""
    said_elsewhere: tuple[Statement, ...] = ()
    """What another answer says: sentences that say the same are marked."""


def visible(text: str) -> str:
    """The text without characters that cannot be seen; line ends and tabs stay."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def render_answer(text: str, context: AnswerContext = AnswerContext()) -> Markup:
    """An answer, or a part of one, as safe HTML."""
    return Markup("").join(render_blocks(text, context))


def render_blocks(text: str, context: AnswerContext = AnswerContext()) -> list[Markup]:
    """The same, one piece of safe HTML for each top-level block: a stream sends only those that changed."""
    markdown = _MARKDOWN_WITH_LINES if context.keeps_lines else _MARKDOWN
    written = _with_tables(visible(text)) if context.keeps_lines else visible(text)
    written = with_cells_kept(with_plain_marks(written, context.sources))
    tokens = markdown.parse(written, {"context": context})
    return [_sanitised(markdown.renderer.render(block, markdown.options, {})) for block in _top_level(tokens)]


def render_text(text: str) -> Markup:
    """Plain text of a document or a model: escaped, its line ends kept by the stylesheet."""
    return Markup(html.escape(visible(text)))


def render_words(text: str) -> Markup:
    """The same with what is raised on its page raised here: the job writes "10^15" and "90 ^1"."""
    return Markup(_RAISED.sub(r"<sup>\1</sup>", str(render_text(text))))


_RAISED = re.compile(r"(?<=[\w.,:)\]%’”]) ?\^([+-]?\d{1,4}|[a-z])(?![\w^])")


def render_passage(text: str, is_markdown: bool = False) -> Markup:
    """A passage with its tables as tables, and its marks as what they mean where the document is Markdown."""
    pieces: list[Markup] = []
    for is_table, lines in groupby(visible(text).split("\n"), key=lambda line: line.startswith("|")):
        block = list(lines)
        if is_table:
            pieces.append(render_answer("\n".join(_with_header(block))))
        elif "".join(block).strip():
            written = "\n".join(block)
            lines_kept = Markup('<p class="lines">{}</p>').format(render_words(written.strip("\n")))
            pieces.append(render_answer(written) if is_markdown else lines_kept)
    return Markup(_HEADING_TAG.sub(r"<\1p>", "".join(pieces)))  # the page has headings of its own


_HEADING_TAG = re.compile(r"<(/?)h[3-6]>")


def _with_header(rows: list[str]) -> list[str]:
    """The rows of a table with the line that Markdown wants below the first one."""
    if len(rows) > 1 and _RULE.fullmatch(rows[1].strip()):
        return rows
    cells = max(1, rows[0].strip().strip("|").count("|") + 1)
    return [rows[0], "|" + "---|" * cells, *rows[1:]]


def _with_tables(text: str) -> str:
    """Rows that were quoted from a page without Markdown, as a table: a rule below the first, blank lines around."""
    pieces: list[str] = []
    for is_table, lines in groupby(text.split("\n"), key=lambda line: line.startswith("|") and line.endswith("|")):
        block = list(lines)
        pieces += ["", *_with_header(block), ""] if is_table and len(block) > 1 else block
    return "\n".join(pieces)


_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+")


def _build_markdown(*, keeps_lines: bool) -> MarkdownIt:
    # No html, no link, no image, no reference: their text is shown as it was written.
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": keeps_lines}).enable(["table", "strikethrough"])
    markdown.disable(["link", "image", "autolink", "reference", "html_block", "html_inline"])
    markdown.inline.ruler.before("autolink", "line_break", _line_break)
    add_formulas(markdown)
    markdown.core.ruler.push("pagewise", _point_and_mark)
    markdown.add_render_rule("citation", lambda _, tokens, index, __, ___: _citation_html(tokens[index]))
    return markdown


def _line_break(state: StateInline, silent: bool) -> bool:
    """`<br>`, the one tag that models need: a cell of a table has no other way to a second line."""
    found = _BREAK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)


def _point_and_mark(state: StateCore) -> None:
    context: AnswerContext = state.env["context"]
    above: list[int] = []
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _heading_tag(int(token.tag[1]), above)
        elif token.type in ("th_open", "td_open"):
            _align_by_class(token)
        elif token.type == "inline":
            token.children = list(_pieces_of_line(token.children or [], context))


def _heading_tag(level: int, above: list[int]) -> str:
    """The tag below the h1 and h2 of the page, none left out; `above` are the headings that this one belongs to."""
    while above and above[-1] >= level:
        above.pop()
    above.append(level)
    return f"h{min(2 + len(above), 6)}"


def _align_by_class(token: Token) -> None:
    aligned = _CELL_ALIGNMENT.match(str(token.attrs.pop("style", "")))
    if aligned:
        token.attrs["class"] = aligned[1]


def sentences_in(text: str) -> list[str]:
    """The sentences of an answer, without what only sets them."""
    lines = (token.children or [] for token in _MARKDOWN.parse(visible(text), {"context": AnswerContext()}))
    written = ("".join(map(_written, children)) for children in lines)
    return [line[start:end] for line in written for start, end in sentence_ranges(line)]


def _pieces_of_line(children: Sequence[Token], context: AnswerContext) -> Iterator[Token]:
    """All pieces of a paragraph or a cell; sentences in it go on over what is set differently."""
    written = "".join(map(_written, children))
    common = [
        (start, end)
        for start, end in (sentence_ranges(written) if context.said_elsewhere else ())
        if is_among(statement(written[start:end]), context.said_elsewhere)
    ]
    position = 0
    for child in children:
        own = [(start - position, end - position) for start, end in common]
        yield from _pieces(child, context, own)
        position += len(_written(child))


def _written(token: Token) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else token.content


def _pieces(token: Token, context: AnswerContext, common: Sequence[tuple[int, int]]) -> Iterator[Token]:
    if token.type != "text":
        yield token
        return
    position = 0
    for start, end, piece in sorted(_landmarks(token.content, context), key=lambda found: found[:2]):
        if start >= position:
            yield from _texts(token.content, position, start, common)
            yield piece
            position = end
    yield from _texts(token.content, position, len(token.content), common)


def _texts(content: str, first: int, last: int, common: Sequence[tuple[int, int]]) -> Iterator[Token]:
    """What stands between two landmarks, with what another answer says too as pieces of their own."""
    position = first
    for start, end in common:
        start, end = max(start, position), min(end, last)
        if start < end:
            yield _text(content[position:start])
            yield Token("citation", "", 0, content=content[start:end], meta={"mark": "same"})
            position = end
    yield _text(content[position:last])


def _landmarks(text: str, context: AnswerContext) -> Iterator[tuple[int, int, Token]]:
    """Where citations of sources and doubtful pieces stand, and what stands there on the page."""
    for mark in marks_of(text):
        if all(1 <= number <= context.sources for number in mark.numbers):
            links = [(number, number in context.alone) for number in mark.numbers]
            meta = {"links": links, "address": context.address}
            yield mark.start + len(mark.space), mark.end, Token("citation", "", 0, meta=meta)
    for found in _RAISED.finditer(text):
        yield *found.span(), Token("citation", "", 0, content=found[1], meta={"mark": "raised"})
    for doubtful in filter(str.strip, context.unsupported):
        for found in re.finditer(rf"(?<![A-Za-z0-9_.]){re.escape(doubtful)}(?![A-Za-z0-9_])", text):
            yield *found.span(), Token("citation", "", 0, content=found[0], meta={"mark": "doubt"})


def _citation_html(token: Token) -> str:
    if token.meta.get("mark") == "raised":
        return f"<sup>{html.escape(token.content)}</sup>"
    if kind := token.meta.get("mark"):
        return f'<mark class="{kind}">{html.escape(token.content)}</mark>'
    links, address = token.meta["links"], html.escape(token.meta["address"])
    return "".join(
        f'<a class="cite{" alone" * is_alone}" href="{f"{address}?open={n}#sentence" if address else f"#source-{n}"}"'
        f' aria-describedby="quote-{n}">{n}</a>'
        for n, is_alone in links
    )


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []
    if block:
        yield block


def _sanitised(markup: str) -> Markup:
    return Markup(
        nh3.clean(
            markup,
            tags=_TEXT_TAGS | _MATH_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=_attribute,
            url_schemes=set(),
            link_rel=None,
        )
    )


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if re.fullmatch(r"(?:(?:/collections/[\w%-]+)?/answers/[\w-]+\?open=\d+)?#[\w-]+", value) else None
    if name == "aria-describedby":
        return value if re.fullmatch(r"quote-\d+", value) else None
    if name == "tabindex":
        return "0"
    if name == "class":
        return value if value in _CLASSES else None
    return value


_MARKDOWN = _build_markdown(keeps_lines=False)
_MARKDOWN_WITH_LINES = _build_markdown(keeps_lines=True)


class GrowingText:
    """A text that arrives in pieces, as the blocks of HTML that changed; rendered now and then, not for every piece."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, context: AnswerContext = AnswerContext()) -> None:
        self._clock = clock
        self._context = context
        self._text = ""
        self._blocks: list[str] = []
        self._render_from = float("-inf")

    def add(self, delta: str) -> dict[str, Any] | None:
        """The first block that changed (`from`) and all blocks from there on; None while it is not time to render."""
        self._text += delta
        begun = self._clock()
        if begun < self._render_from:
            return None
        blocks = [str(block) for block in render_blocks(_without_open_formula(self._text), self._context)]
        same = next((i for i, (old, new) in enumerate(zip(self._blocks, blocks, strict=False)) if old != new), None)
        first = min(len(self._blocks), len(blocks)) if same is None else same
        self._blocks = blocks
        now = self._clock()  # a long answer takes long to render: no more than a fifth of the time goes there
        self._render_from = max(begun + _SECONDS_BETWEEN_RENDERINGS, now + _PAUSE * (now - begun))
        return {"from": first, "blocks": blocks[first:]}


def _without_open_formula(text: str) -> str:
    """The text up to a formula whose end has not come yet: half a formula is nothing to look at."""
    for opening, closing in (("\\[", "\\]"), ("\\(", "\\)")):
        start = text.rfind(opening)
        if start > text.rfind(closing):
            text = text[:start]
    return text[: text.rfind("$$")] if text.count("$$") % 2 else text
