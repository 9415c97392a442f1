"""What kind of thing a question asks for — a number, a date, a reason — and whether a text holds one. Pure.

Cues on purpose few and coarse: they only tip the scales between passages that hold the words.
"""

import re
from functools import lru_cache
from typing import Literal

from server.evidence.units import asked_quantity
from storage.words.folding import folded

AnswerType = Literal["number", "date", "person", "place", "reason", "definition", "any"]

_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|billion|half|dozen|once"
    "|twice"
)
_MEASURES = (
    "number|percentage|percent|rate|score|accuracy|size|length|cost|price|ratio|amount|proportion|temperature|pass@\\d+"
    "|value|total|population|area|speed|age|share|width|height|distance|parameters?"
)
CALENDAR = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
WEEKDAYS = {
    "en": "(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    "de": "(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)",
    "fr": "(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)",
    "es": "(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)",
    "zh": "(?:[周週]|星期|礼拜)[一二三四五六日天末]",
}
"""Patterns for one day of the week, in small letters; an s may follow, not in Chinese."""

MONTHS = {
    "de": "januar|februar|märz|mai|juni|juli|oktober|dezember",  # the others are as in English
    "fr": "janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre",
    "es": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
}
_CALENDAR_ELSEWHERE = "|".join(f"{WEEKDAYS[each]}s?|{MONTHS[each]}" for each in MONTHS)
ROLES = (
    "landlord|tenant|manager|director|chair(?:man|woman|person)?|board|committee|council|president|secretary|treasurer"
    "|members?|owners?|employees?|employer|customers?|buyer|seller|company|supplier|client|parents?|teachers?|students?"
    "|head|staff|volunteers?|technician|insurer|policyholder|king|queen|emperor|pope|bishop|priest|author|team|agent"
    "|Mieter|Vermieter|Vorstand|Mitglied(?:er)?|Mitgliederversammlung|Vorsitzende[rn]?|Kassenwart|Inhaber|Käufer"
    "|Verkäufer|locataire|bailleur|propriétaire|directeur|directrice|président|membres?|comité|cliente?|prestador"
    "|arrendador|arrendatario|presidente|director|socios?"
)
SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋蔣蔡余杜叶葉程苏蘇"
    "魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴"
    "覃武戴莫孔向汤湯"
)
_CHINESE_PERSON = (
    "[\u4e00-\u9fff]{1,6}(?:员|員|长|長|者|师|師|家|人|会|會|部|帝|王|皇|后|公主|教授|博士|先生|女士|公司|大学|大學|法师|主任|经理|經理"
    "|馆|館|单位|處|处|方|团|党|族|軍|军|队|隊)"
    f"|(?:^|(?<![\u4e00-\u9fff])|(?<=[是由为為与與和、的被]))[{SURNAMES}][\u4e00-\u9fff]{{1,2}}"
    "|[\u4e00-\u9fff]{1,6}[·・•][\u4e00-\u9fff]{1,8}"
)
# The thing is short and names nothing it belongs to: "the largest city of Poland" is looked up, not defined.
_THING = r"(?:(?:the|an?) )?([^\s?,]+(?: (?!(?:of|in|on|for|from|to|at|with)\b)[^\s?,]+){0,3}?)"

