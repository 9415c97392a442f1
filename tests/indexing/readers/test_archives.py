"""Files that hold files: archives, mail boxes, saved web pages. Each part is read by its own reader, within limits."""

import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document
from tests.indexing.samples import pdf, saved


def archive(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def read(path: Path, content: bytes, limits: ReadLimits | None = None) -> ParsedDocument:
    return read_document(saved(path, content), limits or ReadLimits())


def pages(document: ParsedDocument) -> dict[str | None, str]:
    return {page.label: page.text for page in document.pages}


class TestZip:
    def test_members_are_read_by_their_kind(self, tmp_path: Path) -> None:
        content = archive(
            {
                "notes/b.txt": "Second.",
                "a.pdf": pdf(["One.", "Two."]),
                "fees.csv": "a,b\n1,2\n",
                "__MACOSX/notes/._b.txt": "hidden",
                "notes/.draft.txt": "hidden",
                "tool.exe": b"MZ",
                "bad.docx": b"PK\x03\x04 no",
            }
        )
        document = read(tmp_path / "box.zip", content)
        assert pages(document) == {
            "box.zip › a.pdf, p. 1": "One.",
            "box.zip › a.pdf, p. 2": "Two.",
            "box.zip › fees.csv": "a,b\n1,2",
            "box.zip › notes/b.txt": "Second.",
        }
        assert document.notes[0].startswith("bad.docx was not read: ")
        assert document.notes[1] == "1 files in it are of kinds that are not read: .exe"
        assert document.pages[0].remarks == document.notes

    def test_archives_and_mails_within_are_opened_too(self, tmp_path: Path) -> None:
        mail = EmailMessage()
        mail["Subject"] = "Inner"
        mail.set_content("See.")
        mail.add_attachment("Deep words.", filename="deep.txt")
        content = archive({"in/inner.zip": archive({"x/y.md": "# Inside"}), "m.eml": mail.as_bytes()})
        found = pages(read(tmp_path / "box.zip", content))
        assert found["box.zip › in/inner.zip › x/y.md"] == "# Inside"
        assert found["box.zip › m.eml › deep.txt"] == "Deep words."

    def test_depth_is_bounded(self, tmp_path: Path) -> None:
        content = archive({"core.txt": "Core."})
        for number in range(8):
            content = archive({f"{number}.zip": content, "beside.txt": f"Level {number}."})
        document = read(tmp_path / "box.zip", content)
        assert "Level 7." in pages(document).values()
        assert "Core." not in pages(document).values()
        assert any("too deep" in note for note in document.notes)

    @pytest.mark.parametrize(
        "members",
        [
            pytest.param({"zeros.txt": bytes(30_000_000)}, id="packed a thousand times"),
            pytest.param({"../../x.txt": b"x"}, id="out of the folder"),
            pytest.param({f"{n}.txt": b"x" for n in range(1_100)}, id="too many"),
        ],
    )
    @pytest.mark.faults("B17")
    def test_what_is_made_to_harm_is_refused(self, tmp_path: Path, members: dict[str, bytes]) -> None:
        with pytest.raises(ParseFailure) as caught:
            read(tmp_path / "box.zip", archive(members))
        assert caught.value.category == "bomb"

    def test_a_bomb_within_costs_no_other(self, tmp_path: Path) -> None:
        content = archive({"bomb.zip": archive({"zeros.txt": bytes(30_000_000)}), "a.txt": "Good."})
        document = read(tmp_path / "box.zip", content)
        assert [page.text for page in document.pages] == ["Good."]
        assert "bomb.zip was not read" in document.notes[0]

    def test_pages_are_bounded(self, tmp_path: Path) -> None:
        content = archive({f"{n}.txt": f"Text {n}." for n in range(9)})
        document = read(tmp_path / "box.zip", content, ReadLimits(pages=4))
        assert len(document.pages) == 4
        assert len(document.notes) == 5

    def test_names_of_old_programs_are_read(self, tmp_path: Path) -> None:
        name = "港口管理规定与上年工作报告.txt"
        plain = archive({"x" * len(name.encode("gbk")): "Text."})
        content = plain.replace(b"x" * len(name.encode("gbk")), name.encode("gbk"))
        assert read(tmp_path / "box.zip", content).pages[0].label == f"box.zip › {name}"

    @pytest.mark.parametrize(
        ("content", "category"),
        [
            pytest.param(archive({}), "empty", id="nothing in it"),
            pytest.param(archive({"a.exe": b"MZ"}), "no_text", id="nothing to be read"),
            pytest.param(archive({"a.txt": b"text"})[:-30], "damaged", id="cut off"),
        ],
    )
    def test_without_text_it_says_why(self, tmp_path: Path, content: bytes, category: str) -> None:
        with pytest.raises(ParseFailure) as caught:
            read(tmp_path / "box.zip", content)
        assert caught.value.category == category

    def test_nothing_is_left_on_the_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
        (tmp_path / "t" / "pagewise-part-999999999-x").mkdir(parents=True)
        (tmp_path / "t" / f"pagewise-part-{os.getppid()}-x").mkdir()
        read(tmp_path / "box.zip", archive({"a.txt": "x"}))
        left = [folder.name for folder in (tmp_path / "t").iterdir()]
        assert left == [f"pagewise-part-{os.getppid()}-x"]


class TestMbox:
    BOX = (
        "From a@example.org Mon Jun  3 10:00:00 2024\nFrom: a@example.org\nSubject: Crane\n\nIt weighs 6 tonnes.\n"
        "From here on it is quiet.\n\n>From 2019 to 2024.\n\n"
        "From b@example.org Tue Jun  4 10:00:00 2024\nSubject: Crane\n\nSold.\n\n"
        "From c@example.org Wed Jun  5 10:00:00 2024\nSubject: Plan\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nSee.\n--x\n"
        'Content-Type: text/plain\nContent-Disposition: attachment; filename="plan.txt"\n\nStart in May.\n--x--\n\n'
    )

    def test_mails_are_pages(self, tmp_path: Path) -> None:
        found = pages(read(tmp_path / "box.mbox", self.BOX.encode()))
        assert list(found) == [
            "box.mbox › Crane",
            "box.mbox › Crane (2)",
            "box.mbox › Plan",
            "box.mbox › Plan › plan.txt",
        ]
        assert found["box.mbox › Crane"] == (
            "From: a@example.org\nSubject: Crane\n\nIt weighs 6 tonnes.\nFrom here on it is quiet.\n\n"
            "From 2019 to 2024."
        )
        assert found["box.mbox › Plan › plan.txt"] == "Start in May."

    def test_beyond_the_limit_mails_are_counted(self, tmp_path: Path) -> None:
        document = read(tmp_path / "box.mbox", self.BOX.encode(), ReadLimits(pages=1))
        assert len(document.pages) == 1
        assert document.notes[-1].startswith("the last 2 mails were not read")

    def test_a_box_without_mails_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(ParseFailure, match="type_mismatch"):
            read(tmp_path / "box.mbox", b"Only words.")


def test_a_saved_web_page(tmp_path: Path) -> None:
    content = (
        "From: <Saved by a browser>\nSubject: =?utf-8?Q?Caf=C3=A9?=\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="x"\n\n--x\nContent-Type: text/html\n'
        "Content-Transfer-Encoding: quoted-printable\nContent-Location: https://example.org/\n\n"
        "<html><head><meta charset=3Dutf-8></head><body><nav>Menu</nav><h1>Caf=C3=A9</h1>"
        "<p>Opens at =\nsix.</p></body></html>\n"
        "--x\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n--x\nContent-Type: text/html\n"
        "Content-Location: cid:frame\n\n<title>Map</title><p>North is up.</p>\n--x--\n"
    )
    document = read(tmp_path / "page.mhtml", content.encode())
    assert document.title == "Café"
    assert pages(document) == {
        None: "Café\n\nOpens at six.",
        "around the text": "Menu",
        "page.mhtml › Map": "North is up.",
    }
