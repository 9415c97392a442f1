"""The unit that a question asks for — money, a duration, a time of the day … — and whether a text holds one. Pure.

English, Chinese, German, French, Spanish, Italian, Portuguese and Dutch.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from storage.words.folding import folded
from storage.words.scripts import IS_HAN

Unit = Literal[
    "money",
    "duration",
    "clock",
    "year",
    "percent",
    "temperature",
    "length",
    "weight",
    "pressure",
    "speed",
    "voltage",
    "current",
    "power",
    "volume",
]

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
_BETWEEN = r"(?!(?:the|this|past|last|der|die|das|le|la|el)\b)\w+[\s-]"  # not "8 The past year", a heading

_ASKS: dict[Unit, str] = {
    "clock": r"\b(?:what|which) time\b|\bopening hours\b|\bo'?clock\b|\bwie ?viel Uhr\b|\b(?:quelle|quelles) heures?\b"
    r"|\bqu[ée] hora|\bche ora\b|\bque horas\b|\bhoe laat\b|几点|几时|什么时间开|营业时间|开放时间",
    "duration": rf"\bhow (?:long|many (?:{_TIMES}))\b|\bwithin what time\b|\bdeadline\b|\bnotice period\b"
    r"|\btime[- ]limits?\b"
    rf"|\bwie ?lange?\b|\bwie ?viele? (?:{_TIMES})\b|\bfrist\b|\bzeitlimit\b|\bcombien de (?:temps|{_TIMES})\b"
    r"|\bdélais?\b"
    r"|\bdate limite\b"
    rf"|\bcu[áa]nt[oa]s? (?:tiempo|{_TIMES})\b|\bplazo\b|\bfecha límite\b"
    r"|\bquant[oei] (?:tempo|giorni|mesi|anni|dias|meses)\b"
    r"|\bhoe ?lang\b|\bhoeveel (?:dagen|weken|maanden)\b|多久|多长时间|几天|多少天|几个?月|几年|几个?小时"
    r"|几分钟|多少[天月年]|期限|时限|时间限制"
    r"|\bhow (?:soon|quickly|fast) (?:must|do (?:i|we|you|they) (?:have|need)|should|can|will)\b",
    "money": r"\bhow much (?:is|are|does|do|did|will|would|can|may|must|money|rent|tax|interest|per|to|for|i|we)\b"
    r"|\b(?:costs?|price|fees?|deposit|salary|fine|charged?|rent|budget|revenue|income|expens\w+|pay)\b.*\?*$"
    r"|\bkostet\b|\bteuer\b|gebühr|\bpreis\b|\bkosten\b|\bwie ?viel .{0,20}(?:geld|zahl|euro|miete|kost)"
    r"|\bwas (?:be)?zahl\w+|\bhöhe\b"
    r"|\bco[uû]te(?:nt)?\b|\bprix\b|\btarif\b|\bmontant\b|\bpa[yi](?:er|e|es|ons|ez|ent)\b|\bcuestan?\b|\bprecio\b"
    r"|\bcuota\b|\bpag(?:[ao]n?|as|amos|ar)\b|\bcobran?\b"
    r"|\bcu[áa]nto (?:vale|sale)\b"
    r"|\bcost(?:a|ano)\b|\bprezzo\b|\bcust(?:a|am)\b|\bpreço\b|\bkost\b|\bprijs\b"
    r"|多少钱|多少元|几块钱|费用|价格|收费|押金|罚款|(?:赔|罚|付|交|缴)多少",
    "year": r"\b(?:what|which) year\b|\bwelche[ms] jahr\b|\bquelle année\b|\bqu[ée] año\b|哪一?年|哪年|何年",
    "percent": r"\bper ?cent(?:age)?\b|\b(?:what|which) (?:share|proportion|fraction)\b|\bprozent|\bpourcentage\b"
    r"|\bporcentaje\b|\bpercentuale\b|百分之[几多]|百分比|比例",
    "temperature": r"\btemp(?:erature)?s?\b|\bhow (?:hot|cold|warm)\b|\btemperatur|\btempérature\b|\btemperatura\b|温度"
    r"|多少度|几度",
    "speed": r"\bhow fast (?:is|are|does|can)\b(?! (?:i|we|you|they|one)\b)|\bwie schnell (?:ist|sind|fährt)\b"
    r"|时速多少|多快",
    "length": r"\bhow (?:far|tall|high|wide|deep|big)\b|\bdistance\b|\bheight\b|\bwie (?:weit|hoch|breit|tief|groß)\b"
    r"|\bdistancia\b|多[高远宽深]|多少[米公]",
    "weight": r"\bhow (?:heavy|much \w+ weigh)\b|\bweight?s?\b|\bwie schwer\b|\bpoids\b|\bpeso\b"
    r"|多重|多少[公千]?[斤克]",
}
_CURRENCY_CODES = (
    "EUR|USD|GBP|CHF|RMB|CNY|JPY|INR|AUD|CAD|NZD|HKD|SGD|TWD|KRW|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|UAH|RUB|TRY|ILS|AED|SAR|ZAR"
    "|BRL|MXN|ARS|CLP|COP|PEN|THB|IDR|MYR|PHP|VND"
)
_CURRENCY_WORDS = (
    f"{_CURRENCY_CODES}|euros?|dollars?|bucks|pounds?|quid|pence|cents?|yuan|renminbi|yen|won|rupees?|rupien"
    f"|francs?|franken|rappen"
    "|crowns?|kron(?:er|or|e|en|a|ur)|koruna|pesos?|reais|soles|zlot(?:y|ys|ych|é)|złot(?:y|ych|e)|forints?|lei|leu|leva?"
    "|hryvnias?|r(?:o)?ubles?|rubel|liras?|shekels?|dirhams?|riyals?|dinars?|rands?|baht|rupiah|ringgit|dong|shillings?"
)
_FIGURE = r"\d[\d.,]*[\s-]?"
_NO_MORE = r"(?![^\W\d_一-鿿]|/ ?[a-z])"
_HOLDS: dict[Unit, str] = {
    "clock": r"(?<![a-z\d_.])\d{1,2}[:：.h]\d{2}(?![a-z\d_])|\b\d{1,2} ?(?:a\.?m|p\.?m|Uhr|heures|h\b|o'clock)"
    rf"|(?:\d+|{_HAN_NUMBER}+)[点點时時](?![间間候期])|\bnoon\b|\bmidnight\b",
    "duration": rf"{_A_NUMBER}[\s-]*(?:{_BETWEEN}){{0,2}}(?:{_TIMES})\b"
    rf"|(?:\d+|{_HAN_NUMBER}+)\s*(?:个|個)?(?:工作|自然)?"
    r"(?:日|天|周|週|星期|月|年|小时|小時|分钟|分鐘|秒)",
    "money": rf"[$€£¥₹₩₽₺]\s?\d|{_A_NUMBER}\s*(?:,[-–—]+)?\s*(?:[mb]illion |thousand )?"
    rf"(?:(?:{_CURRENCY_WORDS}|kr)(?![^\W_])|[$€£¥₹₩₽₺]"
    r"|元|块|圆|圓|[日美欧歐韩韓港澳]元|万元|港币|港幣|台币|臺幣|人民币|卢布|卢比|法郎|英镑|英鎊|克朗)"
    rf"|(?<![A-Za-z])(?:{_CURRENCY_CODES}|Rs\.?|kr\.?) ?\d|\bfree\b|\bkostenlos|\bgratuit|\bgratis\b|免费|免費|不收",
    "year": r"\b1\d{3}\b|\b20\d{2}\b|\d{2,4}\s*年|[一二三四五六七八九〇零]{2,4}年",
    "percent": rf"{_A_NUMBER}\s*(?:%|percent|per cent|prozent|pour cent|por ciento|per cento|procent)"
    r"|百分之|万分之|千分之|\b(?:two|one|three) (?:thirds?|half|quarters?)\b|\bhalf\b|成",
    "temperature": rf"{_A_NUMBER}\s*(?:°|(?:degrees?|grad|degrés?|grados?|graus?)(?![^\W\d_])|度|℃|℉"
    r"|(?-i:[CFK])\b)",
    "length": rf"{_A_NUMBER}[\s-]*(?:m|km|cm|mm|metres?|meters?|kilomet\w+|miles?|feet|foot|ft|inch\w*|yards?"
    rf"|met(?:ern?|ers|r[oi]s?)|m[èe]tres?|m²|sq\w*|hectares?|acres?){_NO_MORE}"
    rf"|(?<![\d.])(?<!时速)(?<!每小时)(?<!每秒){_A_NUMBER}\s*(?:米|公里|厘米|毫米|千米|平方)(?!每|/)",
    "weight": rf"{_A_NUMBER}[\s-]*(?:kg|g|grams?|kilos?|kilogram\w*|tonn?es?|pounds?|lbs?|Gramm|t){_NO_MORE}"
    rf"|{_A_NUMBER}\s*(?:公斤|千克|克|吨|斤)",
    "pressure": rf"{_FIGURE}(?:m?bar|[kMh]?Pa|psi|atm|mm ?Hg|torr|N/mm²){_NO_MORE}"
    rf"|{_A_NUMBER}\s*(?:(?:kilo|mega)?pascals?|atm\w+|millibars?|千帕|兆帕|帕|巴|个?大气压)",
    "speed": rf"{_FIGURE}(?:km ?/ ?h|kmh|kph|mph|m/s|kn|kts?|rpm|U/min|r/min|tr/min|1/min){_NO_MORE}"
    rf"|{_A_NUMBER}\s*(?:knots?|Knoten|nœuds?|nudos?|nós|Stundenkilometern?|revolutions|Umdrehungen"
    r"|(?:k\w*m\w*t\w+|miles|m\w{0,2}t\w+)\s+(?:an?|per|pro|in der|par|à l.|por)\s*"
    r"(?:hour|second|Stunde|Sekunde|heure|seconde|hora|segundo))|(?:时速|每小时|每秒)\D{0,4}\d+|\d\s*(?:公里|千米|米)\s*[/每]"
    r"|\d\s*(?:节|转)",
    "voltage": rf"{_FIGURE}[mk]?V{_NO_MORE}|{_A_NUMBER}\s*(?:(?:kilo)?volts?{_NO_MORE}|voltios?|千伏|伏)",
    "current": rf"{_FIGURE}m?A{_NO_MORE}|{_A_NUMBER}\s*(?:amps?{_NO_MORE}|amp[èeé]r\w+|毫安|安)",
    "power": rf"{_FIGURE}(?:[kMG]?W|kVA|PS|hp|bhp|ch|CV){_NO_MORE}"
    rf"|{_A_NUMBER}\s*(?:(?:kilo|mega)?watts?{_NO_MORE}|horsepower|vatios?|千瓦|兆瓦|瓦|马力)",
    "volume": rf"{_FIGURE}(?:[mc]?l|m³|cm³|m3){_NO_MORE}|{_A_NUMBER}\s*(?:(?:milli)?lit(?:er|re|ro)s?{_NO_MORE}"
    r"|gallons?|pints?|毫升|立方米|升)",
}
_NO_VALUE = re.compile(
    r"^\W*(?:(?:and|but|so|please) )?(?:do|does|did|is|are|were|was(?! (?:ist|sind|(?:be)?zahl|kost))|can|could"
    r"|may|must|should|shall|will|would|has|have|am|who\w*|when|where|why|how (?:do|does|can|did|are|is|should)"
    r"|darf|dürfen|kann|können|muss|müssen|ist|sind|gibt|bekomm\w*|wer|wem|wann|wo|warum"
    r"|est-ce|puis|peut|peux|faut|y a-t-il|qui|quand|où|pourquoi"
    r"|pued[oe]n?|tengo|tenemos|hay|quién|cuándo|dónde|por qué|posso|può|pode)\b"
    r"|吗\W*$|谁|什么时候|何时|能不能|可不可以|是否|是不是",
    re.IGNORECASE,
)
"""Questions that ask for no value, unless `_VALUE` is there too: "Do I have to pay for water myself?"."""

_VALUE = re.compile(
    r"\bhow (?:much|many|long|far|high|often)\b|\bat what\b|\bwie ?(?:viel|lang|hoch|teuer)|\bcombien\b|\bcu[áa]nt"
    r"|\bquant[oiae]\b|多少|几|多久|多[高远宽深重长]"
    r"|\b(?:time[- ]limit|deadline|frist|zeitlimit|délai|plazo|fecha límite)\b|期限|时限|时间限制",
    re.IGNORECASE,
)
_CURRENCY = rf"[$€£¥₹₩₽₺]|\b(?:{_CURRENCY_WORDS})\b|[（(]元"
_NAMED_BY_COLUMNS: dict[Unit, str] = {
    "money": rf"{_CURRENCY}"
    r"|\b(?:price|fee|fare|cost|charge|rent|rate|amount|deposit|preis|gebühr|kosten|betrag|beitrag|tarif|prix|coût"
    r"|montant"
    r"|redevance|precio|cuota|importe|tarifa|preço|valor|prezzo)s?\b|gebühr|beitrag|元|价|費|费|金额|补贴|标准",
    "duration": rf"\b(?:{_TIMES})\b|\b(?:duration|period|time|dauer|frist|durée|délai|plazo)\b|天|日数|期限|时间"
    r"|時間|小时",
    "clock": r"\b(?:open\w*|clos\w*|hours|time|uhr|horaires?|horario|departs?|arrives?)\b|时间|時間",
    "percent": r"%|\bper ?cent|prozent|\bshare\b|比例|百分",
    "temperature": r"°|℃|\bdegrees?\b|\bgrad\b|temperatur|温度",
    "length": r"\b(?:m|cm|mm|km|metres?|meters?|miles?)\b|length|height|width|länge|höhe|breite|米|长|高",
    "weight": r"\b(?:kg|g|t|tonnes?|grams?)\b|weight|gewicht|poids|peso|重|公斤",
    "speed": r"\b(?:knots?|km/h|mph|rpm)\b|speed|geschwindigkeit|vitesse|速",
    "volume": r"\b(?:l|ml|litres?|liters?|liter)\b|volume|volumen|容量|升",
    "power": r"\bk?w\b|power|leistung|功率",
}
"""What the head of a column, a caption or a heading says where the values below stand without their unit."""
_QUANTITIES: dict[Unit, str] = {
    "pressure": "pressure|(?-i:Druck)|pression|presión|pressão|压力|压强|气压|水压",
    "speed": "speed|velocity|(?-i:Geschwindigkeit|Drehzahl|Tempo)|vitesse|velocidad|velocidade|速度|时速|转速",
    "voltage": "voltage|(?-i:Spannung)|(?<!what )(?<!which )tension|tensión|voltaje|tensão|voltagem|电压",
    "current": "current(?= (?:do|is|was|can|will|must|should|may)\\w*)|(?-i:Stromstärke)|intensité|intensidad|电流",
    "power": "power (?:output|rating|consumption)|wattage|horse ?power"
    "|(?-i:PS|Pferdestärken)|puissance|chevaux|potencia|potência|功率",
    "temperature": "temperature|(?-i:Temperatur)|température|temperatura|温度|气温|水温",
    "length": "height|depth|altitude|distance|width|(?-i:Höhe|Tiefe|Breite|Länge|Abstand|Entfernung)|hauteur|profondeur"
    "|largeur|altura|profundidad|profundidade|distancia|distância|anchura|largura|高度|深度|距离|宽度|长度",
    "weight": "weight|(?-i:Gewicht)|poids|peso|重量|体重",
    "volume": "(?<!which )volume|(?-i:Volumen)|volumen|体积|容积|容量",
    "percent": "humidity|(?-i:Luftfeuchtigkeit|Luftfeuchte)|humidité|humedad|umidade|humidade|湿度",
}
"""Quantities by the words that ask for them, in the languages of the units."""
_DIGIT = re.compile(r"\d")
_IS = "is|was|are|were|ist|war|est|était|es|era|é"
_PARTS = (
    "groups?|washers?|cookers?|vessels?|gauges?|sensors?|valves?|switch|class|units?|scale|maps?|control\\w*|regul\\w*"
)
_OF_WHAT = (
    rf"\b(?:(?:at|to|under|above|below|over|beyond|from|until|with|by|of) )?(?:what|which) "
    rf"(?!(?:{_IS}|do|does|did) )(?:\w+ )?({{words}})(?! (?:of|{_PARTS}))\b"
    rf"|\bhow (?:much|many) ({{words}})\b(?! (?:of|to)\b)|\b[Ww]ie ?viele? ({{words}})\b"
    rf"|\bcombien de ({{words}})\b|\bcu[áa]nt[oa]s? ({{words}})\b|\b(?:what"
    rf"|which) (?:{_IS}) the (?:\w+ )?({{words}}) (?:at|of|in|when|for|to)\b"
    rf"|\bwelche[mnrs]? (?:\w+ )?({{words}})\b|\b[Ww]ie (?:\w+ )?(?:{_IS}) (?:der|die|das) ({{words}})\b"
    rf"|\bquel(?:le)?s? (?:{_IS})?\s*(?:l[ea] |l['’])?({{words}})\b|\bqu[ée] ({{words}})\b"
    rf"|\bcuál (?:{_IS}) (?:el|la) ({{words}})\b"
    rf"|\b(?:que|qual) (?:(?:{_IS}) [oa] )?({{words}})\b"
    r"|(?:什么|何种|多大的?|多少|哪个)({words})|({words})(?:是|为|有|达到?|到)?(?:了)?(?:多少|多大|多高|几)"
)

_CURRENCIES = re.compile(_CURRENCY, re.IGNORECASE)
_IN_COLUMNS = {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in _NAMED_BY_COLUMNS.items()}
_ASKING = {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in _ASKS.items()}
_ASKING_QUANTITY = {
    unit: re.compile(_OF_WHAT.replace("{words}", words), re.IGNORECASE) for unit, words in _QUANTITIES.items()
}
_HOLDING = {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in _HOLDS.items()}


class Quantity(NamedTuple):
    """A quantity that is asked for: "pressure" in "At what pressure …?", and what it is measured in."""

    word: str
    unit: Unit

    def is_named_by(self, word: str) -> bool:
        """Whether a word of the question is the quantity's, or a piece of it where words have no spaces."""
        return word.casefold() == self.word or (
            not word.isascii() and IS_HAN.search(word) is not None and word in self.word
        )


