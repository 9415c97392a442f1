"""Whether something is there, and what it costs: questions whose thing must be in the answer. Pure.

"Is there a sauna at the pool?" is not answered by whatever is said of the pool, nor "What does a massage cost?" by the
price of something else. Apart from `asked_figures`, which asks for the form of the answer and not for its thing.
"""

import re
from functools import lru_cache

from server.evidence.answer_types import NEXT_QUESTION, first_part, is_asked
from storage.words.folding import folded
from storage.words.terms import STOP_WORDS

_PATTERNS = (
    r"\b(?:is|are|was|were) there (?:some|any)where (?:to|for) (.+)",
    r"^(?:(?!\b(?:how many|what|which|where|when|why)\b).)*?\b(?:is|are|was|were) there (.+)",
    r"\bhow many (?!of\b|more\b|times\b)((?:[^\W\d]+ ){1,3}?)(?:is|are|was|were|does|do|did|has|have|can|may|will)\b",
    r"\bwie ?viele? (?!mal\b)((?:[^\W\d]+ ){1,3}?)(?:gibt|hat|haben|habt|sind|waren|darf|dürfen|kann|können)\b",
    r"(?:多少|几|幾)[个個名位件本台辆间条张只家所座种]([^，。；,的？?]{2,4})[？?]?$",
    r"\bwho(?:['’]s| is| was| are| were) (?:the|our|your|my) (.+)",
    r"\bwer (?:ist|war|sind|waren) (?:der|die|das|unsere?|eure?|ihre?) (.+)",
    r"\bqui (?:est|était) (?:l[ea] |l['’]|votre |notre )(.+)",
    r"\bqui[eé]n es (?:el|la|vuestr[oa]|su|nuestr[oa]) (.+)",
    r"(?:谁|誰)是([^，。；,？?]{2,6})",
    r"([^，。；,的]{2,6})是(?:谁|誰)",
    r"\bhow (?:long|high|deep|tall|wide|big|large|heavy) (?:can|may|must|should) (?:the|my|a|an) (.+?) be\b",
    r"\bwie (?:lang|hoch|tief|breit|groß|schwer) (?:darf|muss|soll|kann) (?:eine?|meine?|der|die|das) (.+?) sein\b",
    r"\b(?:do|does|did) .{1,40}?\b(?:have|offer|sell|provide|serve|rent out|lend|stock|accept) (?!to\b)(.+)",
    r"\b(?:which|what) [^,?]{1,30}? (?:has|have|offers?|provides?|comes? with) "
    r"(?!to\b|been\b|had\b|got\b|\w+ed\b)(.+)",
    r"\bhow much (?:is|are|does|do|did|for) (?!i\b|we\b|you\b|they\b|it\b)(.+)",
    r"\bwhat (?:does|do|did) (?!i\b|we\b|you\b|they\b|it\b)(.+?) cost\b",
    r"\b(?:price|cost|fee|fare|charge) (?:of|for) (.+)",
    r"\bhow (?:long|high|deep|tall|wide|big|large|heavy|old|fast) (?:is|are) (?:the|your|a) (.+)",
    r"\bwie (?:lang|hoch|tief|breit|groß|schwer|alt|schnell) (?:ist|sind) (?!es\b|er\b|sie\b|das\W*$)(.+)",
    r"\bquelle est l[ae] (?:longueur|hauteur|profondeur|largeur|taille|vitesse) d(?:e l[ae]|u|es|e) (.+)",
    r"\bqué (?:longitud|altura|profundidad|anchura|tamaño|velocidad) tiene (.+)",
    r"\b(?:can|could|may) (?:i|we|you|one) (?:buy|rent|hire|order) (.+)",
    r"\bwhere (?:can|do|could) (?:i|we|you|one) (?:buy|rent|hire|get) (.+)",
    r"\bgibt(?: es|'s|s) (.+)",
    r"^\W*(?:und )?(?:hat|haben|habt|bietet|bieten|verkauft|verkaufen|vermietet|vermieten) (?!ich\b|wir\b)(.+)",
    r"\b(?:was|wie ?viel) koste[nt] (.+)",
    r"\bwie teuer (?:ist|sind) (.+)",
    r"\bwo (?:bekomme|kaufe) ich (.+)",
    r"\by a[- ]t[- ]il (.+)",
    r"\b(?:avez|proposez|offrez|vendez|louez|donnez)[- ]vous (?!à\b)(.+)",
    r"\bvous (?:avez|proposez|offrez|vendez|louez) (?=une?\b|des\b|du\b|de la\b|l['’])(.+)",
    r"\best[- ]ce qu['’e] ?.{1,40}?\b(?:a|ont|propose(?:nt)?|offre(?:nt)?) "
    r"(?=une?\b|des\b|du\b|de la\b|l[ae]\b|les\b|l['’])(.+)",
    r"\bco[uû]te(?:nt)? (.+)",
    r"(?:^|\W)hay (?!que\b)(.+)",
    r"\bcu[aá]nto (?:cuestan?|valen?) (.+)",
    r"\b(?:tienen?|ofrecen?|ten[eé]is|ofrec[eé]is|d[aá]is|dan|imparten|imparte|impart[ií]s) (?!que\b)(.+)",
    r"\b(?:c['’]è|ci sono|quanto cost(?:a|ano)) (.+)",
    r"\bavete (?!da\b)(.+)",
    r"\b(?:há|quanto cust(?:a|am)|oferecem?) (?!que\b)(.+)",
    r"\bt[eê]m (?=uma?\b|o\b|a\b|os\b|as\b)(.+)",
    r"\b(?:is er|zijn er|wat kost(?:en)?|(?:heeft u|hebben jullie)(?! te\b)) (.+)",
    r"(?:有没有|有沒有|有无)([^，。；,]{2,5})[？?]?$",
    r"有([^没沒，。；,]{2,5})(?:吗|嗎|么)[？?]?$",
    r"(?:你们|你们这里|这里|那里)(?:开|開|教|卖|賣|提供|收)([^，。；,]{2,8}?)(?:课|班)?(?:吗|嗎|么)",
)
_CARRIED = (
    r"\b(?:(?:can|could|may) (?:i|we|you|one)|(?:am i|are we|is it) allowed to) (?:take|bring) (?:in |along )?(.+)",
    r"\b(?:darf|dürfen|kann|können) (?:ich|man|wir) (.+?) (?:mit|rein|hinein)(?:bringen|nehmen|führen)\b",
    r"\b(?:puis-je|peut-on|on peut|je peux|pouvons-nous) (?:y )?(?:amener|apporter|emmener|emporter) (.+)",
    r"\b(?:puedo|se puede|podemos|se pueden) (?:llevar|traer|meter|entrar con) (.+)",
    r"(?:可以|能|准|许)(?:不可以|不能)?[带帶]([^，。；,进進去来來上到吗嗎么]{1,5})",
)
"""What somebody would bring along; rules speak of its kind: animals are not admitted, whatever is asked of the dog."""

