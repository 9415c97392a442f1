"""A slide as text: its title, then what stands on it in the order of its places, then notes and comments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import shorten
from xml.etree.ElementTree import Element

from indexing.readers.office.drawings import chart_text, diagram_text
from indexing.readers.office.package import OfficePackage, Relation, alternative, qn
from indexing.readers.office.pieces import Kind
from indexing.readers.powerpoint.reading_order import Box, reading_order
from indexing.readers.powerpoint.texts import ShapeTexts
from storage.messages import message

_TITLES = ("title", "ctrTitle")
_ONCE = ("ftr", "dt", "hdr")  # the same on every slide
_LONGEST_QUOTE = 80
_DEEPEST = 20  # groups in groups


@dataclass(slots=True)
class Slide:
    """What a slide says. `pictures` are the members of the archive that it shows."""

    title: str = ""
    texts: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    is_hidden: bool = False
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class _Shape:
    box: Box | None
    text: str
    placeholder: str | None


class SlideReader:
    """Reads the slides of a presentation in their order; texts of its master and footers come once."""

    def __init__(self, package: OfficePackage, size: Box) -> None:
        self._package = package
        self._size = size
        self._seen: set[str] = set()

    def read(self, part: str) -> Slide:
        """The slide in this part."""
        root = self._package.root(part)
        slide = Slide()
        if root is None:
            slide.is_damaged = True
            return slide
        slide.is_hidden = root.get("show") in ("0", "false")
        layers = self._layers(part)
        reading = _Reading(self._package, part, slide, layers, self._size)
        shapes = reading.shapes(root)
        slide.title = next((" ".join(each.text.split()) for each in shapes if each.placeholder in _TITLES), "")
        slide.texts.extend(each.text for each in shapes if each.placeholder not in _TITLES and self._is_new(each))
        if root.get("showMasterSp") not in ("0", "false"):
            slide.texts.extend(self._fixed_texts(layers, slide))
        slide.texts.extend(self._notes(part, slide))
        return slide

    def _is_new(self, shape: _Shape) -> bool:
        if shape.placeholder not in _ONCE:
            return True
        is_new = shape.text not in self._seen
        self._seen.add(shape.text)
        return is_new

    def _layers(self, part: str) -> list[tuple[str, Element]]:
        """The slide's layout and the master below it."""
        layers = []
        for kind in ("slideLayout", "slideMaster"):
            name = self._package.related(part, kind)
            root = self._package.root(name) if name else None
            if name is None or root is None:
                break
            layers.append((name, root))
            part = name
        return layers

    def _fixed_texts(self, layers: list[tuple[str, Element]], slide: Slide) -> Iterator[str]:
        """What the layout and the master write on every slide, like a motto."""
        for name, root in layers:
            reading = _Reading(self._package, name, Slide(), [], self._size)
            for shape in reading.shapes(root):
                if shape.placeholder is None and shape.text not in self._seen:
                    self._seen.add(shape.text)
                    yield shape.text
            if root.get("showMasterSp") in ("0", "false"):
                return

    def _notes(self, part: str, slide: Slide) -> Iterator[str]:
        name = self._package.related(part, "notesSlide")
        root = self._package.root(name) if name else None
        if name is not None and root is not None:
            reading = _Reading(self._package, name, slide, [], None)
            notes = "\n".join(each.text for each in reading.shapes(root) if each.placeholder == "body")
            if notes.strip():
                yield f"Notes: {notes}"
        comments = self._package.related(part, "comments")
        root = self._package.root(comments) if comments else None
        for comment in root if root is not None else ():
            words = (each.text or "" for each in comment.iter() if str(each.tag).endswith(("}text", "}t")))
            if text := " ".join(" ".join(words).split()):
                yield f"Comment: {text}"


