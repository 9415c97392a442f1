"""Questions that a document seems to answer: about what it defines, the sums and times it names, and its headings.

In the document's own language, best first, made from its words alone. Whether they are answered has to be tried.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import PurePosixPath

from storage.catalogue.catalogue import Catalogue
from storage.records import DocumentRecord
from storage.words.languages import language_of
from storage.words.sentences import sentence_spans
from storage.words.terms import STOP_WORDS


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question, and the document that should answer it.

    `quote` is the sentence that it was made from, and `value` what of it answers; `heading`: that of its part.
    """

    question: str
    document: str
    quote: str = ""
    value: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a document: its headings in reading order, and passages of it."""

    document: str
    title: str
    headings: tuple[str, ...]
    passages: tuple[str, ...]


_PASSAGES = 60  # of a document


def source_of(catalogue: Catalogue, record: DocumentRecord, most_passages: int | None = _PASSAGES) -> Source:
    """What the index knows of a document; `most_passages` None: all of it."""
    chunks = catalogue.document_chunks(record.path)
    above = [heading for chunk in chunks for heading in chunk.context.split("\n")[0].split(" › ")[1:]]
    labels = [] if record.format == "pdf" else catalogue.labels([(record.path, range(1, record.pages + 1))])[0]
    title = record.title or PurePosixPath(record.path).stem
    headings = tuple(dict.fromkeys([*above, *labels]))
    return Source(record.path, title, headings, tuple(chunk.text for chunk in chunks[:most_passages]))


_ABOUT = {
    "de": "Was steht in „{title}“ über {heading}?",
    "en": "What does “{title}” say about {heading}?",
    "es": "¿Qué dice «{title}» sobre {heading}?",
    "fr": "Que dit « {title} » sur {heading} ?",
    "it": "Che cosa dice «{title}» su {heading}?",
    "nl": "Wat staat er in „{title}” over {heading}?",
    "pt": "O que diz «{title}» sobre {heading}?",
    "zh": "《{title}》中关于{heading}是怎么说的？",
}
_DEFINED = {
    "de": "Was ist {term}?",
    "en": "What is {term}?",
    "es": "¿Qué es {term}?",
    "fr": "Qu’est-ce que {term} ?",
    "it": "Che cos’è {term}?",
    "nl": "Wat is {term}?",
    "pt": "O que é {term}?",
    "zh": "什么是{term}？",
}
_WHOLE = {
    "de": "Fasse „{title}“ zusammen.",
    "en": "Summarise “{title}”.",
    "es": "Resume «{title}».",
    "fr": "Résume « {title} ».",
    "zh": "总结《{title}》。",
}
_LEAST_USED = 4  # times that a short form stands in a document that is about it
_LONGEST_TITLE, _LONGEST_HEADING = 60, 70
_LONGEST_SENTENCE = 240
_NUMBERED = re.compile(
    r"^\s*(?:§+\s*)?(?:\d+(?:\.\d+)*|[A-Z]|[IVX]+)[.)：:]?\s+(?=\S)"
    r"|^\s*(?:[一二三四五六七八九十]+|\d+)、\s*|^\s*第.{1,4}[章节条]\s*|^#+\s*"
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_HAN = re.compile("[\u3400-\u9fff]")
_CAPTION = re.compile(
    r"[|{}\\=<>@…_]|^(?:figure|table|fig|tab|abb|appendix|tabelle|abbildung|annex|图|表|附)\b", re.IGNORECASE
)
_GENERAL_HEADINGS = """
    abstract introduction conclusion conclusions contents references bibliography acknowledgements acknowledgments
    overview summary appendix preliminaries background discussion method methods methodology approach experiments
    results evaluation evaluations limitations architecture training setup notation notes general
    preface foreword index remarks
    basic main contributions definitions details further other
    einleitung inhalt inhaltsverzeichnis zusammenfassung literatur anhang vorwort allgemeines ergebnisse überblick
    introducción resumen índice conclusión sommaire résumé annexe
    目录 摘要 引言 前言 结论 参考文献 附录 概述 总则 附则
