"""A reply as it comes in: text and thought parted, usage, why it ended. Knows nothing of how it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from server.language_model.errors import LanguageModelError
from server.language_model.replies import Piece
from server.language_model.thoughts import Parted, Parting
from server.language_model.usage import Usage, estimated_usage


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote. With a `problem` the text is only the beginning of an answer.

    `read_tokens`: how many tokens of a longer prompt the server read, where it cut the rest off without a word.
    """

    text: str
    reasoning: str
    usage: Usage
    problem: LanguageModelError | None = None
    read_tokens: int | None = None


class Shown:
    """What was handed over of a reply, over all its attempts."""

    def __init__(self, on_text: Callable[[str], None], on_reasoning: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._on_reasoning = on_reasoning
        self.anything = False
        self.said_nothing = False

    def text(self, delta: str) -> None:
        """Hand over a piece of the text."""
        if delta:
            self.anything = True
            self._on_text(delta)

    def reasoning(self, delta: str) -> None:
        """Hand over a piece of the thought."""
        if delta:
            self.anything = True
            self._on_reasoning(delta)


class Received:
    """A reply as far as it came; `thoughts_begin_inside`: this model's thoughts are not opened, only closed."""

    def __init__(self, *, thoughts_begin_inside: bool = False) -> None:
        self._parting = Parting(begins_inside=thoughts_begin_inside)
        self._thoughts: list[str] = []
        self._handed_over = ""
        self._ended: Parted | None = None
        self._wrote = False
        self._thought_in = ""
        self.usage: Usage | None = None
        self.finish_reason: str | None = None

    def add(self, piece: Piece) -> tuple[str, str]:
        """Take a piece in; the text and the thought that are certain by now."""
        self.usage = piece.usage or self.usage
        self.finish_reason = piece.finish_reason or self.finish_reason
        self._thought_in = piece.thought_in or self._thought_in
        self._wrote |= bool(piece.text or piece.thought)
        text, thought = self._parting.feed(piece.text)
        self._thoughts.append(piece.thought)
        self._handed_over += text
        return text, piece.thought + thought

    def end(self) -> str:
        """What of the text was not handed over yet; afterwards nothing is added."""
        whole, begun = self._whole, self._handed_over
        return whole.text[len(begun) :] if whole.text.startswith(begun) else ""

    @property
    def text(self) -> str:
        """The reply without its thought."""
        return self._whole.text

    @property
    def thought(self) -> str:
        """The thought before the reply."""
        return "".join(self._thoughts) + self._whole.thought

    @property
    def thoughts_in(self) -> str:
        """The field that thoughts come in; "content" or "unopened" where they stand in the text, "" without any."""
        if self._whole.unopened:
            return "unopened"
        return self._thought_in or ("content" if self._whole.marked and self._whole.thought else "")

    @property
    def is_blank(self) -> bool:
        """Whether there is no text but perhaps a thought."""
        return not self.text.strip()

    def counted(self, prompt_tokens: int) -> Usage | None:
        """The server's own figures; an estimate where they did not come, None where nothing did."""
        if self.usage is not None:
            return self.usage
        return estimated_usage(prompt_tokens, self.text, self.thought) if self._wrote else None

    def reply(self, usage: Usage | None, problem: LanguageModelError | None) -> Reply:
        """The reply as far as it came; `usage` is what it counted for."""
        return Reply(self.text, self.thought, replace(usage or Usage(), calls=1), problem)

    @property
    def _whole(self) -> Parted:
        if self._ended is None:
            self._ended = self._parting.end(cut_short=self.finish_reason == "length")
        return self._ended
