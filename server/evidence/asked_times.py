"""When: a question that only something with a time in it answers. Pure.

English, German, French, Spanish, Italian, Portuguese, Dutch and Chinese. All 103 sentences that answer such questions
of five sets say a time in one of these ways, and 27 of the 28 that answer how long; two fifths of the others say none.
Apart from `units`, for which a time is a figure with a unit: "before the exam", "on Mondays" are times too.
"""

import re

from server.evidence.answer_types import MONTHS, WEEKDAYS, is_asked
from server.evidence.units import holds_unit
from storage.words.folding import folded

_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but|und|et|y|e|en) )?"
    r"(?:(?:by|until|since|from|till|ab|bis|seit|à partir de|depuis|jusqu['’]à|desde|hasta|para|da|fino a|até|vanaf"
    r"|tot) )?"
    r"(?:when|wann|quand|cu[aá]ndo|quando|wanneer)\b"
    r"|什么时候|何时|啥时候|几时|哪一?[天年月]"
    r"|\bhow (?:soon|quickly|fast) (?:must|do|should|can|will|shall) (?:i|we|you|one|they|the)\b|\bwithin what time\b"
    r"|\b(?:by|at|from|until) what (?:time|date)\b|\bwhat time\b|\bwie schnell (?:muss|soll|müssen|sollen)\b"
    r"|\bin welcher Frist\b|\bum wie ?viel Uhr\b|\bdans quels? délais?\b|\b[àa] quelle heure\b|\ben qu[eé] plazo\b"
    r"|\b(?:is|are) there (?:an?|any) (?:\w+ )?(?:time[- ]limits?|deadlines?)\b"
    r"|\b(?:what|which)(?:['’]s| is| are) the (?:\w+ )?(?:time[- ]limits?|deadlines?)\b"
    r"|\bgibt es (?:eine |irgendeine )?(?:\w+)?frist\b|\bwelche (?:\w+)?frist\b|\bhay (?:un |alg[uú]n )?plazo\b"
    r"|\by a-t-il un (?:délai|date limite)\b|\bquel(?:le)? est l[ea] (?:délai|date limite)\b"
    r"|有没有(?:期限|时限|时间限制)"
    r"|\b(?:which|what) (?:week)?days? (?!of the (?:month|year)\b)|\b(?:an|zu) welche[mnr] (?:wochen)?tage?n?\b"
    r"|\bquels? jours?\b|\bqu[eé] d[ií]as?\b|(?:星期|礼拜|周)[几幾]"
    r"|\ba qu[eé] hora\b|\ba che ora\b|\ba que horas\b|\bhoe laat\b|[几幾][点點]",
    re.IGNORECASE,
)
_ASKS_HOW_LONG = re.compile(
    r"\bhow long\b|\bwie lange\b|\bcombien de temps\b|\bcu[aá]nto tiempo\b|\bquanto tempo\b|\bhoe lang\b"
    r"|多久|多长时间",
    re.IGNORECASE,
)
_ASKS_HOW_MUCH_TIME = re.compile(
    r"\bhow (?:long|much time) (?:does|do|did|will|would) .{0,60}\b(?:take|need)\b"
    r"|\bwie ?(?:lange|viel zeit) (?:dauer[nt]|dauert|brauch\w+|benötig\w+)\b"
    r"|\bcombien de temps (?:dure|durent|faut|prend|prennent|met|mettent)\b"
    r"|\bcu[aá]nto (?:tiempo )?(?:dura|duran|tarda|tardan|se tarda|lleva)\b|(?:要|需要?|花|得)(?:多久|多长时间)",
    re.IGNORECASE,
)
_TELLS_HOW_MUCH_TIME = re.compile(
    r"\b(?:immediate\w*|at once|instant\w*|overnight|same day|next (?:working )?day|until|till|moments?|a while"
    r"|sofort|umgehend|bis|über nacht|augenblick|weile|immédiat\w*|aussitôt|jusqu\w*|le jour même|lendemain"
    r"|inmediat\w*|enseguida|hasta|mismo día|día siguiente)\b|立即|马上|当天|當天|即时|次日|第二天"
    r"|\|[^\n]*\b(?:seconds?|minutes?|mins?|hours?|days?|weeks?|months?|years?|dauer|duration|durée|duración)\b",
    re.IGNORECASE,
)
_ASKS_HOW_OFTEN = re.compile(
    r"\bhow (?:often|frequently|regularly|many times)\b|\bwie (?:oft|häufig)\b|\bwie ?viele? mal\b"
    r"|\bcombien de fois\b|\b(?:à quelle fréquence|tous les combien)\b|\bcu[aá]ntas veces\b|\bcada cu[aá]nto\b"
    r"|\bcon qu[eé] frecuencia\b|多久.{0,8}一次|多长时间.{0,8}一次|每隔多久|几[次遍回]|多少次",
    re.IGNORECASE,
)
_TELLS_HOW_OFTEN = re.compile(
    r"\b(?:every\w*|each|daily|weekly|monthly|quarterly|yearly|annual\w*|hourly|once|twice|thrice|times|per|always|never"
    r"|regular\w*|frequen\w*|often|nightly|whenever|unlimited|as many"
    r"|jede[mnrs]?|alle|täglich\w*|\w*wöchentlich\w*|\w*monatlich\w*|\w*jährlich\w*|stündlich|einmal|zweimal|dreimal"
    r"|\w*mal|male|pro|immer|nie|regelmäßig|stets|beliebig"
    r"|chaque|tous les|toutes les|par|fois|quotidien\w*|hebdomadaire\w*|mensuel\w*|annuel\w*|toujours|jamais"
    r"|cada|todos los|todas las|por|al|vez|veces|diari\w+|semanal\w*|mensual\w*|anual\w*|siempre|nunca)\b"
    r"|[每逐]|[次遍回]|随时|不限|定期"
    rf"|\b(?:on|an|am) (?:the )?{WEEKDAYS['en']}s?\b|\b{WEEKDAYS['de']}s\b|\d ?[x×]",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|where|unless|provided|in case|in the event|falls|sofern|soweit|si|sauf|en cas|salvo|en caso|se|qualora"
    r"|caso|als|indien|mits)\b|如果|如遇|若|的情况|的，",
    re.IGNORECASE,
)
_ASKS_FOR_A_DEADLINE = re.compile(
    r"\b(?:have to|must|should|need to|due|deadline|muss|müssen|soll|sollen|fällig|dois|doit|devons|doivent|faut|debo"
    r"|debemos|tengo que|tenemos que|hay que|devo|deve|dobbiamo|moet|moeten|by when|until when|bis wann|avant quand"
    r"|hasta cu[aá]ndo)\b"
    r"|必须|最晚|最迟|之前",
    re.IGNORECASE,
)
_HOLDS_FIGURE = re.compile(r"\d|[一二三四五六七八九十百千]")
_PARTS = (
    r"second|minute|hour|day|week|weekend|month|year|night|decade|century|centuries|quarter|semester|season|spring"
    r"|summer"
    r"|autumn|winter|noon|midnight|morning|afternoon|evening|today|tomorrow|yesterday|date|deadline|moment|time"
    r"|period|term"
    r"|end|beginning|start|anniversary|christmas|easter|holiday|birthday",
    r"seconde|minute|heure|jour|semaine|mois|année|nuit|trimestre|saison|printemps|été|automne|hiver|midi|minuit"
    r"|matin"
    r"|soir|fin|début|délai|date|échéance",
    r"segundo|minuto|hora|día|semana|mes(?:es)?|año|noche|trimestre|plazo|fecha|fin|inicio|comienzo|mañana|tarde",
    r"secondo|ora|ore|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|notte|inizio|termine|mattina",
    r"dia|mês|ano|noite|prazo|fim|início|manhã",
    r"seconde|minuut|minuten|uur|uren|dag(?:en)?|week|weken|maand(?:en)?|jaar|jaren|nacht|einde|begin|termijn|datum",
)
_GERMAN_PARTS = r"\w*(?:sekunde|minute|stunde|tag|woche|monat|jahr|nacht|quartal|saison|zeit|frist|termin)\w*"
_NAMES = (
    rf"{WEEKDAYS['en']}s?|(?:jan|febr)uary|march|april|(?-i:May)|june|july|august|(?:sept|nov|dec)ember|october"
    rf"|{MONTHS['de']}|frühling|sommer|herbst|mittags?|mitternacht|morgens?|abends?|ende|beginn|anfang"
    rf"|{WEEKDAYS['fr']}|{MONTHS['fr']}|{WEEKDAYS['es']}|{MONTHS['es']}"
)
_ADVERBS = (
    r"before|after|until|till|within|during|while|when|whenever|once|since|upon|immediately|at once|daily|weekly"
    r"|monthly|yearly"
    r"|annual(?:ly)?|always|never|any ?time|following|later|earlier|early|late|soon|as long as|prior|ago"
    r"|first|last|next|now"
    r"|currently|no longer",
    r"vor|nach|bis|während|wenn|sobald|seit|ab|innerhalb|binnen|spätestens|frühestens|sofort|unverzüglich|(?:täg"
    r"|wöchent|monat|jähr)lich"
    r"|immer|nie|erst|früher|später|bald",
    r"avant|après|jusqu\w*|pendant|lorsqu\w*|quand|dès|depuis|immédiatement|quotidien\w*|hebdomadaire|mensuel\w*"
    r"|annuel\w*|toujours"
    r"|jamais|bientôt",
    r"antes|después|hasta|durante|cuando|desde|dentro|inmediatamente|diari\w+|semanal\w*|mensual\w*|anual\w*"
    r"|siempre|nunca|pronto",
    r"dopo|fino|quando|entro|subito|sempre|depois|até|enquanto"
    r"|tijdens|zodra|binnen"
    r"|sinds|altijd|nooit",
)
_CLOCK = (
    r"(?:at|by|from|until|till|before|after|to|around|um|ab|bis|gegen|von|vor|nach|à|vers|a las?|alle|às|om)\s+"
    r"(?:\d{1,2}(?![\d%.,]*\d|\s?%)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eins|zwei|drei|vier|fünf|sechs"
    r"|sieben|acht|neun|zehn|elf|zwölf|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)"
)
_FIGURES = r"\d{1,2}[:.]\d\d|(?<!\d)(?:1\d|20)\d\d(?!\d)|\d{1,2}\s*(?:a\.?m|p\.?m|Uhr|h)\b|\d[./]\d{1,2}[./]\d"
_HAN = (
    r"[年月日天周週时時分秒季旬]|星期|世纪|世紀|小时|小時|期|前|后|後|当|當|每|立即|早|晚|夜|春|夏|秋|冬|随时|始终|从不"
)
_TIME = re.compile(
    rf"{_FIGURES}|\b{_CLOCK}\b|\b(?:(?:{'|'.join(_PARTS)})s?|{_GERMAN_PARTS}|{_NAMES}|{'|'.join(_ADVERBS)})\b|{_HAN}",
    re.IGNORECASE,
)


