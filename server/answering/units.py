"""Units and currencies as people write them in several languages, and what they mean. Pure.

A written unit may mean several things ("pounds" are money or mass). Two units can be compared where they measure the
same; a currency measures nothing but itself.
"""

import re
from collections.abc import Mapping

Unit = tuple[tuple[str, float], ...]
"""What a written unit may mean: what is measured, and how many of its base unit one is."""

# what is measured: {how many base units: how it is written}
_CURRENCIES: Mapping[str, str] = {
    "EUR": "€ eur euro euros 欧元 歐元 ユーロ",
    "USD": "$ us$ usd dollar dollars dólar dólares 美元 美金 ドル 달러 us-dollar",
    "GBP": "£ gbp sterling 英镑 英鎊 pfund pound pounds libras",
    "CNY": "¥ ￥ cny rmb yuan renminbi 元 人民币 人民幣",
    "JPY": "¥ ￥ jpy yen 日元 日圆 円",
    "CHF": "chf franken sfr 瑞士法郎",
    "INR": "₹ inr rupee rupees 卢比",
    "KRW": "₩ krw 韩元 원",
    "BRL": "r$ brl reais",
    "PLN": "zł pln złoty",
    "SEK": "sek kronor",
    "RUB": "₽ rub rubel rubles roubles",
    "HKD": "hk$ hkd 港元 港币",
}
_HUNDREDTHS: Mapping[str, str] = {
    "EUR": "cent cents centimes céntimos cêntimos 欧分",
    "USD": "cent cents ¢ 美分",
    "GBP": "pence penny",
}
_MEASURES: Mapping[str, Mapping[float, str]] = {
    "percent": {
        1: "% ％ percent per-cent prozent pourcent pour-cent por-ciento por-cento per-cento procent 个百分点"
    },
    "per mille": {1: "‰ promille"},
    "seconds": {
        0.001: "ms millisecond milliseconds millisekunden 毫秒",
        1: "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos 秒 秒钟",
        60: "min mins minute minutes minuten minuto minutos 分钟 分鐘",
        3600: "h hr hrs hour hours stunde stunden heure heures hora horas 小时 小時 个小时 个钟头 時間",
        86400: "day days tag tage tagen jour jours día días dia dias 天",
        604800: "week weeks woche wochen semaine semaines semana semanas 周 星期 个星期 週間",
    },
    "months": {
        1: "month months monat monate monaten monats mois mes meses 个月 個月 ヶ月 か月",
        12: "year years jahr jahre jahren ans année années año años ano anos",
    },
    "metres": {
        0.001: "mm millimetre millimetres millimeter millimeters millimètres milímetros 毫米",
        0.01: "cm centimetre centimetres centimeter centimeters zentimeter centimètres centímetros 厘米",
        1: "m metre metres meter meters metern mètre mètres metros 米",
        1000: "km chilometri quilômetros quilómetros "
        "kilometre kilometres kilometer kilometers kilomètres kilómetros 公里 千米",
        0.0254: "inch inches zoll pouces pulgadas 英寸",
        0.3048: "ft foot feet fuß pieds 英尺",
        1609.344: "mile miles meile meilen millas 英里",
    },
    "square metres": {
        1: "m² m2 qm sqm sq-m square-metres square-meters square-metre quadratmeter "
        "mètres-carrés metros-cuadrados 平方米",
        0.09290304: "sqft square-feet sq-ft",
        10000: "ha hectare hectares hektar 公顷",
        1e6: "km² square-kilometres quadratkilometer 平方公里",
    },
    "grams": {
        0.001: "mg milligram milligrams milligramm 毫克",
        1e-6: "µg μg mcg microgram micrograms mikrogramm microgrammes microgramos 微克",
        1: "g gram grams gramm gramme grammi gramas grammes gramos 克",
        1000: "kg chilo chili chilogrammi quilo quilos quilogramas "
        "kilo kilos kilogram kilograms kilogramm kilogrammes kilogramos 千克 公斤",
        1e6: "tonne tonnes tonnen toneladas 吨",
        453.59237: "lb lbs pound pounds 磅",
        28.349523: "oz ounce ounces unzen 盎司",
    },
    "litres": {
        0.001: "ml millilitre millilitres milliliter milliliters mililitros 毫升",
        0.01: "cl",
        0.1: "dl",
        1: "l litri litre litres liter liters litro litros 升 公升",
        3.785412: "gallon gallons 加仑",
    },
    "degrees Celsius": {
        1: "°c ℃ 摄氏度 degrees-celsius degree-celsius degrees-c grad-celsius degrés-celsius grados-celsius "
        "graus-celsius"
    },
    "degrees Fahrenheit": {1: "°f ℉ 华氏度 degrees-fahrenheit degree-fahrenheit degrees-f grad-fahrenheit"},
    "bytes": {
        1e3: "kb", 1e6: "mb megabyte megabytes", 1e9: "gb gigabyte gigabytes", 1e12: "tb terabyte terabytes",
        2**10: "kib", 2**20: "mib", 2**30: "gib", 2**40: "tib",
    },
    "watts": {1: "w watt watts", 1000: "kw kilowatt kilowatts 千瓦", 1e6: "mw megawatt megawatts"},
    "ampere hours": {0.001: "mah", 1: "ah amperestunden"},
    "watt hours": {1: "wh", 1000: "kwh kilowattstunden 千瓦时", 1e6: "mwh", 1e9: "gwh"},
    "hertz": {1: "hz", 1e3: "khz", 1e6: "mhz", 1e9: "ghz"},
    "volts": {1: "v volt volts 伏", 1000: "kv"},
    "metres per second": {
        1: "m/s metres-per-second meters-per-second 米每秒",
        1 / 3.6: "km/h kph kmh stundenkilometer kilometres-per-hour kilometers-per-hour kilometer-pro-stunde "
        "kilomètres-par-heure kilómetros-por-hora quilômetros-por-hora 公里每小时", 0.44704: "mph miles-per-hour"
        " meilen-pro-stunde"},
}  # fmt: skip