class _Reading:
    """Reads the shapes of one part."""

    def __init__(
        self, package: OfficePackage, part: str, slide: Slide, layers: list[tuple[str, Element]], size: Box | None
    ) -> None:
        self._package = package
        self._relations: dict[str, Relation] = package.relations(part)
        self._slide = slide
        self._layers = layers
        self._size = size
        self._texts = ShapeTexts(self._relations, self._left_out)

    def shapes(self, root: Element) -> list[_Shape]:
        """The shapes with any text, in the order of reading."""
        tree = root.find(f"{qn('p:cSld')}/{qn('p:spTree')}")
        return self._ordered(tree, 0) if tree is not None else []

    def _ordered(self, elements: Iterable[Element], depth: int) -> list[_Shape]:
        found = [shape for element in elements for shape in self._shape(element, depth) if shape.text.strip()]
        return [found[place] for place in reading_order([shape.box for shape in found])]

    def _shape(self, element: Element, depth: int) -> Iterator[_Shape]:
        tag = element.tag
        if tag == qn("mc:AlternateContent"):
            for child in alternative(element):
                yield from self._shape(child, depth)
            return
        if tag not in _PROPERTIES:
            return
        own = next(iter(element.iter(qn("p:cNvPr"))), None)
        mark = element.find(f"{qn(_PROPERTIES[tag])}/{qn('p:nvPr')}/{qn('p:ph')}")
        kind = mark.get("type", "body") if mark is not None else None
        if kind == "sldNum":
            return
        box = _box(element) or self._inherited_box(mark)
        text = self._text(element, tag, depth)
        if own is not None and own.get("hidden") in ("1", "true"):
            self._left_out("hidden", text)
        elif box is not None and depth == 0 and self._is_outside(box):
            self._say_outside(text)
        else:
            yield _Shape(box, text, kind)

    def _text(self, element: Element, tag: str, depth: int) -> str:
        if tag == qn("p:grpSp"):
            return "\n\n".join(shape.text for shape in self._ordered(element, depth + 1)) if depth < _DEEPEST else ""
        if tag == qn("p:graphicFrame"):
            return self._graphic(element)
        if tag == qn("p:pic"):
            self._picture(element)
        return self._texts.body(element.find(qn("p:txBody")))

    def _graphic(self, frame: Element) -> str:
        texts = [self._texts.table(table) for table in frame.iter(qn("a:tbl"))]
        for tag, attribute, write in ((qn("c:chart"), "r:id", chart_text), (qn("dgm:relIds"), "r:dm", diagram_text)):
            for pointer in frame.iter(tag):
                relation = self._relations.get(pointer.get(qn(attribute), ""))
                root = self._package.root(relation.target) if relation and not relation.is_external else None
                if root is not None:
                    texts.append(write(root))
        return "\n\n".join(filter(None, texts))

    def _picture(self, element: Element) -> None:
        for blip in element.iter(qn("a:blip")):
            relation = self._relations.get(blip.get(qn("r:embed"), ""))
            if relation is not None and not relation.is_external:
                self._slide.pictures.append(relation.target)

    def _inherited_box(self, mark: Element | None) -> Box | None:
        """Where the layout or the master places what the slide only names: by number, else by kind."""
        if mark is None:
            return None
        for _, root in self._layers:
            for by in ("idx", "type"):
                for shape in root.iter(qn("p:sp")):
                    other = shape.find(f"{qn('p:nvSpPr')}/{qn('p:nvPr')}/{qn('p:ph')}")
                    is_same = other is not None and mark.get(by) is not None and other.get(by) == mark.get(by)
                    if is_same and (box := _box(shape)):
                        return box
        return None

    def _is_outside(self, box: Box) -> bool:
        size = self._size
        return size is not None and (
            box.right <= size.left or box.bottom <= size.top or box.left >= size.right or box.top >= size.bottom
        )

    def _say_outside(self, text: str) -> None:
        if text.strip():
            quoted = shorten(text, width=_LONGEST_QUOTE, placeholder=" …")
            self._slide.remarks.append(message("text beside the slide left out: “{text}”", text=quoted))

    def _left_out(self, kind: Kind, text: str) -> str:
        quoted = shorten(text, width=_LONGEST_QUOTE, placeholder=" …")
        if kind == "hidden" and text.strip():
            self._slide.remarks.append(message("hidden text left out: {count} characters", count=len(text.strip())))
        elif text.strip():
            self._slide.remarks.append(message("struck out and left out: “{text}”", text=quoted))
        return ""


_PROPERTIES = {
    qn("p:sp"): "p:nvSpPr",
    qn("p:grpSp"): "p:nvGrpSpPr",
    qn("p:graphicFrame"): "p:nvGraphicFramePr",
    qn("p:pic"): "p:nvPicPr",
    qn("p:cxnSp"): "p:nvCxnSpPr",
}


def _box(element: Element) -> Box | None:
    """Where the shape says that it stands; within a group in the group's own units."""
    places = ("p:xfrm", "p:spPr/a:xfrm", "p:grpSpPr/a:xfrm")
    for place in places:
        found = element.find("/".join(qn(step) for step in place.split("/")))
        if found is None:
            continue
        offset, size = found.find(qn("a:off")), found.find(qn("a:ext"))
        if offset is not None and size is not None:
            try:
                return Box(*(float(each.get(name, "")) for each, name in _sides(offset, size)))
            except ValueError:
                return None
    return None


def _sides(offset: Element, size: Element) -> list[tuple[Element, str]]:
    return [(offset, "x"), (offset, "y"), (size, "cx"), (size, "cy")]
