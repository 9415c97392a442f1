"""Answers of a form that a sentence has or has not: a telephone number, an address, so many of something. Pure.

"What is the library's telephone number?" is not answered by a sentence about its telephone, nor "How fast is the boat?"
by its length.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from server.evidence.answer_types import CALENDAR, WEEKDAYS, first_part, is_asked
from server.evidence.units import Unit, asked_quantity, holds_unit
from storage.words.english_stems import stem
from storage.words.folding import folded
from storage.words.scripts import IS_UNSPACED
from storage.words.terms import STOP_WORDS

_WHAT_IS = (
    r"(?:\b(?:what(?:['’]?s| is| are)|which|give me|tell me|i need) (?:[\w'’]+ ){0,4}?|\b(?:wie (?:ist|lautet)"
    r"|welche\w*) (?:\w+ ){0,3}?"
    r"|\bquel(?:le)? (?:est )?(?:\w+ ){0,2}?(?:l['’])?|\bcuál es (?:\w+ ){0,2}?|\bqual é (?:\w+ ){0,2}?"
    r"|^\W*(?:the )?)"
)
_NOUNS = (
    (
        r"(?:(?:(?:tele)?phone|fax|mobile|cell|hotline)(?: |-)?(?:number|no\.?)|(?:telefon|handy|fax)nummer"
        r"|numéro de téléphone"
        r"|(?:número de )?tel[ée]fono|número de telefone"
        r"|(?:telephone |phone )?extension(?: number)?|durchwahl(?:nummer)?|poste téléphonique)\b"
        r"(?! (?:used|needed|required|of (?:the )?(?:term|deadline|period|lease|contract)|cord"
        r"|for\b.*\b(?:must|should)))",
        r"\b(?:what|which) (?:\w+ )?numbers? (?:do|does|should|can|must|shall) (?:i|we|you|one) (?:\w+ )?"
        r"(?:ring|call|dial|phone|text|fax)\b|\bunter welcher (?:\w+)?nummer\b"
        r"|\bquel numéro (?:\w+[- ])?(?:appel|téléphon|compos)\w*|\bqu[eé] número (?:\w+ )?(?:llam|marc)\w*"
        r"|(?:电话|手机|分机)(?:号码?)?(?:是|多少)|[打拨撥](?:什么|哪个|几号|多少)",
        r"\+?\d[\d ()/.–-]{4,}\d|\b(?:tel|phone|call|dial|press|ring|ruf\w*|notruf|number|appel\w*"
        r"|llam\w*)\b\W{0,3}"
        r"(?:\w+\W){0,3}\d{1,}\b|\bunter\b\W{0,3}(?:\w+\W){0,3}\d{3,}\b"
        r"|(?:电话|電話|拨打|撥打|致电|致電)\D{0,6}\d{3,}|[:：]\s*\d{2,}|printed|gedruckt|aufgedruckt|印在",
    ),
    (
        r"(?:e-?mail(?:[ -]?adress\w*| address)?|adresse e-?mail|correo electrónico|dirección de correo)\b",
        r"(?:电子邮箱|邮箱|邮件)(?:地址)?是",
        r"\S@\S|\(at\)|\[at\]",
    ),
    (
        r"(?:website|web site|web address|homepage|url|webseite|site (?:web|internet)|sitio web)\b",
        r"(?:网址|网站|官网)(?:地址)?是",
        r"https?:|\d+\.\d+\.\d+\.\d+|\bwww\.|\b[\w-]+\.(?:com|org|net|eu|de|fr|es|cn|uk|gov|edu|io|info)\b",
    ),
    (
        r"(?:(?:postal|street|mailing|home|office) )?address\b(?! (?:book|bar|space|given|used|the|these|this)\b)"
        r"|(?:(?:post|wohn|haus)?anschrift|(?<!mail-)(?:post)?adresse)\b(?! (?:e-?mail|électronique|ip|web))"
        r"|(?:direcci[oó]n|domicilio)\b(?! (?:de correo|ip))",
        r"(?<!邮箱)(?<!网络)(?<!电子)地址(?:是|在|为)",
        rf"\b\d{{1,4}}[a-z]?,? (?!(?:{CALENDAR})\b)(?-i:[A-ZÀ-Þ][a-zß-ÿ])|\b\d{{5}}\b|@|https?:|www|\bbox \d"
        r"|\b(?:street|road|lane|avenue|square|quay|rue|place|calle|plaza)\b|(?:straße|strasse|gasse|allee|platz)\b"
        r"|[路街巷弄]|\d+\s*[号室楼]|大道",
    ),
    (
        r"(?:day of the week|weekday|wochentag|jour de la semaine|día de la semana)\b",
        r"(?:星期|礼拜|周)几",
        rf"\b{WEEKDAYS['en']}s?\b|\b(?:week(?:days?|ends?)|daily|every day)\b"
        rf"|\b(?:{WEEKDAYS['de']}|werktag|wochenende)\w*|täglich"
        rf"|\b(?:{WEEKDAYS['fr']}|jour ouvrable|week-end)s?\b|chaque jour"
        rf"|\b(?:{WEEKDAYS['es']}s?|fin de semana|cada día|diari[oa])\b"
        rf"|{WEEKDAYS['zh']}|每天|每日|工作日",
    ),
    (
        r"(?:iban|account number|kontonummer|numéro de compte|número de cuenta)\b",
        r"(?:银行)?账号是",
        r"\d[\d ]{5,}\d",
    ),
    (
        r"(?:\w+[ -])?(?:password|passcode|passphrase|pin(?: code| number)?|passwort|kennwort|wlan-schlüssel"
        r"|mot de passe|contraseña|palavra-passe|senha)\b(?! (?:length|policy|rules?|manager|change|must|should))",
        r"密[码碼](?:是|多少)",
        r"pass\w*|\bpin\b|kennw\w+|schlüssel|mot de passe|contraseña|clave|senha|密[码碼]|\bcode\b",
    ),
)
_ASKS_AGE = re.compile(
    r"\b(?:minimum|maximum|legal|what|which)(?: \w+){0,2} age\b|\bhow old (?:do|must|should)\b"
    r"|\bwelche[mnrs]? (?:mindest)?alter\b|\bmindestalter\b|\bwie alt (?:muss|müssen|darf|dürfen|soll)"
    r"|\bquel âge\b|\bâge minimum\b|\bqué edad\b|\bedad mínima\b|几岁|幾歲|多少岁|多大年[龄纪]|年龄(?:要求|限制)",
    re.IGNORECASE,
)
_TELLS_AGE = re.compile(
    r"\b(?:age|aged|older|younger|old|adults?|minors?|born|birthday|child\w*|kids?|under|over|at least|alt|älter|jünger"
    r"|erwachsen\w*|volljährig\w*|minderjährig\w*|\w*lebensjahr\w*|\w*alter|kind\w*|unter|über|ab|mindestens|bis"
    r"|ans|âge|âgée?s?|majeure?s?|mineure?s?|adultes?|enfants?|años|edad|mayor(?:es)?|menor(?:es)?|adultos?|niñ\w+)\b"
    r"|岁|歲|成年|儿童|兒童|年龄|年齡",
    re.IGNORECASE,
)
_CONTACT_FORMS = tuple(
    (re.compile(rf"{_WHAT_IS}{noun}|{han}", re.IGNORECASE), re.compile(holds, re.IGNORECASE))
    for noun, han, holds in _NOUNS
)
_ASKS_PRICE = re.compile(
    r"\bhow much (?:is|are|do|does|did|will|would|must|should|can)\b.{0,60}"
    r"\b(?:cost|pay|charged?|fees?|fare|rent|deposit|price|tickets?)\b"
    r"|\bwhat (?:do|does|did|will|would)\b.{1,60}\bcost\b|\bwhat(?:['’]?s| is) the (?:\w+ )?(?:price|fare|fee|cost)\b"
    r"|\bhow much is (?:an?|one|\d+) (?!.{0,40}\b(?:dose|dosage|limit|weight|power|capacity|period|notice|leave)\b)"
    r"|\bwhat(?:['’]?s| is| does| do) .{2,50}\bcosts?\W*$|\bà combien (?:est|sont|le|la)\b|\bà combien\W*$"
    r"|\ba cu[aá]nto (?:est|sale|va)"
    r"|\bcu[aá]nto sale\b|收费多少|怎么收费"
    r"|\bwas kostet|\bwie teuer|\bcombien (?:co[uû]te|pa[yi])|\bco[uû]te combien"
    r"|\bcu[aá]nto (?:cuesta|vale|pag|cobr)|\bquanto (?:cust|cost)"
    r"|多少钱|几块钱|费用?(?:是|要|为)?多少",
    re.IGNORECASE,
)
_TELLS_PRICE = re.compile(
    r"\d[.,]\d\d(?!\d)|\d\s?%"
    r"|\bper ?cent\b|\b(?:free|included|no (?:charge|fee|cost)|nothing|without charge|twice|double|half)\b"
    r"|\b(?:at cost|cost price|(?:purchase|market|full|actual|replacement|new) (?:price|value|costs?)"
    r"|months?(?:['’]s?)?(?: of)? rents?|monthly rents?|price index|proportionate|complimentary|times|deposit is"
    r"|nothing|waived)\b|\b(?:Monats|Kalt|Warm)miete"
    r"|\b(?:Selbstkosten|Zeitwert|Neuwert|Einkaufspreis)"
    r"|\b(?:loyers?|mensualit\w+|mensualidad\w*|prix coûtant|al coste|valor de)\b|个月(?:的)?租金|成本|原价|市价|实际"
    r"|\b(?:kostenlos|kostenfrei|umsonst|gratis|inbegriffen|enthalten|frei|Prozent|doppelte\w*|hälfte)\b"
    r"|\b(?:offert\w*|gratuit\w*|compris\w*|inclus\w*|double|moitié|incluid[oa]s?|gratuit[oa]s?|doble|mitad)\b"
    r"|[壹贰叁肆伍陆柒捌玖拾佰仟萬]|面议|免费|免費|包含|不收|无需|百分之|倍|折|免收|按.{1,8}(?:价|計|计)",
    re.IGNORECASE,
)
_RATE = re.compile(r"\d\s?(?:x|Hz|%)(?!\w)|\d\D{1,20}(?:\bper\b|\bpro\b|\bpar\b|\bpor\b|/)", re.IGNORECASE)
_NOT_BARE = re.compile(
    r"\d{1,2}[:.]\d\d\b|\b(?:19|20)\d\d\b|\d{1,4}\s*[年月日号页條条章点點时時分天周个個名人件本册具]|(?:§|\bNo\.?|\bNr\.?|\bclause"
    r"|\bsection|\bpage|第)\s*\d[\d.]*"
    r"|\b(?:part|item|order|article|model|art)\b\.?\s*[a-z]*\d+(?:[-/]\w+)*|\b[a-z]*\d+(?:[-/][a-z]*\d+)+\b"
    r"|^\W*\d+(?:\.\d+)*[.)]?\s|\d[\d.,]*[\s-]?(?!(?:per|pro|par|por|each|je|im|al|a|and|und|or|plus)\b)[^\W\d_]+",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"(?<![A-Za-zÀ-ÿ\d.])\d+")
_MEASURED: frozenset[Unit] = frozenset(
    {"pressure", "speed", "voltage", "current", "power", "volume", "weight", "temperature"}
)
"""Quantities that are hardly ever told without their unit, as money, time and length may be."""

_END = (
    "do|does|did|is|are|can|could|were|was|has|have|had|will|would|may|must|should|made|in|on|of|at|per|from|for"
    "|to|that|i|we|you"
    "|hat|haben|gibt|sind|ist|darf|dürfen|kann|können|muss|müssen|wurden|hatte"
)
_NUMBER_OF = re.compile(
    r"\b(?:what(?:['’]?s| is| was| are)?|which) (?:the |is the )?(?:\w+ )?number of\b|\bhow many\b|\bwie ?viele\b"
    r"|\bwelche (?:\w+)?anzahl\b|\bwie (?:hoch|groß) ist die (?:\w+)?(?:zahl|anzahl)\b"
    r"|\bcombien (?:de (?!temps\b)|d['’])"
    r"|\bquel est le nombre\b|\bcu[áa]nt[oa]s\b|\bcuál es el número de\b|多少(?:个|人|名|位|台|本|件|座|次)",
    re.IGNORECASE,
)
_ANY_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十百千万两几半零]|\b(?:couple|pair|dozens?|few|every\w*|each|any number|as many|single"
    r"|unlimited|no limit|several|paar|jede\w*|beliebig\w*|unbegrenzt|unbeschränkt|einzige\w*|mehrere|chaque|plusieurs"
    r"|illimité\w*|cada|vari[oa]s|ilimitad\w+)\b|不限|任意|每",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"\b(?:how many|wie ?viele) ((?:[^\W\d]+ ){{1,4}}?)(?:{_END})\b", re.IGNORECASE)
_COUNTED_ELSEWHERE = re.compile(
    r"\bcombien (?:de |d['’])((?:[^\W\d_]+))|\bcu[áa]nt[oa]s ((?:[^\W\d_]+))", re.IGNORECASE
)
_PEOPLE = re.compile(
    r"people|peopl|persons?|guests?|visitors?|passengers?|participants?|adults?|individuals"
    r"|leute|personen|person|gäste?n?|besucher\w*|teilnehmer\w*|gens|personnes?|visiteurs?|invités?"
    r"|gente|personas?|visitantes?|invitados?|participantes?",
    re.IGNORECASE,
)
"""Who is counted as people: "no more than eight persons"."""
_SPANS = re.compile(
    r"(?:temps|fois|jours?|heures?|semaines?|mois|années?|ans|minutes?|veces|días?|horas?|semanas?|meses|años"
    r"|minutos?)",
    re.IGNORECASE,
)
_HAN_COUNTED = re.compile(
    r"(?:多少|几)[个個名位件本台辆间条张只家所座门種种人]?+(?P<a>[\u4e00-\u9fff]{2,3})\W*$"
    r"|(?P<b>[\u4e00-\u9fff]{2})(?:一共|总共|共)?有(?:多少|几)[个個名位件本台辆间条张只家所座门種种人]\W*$"
)
_HAN_NUMBER = r"[\d一二三四五六七八九十百千万两几数]"
_ASKS_TIMES_IN_HAN = re.compile(r"(?:多少|几|幾)[次遍回]")
_TELLS_TIMES_IN_HAN = re.compile(rf"{_HAN_NUMBER}\s*[次遍回]|次数|次數|每[天日周週月年季次]|逐[日月年]|不限|任意")
_NOT_COUNTED = re.compile(r"\b(?:times|more|others?|mehr|male)\s*$", re.IGNORECASE)
_WORD = re.compile(r"[\w.,%]+")
_NUMBER = re.compile(
    r"\d|^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty"
    r"|un[eoa]?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|cent"
    r"|mille|aucune?|deux|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta|cien(?:to)?|mil"
    r"|ningun[oa]?|ningún"
    r"|sixty|seventy|eighty|ninety|single|hundreds?|thousands?|million"
    r"|several|dozens?|none|no|both|half|twice|once|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|\w+zehn"
    r"|\w+zig|\w+ßig|hundert|tausend|kein\w*|beide)$",
    re.IGNORECASE,
)
_GERMAN_STOPS = frozenset(
    (
        "und",
        "oder",
        "im",
        "in",
        "am",
        "an",
        "auf",
        "mit",
        "von",
        "für",
        "aus",
        "bei",
        "nach",
        "zum",
        "zur",
        "der",
        "die",
        "das",
    )
)
_PER = frozenset(("per", "pro", "par", "por", "je", "every", "each", "jede", "jeder", "jedes", "chaque", "cada"))
_NEAR = 4  # words between a number and what it counts
_ALIKE = 5  # letters at the beginning of two forms of a word


@lru_cache(maxsize=256)
def _contact_form(question: str) -> re.Pattern[str] | None:
    asked = folded(first_part(question))
    return next((holds for asks, holds in _CONTACT_FORMS if asks.search(asked)), None)


def asks_form_of(question: str, other: str) -> bool:
    """Whether both ask for an answer of one form: a minimum age asked for in other words is still one."""
    return _asked_form(question) == _asked_form(other)


def _asked_form(question: str) -> tuple[object, ...]:
    return _contact_form(question), _asks_for_age(question), _asks_for_price(question)


def lacks_form(question: str, text: str) -> bool:
    """Whether the answer has a form of its own, and nothing in the text has it."""
    form = _contact_form(question)
    if form is not None:
        return form.search(text) is None
    if _asks_for_age(question):
        return _TELLS_AGE.search(text) is None
    if _asks_for_price(question):
        return not _tells_price(text)
    quantity = asked_quantity(first_part(question))
    return quantity is not None and quantity.unit in _MEASURED and not _tells_quantity(quantity.unit, text)


def lacks_price(question: str, text: str) -> bool:
    """Whether it is asked what something costs, and neither a sum nor anything like one is said."""
    return _asks_for_price(question) and not _tells_price(text)


def _tells_price(text: str) -> bool:
    return holds_unit("money", text) or _TELLS_PRICE.search(text) is not None or _has_bare_number(text)


def lacks_number(question: str, text: str) -> bool:
    """Whether it is asked how many, and no number stands there, in figures or in words, nor "every" or "any"."""
    if not is_asked(_NUMBER_OF, question) or _ANY_NUMBER.search(text):
        return False
    return not any(_NUMBER.search(word.strip(".,")) for word in _WORD.findall(text))


def _tells_quantity(unit: Unit, text: str) -> bool:
    """Whether a value of the unit stands there, or a number of no unit at all, or something so much per something."""
    return holds_unit(unit, text) or _RATE.search(text) is not None or _has_bare_number(text)


def _has_bare_number(text: str) -> bool:
    """Whether a number stands there that is no date, time or number of a part, and counts no unit of another kind."""
    return _BARE_NUMBER.search(_NOT_BARE.sub(" ", text)) is not None


def _asks_for_price(question: str) -> bool:
    return is_asked(_ASKS_PRICE, question)


@lru_cache(maxsize=256)
def _asks_for_age(question: str) -> bool:
    return _ASKS_AGE.search(first_part(question)) is not None


@lru_cache(maxsize=256)
def counted(question: str) -> tuple[str, ...]:
    """The stems of the words of what is to be counted in "How many … ?"; none where nothing is."""
    found = _COUNTED.search(first_part(question))
    if found is None and (elsewhere := _COUNTED_ELSEWHERE.search(first_part(question))):
        thing = (elsewhere[1] or elsewhere[2]).lower()
        return () if _SPANS.fullmatch(thing) else (thing,)
    if found is None or _NOT_COUNTED.search(found[1]):
        return ()
    return tuple(stem(word.lower()) for word in found[1].split() if word.casefold() not in STOP_WORDS)


@lru_cache(maxsize=256)
def asks_times(question: str) -> bool:
    """Whether a Chinese question asks how many times, which is said with a sign of its own."""
    return _ASKS_TIMES_IN_HAN.search(first_part(question)) is not None


def lacks_count(question: str, text: str) -> bool:
    """Whether something is to be counted and no number stands near it in this text of the question's script."""
    if IS_UNSPACED.search(question):
        thing = _counted_in_han(question)
        if not thing and asks_times(question):
            return _TELLS_TIMES_IN_HAN.search(text) is None
        return thing in text and bool(thing) and not _is_counted_in_han(thing, text)
    things = counted(question)
    return bool(things) and not IS_UNSPACED.search(text) and not _is_counted(things, text)