_GIVES_REASON = (
    r"(?i:\b(?:because|since|so that|so as to|in order|due to|owing to|thanks to|reasons?|caus\w+|therefore|thus|hence"
    r"|otherwise|or else|too|enough|risks?|danger\w*|harm\w*|damag\w+|avoid\w*|prevent\w*|protect\w*|purpose"
    r"|leads? to|led to|results?|lets?|allows?|allowed to keep|needs?|would|could|might|for (?:safety|fear|lack|want)"
    r"|to (?:keep|save|make|ensure|reduce|stop|help|give|leave|spare|allow))\b"
    r"|\b(?!allow|admitt|permitt|requir|ask|invit|oblig|entitl|expect|suppos|need"
    r"|us)\w+ed\b(?: \w+){0,3} to (?!the\b|an?\b|\d)\w+"
    r"|(?:^|[,;:–—] ?)(?:as|for|so) (?:the|it|they|we|this|that|these|there|no|all|most|some|its|their)\b"
    r"|\b(?:weil|da|damit|um(?= .*\bzu)|wegen|denn|deshalb|daher|darum|deswegen|aufgrund|sonst|ansonsten"
    r"|gr[uü]nd\w*|nämlich"
    r"|zu(?= \w+ (?:ist|sind))"
    r"|gefahr|gefähr\w+|schaden|beschädig\w+|schütz\w+|schutz|vermeid\w+|verhinder\w+|zweck|könnte\w*|würde\w*)\b"
    r"|\b(?:car|parce|puisque|afin|pour (?:que|ne pas|\w+[ei]r|\w+re)|raisons?|à cause|éviter|sinon|grâce|risque\w*"
    r"|danger\w*|empêch\w+|protég\w+"
    r"|permet\w*|dans le but|trop|pourrai\w+)\b"
    r"|\b(?:porque|para (?:que|no|\w+[aei]r(?:se|l[aeo]s?)?)|debido|evitar|pues|ya que|causa|motivos?|razón|razones"
    r"|riesgo\w*|peligro\w*|impedir|proteg\w+"
    r"|permite\w*|demasiado|podría\w*|a fin de)\b"
    r"|因[为為此而]?|由[于於]|鉴于|以[免便防]|为了|為了|所以|防止|避免|导致|導致|可能|目的|原因|受惠|得益|归功|引起|有[利助]于|怕|否[则則]|不然|使(?!用)|故(?![障意事])|理由)"
)
_COUNTED = "个种次位名条届岁天年周本册件张块台辆只份层楼元分克斤米度页遍倍点间套门株盆枚瓶盒包把口回趟场轮组级"
_ASKS: dict[AnswerType, str] = {
    "date": r"\bwhen\b|\b(?:what|which) (?:year|date|day|weekday|month|century|decade)s?\b|\bhow (?:old|long ago)\b"
    r"|\b(?:wann|wie alt|welche[mns]? (?:jahr|(?:wochen)?tag|datum|monat)e?n?)\b|\bquand\b|\bquelle (?:date|année)\b"
    r"|\bquels? jours?\b"
    r"|\bcu[áa]ndo\b"
    r"|\bqu[ée] (?:d[íi]a|fecha|año)s?\b|\bquando\b|\bwanneer\b"
    r"|哪一?[年天日月]|何[时年]|什么时[候间]|哪个世纪|几[月日号]|(?:星期|礼拜|周)几|时间是|啥时候|多会儿",
    "number": r"\bhow (?:many|much|long|far|tall|large|big|high|fast|often|deep|wide|heavy)\b"
    rf"|\b(?:what(?:['’]?s)?|which) (?:\S+ ){{0,4}}?(?:{_MEASURES})\b|\bscores? (?:on|for)\b|\b(?:what|which) page\b"
    r"|\bwie ?(?:viele?|lange?|oft|weit|hoch|groß|gross|schwer|teuer)\b|\bcombien\b|\bcu[áa]nt[oa]s?\b"
    r"|\bquant[oaie]s?\b|\bhoe(?:veel| lang| vaak| ver| hoog)\b"
    rf"|多少|几(?:[{_COUNTED}]|平方|公[里斤分]|小时|分钟|个)|多[大长高远久重]|[率数量]是|比例|百分之几",
    "reason": r"\bwhy\b(?! not\b)|\bhow come\b|\bwhat(?:['’]s| is| was| were| are) the (?:\w+ )?(?:reasons?|causes?)\b"
    r"|\bfor what reason\b|\b(?:warum|wieso|weshalb)\b(?! nicht\W*$)|\baus welchem grund\b|\bpourquoi\b(?! pas\W*$)"
    r"|\b(?:perché|waarom)\b|\bp(?:or|ara) ?qu[ée]\b|(?<![称稱叫名作视視成認认评評])为什么|为何|为啥|原因|怎么会",
    "person": r"\bwho(?:m|se)?\b|^\W*(?:wer|wem|wen|qui|chi) |\bqui[eé]n(?:es)?\b|\bquem\b|谁|哪位|何人|哪[个些]人",
    "place": r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|region|town|county|river|continent)\b"
    r"|\b(?:wo|wohin|woher|où|d[óo]nde|dove|onde|waar)\b"
    r"|哪里|哪儿|何[处地]|哪[个座些]?(?:国家?|城市|省|地方|市|县|地区|海域)|什么地方|何地|位于",
    "definition": rf"^\W*(?:so |please |can you )?(?:what(?:['’]s| is| are| was| were| is meant by)|define|explain"
    rf"|tell me about) {_THING}\W*$"
    rf"|^\W*what (?:counts|qualifies) as {_THING}(?: here)?\W*$|^\W*what is (?:meant|understood) by {_THING}\W*$"
    rf"|^\W*(?:was (?:ist|sind|bedeute[nt]|gilt als|versteht man unter)|qu['’]est-ce qu(?:e|['’])|que signifie"
    rf"|que veut dire|qu['’]entend-on par|qué (?:es|son|significa|se entiende por)|o que (?:é|significa)|che cos['’]è)"
    rf" ?(?:(?:ein\w*|der|die|das|le|la|les|l['’]|une?|el|los|las|un[oa]?|o|a|um|uma|il) ?)?{_THING}\W*$"
    rf"|^\W*what do(?:es)? {_THING} (?:mean|stand for|show|depict|illustrate)\W*$"
    r"|^什么(?:是|叫)([^的]{1,12}?)\W*$|^([^的]{1,12}?)\s*(?:是什么(?:意思)?|指的?是?什么|的定义)\W*$",
}
_HOLDS: dict[AnswerType, str] = {
    "number": rf"(?i:\d|\b(?:{_NUMBER_WORDS})\b)"
    r"|[一二三四五六七八九十百千万亿两半][个個种種次位名条届岁年月日层章卷部座万千百亿米天元点點分秒周倍吨斤克度本册冊件张張块塊套台辆只份]"
    r"|[一二三四五六七八九十百千万亿两零〇]{3,}",
    "date": r"\b1\d{3}\b|\b20\d{2}\b|\b\d{1,4} ?(?:BC|AD|BCE|CE)\b|\b\d{1,2}(?:st|nd|rd|th)[ -]centur|\bcentury\b"
    rf"|\b(?:{CALENDAR}|(?i:{_CALENDAR_ELSEWHERE}))s?\b|(?<![A-Za-z\d_.])\d{{1,2}}[:：.]\d{{2}}(?![A-Za-z\d_])"
    r"|\d+ ?[年月日]"
    rf"|[一二三四五六七八九十]+[年月日]|世纪|{WEEKDAYS['zh']}",
    "person": r"\b[A-Z][a-zé]+ (?:[A-Z]\.? )?(?:(?:of|de|von|van|the|al|ibn) )?[A-Z][a-z]+"
    r"|(?<=[a-z,;] )[A-Z][a-z]{2,}\b"
    rf"|\b(?i:{ROLES})\b|{_CHINESE_PERSON}",
    "place": r"\b(?:in|at|near|from|to|of|on|between|across|around) (?:the )?[A-Z]\w+"
    r"|[\u4e00-\u9fff]+[国省市县区州镇村岛山河路]",
    "reason": _GIVES_REASON,
}
_SUBORDINATE = re.compile(
    r"^\W*(?:and |so |but |et |y )?"
    r"(?:what hap\w+|what (?:do|should|must|can|could|would|will)|how|who|where|why|can|could|may|do|does|is|are|must"
    r"|should|will|am|que se passe|qu['’]est-ce|est-ce|puis|peut|comment|qui|où|pourquoi"
    r"|qu[ée] pasa|pued\w+|c[óo]mo|qui[ée]n|d[óo]nde|hay|tengo|debo)\b.*?"
    r"(?P<clause>(?<!and )(?<!or )(?<!et )(?<! y )\b(?:when|quand|cuando|quando)\b)",
    re.IGNORECASE,
)
"""Questions in which "when" asks nothing: "What happens when I am ill?"."""

