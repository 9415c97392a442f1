"""PDFs made to keep a reader busy: each ends within its limits, and good text beside the trap is read."""

from pathlib import Path

import pytest

from indexing.documents import ReadLimits
from indexing.parsing.parse_all import parse_all
from tests.indexing.samples import raw_pdf, saved

LIMITS = ReadLimits(cpu_seconds=20)
WORDS = "Gravity bends light."


def _content() -> str:
    drawn = f"BT /F1 12 Tf 72 700 Td ({WORDS}) Tj ET"
    return f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream"


def _objects(metadata: str = "") -> list[str]:
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    resources = f"/Resources << /Font << /F1 {font} >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R {resources} >>"
    catalog = f"<< /Type /Catalog /Pages 2 0 R {metadata} >>"
    return [catalog, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page, _content()]


def _text_of(path: Path) -> str:
    """What was read, or the category of the failure."""
    (outcome,) = parse_all([path], LIMITS, workers=1)
    if outcome.failure is not None:
        return outcome.failure.category
    assert outcome.document is not None
    return " ".join(page.text for page in outcome.document.pages)


def _entities() -> str:
    """XMP whose entities would grow to a billion characters, and one that names a file."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "EXPANDED">{levels}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>&e9;&f;</dc:title></rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    )


@pytest.mark.faults("B11")
@pytest.mark.parametrize("xmp", [_entities(), "<x>" + "A" * 5_000_000 + "</x>"], ids=["entities", "five megabytes"])
def test_metadata_in_xml_is_never_read(tmp_path: Path, xmp: str) -> None:
    stream = f"<< /Type /Metadata /Subtype /XML /Length {len(xmp)} >>\nstream\n{xmp}\nendstream"
    path = saved(tmp_path / "a.pdf", raw_pdf([*_objects("/Metadata 5 0 R"), stream]))
    (outcome,) = parse_all([path], LIMITS, workers=1)
    assert outcome.document is not None
    told = repr(outcome.document)
    assert WORDS in told
    assert "EXPANDED" not in told
    assert "root:" not in told


@pytest.mark.faults("B9")
@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda good: good.split(b"xref")[0] + b"1 0 obj\n<< /A " * 20_000, id="objects that never end"),
        pytest.param(
            lambda good: good.replace(b"4 0 obj", b"4 0 0 obj") + b"4 0 obj\n4 0 R\nendobj\n", id="own number"
        ),
        pytest.param(lambda good: good.replace(b"startxref\n", b"startxref\n9"), id="table elsewhere"),
        pytest.param(lambda good: good.replace(b"/Kids [3 0 R]", b"/Kids [9 0 R]"), id="page that is not there"),
    ],
)
def test_recovering_broken_objects_comes_to_an_end(tmp_path: Path, broken: object) -> None:
    assert callable(broken)
    path = saved(tmp_path / "a.pdf", broken(raw_pdf(_objects())))
    assert _text_of(path) in (WORDS, "damaged", "no_text", "timeout", "memory")
