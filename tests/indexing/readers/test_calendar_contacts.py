"""Calendars and address cards: folded lines, escapes, old codings."""

from pathlib import Path

from indexing.documents import ParsedDocument, ReadLimits
from indexing.readers import read_document
from tests.indexing.samples import saved

EVENTS = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:Harbour
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Oslo
BEGIN:STANDARD
DTSTART:19701025T030000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
SUMMARY:Dredging\\, north quay
DTSTART;TZID=Europe/Oslo:20240603T090000
DTEND;TZID=Europe/Oslo:20240603T113000
LOCATION:Gate 7\\; shed B
ORGANIZER;CN="Dahl, Signe":mailto:signe@example.org
ATTENDEE;CN=Per;PARTSTAT=ACCEPTED:mailto:per@example.org
ATTENDEE:mailto:ida@example.org
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20241231T000000Z
EXDATE:20240617T090000
DESCRIPTION:Bring helmets.\\nThe crane is
  away.
BEGIN:VALARM
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
BEGIN:VTODO
SUMMARY:Pay the fee
DUE;VALUE=DATE:20240701
END:VTODO
END:VCALENDAR
"""
CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Dahl;Signe;;Dr.;\r\nFN:Dr. Signe Dahl\r\nORG:Harbour Ltd;Night watch\r\n"
    "TEL;TYPE=WORK,VOICE:+47 5550 1\r\nitem1.EMAIL;type=INTERNET;type=pref:signe@example.org\r\n"
    "ADR;TYPE=HOME:;;Quay 4\\, shed B;Bergen;;5003;Norway\r\nNOTE:Speaks Norwegian\\nand Dutch\r\n"
    "PHOTO;ENCODING=b:AAAA\r\n"
    " BBBB\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:2.1\r\n"
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=98stby;P=C3=A5l\r\n"
    "TEL;CELL:5550 2\r\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:long line=\r\n goes on\r\nEND:VCARD\r\n"
)


def read(path: Path) -> ParsedDocument:
    return read_document(path, ReadLimits())


def test_a_calendar_says_what_when_where_and_who(tmp_path: Path) -> None:
    document = read(saved(tmp_path / "harbour.ics", EVENTS.replace("\n", "\r\n")))
    assert document.title == "Harbour"
    assert [heading.text for heading in document.headings] == ["Dredging, north quay", "Pay the fee"]
    assert document.pages[0].text == (
        "Dredging, north quay\nInvitation: event\nWhen: 2024-06-03 09:00 – 2024-06-03 11:30 (Europe/Oslo)\n"
        "Repeats: every 2 weeks on Monday, Thursday, until 2024-12-31 00:00 UTC\nNot on: 2024-06-17 09:00\n"
        "Where: Gate 7; shed B\nOrganizer: Dahl, Signe <signe@example.org>\n"
        "Attendees: Per <per@example.org> (accepted); ida@example.org\n\nBring helmets.\nThe crane is away.\n\n"
        "Pay the fee\nInvitation: task\nDue: 2024-07-01"
    )


def test_whole_days_end_with_their_last_one(tmp_path: Path) -> None:
    lines = "BEGIN:VEVENT\nSUMMARY:Fair\nDTSTART;VALUE=DATE:20240630\nDTEND;VALUE=DATE:{}\nEND:VEVENT\n"
    assert (
        "When: 2024-06-30 – 2024-07-02\n"
        in f"{read(saved(tmp_path / 'a.ics', lines.format('20240703'))).pages[0].text}\n"
    )
    assert read(saved(tmp_path / "b.ics", lines.format("20240701"))).pages[0].text.endswith("When: 2024-06-30")


def test_a_calendar_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    document = read(saved(tmp_path / "cut.ics", EVENTS[: EVENTS.index("EXDATE")]))
    assert "Where: Gate 7; shed B" in document.pages[0].text


def test_address_cards_of_all_versions(tmp_path: Path) -> None:
    document = read(saved(tmp_path / "people.vcf", CARDS))
    assert document.pages[0].text == (
        "Dr. Signe Dahl\nOrganisation: Harbour Ltd, Night watch\nTelephone (work): +47 5550 1\n"
        "Mail: signe@example.org\n"
        "Address (home): Quay 4, shed B, Bergen, 5003, Norway\nNote: Speaks Norwegian\nand Dutch\n\n"
        "Pål Østby\nTelephone (cell): 5550 2\nNote: long line goes on"
    )
