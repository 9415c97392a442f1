"""LaTeX sources: sections, lists, tables and notes as text; formulas stay as they are written, comments go.

No TeX runs: what a document's own commands mean is not known, their arguments are kept. Signs and accented letters are
read as TeX shows them.
"""

import re
import unicodedata
from pathlib import Path

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers.encoding import read_text
from indexing.readers.marked_text import Remarks, ShownText, clear_marks, heading_mark, shown_text
from indexing.readers.rows import table_text
from storage.messages import message

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


_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*?$\n?", re.MULTILINE)
_COMMENT_BLOCK = re.compile(r"\\begin\{comment\}.*?\\end\{comment\}|\\iffalse\b.*?\\fi\b", re.DOTALL)
_VERBATIM = re.compile(
    r"\\begin\{(verbatim\*?|lstlisting|minted|Verbatim)\}(?:\[[^\]]*\])?(?:\{\w*\})?(.*?)\\end\{\1\}", re.DOTALL
)
_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|\Z)", re.DOTALL)
_LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "subparagraph": 6,
}
_ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)\}"
_OPTION = r"(?:\[[^\[\]]*\])?"
_SECTION = re.compile(rf"\\({'|'.join(_LEVELS)})\*?\s*{_OPTION}\s*{_ARGUMENT}")
_FACT = re.compile(rf"\\(title|author|date|subtitle)\s*{_OPTION}\s*{_ARGUMENT}")
_MATH = re.compile(
    r"(?<!\\)\$\$.*?\$\$|(?<!\\)\$(?:\\.|[^$\\])+\$|\\\(.*?\\\)|\\\[.*?\\\]"
    r"|\\begin\{(equation|align|gather|multline|eqnarray|displaymath|math|alignat|flalign)(\*?)\}.*?\\end\{\1\2\}",
    re.DOTALL,
)
_TABLE = re.compile(
    r"\\begin\{(tabular[xy*]?|longtable|tabu|array|tblr)\}((?:\s*\[[^\]]*\]|\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)(.*?)\\end\{\1\}",
    re.DOTALL,
)
_SPAN = re.compile(rf"\\multicolumn\s*\{{(\d+)\}}\s*\{{[^{{}}]*(?:\{{[^{{}}]*\}}[^{{}}]*)*\}}\s*{_ARGUMENT}")
_ROWS_SPAN = re.compile(rf"\\multirow\s*{_OPTION}\s*\{{(\d+)\}}\s*{_OPTION}\s*\{{[^{{}}]*\}}\s*{_OPTION}\s*{_ARGUMENT}")
_RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot|cline\{[^}]*\}|cmidrule(?:\([^)]*\))?\{[^}]*\}|addlinespace)(?:\[[^\]]*\])?"
)
_STRUCK = re.compile(rf"\\(?:sout|st|xout|cancel)\s*{_ARGUMENT}")
_NOTE = re.compile(rf"\s*\\(?:footnote|footnotetext|thanks|marginpar|endnote)\s*{_OPTION}\s*{_ARGUMENT}")
_CITE = re.compile(rf"\\(?:[A-Za-z]*cite[A-Za-z]*\*?)\s*{_OPTION}\s*{_OPTION}\s*{_ARGUMENT}")
_REFERENCE = re.compile(rf"\\(?:ref|eqref|pageref|autoref|cref|Cref|nameref|vref)\*?\s*{_ARGUMENT}")
_LINK = re.compile(rf"\\href\s*{_ARGUMENT}\s*{_ARGUMENT}")
_ITEM = re.compile(r"\\item\s*(?:\[([^\]]*)\])?\s*")
_INPUT = re.compile(rf"\\(?:input|include|subfile)\s*{_ARGUMENT}")
_RAISED = re.compile(r"\\textsuperscript\s*\{([^{}]*)\}")
_SILENT = re.compile(
    rf"\\(?:label|vspace|hspace|includegraphics|bibliographystyle|bibliography|usepackage|documentclass|pagestyle"
    rf"|thispagestyle|setlength|setcounter|addtocounter|newcommand|renewcommand|definecolor|color|fontsize|input"
    rf"|index|phantomsection|addcontentsline|pagenumbering|hypersetup|graphicspath|nocite)\*?(?:\s*\[[^\]]*\]|\s*{_ARGUMENT})*"
)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{([\w*]+)\}(?:\[[^\]]*\])*(?:\{[^{}]*\})*")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?[ \t]*(?:\[[^\[\]]*\])?")
_NAMED_ENVIRONMENTS = (
    "theorem",
    "lemma",
    "proof",
    "definition",
    "corollary",
    "proposition",
    "remark",
    "example",
    "abstract",
)


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """Sections by heading; the title is the document's own."""
    source = clear_marks(read_text(path, limits))
    shown, title = latex_text(source)
    return shown.document(title)


