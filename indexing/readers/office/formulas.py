"""Formulas (Office Math) as one line of plain text: "(a+b)/2", "x^2", "√(n+1)", "∑_(i=1)^n i". Pure."""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from indexing.readers.office.package import qn

_PLAIN = re.compile(r"[\w.,′°∞%]+|\([^()]*\)")
_ACCENTS = {"\u0302": "^", "\u0303": "~", "\u0304": "‾", "\u0305": "‾", "\u20d7": "→", "\u0307": "˙"}


def formula_text(element: Element) -> str:
    """The formula, or a part of one, on one line."""
    write = _WRITERS.get(str(element.tag))
    if write is not None:
        return write(element)
    if str(element.tag) in (qn("m:t"), qn("w:t")):
        return element.text or ""
    if str(element.tag).endswith("Pr"):
        return ""
    return "".join(formula_text(child) for child in element)


def _part(element: Element, name: str) -> str:
    found = element.find(qn(f"m:{name}"))
    return formula_text(found).strip() if found is not None else ""


def _atom(text: str) -> str:
    """In brackets where it is more than a number, a name or what has brackets already."""
    return text if _PLAIN.fullmatch(text) or not text else f"({text})"


def _property(element: Element, properties: str, name: str, default: str) -> str:
    found = element.find(f"{qn(f'm:{properties}')}/{qn(f'm:{name}')}")
    return found.get(qn("m:val"), "") if found is not None else default


def _fraction(element: Element) -> str:
    above, below = _part(element, "num"), _part(element, "den")
    if _property(element, "fPr", "type", "") == "noBar":
        return f"({above} over {below})"
    return f"{_atom(above)}/{_atom(below)}"


def _scripts(element: Element) -> str:
    lower, upper = _part(element, "sub"), _part(element, "sup")
    below = f"_{_atom(lower)}" if lower else ""
    above = f"^{_atom(upper)}" if upper else ""
    base = _part(element, "e")
    if str(element.tag) == qn("m:sPre"):
        return f"{below}{above}{base}"
    return f"{base if len(base) < 2 or not (below or above) else _atom(base)}{below}{above}"


def _root(element: Element) -> str:
    degree = _part(element, "deg")
    inner = _part(element, "e")
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree)
    body = inner if len(inner) == 1 else f"({inner})"
    return f"{sign}{body}" if sign else f"root({degree}, {inner})"


def _nary(element: Element) -> str:
    sign = _property(element, "naryPr", "chr", "∫") or "∫"
    lower, upper = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{_atom(lower)}" if lower else "") + (f"^{_atom(upper)}" if upper else "")
    return f"{sign}{limits} {_part(element, 'e')}"


def _brackets(element: Element) -> str:
    begin, end = _property(element, "dPr", "begChr", "("), _property(element, "dPr", "endChr", ")")
    separator = _property(element, "dPr", "sepChr", "|")
    return begin + separator.join(formula_text(part).strip() for part in element.findall(qn("m:e"))) + end


def _matrix(element: Element) -> str:
    rows = ([formula_text(cell).strip() for cell in row.findall(qn("m:e"))] for row in element.findall(qn("m:mr")))
    return "[" + "; ".join(", ".join(row) for row in rows) + "]"


def _function(element: Element) -> str:
    argument = _part(element, "e")
    gap = "" if argument.startswith("(") else " "
    return f"{_part(element, 'fName')}{gap}{argument}"


def _limit(element: Element) -> str:
    mark = "_" if str(element.tag) == qn("m:limLow") else "^"
    return f"{_part(element, 'e')}{mark}{_atom(_part(element, 'lim'))}"


def _accent(element: Element) -> str:
    mark = _property(element, "accPr", "chr", "\u0302")
    base = _part(element, "e")
    return f"{base}{mark}" if len(base) == 1 else f"{_atom(base)}{_ACCENTS.get(mark, mark)}"


def _equations(element: Element) -> str:
    return "; ".join(formula_text(part).replace("&", "").strip() for part in element.findall(qn("m:e")))


def _nothing(_: Element) -> str:
    return ""


_WRITERS: dict[str, Callable[[Element], str]] = {
    qn("m:f"): _fraction,
    qn("m:sSup"): _scripts,
    qn("m:sSub"): _scripts,
    qn("m:sSubSup"): _scripts,
    qn("m:sPre"): _scripts,
    qn("m:rad"): _root,
    qn("m:nary"): _nary,
    qn("m:d"): _brackets,
    qn("m:m"): _matrix,
    qn("m:func"): _function,
    qn("m:limLow"): _limit,
    qn("m:limUpp"): _limit,
    qn("m:acc"): _accent,
    qn("m:eqArr"): _equations,
    qn("w:rPr"): _nothing,
    qn("w:del"): _nothing,
    qn("w:moveFrom"): _nothing,
}
