"""What `make doctor` finds out about the language model's server. Raises nothing, shows no key.

Speaks HTTP itself: what matters here is what the server says, not what the libraries make of it.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from server.deadline import Deadline, TimeUp, until
from server.language_model.transport import build_http_client
from storage.messages import message

SKIPPED = None
_SECONDS = 15.0
_LARGEST_SKEW_SECONDS = 120
_LONGEST_EXCERPT = 160
_PROBE = 'Reply with the json object {"ok": true} and nothing else.'
_CLOCK_AND_KEY = (message("clock"), message("key"))
_MODEL = message("model")
_LATER = (message("thinking switch"), message("JSON mode"))
_BALANCE = message("balance")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: well (True), wrong (False) or not checked (None), what was found, and what to do."""

    subject: str
    is_well: bool | None
    found: str
    mend: str = ""


def provider_findings(key: SecretStr | None, base_url: str, model: str) -> Iterator[Finding]:
    """Server, clock, key, model name, thinking switch, JSON mode, balance; two questions of a few tokens are asked."""
    with closing(build_http_client(base_url, connections=2)) as client:
        server = _Server(client, base_url, key)
        models = server.fetched("/models")
        if isinstance(models, str):
            yield Finding(
                message("server"),
                False,
                message("{server} {problem}", server=server.name, problem=models),
                message("Check DEEPSEEK_BASE_URL and the network."),
            )
            yield from _unchecked(message("the server cannot be asked"), *_CLOCK_AND_KEY, _MODEL, *_LATER, _BALANCE)
            return
        yield Finding(message("server"), True, message("{server} answers", server=server.name))
        yield _clock(models)
        if models.status_code in (401, 403):
            yield Finding(
                message("key"),
                False,
                message("the server rejects it"),
                message("Check DEEPSEEK_API_KEY and restart the server."),
            )
            yield from _unchecked(message("the key is rejected"), _MODEL, *_LATER, _BALANCE)
            return
        yield Finding(message("key"), True, message("accepted") if key else message("none set, and none asked for"))
        name = _model_name(models, model)
        yield name
        if name.is_well is False:
            yield from _unchecked(message("there is no such model"), *_LATER)
        else:
            yield from _modes(server, model)
        yield _balance(server.fetched("/user/balance", without_version=True))


