"""Words that tell two statements apart: what they are about, and whether they say yes or no. Data, and pure.

Of statements that hold different words of one group ("adults", "children") each speaks of something else.
"""

import re
from collections.abc import Set
from functools import lru_cache

from storage.words.english_stems import meaning_stem
from storage.words.scripts import IS_UNSPACED

_GROUPS = """
adult child children kid teenager student pupil pensioner senior apprentice resident visitor guest member nonmember
tenant landlord / buyer seller / hirer owner / employer employee / lender borrower / teacher parent
employee manager trainee intern director assistant executive volunteer contractor freelancer apprentice driver member
january february march april june july august september october november december
morning afternoon evening noon / first second third fourth last / minimum maximum / least most
basic standard premium plus pro business economy ordinary reduced / domestic international abroad foreign national
small medium large big / hour day week month year night trip person item / electric manual / hot cold
car motorcycle bicycle bike truck van lorry bus train ferry / entry exit arrival departure / single double
book film magazine tool instrument / cat dog bird horse / gross net / paper online digital / male female
kitchen bathroom bedroom cellar attic garage / north south east west upper lower ground
inside outside indoor outdoor / daily weekly monthly quarterly yearly annual hourly / breakfast lunch dinner
parttime fulltime permanent temporary / planned actual budgeted / ship plane train / import export / paid unpaid
red green blue yellow black white colour / parking locker storage room
erwachsene kind kinder schüler studierende rentner mitglied gast / mieter vermieter / käufer verkäufer
tag woche monat jahr stunde / arbeitgeber arbeitnehmer / mindestens höchstens / ermäßigt regulär normal
"""
_OCCASIONS = """
summer winter spring autumn saturday sunday monday tuesday wednesday thursday friday weekday weekend holiday night
sommer winter frühling herbst montag dienstag mittwoch donnerstag freitag samstag sonntag werktag wochenende feiertag
"""
_CHINESE_GROUPS = """
成人 儿童 学生 老人 老年人 会员 居民 访客 教师 家长 非会员 / 租客 承租人 出租人 房东 / 买方 卖方 / 甲方 乙方 / 雇主 雇员
经理 主管 员工 实习生 总监 志愿者 合同工 正式工 临时工
上午 下午 晚上 早上 中午 凌晨 / 首次 第一次 第二次 第三次 初次 再次
至少 最多 不少于 不超过 最低 最高 / 普通 高级 标准 豪华 基础 尊享 / 国内 国外 国际 境内 境外 / 小型 中型 大型
每小时 每天 每日 每周 每月 每年 每次 每人 每件 / 电动 手动 / 热水 冷水 / 汽车 摩托车 自行车 电动车 货车 轿车 / 入口 出口
图书 期刊 光盘 杂志 报纸 字典 工具 / 猫 狗 / 税前 税后 / 纸质 电子 / 男 女 / 厨房 浴室 卧室 地下室 车库 阳台
全职 兼职 / 早餐 午餐 晚餐 / 室内 室外 / 一楼 二楼 三楼 四楼 五楼 / 单人 双人 三人 / 进货 销售 / 去年 今年 明年
本科 硕士 博士 / 事假 病假 年假 年休假 婚假 产假 丧假 / 租金 押金 物业费 水费 电费 / 开始 结束 / 长期 短期
地面 地上 地下 / 主楼 东楼 西楼 南楼 北楼 副楼 / 小学 中学 高中 大学 / 冷藏 冷冻 常温 / 遗失 丢失 损坏 / 存款 贷款
"""
_CHINESE_OCCASIONS = """
夏季 冬季 春季 秋季 夏天 冬天 暑假 寒假 周一 周二 周三 周四 周五 周六 周日 工作日 周末 节假日 夜间
星期一 星期二 星期三 星期四 星期五 星期六 星期日
"""


def _split(groups: str) -> list[list[str]]:
    return [group.split() for line in groups.strip().splitlines() for group in line.split("/")]


_OCCASION = frozenset(map(meaning_stem, _OCCASIONS.split()))
_STEMMED = (*(frozenset(map(meaning_stem, group)) for group in _split(_GROUPS)), _OCCASION)
_CHINESE_OCCASION = tuple(sorted(_CHINESE_OCCASIONS.split(), key=len, reverse=True))
_CHINESE = (*(tuple(sorted(group, key=len, reverse=True)) for group in _split(_CHINESE_GROUPS)), _CHINESE_OCCASION)

