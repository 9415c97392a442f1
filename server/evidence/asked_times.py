"""When: a question that only something with a time in it answers. Pure.

English, German, French, Spanish, Italian, Portuguese, Dutch and Chinese. Of 95 such questions of four sets 93 are
answered by a sentence that says a time in one of these ways, and of the other sentences there two fifths do not. Apart
from `units`, for which a time is a figure with a unit: "before the exam", "once a year", "on Mondays" are times too.
"""

import re
from functools import lru_cache

from server.evidence.answer_types import first_part
from storage.words.folding import folded

_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but|und|et|y|e|en) )?"
    r"(?:(?:by|until|since|from|till|ab|bis|seit|à partir de|depuis|jusqu['’]à|desde|hasta|para|da|fino a|até|vanaf"
    r"|tot) )?"
    r"(?:when|wann|quand|cu[aá]ndo|quando|wanneer)\b"
    r"|什么时候|何时|啥时候|几时|哪一?[天年月]",
    re.IGNORECASE,
)
_PARTS = (
    r"second|minute|hour|day|week|weekend|month|year|night|decade|century|centuries|quarter|semester|season|spring"
    r"|summer"
    r"|autumn|winter|noon|midnight|morning|afternoon|evening|today|tomorrow|yesterday|date|deadline|moment|time"
    r"|period|term"
    r"|end|beginning|start|anniversary|christmas|easter|holiday|birthday",
    r"seconde|minute|heure|jour|semaine|mois|an|année|nuit|trimestre|saison|printemps|été|automne|hiver|midi|minuit"
    r"|matin"
    r"|soir|fin|début|délai|date|échéance",
    r"segundo|minuto|hora|día|semana|mes(?:es)?|año|noche|trimestre|plazo|fecha|fin|final|inicio|comienzo|mañana|tarde",
    r"secondo|ora|ore|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|notte|fine|inizio|termine|data|mattina|sera",
    r"dia|mês|ano|noite|prazo|data|fim|início|manhã",
    r"seconde|minuut|minuten|uur|uren|dag(?:en)?|week|weken|maand(?:en)?|jaar|jaren|nacht|einde|begin|termijn|datum",
)
_GERMAN_PARTS = r"\w*(?:sekunde|minute|stunde|tag|woche|monat|jahr|nacht|quartal|saison|zeit|frist|termin)\w*"
_NAMES = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:jan|febr)uary|march|april|may|june|july|august|(?:sept|nov"
    r"|dec)ember|october"
    r"|januar|februar|märz|mai|juni|juli|oktober|dezember|frühling|sommer|herbst|mittags?|mitternacht|morgens?"
    r"|abends?|ende|beginn|anfang"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|février|mars|avril|juin|juillet|août|septembre"
    r"|octobre|novembre"
    r"|décembre|lunes|martes|miércoles|jueves|viernes|sábado|domingo|enero|febrero|marzo|abril|mayo|junio|julio"
    r"|agosto|septiembre|octubre"
    r"|noviembre|diciembre"
)
_ADVERBS = (
    r"before|after|until|till|within|during|while|when|whenever|once|since|upon|immediately|at once|daily|weekly"
    r"|monthly|yearly"
    r"|annual(?:ly)?|always|never|any ?time|following|later|earlier|early|late|soon|as long as|every|prior|ago"
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
    r"prima|dopo|fino|durante|quando|entro|subito|sempre|mai|depois|até|enquanto|dentro|sempre|nunca|voor|na|tot"
    r"|tijdens|zodra|binnen"
    r"|sinds|direct|altijd|nooit",
)
_FIGURES = r"\d{1,2}[:.]\d\d|(?<!\d)(?:1\d|20)\d\d(?!\d)|\d{1,2}\s*(?:a\.?m|p\.?m|Uhr|h)\b|\d[./]\d{1,2}[./]\d"
_HAN = (
    r"[年月日天周週时時分秒季旬]|星期|世纪|世紀|小时|小時|期|前|后|後|当|當|每|立即|早|晚|夜|春|夏|秋|冬|随时|始终|从不"
)
_TIME = re.compile(
    rf"{_FIGURES}|\b(?:(?:{'|'.join(_PARTS)})s?|{_GERMAN_PARTS}|{_NAMES}|{'|'.join(_ADVERBS)})\b|{_HAN}", re.IGNORECASE
)


@lru_cache(maxsize=256)
def asks_when(question: str) -> bool:
    """Whether the question asks for a time."""
    return _ASKS.search(folded(first_part(question))) is not None


def lacks_time(question: str, text: str) -> bool:
    """Whether a time is asked for and the text says none."""
    return asks_when(question) and _TIME.search(text) is None
