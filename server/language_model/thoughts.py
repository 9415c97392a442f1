"""Which part of what a model wrote is its thought, and which part its reply. The one place that knows.

Thoughts stand before the reply, in markers that differ by model: `<think>…</think>` (DeepSeek, Qwen), `<thinking>`,
`[THINK]` (Mistral), `◁think▷` (Kimi), the channels of gpt-oss. Where the chat template opens the thought itself, only
the closing marker is seen. A marker that a reply merely mentions, such as one in a quotation, is text. Pure.
"""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class _Markers:
    """What a thought begins with, as a pattern, its fixed beginning in lower case, and what it ends with.

    A thought that has no `ends` is none: after this marker comes the reply.
    """

    begins: re.Pattern[str]
    prefix: str
    ends: re.Pattern[str] | None


def _tag(name: str) -> _Markers:
    return _Markers(re.compile(rf"<{name}>", re.IGNORECASE), f"<{name}>", _CLOSING_TAG)


_CLOSING_TAG = re.compile(r"</(?:think|thinking|thought|reasoning|seed:think)>", re.IGNORECASE)
_CHANNEL = (
    r"(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*{}\b[^<]{{0,40}}(?:<\|constrain\|>[^<]{{0,40}})?<\|message\|>"
)
_CHANNEL_ENDS = re.compile(r"<\|end\|>|(?=<\|start\|>|<\|channel\|>)")
_CHANNEL_PREFIXES = ("<|channel|>", "<|start|>")
_MARKERS = (
    *(_tag(name) for name in ("think", "thinking", "thought", "reasoning", "seed:think")),
    _Markers(re.compile(r"◁think▷"), "◁think▷", re.compile(r"◁/think▷")),
    _Markers(re.compile(r"\[THINK\]"), "[think]", re.compile(r"\[/THINK\]")),
    _Markers(
        re.compile(r"<details type=\"reasoning\"[^>]{0,200}>"), '<details type="reasoning"', re.compile("</details>")
    ),
    *(
        _Markers(re.compile(_CHANNEL.format(channel), re.IGNORECASE), prefix, ends)
        for prefix in _CHANNEL_PREFIXES
        for channel, ends in (("(?:analysis|commentary)", _CHANNEL_ENDS), ("final", None))
    ),
    # gpt-oss where the server has taken its special tokens away.
    _Markers(re.compile(r"analysis(?=[A-Z\u3400-\u9fff])"), "analysis", re.compile(r"assistant(?:\s*)final")),
)
_LONGEST_MARKER = 250
_UNOPENED = re.compile(rf"{_CLOSING_TAG.pattern}|◁/think▷|\[/THINK\]", re.IGNORECASE)
_OPENING = re.compile(r"<(?:think|thinking|thought|reasoning|seed:think)>|◁think▷|\[THINK\]", re.IGNORECASE)
_QUOTES = frozenset("`'\"“”‘’「」")
_END_TOKENS = re.compile(r"(?:\s*(?:<\|(?:return|end|im_end|eot_id|endoftext|end_of_text)\|>|</s>))+\s*\Z")
_PERHAPS_END_TOKEN = re.compile(r"(?:\s*(?:<\|\w{1,12}\|>|</s>))*\s*(?:<(?:\|(?:\w{0,12}\|?)?|/s?)?)?\Z")
_LONGEST_CLOSING = max(len(text) for text in ("</seed:think>", "<|channel|>", "assistant    final", "</reasoning>"))


@dataclass(frozen=True, slots=True)
class Parted:
    """A reply and the thought before it.

    `is_open`: it ended before its thought did. `unopened`: only the closing marker was there. `marked`: any was.
    """

    text: str
    thought: str = ""
    is_open: bool = False
    unopened: bool = False
    marked: bool = False


def parted(written: str, *, begins_inside: bool = False, cut_short: bool = False) -> Parted:
    """The reply and the thought in what a model wrote; `begins_inside`: this model's thoughts are not opened."""
    parting = Parting(begins_inside=begins_inside)
    parting.feed(written)
    return parting.end(cut_short=cut_short)


