"""Settings of the server, from the environment or `.env`. An empty value counts as not set."""

import ipaddress
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import unquote

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator

from storage.collections import Collection
from storage.messages import message
from storage.servers import is_loopback
from storage.settings import PagewiseSettings, StorageSettings, explain_settings_error

_SHORTEST_TOKEN = 22  # characters of base64 that hold 128 bits
_LOOPBACK_NAMES = ("localhost", "127.0.0.1")
_ANY_ADDRESS = ("0.0.0.0", "::")


class BadSettings(Exception):
    """Settings cannot be used; each of the sentences names the variable and says what it may be."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


Scope = Literal["read", "ask", "upload", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_IMPLIED: dict[Scope, frozenset[Scope]] = {
    "read": frozenset({"read"}),
    "ask": frozenset({"read", "ask"}),
    "upload": frozenset({"read", "upload"}),
    "admin": frozenset(SCOPES),
}
"""What each of them allows: who may ask may read as well."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One program's or person's token, and what it allows. `name` may be logged, `value` never."""

    name: str
    value: str = field(repr=False)
    scopes: frozenset[Scope] = _IMPLIED["admin"]
    unknown_scopes: tuple[str, ...] = ()
    """What was written for a scope and is none."""
    scopes_within: Mapping[str, frozenset[Scope]] = field(default_factory=dict)
    """What it allows beyond `scopes` in single collections, by their names."""

    def scopes_in(self, collection: str) -> frozenset[Scope]:
        """What it allows in this collection."""
        return self.scopes | self.scopes_within.get(collection, frozenset())


def _http_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(message("must begin with http:// or https://"))
    return value.rstrip("/")


def _http_url_or_none(value: str) -> str:
    return _http_url(value) if value else value


def _bare_address(value: str) -> str:
    return value.strip("[]")  # an IPv6 address as it stands in URLs


def _existing_file(value: Path) -> Path:
    if not value.is_file():
        raise ValueError(message("there is no file {file}", file=value))
    return value


def _prices(value: str) -> str:
    if value:
        read_prices(value)
    return value


def _dates(value: str) -> str:
    read_dates(value)
    return value


def _origins(value: str) -> str:
    for origin in _origins_in(value):
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/\s*]+", origin):
            raise ValueError("each must be a scheme and a host, such as https://chat.example.org, and none a pattern")
    return value


def _budgets(value: str) -> str:
    read_budgets(value)
    return value


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(value: str) -> str:
    try:
        _networks_in(value)
    except ValueError as error:
        raise ValueError(message("each must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8")) from error
    return value


def _networks_in(value: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip())


def _origins_in(value: str) -> list[str]:
    return [origin.strip().rstrip("/").lower() for origin in value.split(",") if origin.strip()]


DEEPSEEK = "https://api.deepseek.com"

CHINESE_HOLIDAYS = (
    "2026-01-01..2026-01-03, 2026-02-15..2026-02-23, 2026-04-04..2026-04-06, 2026-05-01..2026-05-05, "
    "2026-06-19..2026-06-21, 2026-09-25..2026-09-27, 2026-10-01..2026-10-07, 2027-01-01"
)
"""As announced for 2026, and the first day of 2027."""

_LONGEST_SPAN = timedelta(days=366)

TemplateFile = Annotated[Path, AfterValidator(_existing_file)]


@dataclass(frozen=True, slots=True)
class Prices:
    """Money for a million tokens."""

    cached_input: float
    input: float
    output: float
    currency: str


def read_prices(text: str) -> Prices:
    """Prices as a setting: "0.02 1 4 CNY" is cached input, input, output and currency. Raises `ValueError`."""
    parts = text.split()
    try:
        cached_input, fresh_input, output = (float(part) for part in parts[:3])
        (currency,) = parts[3:]
    except ValueError as error:
        raise ValueError(
            message('must be three prices for a million tokens and a currency, such as "0.02 1 4 CNY"')
        ) from error
    if min(cached_input, fresh_input, output) < 0:
        raise ValueError(message("must not be negative"))
    return Prices(cached_input, fresh_input, output, currency)