_ASKS_OF_PAST = re.compile(
    r"\bwhen (?:was|were|did|had)\b|\bwann (?:hat|haben|hatten?)\b(?!.*\b(?:geöffnet|geschlossen|offen)\b)"
    r".*\b\w*ge\w+(?:t|en)\b"
    r"|\bwann (?:war|waren|wurden?)\b|\bquand (?:a(?! lieu)|ont(?! lieu)|fut|était|s['’]est)\b"
    r"|\bcu[aá]ndo (?:fue|fueron|se \w+(?:ó|aron|ieron)|\w+(?:ó|aron|ieron))\b"
    r"|(?:什么时候|何时|哪一?年).*(?:的|了|成立|创建|建成)\W*$",
    re.IGNORECASE,
)
_ASKS_HOURS = re.compile(
    r"\b(?:what time|when) (?:do|does|is|are|will) .{0,60}\b(?:open|opens|close|closes|closed|shut|shuts)\b"
    r"|\bopening (?:hours|times)\b|\bwann (?:öffnet|öffnen|schließt|schließen)\b|\böffnungszeiten\b"
    r"|\bwann (?:hat|haben|ist|sind|macht|machen)\b.{0,60}\b(?:auf|zu|offen|geöffnet|geschlossen)\W*$"
    r"|\b[àa] quelle heure (?:ouvre|ferme|est ouvert)\w*|\bhoraires? d['’]ouverture\b"
    r"|\ba qu[eé] hora (?:abre|cierra)n?\b|\bhorario de apertura\b|几点(?:开|关)|(?:营业|开放)时间",
    re.IGNORECASE,
)
_TELLS_HOURS = re.compile(
    r"\b(?:open\w*|clos\w+|shut\w*|hours|round the clock|öffn\w*|geöffnet|offen|schließ\w*|geschlossen"
    r"|ouv\w+|ferm\w+|horaires?|abr\w+|abiert\w+|cierr\w+|cerrad\w+|horario)\b|[开關关营營]"
    r"|\d\s*(?:h|Uhr|a\.?m\.?|p\.?m\.?)?\s*(?:[-–—~～至到]|to|bis|à|a)\s*\d"
    r"|\b(?:from|ab|dès|à partir de|desde|a partir de) (?:las )?\d|[从從]\s*\d"
    r"|\b(?:from|von|de) \d[\d:.]*.{0,12}\b(?:to|bis|à|a)\b",
    re.IGNORECASE,
)
_ONLY_OF_DAYS = re.compile(
    r"\b\d{1,2}\s*(?:[:.]|h)\s*\d{0,2}\b|\b\d{1,2}\s*(?:a\.?m\.?|p\.?m\.?|Uhr|h)\b"
    rf"|\b(?:{'|'.join(WEEKDAYS[each] for each in ('en', 'de', 'fr', 'es'))})s?\b"
    r"|\b(?:bis|to|a|à|from|von|de|at|um|hours?|Stunden?)\b",
    re.IGNORECASE,
)