@lru_cache(maxsize=256)
def asked_quantity(question: str) -> Quantity | None:
    """The quantity whose value the question asks for; None where it asks for something else."""
    question = folded(question)
    for unit, asks in _ASKING_QUANTITY.items():
        if found := asks.search(question):
            return Quantity(next(group for group in found.groups() if group).casefold(), unit)
    return None


def is_said_by_unit(question: str, word: str, text: str) -> bool:
    """Whether this word of the question need not stand in the text: "4.1 bar" is a pressure."""
    quantity = asked_quantity(question)
    return quantity is not None and quantity.is_named_by(word) and holds_unit(quantity.unit, text)


@lru_cache(maxsize=256)
def expected_unit(question: str) -> Unit | None:
    """The unit that the answer must have, None where the question names none."""
    if quantity := asked_quantity(question):
        return quantity.unit
    asked = folded(question)
    if _NO_VALUE.search(asked) and not _VALUE.search(asked):
        return None
    return next((unit for unit, asks in _ASKING.items() if asks.search(asked)), None)


def is_named_by_columns(unit: Unit, row: str, above: str) -> bool:
    """Whether a row of a table has a figure, and what stands above it says that it is of that unit."""
    named = _IN_COLUMNS.get(unit)
    return named is not None and _DIGIT.search(row) is not None and named.search(above) is not None


def names_currency(text: str) -> bool:
    """Whether a currency stands in the text, with or without a sum."""
    return _CURRENCIES.search(text) is not None


def holds_unit(unit: Unit, text: str) -> bool:
    """Whether the text holds a value of that unit."""
    return _HOLDING[unit].search(text) is not None
