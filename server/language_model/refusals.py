"""What a server finds wrong with a request, read from the body of its refusal: fields, limits, its own words. Pure.

Every server words it in its own way: a name in `param`, a path in `loc`, a name in quotation marks somewhere in a
sentence, a sentence within a sentence of a gateway. The surest of these that names something that was sent counts.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NOT_SAID = frozenset(("input", "inputs", "body", "request", "url", "ctx", "documentation_url", "help"))
"""Members that repeat the request, or lead elsewhere."""
_PARAMS = frozenset(("param", "params", "field", "fields", "parameter", "argument", "property", "key", "keys"))
_WORDS = (
    "message",
    "msg",
    "detail",
    "details",
    "error",
    "errors",
    "reason",
    "description",
    "error_description",
    "issues",
)
_LOC_IN_TEXT = re.compile(r"['\"]loc['\"]\s*:\s*[\[(]([^\])]{0,200})[\])]")
_PARAM_IN_TEXT = re.compile(r"['\"]param['\"]\s*:\s*['\"]([\w.\[\]]{1,80})['\"]")
_INPUT_IN_TEXT = re.compile(r"['\"](?:input|body)['\"]\s*:\s*[\[{].*", re.DOTALL)
_QUOTED = re.compile(r"['\"`‘’“”「]([\w.\[\]/ -]{2,60})['\"`‘’“”」]")
_ACCUSED = re.compile(
    r"(?:unknown|unrecogni[sz]ed|unexpected|unsupported|not support(?:ed)?|invalid|extra|additional|no such|不支持|"
    r"未知|无效)(.{0,80})",
    re.IGNORECASE | re.DOTALL,
)
_NO_LONGER_ACCUSED = re.compile(
    r"[{;]|\b(?:expected|one of|instead|use|must be|should be|"
    r"(?:supported|allowed|valid|known) (?:fields|values|param))",
    re.IGNORECASE,
)
_LONGEST = 20_000
_SMALLEST_CONTEXT = 256

_NAMES: dict[str, str] = {
    "thinking": r"(?<![a-z_])thinking(?![a-z_])",
    "response_format": r"response[_\s-]?format|json[_\s-]?(?:object|schema|mode)|structured[_\s-]?outputs?",
    "stream_options": r"stream[_\s-]?options|include[_\s-]?usage",
    "temperature": r"(?<![a-z_])temperature(?![a-z_])",
    "max_completion_tokens": r"max[_\s-]?completion[_\s-]?tokens",
    "max_tokens": r"max[_\s-]?(?:new[_\s-]?|output[_\s-]?)?tokens",
    "system": r"\bsystem\b.{0,20}\b(?:role|messages?|prompts?|instructions?)\b|\brole\b.{0,30}\bsystem\b|"
    r"developer instruction",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _NAMES.items()}

_CONTENT_RISK = re.compile(r"content exists risk", re.IGNORECASE)
_MODEL_NAME = re.compile(
    r"supported api model names|model.{0,60}(?:not exist|not found|is not supported\b|not loaded|unknown model)|"
    r"invalid model|模型不存在",
    re.IGNORECASE,
)
_CONTEXT_WORD = re.compile(
    r"context|prompt|\binputs?\b|\bmessages\b|n_ctx|max_?model_?len|sequence length|上下文|输入|提示词",
    re.IGNORECASE,
)
_TOO_MUCH = re.compile(
    r"too (?:large|big|long|many|high)|exceed|greater than|larger than|longer than|at most|no more than|up to|"
    r"less than|must be (?:<|less|between|in)|<=|≤|maximum|\brange\b|\blimit|between|overflow|too small|"
    r"超出|超过|最大|上限|范围|不能大于|过大|过长",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|extra (?:inputs|fields|data)|"
    r"not allowed|cannot find field|no such|not a valid field|additional propert|instead|不支持|未知|无效的?参数",
    re.IGNORECASE,
)
_IS_ANOTHER_FIELD = re.compile(r"unsupported param|instead|unrecogni|extra_forbidden", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+|\d{2,9})(?![\w%]|\.\d)")
_N = r"\D{0,3}(\d[\d,]*)"
_CONTEXT_SIZE = (
    r"['\"](?:n_ctx|max_model_len|context_length)['\"]\D{1,5}(\d+)",
    rf"(?:context|上下文)[^.\d]{{0,40}}?(?:length|size|window|limit|长度|限制|大小)?[^.\d]{{0,30}}?{_N}",
    rf"{_N}[\s-]*(?:tokens?\s+)?(?:maximum )?context",
)
_SUM_SIZE = (
    rf"(?:must be|should be|<=|≤|at most|maximum(?: of| is)?|limit(?: of| is)?|less than or equal to|up to|>){_N}",
)
_PROMPT_SIZE = (
    r"n_prompt_tokens['\"]?\D{1,5}(\d+)",
    r"(\d[\d,]*)\s*(?:tokens? )?(?:in|from|of|for) (?:the |your )?(?:input|prompt|messages)",
    r"(\d[\d,]*) (?:`inputs` tokens|input tokens|prompt tokens)",
    r"\b(?:prompt|input|request|messages)\b[^.\d]{0,40}?(\d[\d,]*) tokens",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that a server did not take. `body` is what it said, as JSON where that is what it is."""

    status: int
    body: Any

    @property
    def words(self) -> str:
        """What the server says, in one line; empty where it says nothing."""
        return " ".join(said_of(self.body).split())


def said_of(body: Any) -> str:
    """The sentence for people in the body of an error, wherever in it that stands."""
    texts = list(_texts(body))
    return max(texts, key=len, default="") if isinstance(body, list | dict) else str(body or "")


