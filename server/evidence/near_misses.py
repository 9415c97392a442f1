"""A name is a name: R1 is not R1-Zero, V3 not V3.2, Elm not Little Elm, 2024 not 2025, buyer not seller. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from storage.words.folding import folded

_SUFFIX = re.compile(r"[-‐‑–/+_·]([^\W_]+)|(?<=\d)[.,](\d+)|(?<=\d)([A-Za-z]{1,2})(?![^\W_])")
_SAME_SUFFIXES = frozenset(
    (
        *("based", "like", "style", "trained", "series", "level", "class", "type", "shaped", "powered", "specific"),
        *("free", "related", "only", "compatible", "ready", "generated", "size", "sized", "year", "day", "s", "es"),
    )
)
_VARIANT = re.compile(
    r"[ \t]?(?:Pro|Max|Plus|Mini|Ultra|Lite|Zero|Turbo|Air|Nano|Micro|XL|XS|SE|FE|Base|Instruct|Distill|Preview"
    r"|Premium"
    r"|Extra|Junior|Senior|II|III|IV|专业版|标准版|旗舰版|增强版|青春版)(?![^\W_])"
)
_PREFIX = re.compile(
    r"(?<![^\W_])(?:Little|New|Upper|Lower|Klein|Groß|Neu|Ober|Unter|Petite?|Nouve(?:au|lle)|Nuev[oa]|Alto|Alta)[ -]$"
)
_CODE = re.compile(r"(?<![^\W_])(?P<kind>[A-Z]{1,4})[-‐‑– ]?(?P<number>\d{1,5})(?![^\W_]|[.,]\d)")
_EDITION = re.compile(
    r"(?<![^\W_])(?:v|ver|version|versión|versão|edition|édition|edición|edição|ausgabe|auflage|rev|revision|release)"
    r"[-._ ]?(?P<number>\d+(?:\.\d+)*)(?![^\W_])"
    r"|(?P<han>\d+(?:\.\d+)*|[一二三四五六七八九十]+)(?:版(?!本)|期(?![限间間])(?!\d))",
    re.IGNORECASE,
)
_BRANCH = re.compile(
    r"(?P<sign>\d+|[A-Z]|[\u4e00-\u9fff])(?P<kind>分馆|分店|分部|分校|校区|园区|厂区|号楼|号馆|号线|支行|航站楼|院区|食堂|展厅|车间|宿舍楼)"
)
_NO_BRANCH = frozenset("个各哪某本该这那的每所有在到去从和与及是")
_HAN_DIGITS = {sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)}
_COMPARES = re.compile(
    r"\b(?:from|upgrade|update|between|compared|than|enough|at least|minimum|besides|compatible|works? with|since"
    r"|before|after)\b",
    re.IGNORECASE,
)
_RANGE = r"\s*(?:to|bis|à|a|through|[-–—~]|至|到)\s*"
_OPPOSITES = """
buyer seller / landlord tenant / lessor lessee / employer employee / lender borrower / teacher student / parent child
/ doctor patient / customer supplier / client provider / insurer policyholder / sender recipient / host guest
/ import export / entry exit / arrival departure / minimum maximum / least most / first last / adults children
/ weekdays weekends / summer winter / morning evening / ordinary reduced / basic premium / standard premium
/ basic standard / inbound outbound / domestic international / upper lower / left right / indoor outdoor / new old
/ bronze silver / silver gold / bronze gold / economy business / monthly yearly / half whole / junior senior
/ hourly daily
/ käufer verkäufer / mieter vermieter / arbeitgeber arbeitnehmer / arrendador arrendatario / locataire bailleur
/ 买方 卖方 / 買方 賣方 / 甲方 乙方 / 出租人 承租人 / 出租方 承租方 / 房东 房客 / 雇主 雇员
/ 用人单位 劳动者 / 贷款人 借款人 / 老师 学生 / 家长 孩子 / 成人 儿童 / 最高 最低 / 最大 最小 / 最多 最少
/ 上午 下午 / 白天 夜间 / 工作日 节假日 / 夏季 冬季 / 夏天 冬天 / 夏装 冬装 / 夏天 冬装 / 冬天 夏装
/ 周票 月票 / 月票 年票
/ 基础版 高级版 / 标准版 专业版 / 普通 高级 / 国内 国际 / 进口 出口 / 入口 出口 / 室内 室外
/ 左侧 右侧 / 首次 末次
/ 金卡 银卡 / 一等 二等 / 一级 二级 / 二级 三级 / 单程 往返 / 月卡 年卡 / 本科生 研究生 / 全职 兼职 / 多层 高层
"""

_KINDS = """
english german french spanish italian portuguese dutch chinese japanese korean russian arabic polish turkish
/ englisch deutsch französisch spanisch italienisch portugiesisch niederländisch chinesisch japanisch russisch polnisch
/ anglais allemand français espagnol italien portugais néerlandais chinois japonais russe
/ inglés alemán francés español italiano portugués chino japonés ruso
/ 英语 德语 法语 西班牙语 意大利语 日语 韩语 俄语 / 英文 德文 法文 中文 日文
/ red blue green yellow orange purple grey black white pink brown / rote blaue grüne gelbe graue schwarze weiße
/ rouge bleu vert jaune gris noir blanc / rojo azul verde amarillo gris negro blanco
/ 红色 蓝色 绿色 黄色 黑色 白色 灰色 橙色
/ 猫 狗 兔 / 猫 犬 兔
"""
"""Languages, colours and animals: of each kind the others are no answer where one is asked for."""


def is_another_name(text: str, end: int, name: str) -> bool:
    """Whether a name that ends at this place in the text goes on there, and so is another one.

    `name` is the question's spelling of it. A date or a range is no other number.
    """
    if found := _SUFFIX.match(text, end):
        word, decimals, letters = found.groups()
        if decimals:
            return text[end] == "." or len(decimals) == 3
        if name.isdigit():
            return bool(letters and letters.isupper())
        return (word or letters).casefold() not in _SAME_SUFFIXES
    has_digit = any(sign.isdigit() for sign in name)
    return has_digit and not name.isdigit() and _VARIANT.match(text, end) is not None


def begins_before(question: str, text: str, start: int, name: str) -> bool:
    """Whether the name at this place in the text belongs to one that begins before: Little Elm where Elm is asked.

    Not where the question has the longer name somewhere too. Compass points make no other name: Korea is both of them.
    """
    if not name[:1].isupper() or not text[start : start + 1].isupper():
        return False
    found = _PREFIX.search(text[:start])
    return found is not None and f"{found.group()}{name}".casefold() not in question.casefold()


@lru_cache(maxsize=1024)
def names_another_code(name: str, text: str) -> bool:
    """Whether the text has a code like this one with another number, and not this one: LP-14 where LP-15 is asked for.

    A code is a few capitals and a number.
    """
    asked = _CODE.fullmatch(name)
    if asked is None:
        return False
    kind, number = re.escape(asked["kind"]), asked["number"].lstrip("0")
    if re.search(rf"(?<![A-Z]){kind}[-– ]?\d+{_RANGE}(?:{kind}[-– ]?)?\d+", text):  # a range may hold it
        return False
    others = {each["number"].lstrip("0") for each in _CODE.finditer(text) if each["kind"] == asked["kind"]}
    return bool(others) and not any(_is_same_number(number, other) for other in others)


def _is_same_number(one: str, other: str) -> bool:
    """Also of years: FY18 is FY2018."""
    return one == other or ({len(one), len(other)} == {2, 4} and (one.endswith(other) or other.endswith(one)))


def compares(question: str) -> bool:
    """Whether the question asks for what is from one version or level on, or beside it: another one may answer."""
    return _COMPARES.search(question) is not None


def is_another_edition(question: str, *texts: str) -> bool:
    """Whether the question names a version, an edition or a phase by its number, and these texts only another one."""
    asked, told = _editions(question), _editions("\n".join(texts))
    if len(asked) != 1 or not told or _COMPARES.search(question):
        return False
    return not any(_is_same_edition(one, other) for one in asked for other in told)


def names_edition(question: str, text: str) -> bool:
    """Whether the text names a version, an edition or a phase that the question names by its number."""
    asked = _editions(question)
    written_alone = (number for number in asked if "." in number)  # a bare 3 may count anything, 2.1 does not
    return any(re.search(rf"(?<![\d.]){re.escape(number)}(?!\.?\d)", text) for number in written_alone) or bool(
        asked & _editions(text)
    )


def _is_same_edition(one: str, other: str) -> bool:
    """2 is 2.0, and 3.1 is one of 3."""
    shorter, longer = sorted((one, other), key=len)
    return longer == shorter or longer.startswith(f"{shorter}.")


@lru_cache(maxsize=1024)
def _editions(text: str) -> frozenset[str]:
    numbers = (found["number"] or found["han"] for found in _EDITION.finditer(text))
    return frozenset(str(_HAN_DIGITS.get(number, number)) for number in numbers)


@lru_cache(maxsize=1)
def _by_word() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in _pairs():
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


def _pairs() -> Iterator[tuple[str, str]]:
    for group in _OPPOSITES.split("/"):
        if group.strip():
            one, other = group.split()
            yield one, other
            if one.isascii():
                yield f"{one}s", f"{other}s"
                yield one, f"{other}s"
    for kind in _KINDS.split("/"):
        yield from combinations(kind.split(), 2)


def is_another_branch(question: str, *texts: str) -> bool:
    """Whether the question names a branch or building in Chinese, and these texts only others: 河西分馆, 河东分馆."""
    asked = _branches(question)
    told = frozenset().union(*map(_branches, texts)) if asked else asked
    of_kind = {kind for _, kind in told}
    return any(kind in of_kind and (sign, kind) not in told for sign, kind in asked)


@lru_cache(maxsize=1024)
def _branches(text: str) -> frozenset[tuple[str, str]]:
    """Each by the sign before its kind, both simplified."""
    return frozenset(
        (found["sign"], found["kind"]) for found in _BRANCH.finditer(folded(text)) if found["sign"] not in _NO_BRANCH
    )


def opposites_asked(question: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The words of a question that have opposites, where it does not hold those as well."""
    return _opposites_asked(question.casefold())


@lru_cache(maxsize=256)
def _opposites_asked(question: str) -> tuple[tuple[str, frozenset[str]], ...]:
    found = []
    for word, others in _by_word().items():
        if holds_word(question, word) and not any(holds_word(question, other) for other in others):
            found.append((word, others))
    return tuple(found)


def holds_word(text: str, word: str) -> bool:
    """Whether the case-folded text holds the word as a whole one."""
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", text) is not None
