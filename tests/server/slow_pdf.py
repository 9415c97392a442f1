"""A small PDF whose pages take a long time to draw and none to read: a large mask, drawn again and again."""

import zlib

_SIDE = 6000
_TIMES_DRAWN = 400
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R"
    b" /Resources << /Font << /F 3 0 R >> /XObject << /I 4 0 R >> >> >>"
)


def slow_pdf(pages: int) -> bytes:
    """The file; drawing any page of it takes longer than the ten seconds of CPU that a page may use."""
    mask = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ImageMask true /BitsPerComponent 1 /Interpolate true"
    )
    text = b"BT /F 12 Tf 72 720 Td (The parrot is green and speaks.) Tj ET\n"
    drawing = b"".join(b"q 500 0 0 500 %d 50 cm /I Do Q\n" % (number % 50) for number in range(_TIMES_DRAWN))
    kids = b" ".join(b"%d 0 R" % (6 + number) for number in range(pages))
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, pages),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            _stream(mask % (_SIDE, _SIDE), bytes(_SIDE * _SIDE // 8)),
            _stream(b"<<", text + drawing),
            *[_PAGE] * pages,
        ]
    )


def _stream(head: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"%b /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (head, len(packed), packed)


def _file(objects: list[bytes]) -> bytes:
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(written))
    return written + head + rows + trailer