def fields_named(refusal: Refusal, sent: Mapping[str, Any], names: Iterable[str]) -> frozenset[str]:
    """Which of `names` the refusal finds fault with, as `names` writes them; the surest place that names any counts."""
    known = list(names)
    for place in (_params, _locations, _accusations, _quotations, _sentences):
        found = {name for text in place(refusal.body) for name in known if _names(text, name, sent)}
        if found:
            return frozenset(found)
    return frozenset()


def is_content_risk(words: str) -> bool:
    """Whether DeepSeek refuses to read the content."""
    return _CONTENT_RISK.search(words) is not None


def is_model_name(words: str) -> bool:
    """Whether the name of the model is at fault."""
    return _MODEL_NAME.search(words) is not None


def is_unknown_field(refusal: Refusal) -> bool:
    """Whether it says that something is not known, whatever that is."""
    return _UNKNOWN.search(refusal.words) is not None


def is_too_much(refusal: Refusal) -> bool:
    """Whether a value, and not a field, is refused for its size."""
    words = _everything(refusal)
    return _TOO_MUCH.search(words) is not None and not _IS_ANOTHER_FIELD.search(words)


def context_size(refusal: Refusal, asked: int) -> int | None:
    """The context in tokens, where the refusal is about prompt and reply together."""
    words = _everything(refusal)
    if not _CONTEXT_WORD.search(words) or not _TOO_MUCH.search(words):
        return None
    counted = prompt_size(refusal)
    for pattern in _CONTEXT_SIZE + (_SUM_SIZE if counted is not None else ()):
        sizes = [_int(text) for text in re.findall(pattern, words, re.IGNORECASE)]
        sizes = [size for size in sizes if size >= _SMALLEST_CONTEXT and size != counted]
        if pattern in _SUM_SIZE:
            sizes = [size for size in sizes if size != asked]
        if sizes:
            return sizes[0]
    return None


def prompt_size(refusal: Refusal) -> int | None:
    """How many tokens the server counted in the prompt, where it says so."""
    words = _everything(refusal)
    for pattern in _PROMPT_SIZE:
        found = re.search(pattern, words, re.IGNORECASE)
        if found:
            return _int(found[1])
    return None


def is_about_context(refusal: Refusal) -> bool:
    """Whether prompt and reply together are too long."""
    words = _everything(refusal)
    if _IS_ANOTHER_FIELD.search(words):
        return False
    return bool(
        _CONTEXT_WORD.search(words) and _TOO_MUCH.search(words) and re.search(r"token|context|长|上下文", words)
    )


def most_below(refusal: Refusal, asked: int) -> int | None:
    """The largest number below what was asked for: the limit, in a sentence about it."""
    numbers = [_int(text) for text in _NUMBER.findall(refusal.words)]
    return max((number for number in numbers if 16 <= number < asked), default=None)


def _everything(refusal: Refusal) -> str:
    """Words, and numbers that stand in members of their own."""
    rest = refusal.body if isinstance(refusal.body, str) else json.dumps(refusal.body, ensure_ascii=False)
    return f"{refusal.words} {rest}"[:_LONGEST]


def _names(text: str, name: str, sent: Mapping[str, Any]) -> bool:
    if name == "max_tokens":
        text = _PATTERNS["max_completion_tokens"].sub(" ", text)
    model = str(sent.get("model") or "")
    return _PATTERNS[name].search(text.replace(model, " ") if model else text) is not None


def _params(body: Any) -> Iterator[str]:
    yield from (_path(value) for key, value in _members(body) if key in _PARAMS and value)
    for text in _texts(body):
        yield from _PARAM_IN_TEXT.findall(text)


def _locations(body: Any) -> Iterator[str]:
    yield from (_path(value) for key, value in _members(body) if key in ("loc", "path", "location") and value)
    for text in _texts(body):
        yield from (found.replace("'", "").replace(",", ".") for found in _LOC_IN_TEXT.findall(text))


def _accusations(body: Any) -> Iterator[str]:
    """What follows "unknown field" and the like, as far as it does not name what would be right."""
    for text in _texts(body):
        yield from (_NO_LONGER_ACCUSED.split(found, maxsplit=1)[0] for found in _ACCUSED.findall(text))


def _quotations(body: Any) -> Iterator[str]:
    for text in _texts(body):
        yield from _QUOTED.findall(text)


def _sentences(body: Any) -> Iterator[str]:
    yield from _texts(body)


def _path(value: Any) -> str:
    """A path as one text; what it says of roles is said in words."""
    text = ".".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.replace("messages[0].role", "system role").replace("messages.0.role", "system role")


def _members(body: Any) -> Iterator[tuple[str, Any]]:
    """Every member of the body with a name, at any depth, but for what repeats the request."""
    if isinstance(body, str):
        yield from _members(_json(body))
    elif isinstance(body, list):
        for each in body:
            yield from _members(each)
    elif isinstance(body, dict):
        for key, value in body.items():
            if key not in _NOT_SAID:
                yield str(key).lower(), value
                yield from _members(value)


def _texts(body: Any) -> Iterator[str]:
    """The sentences in a body; one that is JSON itself is looked into."""
    if isinstance(body, str):
        inner = _json(body)
        if inner is not None:
            yield from _texts(inner)
        else:
            yield _INPUT_IN_TEXT.sub("", body[:_LONGEST])
    elif isinstance(body, list):
        for each in body:
            yield from _texts(each)
    elif isinstance(body, dict):
        for key in _WORDS:
            if body.get(key):
                yield from _texts(body[key])


def _json(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _int(text: str) -> int:
    return int(text.replace(",", ""))
