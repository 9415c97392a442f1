"""Days and times, which a sheet keeps as numbers of days, as its format shows them. Pure."""

import datetime
from collections.abc import Sequence

DATE_LETTERS = "ymdhsaegb"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE_WEEKDAYS = "一二三四五六日"
_DAY_ZERO = datetime.datetime(1899, 12, 30)
_DAYS_TO_1904 = 1_462
_FALSE_LEAP_DAY = 60  # Excel counts a 29 February 1900
_SECONDS_A_DAY = 86_400
_BUDDHIST_YEARS = 543

Token = tuple[str, str]


def date_text(value: float, tokens: Sequence[Token], *, is_1904: bool) -> str:
    """The moment in the form that the tokens describe. Raises `ValueError` or `OverflowError` for no such day."""
    if value < 0 and not any(kind == "elapsed" for kind, _ in tokens):
        raise ValueError("before the first day")
    digits = _second_digits(tokens)
    moment = _moment(abs(value), digits, is_1904=is_1904)
    seconds = round(abs(value) * _SECONDS_A_DAY * 10**digits) / 10**digits
    has_halves = any(kind == "half" for kind, _ in tokens)
    text = "-" if value < 0 else ""
    place = 0
    while place < len(tokens):
        kind, part = tokens[place]
        if kind == "elapsed":
            text += _elapsed(seconds, part.lower())
        elif kind == "date":
            text += _part(moment, part.lower(), is_minute=_is_minute(tokens, place), has_halves=has_halves)
        elif kind == "half":
            text += _half(part, moment.hour)
        elif kind == "point" and digits and place + 1 < len(tokens) and tokens[place + 1][0] == "digit":
            text += f".{round(moment.microsecond / 10 ** (6 - digits)):0{digits}d}"
            place += digits
        else:
            text += part if kind in ("literal", "slash", "point", "comma", "percent") else ""
        place += 1
    return text


def _moment(value: float, digits: int, *, is_1904: bool) -> datetime.datetime:
    """Rounded to what is shown, so that 23:59:59.9999 is no 23:59."""
    days = value + _DAYS_TO_1904 if is_1904 else value
    if not is_1904 and 0 < int(days) < _FALSE_LEAP_DAY:
        days += 1
    whole = int(days)
    microseconds = round((days - whole) * _SECONDS_A_DAY * 10**digits) * 10 ** (6 - digits)
    return _DAY_ZERO + datetime.timedelta(days=whole, microseconds=microseconds)


def _second_digits(tokens: Sequence[Token]) -> int:
    """How many digits of seconds are shown behind the point, 0 to 6."""
    for place, (kind, _) in enumerate(tokens):
        if kind == "point":
            count = 0
            while place + 1 + count < len(tokens) and tokens[place + 1 + count][0] == "digit":
                count += 1
            return min(count, 6)
    return 0


def _elapsed(seconds: float, unit: str) -> str:
    amount = int(seconds // {"h": 3_600, "m": 60, "s": 1}[unit[0]])
    return f"{amount:0{len(unit)}d}"


def _is_minute(tokens: Sequence[Token], place: int) -> bool:
    """ "m" is a minute beside hours or seconds, else a month."""
    if tokens[place][1][0].lower() != "m" or len(tokens[place][1]) > 2:
        return False
    before = [text for kind, text in tokens[:place] if kind in ("date", "elapsed")]
    after = [text for kind, text in tokens[place + 1 :] if kind in ("date", "elapsed")]
    return bool(before and before[-1][0].lower() == "h") or bool(after and after[0][0].lower() == "s")


def _part(moment: datetime.datetime, letters: str, *, is_minute: bool, has_halves: bool) -> str:
    kind, count = letters[0], len(letters)
    if kind == "m" and not is_minute:
        return _named(_MONTHS[moment.month - 1], moment.month, count)
    if kind == "d":
        return _named(_WEEKDAYS[moment.weekday()], moment.day, count)
    if kind == "y":
        return f"{moment.year % 100:02d}" if count <= 2 else f"{moment.year:04d}"
    if kind == "a":
        return ("星期" if count == 4 else "") + _CHINESE_WEEKDAYS[moment.weekday()]
    if kind in "eb":
        return str(moment.year + (_BUDDHIST_YEARS if kind == "b" else 0))
    if kind == "g":
        return ""
    hour = (moment.hour % 12 or 12) if has_halves else moment.hour
    number = {"h": hour, "m": moment.minute, "s": moment.second}[kind]
    return f"{number:0{min(count, 2)}d}"


def _named(name: str, number: int, count: int) -> str:
    if count >= 5:
        return name[0]
    return name if count == 4 else name[:3] if count == 3 else f"{number:0{count}d}"


def _half(form: str, hour: int) -> str:
    morning, _, evening = form.partition("/")
    return morning if hour < 12 else evening
