"""Names as answers: which questions ask for one, which sentences hold one, and which are nothing but one. Pure.

"Who is the treasurer?" is not answered by a sentence about the treasurer, nor "Is there a dorm at Fennmoor?" by the
line that names the university.
"""

import re
from functools import lru_cache

from server.evidence.answer_types import CALENDAR, ROLES, SURNAMES, first_part
from storage.words.frame_words import question_tongue
from storage.words.scripts import IS_UNSPACED
from storage.words.terms import STOP_WORDS

_HAN_ROLES = (
    "经理|經理|主任|馆长|館長|校长|校長|院长|院長|局长|局長|主席|总裁|總裁|董事长|董事長|会长|會長|组长|組長|队长|隊長|负责人"
    "|負責人|老板|船长|船長|市长|市長|创始人|創始人|创办人|發明人|发明人|建筑师|設計師|设计师|站长|站長"
)
_OFFICES = (
    "captain|skipper|mayor|principal|head ?master|headmistress|head ?teacher|founder|inventor|architect|designer|editor"
    "|coach|trainer|librarian|curator|governor|dean|warden|supervisor|spokes(?:man|woman|person)|janitor|concierge"
    "|organi[sz]er|coordinator|administrator|conductor|accountant|auditor|vicar|sheriff|ambassador|capitaine|maire"
    "|fondat(?:eur|rice)|capit[aá]n|alcalde(?:sa)?|fundador(?:a|es)?"
)
_KIN = "mother|father|wife|husband|son|daughter|brother|sister|boss|doctor|caretaker|contact|person|man|woman|guy"
_THE = r"(?:the|our|your|my|its|their|this|der|die|das|unser\w*|le|la|l['’]|notre|el|nuestr\w|o|nosso|il)"
_GERMAN_OFFICES = (
    r"\w*(?:kapitän|meister|gründer|architekt|erfinder|leiter|verwalter|vorsitzende|vorstand|chef|wart|direktor"
    r"|lehrer|arzt"
    r"|ärztin|besitzer|inhaber|trainer|sprecher|anwalt|berater)(?:in)?"
)
_ROLE_IN_FULL = (
    rf"(?:{ROLES}|{_KIN}|{_OFFICES}|{_GERMAN_OFFICES}|gardien\w*|médecin|responsable|professeur\w*|portero"
    rf"|propietari[oa]"
    r"|dueñ[oa]|conserje)"
)
_WORD_BETWEEN = r"(?!(?!managing|acting)\w+ing\b|(?:of|for|to|in|at|by|with|von|für|de|du|des|del) )[\w-]+"
_ASKS = re.compile(
    rf"\b(?:who(?:['’]?s| is| was)|wer (?:ist|war)|qui (?:est|était)|qui[ée]n (?:es|era)|quem (?:é|era)"
    rf"|chi è) {_THE} ?"
    rf"(?:{_WORD_BETWEEN} ){{0,2}}?(?:{ROLES}|{_OFFICES}|{_GERMAN_OFFICES})\b"
    rf"|\b(?:what|how)\b.{{1,40}}\b(?:{ROLES}|{_KIN})\b.{{0,30}}\b(?:called|named)\b"
    rf"|\bwhat(?:['’]?s| is| was) (?:the |our |your )?(?:full |last |first )?names? of (?:the |our "
    rf"|your )?(?:\w+ )?(?:{ROLES}|{_KIN})\b"
    rf"|\bwhat(?:['’]?s| is| was) (?:the |our |your |my )?(?:{ROLES}|{_KIN})['’]?s? (?:\w+ )?name\b"
    r"|\bwhat(?:['’]?s| is) (?:the |our |your )?(?!(?:\w+ )?(?:file|user|network|domain|variable|procedure|process"
    r"|effect|method|phenomenon|time|law|rule|disease)\b)(?:[\w'’-]+ ){1,3}?(?:called|name)\W*$"
    r"|\bwhat(?:['’]?s| is) (?:the |our |your )?(?:\w+ )?\w+['’]s (?:full |last |first )?name\b"
    r"|\bwhich (?:councill?or|doctor|company|firm|supplier|architect|app|member|teacher) (?!must|should|can|may)"
    r"(?:is|was|has|does|did|do|will|made|\w+ed)\b|\bwelche[rsn]? (?:rat|stadtrat|lehrer(?:in)?|ärztin|arzt"
    r"|app)\b|\bwer von den \w+ hat\b"
    rf"|(?:哪|谁|誰)家(?:的)?(?:公司|企业|企業|单位|單位)"
    rf"|\bwie hei(?:ß|ss)(?:t|en) (?:{_THE} )?(?:\w+ )?{_ROLE_IN_FULL}\b"
    rf"|\bs['’]appelle(?:nt)? (?:{_THE} ?)?(?:\w+ )?{_ROLE_IN_FULL}\b"
    rf"|\bquel est le nom (?:de l['’]|du |de la |de )?{_ROLE_IN_FULL}\b"
    rf"|\bse llaman? (?:{_THE} )?(?:\w+ )?{_ROLE_IN_FULL}\b|\bcuál es el nombre (?:del|de la|de) {_ROLE_IN_FULL}\b"
    rf"|(?:{_HAN_ROLES}|[人生士]).{{0,4}}(?:叫|姓)(?:什么|甚么|什麼|甚麼|啥)|(?:{_HAN_ROLES})的?(?:名字|姓名)?(?:是|为|為)?(?:谁|誰|哪位)"
    rf"|(?:谁|誰|哪位)(?:是|当|當).{{0,12}}(?:{_HAN_ROLES})",
    re.IGNORECASE,
)
_ASKS_FOR_SOMETHING = re.compile(
    r"\b(?:who\w*|what\w*|which|where|name|welche\w*|wer|wo|was|wie hei\w+|qui|que|qu['’]\w+|quel\w*|où|qué|cuál\w*"
    r"|quién\w*|dónde|qual|quem|onde|chi|dove|when|how|wann|wie|quand|comment|cu[áa]ndo|cómo)\b|谁|誰|哪|什么|什麼|何",
    re.IGNORECASE,
)
_CAPITALISED = r"[A-ZÀ-Þ][\w'’-]*[a-zß-ÿ][\w'’-]*|[A-ZÀ-Þ]{3,}\b|[A-Z]\.(?=\s*[A-Z])"
_NAME = re.compile(rf"(?<![\w.])(?:{_CAPITALISED})(?:\s+(?:{_CAPITALISED}))*")
_TITLED = re.compile(rf"\b(?:Mrs?|Ms|Dr|Prof|Herrn?|Frau|Mme|M|Mlle|Sra?|Dona|Don)\.?\s+(?:{_CAPITALISED})")
_NOT_A_NAME_BEFORE = re.compile(
    r"(?:\b(?:the|an?|this|that|these|each|any|every|no|our|your|der|die|das|den|dem|des|eine?[rnms]?|le|la|les|du"
    r"|des|un|une|el"
    r"|los|las|del|al|o|os|as|do|da|l['’])\s*|(?:^|[.!?•\n])\s*)$",
    re.IGNORECASE,
)
_GERMAN_BEGINNING = re.compile(
    r"(?:d(?:er|ie|as|en|em|es)|dies\w*|ein\w*|jede\w*|alle\w*|kein\w*|unser\w*|ihr\w*|sein\w*|im|am|beim|zum|zur"
    r"|nach|vor|für|mit|bei|in|an"
    r"|auf|von|über|bis)",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    rf"(?:\b{_ROLE_IN_FULL}|(?:{_HAN_ROLES})\w{{0,2}})\s*[:：|]\s*(?!the\b|an?\b|der\b|die\b|\|)\S", re.IGNORECASE
)
_FIRST = re.compile(
    r"\W*[A-ZÀ-Þ][\w'’-]+ (?:is|was|ist|war|est|es|era) (?:the|our|your|der|die|unser\w*|le|la|notre|el|nuestr\w) "
)
_PLACE_BEFORE = re.compile(r"\b(?:at|in|near|via|into|around|towards|off|en) (?:the )?$", re.IGNORECASE)
_BEGINS = re.compile(r"(?:^|[.!?;•\n])\s*$")

