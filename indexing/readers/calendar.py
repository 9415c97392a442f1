"""Calendars and invitations: what happens when and where, and who is asked."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from indexing.cleaning.text import clean_text
from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers.content_lines import Component, ContentLine, components
from indexing.readers.encoding import read_text
from indexing.readers.sections import TextHeading, sectioned_document
from storage.messages import message

_KINDS = {"VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Journal"}
_METHODS = {"REQUEST": "Invitation", "CANCEL": "Cancellation", "REPLY": "Reply to an invitation"}
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?")
_UNITS = ("week", "day", "hour", "minute")
_DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
         "SU": "Sunday"}  # fmt: skip
_FREQUENCIES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}


def read(path: Path, limits: ReadLimits) -> ParsedDocument:
    """An event for each heading, in the order of the file. The title is the calendar's name."""
    outer = components(read_text(path, limits))
    calendars = [each for each in outer if each.name == "VCALENDAR"] or [Component("VCALENDAR", components=outer)]
    text, headings = "", []
    for calendar in calendars:
        method = _METHODS.get(calendar.text("METHOD").upper())
        for event in (each for each in calendar.components if each.name in _KINDS):
            lines = clean_text("\n".join(_lines(event, method)))
            headings.append(TextHeading(len(text), 1, lines.partition("\n")[0]))
            text += f"{lines}\n\n"
    if not text:
        raise ParseFailure("empty", message("the calendar has no events; fill it or remove it"))
    name = calendars[0].text("X-WR-CALNAME") or (headings[0].text if len(headings) == 1 else None)
    return sectioned_document(name, text.rstrip(), headings)


def _lines(event: Component, method: str | None) -> Iterator[str]:
    yield event.text("SUMMARY") or _KINDS[event.name]
    yield f"{method}: {_KINDS[event.name].lower()}" if method else _KINDS[event.name]
    yield from _when(event)
    for name, title in (("LOCATION", "Where"), ("STATUS", "Status"), ("PRIORITY", "Priority"), ("URL", "Address")):
        if value := event.text(name):
            yield f"{title}: {' '.join(value.split())}"
    for line in event.all("ORGANIZER"):
        yield f"Organizer: {_person(line)}"
    people = [_person(line) for line in event.all("ATTENDEE")]
    if people:
        yield f"Attendees: {'; '.join(people)}"
    if categories := ", ".join(line.text for line in event.all("CATEGORIES")):
        yield f"Categories: {categories}"
    for name in ("DESCRIPTION", "COMMENT"):
        for line in event.all(name):
            yield f"\n{line.text}"


def _when(event: Component) -> Iterator[str]:
    start, end = event.first("DTSTART"), event.first("DTEND")
    if start:
        until = f" – {_last(end)}" if end and _last(end) != _time(start) else ""
        lasting = f", for {_duration(event.text('DURATION'))}" if event.first("DURATION") else ""
        zone = start.parameters.get("TZID", "")
        yield f"When: {_time(start)}{until}{lasting}{f' ({zone})' if zone else ''}"
    if due := event.first("DUE"):
        yield f"Due: {_time(due)}"
    for rule in event.all("RRULE"):
        yield f"Repeats: {_rule(rule.value)}"
    for name, title in (("RDATE", "Also on"), ("EXDATE", "Not on")):
        for line in event.all(name):
            yield f"{title}: {', '.join(map(_shown_time, line.value.split(',')))}"


def _time(line: ContentLine) -> str:
    return _shown_time(line.value)


def _last(end: ContentLine) -> str:
    """When it ends; whole days are written with the day after the last."""
    match = _TIME.fullmatch(end.value.strip())
    if match and match.group(4) is None:
        with suppress(ValueError, OverflowError):
            return str(date(*map(int, match.groups()[:3])) - timedelta(days=1))
    return _time(end)


def _shown_time(value: str) -> str:
    match = _TIME.match(value.strip())
    if not match:
        return value.strip()
    year, month, day, hour, minute, _, is_utc = match.groups()
    clock = f" {hour}:{minute}" if hour else ""
    return f"{year}-{month}-{day}{clock}{' UTC' if is_utc else ''}"


def _duration(value: str) -> str:
    match = _DURATION.match(value.strip())
    counts = match.groups()[1:] if match else ()
    named = [
        f"{int(count)} {unit}{'s' * (int(count) != 1)}" for count, unit in zip(counts, _UNITS, strict=False) if count
    ]
    return " ".join(named) or value


def _rule(value: str) -> str:
    """ "every 2 weeks on Monday, Thursday, until 2024-12-31"; what is not known stays as it is written."""
    parts = dict(part.split("=", 1) for part in value.upper().split(";") if "=" in part)
    unit = _FREQUENCIES.get(parts.pop("FREQ", ""))
    if unit is None:
        return value
    every = parts.pop("INTERVAL", "1")
    said = f"every {unit}" if every == "1" else f"every {every} {unit}s"
    if days := parts.pop("BYDAY", ""):
        said += f" on {', '.join(_day(day) for day in days.split(','))}"
    if count := parts.pop("COUNT", ""):
        said += f", {count} times"
    if until := parts.pop("UNTIL", ""):
        said += f", until {_shown_time(until)}"
    parts.pop("WKST", None)
    return said + "".join(f", {name.lower()} {rest}" for name, rest in parts.items())


def _day(code: str) -> str:
    name = _DAYS.get(code[-2:], code[-2:])
    return f"{name} number {code[:-2]}" if len(code) > 2 else name


def _person(line: ContentLine) -> str:
    address = re.sub("^mailto:", "", line.value.strip(), flags=re.IGNORECASE)
    name = line.parameters.get("CN", "")
    answer = line.parameters.get("PARTSTAT", "").replace("-", " ").lower()
    shown = f"{name} <{address}>" if name and name != address else address
    return f"{shown} ({answer})" if answer and answer != "needs action" else shown