class _Server:
    """Asks the server; what cannot be had is a string that says why."""

    def __init__(self, client: httpx.Client, base_url: str, key: SecretStr | None) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._key = key.get_secret_value() if key else ""
        self.name = urlsplit(base_url).hostname or message("the server")

    def fetched(self, path: str, *, without_version: bool = False) -> httpx.Response | str:
        """What is at the path; DeepSeek has its balance beside /v1, not below."""
        return self._ask("GET", (self._base_url.removesuffix("/v1") if without_version else self._base_url) + path)

    def sent(self, path: str, body: dict[str, Any]) -> httpx.Response | str:
        """What the server replies to a body of JSON."""
        return self._ask("POST", self._base_url + path, json=body)

    def excerpt(self, response: httpx.Response) -> str:
        """The server's own words, in short and without the key."""
        said = _at(_json(response), "error", "message") or response.text
        text = " ".join(str(said).split())
        return (text.replace(self._key, "…") if self._key else text)[:_LONGEST_EXCERPT]

    def _ask(self, method: str, url: str, **content: Any) -> httpx.Response | str:
        headers = {"Authorization": f"Bearer {self._key or 'none'}"}
        try:
            with until(Deadline(_SECONDS)):
                return self._client.request(method, url, headers=headers, **content)
        except TimeUp:
            return message("does not answer within {seconds:g} seconds", seconds=_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return message("cannot be reached ({error})", error=type(error).__name__)


def _clock(response: httpx.Response) -> Finding:
    try:
        theirs = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return Finding(message("clock"), SKIPPED, message("the server does not say what time it is"))
    skew = round((datetime.now(UTC) - theirs).total_seconds())
    if abs(skew) <= _LARGEST_SKEW_SECONDS:
        return Finding(message("clock"), True, message("agrees with the server's"))
    if skew > 0:
        found = message("{seconds} s ahead of the server's", seconds=skew)
    else:
        found = message("{seconds} s behind the server's", seconds=-skew)
    return Finding(message("clock"), False, found, message("Set this machine's clock; the day's budget goes by it."))


def _model_name(response: httpx.Response, model: str) -> Finding:
    offered = _at(_json(response), "data")
    if response.status_code != 200 or not isinstance(offered, list):
        return Finding(
            message("model"),
            SKIPPED,
            message("the server does not list its models; {model} is taken on trust", model=model),
        )
    names = sorted(str(_at(entry, "id")) for entry in offered)
    if model in names:
        return Finding(message("model"), True, message("{model} is offered", model=model))
    return Finding(
        message("model"),
        False,
        message(
            'the configured model "{model}" is not offered by the server; it offers: {names}',
            model=model,
            names=", ".join(names),
        ),
        message("Set DEEPSEEK_MODEL to one of these and restart the server."),
    )


def _modes(server: _Server, model: str) -> Iterator[Finding]:
    question = {"model": model, "messages": [{"role": "user", "content": _PROBE}], "max_tokens": 100, "temperature": 0}
    without_thinking = question | {"thinking": {"type": "disabled"}}
    reply = server.sent("/chat/completions", without_thinking)
    if isinstance(reply, httpx.Response) and reply.status_code in (400, 422) and "thinking" in reply.text:
        yield Finding(
            message("thinking switch"), SKIPPED, message("not known to this server; it is asked without, in both modes")
        )
        without_thinking = question
    elif isinstance(reply, str) or reply.status_code != 200:
        yield Finding(message("thinking switch"), False, *_refused(server, reply))
        yield from _unchecked(message("the server does not answer questions"), message("JSON mode"))
        return
    elif _at(_json(reply), "choices", 0, "message", "reasoning_content"):
        yield Finding(
            message("thinking switch"),
            False,
            message("the model thinks although it is told not to"),
            message("Choose another model."),
        )
    else:
        yield Finding(message("thinking switch"), True, message("understood"))
    yield _json_mode(server, without_thinking)


def _json_mode(server: _Server, question: dict[str, Any]) -> Finding:
    reply = server.sent("/chat/completions", question | {"response_format": {"type": "json_object"}})
    if isinstance(reply, str) or reply.status_code != 200:
        return Finding(message("JSON mode"), False, *_refused(server, reply))
    text = str(_at(_json(reply), "choices", 0, "message", "content") or "")
    try:
        json.loads(text)
    except ValueError:
        return Finding(
            message("JSON mode"),
            False,
            message("the model writes no JSON when it is asked to"),
            message("Scoring will need twice the calls; choose another model, or set RELEVANCE_SCORER=local."),
        )
    return Finding(message("JSON mode"), True, message("works"))


def _balance(reply: httpx.Response | str) -> Finding:
    body = None if isinstance(reply, str) else _json(reply)
    is_available = _at(body, "is_available")
    if not isinstance(is_available, bool):
        return Finding(message("balance"), SKIPPED, message("the server does not tell"))
    amount = " ".join(str(_at(body, "balance_infos", 0, name) or "") for name in ("total_balance", "currency")).strip()
    if is_available:
        return Finding(message("balance"), True, amount or message("enough"))
    return Finding(
        message("balance"),
        False,
        message("used up ({amount})", amount=amount),
        message("Top up the account of DEEPSEEK_API_KEY."),
    )


def _refused(server: _Server, reply: httpx.Response | str) -> tuple[str, str]:
    if isinstance(reply, str):
        return message("{server} {problem}", server=server.name, problem=reply), message("Try again later.")
    if reply.status_code == 402:
        return message("the account has no balance (HTTP 402)"), message("Top up the account of DEEPSEEK_API_KEY.")
    found = message(
        "the server rejects a question (HTTP {status}): {said}", status=reply.status_code, said=server.excerpt(reply)
    )
    return found, message("Check DEEPSEEK_BASE_URL and DEEPSEEK_MODEL.")


def _unchecked(why: str, *subjects: str) -> Iterator[Finding]:
    for subject in subjects:
        yield Finding(subject, SKIPPED, message("not checked: {why}", why=why))


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _at(value: Any, *path: str | int) -> Any:
    """What stands at a path in JSON; None where it leads nowhere."""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value