def tells_count(question: str, text: str) -> bool:
    """Whether something is to be counted and a number stands near it: "60 museums" where museums are asked for."""
    if IS_UNSPACED.search(question):
        thing = _counted_in_han(question)
        return bool(thing) and _is_counted_in_han(thing, text)
    return _is_counted(counted(question)[-1:], text)  # of "nature reserves" the reserves


def _is_counted(things: Sequence[str], text: str) -> bool:
    if not things:
        return False
    written = _WORD.findall(text)
    words = [word.strip(".,") for word in written]
    are_people = any(_PEOPLE.fullmatch(thing) for thing in things)
    places = [
        place
        for place, word in enumerate(words)
        if any(_is_form(thing, stem(word.lower())) for thing in things) or (are_people and _PEOPLE.fullmatch(word))
    ]
    return any(_counts_behind(words[max(0, place - _NEAR) : place]) for place in places) or any(
        _NUMBER.search(words[other]) and _counts_before(written, other)
        for place in places
        for other in range(place + 1, min(len(words), place + 1 + _NEAR))
    )


def _counts_behind(words: Sequence[str]) -> bool:
    """Whether one of the words before a thing counts it: "40 members", not "0.45 per square metre"."""
    numbers = [place for place, word in enumerate(words) if _NUMBER.search(word)]
    return bool(numbers) and not any(word.casefold() in _PER for word in words[numbers[-1] + 1 :])


def _counts_before(written: Sequence[str], place: int) -> bool:
    """Whether a number behind what it counts counts just that: nothing of its own follows, as in "members: 40"."""
    following = written[place + 1].strip(".,").casefold() if place + 1 < len(written) else ""
    return not following or written[place].endswith((".", ",")) or following in STOP_WORDS or following in _GERMAN_STOPS


@lru_cache(maxsize=256)
def _counted_in_han(question: str) -> str:
    found = _HAN_COUNTED.search(first_part(question))
    return found["a"] or found["b"] if found else ""


def _is_counted_in_han(thing: str, text: str) -> bool:
    """Whether a number stands in the eight characters before or behind the thing."""
    number = rf"{_HAN_NUMBER}[^，。；！？]{{0,8}}{thing}|{thing}[^，。；！？]{{0,8}}{_HAN_NUMBER}"
    return re.search(number, text) is not None


def _is_form(thing: str, word: str) -> bool:
    if word == thing or (len(thing) >= _ALIKE and word.startswith(thing[:_ALIKE])):
        return True
    return len(thing) >= _ALIKE and word.endswith(thing[-_ALIKE:])  # a German compound
