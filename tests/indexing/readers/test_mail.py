"""Mails with what came with them: forwarded mails, attachments, invitations, pages of HTML."""

import base64
import io
from email.message import EmailMessage
from pathlib import Path

import docx
import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document
from tests.indexing.recognising import Recogniser
from tests.indexing.samples import pdf, saved


def mail(subject: str, text: str = "") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = "signe@example.org", subject
    if text:
        made.set_content(text)
    return made


def read(folder: Path, content: EmailMessage | bytes, name: str = "mail.eml") -> ParsedDocument:
    return read_document(
        saved(folder / name, content if isinstance(content, bytes) else content.as_bytes()), ReadLimits()
    )


def pages(document: ParsedDocument) -> dict[str | None, str]:
    return {page.label: page.text for page in document.pages}


def word_file(text: str) -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


def test_attachments_are_read_by_their_kind(tmp_path: Path) -> None:
    made = mail("Lease", "See attached.")
    made.add_attachment(pdf(["The rent is 7,250.", "The deposit is 900."]), "application", "pdf", filename="lease.pdf")
    made.add_attachment(word_file("Keys: two."), "application", "octet-stream", filename="keys.docx")
    made.add_attachment("Weight: 6 tonnes.", filename="data.txt")
    made.add_attachment("a,b\n1,2\n", subtype="csv", filename="figures.csv")
    made.add_attachment(b"MZ\x90\x00 program", "application", "octet-stream", filename="tool.exe")
    document = read(tmp_path, made)
    assert pages(document) == {
        None: "From: signe@example.org\nSubject: Lease\n\nSee attached.\n\nAttachment: lease.pdf\n"
        "Attachment: keys.docx\nAttachment: data.txt\nAttachment: figures.csv\nAttachment: tool.exe",
        "mail.eml › lease.pdf, p. 1": "The rent is 7,250.",
        "mail.eml › lease.pdf, p. 2": "The deposit is 900.",
        "mail.eml › keys.docx": "Keys: two.",
        "mail.eml › data.txt": "Weight: 6 tonnes.",
        "mail.eml › figures.csv": "a,b\n1,2",
    }
    assert document.notes == ("1 files in it are of kinds that are not read: .exe",)
    assert document.pages[0].remarks == document.notes


def test_forwarded_mails_are_read_however_deep(tmp_path: Path) -> None:
    inner = mail("Crane offer", "We offer it for 91,000.")
    inner.add_attachment("Paint: green.", filename="colour.txt")
    middle = mail("Fwd: offer", "See below.")
    middle.add_attachment(inner)
    outer = mail("Fwd: Fwd", "Look.")
    outer.add_attachment(middle)
    outer.add_attachment(inner)
    found = pages(read(tmp_path, outer))
    assert "We offer it for 91,000." in str(found["mail.eml › Fwd: offer › Crane offer"])
    assert found["mail.eml › Fwd: offer › Crane offer › colour.txt"] == "Paint: green."
    assert found["mail.eml › Crane offer › colour.txt"] == "Paint: green."


def test_a_forwarded_mail_that_is_coded_is_read(tmp_path: Path) -> None:
    coded = base64.encodebytes(mail("Inner", "The gate opens at six.").as_bytes()).decode()
    raw = (
        "Subject: Outer\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{coded}\n--x--\n"
    )
    assert "The gate opens at six." in str(pages(read(tmp_path, raw.encode()))["mail.eml › Inner"])


def test_an_attached_mail_file_is_read(tmp_path: Path) -> None:
    made = mail("Outer", "See.")
    made.add_attachment(mail("Inner", "Six boats.").as_bytes(), "application", "octet-stream", filename="inner.eml")
    assert "Six boats." in str(pages(read(tmp_path, made))["mail.eml › inner.eml"])


def test_mails_nested_without_end_are_named(tmp_path: Path) -> None:
    made = mail("0", "Deepest words.")
    for number in range(1, 9):
        around = mail(str(number), "Text.")
        around.add_attachment(made)
        made = around
    document = read(tmp_path, made)
    assert len(document.pages) == 4
    assert "it lies too deep in other files" in document.notes[0]


