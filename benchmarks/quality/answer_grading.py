"""Whether an answer holds what was asked for: texts are compared with one spelling for each number. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

Grade = Literal["right", "partly", "wrong", "refused"]

_LEAST_SHARE = {"whole": 0.7}
"""Of the points of an answer, how many must be there: all, but for questions about a whole document."""

_WRITTEN_NUMBERS = """
zero null zéro cero / one ein eine einen einem einer un une una uno / two zwei deux dos / three drei trois tres
/ four vier quatre cuatro / five fünf cinq cinco / six sechs seis / seven sieben sept siete / eight acht huit ocho
/ nine neun neuf nueve / ten zehn dix diez / eleven elf onze once / twelve zwölf douze doce / thirteen dreizehn treize
trece / fourteen vierzehn quatorze catorce / fifteen fünfzehn quinze quince
"""
_NUMBERS = {word: str(number) for number, group in enumerate(_WRITTEN_NUMBERS.split("/")) for word in group.split()} | {
    "twenty": "20", "zwanzig": "20", "veinte": "20", "twenty-one": "21", "twenty-four": "24", "thirty": "30",
    "dreißig": "30", "treinta": "30", "trente": "30", "forty-five": "45", "sixty": "60", "ninety": "90",
}  # fmt: skip
_HAN = {sign: number for number, sign in enumerate("〇一二三四五六七八九")} | {"两": 2, "兩": 2, "零": 0}
_TRADITIONAL = str.maketrans(
    "個證冊圖書遺損購買賠償無時價輕館區續約過數罰錢飲帶倍開畫點間內學費應將電單導還號樓寫這與員週訂長辦見會後業務專門規則當條類",
    "个证册图书遗损购买赔偿无时价轻馆区续约过数罚钱饮带倍开画点间内学费应将电单导还号楼写这与员周订长办见会后业务专门规则当条类",
)
_HAN_NUMBER = re.compile(
    r"[一二三四五六七八九两兩]?[十百千][一二三四五六七八九十百千]*"
    r"|[一二三四五六七八九两兩](?=[个天日年次元本册件小只份成点条月项周位])"
)
_HAN_PERCENT = re.compile(r"百分之([一二三四五六七八九十百]+|\d+)")
_CLOCK = re.compile(r"(\d+)\s*(?:uhr|h|点|时)(?![a-z0-9])")
_PERCENT = re.compile(r"\s*(?:percent|prozent|por ciento|pour cent|per cent)")
_SEPARATED_THOUSANDS = re.compile(r"(?<=\d)[,.'\u202f](?=\d{3}(?!\d))|(?<=(?<!\w)\d) (?=\d{3}(?!\d))")
_CITATION = re.compile(r"\s*\[\d{1,2}\]")


def normalised(text: str) -> str:
    """The text without case, blanks and quotation marks, with one spelling for each number."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_TRADITIONAL)
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    text = _SEPARATED_THOUSANDS.sub("", text)
    text = re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", ".", text)
    text = _HAN_PERCENT.sub(lambda match: f"{match[1] if match[1].isdigit() else _han_number(match[1])}%", text)
    text = _HAN_NUMBER.sub(lambda match: _han_number(match[0]), text)
    text = re.sub(r"[a-zà-ÿ]+(?:-[a-zà-ÿ]+)?", lambda match: _NUMBERS.get(match[0], match[0]), text)
    text = _PERCENT.sub("%", _CLOCK.sub(r"\1:00", text))
    text = re.sub(r"(?<=\d)[\s|*]+(?=\d)", "·", text)  # two numbers stay two
    return re.sub(r"[\s*_`\"“”„'’|]+", "", text)


def holds(answer: str, variant: str) -> bool:
    """Whether the normalised answer holds the variant, and not only as a part of a longer number."""
    wanted = normalised(variant)
    before = r"(?<!\d)(?<!\d\.)" if wanted[:1].isdigit() else ""
    after = r"(?!\d)(?!\.\d)" if wanted[-1:].isdigit() else ""
    return bool(wanted) and re.search(before + re.escape(wanted) + after, answer) is not None


def grade(answer: str, refused: bool, points: Sequence[Sequence[str]], kind: str = "") -> Grade:
    """How the answer does. `points`: what it must say, each in any of its variants; none where nothing answers."""
    if not points:
        return "refused" if refused else "wrong"
    said = normalised(without_citations(answer))
    share = sum(any(holds(said, variant) for variant in point) for point in points) / len(points)
    if share >= _LEAST_SHARE.get(kind, 1.0):
        return "right"
    if refused:
        return "refused"
    return "partly" if share else "wrong"


def without_citations(answer: str) -> str:
    """The answer without its [1]."""
    return _CITATION.sub("", answer)


def _han_number(written: str) -> str:
    total = 0
    for sign, value in (("千", 1000), ("百", 100), ("十", 10)):
        if sign in written:
            count, written = written.split(sign, 1)
            total += value * _HAN.get(count or "一", 1)
    return str(total + (_HAN.get(written.lstrip("零"), 0) if written else 0))
