"""Numbers as office programs write them before list items: "iv", "(c)", "十二", "②". Pure."""

from collections.abc import Callable

_MOST = 5_000  # letters and Roman numbers grow with the number: a file may ask for a billion
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_CHINESE = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_HANGUL = "가나다라마바사아자차카타파하"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"


def formatted(value: int, form: str) -> str:
    """A number in one of Word's number formats; plain digits where the format is unknown."""
    if form in ("none", "bullet"):
        return ""
    write = _FORMATS.get(form)
    return write(value) if write is not None and 0 < value <= _MOST else str(value)


def _letters(value: int) -> str:
    """a … z, aa, bb …, as Word goes on after z."""
    return chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)


def _roman(value: int) -> str:
    text = ""
    for amount, letters in _ROMAN:
        text += letters * (value // amount)
        value %= amount
    return text


def _ordinal(value: int) -> str:
    suffix = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


def _chinese(value: int, digits: str = _CHINESE, units: str = "十百千") -> str:
    if value >= 10_000:
        return str(value)
    text = ""
    for place, digit in zip(range(len(str(value)) - 1, -1, -1), str(value), strict=True):
        if digit != "0":
            text += digits[int(digit)] + (units[place - 1] if place else "")
        elif text and not text.endswith("零") and value % 10 ** (place + 1):
            text += "零"
    return text.removeprefix("一") if 10 <= value < 20 and digits is _CHINESE else text


def _digit_by_digit(value: int) -> str:
    return "".join(_CHINESE[int(digit)] for digit in str(value))


def _from(letters: str) -> Callable[[int], str]:
    return lambda value: letters[(value - 1) % len(letters)]


def _circled(value: int) -> str:
    if value <= 20:
        return chr(0x2460 + value - 1)
    return chr(0x3251 + value - 21) if value <= 35 else str(value)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda value: f"{value:02d}",
    "lowerLetter": _letters,
    "upperLetter": lambda value: _letters(value).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda value: _roman(value).upper(),
    "ordinal": _ordinal,
    "numberInDash": lambda value: f"- {value} -",
    "decimalFullWidth": lambda value: str(value).translate(
        dict(zip(range(48, 58), "０１２３４５６７８９", strict=True))
    ),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda value: f"({value})",
    "decimalEnclosedFullstop": lambda value: f"{value}.",
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "koreanCounting": _chinese,
    "chineseLegalSimplified": lambda value: _chinese(value, _FORMAL, "拾佰仟"),
    "ideographDigital": _digit_by_digit,
    "japaneseDigitalTenThousand": _digit_by_digit,
    "taiwaneseDigital": _digit_by_digit,
    "ideographTraditional": _from(_STEMS),
    "ideographZodiac": _from(_BRANCHES),
    "aiueo": _from(_KATAKANA),
    "aiueoFullWidth": _from(_KATAKANA),
    "iroha": _from(_IROHA),
    "irohaFullWidth": _from(_IROHA),
    "ganada": _from(_HANGUL),
    "russianLower": _from(_RUSSIAN),
    "russianUpper": lambda value: _from(_RUSSIAN)(value).upper(),
}