def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for currency, written in _CURRENCIES.items():
        for word in written.split():
            table[word] = (*table.get(word, ()), (currency, 1.0))
    for currency, written in _HUNDREDTHS.items():
        for word in written.split():
            table[word] = (*table.get(word, ()), (currency, 0.01))
    for measured, units in _MEASURES.items():
        for factor, written in units.items():
            for word in written.split():
                table[word.replace("-", " ")] = (*table.get(word, ()), (measured, float(factor)))
    return table


UNITS = _table()
_BY_LENGTH = sorted(UNITS, key=len, reverse=True)
_LATIN = [word for word in _BY_LENGTH if re.fullmatch(r"[a-zà-ÿß].*", word)]
_SIGNS = [word for word in _BY_LENGTH if word not in _LATIN]
_CASED = {"s", "h", "m", "g", "l", "w", "v", "min", "mw", "mes", "ans", "anos"}
"""Short ones that are units only as they are usually written, and not in capitals."""

UNIT_AFTER = (
    r"(?P<unit>(?:[ \u00a0\u202f-]?(?:"
    + "|".join(map(re.escape, _SIGNS))
    + r")|[ \u00a0\u202f-]?(?:"
    + "|".join(re.escape(word).replace(r"\ ", r"[ \-]") for word in _LATIN)
    + r")(?![\w²³/]|[-’'][a-z])))"
)
CURRENCY_BEFORE = r"(?P<before>(?:us\$|hk\$|[€$£¥￥₹₩]|(?:eur|usd|gbp|cny|rmb|chf|jpy|inr|hkd)(?![a-z])|人民币)\s?)"


def unit_of(written: str | None) -> Unit:
    """What a unit means as it is written; empty where there is none."""
    if not written:
        return ()
    word = written.strip(" \u00a0\u202f-").replace("-", " ")
    folded = word.casefold()
    if folded in _CASED and word != folded and word not in ("W", "V", "MW"):
        return ()
    return UNITS.get(folded, ())


def is_comparable(one: Unit, other: Unit) -> bool:
    """Whether both may measure the same."""
    return bool({measured for measured, _ in one} & {measured for measured, _ in other})
