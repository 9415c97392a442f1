r"""Formulas: TeX to MathML, and the Markdown rules that find it where DeepSeek writes it (`\(…\)`, `\[…\]`).

Blocks of `$$…$$` and `\begin{align}` are found by mdit-py-plugins. What cannot be set is shown as its source.
"""

import html
import re
from functools import lru_cache
from xml.etree import ElementTree

import latex2mathml.exceptions
from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from server.answering.prose import dollar_formula_at, spans_of_code_and_formulas

_LONGEST_FORMULA = 4000
# latex2mathml 3.81 sets the columns of align* only, and would number the lines of align.
_ALIGNED = re.compile(r"\\(begin|end)\{(?:align|aligned|split|gather\*?|gathered|multline\*?|eqnarray\*?)\}")
# In display style the limits of these stand above and below; latex2mathml 3.81 sets them beside inside of brackets.
_BIG_OPERATORS = frozenset("∑∏∐⋃⋂⨁⨂") | {"min", "max", "lim", "sup", "inf"}
_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_INLINE_CLOSING = {"\\(": "\\)", "\\[": "\\]"}

# latex2mathml 3.81 has no common base class and lets the errors of its own parser through.
_TEX_ERRORS: tuple[type[Exception], ...] = (
    *(e for e in vars(latex2mathml.exceptions).values() if isinstance(e, type) and issubclass(e, Exception)),
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    StopIteration,
    RecursionError,
)


def add_formulas(markdown: MarkdownIt) -> None:
    """Teach a Markdown parser all notations of formulas."""
    dollarmath_plugin(markdown, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    # Off: mdit-py-plugins 0.5 takes '$HOME' and '$PATH' for a formula.
    markdown.inline.ruler.disable("math_inline")
    amsmath_plugin(markdown)
    markdown.inline.ruler.before("escape", "dollar_math", _dollar_inline)
    markdown.inline.ruler.before("escape", "bracket_math", _bracket_inline)
    markdown.inline.ruler.before("escape", "environment_math", _environment_inline)
    markdown.block.ruler.before("fence", "bracket_math", _bracket_block, {"alt": ["paragraph", "blockquote", "list"]})
    for name, display in (
        ("math_inline", False),
        ("math_inline_double", True),
        ("math_block", True),
        ("amsmath", True),
    ):
        # A closure per notation: add_render_rule passes the renderer, the tokens, the index, the options, env.
        markdown.add_render_rule(
            name, lambda _, tokens, index, __, ___, display=display: formula_html(tokens[index].content, display)
        )


@lru_cache(maxsize=2048)
def formula_html(tex: str, display: bool) -> str:
    """The formula as MathML in a span, or its source as code where it cannot be set. Not sanitised yet."""
    opening = '<span class="formula display" tabindex="0">' if display else '<span class="formula">'
    source = tex.strip()
    try:
        if len(source) > _LONGEST_FORMULA:
            raise ValueError("too long to be set")
        body = _mathml(_ALIGNED.sub(r"\\\1{align*}", source), display)
    except _TEX_ERRORS:
        body = f"<code>{html.escape(source)}</code>"
    return f"{opening}{body}</span>"


def _mathml(tex: str, display: bool) -> str:
    root = convert_to_element(tex, display="block" if display else "inline")
    for element in root.iter():
        # latex2mathml 3.81 puts character references into the text and leaves what \text{a < b} says unescaped.
        text = html.unescape(element.text or "")
        element.text = "∼" if text == "~" else text
        if display and element.tag in _LIMITS and html.unescape(element[0].text or "") in _BIG_OPERATORS:
            element.tag = _LIMITS[element.tag]
    return ElementTree.tostring(root, encoding="unicode")


_ENVIRONMENT = re.compile(
    r"\\begin\{((?:equation|align|alignat|aligned|flalign|gather|gathered|multline|split|eqnarray|cases|array"
    r"|[pbBvV]?matrix)\*?)\}.+?\\end\{\1\}",
    re.DOTALL,
)


def with_cells_kept(text: str) -> str:
    """The text in which no formula in a row of a table is cut into cells: `|` in it is written as TeX has it."""
    lines = text.split("\n")
    is_code = in_table = False
    for number, line in enumerate(lines):
        is_code ^= line.lstrip().startswith(("```", "~~~"))
        in_table = not is_code and bool(line.strip()) and (in_table or _is_head(lines, number))
        if in_table and "|" in line:
            lines[number] = _with_bars_as_commands(line)
    return "\n".join(lines)


_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")


def _is_head(lines: list[str], number: int) -> bool:
    return "|" in lines[number] and number + 1 < len(lines) and _RULE.fullmatch(lines[number + 1]) is not None


def _with_bars_as_commands(line: str) -> str:
    parts: list[str] = []
    end = 0
    for start, stop in spans_of_code_and_formulas(line):
        if line[start] != "`":
            formula = line[start:stop].replace("\\|", r"{\Vert}").replace("|", r"{\vert}")
            parts += [line[end:start], formula]
            end = stop
    return "".join([*parts, line[end:]])


def _dollar_inline(state: StateInline, silent: bool) -> bool:
    """`$…$` and, within a line, `$$…$$`."""
    if state.src[state.pos] != "$":
        return False
    if state.src.startswith("$$", state.pos):
        end = state.src.find("$$", state.pos + 2, state.posMax)
        content, name, length = state.src[state.pos + 2 : max(end, 0)], "math_inline_double", end + 2 - state.pos
        if end < 0 or not content.strip():
            return False
    else:
        formula = dollar_formula_at(state.src, state.pos, state.posMax)
        if formula is None:
            return False
        content, name, length = formula[1], "math_inline", len(formula.group())
    return _pushed(state, silent, name, content, length)


def _environment_inline(state: StateInline, silent: bool) -> bool:
    r"""`\begin{align}…\end{align}` with text before or behind it."""
    if not state.src.startswith("\\begin{", state.pos):
        return False
    found = _ENVIRONMENT.match(state.src, state.pos, state.posMax)
    return found is not None and _pushed(state, silent, "math_inline_double", found.group(), len(found.group()))


def _pushed(state: StateInline, silent: bool, name: str, content: str, length: int) -> bool:
    if not silent:
        token = state.push(name, "math", 0)
        token.content = content
    state.pos += length
    return True


def _bracket_inline(state: StateInline, silent: bool) -> bool:
    opening = state.src[state.pos : state.pos + 2]
    closing = _INLINE_CLOSING.get(opening)
    if closing is None:
        return False
    end = state.src.find(closing, state.pos + 2, state.posMax)
    if end < 0:
        return False
    if not silent:
        token = state.push("math_inline_double" if opening == "\\[" else "math_inline", "math", 0)
        token.content = state.src[state.pos + 2 : end]
        token.markup = opening
    state.pos = end + 2
    return True


def _bracket_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith("\\[", begin):
        return False
    for line in range(start_line, end_line):
        end = state.src.find("\\]", max(begin + 2, state.bMarks[line]), state.eMarks[line])
        if end < 0:
            continue
        if state.src[end + 2 : state.eMarks[line]].strip():
            return False
        if not silent:
            token = state.push("math_block", "math", 0)
            token.block = True
            token.content = state.src[begin + 2 : end]
            token.markup = "\\["
            token.map = [start_line, line + 1]
            state.line = line + 1
        return True
    return False
