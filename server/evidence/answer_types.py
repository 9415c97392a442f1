"""What kind of thing a question asks for — a number, a date, a reason — and whether a text holds one. Pure.

Cues of English and Chinese, on purpose few and coarse: they only tip the scales between passages that hold the words.
"""

import re
from functools import lru_cache
from typing import Literal

AnswerType = Literal["number", "date", "person", "place", "reason", "definition", "any"]

_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|billion|half|dozen|once"
    "|twice"
)
_MEASURES = (
    "number|percentage|percent|rate|score|accuracy|size|length|cost|price|ratio|amount|proportion|temperature|pass@\\d+"
    "|value|total|population|area|speed|age|share|width|height|distance|parameters?"
)
_CALENDAR = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
# The thing is short and names nothing it belongs to: "the largest city of Poland" is looked up, not defined.
_THING = r"(?:(?:the|an?) )?([^\s?,]+(?: (?!(?:of|in|on|for|from|to|at|with) )[^\s?,]+){0,3}?)"

_ASKS: dict[AnswerType, str] = {
    "date": r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade)\b|\bhow (?:old|long ago)\b"
    r"|哪一?[年天日月]|何[时時年]|什么时[候间]|什麼時|哪个世纪|几[年月日]|[时時][间間]是",
    "number": r"\bhow (?:many|much|long|far|tall|large|big|high|fast|often|deep|wide|heavy)\b"
    rf"|\b(?:what|which) (?:\S+ ){{0,4}}?(?:{_MEASURES})\b|\bscores? (?:on|for)\b|\b(?:what|which) page\b"
    r"|多少|几[个种次位名条届岁]|多[大长高远久重]|[率数量]是|比例|百分之几",
    "reason": r"\bwhy\b|\bwhat (?:is|was|were|are) the (?:reasons?|causes?)\b|\bfor what reason\b"
    r"|为什么|為什麼|为何|原因",
    "person": r"\bwho(?:m|se)?\b|谁|誰|哪位|何人|哪[个些]人",
    "place": r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|region|town|county|river|continent)\b"
    r"|哪里|哪裡|哪儿|何[处地]|哪[个座]?(?:国家?|城市|省|地方|市|县)|位于",
    "definition": rf"^\W*(?:so |please |can you )?(?:what(?:['’]s| is| are| was| were| is meant by)|define|explain"
    rf"|tell me about) {_THING}\W*$"
    rf"|^\W*what do(?:es)? {_THING} (?:mean|stand for|show|depict|illustrate)\W*$"
    r"|^什么(?:是|叫)([^的]{1,12}?)\W*$|^([^的]{1,12}?)\s*(?:是什么(?:意思)?|是什麼|指的?是?什么|的定义)\W*$",
}
_HOLDS: dict[AnswerType, str] = {
    "number": rf"(?i:\d|\b(?:{_NUMBER_WORDS})\b)"
    r"|[一二三四五六七八九十百千万亿两半][个個种種次位名条届岁年月日层章卷部座万千百亿]",
    "date": r"\b1\d{3}\b|\b20\d{2}\b|\b\d{1,4} ?(?:BC|AD|BCE|CE)\b|\b\d{1,2}(?:st|nd|rd|th)[ -]centur|\bcentury\b"
    rf"|\b(?:{_CALENDAR})\b|\b\d{{1,2}}[:.]\d{{2}}\b|\d+ ?[年月日]|[一二三四五六七八九十]+[年月日]|世纪",
    "person": r"\b[A-Z][a-zé]+ (?:[A-Z]\.? )?(?:(?:of|de|von|van|the|al|ibn) )?[A-Z][a-z]+|\b[A-Z][a-z]{2,}\b"
    r"|[\u4e00-\u9fff]{2,}",
    "place": r"\b(?:in|at|near|from|to|of|on|between|across|around) (?:the )?[A-Z]\w+"
    r"|[\u4e00-\u9fff]+[国省市县区州镇村岛山河路]",
    "reason": r"(?i:\b(?:because|since|due to|owing to|as a result|therefore|thus|hence|so that|in order to|to avoid"
    r"|to prevent|leads? to|led to|caus(?:e|ed|es|ing)|reason|result(?:s|ed)? in|for this|allow(?:s|ed|ing)?|too)\b)"
    r"|因为|因為|由于|由於|所以|因此|因而|为了|為了|导致|使得|以便|原因",
}
_ASKING = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}
_HOLDING = {kind: re.compile(pattern) for kind, pattern in _HOLDS.items()}


def expected_answer(question: str) -> AnswerType:
    """What kind of thing the question asks for."""
    return next((kind for kind, asks in _ASKING.items() if asks.search(question.strip())), "any")


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
    name = rf"(?<!\w){anywhere}"
    bracket = r"(?:\s*[(（][^)）]*[)）])?"
    return re.compile(
        rf"(?:[A-Z][\w-]+[\s-]+){{2,}}[(（]\s*{name}\s*[)）,;]"
        rf"|(?m:^\s*{name}\s*[|:：.—–]\s*\S)"  # a caption
        rf"|{name}\s*[(（][^)）]{{4,}}[)）]"
        rf"|{name}s?{bracket},?\s+(?:is|are|was|were|means|refers\s+to|denotes|stands\s+for|describes)\s+(?!not\b)"
        rf"|{anywhere}{bracket}\s*(?:是指|是|指的是|即|，又称|又称|称为)"
        rf"|\b(?:called|named|termed|known\s+as|define|introduce|propose|adopt)s?\s+(?:the\s+|an?\s+)?[“\"]?{name}(?!\w)",
        re.IGNORECASE,
    )
