"""Draws one page of a PDF with a passage marked: a process of its own, so that no page can harm the server.

python -m server.documents.draw_page FILE PAGE LARGEST
reads the texts of the passage, of its sentence and of what was looked for on that page as JSON; writes a line of JSON,
the picture's size and where the sentence stands in it, and a PNG, together of at most LARGEST bytes.
"""

import difflib
import io
import json
import os
import re
import resource
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw

from storage.child_environment import limit_resources

_WIDTH = 1100
_TALLEST = 2400
_YELLOW = (255, 236, 150)
_STRONG = (255, 190, 40)
_GREEN = (150, 226, 214)
_MOST_HITS = 500  # of what was looked for, on one page
_MEMORY_BYTES = 1536 * 1024 * 1024
_CPU_SECONDS = 10
_NICENESS = 10  # questions and health are answered first
_PARTS = re.compile(r"[\n|]|\[[ x]\]")  # lines, cells of tables, check boxes
_MOST_MISSING = 5  # a fifth of the letters
_SHORTEST_MATCH = 12  # characters; shorter ones are found everywhere

Box = tuple[int, int, int, int]


def main() -> None:
    """Read the passage, write the picture."""
    file, number, largest_bytes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.nice(_NICENESS)
    limit_resources(
        {
            resource.RLIMIT_AS: _MEMORY_BYTES,
            resource.RLIMIT_CPU: _CPU_SECONDS,
            resource.RLIMIT_FSIZE: largest_bytes,
        }
    )
    passage, sentence, *hits = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(draw(file, number, passage, sentence, hits))


def draw(file: str, number: int, passage: str, sentence: str, hits: Sequence[str] = ()) -> bytes:
    """The page (counted from 1), with what it has of the passage marked softly and of its sentence strongly.

    Every place where one of `hits` stands has a colour of its own.
    """
    document = pypdfium2.PdfDocument(file)
    page = document[number - 1]
    width, height = page.get_size()
    bitmap = page.render(scale=min(_WIDTH / width, _TALLEST / height))
    picture = bitmap.to_pil().convert("RGB")
    strong: list[Box] = []
    if passage or hits:
        to_pixels = bitmap.get_posconv(page)  # knows the page's rotation and crop box
        text = page.get_textpage()
        characters = [chr(pdfium.FPDFText_GetUnicode(text, i)) for i in range(text.count_chars())]
        places = find_passage(characters, passage) if passage else []
        boxes = {i: _box_in_pixels(to_pixels, text.get_charbox(i)) for i in places}
        strong = list(lines_of([boxes[i] for i in find_sentence(characters, places, sentence)]))
        found = [[_box_in_pixels(to_pixels, text.get_charbox(i)) for i in hit] for hit in find_all(characters, hits)]
        picture = _marked(picture, list(lines_of(list(boxes.values()))), strong)
        picture = _marked(picture, [], [line for hit in found for line in lines_of(hit)], _GREEN)
    output = io.BytesIO()
    output.write(json.dumps([*picture.size, *_around(strong)]).encode() + b"\n")
    picture.quantize(64).save(output, "PNG")
    return output.getvalue()


def find_sentence(characters: Sequence[str], places: Sequence[int], sentence: str) -> list[int]:
    """Which of these places of a passage are those of a sentence in it."""
    if not any(letter.isalnum() for letter in sentence):
        return []
    return [places[i] for i in find_passage([characters[place] for place in places], sentence)]


def find_all(characters: Sequence[str], hits: Sequence[str]) -> list[list[int]]:
    """The characters of every place where one of these texts stands, compared as passages are; not more than many."""
    places, page = _letters(characters)
    found: list[list[int]] = []
    for wanted in {_letters(hit)[1] for hit in hits} - {""}:
        starts = [match.start() for match in re.finditer(re.escape(wanted), page)]
        found += [places[start : start + len(wanted)] for start in starts]
    return found[:_MOST_HITS]


def find_passage(characters: Sequence[str], passage: str) -> list[int]:
    """Which characters of the page are the passage's, ascending.

    Compared by letters and digits alone: the passage was cleaned, and two libraries space and order a page differently.
    """
    places, page = _letters(characters)
    _, wanted = _letters(passage)
    start = page.find(wanted)
    if start >= 0:
        return places[start : start + len(wanted)]
    found = _lines_of_passage(page, passage)
    if found is not None:
        return [places[index] for index in sorted(found)]
    blocks = difflib.SequenceMatcher(None, page, wanted, autojunk=False).get_matching_blocks()
    return [place for b in blocks if b.size >= _SHORTEST_MATCH for place in places[b.a : b.a + b.size]]


def _lines_of_passage(page: str, passage: str) -> set[int] | None:
    """Where the passage's lines and cells stand, each for itself; None where most are not found as they are.

    The page is read in another order than its file draws it: columns, rows of tables, footnotes after the text.
    """
    parts = [letters for part in _PARTS.split(passage) if (letters := _letters(part)[1])]
    found: set[int] = set()
    missing = after = 0
    for part in parts:
        start = page.find(part, after)
        start = page.find(part) if start < 0 and len(part) >= _SHORTEST_MATCH else start
        if start < 0:
            missing += len(part)
            continue
        found.update(range(start, start + len(part)))
        after = start + len(part)
    return found if missing * _MOST_MISSING <= sum(map(len, parts)) else None


def lines_of(boxes: Sequence[Box]) -> Iterator[Box]:
    """Boxes of characters in reading order, drawn together to one a line."""
    line: Box | None = None
    for box in boxes:
        if line is not None and _is_same_line(line, box):
            line = (min(line[0], box[0]), min(line[1], box[1]), max(line[2], box[2]), max(line[3], box[3]))
            continue
        if line is not None:
            yield line
        line = box
    if line is not None:
        yield line


def _letters(characters: Sequence[str]) -> tuple[list[int], str]:
    places, letters = [], []
    for place, character in enumerate(characters):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            if letter.isalnum():
                places.append(place)
                letters.append(letter)
    return places, "".join(letters)


def _is_same_line(line: Box, box: Box) -> bool:
    middle = (box[1] + box[3]) / 2
    return line[1] <= middle <= line[3] and box[0] >= line[0] and box[0] - line[2] < 3 * (line[3] - line[1])


def _box_in_pixels(to_pixels: Any, box: tuple[float, float, float, float]) -> Box:
    left, bottom, right, top = box
    (x1, y1), (x2, y2) = to_pixels.to_bitmap(left, top), to_pixels.to_bitmap(right, bottom)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _around(boxes: Sequence[Box]) -> Sequence[int]:
    """The corners of what is around all boxes; nothing where there are none."""
    if not boxes:
        return ()
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return tuple(map(int, (min(lefts), min(tops), max(rights), max(bottoms))))


def _marked(
    picture: Image.Image, boxes: Sequence[Box], strong: Sequence[Box], colour_of_strong: tuple[int, int, int] = _STRONG
) -> Image.Image:
    layer = Image.new("RGB", picture.size, "white")
    pen = ImageDraw.Draw(layer)
    for colour, marked in ((_YELLOW, boxes), (colour_of_strong, strong)):
        for left, top, right, bottom in marked:
            pen.rectangle((left - 3, top - 3, right + 3, bottom + 3), fill=colour)
    return ImageChops.multiply(picture, layer)


if __name__ == "__main__":
    main()
