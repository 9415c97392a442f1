"""The unit that a question asks for — money, a duration, a time of the day … — and whether a text holds one. Pure.

English, Chinese, German, French, Spanish, Italian, Portuguese and Dutch.
"""

import re
from functools import lru_cache
from typing import Literal

Unit = Literal["money", "duration", "clock", "year", "percent", "temperature", "length", "weight"]

_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety"
    "|hundred|thousand|half|ein(?:en|em|er|es|e)?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|vierzehn"
    "|zwanzig|dreißig|hundert|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|uno?|una|dos"
    "|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|veinticuatro|treinta|sesenta|due|tre|quattro"
    "|cinque|dieci|dois|duas|três|quatro|dez|een|twee|drie|vijf|zes|zeven|negen|tien"
)
_HAN_NUMBER = "[一二三四五六七八九十百千万亿两半〇零几]"
_A_NUMBER = rf"(?:\d[\d.,]*|\b(?:{_NUMBER_WORDS})(?:-\w+)?|{_HAN_NUMBER}+)"
_TIMES = (
    "seconds?|minutes?|min|hours?|days?|weeks?|months?|years?|nights?|Sekunden?|Minuten?|Stunden?|Tage?n?|Werktagen?"
    "|Wochen?|Monate?n?|Jahre?n?|secondes?|heures?|jours?|semaines?|mois|ans?|années?|segundos?|minutos?|horas?|días?"
    "|semanas?|mes(?:es)?|años?|ore|giorni|settiman[ae]|mes[ei]|ann[io]|dias?|anos?|uur|dagen|weken|maanden|jaar"
)

_ASKS: dict[Unit, str] = {
    "clock": r"\b(?:what|which) time\b|\bopening hours\b|\bo'?clock\b|\bwie ?viel Uhr\b|\b(?:quelle|quelles) heures?\b"
    r"|\bqué hora|\bche ora\b|\bque horas\b|\bhoe laat\b|几点|幾點|几时|什么时间开|营业时间|开放时间|開放時間",
    "duration": rf"\bhow (?:long|many (?:{_TIMES}))\b|\bwithin what time\b|\bdeadline\b|\bnotice period\b"
    rf"|\bwie ?lange?\b|\bwie ?viele? (?:{_TIMES})\b|\bfrist\b|\bcombien de (?:temps|{_TIMES})\b|\bdélai\b"
    rf"|\bcuánt[oa]s? (?:tiempo|{_TIMES})\b|\bplazo\b|\bquant[oei] (?:tempo|giorni|mesi|anni|dias|meses)\b"
    r"|\bhoe ?lang\b|\bhoeveel (?:dagen|weken|maanden)\b|多久|多长时间|多長時間|几天|幾天|多少天|几个?月|几年|几个?小时"
    r"|几分钟|多少[天月年]|期限",
    "money": r"\bhow much (?:is|are|does|do|did|will|would|can|may|must|money|rent|tax|interest|per|to|for|i|we)\b"
    r"|\b(?:costs?|price|fees?|deposit|salary|fine|charged?|rent|budget|revenue|income|expens\w+|pay)\b.*\?*$"
    r"|\bkostet\b|\bteuer\b|\bgebühr|\bpreis\b|\bkosten\b|\bwie ?viel (?:geld|zahl|euro|miete|kost)|\bhöhe\b"
    r"|\bco[uû]te(?:nt)?\b|\bprix\b|\btarif\b|\bmontant\b|\bpay(?:er|e)\b|\bcuesta\b|\bprecio\b|\bcuota\b|\bpagar?\b"
    r"|\bcosta\b|\bprezzo\b|\bcusta\b|\bpreço\b|\bkost\b|\bprijs\b|多少钱|多少錢|多少元|费用|費用|价格|收费|收費|押金|罚款",
    "year": r"\b(?:what|which) year\b|\bwelche[ms] jahr\b|\bquelle année\b|\bqué año\b|哪一?年|哪年|何年",
    "percent": r"\bper ?cent(?:age)?\b|\b(?:what|which) (?:share|proportion|fraction)\b|\bprozent|\bpourcentage\b"
    r"|\bporcentaje\b|\bpercentuale\b|百分之[几多]|百分比|比例",
    "temperature": r"\btemperatures?\b|\bhow (?:hot|cold|warm)\b|\btemperatur|\btempérature\b|\btemperatura\b|温度|溫度"
    r"|多少度|几度",
    "length": r"\bhow (?:far|tall|high|wide|deep|big)\b|\bdistance\b|\bheight\b|\bwie (?:weit|hoch|breit|tief|groß)\b"
    r"|\bdistancia\b|多[高远宽深]|多少[米公]",
    "weight": r"\bhow (?:heavy|much \w+ weigh)\b|\bweight?s?\b|\bwie schwer\b|\bpoids\b|\bpeso\b"
    r"|多重|多少[公千]?[斤克]",
}
_HOLDS: dict[Unit, str] = {
    "clock": r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2} ?(?:a\.?m|p\.?m|Uhr|heures|h\b|o'clock)"
    rf"|(?:\d+|{_HAN_NUMBER}+)[点點时時]|\bnoon\b|\bmidnight\b",
    "duration": rf"{_A_NUMBER}[\s-]*(?:\w+[\s-]){{0,2}}(?:{_TIMES})\b|(?:\d+|{_HAN_NUMBER}+)\s*(?:个|個)?(?:工作|自然)?"
    r"(?:日|天|周|週|星期|月|年|小时|小時|分钟|分鐘|秒)",
    "money": rf"[$€£¥]\s?\d|{_A_NUMBER}\s*(?:,[-–—]+)?\s*(?:[mb]illion |thousand )?(?:euros?|eur|€|dollars?|usd|\$"
    r"|pounds?|gbp|£|pence|cents?|yuan|rmb|chf|franken|pesos?|元|块|圆|圓|日元|美元|欧元|万元)"
    r"|\b(?:EUR|USD|GBP|CHF|RMB) ?\d|\bfree\b|\bkostenlos|\bgratuit|\bgratis\b|免费|免費|不收",
    "year": r"\b1\d{3}\b|\b20\d{2}\b|\d{2,4}\s*年|[一二三四五六七八九〇零]{2,4}年",
    "percent": rf"{_A_NUMBER}\s*(?:%|percent|per cent|prozent|pour cent|por ciento|per cento|procent)"
    r"|百分之|万分之|千分之|\b(?:two|one|three) (?:thirds?|half|quarters?)\b|\bhalf\b|成",
    "temperature": rf"{_A_NUMBER}\s*(?:°|degrees?|grad|degrés|grados|度|℃|K\b)",
    "length": rf"{_A_NUMBER}[\s-]*(?:m|km|cm|mm|metres?|meters?|kilomet\w+|miles?|feet|foot|ft|inch\w*|yards?|m²|sq"
    r"|hectares?|acres?|米|公里|厘米|毫米|千米|平方)",
    "weight": rf"{_A_NUMBER}[\s-]*(?:kg|g|grams?|kilos?|kilogram\w*|tonn?es?|pounds?|lbs?|Gramm|公斤|千克|克|吨|斤)",
}
_ASKING = {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in _ASKS.items()}
_HOLDING = {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in _HOLDS.items()}


@lru_cache(maxsize=256)
def expected_unit(question: str) -> Unit | None:
    """The unit that the answer must have, None where the question names none."""
    return next((unit for unit, asks in _ASKING.items() if asks.search(question)), None)


def holds_unit(unit: Unit, text: str) -> bool:
    """Whether the text holds a value of that unit."""
    return _HOLDING[unit].search(text) is not None
