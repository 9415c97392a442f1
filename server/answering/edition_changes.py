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
from server.evidence.alignment import alike, begin_alike
from storage.words.english_stems import meaning_stem

_MOST = 24  # changes that are told
_MOST_COMPARED = 500  # statements of each that do not stand in the other: a quarter million comparisons, 2 s
_LEAST_ALIKE = 0.3
_LEAST_ALIKE_THERE = 0.16  # under the same heading
_SAME_HEADING = 0.25
_BEGINS_ALIKE = 0.15
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_ITEM = re.compile(
    r"^\W*(?:§\s*)?(?:\(?\d{1,3}(?:\.\d{1,3})*[.)]?|第[一二三四五六七八九十百\d]+条|[（(][一二三四五六七八九十]+[）)])\s+"
)

_ASKS = re.compile(
    r"\bwhat(?:['’]?s| is| was| has| have| are| did| got)? (?:\w+ ){0,3}?(?:changed?|changes|new in)\b"
    r"|\bwhat(?:['’]?s| is| are)(?: now)? different\b.{0,60}"
    r"\b(?:before|old|previous|earlier|last|former|version|edition|\d{4})\b"
    r"|\b(?:list|show|name|tell me|give me|summari[sz]e)\b.{0,25}\bchanges\b"
    r"|\b(?:differences?|changes)\b.{0,20}\b(?:between|from|since|compared)\b.{0,80}"
    r"\b(?:versions?|editions?|old|previous|earlier|former|both|two|before|\d{4})\b"
    r"|\bhow (?:do|does|did|has|have) .{1,60}\b(?:differ from|changed?)\b(?! (?:my|your|a|an)\b)"
    r"|\bcompare .{0,40}\b(?:versions?|editions?|old|new|previous|\d{4})\b"
    r"|\bwas (?:hat|haben|ist|sind|wurden?)\b.{0,70}\b(?:geändert|verändert|anders|neu)\b(?!\w)"
    r"|\bwas (?:hat|haben) sich\b.{0,70}\bgetan\b|\bwas ändert sich\b|\bänderungen (?:gegenüber|zur|seit"
    r"|im vergleich)\b"
    r"|\bunterschiede? zwischen\b.{0,70}\b(?:alte\w*|neue\w*|frühere\w*|fassung\w*|version\w*|\d{4})\b"
    r"|\bqu['’]est-ce qui (?:a|change|est)\b.{0,40}(?:chang|modifi|différent|nouveau|$)|\bquoi de neuf\b"
    r"|\bqu['’]a-t-on (?:changé|modifié)\b|\bquels? (?:sont les )?changements?\b"
    r"|\bdifférences? entre\b.{0,70}\b(?:ancien\w*|nouve\w*|version\w*|édition\w*|\d{4})\b"
    r"|\bqué (?:se )?(?:ha|han) (?:cambiado|modificado)\b|\bqué (?:cambia|cambió|cambios|novedades)\b"
    r"|\bqué (?:hay|es lo) (?:de )?(?:nuevo|diferente|distinto)\b"
    r"|\bdiferencias? entre\b.{0,70}\b(?:antigu\w*|nuev\w*|anterior\w*|versi\w*|\d{4})\b"
    r"|(?:改|变|變|修改|调整|調整|更新)[了动動]*(?:什么|什麼|哪些|啥|哪儿)"
    r"|(?:什么|什麼|哪些|啥|哪里|哪裡)(?:变化|變化|改动|改動|变动|變動|改变|改變|更新|修改)"
    r"|(?:新|旧|舊|老).{0,12}(?:和|跟|与|與|比).{0,12}(?:不同|不一样|不一樣|区别|區別|差别|比)|都改了",
    re.IGNORECASE,
)  # fmt: skip


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
    """The changes that count most, in the order of the newer edition; what is gone stands last.

    Of those that are on the topic, where any is.
    """
    old_said, new_said = (Counter(map(_said, lines)) for lines in (old, new))
    left = [line for line in old if not new_said[_said(line)]][:_MOST_COMPARED]
    fresh = [line for line in new if not old_said[_said(line)]][:_MOST_COMPARED]
    pairs = sorted(
        ((_likeness(one, other), -m, -n) for n, one in enumerate(fresh) for m, other in enumerate(left)), reverse=True
    )
    counterparts: dict[int, int] = {}
    for likeness, m, n in pairs:
        if likeness > 0.0 and -n not in counterparts and -m not in counterparts.values():
            counterparts[-n] = -m
    changes = [Change(line, left[counterparts[n]] if n in counterparts else None) for n, line in enumerate(fresh)]
    gone = set(range(len(left))) - set(counterparts.values())
    changes += [Change(None, left[m]) for m in sorted(gone)]
    on_topic = [change for change in changes if any(map(is_on_topic, filter(None, (change.new, change.old))))]
    changes = on_topic or changes
    best = sorted(range(len(changes)), key=lambda place: (-_counts(changes[place]), place))[:_MOST]
    return [changes[place] for place in sorted(best)]


def _said(line: Line) -> str:
    return " ".join(_ITEM.sub("", line.text).casefold().split())


def _likeness(one: Line, other: Line) -> float:
    """How surely one is the other, changed; 0 where it is not."""
    is_there = bool(one.heading) and one.heading.casefold() == other.heading.casefold()
    a, b = _ITEM.sub("", one.text), _ITEM.sub("", other.text)
    like = alike(a, b)
    if like < (_LEAST_ALIKE_THERE if is_there else _LEAST_ALIKE):
        return 0.0
    return like + _SAME_HEADING * is_there + _BEGINS_ALIKE * begin_alike(a, b)


def _counts(change: Change) -> int:
    """3 for another number or yes for no, 2 for other words, 1 for what is new or gone."""
    if change.new is None or change.old is None:
        return 1
    a, b = (_ITEM.sub("", line.text) for line in (change.new, change.old))
    return 3 if set(_NUMBER.findall(a)) != set(_NUMBER.findall(b)) or is_negative(a) != is_negative(b) else 2
