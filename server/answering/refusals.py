"""Whether an answer is a refusal: that the documents do not hold the answer, however a model writes it. Pure.

An answer is taken apart into clauses. Each refuses, says what the documents are about, is a courtesy, or states
something. It is a refusal when a clause refuses, none that names a passage states something, and at most one states
something after it. "The contract does not contain a penalty clause [1]" is an answer.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.answering.citation_marks import marks_of
from server.answering.refusal_sayings import PLAIN_SAYING, without_lead
from server.answering.refusal_words import GRAMMARS, RefusalGrammar
from server.language import REFUSALS
from storage.words.folding import folded
from storage.words.scripts import letters_of

_THOUGHT = re.compile(
    r"\A\s*+(?:<(think|thinking|thought|reasoning)>.*?</\1>|◁think▷.*?◁/think▷|(?:(?!<think).)*?</think(?:ing)?>)",
    re.DOTALL | re.IGNORECASE,
)
_DRESSING = re.compile(r"[*_`~#>|\"“”„«»‹›「」『』]+")
_BULLET = re.compile(r"\A[-•·–—]\s+")
_EMPTY = re.compile(r"[\W_\ue000]*")
_LONGEST = 700  # characters: what is longer says more than a refusal
_MOST_CLAUSES = 8
_CITED = "\ue000"
"""Stands where a mark stood, while the answer is taken apart."""

_CONTRAST = (
    r"(?:nicht\s+aber|but|however|although|though|except|nevertheless|nonetheless|yet|still|(?<!nicht )aber|jedoch"
    r"|allerdings|sondern|dennoch|mais|cependant|toutefois|néanmoins|pourtant|pero|sin\s+embargo|aunque|mas|porém"
    r"|no\s+entanto|(?<=, )ma|tuttavia|però|"
    r"maar|echter|desondanks)\b|但是?|不过|然而|却|而是|ただし|しかし|ですが|一方"
)
_END = re.compile(
    rf"(?<=[.!?;{_CITED}])(?![{_CITED}])\s+|(?<=[。！？；])(?![{_CITED}])\s*|(?<=[。！？；]{_CITED})\s*|\n+"
)
_TURN = re.compile(rf"[,，、]?\s*(?=(?<![^\W\d_])(?:{_CONTRAST}))", re.IGNORECASE)
_TURNED = re.compile(rf"\W*(?:{_CONTRAST})", re.IGNORECASE)
_LEFT_OUT = re.compile(
    rf"\W*(?:nicht\s+aber|(?:{_CONTRAST})\s*(?:not|nicht|kein\w*|pas|no|non|não|niet|geen|没有|不))\b", re.IGNORECASE
)
"""What the documents do not speak of, beside what they do: "…, but not its size"."""
_CONCESSION = re.compile(
    r"\W*(?:although|though|while|whilst|even\s+though|despite|obwohl|auch\s+wenn|zwar|wenngleich|bien\s+que|même\s+si|"
    r"quoique|aunque|si\s+bien|a\s+pesar|embora|apesar|sebbene|anche\s+se|benché|hoewel|ofschoon)\b|\W*(?:虽然|虽|尽管)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\W*(?:if|when|whenever|unless|wenn|falls|sofern|quand|lorsque|cuando|quando)\b|\W*(?:si|s['’]il)\b|\W*(?:如果|若|当|倘若)",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    r"\b(?:please|sorry|apolog\w+|unfortunately|thank\s+you|thanks|feel\s+free|let\s+me\s+know|happy\s+to|glad\s+to|i\s+wish"
    r"|you\s+(?:may|might|can|could|should)|(?:contact|consult|check|ask|try|consider)\s+(?:with\s+)?(?:the|your|an?|other|another)"
    r"|i(?:['’]ve|\s+have)?\s+(?:only\s+)?(?:gone|looked|searched|read|reviewed|checked|went|examined)|if\s+you|i\s+recommend"
    r"|bitte|gerne?|leider|tut\s+mir\s+leid|wenden\s+sie|sie\s+können|du\s+kannst|falls\s+sie|wenn\s+(?:sie|du)"
    r"|veuillez|désolée?|malheureusement|n['’]hésitez|je\s+vous\s+invite|vous\s+pouvez|si\s+vous"
    r"|lo\s+siento|lamentablemente|por\s+favor|puede[s]?\s+consultar|le\s+recomiendo|si\s+(?:puede|desea|tiene)"
    r"|desculpe|infelizmente|mi\s+dispiace|purtroppo|helaas|sorry|alstublieft|per\s+favore)\b"
    r"|请|抱歉|对不起|不好意思|遗憾|建议|如需|如果您|您可以|谢谢|我(?:查阅|阅读|检索|仔细)|ください|申し訳|残念|すみません",
    re.IGNORECASE,
)
_SUBJECT_MATTER = re.compile(
    r"\b(?:only|just|mainly|mostly|primarily|instead|rather|discuss|describe|deal|focus|concern|relate|talk|speak|about|cover|mention"
    r"|refer|contain|nur|lediglich|behandeln|handeln|beziehen|erwähnen|sprechen|befassen|seulement|uniquement|parlent|traitent"
    r"|concernent|mentionnent|portent|solo|sólo|únicamente|hablan|tratan|mencionan|apenas|falam|tratam|mencionam|parlano|trattano"
    r"|alleen|gaan|bespreken)(?:s|ed|ing)?\b|只|仅|主要|谈|讨论|介绍|涉及|提到|関する|について|のみ",
    re.IGNORECASE,
)
_THEY = re.compile(
    r"\b(?:they|these|sie|diese|ils|elles|ellos|estos|eles|estes|essi|questi|zij|ze)\b|\A\W*(?:only|nur|solo|sólo|apenas)\b"
    r"|它们|其中|\A\W*(?:只|仅)",
    re.IGNORECASE,
)
_THAT = r"\b(?:that|dass|que|che|dat)\b"
_KANA = re.compile(r"[\u3041-\u30fa]")

Kind = Literal["refuses", "scope", "courtesy", "states"]


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    cited: bool
    turned: bool
    """It goes against what was said before it: "However, …"."""


def is_refusal(text: str) -> bool:
    """Whether the answer says that the documents do not answer, and no more than a sentence beside it."""
    bare = _bare(text)
    if len(bare) > _LONGEST:
        return False
    clauses = _clauses(bare)
    if not clauses or len(clauses) > _MOST_CLAUSES:
        return False
    kinds = _kinds_of(clauses)
    if "refuses" not in kinds:
        return False
    first = kinds.index("refuses")
    states = [place for place, kind in enumerate(kinds) if kind == "states"]
    if any(place < first or clauses[place].cited or clauses[place].turned for place in states):
        return False
    return len(states) <= 1


def only_refuses(text: str) -> bool:
    """Whether it is our sentence and nothing else, whatever its dressing."""
    said = letters_of(without_lead(_bare(text).replace(_CITED, "")))
    return any(said == ours for ours in _OURS)


def may_become_refusal(text: str) -> bool:
    """Whether a text that goes on may still be our sentence alone."""
    if len(text) > _LONGEST:
        return False
    said = letters_of(_bare(text).replace(_CITED, ""))
    return any(ours.startswith(said) or said == ours for ours in _WHOLE)


def _bare(text: str) -> str:
    """Without thoughts and dressing, in one width; a sign where a citation mark stood."""
    text = _THOUGHT.sub("", text, count=1)
    parts: list[str] = []
    end = 0
    for mark in marks_of(text):
        parts += [text[end : mark.start], _CITED]
        end = mark.end
    bare = unicodedata.normalize("NFKC", "".join([*parts, text[end:]]))
    return _BULLET.sub("", _DRESSING.sub("", bare).strip())


def _clauses(bare: str) -> list[_Clause]:
    """Sentences, parted where they turn ("…, but …") and after what they concede ("Although …, …")."""
    found: list[_Clause] = []
    for sentence in _END.split(bare):
        conceded = False
        for part in _TURN.split(sentence):
            concedes = _CONCESSION.match(part) is not None
            for piece in re.split(r"[,，]\s*", part, maxsplit=1) if concedes else (part,):
                if not _EMPTY.fullmatch(piece):
                    turned = conceded or bool(_TURNED.match(piece) and found)
                    found.append(_Clause(piece, _CITED in piece, turned))
                conceded = concedes
    return found


def _kinds_of(clauses: list[_Clause]) -> list[Kind]:
    kinds: list[Kind] = []
    named: list[RefusalGrammar] = []
    for clause in clauses:
        said = _folded(clause.text.replace(_CITED, " ").strip())
        named += [grammar for grammar in GRAMMARS if grammar not in named and grammar.texts.search(said)]
        leaves_out = kinds[-1:] == ["scope"] and clause.turned and _LEFT_OUT.match(said)
        kinds.append("refuses" if leaves_out else _kind_of(said, clause.cited, named))
    return kinds


def _kind_of(said: str, cited: bool, named: Sequence[RefusalGrammar]) -> Kind:
    """What a clause does; `named` are the languages in which the answer has spoken of documents so far."""
    plain = without_lead(_TURNED.sub("", said, count=1).strip(" ,，"))
    if _is_our_sentence(plain):
        return "refuses"
    if not cited and said.endswith(("?", "？")):
        return "courtesy"
    if _CONDITION.match(said):
        return "courtesy" if _COURTESY.search(said) and not cited else "states"
    if PLAIN_SAYING.match(plain) or (not cited and _refuses(said, named)):
        return "refuses"
    if not cited and _COURTESY.search(said):
        return "courtesy"
    return "scope" if named and _is_scope(said) else "states"


def _is_scope(said: str) -> bool:
    """Whether it says what the documents are about, and nothing that stands there: no figure, no "that"."""
    is_of_texts = _THEY.search(said) or any(grammar.texts.search(said) for grammar in GRAMMARS)
    return bool(is_of_texts and _SUBJECT_MATTER.search(said)) and not re.search(rf"\d|{_THAT}", said)


def _refuses(said: str, named: Sequence[RefusalGrammar]) -> bool:
    """Whether a clause that names no passage says that the texts, or who answers, do not tell."""
    if any(grammar.by_itself.search(said) for grammar in GRAMMARS):
        return True
    return any(
        grammar.absent.search(said) or (grammar.negated.search(said) and grammar.telling.search(said))
        for grammar in named
        if not grammar.obliged.search(said)
    )


def _folded(said: str) -> str:
    return said if _KANA.search(said) else folded(said)  # 書 is no 书 in Japanese


def _is_our_sentence(said: str) -> bool:
    letters = letters_of(said)
    return any(letters.startswith(ours) for ours in _OURS)


_WHOLE = tuple(letters_of(unicodedata.normalize("NFKC", sentence)) for sentence in REFUSALS.values())
_OURS = tuple(letters_of(without_lead(_folded(_bare(sentence)))) for sentence in REFUSALS.values())
