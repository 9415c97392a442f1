"""A follow-up question, rewritten by the language model so that it can be understood, and searched for, by itself.

Whether a question stands alone is decided by rules. A question that wrongly counts as dependent costs one short call
of the model; one that wrongly counts as standing alone is searched for as it is. So pointing words count only before
anything in the question that they could point to.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.answering import notices
from server.answers import Turn
from server.deadline import Cancelled, TimeUp, current_deadline, until
from server.language import question_language
from server.language_model.client import LanguageModels
from server.language_model.errors import LanguageModelError
from server.language_model.prompts import Prompts, new_marker
from server.language_model.usage import Usage

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ0-9](?:[\w.'’/+-]*[\w+])?")
_CLAUSE_END = re.compile(
    r"[,;:，；：。、]|\b(?:and|but|or|because|when|while|if|so that)\b|(?:以及|并且|而且|但是|如果)", re.IGNORECASE
)

# ---- English

_POINTING = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|these|those|"
    r"this(?!\s+(?:year|month|week|time)\b)|former|latter|aforementioned|previous|"
    r"the\s+(?:same|first|second|third|last|other|others|rest)(?:\s+(?:one|two|ones))?\s*[?.!]*$|"
    r"(?:another|which|that|the|any)\s+ones?|"
    r"(?:is|was|are|does|do|did|why|how|like|than|about|of|for|with|after|before|to|by|from|in|on|and)\s+that)\b",
    re.IGNORECASE,
)
_EMPTY_IT = re.compile(
    r"\b(?:is|was|will|would|does|can)\s+it\s+(?:be\s+)?"
    r"(?:possible|necessary|true|allowed|permitted|legal|required|mandatory|important|safe|worth|take|cost|mean)\b|"
    r"\b(?:is|was)\s+that\s+(?:of|in|for)\b",
    re.IGNORECASE,
)
_GOING_ON = re.compile(
    r"^\W*(?:and|but|so|or|also|then|ok|okay|yes|no|instead|otherwise|(?:what|how)\s+about|what\s+else|who\s+else|"
    r"where\s+else|how\s+else|why\s+not|how\s+so|in\s+that\s+case|go\s+on|continue|"
    r"(?:can|could)\s+you\s+(?:elaborate|go\s+on|continue|explain\s*[?.!]*$)|"
    r"(?:any|some)\s+(?:more|other|others)\b|more\s+(?:about|on|details?)|tell\s+me\s+more)\b",
    re.IGNORECASE,
)
_LEADING_PREPOSITION = re.compile(
    r"^\W*(?:in|for|with|without|by|from|on|at|of|to|after|before|during|since|until|under|between|except)\b",
    re.IGNORECASE,
)
_STRUCTURE = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|must|what|which|who|whom|whose|"
    r"how|when|where|why|list|name|give|show|explain|describe|compare|summari[sz]e)\b",
    re.IGNORECASE,
)
_EMPTY_WORD = re.compile(
    r"a|an|the|is|are|was|were|be|do|does|did|can|could|will|would|should|may|might|must|have|has|had|of|"
    r"in|on|at|to|for|by|with|from|as|what|which|who|whom|whose|when|where|why|how|one|ones|so|not|there|"
    r"me|you|i|we|us|please|about|explain|elaborate|again|more|detail|details|example|examples|difference|"
    r"give|show|tell|name|list|else",
    re.IGNORECASE,
)
_FEWEST_WORDS = 3

# ---- Chinese

_POINTING_ZH = re.compile(
    r"(?<!其)它|(?<![其吉])他|她|这(?!种说法)|(?<!刹)那(?!么)|(?<![应活])该(?!死)|上述|两者|二者|上面|前者|后者|刚才|"
    r"(?<![因如彼])此(?!外)|(?<![尤极及与何])其(?![他它实次余])|前面|之前(?:的|说|提)"
)
_GOING_ON_ZH = re.compile(
    r"^\W*(?:那|还有|然后|所以|但是?|可是|而|另外|此外|因此|再|接着|继续|换成|如果是|要是|除此之外|除了这)"
)
_WHAT_ABOUT_ZH = re.compile(r"^[^，,。？?]{0,12}呢\s*[？?！!。]*$")
_EMPTY_ZH = re.compile(
    r"请问?|能否|可以|能不能|能|详细|具体|多|说明|说说|说|讲讲|一下|一点|些|吗|呢|吧|了|的|举|几?个|例子|例如|继续|解释|展开|"
    r"为什么|为何|怎么样?|如何|什么|哪些?|是|有|还|意思|区别|原因|呀|啊|会|要|这样"
)
_LEAST_ZH = 5


def stands_alone(question: str) -> bool:
    """Whether the question says everything itself: nothing in it points back, nothing was left out."""
    return _stands_alone_zh(question) if _HAN.search(question) else _stands_alone_en(question)


def _stands_alone_en(question: str) -> bool:
    words = _LATIN_WORD.findall(question)
    if len(words) < _FEWEST_WORDS or _GOING_ON.search(question):
        return False
    if _LEADING_PREPOSITION.search(question) and not _STRUCTURE.search(question):
        return False
    if all(_EMPTY_WORD.fullmatch(word) or _POINTING.fullmatch(word) for word in words):
        return False
    return not _POINTING.search(_first_clause(_EMPTY_IT.sub(" ", question)))


def _stands_alone_zh(question: str) -> bool:
    if _GOING_ON_ZH.search(question) or _WHAT_ABOUT_ZH.search(question.strip()):
        return False
    if len(_HAN.findall(question)) + 2 * len(_LATIN_WORD.findall(question)) < _LEAST_ZH:
        return False
    if not re.search(r"\w", _EMPTY_ZH.sub("", question)):
        return False
    return not _POINTING_ZH.search(_first_clause(question))


def _first_clause(question: str) -> str:
    """What comes before anything that a later word could point back to."""
    clauses = [clause for clause in _CLAUSE_END.split(question) if clause.strip()]
    return clauses[0] if clauses else question


logger = logging.getLogger(__name__)

_LONGEST_QUESTION = 4000
_LONGEST_SECONDS = 15.0
_SHARE_OF_TIME = 0.2


@dataclass(frozen=True, slots=True)
class Rewriting:
    """`question` is the rewritten one, or None where the question is to be taken as it stands."""

    question: str | None = None
    usage: Usage | None = None
    notice: str | None = None


def rewritten(question: str, history: Sequence[Turn], models: LanguageModels, prompts: Prompts) -> Rewriting:
    """The question made to stand alone, in a bounded share of the time; asks no model where it does already.

    A model that fails costs the rewriting, not the answer: the notice says so. Raises `Cancelled` only.
    """
    if not history or stands_alone(question):
        return Rewriting()
    deadline = current_deadline()
    if deadline is None:
        raise LookupError("a question is answered with a deadline")
    messages = prompts.standalone_messages(question, history, new_marker())
    try:
        with until(deadline.within(min(_LONGEST_SECONDS, deadline.remaining() * _SHARE_OF_TIME))):
            reply = models.complete(messages, json_mode=False, role="rewriting")
    except Cancelled:
        raise
    except (LanguageModelError, TimeUp) as error:
        return _failed(question, str(error) if isinstance(error, LanguageModelError) else "it took too long")
    if reply.problem is not None:
        return _failed(question, str(reply.problem), reply.usage)
    text = read_rewritten(reply.text)
    if text is None:
        return _failed(question, "the model wrote no question", reply.usage)
    return Rewriting(None if _same(text, question) else text, reply.usage)


def read_rewritten(reply: str) -> str | None:
    """The question in the model's reply; None where there is none. Pure."""
    lines = [line for line in reply.replace("\0", "").splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    _, _, after_label = lines[0].rpartition("Rewritten question:")
    text = " ".join(after_label.split()).strip('"“”「」*` ')
    return text if any(character.isalnum() for character in text) and len(text) <= _LONGEST_QUESTION else None


def _failed(question: str, why: str, usage: Usage | None = None) -> Rewriting:
    logger.info("a follow-up question was not rewritten")
    return Rewriting(usage=usage, notice=notices.not_rewritten(question_language(question), why))


def _same(text: str, question: str) -> bool:
    return _bare(text) == _bare(question)


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
