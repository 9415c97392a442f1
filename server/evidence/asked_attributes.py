"""What something is like: colour, age, weight, loudness, area, maker, how often; a sentence tells that or not. Pure.

"How heavy was the sturgeon?" is not answered by its length, nor "What brand is the kiln?" by where it stands. English,
German, French, Spanish and Chinese.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from server.evidence.answer_types import first_part
from server.evidence.asked_names import holds_a_name
from server.evidence.units import Unit, holds_unit
from storage.words.folding import folded
from storage.words.scripts import IS_UNSPACED

_COLOURS = (
    r"\b(?:red|green|blue|yellow|white|black|gr[ea]y|brown|orange|purple|violet|pink|beige|silver"
    r"|gold(?:en)?"
    r"|turquoise|transparent|farblos|bunt\w*|\w*rot(?:e\w?)?|\w*grün\w*|\w*blau\w*|\w*gelb\w*|\w*weiß\w*|\w*schwarz\w*"
    r"|\w*grau\w*"
    r"|\w*braun\w*|lila|rosa|rouges?|vert(?:e?s?)|bleu(?:e?s?)|jaunes?|blanc(?:he)?s?|noir(?:e?s?)"
    r"|gris(?:es?)?"
    r"|marron|violet(?:te)?s?|roses?|roj[oa]s?|verdes?|azul(?:es)?|amarill[oa]s?|blanc[oa]s?|negr[oa]s?"
    r"|marrón|naranjas?|morad[oa]s?)\b|[红紅绿綠蓝藍黄黃白黑灰棕紫橙粉金银銀]"
)
_AGES = (
    r"\b(?:1\d|20)\d\d\b|\b(?:centur\w+|years?|months? old|born|aged?|old(?:er|est)?|since|founded|built"
    r"|jahr\w*|jährig\w*|geboren|alt|alte\w*|seit|ans?|siècle|née?|âgée?s?|depuis|años?|siglo|nacid\w+|edad|desde)\b"
    r"|岁|歲|年(?!级)|世纪|世紀|月大"
)
_ASKS_COLOUR = (
    r"\b(?:what|which) colou?rs?\b|\bwelche[nrs]? farben?\b|\bquelles? couleurs?\b|\bqu[eé] colou?r(?:es)?\b"
    r"|(?:什么|哪些|哪种|啥)颜色"
)
_ASKS_AGE = (
    r"\bhow old (?:is|are|was|were)\b|\bwie alt (?:ist|sind|war|waren)\b|\bquel âge (?:a|ont|avait)\b"
    r"|\bcu[aá]ntos años (?:tiene|tienen|tenía)\b|\bqu[eé] edad (?:tiene|tienen)\b|多大(?:年纪|岁数|年龄)"
    r"|[几幾][岁歲]了|有多少年(?:历史)?"
)
_ASKS_MAKER = (
    r"\b(?:what|which) (?:brand|make|manufacturer|maker)\b|\bwho (?:makes|made|manufactures)\b"
    r"|\b(?:von|bei) welche[rmn] (?:firma|marke|hersteller\w*)\b|\bwelche (?:marke|firma)\b|\bquelle marque\b"
    r"|\bqu[eé] marca\b"
    r"|(?:什么|哪个|哪种)(?:牌子|品牌)|哪家(?:公司|厂|企业)"
)
_ASKS_LOUDNESS = (
    r"\bhow (?:loud|noisy)\b|\bwie laut (?:ist|sind|wird)\b|\bniveau sonore\b|\bquel bruit\b|\bcu[aá]nto ruido\b"
    r"|多吵|多大(?:噪音|声音|聲音)|(?:几|幾|多少)分贝"
)
_LOUDNESS = (
    r"\d\s?dB\b|d[eé][cz]ibel|分贝|\b(?:silent\w*|quiet\w*|loud\w*|nois\w+|leise|laut\w*|geräusch\w*|silencieu\w+"
    r"|bruit\w*|sonore"
    r"|ruido\w*|silencios\w+)\b|噪音|安静|安靜"
)
_ASKS_DATA_RATE = r"\b(?:how many|wie ?viele?|combien de|cu[aá]ntos) (?:[mg]bit|[mg]bps|mega|megabits?|mbps)\b|网速"
_DATA_RATE = r"\d\s?(?:[kmg]bit|[kmg]bps|[kmg]b/s|(?:mega|giga)bits?|[mg]\b)|兆"
_ASKS_ENERGY = (
    r"\b(?:how many|wie ?viele?|combien de|cu[aá]ntos) (?:kwh|kilowatt\w*|kilovat\w*)\b"
    r"|(?:几|幾|多少)(?:度[电電]|千瓦时)"
)
_ENERGY = r"\d\s?kWh|kilowatt|kilovat|\d\s?度|[一二三四五六七八九十两]度|千瓦时"
_ASKS_AREA = (
    r"\bhow many square\b|\bquelle (?:surface|superficie)\b|\bqué superficie\b|\bwelche fläche\b|多大面积"
    r"|面[积積](?:是|有|为)?多[大少]|多少平(?:方|米)"
)
_AREA = (
    r"\d\s*(?:m²|m2\b|sq|qm\b|square|quadratmeter|hectares?|hektar|acres?\b|mètres carrés|metros cuadrados|平方|平米"
    r"|公?亩|英亩|公顷)|\d\s?[x×]\s?\d"
)
_ASKS_FREQUENCY = (
    r"\bhow often\b|\bwie oft\b|\b(?:combien de fois|à quelle fréquence|tous les combien)\b|\bcada cu[aá]nto\b"
    r"|(?:多久|几[年天周]|幾[年天週]|几个月).{0,6}一?次"
)
_FREQUENCY = (
    r"\d|\b(?:daily|weekly|monthly|annual\w*|yearly|quarterly|once|twice|every|each|per|times|regular\w*|always"
    r"|never|any time|whenever|when|as soon as|after|before|until"
    r"|täglich|wöchentlich|monatlich|jährlich|\w*mal|alle|jede\w*|pro|je|nie|immer|regelmäßig|sobald|wenn|nach"
    r"|vor|bis|chaque|fois|par"
    r"|tou[st]|toutes"
    r"|quotidien\w*|hebdomadaire\w*|mensuel\w*|annuel\w*|jamais|dès que|quand|après|avant|cada|vez|veces|por"
    r"|diari\w+|semanal\w*|mensual\w*"
    r"|anual\w*"
    r"|todos|nunca|siempre|cuando|después|antes)\b|[次每逐回遍]|[一两二三四五六七八九十][年月周天]|定期|当"
)
_CODE = re.compile(r"[“\"«「《][^”\"»」》]{2,}|\b(?=\w*\d)(?=\w*[A-Z])\w{3,}\b")
_ASKS_MEASURE: dict[Unit, str] = {
    "weight": r"\bhow heavy\b|\bhow much (?:does|do|did|may|can|must) .{1,60}\bweigh\b|\bwie schwer (?!es|ist es"
    r"|fällt)\b"
    r"|\bwie ?viel wiegt\b|\bcombien pèse\w*|\bcu[aá]nto pesa\w*|多重"
    r"|\bhow many (?:kilos?|kilogram\w*|grams?|tonn?es?)\b|\bwie ?viele? (?:kilo\w*|gramm|tonnen)\b"
    r"|\bcombien de (?:kilos?|grammes?|tonnes?)\b|\bcu[aá]nt[oa]s (?:kilos?|gramos|toneladas)\b"
    r"|多少(?:公斤|千克|斤|克|吨)",
    "length": r"\bhow (?:tall|deep|wide|thick) (?:is|are|was|were)\b|\bwie (?:tief|breit|dick) (?:ist|sind|war)\b"
    r"|\bhow many (?:square )?(?:met(?:er|re)s|kilomet\w+|feet|miles|hectares|acres)\b"
    r"|\bwie ?viele? (?:quadratmeter|meter|kilometer|hektar)\b|\bcombien de (?:mètres|kilomètres|hectares)\b"
    r"|\bcu[aá]nt[oa]s (?:metros|kilómetros|hectáreas)\b|多少(?:平方米|平方|米|公里)|多[深宽寬]",
    "volume": r"\bhow many lit(?:er|re)s\b|\bwie ?viele? liter\b|\bcombien de litres\b|\bcu[aá]ntos litros\b|多少升",
}
_A_NUMBER_ALONE = re.compile(r"(?<![\w.,])(?!(?:1[5-9]|20)\d\d\b)\d+(?:[.,]\d+)?(?![.,]?\d|\s*[\w%€$£°])")
_HAN_MAKER = re.compile(
    r"(?:(?![请請向为為由在从從与與和对對给給的到往])[\u4e00-\u9fff]){2}(?:公司|厂|廠|牌)|[A-Za-z]{2,}"
)
_HELD = tuple(
    (re.compile(asks, re.IGNORECASE), re.compile(holds, re.IGNORECASE))
    for asks, holds in (
        (_ASKS_COLOUR, _COLOURS),
        (_ASKS_AGE, _AGES),
        (_ASKS_LOUDNESS, _LOUDNESS),
        (_ASKS_DATA_RATE, _DATA_RATE),
        (_ASKS_ENERGY, _ENERGY),
        (_ASKS_AREA, _AREA),
        (_ASKS_FREQUENCY, _FREQUENCY),
    )
)
_MAKER = re.compile(_ASKS_MAKER, re.IGNORECASE)
_MEASURED = {unit: re.compile(asks, re.IGNORECASE) for unit, asks in _ASKS_MEASURE.items()}


def lacks_attribute(question: str, text: str) -> bool:
    """Whether the question asks for such an attribute, and nothing in the text could be one.

    A number that stands alone, as in a table's cell, may be of any unit.
    """
    tells = _teller(question)
    return tells is not None and not tells(text)


@lru_cache(maxsize=256)
def _teller(question: str) -> Callable[[str], bool] | None:
    """What tells whether a text has the attribute that is asked for; None where none is."""
    asked = folded(first_part(question))
    if held := next((holds for asks, holds in _HELD if asks.search(asked)), None):
        return lambda text: held.search(text) is not None
    if _MAKER.search(asked):
        return lambda text: _names_maker(question, text)
    if unit := next((unit for unit, asks in _MEASURED.items() if asks.search(asked)), None):
        return lambda text: holds_unit(unit, text) or _A_NUMBER_ALONE.search(text) is not None
    return None


def _names_maker(question: str, text: str) -> bool:
    """Whether a name stands there that the question does not say; in Chinese a firm's: people have names as well."""
    if _CODE.search(text):
        return True
    if IS_UNSPACED.search(text):
        return any(found.group() not in question for found in _HAN_MAKER.finditer(text))
    return holds_a_name(question, text)