_COMPARED = re.compile(
    r"\b(?:no|not) (?:more|later|less|fewer|longer than|earlier|older|younger|higher|lower)\b(?: than)?"
    r"|\bnot exceed(?:ing|s)?\b|\bwhether or not\b|\bnot only\b|\bno doubt\b|\bno\. ?\d"
    r"|\bnicht (?:mehr|länger|später|weniger) als\b|\bnicht nur\b"
    r"|不得?(?:超过|少于|低于|高于|多于|大于|小于|足|仅|晚于|早于|迟于)|不同|不论|不管|无论|未来|未成年|不锈",
    re.IGNORECASE,
)
_EXCEPTS = r"except(?: for| that)?|unless|apart from|other than|with the exception of|außer|ausgenommen|es sei denn"
_EXCEPTION = re.compile(
    rf"[,(;]?\s*\b(?:{_EXCEPTS})\b(?P<but>[^.;]*)|除(?P<chu>[^，。；]{{1,30}}?)(?:之外|以外|外)[，,]?"
    r"|[，,](?P<wai>[^，。；]{1,20})除外|未经(?P<wei>[^，。；]{1,12})(?:许可|同意|批准)?[，,]?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;]?\s*\b(?:but|while|whereas|although|aber|während)\b|[;；]|[，,](?=但|而|零件)", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nobody|nothing|cannot|without)\b|n['’]t\b|\b(?:prohibited|forbidden|banned"
    r"|excluded|"
    r"rejected|refused|denied|disallowed|abolished|discontinued|revoked|cancelled|free of charge|free)\b"
    r"|\b(?:nicht|kein\w*|nie|niemals|verboten|untersagt|ausgeschlossen|abgelehnt|kostenlos|kostenfrei"
    r"|unentgeltlich|entgeltfrei|gebührenfrei)\b"
    r"|不|未|无需|无须|没有|没|禁止|严禁|免费|谢绝|取消|拒绝",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:not|instead of|rather than|formerly|previously|nicht|statt|anstatt|anstelle von|bisher|au lieu de|et non"
    r"|en lugar de)|而不是|而非|原为|原来的?)"
    r"\s?(?:the |den |der |bisher(?:igen)? )?(?:[A-Z€$£]{0,3}\s?)?\d[\d.,]*\s?[^\W\d_]{0,12}",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\bopen\w*\b|\bgeöffnet\b|\bouverte?s?\b|\babiert[oa]s?\b|开放|開放|开启|開啟|开门|開門", re.IGNORECASE
)
_CLOSED = re.compile(
    r"\bclosed\b|\bshut\b|\bgeschlossen\b|\bfermée?s?\b|\bcerrad[oa]s?\b|关闭|關閉|关门|關門|不开放|闭馆|閉館",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:raised?|increased?|lowered|reduced?|cut|changed?|amended|corrected|extended|shortened|rises?|rose"
    r"|falls?|fell"
    r"|goes|went)\b[^.;]{0,60}?\b(?P<from>from (?:[A-Z€$£]{1,3}\s?)?\d[\d.,]*\s?[^\W\d_]{0,12}) to\b"
    r"|\b(?P<von>von (?:[A-Z€$£]{1,3}\s?)?\d[\d.,]*\s?[^\W\d_]{0,12}) auf\b"
    r"|(?P<you>(?:由|从|從)(?:人民币|人民幣)?\d[\d.,]*[^\W\d_]{0,4}?)"
    r"(?=(?:改为|改為|调整|調整|提高|增至|增加|上调|上調|下调|下調|降至|降低|降为|降為|缩短|縮短|延长|延長))",
    re.IGNORECASE,
)
_REVOKES = re.compile(
    r"\b(?:revoked|repealed|rescinded|withdrawn(?! (?:from use|at least|before|within))|superseded|abolished|annulled"
    r"|aufgehoben|widerrufen|zurückgenommen|abgeschafft|entfällt|abrogée?s?|annulée?s?|supprimée?s?"
    r"|revocad[oa]s?|derogad[oa]s?|anulad[oa]s?|suprimid[oa]s?)\b|撤销|撤銷|废止|廢止|作废|作廢|取消",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\W*(?:instead\b|in its place|stattdessen\b|an (?:seiner|ihrer|deren|dessen) stelle|à la place|en su lugar|改为"
    r"|改為|取而代之)",
    re.IGNORECASE,
)
_MANNER_WORDS = """
allowed allow permitted permit permissible possible required require must shall may can need needs necessary obliged
forbidden prohibited banned excluded rejected free charge charged charges cost costs amount amounts total exactly about
approximately currently now longer anymore always per each every only also still already up least most within than more
less later over under be is are was were been pay pays paid set fixed given gives has have had hold holds held keep kept
keeps lend lent borrow borrowed carry carries carried take takes taken last lasts receive receives get gets entitled
submit submitted apply applies begin begins start starts end ends close closes open opens erase erased delete deleted
store stored worth lie lies pass passed bear bears borne collect collected employ employs employed lodge use used serve
contribute contributes release released return returned again too
beträgt betragen kostet kosten zahlen erhält hat haben gilt dürfen darf erlaubt gestattet
"""
_MANNER = frozenset(map(meaning_stem, _MANNER_WORDS.split()))
"""Words that say how, not what: two statements are about the same whatever they hold of these."""


def is_about_other(one: Set[str], other: Set[str]) -> bool:
    """Whether each of two sets of stems holds a word of a group that the other one lacks, or one alone an occasion."""
    return bool(one & _OCCASION) != bool(other & _OCCASION) or any(
        (one & group) - other and (other & group) - one for group in _STEMMED
    )


def is_about_other_in_chinese(one: str, other: str) -> bool:
    """The same for texts in Chinese, whose words are not separated."""
    if bool(_held(one, _CHINESE_OCCASION)) != bool(_held(other, _CHINESE_OCCASION)):
        return True
    return any((here := _held(one, group)) - (there := _held(other, group)) and there - here for group in _CHINESE)


@lru_cache(maxsize=1024)
def is_one_of_a_kind(one: str, other: str) -> bool:
    """Whether two different words stand against one another: adults and children, 夏季 and 冬季."""
    if IS_UNSPACED.search(one):
        return one != other and any(one in group and other in group for group in _CHINESE)
    a, b = meaning_stem(one.casefold()), meaning_stem(other.casefold())
    return a != b and any(a in group and b in group for group in _STEMMED)


def says_how(word: str) -> bool:
    """Whether a stem says how something is rather than what."""
    return word in _MANNER


@lru_cache(maxsize=512)
def is_negative(text: str) -> bool:
    """Whether the statement says no: an odd number of negations, those of exceptions and comparisons apart."""
    plain = _EXCEPTION.sub(" ", _COMPARED.sub(" ", text))
    return len(_NEGATION.findall(plain)) % 2 == 1


def is_opposite(one: str, other: str) -> bool:
    """Whether one says open and the other closed."""
    said = [(bool(_OPEN.search(text)), bool(_CLOSED.search(text))) for text in (one, other)]
    return said in ([(True, False), (False, True)], [(False, True), (True, False)])


def without_manner(text: str) -> str:
    """The text without what says no, compares or excepts."""
    return _NEGATION.sub(" ", _EXCEPTION.sub(" ", _COMPARED.sub(" ", text)))


def without_denied(text: str) -> str:
    """The text without the values that it says are not the right ones, or no longer."""
    for said in denied(text):
        text = text.replace(said, " ")
    return text


@lru_cache(maxsize=512)
def denied(text: str) -> tuple[str, ...]:
    """What the text says is not so, or no longer: "not 11 kW", "from EUR 30" where it is raised to 35."""
    changed = (match[match.lastgroup or 0] for match in _CHANGED.finditer(text))
    return (*(match.group() for match in _DENIED.finditer(text)), *changed)


def revokes(text: str) -> bool:
    """Whether the statement says that something was said before and holds no more."""
    return _REVOKES.search(text) is not None


def says_instead(text: str) -> bool:
    """Whether the statement begins with what is so instead."""
    return _INSTEAD.match(text) is not None


def clauses_of(text: str) -> list[str]:
    """The statement cut where another one is set against it."""
    return [clause for clause in _CLAUSE.split(text) if clause and clause.strip()]


def exception_of(text: str) -> str:
    """What the statement excepts; "" where it excepts nothing."""
    return " ".join(part for match in _EXCEPTION.finditer(text) for part in match.groups() if part)


def _held(text: str, words: tuple[str, ...]) -> set[str]:
    """Which of the words the text holds, longest first, so that a part of a longer one does not count."""
    found = set()
    for word in words:
        if word in text:
            found.add(word)
            text = text.replace(word, " ")
    return found