"""
_GENERAL = frozenset(_GENERAL_HEADINGS.split())
_QUESTION_WORDS = "who how what when where why which wer wie was wann wo warum comment pourquoi qui quand cómo qué"
_ASKING = frozenset(_QUESTION_WORDS.split())
_ENDS_OF_SENTENCES = (".", ",", ";", "。", "；", "，")
_PLAIN_CAPITAL = re.compile(r"[A-ZÀ-Ü][a-zà-ü’']+(?:-[A-ZÀ-Üa-zà-ü][a-zà-ü]+)*[,:]?")
_SHORT_FORM = re.compile(r"((?:[A-Z][\w-]*[ -]){1,6}[A-Z]?[\w-]*)\s?\(([A-Z][A-Za-z0-9-]{1,8}[A-Z0-9])\)")
_IS = {
    "en": re.compile(r"^((?:The )?[A-Z][\w-]*(?: [A-Z][\w-]*){0,3}) (?:is|denotes|means|refers to) (?:an?|the|our)\b"),
    "de": re.compile(r"^(?:Der |Die |Das )?([A-ZÄÖÜ][\w-]*[A-Z0-9-][\w-]*) (?:ist|bezeichnet) (?:eine?|der|die|das)\b"),
    "zh": re.compile(r"^([\w\u3400-\u9fff]{2,10}?)(?:是指|是一种|指的是)"),
}
_MONEY = r"(?:[€$£¥]\s?\d[\d.,]*|\d[\d.,]*\s?(?:euros?|dollars?|pounds?|cents?|EUR|USD|€|Euro|Cent|元))"
_COSTS_EN = re.compile(rf"^((?:An?|The|Each|Every) [\w' -]{{3,50}}?) costs? (?:\w+ ){{0,2}}{_MONEY}", re.IGNORECASE)
_AMOUNT_EN = re.compile(rf"^(The [\w' -]{{3,50}}?) (?:is|are|amounts to) (?:\w+ ){{0,2}}{_MONEY}")
_TIME_EN = re.compile(r"^(The [\w' -]{3,40}?) (open|close|leave|start|begin|end|depart)s (?:\w+ )?(?:at|on|from) \d")
_HAS_EN = re.compile(
    r"^((?:The|Each|Every|An?) [\w' -]{3,40}?"
    r"|(?!It |They |This |That |These |There |We |He |She |Table |Figure )[A-Z][\w-]+(?:[ -][A-Z\d][\w-]*){0,3}) "
    r"(ha(?=s )|hold|contain|comprise|include)s "
    r"(?:\w+ ){0,2}?(?=\d)[\d,.]+[BMK]? ((?:[a-z-]+ ){0,2}[a-z-]+s)\b"
)
_COSTS_DE = re.compile(rf"^((?:Der|Die|Das|Ein|Eine) [\w -]{{3,50}}?) kostet (?:\w+ ){{0,2}}{_MONEY}")
_AMOUNT_DE = re.compile(rf"^((?:Der|Die|Das) [\w -]{{3,50}}?) beträgt (?:\w+ ){{0,2}}{_MONEY}")
_AMOUNT_ZH = re.compile(
    r"^([\u3400-\u9fff]{2,12}?)(?:为|是|共|每\w{1,3})(?:人民币)?\d[\d,.]*\s?(?:元|天|小时|分钟|公里|米)"
)


_ASKED_AMOUNTS = (
    ("zh", _AMOUNT_ZH, "{subject}是多少？"),
    ("de", _COSTS_DE, "Was kostet {subject}?"),
    ("de", _AMOUNT_DE, "Wie hoch ist {subject}?"),
    ("en", _COSTS_EN, "What does {subject} cost?"),
    ("en", _AMOUNT_EN, "How much is {subject}?"),
    ("en", _TIME_EN, "When does {subject} {does}?"),
    ("en", _HAS_EN, "How many {things} does {subject} {does}?"),
)
_INFINITIVES = {"ha": "have"}
_VALUE = re.compile(rf"{_MONEY}|\d[\d.,:]*[BMK]?(?:\s?(?:am|pm|Uhr|天|小时|分钟|公里|米))?")


def proposals(source: Source, most_of_a_kind: int = 4) -> list[Proposal]:
    """Questions about the document, the most natural ones first; each once."""
    language = language_of(" ".join(source.passages)[:4000]) or "en"
    kinds = (
        _amounts(source, language),
        _definitions(source, language),
        _of_headings(source, language),
        _of_the_whole(source, language),
    )
    found: dict[str, Proposal] = {}
    for kind in kinds:
        new: dict[str, Proposal] = {}
        for each in kind:
            new.setdefault(each.question, each)
        found |= {each.question: each for each in islice(new.values(), most_of_a_kind) if each.question not in found}
    return list(found.values())


def _sentences(passages: Iterable[str]) -> Iterator[str]:
    for text in chain.from_iterable(
        passage.split("\n") if _HAN.search(passage) else (passage,) for passage in passages
    ):
        for start, end in sentence_spans(text, 0, len(text)):
            sentence = " ".join(text[start:end].split()).lstrip("•-* ")
            if len(sentence) <= _LONGEST_SENTENCE:
                yield sentence


def _amounts(source: Source, language: str) -> Iterator[Proposal]:
    """What is asked for a sum or a time, and said in one sentence."""
    for sentence in _sentences(source.passages):
        for own, pattern, question in _ASKED_AMOUNTS:
            if own == language and (match := pattern.match(sentence)):
                subject = match[1] if language == "zh" else _lowered(match[1])
                does, things = (*map(str, match.groups()[1:]), "", "")[:2]
                value = _VALUE.search(sentence, match.end(2 if does else 1))
                asked = question.format(subject=subject, does=_INFINITIVES.get(does, does), things=things)
                yield Proposal(asked, source.document, sentence, value[0].strip() if value else "")
                break


def _definitions(source: Source, language: str) -> Iterator[Proposal]:
    """What the document explains: terms with a short form, and names that it says what they are of."""
    template = _DEFINED.get(language)
    if template is None:
        return
    words = " ".join(" ".join(source.passages).split())
    for long, short in _SHORT_FORM.findall(words):
        if _is_short_form(short, long) and words.count(short) >= _LEAST_USED:
            name = f"{long.strip()} ({short})"
            around = re.search(rf"(?<=\. )[A-Z][^.]*{re.escape(name)}[^.]*(?<!et al)\.(?= [A-Z]|$)", words)
            quote = around[0] if around and len(around[0]) <= _LONGEST_SENTENCE else name
            yield Proposal(template.format(term=short), source.document, quote, long.strip())
    pattern = _IS.get(language)
    for sentence in _sentences(source.passages) if pattern else ():
        match = pattern.match(sentence) if pattern else None
        term = match[1].removeprefix("The ") if match else ""
        if match and term.split()[0].lower() not in STOP_WORDS and _is_name(term):
            asked = template.format(term=term if term == match[1] else f"the {term}")
            yield Proposal(asked, source.document, sentence)


def _is_short_form(short: str, long: str) -> bool:
    """Whether the letters begin the words before them, in order."""
    initials = "".join(word[0] for word in re.split(r"[ -]+", long.strip()) if word).upper()
    letters = "".join(character for character in short if character.isupper())
    return len(letters) >= 2 and initials.endswith(letters)


def _is_name(term: str) -> bool:
    return bool(_HAN.search(term)) or any(character.isupper() or character.isdigit() for character in term[1:])


def _of_headings(source: Source, language: str) -> Iterator[Proposal]:
    template, title = _ABOUT.get(language), _short_title(source)
    if template is None or not title:
        return
    words = " ".join(source.passages)
    for heading in dict.fromkeys(source.headings or _heading_lines(source.passages)):
        plain = _subject(_NUMBERED.sub("", " ".join(heading.split())).strip(" .:："))
        if plain.endswith(("?", "？")) and len(plain) > 8:
            yield Proposal(plain, source.document, heading=heading)
        elif _may_be_asked(plain, title):
            asked = template.format(title=title, heading=_in_a_sentence(plain, words, language))
            yield Proposal(asked, source.document, heading=heading)


def _of_the_whole(source: Source, language: str) -> Iterator[Proposal]:
    template, title = _WHOLE.get(language), _short_title(source)
    if template is not None and title:
        yield Proposal(template.format(title=title), source.document)


def _short_title(source: Source) -> str:
    """The title without what follows a colon; empty where it is no title for a question."""
    title = " ".join(re.split(r"[:：]\s", source.title)[0].split())
    return title if 2 < len(title) <= _LONGEST_TITLE else ""


def _heading_lines(passages: Iterable[str]) -> Iterator[str]:
    """Short numbered lines, where a file has no other headings."""
    for text in passages:
        for line in map(str.strip, text.split("\n")):
            if len(line) <= _LONGEST_HEADING and _NUMBERED.match(line) and not line.endswith(_ENDS_OF_SENTENCES):
                yield line


def _subject(heading: str) -> str:
    """What stands behind "Preliminaries:" and the like."""
    general, _colon, subject = heading.partition(": ")
    return subject if subject and general.casefold() in _GENERAL else heading


def _may_be_asked(heading: str, title: str) -> bool:
    """Whether the heading names a subject of its own."""
    if len(heading) > _LONGEST_HEADING or _CAPTION.search(heading) or heading.casefold() in title.casefold():
        return False
    if _HAN.search(heading):
        return 2 <= len(heading) <= 20 and heading not in _GENERAL
    words = _WORD.findall(heading)
    if not words or words[0].lower() in _ASKING:
        return False
    telling = [word for word in words if word.lower() not in STOP_WORDS and word.lower() not in _GENERAL]
    return bool(telling) and sum(map(len, telling)) >= 5 and len(words) <= 9 and not heading.isupper()


def _in_a_sentence(heading: str, words: str, language: str) -> str:
    """The heading within a sentence: without capitals, where the text writes all of its words so; else as it is."""
    if language not in ("en", "es", "fr", "it", "nl", "pt"):
        return heading
    small = [word.lower() if _is_written_small(word, words) else word for word in heading.split(" ")]
    is_mixed = any(word[:1].isupper() and _PLAIN_CAPITAL.fullmatch(word) for word in small)
    return heading if is_mixed else " ".join(small)


def _is_written_small(word: str, words: str) -> bool:
    plain = _PLAIN_CAPITAL.fullmatch(word)
    return plain is not None and re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", words) is not None


def _lowered(subject: str) -> str:
    """Within a sentence; a name keeps its capital."""
    is_name = subject.split()[0].lower() not in _ARTICLES
    return subject if is_name else subject[0].lower() + subject[1:]


_ARTICLES = frozenset(("the", "a", "an", "each", "every", "der", "die", "das", "ein", "eine"))


def evenly(sources: Sequence[Source], most: int, most_of_a_kind: int = 4) -> list[Proposal]:
    """Proposals of many documents, one of each in turn, so that no document speaks alone; at most so many."""
    queues = [iter(proposals(source, most_of_a_kind)) for source in sources]
    found: list[Proposal] = []
    while queues and len(found) < most:
        still = []
        for queue in queues:
            if (proposal := next(queue, None)) is not None:
                found.append(proposal)
                still.append(queue)
        queues = still
    return found[:most]
