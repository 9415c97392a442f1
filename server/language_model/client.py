"""DeepSeek, or any server that speaks its protocol, in its roles: to answer, to score, to rewrite a question.

The border to the libraries: beyond it only `LanguageModelError` and `TimeUp` are raised. Knows nothing of passages.
Every call ends with the current deadline.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import ChatMessage
from pydantic import SecretStr

from server.deadline import Deadline, DeadlineExceeded, Stalled, TimeUp, current_deadline, until
from server.language_model.budget import DailyBudget, Receipt
from server.language_model.budgets import Budget
from server.language_model.chat_server import ChatServer
from server.language_model.error_translation import FOREIGN_ERRORS, translated
from server.language_model.errors import (
    EmptyAnswer,
    IncompleteAnswer,
    LanguageModelError,
    ModelNotOffered,
    finish_problem,
)
from server.language_model.known_model import KnownModel
from server.language_model.received import Received, Reply, Shown
from server.language_model.retrying import Breaker, RetryPolicy
from server.language_model.roles import SCORE_FORMAT, SETTINGS, ModelLimits, Role, RoleModel, limits_for
from server.language_model.served_model import ServedModel
from server.language_model.tariffs import Tariff
from server.language_model.transport import build_http_client, responses_closed
from server.language_model.usage import Usage, estimated_tokens
from server.settings import Prices
from storage.messages import message

_WITHOUT_DEADLINE_SECONDS = 120.0
_SHORT_REPLY_TOKENS = 40  # what is reserved of a budget before a reply is there
_LONG_REPLY_TOKENS = 400
_TIME_OVER = message("the time for the question was over before the answer was")
_NO_ANSWER = message("the language model wrote no answer")
_FAR_BELOW = 0.7


class LanguageModels:
    """The configured models in their roles. May be used by several threads; `close` ends the connections.

    What is learned of the server is kept in `learned_file`; with `anew` nothing of before is believed. A call costs
    what the `tariff` says of the moment when it began.
    """

    def __init__(
        self,
        key: SecretStr | None,
        base_url: str,
        model: str,
        *,
        scoring_model: str | None = None,
        rewriting_model: str | None = None,
        limits: ModelLimits | None = None,
        retry: RetryPolicy | None = None,
        breaker: Breaker | None = None,
        budget: Budget | None = None,
        tariff: Tariff | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        learned_file: Path | None = None,
        anew: bool = False,
    ) -> None:
        self.model = model
        self._limits = limits or ModelLimits()
        self._names: dict[Role, str] = {
            "answering": model,
            "scoring": scoring_model or model,
            "rewriting": rewriting_model or model,
        }
        self._key = key or SecretStr("")
        self._retry = retry or RetryPolicy()
        self._budget: Budget = budget or DailyBudget()
        self._tariff = tariff or Tariff(model, base_url)
        self._now = now
        self._http_client = build_http_client(base_url, self._limits.connections)
        self._server = ChatServer(self._http_client, base_url, key)
        first = breaker or Breaker()
        self._models: dict[str, RoleModel] = {}
        for name in dict.fromkeys(self._names.values()):
            known = KnownModel(f"{name} at {base_url}", learned_file, anew=anew)
            served = ServedModel(self._server, known, name, self._limits.context_tokens)
            self._models[name] = RoleModel(served, known, first if name == model else Breaker())

    @property
    def answering_llm(self) -> ServedModel:
        """LlamaIndex's view of the model that answers."""
        return self.of("answering").llm

    @property
    def scoring_llm(self) -> ServedModel:
        """LlamaIndex's view of the model that scores."""
        return self.of("scoring").llm

    @property
    def limits(self) -> ModelLimits:
        """What the answering model may read and write, as far as that is known."""
        return self._limits_of(self.of("answering"))

    def of(self, role: Role) -> RoleModel:
        """The model of a role."""
        return self._models[self._names[role]]

    def name(self, role: Role) -> str:
        """The name of the model of a role."""
        return self._names[role]

    def prices(self, role: Role) -> Prices | None:
        """What a million tokens of that model cost now; None where that is not known."""
        return self._tariff.prices(self.name(role), self._now())

    def close(self) -> None:
        """Close all connections, and the ledger of the budget."""
        self._http_client.close()
        self._budget.close()

    def problem(self) -> LanguageModelError | None:
        """Why no answer would be asked for now; None while calls are made."""
        return self.of("answering").breaker.problem() or self._budget.problem()

    def scoring_problem(self) -> LanguageModelError | None:
        """Why no score would be asked for now."""
        scoring = self.of("scoring")
        return scoring.breaker.problem() or scoring.endless() or self._budget.problem()

    @property
    def has_json_mode(self) -> bool:
        """Whether asking for JSON makes a difference to the model that scores."""
        return self.of("scoring").known.current.json_format is not None

    def notice(self) -> str | None:
        """What is wrong with the ledger of the budget although calls are made; None when nothing is."""
        return self._budget.notice()

    def offered(self) -> tuple[str, ...]:
        """The names of the models that the server offers. Raises `LanguageModelError` or `TimeUp`."""
        with self._border(self.model):
            return self._server.models()

    def complete(self, messages: Sequence[ChatMessage], *, json_mode: bool, role: Role = "scoring") -> Reply:
        """One short reply, without thinking; in JSON mode it is JSON, or blank when the model wrote something else.

        A model that thinks all the same, and did not come to its end, is asked once more with room for the thought; and
        with that room from then on.
        """
        return self._retry.run(lambda: self._complete_with_room(self.of(role), messages, json_mode))

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

    def _complete_with_room(self, model: RoleModel, messages: Sequence[ChatMessage], json_mode: bool) -> Reply:
        limits = self._limits_of(model)
        first = None
        if not model.known.current.thinks:
            first, ended = self._complete_once(model, messages, json_mode, limits.scoring_tokens)
            if ended or limits.scoring_thought_tokens <= limits.scoring_tokens:
                return first
            model.known.note(thinks=True)
        reply, ended = self._complete_once(model, messages, json_mode, limits.scoring_thought_tokens)
        model.note_end(endless=not ended)
        return reply if first is None else replace(reply, usage=first.usage + reply.usage)

    def _complete_once(
        self, model: RoleModel, messages: Sequence[ChatMessage], json_mode: bool, room: int
    ) -> tuple[Reply, bool]:
        """The reply, and whether it came to its end, or at least to what was asked for."""
        options: dict[str, Any] = _thinking_option(False) | {"max_tokens": room}
        if json_mode:
            options["response_format"] = SCORE_FORMAT
        prompt_tokens = estimated_prompt_tokens(messages)
        received = Received(thoughts_begin_inside=model.thoughts_begin_inside)
        with (
            self._call(model, messages, _SHORT_REPLY_TOKENS) as receipt,
            self._border(model.llm.model),
            responses_closed(),
        ):
            response: Any = model.llm.chat(list(messages), **options)
            received.add(response.raw)
            receipt.usage = received.counted(prompt_tokens) or Usage(1, prompt_tokens, estimated=True)
        self._note(model, received, prompt_tokens)
        finish = received.finish_reason or "stop"
        ended = finish != "length" or not _is_all_thought(received.text, room, json_mode)
        return received.reply(receipt.usage, finish_problem(finish)), ended

    def _stream_once(self, messages: Sequence[ChatMessage], thinking: bool, shown: Shown) -> Reply:
        model = self.of("answering")
        received = Received(thoughts_begin_inside=model.thoughts_begin_inside)
        prompt_tokens = estimated_prompt_tokens(messages)
        problem: LanguageModelError | None
        try:
            with self._call(model, messages, _LONG_REPLY_TOKENS) as receipt:
                try:
                    self._receive(model, messages, thinking, received, shown)
                finally:
                    receipt.usage = received.counted(prompt_tokens)
            problem = finish_problem(received.finish_reason)
        except Stalled as error:
            problem = IncompleteAnswer(message("the language model fell silent: {error}", error=str(error)))
        except (DeadlineExceeded, LanguageModelError) as error:
            if received.is_blank:
                raise
            problem = error if isinstance(error, LanguageModelError) else IncompleteAnswer(_TIME_OVER)
        if received.is_blank:
            if received.finish_reason == "length":
                model.known.note(thinks=True)
            raise problem if problem and received.finish_reason != "length" else EmptyAnswer(_NO_ANSWER)
        shown.text(received.end())
        read_tokens = _cut_at(model.known, prompt_tokens, received.usage)
        self._note(model, received, prompt_tokens)
        return replace(received.reply(receipt.usage, problem), read_tokens=read_tokens)

    def _receive(
        self, model: RoleModel, messages: Sequence[ChatMessage], thinking: bool, received: Received, shown: Shown
    ) -> None:
        deadline = current_deadline() or Deadline(_WITHOUT_DEADLINE_SECONDS)
        watch = deadline.within(deadline.remaining(), self._limits.idle_seconds)
        with until(watch), responses_closed(), self._border(model.llm.model):
            limits = self._limits_of(model)
            needs_room = thinking or model.known.current.thinks
            chunks = model.llm.stream_chat(
                list(messages),
                **_thinking_option(thinking),
                max_tokens=limits.thinking_tokens if needs_room else limits.answer_tokens,
                stream_options={"include_usage": True},
            )
            for chunk in chunks:
                watch.touch()
                piece: Any = chunk.raw
                text, reasoning = received.add(piece)
                shown.reasoning(reasoning)
                shown.text(text)

    def _note(self, model: RoleModel, received: Received, prompt_tokens: int) -> None:
        known, model.has_replied = model.known.current, True
        if received.thoughts_in and received.thoughts_in != known.thoughts_in:
            model.known.note(thoughts_in=received.thoughts_in)
        if received.usage is None and known.reports_usage:
            model.known.note(reports_usage=False)
        model.known.note_counted(prompt_tokens, received.usage.prompt_tokens if received.usage else 0)

    def _limits_of(self, model: RoleModel) -> ModelLimits:
        context = model.known.current.context_tokens
        if context is None or context >= self._limits.context_tokens:
            return self._limits
        return limits_for(context, self._limits)

    @contextmanager
    def _call(self, model: RoleModel, messages: Sequence[ChatMessage], reply_tokens: int) -> Iterator[Receipt]:
        """One call; `Receipt.usage` is priced afterwards."""
        prompt_tokens = estimated_prompt_tokens(messages)
        try:
            with self._budget.call(prompt_tokens + reply_tokens) as receipt, model.breaker.call():
                prices = self._tariff.prices(model.llm.model, self._now())
                try:
                    yield receipt
                except TimeUp:
                    # Given up while the model was at work: the prompt was read, and is paid for.
                    receipt.usage = receipt.usage or Usage(calls=1, prompt_tokens=prompt_tokens, estimated=True)
                    raise
                finally:
                    receipt.usage = receipt.usage and receipt.usage.priced(prices)
        except ModelNotOffered as error:
            raise self._with_offers(error) from error

    def _with_offers(self, error: ModelNotOffered) -> ModelNotOffered:
        try:
            names = ", ".join(self.offered())
        except (LanguageModelError, TimeUp):
            return error
        return ModelNotOffered(message("{error}; it offers: {names}", error=str(error), names=names), help=error.help)

    @contextmanager
    def _border(self, model: str) -> Iterator[None]:
        try:
            yield
        except TimeUp:
            raise
        except FOREIGN_ERRORS as error:
            # A server that repeats the key in its message must not get it into a log by way of the cause.
            key, said = self._key.get_secret_value(), " ".join((str(error), str(getattr(error, "body", ""))))
            found = translated(error, model, key)
            if isinstance(found, ModelNotOffered) and model != self.model:
                setting = next(SETTINGS[role] for role, name in self._names.items() if name == model)
                found.help = message("Set {setting} to a model that the server offers and restart.", setting=setting)
            raise found from (None if key and key in said else error)


def _is_all_thought(text: str, room: int, json_mode: bool) -> bool:
    """Whether a reply that was cut off is none yet: there is no text, or far more of it than was asked for."""
    if json_mode and text.lstrip().startswith("{"):
        return False
    return not text.strip() or estimated_tokens(text) >= room // 2


def _thinking_option(on: bool) -> dict[str, Any]:
    """DeepSeek's switch; it is left out where the server was found not to know it."""
    return {"thinking": {"type": "enabled" if on else "disabled"}}


def _cut_at(known: KnownModel, prompt_tokens: int, usage: Usage | None) -> int | None:
    """How many tokens were read of a prompt that must have more; None where that is not so, or not known."""
    if usage is None or not usage.prompt_tokens:
        return None
    return usage.prompt_tokens if usage.prompt_tokens < _FAR_BELOW * known.expected(prompt_tokens) else None


def estimated_prompt_tokens(messages: Sequence[ChatMessage]) -> int:
    """About how many tokens the messages have, rather too many."""
    return sum(estimated_tokens(said.content or "") for said in messages)