_PLACE_FOLLOWS = re.compile(
    r",?\s(?:in|into|onto|inside|aboard|at|on|for|from|near|during|while|with|when|if|so|to|who|whose|that|which"
    r"|im|am|beim?|auf|für|mit|während|wenn|zum|zur|falls|damit"
    r"|dans|à|au|aux|pour|avec|pendant|chez|si|sur"
    r"|en|para|con|durante|mientras|cuando|al|a (?:la|las|los))\s.*"
)
"""What follows the thing and is none: "a crèche | at the gym"."""

_NO_THING = re.compile(
    r"(?:\d.*|to|(?:some|any)(?:where|body|one|thing)|place|way|possibility|groups?|kinds?|types?|sorts?|parts?|new"
    r"|newer|one|ones|another|other|else|extra"
    r"|additional|spare|replacement|really|actually|roughly|neue?[nrs]?"
    r"|andere?[nrs]?|weitere?[nrs]?|eigentlich|ungefähr|nouve(?:au|lle)|autre|otr[oa]|nuev[oa]|again|currently"
    r"|nowadays)",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:on|at|in|into|aboard|inside|for|to) (?:the|your|this) (\w+(?: \w+)?)"
    r"|\b(?:do|does|did) (?:the|your|this) (\w+(?: \w+)?) (?:have|offer|sell|provide|serve|rent|lend|stock|accept)\b"
    r"|\b(?:hat|haben|bietet|verkauft|verleiht) (?:der|die|das|euer|eure|ihre?) (\w+)"
    r"|\b(?:le|la|les|l['’]) ?(\w+) (?:(?:a|ont|propose|vend|offre)\b|a-t-)"
    r"|\b(?:tienen?|ofrecen?|venden?) (?:el|la|los|las) (\w+)|^\W*(?:el|la) (\w+) (?:tiene|ofrece|vende)\b"
    r"|\b(?:im|am|beim|auf de[rmn]|in de[rmn]|an de[rmn]|bei de[rmn]) (\w+)"
    r"|\b(?:au|aux|du|dans l[ea]|dans l['’]|à la|à l['’]|sur l[ea]|sur l['’]) ?(\w+)"
    r"|\b(?:en (?:el|la|los|las)|del|al|a la|de la) (\w+)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?<![\w-])([a-z])-([a-zà-ÿ]{3,})")
