"""What `make doctor` finds out about the language model's server. Raises nothing, shows no key.

Speaks HTTP itself for what goes before questions; those are asked as the server asks them, see `model_trial`.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from server.commands.findings import SKIPPED, Finding
from server.commands.server_kinds import ServerKind, context_said, kind_of
from server.deadline import Deadline, TimeUp, until
from server.language_model.transport import build_http_client
from storage.messages import message

if TYPE_CHECKING:
    from server.commands.model_trial import Trial

_SECONDS = 15.0
_LARGEST_SKEW_SECONDS = 120
_LATER = ("answers", "scores", "thinking switch", "JSON mode")


def provider_findings(trial: "Trial") -> Iterator[Finding]:
    """Server, clock, key, names of the models, a trial of them, and the balance.

    One answer and ten scores are asked for, as real questions ask for them: some ten thousand tokens.
    """
    with closing(build_http_client(trial.base_url, connections=2)) as client:
        server = _Server(client, trial.base_url, trial.key)
        models = server.fetched("/models")
        if isinstance(models, str):
            yield Finding(
                message("server"),
                False,
                message("{server} {problem}", server=server.name, problem=models),
                message("Check DEEPSEEK_BASE_URL and the network."),
            )
            yield from _unchecked("the server cannot be asked", "clock", "key", "model", *_LATER, "balance")
            return
        listed = _at(_json(models), "data")
        kind = kind_of(trial.base_url, models.headers, listed)
        yield Finding(
            message("server"), True, message("{name} answers; it looks like {kind}", name=server.name, kind=kind.name)
        )
        yield _clock(models)
        if models.status_code in (401, 403):
            yield Finding(
                message("key"),
                False,
                message("the server rejects it"),
                message("Check DEEPSEEK_API_KEY and restart the server."),
            )
            yield from _unchecked("the key is rejected", "model", *_LATER, "balance")
            return
        yield Finding(
            message("key"), True, message("accepted") if trial.key else message("none set, and none asked for")
        )
        yield from _of_models(trial, models, kind, listed)
        yield _balance(server.fetched("/user/balance", without_version=True))


def _of_models(trial: "Trial", models: httpx.Response, kind: ServerKind, listed: Any) -> Iterator[Finding]:
    settings: dict[str, str] = {}
    for name, setting in (
        (trial.model, "DEEPSEEK_MODEL"),
        (trial.scoring_model, "SCORING_MODEL"),
        (trial.rewriting_model, "REWRITING_MODEL"),
    ):
        if name:
            settings.setdefault(name, setting)
    names = [_model_name(models, name, setting) for name, setting in settings.items()]
    yield from names
    if any(name.is_well is False for name in names):
        yield from _unchecked("there is no such model", *_LATER)
        return
    from server.commands.model_trial import trial_findings

    for finding in trial_findings(trial, kind, context_said(listed, trial.model)):
        if finding.subject == "answers" and finding.is_well is False and models.status_code == 404:
            mend = message("Check DEEPSEEK_BASE_URL: most servers want /v1 at its end.")
            yield Finding(finding.subject, False, finding.found, mend)
        else:
            yield finding


class _Server:
    """Asks the server; what cannot be had is a string that says why."""

    def __init__(self, client: httpx.Client, base_url: str, key: SecretStr | None) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._key = key.get_secret_value() if key else ""
        self.name = urlsplit(base_url).hostname or "the server"

    def fetched(self, path: str, *, without_version: bool = False) -> httpx.Response | str:
        """What is at the path; DeepSeek has its balance beside /v1, not below."""
        return self._ask("GET", (self._base_url.removesuffix("/v1") if without_version else self._base_url) + path)

    def _ask(self, method: str, url: str, **content: Any) -> httpx.Response | str:
        headers = {"Authorization": f"Bearer {self._key or 'none'}"}
        try:
            with until(Deadline(_SECONDS)):
                return self._client.request(method, url, headers=headers, **content)
        except TimeUp:
            return f"does not answer within {_SECONDS:g} seconds"
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return f"cannot be reached ({type(error).__name__})"


def _clock(response: httpx.Response) -> Finding:
    try:
        theirs = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return Finding(message("clock"), SKIPPED, message("the server does not say what time it is"))
    skew = round((datetime.now(UTC) - theirs).total_seconds())
    if abs(skew) <= _LARGEST_SKEW_SECONDS:
        return Finding(message("clock"), True, message("agrees with the server's"))
    way = "ahead of" if skew > 0 else "behind"
    return Finding(
        message("clock"),
        False,
        f"{abs(skew)} s {way} the server's",
        message("Set this machine's clock; the day's budget goes by it."),
    )


def _model_name(response: httpx.Response, model: str, setting: str) -> Finding:
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
        message("Set {setting} to one of these and restart the server.", setting=setting),
    )


def _balance(reply: httpx.Response | str) -> Finding:
    body = None if isinstance(reply, str) else _json(reply)
    is_available = _at(body, "is_available")
    if not isinstance(is_available, bool):
        return Finding(message("balance"), SKIPPED, message("the server does not tell"))
    amount = " ".join(str(_at(body, "balance_infos", 0, name) or "") for name in ("total_balance", "currency")).strip()
    if is_available:
        return Finding(message("balance"), True, amount or "enough")
    return Finding(
        message("balance"),
        False,
        message("used up ({amount})", amount=amount),
        message("Top up the account of DEEPSEEK_API_KEY."),
    )


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