def test_an_invitation_is_a_page(tmp_path: Path) -> None:
    made = mail("Invitation", "You are invited.")
    made.add_alternative("<p>You are <b>invited</b>.</p>", subtype="html")
    event = "BEGIN:VEVENT\nSUMMARY:Survey\nDTSTART:20240603T090000Z\nEND:VEVENT"
    event = f"BEGIN:VCALENDAR\nMETHOD:REQUEST\n{event}\nEND:VCALENDAR\n"
    made.add_alternative(event, subtype="calendar")
    found = pages(read(tmp_path, made))
    assert found["mail.eml › attachment.ics"] == "Survey\nInvitation: event\nWhen: 2024-06-03 09:00 UTC"
    assert str(found[None]).count("You are invited.") == 1


def test_a_mail_of_html_alone_is_what_it_shows(tmp_path: Path) -> None:
    made = mail("Prices")
    made.set_content(
        "<style>x</style><p>The fee is <s>30</s> 45.</p><table><tr><th>Day<th>Hours<tr><td>Mon<td>8–12</table>"
        "<img src='https://example.org/t.gif' width=1>",
        subtype="html",
    )
    page = read(tmp_path, made).pages[0]
    assert page.text.endswith("The fee is 45.\n\nDay | Hours\nMon | 8–12")
    assert page.remarks == ("struck out and left out: “30”",)


def test_a_plain_text_that_says_nothing_gives_way_to_the_page(tmp_path: Path) -> None:
    made = mail("News", "Your program cannot show this mail.")
    made.add_alternative(f"<h1>News</h1><p>The ferry starts in May. {'It is blue. ' * 30}</p>", subtype="html")
    page = read(tmp_path, made).pages[0]
    assert "The ferry starts in May." in page.text
    assert "cannot show" not in page.text


def test_a_wrong_or_missing_charset_is_seen_through(tmp_path: Path) -> None:
    text = "港口管理处规定，夜间靠泊须提前六小时申报，引航费每次九百八十元。"
    for charset, coded in (("gb2312", text.encode("gb18030")), ("us-ascii", text.encode()), ("x-no", text.encode())):
        raw = f"Subject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode()
        assert text in read(tmp_path, raw + coded).pages[0].text


def test_a_damaged_attachment_costs_no_other(tmp_path: Path) -> None:
    made = mail("Two", "Two files.")
    made.add_attachment(b"PK\x03\x04 broken", "application", "octet-stream", filename="a.docx")
    made.add_attachment("Fine.", filename="b.txt")
    document = read(tmp_path, made)
    assert pages(document)["mail.eml › b.txt"] == "Fine."
    assert document.notes[0].startswith("a.docx was not read: ")


def test_an_encrypted_mail_says_so(tmp_path: Path) -> None:
    raw = b"Subject: Secret\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIIB\n"
    assert read(tmp_path, raw).pages[0].remarks == ("its text is encrypted and was not read",)


def test_nothing_is_no_mail(tmp_path: Path) -> None:
    with pytest.raises(ParseFailure, match="empty"):
        read(tmp_path, b"\n\n")


def shown_picture(sentence: str) -> bytes:
    """A PNG of 640 by 640 pixels with a sentence on it."""
    page = FPDF(unit="pt", format=(320, 320))
    page.set_auto_page_break(False)
    page.add_page()
    page.set_font("Helvetica", size=16)
    page.text(20, 35, sentence)
    out = io.BytesIO()
    with pypdfium2.PdfDocument(bytes(page.output())) as document:
        document[0].render(scale=2).to_pil().convert("RGB").save(out, "PNG")
    return out.getvalue()


def mail_with_pictures() -> EmailMessage:
    made = mail("Berths")
    made.set_content('<p>See the board:</p><img src="cid:board"><img src="cid:dot">', subtype="html")
    dot = io.BytesIO()
    Image.new("RGB", (2, 2)).save(dot, "PNG")
    for name, picture in (("board", shown_picture("Berth seven is free on Monday")), ("dot", dot.getvalue())):
        made.add_related(picture, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")
    return made


def test_a_picture_within_the_text_is_read_where_ocr_is(tmp_path: Path, recogniser: Recogniser) -> None:
    document = recogniser.read(saved(tmp_path / "mail.eml", mail_with_pictures().as_bytes()))
    assert pages(document)["mail.eml › board.png"] == "Berth seven is free on Monday"
    assert document.pages[0].remarks == ("a picture within the text was not read: dot.png",)


def test_without_ocr_pictures_within_the_text_are_named(tmp_path: Path) -> None:
    document = read(tmp_path, mail_with_pictures())
    assert [page.label for page in document.pages] == [None]
    assert document.pages[0].remarks == (
        "a picture within the text was not read: board.png",
        "a picture within the text was not read: dot.png",
    )