_SEARCHED = 4  # words
_STEM = 5  # letters at the beginning of a word and its plural
_WORD = re.compile(r"[^\W_]+")
_ASKS_TO_CARRY = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _CARRIED)
_ASKS = (*(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS), *_ASKS_TO_CARRY)


@lru_cache(maxsize=256)
def asked_thing(question: str) -> str:
    """What must be there, or has the price, as the question names it, in small letters; empty where nothing must."""
    asked = folded(first_part(question))
    for asks in _ASKS:
        if found := asks.search(asked):
            thing = NEXT_QUESTION.split(str(found[1]), maxsplit=1)[0].casefold()
            return _PLACE_FOLLOWS.sub("", thing) or thing
    return ""


def asks_to_carry(question: str) -> bool:
    """Whether the asked thing is what somebody would bring along."""
    return any(is_asked(asks, question) for asks in _ASKS_TO_CARRY)


def thing_words(question: str) -> frozenset[str]:
    """The words of the asked thing that could name it, in small letters; of Chinese the whole run."""
    words = _WORD.findall(asked_thing(question))
    return frozenset(word for word in words if not _NO_THING.fullmatch(word))


@lru_cache(maxsize=256)
def place_words(question: str) -> frozenset[str]:
    """The words, in small letters, of which the question asks as of places: the ferry in "on the ferry".

    So may be all of the words for a search box: "ferry discount".
    """
    words = _WORD.findall(question)
    if len(words) <= _SEARCHED and STOP_WORDS.isdisjoint(map(str.casefold, words)):
        return frozenset(map(str.casefold, words))
    found = (group for place in _PLACE.finditer(folded(question)) for group in place.groups() if group)
    return frozenset(word.casefold() for group in found for word in _WORD.findall(group))


@lru_cache(maxsize=256)
def _joined_things(question: str) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(rf"(?<!\w){re.escape(prefix)}[\W_]?{re.escape(word.rstrip('sx')[:_STEM])}", re.IGNORECASE)
        for prefix, word in _JOINED.findall(asked_thing(question))
    )


def lacks_joined_thing(question: str, text: str) -> bool:
    """Whether the asked thing is a word like "e-books", and the text says no such word: books are other things."""
    return any(thing.search(text) is None for thing in _joined_things(question))
