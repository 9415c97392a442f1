"""What one edition of a document says otherwise than the one before, for questions like "what has changed?". Pure.

Statements are held against one another under the same heading: what stands word for word in both is no change, what is
worded alike is the same statement changed, and what is left is new, or gone.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.answering.contrasts import is_negative
from server.answering.whole_document import Line
from server.answering.whole_request import topic_of
from server.evidence.alignment import alike, begin_alike, without_item_number
from storage.words.english_stems import meaning_stem

MOST_TOLD = 24
"""Changes of one answer."""

_MOST_ELSEWHERE = 200  # statements of each without a counterpart under their heading: 40,000 comparisons, half a second
_LEAST_ALIKE = 0.3
_LEAST_ALIKE_THERE = 0.16  # under the same heading
_BEGINS_ALIKE = 0.15
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_OTHER = r"(?:versions?|editions?|old|previous|earlier|former|before|\d{4})"
_ANDERE = r"(?:alte\w*|neue\w*|frühere\w*|fassung\w*|version\w*|\d{4})"
_AUTRE = r"(?:ancien\w*|nouve\w*|version\w*|édition\w*|\d{4})"
_OTRA = r"(?:antigu\w*|nuev\w*|anterior\w*|versi\w*|\d{4})"
_ASKS = re.compile(
    r"\bwhat(?:['’]?s| has| have| was| were| got)? (?:(?!to\b|be\b|must\b|needs?\b)\w+ ){0,2}?changed\b"
    r"|\bwhat (?:are|were) the changes\b|\bwhat changes (?:are|were|have|in|from|since|between|to|under)\b"
    r"|\bwhat(?:['’]?s| is) new in\b"
    rf"|\bwhat(?:['’]?s| is| are)(?: now)? different\b.{{0,60}}\b{_OTHER}\b"
    r"|\b(?:list|show|name|tell me|give me|summari[sz]e)\b.{0,25}\bchanges (?:in|from|since|between|of|to the)\b"
    rf"|\b(?:differences?|changes)\b.{{0,20}}\b(?:between|from|since|compared)\b.{{0,80}}\b{_OTHER}\b"
    r"|\bhow (?:has|have) .{1,60}\bchanged\b|\bhow did .{1,60}\bchange\b"
    rf"|\bhow do(?:es)? .{{1,60}}\bdiffer from\b.{{0,60}}\b{_OTHER}\b|\bcompare .{{0,40}}\b{_OTHER}\b"
    r"|\bwas (?:hat|haben) (?:sich )?.{0,70}\b(?:geändert|verändert|getan)\b|\bwas wurden?\b.{0,70}\bgeändert\b"
    r"|\bwas ist (?:jetzt |nun )?(?:neu|anders) (?:in|im|an|am|bei|seit|als|gegenüber)\b|\bwas ändert sich\b"
    r"|\bänderungen (?:gegenüber|seit|im vergleich)\b"
    rf"|\bunterschiede? zwischen\b.{{0,70}}\b{_ANDERE}\b"
    r"|\bqu['’]est-ce qui (?:a (?:été )?(?:chang|modifi)|change\b|est (?:nouveau|différent))|\bquoi de neuf\b"
    r"|\bqu['’]a-t-on (?:changé|modifié)\b|\bquels (?:sont les )?changements (?:y a|ont|dans|entre|depuis"
    r"|par rapport)\b"
    rf"|\bdifférences? entre\b.{{0,70}}\b{_AUTRE}\b"
    r"|\bqué (?:se )?(?:ha|han) (?:cambiado|modificado)\b|\bqué (?:cambia|cambió) (?:en|con|entre|respecto|desde)\b"
    r"|\bqué (?:cambios|novedades) (?:hay|trae|se|en|entre)\b|\bqué (?:hay|es lo) (?:de )?(?:nuevo|diferente"
    r"|distinto) en\b"
    rf"|\bdiferencias? entre\b.{{0,70}}\b{_OTRA}\b"
    r"|(?:改|变|變|修改|调整|調整|更新)[了动動]+(?:什么|什麼|哪些|啥|哪儿)"
    r"|有(?:什么|什麼|哪些|啥)(?:变化|變化|改动|改動|变动|變動|改变|改變|更新)"
    r"|新(?:版|旧|舊|规|規|的).{0,12}(?:旧|舊|老|以前|之前).{0,12}(?:不同|不一样|不一樣|区别|區別|差别|比)"
    r"|[旧舊老](?:版|规|規|的).{0,12}新.{0,12}(?:不同|不一样|不一樣|区别|區別|差别|比)"
    r"|[和跟与與比](?:以前|之前|旧版|舊版|老版).{0,8}(?:不同|不一样|不一樣|区别|區別)|都改了",
    re.IGNORECASE,
)


_OF_SOMETHING = re.compile(
    r"\b(?:for|about|regarding|concerning|bei[mn]?|für|hinsichtlich|pour|concernant|para|sobre|respecto a)\b(.*)"
    r"|(?:关于|關於|对于|對於|对|對)(.*?)(?:的|有|改|变|變)",
    re.IGNORECASE,
)
_COMPARING_WORDS = """
change changed changes different difference differences new newer old older previous former earlier before now since
compared version versions edition editions rule rules update updated amended amendment last year current
geändert ändert verändert änderung änderungen anders neu neue neuen neuer alte alten alter früher frühere früheren
vorher bisher gegenüber vergleich unterschied unterschiede fassung neufassung version regeln seit jetzt nun
changé change changements changement différent différences nouveau nouvelle nouvelles ancien ancienne avant
modifié modifications édition règles depuis rapport maintenant
cambiado cambia cambió cambios diferente diferencias nuevo nueva nuevas antiguo antigua anterior antes versión edición
normas ahora desde respecto
"""
_ONLY_COMPARES = frozenset(map(meaning_stem, _COMPARING_WORDS.split()))


@dataclass(frozen=True, slots=True)
class Change:
    """A statement of the newer edition and what it is instead of in the older one; None where one has no such."""

    new: Line | None
    old: Line | None


def asks_for_changes(question: str) -> bool:
    """Whether it asks what a newer edition says otherwise."""
    return _ASKS.search(question) is not None


def topic_of_changes(question: str) -> frozenset[str]:
    """The stems of what the changes are wanted of: "what has changed for visitors?"; empty where all are."""
    found = _OF_SOMETHING.search(question)
    return topic_of(found[1] or found[2] or "") - _ONLY_COMPARES if found else frozenset()


def changes_between(old: Sequence[Line], new: Sequence[Line], is_on_topic: Callable[[Line], bool]) -> list[Change]:
    """All changes, in the order of the newer edition; what is gone stands last.

    Of those that are on the topic, where any is. A statement is held against those under its heading, and where none of
    them is like it, against the first ones elsewhere.
    """
    old_said, new_said = (Counter(map(_said, lines)) for lines in (old, new))
    left = [line for line in old if not new_said[_said(line)]]
    fresh = [line for line in new if not old_said[_said(line)]]
    there: dict[str, list[Line]] = {}
    for line in left:
        there.setdefault(line.heading.casefold(), []).append(line)
    before: dict[Line, Line] = {}
    for heading in dict.fromkeys(line.heading.casefold() for line in fresh):
        under = [line for line in fresh if line.heading.casefold() == heading]
        before |= _paired(under, there.get(heading, []), _LEAST_ALIKE_THERE if heading else _LEAST_ALIKE)
    told = set(before.values())
    alone = [line for line in fresh if line not in before][:_MOST_ELSEWHERE]
    before |= _paired(alone, [line for line in left if line not in told][:_MOST_ELSEWHERE], _LEAST_ALIKE)
    told = set(before.values())
    changes = [Change(line, before.get(line)) for line in fresh]
    changes += [Change(None, line) for line in left if line not in told]
    return [each for each in changes if any(map(is_on_topic, filter(None, (each.new, each.old))))] or changes


def most_telling(changes: Sequence[Change]) -> list[Change]:
    """Those that are told, in their order: rather another number, or yes for no, than other words."""
    best = sorted(range(len(changes)), key=lambda place: (-_counts(changes[place]), place))[:MOST_TOLD]
    return [changes[place] for place in sorted(best)]


def _paired(fresh: Sequence[Line], left: Sequence[Line], least: float) -> dict[Line, Line]:
    """Statement → the one that it is instead of: the likest pairs first, each at most once."""
    texts = {line: without_item_number(line.text) for line in (*fresh, *left)}
    pairs = []
    for n, one in enumerate(fresh):
        for m, other in enumerate(left):
            if (like := alike(texts[one], texts[other])) >= least:
                pairs.append((-like - _BEGINS_ALIKE * begin_alike(texts[one], texts[other]), m, n))
    found: dict[Line, Line] = {}
    taken: set[int] = set()
    for _, m, n in sorted(pairs):
        if fresh[n] not in found and m not in taken:
            found[fresh[n]] = left[m]
            taken.add(m)
    return found


def _said(line: Line) -> str:
    return " ".join(without_item_number(line.text).casefold().split())


def _counts(change: Change) -> int:
    """3 for another number or yes for no, 2 for other words, 1 for what is new or gone."""
    if change.new is None or change.old is None:
        return 1
    a, b = (without_item_number(line.text) for line in (change.new, change.old))
    return 3 if set(_NUMBER.findall(a)) != set(_NUMBER.findall(b)) or is_negative(a) != is_negative(b) else 2
