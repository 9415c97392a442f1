"""Whether something is there, and what it costs: questions whose thing must be in the answer. Pure.

"Is there a sauna at the pool?" is not answered by whatever is said of the pool, nor "What does a massage cost?" by the
price of something else. Apart from `asked_figures`, which asks for the form of the answer and not for its thing.
"""

import re
from functools import lru_cache

from server.evidence.answer_types import first_part
from storage.words.folding import folded

_PATTERNS = (
    r"\b(?:is|are|was|were) there (?P<a>.+)",
    r"\b(?:do|does|did) .{1,40}?\b(?:have|offer|sell|provide|serve|rent out) (?!to\b)(?P<b>.+)",
    r"\b(?:which|what) [^,?]{1,30}? (?:has|have|offers?|provides?|comes? with) (?P<c>.+)",
    r"\bhow much (?:is|are|does|do|did|for) (?!i\b|we\b|you\b|they\b|it\b)(?P<d>.+)",
    r"\bwhat (?:does|do|did) (?!i\b|we\b|you\b|they\b|it\b)(?P<e>.+?) cost\b",
    r"\b(?:price|cost|fee|fare|charge) (?:of|for) (?P<f>.+)",
    r"\bgibt(?: es|'s|s) (?P<g>.+)|^\W*(?:und )?(?:hat|haben|habt|bietet|bieten) (?!ich\b|wir\b)(?P<s>.+)",
    r"\b(?:was|wie ?viel) koste[nt] (?P<h>.+)|\bwie teuer (?:ist|sind) (?P<i>.+)",
    r"\by a[- ]t[- ]il (?P<j>.+)|\bco[uû]te(?:nt)? (?P<k>.+)|\bavez[- ]vous (?P<l>.+)",
    r"(?:^|\W)hay (?P<m>.+)|\bcu[aá]nto (?:cuestan?|valen?) (?P<n>.+)|\btienen? (?P<o>.+)",
    r"(?:有没有|有沒有|有无|提供)(?P<p>.+)|有(?P<q>[^没沒]+?)(?:吗|嗎|么)|(?P<r>.+?)(?:要|是|卖|賣)?(?:多少钱|多少錢|几块钱)",
)
_NO_THING = re.compile(
    r"(?:\d.*|new|newer|one|ones|another|other|else|extra|additional|spare|replacement|really|actually|roughly|neue?[nrs]?"
    r"|andere?[nrs]?|weitere?[nrs]?|eigentlich|ungefähr|nouve(?:au|lle)|autre|otr[oa]|nuev[oa]|again|currently|nowadays)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_ASKS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS)


@lru_cache(maxsize=256)
def asked_thing(question: str) -> str:
    """What must be there, or has the price, as the question names it, in small letters; empty where nothing must."""
    asked = folded(first_part(question))
    for asks in _ASKS:
        if found := asks.search(asked):
            return next(group for group in found.groups() if group).casefold()
    return ""


def thing_words(question: str) -> frozenset[str]:
    """The words of the asked thing that could name it, in small letters; of Chinese the whole run."""
    words = _WORD.findall(asked_thing(question))
    return frozenset(word for word in words if not _NO_THING.fullmatch(word))