def read_budgets(text: str) -> dict[str, int]:
    """Tokens by collection as a setting: "papers=200000, handbook=50000". Raises `ValueError`."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, tokens = part.partition("=")
        if not name.strip() or not tokens.strip().isdecimal():
            raise ValueError(message('must be collections and tokens, such as "papers=200000,handbook=50000"'))
        found[name.strip().casefold()] = int(tokens)
    return found


def read_dates(text: str) -> frozenset[date]:
    """Dates as a setting: "2026-10-01..2026-10-07, 2027-01-01". Raises `ValueError`."""
    found: set[date] = set()
    for part in filter(None, text.replace(",", " ").split()):
        first, _, last = part.partition("..")
        try:
            day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError as error:
            raise ValueError('must be dates and spans such as "2026-10-01..2026-10-07, 2027-01-01"') from error
        if not timedelta() <= end - day <= _LONGEST_SPAN:
            raise ValueError(f"must not hold the span {part}: it ends before it begins, or a year later")
        found.update(day + timedelta(number) for number in range((end - day).days + 1))
    return frozenset(found)


class ServerSettings(PagewiseSettings):
    """What the server can be told. `read_settings` builds it with sentences for what is wrong."""

    host: Annotated[str, AfterValidator(_bare_address)] = Field(
        default="127.0.0.1",
        validation_alias="HOST",
        description="The address to listen on, IPv4 or IPv6 (`::1`). Beyond this machine only with API_TOKENS.",
    )
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT", description="The port to listen on.")
    api_tokens: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="API_TOKENS",
        description="Who may ask: tokens separated by commas, each `token`, `name:token` or `name:scopes:token`, at "
        "least 22 characters long. Scopes are `read`, `ask`, `upload` and `admin`, several joined by `+`; `ask@papers` "
        "counts in that one of COLLECTIONS; a token without any may do everything. Empty: no token is asked for, and "
        "only this machine can ask.",
    )
    trusted_hosts: str = Field(
        default="",
        validation_alias="TRUSTED_HOSTS",
        description="Further names under which browsers reach the server, separated by commas, such as "
        "`pagewise.example.org`.",
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        default="",
        validation_alias="TRUSTED_PROXIES",
        description="Addresses and networks of reverse proxies, separated by commas, such as `127.0.0.1` or "
        "`10.0.0.0/8`. What these tell of the client before them (`X-Forwarded-For`, `-Proto`, `-Host`) is believed, "
        "so that limits, log and links are the client's. Empty: nobody is believed.",
    )
    cors_origins: Annotated[str, AfterValidator(_origins)] = Field(
        default="",
        validation_alias="CORS_ORIGINS",
        description="Origins of programs in browsers that may use `/api` and `/v1`, separated by commas, such as "
        "`https://chat.example.org`.",
    )
    threads: int = Field(
        default=16, ge=4, le=256, validation_alias="THREADS", description="How many requests are worked on at a time."
    )
    server_processes: int = Field(
        default=1,
        ge=0,
        le=64,
        validation_alias="SERVER_PROCESSES",
        description="How many processes answer at the port: each uses one processor core at most for most of a "
        "question, and holds the index and the models in memory. 0: one for each core. With more than one, what they "
        "share is kept in STATE_URL, or else in `state.db` in INDEX_DIR.",
    )
    rate_limit_per_minute: int | None = Field(
        default=None,
        ge=0,
        validation_alias="RATE_LIMIT_PER_MINUTE",
        description="How many requests one client (a token, or an address) may send in a minute; beyond it: "
        "429 with `Retry-After`. 0: no limit. Empty: 1200 where API_TOKENS are set, else no "
        "limit.",
    )
    question_limit_per_minute: int | None = Field(
        default=None,
        ge=0,
        validation_alias="QUESTION_LIMIT_PER_MINUTE",
        description="How many questions one client may ask in a minute; beyond it: 429 with `Retry-After`. 0: "
        "no limit. Empty: 60 where API_TOKENS are set, else no limit.",
    )

    retrieve_k: int = Field(
        default=10,
        ge=1,
        le=50,
        validation_alias="RETRIEVE_K",
        description="How many passages are retrieved and judged.",
    )
    keep_k: int = Field(
        default=5,
        ge=1,
        le=20,
        validation_alias="KEEP_K",
        description="How many passages at most an answer is made from.",
    )
    relevance_threshold: int = Field(
        default=4,
        ge=0,
        le=10,
        validation_alias="RELEVANCE_THRESHOLD",
        description="Passages judged lower than this, on a scale from 0 to 10, are dropped.",
    )
    relevance_scorer: Literal["auto", "llm", "local"] = Field(
        default="auto",
        validation_alias="RELEVANCE_SCORER",
        description="Who judges. `llm`: the language model. `local`: a formula, at once and free. `auto`: the "
        "language model if there is one.",
    )

    deepseek_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="DEEPSEEK_API_KEY",
        description="The key of the language model's server. Without it, answers are quoted from the documents.",
    )
    deepseek_base_url: Annotated[str, AfterValidator(_http_url)] = Field(
        default=DEEPSEEK,
        validation_alias="DEEPSEEK_BASE_URL",
        description="The language model's server: DeepSeek's, or any other of the OpenAI protocol.",
    )
    deepseek_model: str = Field(
        default="deepseek-flash",
        validation_alias="DEEPSEEK_MODEL",
        description="The name of the language model on that server.",
    )
    scoring_model: str | None = Field(
        default=None,
        validation_alias="SCORING_MODEL",
        description="The model on that server that judges passages. Empty: DEEPSEEK_MODEL. A small one that does not "
        "think is quickest.",
    )
    rewriting_model: str | None = Field(
        default=None,
        validation_alias="REWRITING_MODEL",
        description="The model on that server that rewrites follow-up questions. Empty: DEEPSEEK_MODEL.",
    )
    language_model_context: int = Field(
        default=1_000_000,
        ge=2_048,
        validation_alias="LANGUAGE_MODEL_CONTEXT",
        description="How many tokens the model reads and writes at most. Passages that do not fit are left out. "
        "A server that says its limit is believed without this setting.",
    )
    language_model_prices: Annotated[str, AfterValidator(_prices)] = Field(
        default="",
        validation_alias="LANGUAGE_MODEL_PRICES",
        description="What a million tokens of DEEPSEEK_MODEL cost: cached input, input, output, and the currency, "
        'such as "0.02 1 4 CNY". Shown with every answer. Empty: DeepSeek\'s tariff by the time of day where '
        "DEEPSEEK_BASE_URL is DeepSeek's, else no cost is shown.",
    )
    peak_price_holidays: Annotated[str, AfterValidator(_dates)] = Field(
        default=CHINESE_HOLIDAYS,
        validation_alias="PEAK_PRICE_HOLIDAYS",
        description="Days without DeepSeek's peak prices: Chinese public holidays, as dates and spans. Add those of "
        "the next year when they are announced.",
    )
    daily_token_budget: int = Field(
        default=0,
        ge=0,
        validation_alias="DAILY_TOKEN_BUDGET",
        description="Tokens of one day (UTC) after which the model is not asked any more and answers are "
        "quoted. 0: no limit.",
    )
    monthly_token_budget: int = Field(
        default=0,
        ge=0,
        validation_alias="MONTHLY_TOKEN_BUDGET",
        description="The same for one month (UTC), beside the daily budget; of several COLLECTIONS each by itself. "
        "0: no limit.",
    )
    collection_token_budgets: Annotated[str, AfterValidator(_budgets)] = Field(
        default="",
        validation_alias="COLLECTION_TOKEN_BUDGETS",
        description="Daily budgets of single COLLECTIONS, `papers=200000,handbook=50000`. For the others, each by "
        "itself, DAILY_TOKEN_BUDGET counts.",
    )
    answer_deadline_seconds: float = Field(
        default=120,
        gt=0,
        le=3600,
        validation_alias="ANSWER_DEADLINE_SECONDS",
        description="Seconds until a question must be answered, from retrieval to the last word.",
    )
    answer_prompt_file: TemplateFile | None = Field(
        default=None,
        validation_alias="ANSWER_PROMPT_FILE",
        description="A file with your own prompt for answering. Its variables are checked when the server starts.",
    )
    relevance_prompt_file: TemplateFile | None = Field(
        default=None,
        validation_alias="RELEVANCE_PROMPT_FILE",
        description="A file with your own prompt for judging one passage. Its variables are checked when the "
        "server starts.",
    )

    allow_uploads: bool | Literal["auto"] = Field(
        default="auto",
        validation_alias="ALLOW_UPLOADS",
        description="Whether documents can be added and deleted from the page and the API. `auto`: where only this "
        "machine can ask. `1`: beyond it too, by whoever has a token. `0`: never.",
    )
    max_upload_mb: int = Field(
        default=50, ge=1, le=2000, validation_alias="MAX_UPLOAD_MB", description="Megabytes that may be sent at a time."
    )

    keep_answers_days: int = Field(
        default=0,
        ge=0,
        le=36500,
        validation_alias="KEEP_ANSWERS_DAYS",
        description="How many days questions and answers of the page are kept in the history. 0: the newest 1,000, "
        "however old.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        validation_alias="LOG_LEVEL",
        description="How much is logged. Questions, documents' text and keys never are.",
    )
    audit_log: Path | None = Field(
        default=None,
        validation_alias="AUDIT_LOG",
        description="A file that gets a line of JSON for everybody who asks, reads a file, signs in, adds, deletes, "
        "indexes or changes something, without texts; kept to five files of 10 MB. Empty: none is written.",
    )
    audit_texts: bool = Field(
        default=False,
        validation_alias="AUDIT_TEXTS",
        description="`1`: the lines of AUDIT_LOG hold the questions as well.",
    )
    webhook_url: Annotated[str, AfterValidator(_http_url_or_none)] = Field(
        default="",
        validation_alias="WEBHOOK_URL",
        description="Where another program is told that an index was published, a document failed, or kept answers "
        "lost what they rest on: a signed POST, tried again while nobody takes it. Empty: nobody is told.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        validation_alias="WEBHOOK_SECRET",
        description="What both know, to sign what is sent to WEBHOOK_URL with.",
    )
    otel_endpoint: Annotated[str, AfterValidator(_http_url_or_none)] = Field(
        default="",
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="A collector of OpenTelemetry (`http://127.0.0.1:4318`) that gets a trace of every question, by "
        "OTLP over HTTP, with counts and without texts. Empty: none is made.",
    )
    otel_traces_endpoint: Annotated[str, AfterValidator(_http_url_or_none)] = Field(
        default="",
        validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        description="The same, as the whole address for traces (`…/v1/traces`).",
    )
    otel_headers: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="OTEL_EXPORTER_OTLP_HEADERS",
        description="What the collector wants to be sent: `name=value`, separated by commas.",
    )
    otel_service_name: str = Field(
        default="pagewise",
        validation_alias="OTEL_SERVICE_NAME",
        description="The name of this server in traces.",
    )
    otel_exporter: str = Field(
        default="otlp",
        validation_alias="OTEL_TRACES_EXPORTER",
        description="`none`: no traces, whatever the endpoint.",
    )
    otel_disabled: bool = Field(
        default=False,
        validation_alias="OTEL_SDK_DISABLED",
        description="`true`: no traces, whatever the endpoint.",
    )
    otel_texts: bool = Field(
        default=False,
        validation_alias="OTEL_TEXTS",
        description="`1`: traces hold questions and answers as well.",
    )
    documents_dir: Path = Field(
        default=Path("documents"),
        validation_alias="DOCUMENTS_DIR",
        description="The folder whose documents are indexed. `make index DOCUMENTS=dir` says it for one run.",
    )

    @model_validator(mode="after")
    def _safe_to_bind(self) -> "ServerSettings":
        for token in self.tokens:
            if token.unknown_scopes:
                raise ValueError(
                    message(
                        "API_TOKENS: the token {name} has the unknown scopes {scopes}; there are {known}",
                        name=repr(token.name),
                        scopes=", ".join(token.unknown_scopes),
                        known=", ".join(SCOPES),
                    )
                )
            if len(token.value) < _SHORTEST_TOKEN:
                raise ValueError(
                    message(
                        "API_TOKENS: the token {name} is shorter than {length} characters; make one with: python -c "
                        "'import secrets; print(secrets.token_urlsafe({length}))'",
                        name=repr(token.name),
                        length=_SHORTEST_TOKEN,
                    )
                )
        if self.webhook_url and self.webhook_secret is None:
            raise ValueError(message("WEBHOOK_URL needs a WEBHOOK_SECRET: what is sent is signed with it"))
        if not self.tokens and not is_loopback(self.host):
            raise ValueError(
                message(
                    "HOST={host} can be reached from other machines, so API_TOKENS must be set; or leave HOST at "
                    "127.0.0.1",
                    host=self.host,
                )
            )
        return self

    def of_collection(self, collection: Collection) -> "ServerSettings":
        """These settings as they are for one collection: its folder, its daily budget."""
        budgets = read_budgets(self.collection_token_budgets)
        daily = budgets.get(collection.name, self.daily_token_budget)
        return self.model_copy(update={"documents_dir": collection.documents_dir, "daily_token_budget": daily})

    def check_names(self, collections: Sequence[str]) -> None:
        """Raises `BadSettings` where a token or a budget is for a collection that does not exist."""
        of_tokens = {name for token in self.tokens for name in token.scopes_within}
        for setting, used in (
            ("API_TOKENS", of_tokens),
            ("COLLECTION_TOKEN_BUDGETS", set(read_budgets(self.collection_token_budgets))),
        ):
            if unknown := sorted(used - set(collections)):
                sentence = message(
                    "{setting}: there is no collection {names}; COLLECTIONS has {known}",
                    setting=setting,
                    names=", ".join(unknown),
                    known=", ".join(collections) or "–",
                )
                raise BadSettings(sentence)

    @property
    def traces_url(self) -> str:
        """Where traces are sent; "" where none are made."""
        if self.otel_disabled or self.otel_exporter != "otlp":
            return ""
        return self.otel_traces_endpoint or (f"{self.otel_endpoint}/v1/traces" if self.otel_endpoint else "")

    @property
    def otel_header_pairs(self) -> dict[str, str]:
        """What is sent with them; names and values are written as in an address."""
        pairs = (each.partition("=") for each in self.otel_headers.get_secret_value().split(","))
        return {name.strip().lower(): unquote(value.strip()) for name, sign, value in pairs if sign}

    @property
    def language_model(self) -> str | None:
        """The model that writes answers; None: neither a key nor a server of one's own is configured."""
        is_configured = self.deepseek_api_key is not None or self.deepseek_base_url != DEEPSEEK
        return self.deepseek_model if is_configured else None

    @property
    def may_reindex(self) -> bool:
        """Whether the page may start the indexing job: with tokens, or where only this machine can ask."""
        return bool(self.tokens) or self._is_for_this_machine_alone

    @property
    def may_upload(self) -> bool:
        """Whether documents may be added and deleted: where that is allowed, under the rule for the indexing job."""
        if self.allow_uploads == "auto":
            return self._is_for_this_machine_alone
        return self.allow_uploads and self.may_reindex

    @property
    def _is_for_this_machine_alone(self) -> bool:
        return is_loopback(self.host) and not self.trusted_hosts.strip() and not self.proxy_networks

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """Where the proxies of TRUSTED_PROXIES are."""
        return _networks_in(self.trusted_proxies)

    @property
    def tokens(self) -> tuple[ApiToken, ...]:
        """The tokens of API_TOKENS: `name:scopes:token`, `name:token` or `token`, separated by commas."""
        entries = [entry.strip() for entry in self.api_tokens.get_secret_value().split(",") if entry.strip()]
        return tuple(_token(entry, number) for number, entry in enumerate(entries, 1))

    @property
    def requests_per_minute(self) -> int:
        """What one client may send; 0: as much as it likes. Where no token is asked for, only this machine can ask."""
        return _limit(self.rate_limit_per_minute, 1200 if self.tokens else 0)

    @property
    def questions_per_minute(self) -> int:
        """What one client may ask; 0: as much as it likes."""
        return _limit(self.question_limit_per_minute, 60 if self.tokens else 0)

    @property
    def cors_origin_names(self) -> frozenset[str]:
        """The origins of CORS_ORIGINS, as browsers write them."""
        return frozenset(_origins_in(self.cors_origins))

    @property
    def host_names(self) -> list[str]:
        """Names under which a browser may ask for this server: its own, and those of TRUSTED_HOSTS."""
        configured = [name.strip() for name in self.trusted_hosts.split(",") if name.strip()]
        bound = [] if self.host in _ANY_ADDRESS else [in_url(self.host)]
        return list(dict.fromkeys([*_LOOPBACK_NAMES, *bound, *configured]))


