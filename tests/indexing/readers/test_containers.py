"""Files made to harm whoever opens them are refused from their directory, fast and by name (docs/faults.md B17–B19)."""

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docx
import pytest

from indexing.documents import ParseFailure, ReadLimits
from indexing.readers import read_document
from indexing.readers.containers import open_container, parse_xml

LIMIT_SECONDS = 2.0
BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 10))
    + "]><lolz>&lol9;</lolz>"
)
EXTERNAL_ENTITY = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
PARAMETER_ENTITY = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><r/>'
ZIP_SUFFIXES = ("docx", "pptx", "xlsx", "epub")


def archive(path: Path, members: dict[str, bytes]) -> Path:
    """An archive with these members; `path` for chaining."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


@contextmanager
def refused_as(category: str, *words: str) -> Iterator[None]:
    """The block refuses within two seconds of computing, in a sentence with these words and a next step."""
    started = time.thread_time()
    with pytest.raises(ParseFailure) as caught:
        yield
    assert time.thread_time() - started < LIMIT_SECONDS
    assert caught.value.category == category
    for word in words:
        assert word in caught.value.detail
    assert ";" in caught.value.detail, "the reason comes before, the next step after a semicolon"


@pytest.mark.faults("B17")
@pytest.mark.parametrize("suffix", ZIP_SUFFIXES)
def test_a_file_that_unpacks_to_a_thousand_times_its_size_is_refused(tmp_path: Path, suffix: str) -> None:
    path = archive(tmp_path / f"bomb.{suffix}", {"word/document.xml": bytes(30_000_000)})
    with refused_as("bomb", "times its size"):
        read_document(path, ReadLimits())


@pytest.mark.faults("B17")
def test_a_file_that_declares_more_than_200_mb_is_refused(tmp_path: Path) -> None:
    path = declare_size(archive(tmp_path / "large.docx", {"word/document.xml": b"<w/>"}), 300_000_000)
    with refused_as("bomb", "300 MB"):
        read_document(path, ReadLimits())


@pytest.mark.faults("B17")
def test_a_bomb_hidden_behind_a_large_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "padded.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/media/noise.png", bytes(range(256)) * 8_000, zipfile.ZIP_STORED)
        file.writestr("word/document.xml", bytes(20_000_000))
    with refused_as("bomb", "times its size"):
        read_document(path, ReadLimits())


@pytest.mark.faults("B17")
@pytest.mark.parametrize("suffix", ZIP_SUFFIXES)
def test_100_000_members_are_refused_without_reading_the_directory(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"many.{suffix}"
    path.write_bytes(many_members(100_000))
    with refused_as("bomb", "1,000 files"):
        read_document(path, ReadLimits())


@pytest.mark.faults("B17")
def test_a_directory_larger_than_its_end_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lying.docx"
    path.write_bytes(many_members(2_000, declared=1))
    with refused_as("bomb", "2,000 files"):
        read_document(path, ReadLimits())


@pytest.mark.faults("B17")
@pytest.mark.parametrize("suffix", ZIP_SUFFIXES)
def test_an_archive_inside_an_archive_is_refused(tmp_path: Path, suffix: str) -> None:
    inner = archive(tmp_path / "inner.zip", {"zeros": bytes(1_000_000)}).read_bytes()
    path = archive(tmp_path / f"outer.{suffix}", {"word/document.xml": b"<w/>", "word/inner.zip": inner})
    with refused_as("bomb", "another archive"):
        read_document(path, ReadLimits())


@pytest.mark.faults("B17")
def test_a_workbook_embedded_for_a_chart_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = archive(tmp_path / "chart.docx", {**members_of_good_docx(), "word/embeddings/sheet.xlsx": b"PK\x03\x04"})
    assert read_document(path, ReadLimits()).pages[0].text == "A good document."


@pytest.mark.faults("B18")
@pytest.mark.parametrize("suffix", ZIP_SUFFIXES)
@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(BILLION_LAUGHS.encode(), id="billion laughs"),
        pytest.param(BILLION_LAUGHS.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"), id="in UTF-16"),
        pytest.param(EXTERNAL_ENTITY.encode(), id="file of this machine"),
        pytest.param(PARAMETER_ENTITY.encode(), id="parameter entity"),
        pytest.param(EXTERNAL_ENTITY.replace("file:///etc/passwd", "http://127.0.0.1:9/").encode(), id="network"),
    ],
)
@pytest.mark.parametrize("member", ["word/document.xml", "META-INF/container.xml", "word/renamed.bin"])
def test_entities_in_any_member_are_refused(tmp_path: Path, suffix: str, xml: bytes, member: str) -> None:
    path = archive(tmp_path / f"entities.{suffix}", {"[Content_Types].xml": b"<Types/>", member: xml})
    with refused_as("bomb", "entities"):
        read_document(path, ReadLimits())


@pytest.mark.faults("B18")
@pytest.mark.parametrize("xml", [BILLION_LAUGHS, EXTERNAL_ENTITY, PARAMETER_ENTITY])
def test_entities_in_a_plain_xml_file_are_refused(tmp_path: Path, xml: str) -> None:
    path = tmp_path / "entities.xml"
    path.write_text(xml)
    with refused_as("bomb", "entities"):
        read_document(path, ReadLimits())


@pytest.mark.faults("B18")
def test_a_chapter_that_declares_its_document_type_is_read(tmp_path: Path) -> None:
    xhtml = (
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" '
        b'"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"><html><body><p>Caf&eacute;</p></body></html>'
    )
    with open_container(archive(tmp_path / "book.epub", {"chapter.xhtml": xhtml})) as opened:
        assert opened.namelist() == ["chapter.xhtml"]


@pytest.mark.faults("B19")
@pytest.mark.parametrize("suffix", ZIP_SUFFIXES)
@pytest.mark.parametrize(
    "name", ["../../x", "word/../../x", "/etc/cron.d/x", "..\\..\\x", "C:\\x", "word\\..\\..\\..\\x"]
)
def test_members_outside_the_folder_are_refused(tmp_path: Path, suffix: str, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = archive(folder / f"slip.{suffix}", {name: b"x"})
    with refused_as("bomb", "outside its folder"):
        read_document(path, ReadLimits())
    assert sorted(tmp_path.rglob("*")) == [folder, path]


@pytest.mark.parametrize(
    ("damage", "category"),
    [
        pytest.param(lambda data: data[: len(data) // 2], "damaged", id="cut in half"),
        pytest.param(lambda data: data[:2_000] + bytes(200) + data[2_200:], "damaged", id="zeros in the middle"),
        pytest.param(lambda data: b"PK\x03\x04" + bytes(1_000), "damaged", id="only the first bytes are right"),
        pytest.param(
            lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
            id="with a password",
        ),
        pytest.param(lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "type_mismatch", id="old .doc"),
    ],
)
def test_a_damaged_archive_has_a_category(tmp_path: Path, damage: Callable[[bytes], bytes], category: str) -> None:
    good = archive(tmp_path / "good.docx", members_of_good_docx())
    path = tmp_path / "bad.docx"
    path.write_bytes(damage(good.read_bytes()))
    with refused_as(category):
        read_document(path, ReadLimits())


def test_xml_without_a_root_is_damaged() -> None:
    with refused_as("damaged"):
        parse_xml(io.BytesIO(b""))


def members_of_good_docx() -> dict[str, bytes]:
    """What python-docx writes for a document of one sentence."""
    stream = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("A good document.")
    document.save(stream)
    with zipfile.ZipFile(stream) as file:
        return {name: file.read(name) for name in file.namelist()}


def declare_size(path: Path, size: int) -> Path:
    """The directory says that the only member unpacks to `size` bytes, and fits so well as to be no wonder."""
    data = bytearray(path.read_bytes())
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 20 : entry + 24] = (size // 50).to_bytes(4, "little")
    data[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    path.write_bytes(bytes(data))
    return path


def many_members(count: int, declared: int | None = None) -> bytes:
    """An archive of empty members, written by hand as `zipfile` takes seconds for 100,000."""
    head = b"PK\x03\x04\x14" + bytes(21) + (6).to_bytes(2, "little") + bytes(2)
    entry = b"PK\x01\x02\x14\x00\x14" + bytes(21) + (6).to_bytes(2, "little") + bytes(16)
    names = [f"{number:06x}".encode() for number in range(count)]
    members = b"".join(head + name for name in names)
    directory = b"".join(
        entry[:42] + (place * (len(head) + 6)).to_bytes(4, "little") + name for place, name in enumerate(names)
    )
    shown = min(declared or count, 0xFFFF).to_bytes(2, "little")
    end = b"PK\x05\x06" + bytes(4) + shown + shown
    return (
        members + directory + end + len(directory).to_bytes(4, "little") + len(members).to_bytes(4, "little") + b"\0\0"
    )
