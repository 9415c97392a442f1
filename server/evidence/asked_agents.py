"""Who did it: questions that are answered by somebody who acts, and sentences in which nobody does. Pure.

"Who founded the club?" is not answered by "It was founded in 1997". Apart from `asked_names`, where the question names
an office and a name alone answers; here "by its members" does as well.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from server.evidence.answer_types import ROLES, first_part
from server.evidence.asked_names import holds_a_name
from storage.words.english_stems import stem
from storage.words.scripts import IS_UNSPACED

_NO_DEED = (
    "is|was|are|were|am|be|has|have|had|do|does|did|can|could|may|might|must|shall|should|will|would|needs?|ought"
    "|gets?|else|the|in|of|to|at|on|not|it|i|we|you|they|pays?"
)
_DEED = re.compile(
    rf"^\W*(?:and |so |please )?(?:do you know |tell me )?who (?:has |have |had |(?:first|originally|actually) )?"
    rf"(?!(?:{_NO_DEED})\b)(?P<en>[a-z]{{3,}})\b"
    r"|\bwer (?:hat|haben|hatte) .{2,60}?(?P<de>\w*ge\w{2,}(?:t|en)|be\w{3,}(?:t|en)|er\w{3,}(?:t|en))\W*$"
    r"|\bwer (?P<of>gründete|baute|erbaute|erfand|entwarf|schrieb|malte|errichtete)\b"
    r"|\bqui a (?P<fr>\w{4,})\b"
    r"|\bqui[eé]n (?P<es>fund[oó]|cre[oó]|dise[nñ][oó]|construy[oó]|escribi[oó]|pint[oó]|invent[oó])",
    re.IGNORECASE,
)
_ASKS_WHO_MAY = re.compile(
    r"\bwho(?:['’]?s| is| are)? (?:may|can|allowed|permitted|entitled|eligible|qualif\w+|authori[sz]ed|gets? to)\b"
    r"|\bwer (?:darf|kann)\b|\bqui (?:peut|a le droit)\b|\bqui[eé]n(?:es)? pued|"
    r"(?:谁|誰|哪些人|什么人)(?:可以|能|有权|有資格)",
    re.IGNORECASE,
)
_THOSE_WHO = re.compile(
    r"\b(?:persons?|people|those|anyone|anybody|everyone|everybody|members|employees|residents|users|adults) "
    r"(?:who|with|aged|over|from|of)\b|\bonly (?:by|to|for|if|members|persons?|people|those|employees|adults)\b"
    r"|\b(?:by|to|for) \w+ only\b|\bwhoever\b|\bany(?:one|body)\b|\bno ?(?:one|body)\b|\bat least \w+ years"
    r"|^\W*wer\b.{3,80},|, wer\b|\bnur (?:von|für|an|mit|wer|wenn|solange|mitglieder|personen)\b"
    r"|\bpersonen,? (?:ab|die|mit)\b"
    r"|\bseules? les\b|\breservado a\b|\bsolo (?:los|las)\b|只有|仅限|年满|凡|须持|者(?:可|方)|的居民|的人员?",
    re.IGNORECASE,
)
_ASKS_WHOM = re.compile(
    r"\bwho(?:m)? (?:do|should|can|must|shall|could|to) (?:i |we |you )?"
    r"(?:call|contact|ask|ring|phone|tell|speak|talk|turn|report|write|e-?mail|complain|inform|see|go|apply)\b"
    r"|\bwho(?:['’]s| is) (?:responsible|in charge)\b"
    r"|\b(?:an wen|bei wem|mit wem|wen (?:muss|soll|kann|rufe|frage|informiere))\b"
    r"|\bwer ist (?:zuständig|verantwortlich)\b"
    r"|\bà qui\b|\bqui (?:dois|faut|contacter|appeler|prévenir|est responsable)\b"
    r"|\b(?:a|con) qui[eé]n\b|\bqui[eé]n es (?:el |la )?responsable\b"
    r"|(?:找|问|問|联系|聯繫|向|跟|通知|告诉|归|歸|由|让)(?:谁|誰|哪个部门|哪位)|谁(?:负责|来管|签字|批准|审批)",
    re.IGNORECASE,
)
_ASKS_WHOM_TO_CALL = re.compile(
    r"\bwho(?:m)? (?:do|should|can|must|shall|could|to) (?:i |we |you )?(?:call|ring|phone)\b"
    r"|\bwen (?:\w+ ){0,3}anrufen\b"
    r"|\bqui (?:\w+ ){0,3}appeler\b|\bqui appeler\b|\ba qui[eé]n (?:llam\w+|(?:\w+ ){1,3}llamar)\b"
    r"|打(?:电话)?给谁|打哪个电话",
    re.IGNORECASE,
)
_TELLS_WHOM_TO_CALL = re.compile(
    r"\d{3,}|\b(?:call\w*|ring|phone\w*|telephone|dial\w*|hotline|anruf\w*|telefon\w*|notruf|appel\w*|téléphon\w*|llam\w*"
    r"|teléfono)\b|电话|致电|拨打",
    re.IGNORECASE,
)
_TELLS_WHOM = re.compile(
    rf"\b(?:{ROLES})\b|\d{{4,}}|\d{{3}}[ -]\d{{2,}}|\S@\S"
    r"|\b(?:phone|telephone|hotline|telefon\w*|téléphone|teléfono)\b"
    r"|\b(?:office|desk|reception\w*|department|line|service|helpdesk|support|team|nurse|doctor|clinic|police|bureau|agency"
    r"|union|court|ombudsman|administrat\w+|guard|steward|caretaker|coordinator|captain|crew|driver|warden|inspector"
    r"|büro\w*|\w*amt|\w*stelle|\w*abteilung|\w*leitung|\w*leiter\w*|sekretariat|\w*verwaltung|hausmeister\w*|\w*dienst"
    r"|\w*personal|\w*beauftragte\w*|\w*meister\w*|\w*kraft|\w*vertret\w+|rezeption|empfang|notruf"
    r"|accueil|secrétariat|gestionnaire|syndic|gardien\w*|mairie|direction|responsable|régisseur\w*"
    r"|oficina|recepción|secretaría|departamento|administrador\w*|portero|conserje|encargad\w+|monitor\w*)\b"
    r"|[处處室部台科组組局院所岗]|中心|热线|電話|电话|[员員长長理师師监監人者总]",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\bwho(?:['’]s| is| are) (?:the |my |our )?(?P<en>[a-z]+)\b"
    r"|\bwho (?P<deed>own|hire|rent|lease|sell|insure|employ|lend)s\b"
    r"|\bwer (?:ist|sind) (?:der |die |mein\w* |unser\w* )?(?P<de>\w+)"
    r"|\bqui est (?:le |la |l['’]|mon |notre )?(?P<fr>\w+)"
    r"|\bqui[eé]n es (?:el |la |mi )?(?P<es>\w+)"
    r"|(?:谁|誰)是(?P<zh>[\u4e00-\u9fff]{2,4})|(?P<hans>[\u4e00-\u9fff]{2,4})是(?:谁|誰)",
    re.IGNORECASE,
)
_ROLE_STEM = 4  # letters: arrendador, arrendadora
_ARTICLES = "the |der |die |das |le |la |l['’]|el |(?:la )?parte "
_HEREINAFTER = (
    "hereinafter(?: called| referred to as)?|(?:im folgenden|nachfolgend|nachstehend)(?: kurz)?(?: genannt)?"
    "|ci-après(?: dénommée?)?|en adelante(?: denominad[oa])?|以下[简簡]?[称稱](?:为|為)?"
)
_QUOTES = '"“”„«»‘’「」『』'
_HAN_DEED = r"创办|創辦|创建|創建|创立|創立|成立|建立|设立|設立|建造|修建|发明|發明|设计|設計|开办|開辦"
_ASKS_HAN = re.compile(rf"(?:谁|誰|哪位|哪个人|何人).{{0,4}}(?:{_HAN_DEED})|(?:是|由)(?:谁|誰).{{0,4}}(?:{_HAN_DEED})")
_HAN_DONE = re.compile(rf"(?:{_HAN_DEED}|始建|兴建|建|创|創)(?:于|於|在)")
_HAN_AGENT = re.compile(
    rf"(?:由|被|为)[^，。；]{{1,16}}(?:{_HAN_DEED}|(?<![改扩擴重])建|创|創)|(?:先生|女士|创始人|創始人)"
)
_MADE_ONCE = frozenset(
    (
        *("founded", "established", "created", "built", "constructed", "invented", "designed", "wrote", "written"),
        *("painted", "composed", "discovered"),
    )
)
_CREATIONS = frozenset(
    stem(word)
    for word in (
        *_MADE_ONCE,
        *("founder", "founders", "creator", "start", "started", "set", "builder", "inventor", "designer", "write"),
        *("writer", "author", "painter", "composer", "developed", "launched", "began", "begun", "initiated", "formed"),
    )
)
_PASSIVE = r"\b(?:is|are|was|were|be|been|being|gets?|got)\s+(?:\w+ly\s+|first\s+|originally\s+|also\s+)?"
_PASSIVES = {
    "en": (_PASSIVE, r"\bby\b"),
    "de": (r"\b(?:wurden?|wird|werden|worden)\b", r"\b(?:vo[nm]|durch|seitens)\b"),
    "fr": (r"\b(?:est|sont|été|fut|furent|étaient|était)\b", r"\bpar\b|\bon\b"),
    "es": (r"\b(?:es|son|fue|fueron|sido|era)\b|\bse\b", r"\bpor\b"),
}
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 4
_ENDING = re.compile(r"(?:ete|eten|et|te|ten|t|en|e|ées?|és?|er|[oó]|ad[oa]s?|id[oa]s?)$")
_GERMAN_FORMS = {"erfand": "erfund", "entwarf": "entworf", "schrieb": "schrieb", "baute": "bau", "erbaute": "erbau"}


class _Deed(NamedTuple):
    tongue: str
    core: str
    is_made_once: bool = False


@lru_cache(maxsize=256)
def _deed(question: str) -> _Deed | None:
    """What somebody did, by the core of its verb; None where the question asks for something else."""
    found = _DEED.search(first_part(question))
    if found is None:
        return None
    tongue, word = next((name, word) for name, word in found.groupdict().items() if word)
    if tongue == "of":
        return _Deed("de", _GERMAN_FORMS.get(word.lower(), _core(word)))
    if tongue == "en":
        return _Deed(tongue, stem(word.lower()), word.lower() in _MADE_ONCE)
    return _Deed(tongue, _core(word))


def lacks_agent(question: str, text: str, above: str = "") -> bool:
    """Whether the question asks who did something, and the text says that it was done and not by whom.

    Of what is made once, founded or built or written, a text that says nothing of the making lacks it as well. `above`:
    titles, whose names are nobody's, no more than those in the row of a table.
    """
    if IS_UNSPACED.search(question):
        is_asked = _ASKS_HAN.search(question) is not None
        return is_asked and _HAN_DONE.search(text) is not None and _HAN_AGENT.search(text) is None
    deed = _deed(question)
    if deed is None or IS_UNSPACED.search(text):
        return False
    done, by_somebody = _PASSIVES[deed.tongue]
    places = [place for place in _WORD.finditer(text) if _is_form(deed, place.group())]
    if re.search(by_somebody, text, re.IGNORECASE):
        return False
    if not places:
        return deed.is_made_once and ("|" in text or not holds_a_name(f"{question} {above}", text))
    return all(_is_done(deed, done, text, place) for place in places)


def names_who_may(question: str, text: str) -> bool:
    """Whether the question asks who may do something, and the text says which people: "only by persons who …"."""
    return _ASKS_WHO_MAY.search(first_part(question)) is not None and _THOSE_WHO.search(text) is not None


@lru_cache(maxsize=256)
def _told_by(question: str) -> tuple[re.Pattern[str], ...]:
    """What whoever is to be turned to is known by."""
    asked = first_part(question)
    pairs = ((_ASKS_WHOM, _TELLS_WHOM), (_ASKS_WHOM_TO_CALL, _TELLS_WHOM_TO_CALL))
    return tuple(tells for asks, tells in pairs if asks.search(asked))


def lacks_contact(question: str, text: str) -> bool:
    """Whether it is asked whom to turn to, and the text names nobody, no office and no number; or whom to call."""
    return any(tells.search(text) is None for tells in _told_by(question))


def _is_done(deed: _Deed, done: str, text: str, place: re.Match[str]) -> bool:
    """Whether this verb is a passive one: right behind its auxiliary, elsewhere than in English in one sentence."""
    if deed.tongue == "en":
        return re.search(rf"{done}$", text[: place.start()], re.IGNORECASE) is not None
    return re.search(done, text, re.IGNORECASE) is not None


def _is_form(deed: _Deed, word: str) -> bool:
    if deed.tongue == "en":
        found = stem(word.lower())
        return found == deed.core or (deed.is_made_once and found in _CREATIONS)
    core = _core(word)
    return core == deed.core or (len(deed.core) >= _SHORTEST and core.startswith(deed.core))


def _core(word: str) -> str:
    return _ENDING.sub("", re.sub(r"^ge(?=\w{4})", "", word.lower()))


@lru_cache(maxsize=256)
def _definition(question: str) -> re.Pattern[str] | None:
    found = _ROLE.search(first_part(question))
    if found is None:
        return None
    deed = found["deed"]
    role = f"{deed.removesuffix('e')}er" if deed else next(group for group in found.groups() if group)
    form = role if IS_UNSPACED.search(role) else rf"{re.escape(role[: max(_ROLE_STEM, len(role) - 2)])}\w{{0,4}}"
    quoted = rf"[(（,][^()（）{_QUOTES}]{{0,40}}[{_QUOTES}]\s*(?:{_ARTICLES})?{form}\s*[{_QUOTES}]"
    return re.compile(rf"{quoted}|(?:{_HEREINAFTER})[ :：]*(?:{_ARTICLES})?[{_QUOTES}]?{form}", re.IGNORECASE)


def defines_role(question: str, text: str) -> bool:
    """Whether it is asked who somebody is, and the text says it as contracts do: Mill Boats Limited ("the Owner")."""
    definition = _definition(question)
    return definition is not None and definition.search(text) is not None