_HAN_NAME = re.compile(
    rf"(?:^|(?<![\u4e00-\u9fff])|(?<=[是由为為与與和、的被]))[{SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=[\u4e00-\u9fff]{{0,2}}|\W|$)"
    rf"|(?<=经理|經理|主任|馆长|館長|校长|校長|院长|院長|主席|会长|會長|组长|組長|老板)[{SURNAMES}小老阿][\u4e00-\u9fff]{{1,2}}"
    r"|[\u4e00-\u9fff]{1,6}(?:先生|女士|小姐|公司)"
    r"|[\u4e00-\u9fff]{1,6}[·・•][\u4e00-\u9fff]{1,8}|(?<![A-Za-z])[A-Z][a-z]+(?: [A-Z][a-z]+)+"
)
_NAMES = re.compile(
    r"\b(?:called|named|known as)\b(?! (?:in|by|on|above|below|for|here)\b)"
    r"|\b(?:genannt|heißt|namens|appelé\w*|nommé\w*|llamad[oa]s?|chamad[oa]s?)\b"
    r"|由[^，。]{1,12}担任|名为|名為|叫做|叫作|称为"
    r"|稱為|又名|本名|原名|名叫|姓名"
)
_IS_NOBODY_NAMED = re.compile(r"\b(?:vacant|unbesetzt|elected by|gewählt|rotates)\b|轮流", re.IGNORECASE)
_ASKS_WHAT_NAME = re.compile(
    r"\b(?:called|named?|names|hei(?:ß|ss)(?:t|en)|appelle(?:nt)?|nom|llaman?|nombre)\b|叫|姓|名字|姓名", re.IGNORECASE
)
_LISTS = re.compile(rf"[:;>/|]|\b(?:{CALENDAR})\b", re.IGNORECASE)
_SAYS_HOW = re.compile(
    r"\b(?:no|not|only|never|always|free|open|closed|allowed|prohibited|kein\w*|nicht|nur)\b", re.IGNORECASE
)
_PAGE = re.compile(
    r"(?:\s+[-–—·]\s+|\s*\b(?:page|p\.|Seite|S\.|第)\s*)\d{1,4}(?:\s*(?:of|von|/|页).{0,5})?$", re.IGNORECASE
)
_LINES = re.compile(r"\n| › ")
_SHORTEST_TITLE = 8  # letters and digits
_COMMON = re.compile(rf"(?:{ROLES}|{CALENDAR})", re.IGNORECASE)
_FOLLOWED_BY_NUMBER = re.compile(r"\s*(?:no\.? ?)?\d")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST = 2