def asks_when(question: str) -> bool:
    """Whether the question asks for a time."""
    return is_asked(_ASKS, question)


def asks_how_long(question: str) -> bool:
    """Whether the question asks how long something takes, or is: a thesis is 18,000 words long."""
    return is_asked(_ASKS_HOW_LONG, question)


def lacks_time(question: str, text: str) -> bool:
    """Whether a time is asked for and the text says none; so it is with how often something happens.

    "When are taxis paid?" is answered by a condition as well, "When do I have to pay?" is not. What was once has no
    weekday or hour alone, and when a shop opens is not said by "order before 18:00". How long something takes is no
    hour of the day and no year.
    """
    if is_asked(_ASKS_HOURS, question) and _TELLS_HOURS.search(text) is None:
        return True
    is_row = "|" in text  # how often may be the name of a column
    if is_asked(_ASKS_HOW_OFTEN, question) and not is_row and _TELLS_HOW_OFTEN.search(text) is None:
        return True
    if is_asked(_ASKS_HOW_MUCH_TIME, question):
        said = "\n".join(line for line in text.split("\n") if "|" in line) or text  # not what stands above a table
        return not holds_unit("duration", said) and _TELLS_HOW_MUCH_TIME.search(said) is None
    if is_asked(_ASKS_OF_PAST, question):
        return _TIME.search(_ONLY_OF_DAYS.sub(" ", text)) is None
    if asks_when(question):
        is_condition = _CONDITION.search(text) is not None and not _ASKS_FOR_A_DEADLINE.search(folded(question))
        return _TIME.search(text) is None and not is_condition
    return asks_how_long(question) and _HOLDS_FIGURE.search(text) is None and _TIME.search(text) is None
