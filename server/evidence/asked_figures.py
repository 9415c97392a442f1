"""Answers of a form that a sentence has or has not: a telephone number, an address, so many of something. Pure.

"What is the library's telephone number?" is not answered by a sentence about its telephone, nor "How fast is the boat?"
by its length.
"""

import re
from functools import lru_cache

from server.evidence.answer_types import first_part
from server.evidence.units import Unit, expected_unit, holds_unit
from storage.words.english_stems import stem
from storage.words.folding import folded
from storage.words.scripts import IS_UNSPACED

_CONTACTS = (
    (
        r"\b(?:(?:tele)?phone|fax|mobile|cell|hotline)(?: |-)?(?:number|no\.?)\b|\b(?:telefon|handy|fax)nummer\b"
        r"|\bnuméro de téléphone\b|\bnúmero de teléfono\b|\bnúmero de telefone\b|电话号码?是|电话多少|联系电话|手机号",
        r"\+?\d[\d ()/.–-]{4,}\d|\b(?:tel|phone|call|dial|ring|ruf\w*|number|appel\w*|llam\w*)\b\W{0,3}"
        r"(?:\w+\W){0,3}\d{3,}\b"
        r"|(?:电话|電話|拨打|撥打|致电|致電)\D{0,6}\d{3,}",
    ),
    (
        r"\be-?mail(?:s| address| adresse)\b|\bwhat.{0,12}\be-?mail\b|\b(?:adresse|dirección|correo) (?:de )?e?-?mail\b"
        r"|\bcorreo electrónico\b|电子邮箱|邮箱(?:地址)?是|邮件地址",
        r"\S@\S",
    ),
    (
        r"\b(?:website|web site|web address|homepage|url)\b|\bwebseite\b|\bsite (?:web|internet)\b"
        r"|\bsitio web\b|网址|网站地址",
        r"https?:|\bwww\.|\b[\w-]+\.(?:com|org|net|eu|de|fr|es|cn|uk|gov|edu|io|info)\b",
    ),
    (
        r"\biban\b|\baccount number\b|\bkontonummer\b|\bnuméro de compte\b|\bnúmero de cuenta\b|账号是|银行账号",
        r"\d[\d ]{5,}\d",
    ),
)
_CONTACT_FORMS = tuple((re.compile(asks, re.IGNORECASE), re.compile(holds, re.IGNORECASE)) for asks, holds in _CONTACTS)
_ASKS_PRICE = re.compile(
    r"\bhow much (?:is|are|do|does|did|will|would|must|should|can)\b.{0,60}"
    r"\b(?:cost|pay|charged?|fees?|fare|rent|deposit|price|tickets?)\b"
    r"|\bwhat (?:do|does|did|will|would)\b.{1,60}\bcost\b|\b(?:price|fare|fee) (?:of|for|from)\b"
    r"|\bwas kostet|\bwie teuer|\bcombien (?:co[uû]te|pa[yi])|\bco[uû]te combien"
    r"|\bcu[aá]nto (?:cuesta|vale|pag|cobr)|\bquanto (?:cust|cost)"
    r"|多少钱|几块钱|费用?(?:是|要|为)?多少",
    re.IGNORECASE,
)
_TELLS_PRICE = re.compile(
    r"\d[.,]\d\d(?!\d)|\d\s?%"
    r"|\bper ?cent\b|\b(?:free|included|no (?:charge|fee|cost)|nothing|without charge|twice|double|half)\b"
    r"|\b(?:at cost|cost price|(?:purchase|market|full|actual|replacement|new) (?:price|value|costs?)"
    r"|(?:months?['’]?|monthly) rents?|times|deposit is|nothing|waived)\b|\b(?:Monats|Kalt|Warm)miete"
    r"|\b(?:Selbstkosten|Zeitwert|Neuwert|Einkaufspreis)"
    r"|\b(?:loyers?|mensualit\w+|mensualidad\w*|prix coûtant|al coste|valor de)\b|个月(?:的)?租金|成本|原价|市价|实际"
    r"|\b(?:kostenlos|kostenfrei|gratis|inbegriffen|enthalten|frei|Prozent|doppelte\w*|hälfte)\b"
    r"|\b(?:gratuit\w*|compris\w*|inclus\w*|double|moitié|incluid[oa]s?|gratuit[oa]s?|doble|mitad)\b"
    r"|免费|免費|包含|不收|无需|百分之|倍|折|免收|按.{1,8}(?:价|計|计)",
    re.IGNORECASE,
)
_MEASURED: frozenset[Unit] = frozenset({"pressure", "speed", "voltage", "current", "power", "volume", "weight"})
"""Quantities that are hardly ever told without their unit, as money, time and length may be."""

_END = (
    "do|does|did|is|are|can|could|were|was|has|have|had|will|would|may|must|should|made|in|on|of|at|per|from|for|to|that|i|we|you"
    "|hat|haben|gibt|sind|ist|darf|dürfen|kann|können|muss|müssen|wurden|hatte"
)
_COUNTED = re.compile(rf"\b(?:how many|wie ?viele) ((?:[^\W\d]+ ){{1,4}}?)(?:{_END})\b", re.IGNORECASE)
_NOT_COUNTED = re.compile(r"\b(?:times|more|others?|mehr|male)\s*$", re.IGNORECASE)
_WORD = re.compile(r"[\w.,%-]+")
_NUMBER = re.compile(
    r"\d|^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty|hundreds?|thousands?|million"
    r"|several|dozens?|none|no|both|half|twice|once|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|kein\w*|beide)$",
    re.IGNORECASE,
)
_NEAR = 4  # words between a number and what it counts
_ALIKE = 5  # letters at the beginning of two forms of a word


@lru_cache(maxsize=256)
def _contact_form(question: str) -> re.Pattern[str] | None:
    asked = folded(first_part(question))
    return next((holds for asks, holds in _CONTACT_FORMS if asks.search(asked)), None)


def lacks_form(question: str, text: str) -> bool:
    """Whether the answer has a form of its own, and nothing in the text has it."""
    form = _contact_form(question)
    if form is not None:
        return form.search(text) is None
    if _asks_for_price(question):
        return not (holds_unit("money", text) or _TELLS_PRICE.search(text))
    unit = expected_unit(first_part(question))
    return unit in _MEASURED and not holds_unit(unit, text)


@lru_cache(maxsize=256)
def _asks_for_price(question: str) -> bool:
    return _ASKS_PRICE.search(folded(first_part(question))) is not None


@lru_cache(maxsize=256)
def counted(question: str) -> str:
    """The stem of what is to be counted in "How many … ?"; empty where nothing is."""
    found = _COUNTED.search(first_part(question))
    if found is None or _NOT_COUNTED.search(found[1]):
        return ""
    return stem(found[1].split()[-1].lower())


def lacks_count(question: str, text: str) -> bool:
    """Whether something is to be counted and no number stands near it in this text of the question's script."""
    thing = counted(question)
    if not thing or IS_UNSPACED.search(text):
        return False
    words = [word.strip(".,") for word in _WORD.findall(text)]
    places = [place for place, word in enumerate(words) if _is_form(thing, stem(word.lower()))]
    return not any(
        _NUMBER.search(word)
        for place in places
        for word in (*words[max(0, place - _NEAR) : place], *words[place + 1 : place + 1 + _NEAR])
    )


def _is_form(thing: str, word: str) -> bool:
    return word == thing or (len(thing) >= _ALIKE and word.startswith(thing[:_ALIKE]))