NEXT_QUESTION = re.compile(
    r",?\s(?:and|und|et|y|e|en)\s(?=(?:how|what|when|where|who|wie|was|wann|wo|wer|combien|quand|quel|comment|où|qui"
    r"|cu[aá]nt|c[oó]mo|cu[aá]ndo|d[oó]nde|qui[eé]n|quant|quando|come|dove|chi|como|onde|quem|hoe|wat|wanneer|waar|wie)"
    r"|à quel)",
    re.IGNORECASE,
)
"""Where a second question begins: "How much is it, and when is it due?"."""

_QUESTION_END = re.compile(r"(?<=[?？])\s*(?=[^\s?？])")
_ASKING = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}
_HOLDING = {kind: re.compile(pattern) for kind, pattern in _HOLDS.items()}


def expected_answer(question: str) -> AnswerType:
    """What kind of thing the question asks for; of two questions in one the first, unless that asks for no kind."""
    whole = folded(question).strip()
    kind = _kind_of(NEXT_QUESTION.split(whole, maxsplit=1)[0])
    kind = _kind_of(whole) if kind == "any" else kind
    return "number" if kind == "any" and asked_quantity(question) else kind


def _kind_of(asked: str) -> AnswerType:
    if clause := _SUBORDINATE.match(asked):
        asked = asked[: clause.start("clause")]
    return next((kind for kind, asks in _ASKING.items() if asks.search(asked)), "any")


