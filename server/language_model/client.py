"""DeepSeek, or any server that speaks its protocol, through LlamaIndex: one object that scores and one that answers.

The border to the libraries: beyond it only `LanguageModelError` and `TimeUp` are raised. Knows nothing of passages.
Every call ends with the current deadline.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ThinkingBlock
from llama_index.llms.deepseek import DeepSeek
from pydantic import PrivateAttr, SecretStr

from server.deadline import Deadline, DeadlineExceeded, Stalled, TimeUp, current_deadline, until
from server.language_model.budget import DailyBudget, Receipt
from server.language_model.error_translation import LIBRARY_ERRORS, translated
from server.language_model.errors import (
    EmptyAnswer,
    IncompleteAnswer,
    LanguageModelError,
    ModelNotOffered,
    RequestRejected,
    SwitchUnknown,
    finish_problem,
)
from server.language_model.retrying import Breaker, RetryPolicy
from server.language_model.transport import build_http_client, responses_closed
from server.language_model.usage import Usage, estimated_tokens, usage_of
from storage.untraced import Untraced


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote. With a `problem` the text is only the beginning of an answer."""

    text: str
    reasoning: str
    usage: Usage
    problem: LanguageModelError | None = None


class Shown:
    """What was handed over of a reply, over all its attempts."""

    def __init__(self, on_text: Callable[[str], None], on_reasoning: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._on_reasoning = on_reasoning
        self.anything = False
        self.said_nothing = False

    def text(self, delta: str) -> None:
        self.anything = True
        self._on_text(delta)

    def reasoning(self, delta: str) -> None:
        self.anything = True
        self._on_reasoning(delta)


@dataclass
class Received:
    """A stream as far as it came."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    finish_reason: str | None = None

    def add(self, chunk: ChatResponse) -> tuple[str, str]:
        """Take a chunk in; its text and its reasoning."""
        raw: Any = chunk.raw
        if raw.usage is not None:
            self.usage = usage_of(raw.usage)
        if raw.choices and raw.choices[0].finish_reason:
            self.finish_reason = raw.choices[0].finish_reason
        text, reasoning = chunk.delta or "", str(chunk.additional_kwargs.get("thinking_delta") or "")
        self.text.append(text)
        self.reasoning.append(reasoning)
        return text, reasoning

    def counted(self, prompt_tokens: int) -> Usage | None:
        """What to count: the provider's own figures; an estimate where they did not come, None where nothing did."""
        if self.usage.total_tokens:
            return self.usage
        if not self.text:
            return None
        written, thought = (estimated_tokens("".join(pieces)) for pieces in (self.text, self.reasoning))
        return Usage(1, prompt_tokens, written + thought, thought)

    def is_blank(self) -> bool:
        return not any(text.strip() for text in self.text)

    def reply(self, problem: LanguageModelError | None) -> Reply:
        return Reply("".join(self.text), "".join(self.reasoning), self.usage, problem)


_WITHOUT_DEADLINE_SECONDS = 120.0
_SHORT_REPLY_TOKENS = 40  # what is reserved of a budget before a reply is there
_LONG_REPLY_TOKENS = 400
_TIME_OVER = "the time for the question was over before the answer was"
_NO_ANSWER = "the language model wrote no answer"


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """How much may be read, written and waited for. The context window is deepseek-flash's."""

    context_tokens: int = 1_000_000
    answer_tokens: int = 8_192
    thinking_tokens: int = 32_768
    scoring_tokens: int = 300
    idle_seconds: float = 30.0
    connections: int = 128


def limits_for(context_tokens: int) -> ModelLimits:
    """The usual limits, with less to write where the context is small: passages must have room in it as well."""
    usual = ModelLimits()
    return replace(
        usual,
        context_tokens=context_tokens,
        answer_tokens=min(usual.answer_tokens, context_tokens // 4),
        thinking_tokens=min(usual.thinking_tokens, context_tokens // 2),
    )


class KeyHidingDeepSeek(DeepSeek):
    """DeepSeek whose key is in no field: `repr`, `to_dict` and LlamaIndex's events show none (DeepSeek 0.4.1 does)."""

    _key: SecretStr = PrivateAttr()

    def __init__(self, key: SecretStr, **fields: Any) -> None:
        super().__init__(api_key="hidden", **fields)
        self._key = key

    def __getstate__(self) -> NoReturn:
        raise TypeError("holds a key and a connection; build it where it is needed")

    def _get_credential_kwargs(self, is_async: bool = False) -> dict[str, Any]:
        return {**super()._get_credential_kwargs(is_async), "api_key": self._key.get_secret_value()}


class LanguageModels:
    """The configured model in its two roles. May be used by several threads; `close` ends its connections."""

    def __init__(
        self,
        key: SecretStr | None,
        base_url: str,
        model: str,
        *,
        limits: ModelLimits | None = None,
        retry: RetryPolicy | None = None,
        breaker: Breaker | None = None,
        budget: DailyBudget | None = None,
    ) -> None:
        self.model = model
        self.limits = limits or ModelLimits()
        # A server on one's own machine needs no key, but the library insists on one.
        self._key = key or SecretStr("none")
        self._retry = retry or RetryPolicy()
        self._breaker = breaker or Breaker()
        self._budget = budget or DailyBudget()
        self._knows_thinking = True
        self._http_client = build_http_client(base_url, self.limits.connections)
        self.answering_llm = self._build(base_url, None)
        self.scoring_llm = self._build(base_url, self.limits.scoring_tokens)

    def close(self) -> None:
        """Close all connections, and the ledger of the budget."""
        self._http_client.close()
        self._budget.close()

    def problem(self) -> LanguageModelError | None:
        """Why no call would be made now; None while calls are made."""
        return self._breaker.problem() or self._budget.problem()

    def notice(self) -> str | None:
        """What is wrong with the ledger of the budget although calls are made; None when nothing is."""
        return self._budget.notice()

    def offered(self) -> tuple[str, ...]:
        """The names of the models that the server offers. Raises `LanguageModelError` or `TimeUp`."""
        with self._border():
            return tuple(sorted(model.id for model in _openai_client(self.scoring_llm).models.list()))

    def complete(self, messages: Sequence[ChatMessage], *, json_mode: bool) -> Reply:
        """One short reply, without thinking; in JSON mode it is JSON, or blank when the model wrote something else."""
        return self._retry.run(lambda: self._complete_once(messages, json_mode))

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        thinking: bool,
        on_text: Callable[[str], None],
        on_reasoning: Callable[[str], None],
    ) -> Reply:
        """A long reply, handed over piece by piece as well.

        It is tried again only as long as nothing of it was handed over. A reply that thought and then said nothing
        is tried once more without thinking.
        """
        shown = Shown(on_text, on_reasoning)

        def attempt() -> Reply:
            return self._stream_once(messages, thinking and not shown.said_nothing, shown)

        def may_retry(error: LanguageModelError) -> bool:
            shown.said_nothing |= isinstance(error, EmptyAnswer)
            return shown.said_nothing or not shown.anything

        return self._retry.run(attempt, may_retry)

    def _build(self, base_url: str, max_tokens: int | None) -> KeyHidingDeepSeek:
        llm = KeyHidingDeepSeek(
            self._key,
            model=self.model,
            api_base=base_url,
            context_window=self.limits.context_tokens,
            max_tokens=max_tokens,
            temperature=0.0,
            max_retries=0,
            timeout=_WITHOUT_DEADLINE_SECONDS,
            http_client=self._http_client,
            callback_manager=Untraced(),
        )
        # openai 2.54 imports most of itself, for a second, when this is first asked for.
        _ = _openai_client(llm).chat.completions
        return llm

    def _complete_once(self, messages: Sequence[ChatMessage], json_mode: bool) -> Reply:
        options = self._thinking_option(False)
        if json_mode:
            options["response_format"] = {"type": "json_object"}
        with self._call(messages, _SHORT_REPLY_TOKENS) as receipt, self._border(), responses_closed():
            response = self.scoring_llm.chat(list(messages), **options)
            raw: Any = response.raw
            thoughts = [block.content or "" for block in response.message.blocks if isinstance(block, ThinkingBlock)]
            text, finish = response.message.content or "", raw.choices[0].finish_reason
            receipt.usage = usage = usage_of(raw.usage)
        return Reply(text, "".join(thoughts), usage, finish_problem(finish))

    def _stream_once(self, messages: Sequence[ChatMessage], thinking: bool, shown: Shown) -> Reply:
        received = Received()
        problem: LanguageModelError | None
        try:
            with self._call(messages, _LONG_REPLY_TOKENS) as receipt:
                try:
                    self._receive(messages, thinking, received, shown)
                finally:
                    receipt.usage = received.counted(_estimated(messages))
            problem = finish_problem(received.finish_reason)
        except Stalled as error:
            problem = IncompleteAnswer(f"the language model fell silent: {error}")
        except (DeadlineExceeded, LanguageModelError) as error:
            if received.is_blank():
                raise
            problem = error if isinstance(error, LanguageModelError) else IncompleteAnswer(_TIME_OVER)
        if received.is_blank():
            raise problem if problem and received.finish_reason != "length" else EmptyAnswer(_NO_ANSWER)
        return received.reply(problem)

    def _receive(self, messages: Sequence[ChatMessage], thinking: bool, received: Received, shown: Shown) -> None:
        deadline = current_deadline() or Deadline(_WITHOUT_DEADLINE_SECONDS)
        watch = deadline.within(deadline.remaining(), self.limits.idle_seconds)
        with until(watch), responses_closed():
            for chunk in self._chunks(messages, thinking):
                watch.touch()
                text, reasoning = received.add(chunk)
                if reasoning:
                    shown.reasoning(reasoning)
                if text:
                    shown.text(text)

    def _chunks(self, messages: Sequence[ChatMessage], thinking: bool) -> Iterator[ChatResponse]:
        with self._border():
            yield from self.answering_llm.stream_chat(
                list(messages),
                **self._thinking_option(thinking),
                max_tokens=self.limits.thinking_tokens if thinking else self.limits.answer_tokens,
                stream_options={"include_usage": True},
            )

    @contextmanager
    def _call(self, messages: Sequence[ChatMessage], reply_tokens: int) -> Iterator[Receipt]:
        prompt_tokens = _estimated(messages)
        try:
            with self._budget.call(prompt_tokens + reply_tokens) as receipt, self._breaker.call():
                try:
                    yield receipt
                except TimeUp:
                    # Given up while the model was at work: the prompt was read, and is paid for.
                    receipt.usage = receipt.usage or Usage(calls=1, prompt_tokens=prompt_tokens)
                    raise
        except ModelNotOffered as error:
            raise self._with_offers(error) from error
        except RequestRejected as error:
            if not self._knows_thinking or "thinking" not in str(error):
                raise
            self._knows_thinking = False
            raise SwitchUnknown(str(error)) from error

    def _thinking_option(self, on: bool) -> dict[str, Any]:
        """DeepSeek's switch; nothing where the server was found not to know it."""
        return {"extra_body": {"thinking": {"type": "enabled" if on else "disabled"}}} if self._knows_thinking else {}

    def _with_offers(self, error: ModelNotOffered) -> ModelNotOffered:
        try:
            names = ", ".join(self.offered())
        except (LanguageModelError, TimeUp):
            return error
        return ModelNotOffered(f"{error}; it offers: {names}", help=error.help)

    @contextmanager
    def _border(self) -> Iterator[None]:
        try:
            yield
        except TimeUp:
            raise
        except LIBRARY_ERRORS as error:
            key = self._key.get_secret_value()
            # A server that repeats the key in its message must not get it into a log by way of the cause.
            said = f"{error} {getattr(error, 'body', '')}"
            raise translated(error, self.model, key) from (None if key in said else error)


def _estimated(messages: Sequence[ChatMessage]) -> int:
    return sum(estimated_tokens(message.content or "") for message in messages)


def _openai_client(llm: KeyHidingDeepSeek) -> Any:
    """The client of openai within LlamaIndex's. The one place that knows it: LlamaIndex 0.14 has no public way."""
    return llm._get_client()
