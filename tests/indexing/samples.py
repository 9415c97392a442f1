"""Documents made on the spot: good PDFs, and PDFs broken in the ways that files in the wild are."""

import io
import zlib
from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import CORE_FONTS_CHARWIDTHS
from PIL import Image
from pypdf import PdfReader, PdfWriter

PROSE = (
    "The reading room opens at nine. Visitors leave their coats in the hall. "
    "Books from the stacks are brought within an hour. "
)


def pdf(pages: Sequence[str], *, title: str | None = None, compress: bool = True) -> bytes:
    """A PDF with one page of text for each string; an empty string gives an empty page."""
    document = FPDF()
    document.set_compression(compress)
    if title is not None:
        document.set_title(title)
    for text in pages:
        document.add_page()
        document.set_font("Helvetica", size=11)
        if text:
            document.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


def pdf_with_heading(heading: str, body: str) -> bytes:
    """One page: a line in large type, then prose."""
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=22)
    document.multi_cell(0, 12, heading, new_x="LMARGIN", new_y="NEXT")
    document.set_font("Helvetica", size=11)
    document.multi_cell(0, 5, body, new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


def scanned_pdf(pages: int = 1) -> bytes:
    """Pages that are pictures, without a text layer."""
    document = FPDF()
    for number in range(pages):
        document.add_page()
        document.image(Image.new("RGB", (60, 80), (200, 10 * number, 30)), x=10, y=10, w=150)
    return bytes(document.output())


def encrypted_pdf(text: str, *, user_password: str) -> bytes:
    """Encrypted with AES-256; opens without a password when `user_password` is empty."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([text]))))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_with_bookmarks(pages: Sequence[str], bookmarks: Sequence[tuple[str, int]]) -> bytes:
    """`bookmarks`: title and page, counted from 0."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(pages))))
    for title, page in bookmarks:
        writer.add_outline_item(title=title, page_number=page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def raw_pdf(objects: Sequence[str], trailer: str = "/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with a right cross-reference table."""
    body = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    start = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    body += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    return body + f"trailer\n<< /Size {len(objects) + 1} {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()


_CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf_of_content(content: str) -> bytes:
    """One page with this content stream; /F1 is Helvetica, the page is 612 by 792 points."""
    stream = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"
    return raw_pdf([_CATALOG, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", _page("4 0 R"), stream])


def pdf_of_font(text: str, widths: dict[int, int], unicode: str) -> bytes:
    """A page of Helvetica in which the codes in `widths` are other glyphs; `unicode` maps codes to text."""
    all_widths = " ".join(
        str(widths.get(code, CORE_FONTS_CHARWIDTHS["helvetica"].get(chr(code), 500))) for code in range(256)
    )
    font = f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 0 /LastChar 255 /Widths [{all_widths}]"
    page = _page("4 0 R").replace(_FONT, "5 0 R")
    table = "begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <20> <7E> <0020> endbfrange"
    objects = [
        _CATALOG,
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        page,
        _stream(text),
        f"{font} /ToUnicode 6 0 R >>",
    ]
    return raw_pdf([*objects, _content(f"{table}\n{unicode}\nendcmap")])


def slow_pages_pdf(pages: int, text: str) -> bytes:
    """Pages that are read at once and drawn in a minute: one small stream covers each 1,500 times with a gradient."""
    fades = "/Function << /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1 >> /Extend [true true]"
    shading = f"<< /ShadingType 3 /ColorSpace /DeviceRGB /Coords [300 400 0 300 400 600] {fades} >>"
    resources = f"/Resources << /Font << /F1 {_FONT} >> /Shading << /S {shading} >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {pages + 3} 0 R {resources} >>"
    content = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET\n" + "/S sh\n" * 1500
    kids = " ".join(f"{number} 0 R" for number in range(3, pages + 3))
    stream = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"
    return raw_pdf([_CATALOG, f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>", *[page] * pages, stream])


def pdf_with_endless_page(pages: int, endless: int, levels: int = 9) -> bytes:
    """Pages "Page 1.", "Page 2.", ...; on the endless one forms show forms, ten times each, over so many levels."""
    first_form = 4 + 2 * pages
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(pages))
    objects = [_CATALOG, f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>", _FONT]
    for number in range(1, pages + 1):
        show = " /F0 Do" if number == endless else ""
        resources = f"<< /Font << /F1 3 0 R >> /XObject << /F0 {first_form} 0 R >> >>"
        place = f"/Parent 2 0 R /MediaBox [0 0 612 792] /Resources {resources} /Contents {4 + 2 * number - 1} 0 R"
        objects += [f"<< /Type /Page {place} >>", _content(f"BT /F1 12 Tf 72 700 Td (Page {number}.) Tj ET{show}")]
    for level in range(levels):
        inner = f"/XObject << /F{level + 1} {first_form + level + 1} 0 R >>" if level < levels - 1 else ""
        content = f"/F{level + 1} Do " * 10 if inner else "BT /F1 9 Tf 72 600 Td (again) Tj ET"
        kind = f"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> {inner} >>"
        objects.append(_content(content, kind))
    return raw_pdf(objects)


def page_tree_loop() -> bytes:
    """A page tree that contains itself."""
    return raw_pdf([_CATALOG, "<< /Type /Pages /Count 2 /Kids [3 0 R 2 0 R] >>", _page("4 0 R"), _stream("loop")])


def outline_loop() -> bytes:
    """A good page; its bookmarks follow each other in a circle."""
    return raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R >>",
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            _page("4 0 R"),
            _stream("Round and round it goes"),
            "<< /Type /Outlines /First 6 0 R /Last 7 0 R /Count 2 >>",
            "<< /Title (one) /Parent 5 0 R /Next 7 0 R /Dest [3 0 R /Fit] >>",
            "<< /Title (two) /Parent 5 0 R /Next 6 0 R /Dest [3 0 R /Fit] >>",
        ]
    )


def xref_loop() -> bytes:
    """A good page; its cross-reference table names itself as the one before."""
    good = raw_pdf(
        [
            _CATALOG,
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            _page("4 0 R"),
            _stream("The table comes before itself"),
        ]
    )
    start = int(good.rsplit(b"startxref\n", 1)[1].split()[0])
    return good.replace(b"/Root 1 0 R", f"/Root 1 0 R /Prev {start}".encode())


def pdf_with_bad_page() -> bytes:
    """Two pages; pypdf 7.1 cannot decode the first one's filter, pypdfium2 knows its old name."""
    old = "(The page in the old dialect) Tj"
    coded = "".join(f"{byte:02X}" for byte in f"BT /F1 12 Tf 72 700 Td {old} ET".encode()) + ">"
    return raw_pdf(
        [
            _CATALOG,
            "<< /Type /Pages /Count 2 /Kids [3 0 R 5 0 R] >>",
            _page("4 0 R"),
            f"<< /Length {len(coded)} /Filter /AHx >>\nstream\n{coded}\nendstream",
            _page("6 0 R"),
            _stream("The page that everybody can read"),
        ]
    )


def flate_bomb(levels: int = 2, megabytes: int = 512) -> bytes:
    """One page whose content unpacks to so many megabytes, packed `levels` times over."""
    packer = zlib.compressobj(1)
    block = b" " * (1 << 20)
    data = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    for _ in range(levels - 1):
        data = zlib.compress(data, 9)
    filters = " ".join(["/FlateDecode"] * levels)
    stream = f"<< /Length {len(data)} /Filter [{filters}] >>\nstream\n{data.decode('latin-1')}\nendstream"
    return raw_pdf([_CATALOG, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", _page("4 0 R"), stream])


def _page(contents: str) -> str:
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {contents} "
        f"/Resources << /Font << /F1 {_FONT} >> >> >>"
    )


def _stream(text: str) -> str:
    return _content(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET")


def _content(content: str, entries: str = "") -> str:
    return f"<< /Length {len(content)} {entries} >>\nstream\n{content}\nendstream"


def saved(path: Path, content: bytes | str) -> Path:
    """The path, after writing the content there."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