def latex_text(source: str) -> tuple[ShownText, str | None]:
    """What a page made of this source would say, and its title."""
    kept = _Kept()
    source = _VERBATIM.sub(lambda match: kept.put(f"\n{match[2].strip(chr(10))}\n"), source)
    source = _COMMENT_BLOCK.sub("", _COMMENT.sub(r"\1", source))
    remarks = Remarks()
    body = _BODY.search(source)
    text = body.group(1) if body else source
    facts = {name: _plain(value, remarks, kept) for name, value in _FACT.findall(source)}
    title = facts.pop("title", None)
    text = _plain(_FACT.sub("", text), remarks, kept)
    above = "\n".join(value for name, value in facts.items() if value and name != "date")
    headed = "\n\n".join(filter(None, (heading_mark(1, title) if title else "", above, text)))
    return shown_text(kept.restored(headed), remarks.all), " ".join(kept.restored(title or "").split()) or None


class _Kept:
    """Formulas and code, out of the way while commands are read."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def put(self, text: str) -> str:
        self._texts.append(text)
        return f"\ue000{len(self._texts) - 1}\ue001"

    def restored(self, text: str) -> str:
        while (again := re.sub("\ue000(\\d+)\ue001", lambda match: self._texts[int(match[1])], text)) != text:
            text = again
        return text


def _plain(text: str, remarks: Remarks, kept: _Kept) -> str:
    text = _MATH.sub(lambda match: kept.put(match[0]), text)
    text = _TABLE.sub(lambda match: kept.put(f"\n\n{_table(match[3], remarks, kept)}\n\n"), text)
    text = _INPUT.sub(lambda match: _not_read(match[1], remarks), text)
    text = _STRUCK.sub(lambda match: remarks.struck(match[1]), text)
    text = _NOTE.sub(r" [\1]", text)
    text = _LINK.sub(r"\2 (\1)", text)
    text = _REFERENCE.sub(r"\1", _CITE.sub(r"[\1]", text))
    text = _SILENT.sub("", _RAISED.sub(r"^\1", text))
    text = _SECTION.sub(lambda match: f"\n\n{heading_mark(_LEVELS[match[1]], _bare(match[2]))}\n\n", text)
    text = _ITEM.sub(lambda match: f"\n- {match[1]}: " if match[1] else "\n- ", text)
    text = _ENVIRONMENT.sub(lambda match: _named(match), text)
    return _bare(text)


def _bare(text: str) -> str:
    """The text without commands, whose arguments stay; accents and signs as characters."""
    text = with_accents(text)
    text = re.sub(r"\\\\(?:\[[^\]]*\])?|\\newline\b|\\par\b", "\n", text)
    text = _COMMAND.sub(lambda match: SIGNS.get(match[1], ""), text)
    text = re.sub(r"\\([%&$#_{}])", lambda match: chr(0xE006 + "%&$#_{}".index(match[1])), text)
    text = re.sub(r"\\[,;:!/@ -]|~", " ", text).replace("{", "").replace("}", "")
    text = text.replace("``", "“").replace("''", "”").replace("---", "—").replace("--", "–")
    return re.sub("[\ue006-\ue00c]", lambda match: "%&$#_{}"[ord(match[0]) - 0xE006], text)


def _named(match: re.Match[str]) -> str:
    name = match[1].rstrip("*")
    return f"\n\n{name.capitalize()}. " if "begin" in match[0][:6] and name in _NAMED_ENVIRONMENTS else "\n"


def _not_read(name: str, remarks: Remarks) -> str:
    return remarks.mark(message("another file that belongs here was not read: {name}", name=name))


def _table(source: str, remarks: Remarks, kept: _Kept) -> str:
    """Rows of the table; cells over several columns or rows stand in each."""
    rows: list[list[str]] = []
    reaching: dict[int, tuple[int, str]] = {}
    for line in re.split(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline\b", _RULES.sub("", source)):
        if not line.strip():
            continue
        row: list[str] = []
        for cell in re.split(r"(?<!\\)&", line):
            span = _SPAN.search(cell)
            down = _ROWS_SPAN.search(cell)
            text = " ".join(_plain(down[2] if down else span[2] if span else cell, remarks, kept).split())
            if not text and len(row) in reaching:
                left, text = reaching.pop(len(row))
                if left > 1:
                    reaching[len(row)] = (left - 1, text)
            elif down and int(down[1]) > 1:
                reaching[len(row)] = (int(down[1]) - 1, text)
            row.extend([text] * min(int(span[1]) if span else 1, 100))
        rows.append(row)
    return table_text(rows)