@lru_cache(maxsize=256)
def asks_for_a_name(question: str) -> bool:
    """Whether nothing but a name answers: "Who is the chair?", "How is the app called?"; not "Who pays?"."""
    return _ASKS.search(first_part(question)) is not None


def holds_a_name(question: str, text: str) -> bool:
    """Whether the text has a name of its own, which the question does not say.

    Not: a word that only begins a sentence, a term with an article (the Tenant), a numbered part (Schedule 1), a role,
    a place ("at Little Elm").
    """
    asked = question.casefold()
    if _IS_NOBODY_NAMED.search(text) and not _ASKS_WHAT_NAME.search(question):
        return True
    if _NAMES.search(text) or _LABELLED.search(text) or _FIRST.match(text):
        return True
    if IS_UNSPACED.search(text):
        return any(found.group().casefold() not in asked for found in _HAN_NAME.finditer(text))
    if any(found.group().casefold() not in asked for found in _TITLED.finditer(text)):
        return True
    fewest = _FEWEST if "de" in (question_tongue(text), question_tongue(question)) else 1  # its nouns have capitals
    return any(_is_name(text, found, asked, fewest) for found in _NAME.finditer(text))


def _is_name(text: str, found: re.Match[str], asked: str, fewest: int) -> bool:
    said = found.group().split()
    if fewest > 1 and _BEGINS.search(text[: found.start()]) and _GERMAN_BEGINNING.fullmatch(said[0]):
        said = said[1:]  # "Dieses Heft" at the beginning of a sentence
    elif fewest > 1 and text[: found.start()].rstrip()[-1:].isdigit():
        said = said[1:]  # a unit: "6:30 Uhr Zutritt"
    words = [word for word in said if word.casefold().strip(".'’") not in asked]
    words = [word for word in words if not _COMMON.fullmatch(word) and word.casefold() not in STOP_WORDS]
    before = text[: found.start()]
    if len(words) < fewest or _FOLLOWED_BY_NUMBER.match(text, found.end()) or _PLACE_BEFORE.search(before):
        return False
    return len(words) >= _FEWEST or _NOT_A_NAME_BEFORE.search(before) is None


def says_only_a_name(question: str, text: str) -> bool:
    """Whether the sentence is a name and no more (a letterhead), and the question asks for nothing of that kind.

    Told by capitals, so of texts with spaces alone.
    """
    if _ASKS_FOR_SOMETHING.search(question) or IS_UNSPACED.search(text) or _LISTS.search(text):
        return False
    if "de" in (question_tongue(text), question_tongue(question)):  # its nouns have capitals
        return False
    words = [word for word in _WORD.findall(text) if len(word) > 1 and word.casefold() not in STOP_WORDS]
    has_figures = any(sign.isdigit() for sign in text) or _SAYS_HOW.search(text) is not None
    return len(words) >= _FEWEST and not has_figures and all(word[0].isupper() for word in words)


def repeats(text: str, heading: str) -> bool:
    """Whether a line is one of the headings above it and, beside that, nothing but a page's number."""
    said = _signs(_PAGE.sub("", text.strip()))
    return len(said) >= _SHORTEST_TITLE and "|" not in text and said in _titles(heading)


@lru_cache(maxsize=1024)  # each sentence of a passage is held against the same ones
def _titles(heading: str) -> frozenset[str]:
    return frozenset(map(_signs, _LINES.split(heading)))


def _signs(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