@dataclass
class Parting:
    """Parts a stream as it comes. What `feed` and `end` hand over of an unopened thought may be taken for text first:
    only then `result` differs from what was handed over.
    """

    begins_inside: bool = False
    _buffer: str = ""
    _text: list[str] = field(default_factory=list)
    _thought: list[str] = field(default_factory=list)
    _ends: re.Pattern[str] | None = None
    _state: str = "before"
    _unopened: bool = False
    _marked: bool = False
    _supposed: bool = False
    _searched: int = 0
    """How far the buffer was looked through for the end of a thought."""

    def feed(self, delta: str) -> tuple[str, str]:
        """Text and thought that are certain now."""
        self._buffer += delta
        text, thought = len(self._text), len(self._thought)
        while self._step():
            pass
        return "".join(self._text[text:]), "".join(self._thought[thought:])

    def end(self, *, cut_short: bool = False) -> Parted:
        """All of it, after the last piece; `cut_short`: the model had more to write."""
        is_open = self._state == "thought"
        if is_open and self._supposed and not cut_short:
            is_open = False  # no thought this time: everything was the reply
            self._text, self._thought = ["".join(self._thought) + self._buffer], []
        elif is_open:
            self._thought.append(self._buffer)
        else:
            self._text.append(self._buffer)
        self._buffer = ""
        text = _END_TOKENS.sub("", "".join(self._text))
        found = _unopened_end(text)
        if found is not None:
            self._thought.append(text[: found.start()])
            inner = parted(text[found.end() :])
            return Parted(inner.text.lstrip(), "".join(self._thought).strip(), False, True, True)
        return Parted(text, "".join(self._thought).strip(), is_open, self._unopened, self._marked)

    def _step(self) -> bool:
        """Look at the buffer once; whether looking again may give more."""
        return {"before": self._before, "thought": self._inside, "text": self._after}[self._state]()

    def _before(self) -> bool:
        bare = self._buffer.lstrip("\ufeff \t\r\n")
        for markers in _MARKERS:
            found = markers.begins.match(bare)
            if found is not None and (found.end() < len(bare) or bare[-1] in ">▷]|"):
                self._buffer, self._marked = bare[found.end() :], True
                self._state, self._ends = ("thought" if markers.ends else "text"), markers.ends
                return True
        if not bare or _may_become_marker(bare):
            return False
        if self._marked:
            self._buffer = bare
        elif self.begins_inside:
            self._supposed, self._state, self._ends = True, "thought", _UNOPENED
            return True
        self._state = "text"
        return True

    def _inside(self) -> bool:
        assert self._ends is not None
        found = self._ends.search(self._buffer, max(0, self._searched - _LONGEST_CLOSING))
        self._searched = len(self._buffer) if found is None else 0
        if found is not None:
            self._unopened |= self._supposed
            self._marked, self._supposed = True, False
            self._thought.append(self._buffer[: found.start()])
            self._buffer, self._state = self._buffer[found.end() :], "before"
            return True
        if not self._supposed and len(self._buffer) > _LONGEST_CLOSING:
            self._thought.append(self._buffer[:-_LONGEST_CLOSING])
            self._buffer = self._buffer[-_LONGEST_CLOSING:]
            self._searched = 0
        return False

    def _after(self) -> bool:
        held = _PERHAPS_END_TOKEN.search(self._buffer)
        sure = self._buffer[: held.start()] if held else self._buffer
        if sure:
            self._text.append(sure)
            self._buffer = self._buffer[len(sure) :]
        return False


def _may_become_marker(bare: str) -> bool:
    lowered = bare.lower()
    if lowered.startswith(_CHANNEL_PREFIXES) and "<|message|>" not in lowered:
        return len(bare) < _LONGEST_MARKER
    if lowered.startswith("<details type") and ">" not in lowered:
        return len(bare) < _LONGEST_MARKER
    return any(markers.prefix.startswith(lowered) for markers in _MARKERS)


def _unopened_end(text: str) -> re.Match[str] | None:
    """The closing marker of a thought that was never opened; None where it is only spoken of."""
    found = _UNOPENED.search(text)
    if found is None or _OPENING.search(text, 0, found.start()):
        return None
    around = text[max(0, found.start() - 1) : found.start()] + text[found.end() : found.end() + 1]
    if _QUOTES & set(around):
        return None
    return found