def read_settings() -> ServerSettings:
    """The server's settings of this process. Raises `BadSettings` with one sentence for each that is wrong."""
    with _explained():
        return ServerSettings()


def read_storage_settings() -> StorageSettings:
    """The storage's settings of this process. Raises `BadSettings` with one sentence for each that is wrong."""
    with _explained():
        return StorageSettings()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise BadSettings(*explain_settings_error(error)) from None


def in_url(host: str) -> str:
    """The address as URLs write it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def known_token(given: str, tokens: tuple[ApiToken, ...]) -> ApiToken | None:
    """Which of the tokens it is; takes equally long whichever it is."""
    found = None
    for token in tokens:
        if secrets.compare_digest(given.encode("utf-8", "replace"), token.value.encode()):
            found = token
    return found


def _limit(configured: int | None, default: int) -> int:
    return default if configured is None else configured


def _token(entry: str, number: int) -> ApiToken:
    name, separator, value = entry.partition(":")
    if not separator:
        return ApiToken(f"token {number}", entry)
    written, separator, secret = value.partition(":")
    if not separator or len(secret) < _SHORTEST_TOKEN <= len(written):
        return ApiToken(name, value)  # the colon is one of the token's own
    everywhere: frozenset[Scope] = frozenset()
    within: dict[str, frozenset[Scope]] = {}
    unknown = []
    for part in (each.strip() for each in written.split("+")):
        scope, at, collection = part.partition("@")
        implied = _implied(scope)
        if not implied or (at and not collection):
            unknown.append(part)
        elif at:
            within[collection.casefold()] = within.get(collection.casefold(), frozenset()) | implied
        else:
            everywhere |= implied
    return ApiToken(name, secret, everywhere, tuple(unknown), within)


def _implied(name: str) -> frozenset[Scope]:
    return next((_IMPLIED[scope] for scope in SCOPES if scope == name), frozenset())
