"""Elements of HTML whose text is not what a browser shows, made so: struck text, fields, pictures, frames, ruby.

Changes the tree, before the text is taken from it.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from bs4.element import Comment, NavigableString, PageElement, Tag

from indexing.readers.marked_text import Remarks, clear_marks, shortened
from storage.messages import message

_UNSEEN = ["script", "style", "noscript", "template", "svg", "head", "object", "datalist", "button", "audio", "video"]
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])", re.IGNORECASE
)
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_STRUCK = ("del", "s", "strike")
_UNSEEN_INPUTS = ("hidden", "password", "submit", "button", "reset", "image", "file", "color", "range")
_RAISED = re.compile(r"[-+−]?\d{1,4}|[a-z]|[-+−]?\d?n|[-+−]")
_POWERED = re.compile(r"[\w)\]]$")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]$")
_NUMBER = "x-number"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


class Prepared(NavigableString):
    """Text put into the tree here; it may hold marks."""


def prepare_elements(soup: Tag, remarks: Remarks) -> None:
    """Puts text that a browser shows in the place of elements, and marks in the place of what is left out."""
    _remove_unseen(soup, remarks)
    for tag in soup.find_all(_is_struck):
        if not _is_detached(tag, soup):
            tag.replace_with(Prepared(remarks.struck(tag.get_text(" "))))
    _show_frames(soup, remarks)
    _number_items(soup)
    for replace in (_show_ruby, _show_formulas, _show_raised, _show_fields, _show_pictures):
        replace(soup)


def item_mark(item: Tag) -> str:
    """What stands before an item of a list: a dash, or its number where the list is numbered."""
    return f"{number}." if (number := item.get(_NUMBER)) else "-"


def _number_items(soup: Tag) -> None:
    for above in soup.find_all("ol"):
        items = [item for item in above.children if isinstance(item, Tag) and item.name == "li"]
        step = -1 if above.has_attr("reversed") else 1
        number = _whole(above.get("start"), len(items) if step < 0 else 1)
        for item in items:
            number = _whole(item.get("value"), number)
            item[_NUMBER] = numeral(number, str(above.get("type", "1")))
            number += step


def numeral(value: int, kind: str) -> str:
    if kind in ("a", "A") and 0 < value <= 26:
        return chr(ord(kind) + value - 1)
    if kind in ("i", "I") and 0 < value < 4000:
        text = ""
        for worth, sign in _ROMAN:
            text += sign * (value // worth)
            value %= worth
        return text.upper() if kind == "I" else text
    return str(value)


def _whole(value: object, otherwise: int) -> int:
    with suppress(ValueError):
        return int(str(value))
    return otherwise


def _remove_unseen(soup: Tag, remarks: Remarks) -> None:
    for tag in soup.find_all(_UNSEEN):
        tag.decompose()
    for tag in soup.find_all(_is_hidden):
        if _is_detached(tag, soup):
            continue
        if tag.name in ("input", "br") or not tag.get_text(strip=True):
            tag.decompose()
        else:
            said = shortened(clear_marks(tag.get_text(" ")))
            tag.replace_with(Prepared(remarks.mark(message("hidden text left out: “{text}”", text=said))))


def _is_hidden(tag: Tag) -> bool:
    style = tag.get("style")
    return tag.has_attr("hidden") or (isinstance(style, str) and _HIDDEN_STYLE.search(style) is not None)


def _is_struck(tag: Tag) -> bool:
    style = tag.get("style")
    return tag.name in _STRUCK or (isinstance(style, str) and _STRUCK_STYLE.search(style) is not None)


def _is_detached(tag: Tag, soup: Tag) -> bool:
    """Whether it was removed; elements inside removed ones count as decomposed."""
    return tag.decomposed or (tag.parent is None and tag is not soup)


def _show_frames(soup: Tag, remarks: Remarks) -> None:
    """Pages within the page: one written into it is shown, others are named."""
    for frame in soup.find_all(["iframe", "frame", "embed"]):
        inner = frame.get("srcdoc")
        if isinstance(inner, str) and inner.strip():
            frame.replace_with(*_parsed_body(inner))
        elif source := str(frame.get("src") or ""):
            title = str(frame.get("title") or frame.get("name") or "")
            named = f"{title} ({shortened(source)})" if title else shortened(source)
            remark = message("another page shown within this one was not read: {name}", name=clear_marks(named))
            frame.replace_with(Prepared(remarks.mark(remark)))
        else:
            frame.decompose()


def _parsed_body(source: str) -> list[PageElement]:
    from bs4 import BeautifulSoup

    inner = BeautifulSoup(source, "lxml")
    for tag in inner.find_all([*_UNSEEN, "iframe"]):
        tag.decompose()
    return [child.extract() for child in list((inner.body or inner).children)]


def _show_ruby(soup: Tag) -> None:
    """The reading behind the words, of neighbours together, so that a name of two parts stays whole."""
    for first in soup.find_all("ruby"):
        if _is_detached(first, soup):
            continue
        run = [first]
        while isinstance(following := run[-1].next_sibling, Tag) and following.name == "ruby":
            run.append(following)
        base = "".join(clear_marks("".join(_strings(ruby, without=("rt", "rp", "rtc")))) for ruby in run)
        readings = [clear_marks(reading.get_text(strip=True)) for ruby in run for reading in ruby.find_all("rt")]
        between = " " if any(_LATIN.search(reading) for reading in readings) else ""
        for ruby in run[1:]:
            ruby.extract()
        reading = between.join(filter(None, readings))
        first.replace_with(Prepared(f"{base}（{reading}）" if reading else base))


def _strings(tag: Tag, without: tuple[str, ...]) -> Iterator[str]:
    for string in tag.find_all(string=True):
        if not string.find_parent(list(without)) and not isinstance(string, Comment):
            yield " ".join(str(string).split())


def _show_formulas(soup: Tag) -> None:
    for formula in soup.find_all("math"):
        if _is_detached(formula, soup):
            continue
        source = formula.find("annotation", attrs={"encoding": re.compile("tex", re.IGNORECASE)})
        if source is not None:
            formula.replace_with(Prepared(f"${clear_marks(source.get_text(' ', strip=True))}$"))
        else:
            for note in formula.find_all(["annotation", "annotation-xml"]):
                note.decompose()


def _show_raised(soup: Tag) -> None:
    """A raised number is a power, or the mark of a note: 10⁵ is not 105."""
    for raised in soup.find_all("sup"):
        text = clear_marks(raised.get_text("", strip=True))
        if _is_detached(raised, soup):
            continue
        if raised.find("a") is not None and text:
            raised.replace_with(Prepared(text if text.startswith(("[", "(")) else f"[{text}]"))
        elif _RAISED.fullmatch(text) and _POWERED.search(str(raised.previous_sibling or "")[-1:]):
            raised.replace_with(Prepared(f"^{text}"))


def _show_fields(soup: Tag) -> None:
    for field in soup.find_all(["input", "select"]):
        if not _is_detached(field, soup):
            value = _chosen(field) if field.name == "select" else _input_value(field)
            field.replace_with(Prepared(f" {clear_marks(value)} " if value else ""))


def _input_value(field: Tag) -> str:
    kind = str(field.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return "[x]" if field.has_attr("checked") else "[ ]"
    return "" if kind in _UNSEEN_INPUTS else str(field.get("value") or "")


def _chosen(field: Tag) -> str:
    """The options that are chosen; a list shows its first where none is."""
    options = field.find_all("option")
    chosen = [option for option in options if option.has_attr("selected")]
    if not chosen and not field.has_attr("multiple"):
        chosen = options[:1]
    return ", ".join(" ".join(option.get_text(" ").split()) for option in chosen)


def _show_pictures(soup: Tag) -> None:
    for picture in soup.find_all(["img", "area"]):
        if _is_detached(picture, soup):
            continue
        said = " ".join(clear_marks(str(picture.get("alt") or picture.get("title") or "")).split())
        figure = picture.find_parent("figure")
        is_caption = figure is not None and said in " ".join(figure.get_text(" ").split())
        picture.replace_with(Prepared(f" {said} " if said and not is_caption else ""))