def first_part(question: str) -> str:
    """The first of several questions: a follow-up is asked together with what it goes on from."""
    return _QUESTION_END.split(question.strip(), maxsplit=1)[0]


@lru_cache(maxsize=1024)
def is_asked(asks: re.Pattern[str], question: str) -> bool:
    """Whether the first of the questions is one of this pattern's, looked up once for all sentences."""
    return asks.search(folded(first_part(question))) is not None


def holds_answer(question: str, kind: AnswerType, text: str) -> bool:
    """Whether the text holds something of that kind which the question does not name; always true of other kinds."""
    if kind not in _HOLDING:
        return True
    asked = question.casefold()
    return any(match.group().casefold() not in asked for match in _HOLDING[kind].finditer(text))


def introduces(question: str, text: str) -> bool:
    """Whether the text introduces what "What is X?" asks about: "Long Name (X)", "X is …", "we propose X", "X 是…"."""
    cues = _introductions(question.strip())
    return cues is not None and cues.search(text) is not None


@lru_cache(maxsize=256)
def _introductions(question: str) -> re.Pattern[str] | None:
    match = _ASKING["definition"].search(question)
    thing = next((group for group in match.groups() if group), None) if match else None
    if thing is None:
        return None
    anywhere = r"[\s-]+".join(map(re.escape, thing.split()))
    name = rf"(?<!\w){anywhere}[\"”’»“]?"
    bracket = r"(?:\s*[(（][^)）]*[)）])?"
    return re.compile(
        rf"(?:[A-Z][\w-]+[\s-]+){{2,}}[(（]\s*{name}\s*[)）,;]"
        rf"|(?m:^\s*{name}\s*[|:：.—–]\s*\S)"  # a caption
        rf"|{name}\s*[(（][^)）]{{4,}}[)）]"
        rf"|{name}s?{bracket},?\s+(?:is|are|was|were|means|refers\s+to|denotes|stands\s+for|describes)\s+(?!not\b)"
        rf"|{name}{bracket},?\s+(?:ist|sind|bezeichnet|bedeutet|heißt|est|sont|désigne|signifie|es|son|significa"
        rf"|designa|é)\s"
        rf"|{name}{bracket},\s+(?:an?|eine?|une?|un|una)\s"
        rf"|{anywhere}{bracket}\s*(?:是指|是|指的是|即|，又称|又称|称为)"
        rf"|\b(?:called|named|termed|known\s+as|define|introduce|propose|adopt)s?\s+(?:the\s+"
        rf"|an?\s+)?[“\"]?{name}(?!\w)",
        re.IGNORECASE,
    )
