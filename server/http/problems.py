"""One table from exceptions to what a caller is told of them. Knows nothing of how that is sent.

No traceback, path, key or question is in it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_limiter import RateLimitExceeded
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, SecurityError

from server.answering.admission import TooBusy
from server.answering.readiness_check import CannotAnswer
from server.deadline import Cancelled, TimeUp
from server.documents.page_pictures import NoPicture
from server.documents.slow_work import NoRoom
from server.documents.uploads import FolderFull, FolderNotWritable, NameTaken, NoSuchFile, NotRead
from server.http.form_files import MOST_FILES, TooManyFiles
from server.http.rate_limits import seconds_to_wait
from server.language import Language, as_sentence
from server.language_model.errors import BudgetSpent, BudgetUnknown, LanguageModelError, Paused
from server.passages import Passage
from server.retrieval.index_holder import IndexNotReady
from server.retrieval.reachability import DocumentsUnreachable
from storage.failures import IndexUnreadable
from storage.formats import ALL_SUFFIXES
from storage.messages import Message, joined, message
from storage.server_state.answers import AnswersUnreadable
from storage.server_state.shared.database import StateUnavailable
from storage.servers import ServerUnavailable
from storage.validation_messages import INPUT, what_is_wrong

# Wrong shape is 400; a value of the right shape that is out of range is 422.
_OUT_OF_RANGE = ("greater_than", "less_than", "too_short", "too_long", "literal_error", "value_error")


@dataclass(frozen=True, slots=True)
class Problem:
    """What a caller is told: in `detail` what happened, in `help` what to do, a sentence each.

    A `Message` is told as one by whoever shows it, and need not begin with a capital or end with a full stop.
    """

    status: int
    code: str
    title: str
    detail: str
    help: str = ""
    retry_after_seconds: int | None = None
    passages: tuple[Passage, ...] = ()
    """What had been found before it failed."""
    param: str | None = None
    """The field of the request that is to blame, where it is one."""


class Refused(Exception):
    """A request is turned away for a reason that is the caller's; carries its problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def bad_input(error: ValidationError) -> Refused:
    """What is wrong with a request, field by field, without repeating what was sent."""
    problems = error.errors(include_url=False, include_input=False)
    out_of_range = all(any(mark in problem["type"] for mark in _OUT_OF_RANGE) for problem in problems)
    detail = joined([_field_sentence(problem) for problem in problems[:5]], "; ")
    param = ".".join(map(str, problems[0]["loc"])) or None
    if out_of_range:
        return Refused(Problem(422, "out_of_range", _l("A value is out of range"), detail, param=param))
    return Refused(Problem(400, "bad_request", _l("The request is not understood"), detail, param=param))


def problem_of(error: Exception) -> Problem:
    """What a caller is told of an exception: the first row of the table that fits."""
    for kind, describe in _TABLE:
        if isinstance(error, kind):
            return describe(error)
    return _INTERNAL


def told_problem(problem: Problem, language: Language) -> str:
    """What happened and what to do."""
    parts = [_told(str(part), language) for part in (problem.detail, problem.help)]
    return " ".join(filter(None, parts)) if language == "en" else "".join(parts)


def _told(text: str, language: Language) -> str:
    return as_sentence(text, language) if isinstance(text, Message) else text


def known_exceptions() -> tuple[type[Exception], ...]:
    """Every exception the table has a sentence for."""
    return tuple(kind for kind, _ in _TABLE)


def _field_sentence(problem: Any) -> str:
    field, *places = problem["loc"] or ("body",)
    name = _FIELDS.get(field, str(field))
    if places:
        name = message("{field}.{place}", field=name, place=".".join(map(str, places)))
    what = what_is_wrong(problem)
    if str(problem["msg"]).startswith(INPUT):
        what = message("input {should_be}", should_be=what)
    return message("{field}: {what}", field=name, what=what)


_FIELDS: dict[str, str] = {
    "question": message("question"),
    "documents": message("documents"),
    "threshold": message("threshold"),
}
"""Those that a page sends; the rest are programs', and keep their names."""


def _of_http(error: Any) -> Problem:
    status = int(error.code or 500)
    title, detail = _HTTP_SENTENCES.get(status, (HTTPStatus(status).phrase, HTTPStatus(status).description))
    if isinstance(error, SecurityError):
        detail = _l("This server does not answer under that name; add the name to TRUSTED_HOSTS.")
    code = HTTPStatus(status).name.lower()
    return Problem(status, code, title, detail)


def _of_language_model(error: LanguageModelError) -> Problem:
    wait = _whole_seconds(error)
    return Problem(502, error.code, _l("The language model failed"), _sentence(error), error.help, wait, error.passages)


def _of_pause(error: LanguageModelError) -> Problem:
    return replace(_of_language_model(error), status=503, retry_after_seconds=_whole_seconds(error, default=30))


def _of_crowd(error: TooBusy) -> Problem:
    return Problem(
        429,
        "too_busy",
        _l("Too many questions at this moment"),
        _sentence(error),
        message("Ask again in a few seconds."),
        round(error.retry_after_seconds) or 1,
    )


def _of_rate_limit(_error: RateLimitExceeded) -> Problem:
    return Problem(
        429,
        "too_many_requests",
        _l("Too many requests"),
        _l("More was asked in one minute than this server allows one client."),
        _l("Wait a little, or raise RATE_LIMIT_PER_MINUTE or QUESTION_LIMIT_PER_MINUTE."),
        seconds_to_wait(),
    )


def _of_no_index(error: IndexNotReady | ServerUnavailable | IndexUnreadable) -> Problem:
    return Problem(503, "no_index", _l("No index to answer from"), _sentence(error), retry_after_seconds=5)


def _of_unreachable_documents(error: DocumentsUnreachable) -> Problem:
    return Problem(
        503,
        "documents_unreachable",
        _l("The documents cannot be reached"),
        _sentence(error),
        message("Mount their disk or bring the folder back; the index is kept, and answers again at once."),
        retry_after_seconds=5,
    )


def _of_inability(error: CannotAnswer) -> Problem:
    return Problem(503, "cannot_answer", _l("Questions cannot be answered"), _sentence(error), retry_after_seconds=5)


def _of_cancellation(_error: Cancelled) -> Problem:
    return Problem(
        503,
        "stopping",
        _l("The server is stopping"),
        message("The answer was broken off."),
        message("Ask again in a moment."),
        5,
    )


def _of_deadline(error: TimeUp) -> Problem:
    return Problem(
        504,
        "deadline_exceeded",
        _l("It took too long"),
        _sentence(error),
        message("Ask again, or raise ANSWER_DEADLINE_SECONDS."),
    )


def _of_no_room(error: NoRoom) -> Problem:
    return Problem(
        503,
        "busy",
        _l("Too much at this moment"),
        _l("Too many requests of this kind are being worked on."),
        _l("Try again in a few seconds."),
        error.retry_after_seconds,
    )


def _of_unread_kind(error: NotRead) -> Problem:
    return Problem(
        415,
        "kind_not_read",
        _l("Not a kind that is read"),
        _l("%(name)s: files of this kind are not read, so nothing was stored.", name=str(error)),
        _l("Send %(suffixes)s.", suffixes=", ".join(sorted(ALL_SUFFIXES))),
    )


def _of_taken_name(error: NameTaken) -> Problem:
    return Problem(
        409,
        "name_taken",
        _l("The name is taken"),
        _l("There are other files under these names: %(names)s. Nothing was stored.", names=str(error)),
        _l("Send them under other names, or ask for the files to be replaced."),
    )


def _of_unwritable_folder(error: FolderNotWritable) -> Problem:
    return Problem(
        503,
        "folder_not_writable",
        _l("The documents cannot be changed"),
        message("The documents folder cannot be changed: {reason}.", reason=str(error)),
        _l("Give the server's account the right to write there."),
    )


def _of_unreadable_answers(error: AnswersUnreadable) -> Problem:
    title = _l("The kept answers cannot be read")
    return Problem(503, "answers_unreadable", title, _sentence(error), message("Ask again."), 30)


def _of_unavailable_state(error: StateUnavailable) -> Problem:
    title = _l("The state database cannot be reached")
    return Problem(503, "state_unavailable", title, _sentence(error), message("Ask again."), 5)


_HTTP_SENTENCES: dict[int, tuple[Any, Any]] = {
    400: (_l("The request is not understood"), _l("The request cannot be read.")),
    404: (_l("Not found"), _l("There is nothing at this address.")),
    405: (_l("Method not allowed"), _l("This address does not answer that method.")),
    413: (_l("Too large"), _l("The request is larger than this server accepts.")),
    415: (_l("Not JSON"), _l("Send the body as application/json.")),
}
_INTERNAL = Problem(
    500,
    "internal_error",
    _l("Something went wrong here"),
    _l("The server made a mistake. It has been logged under the request id."),
    _l("Try again."),
)
_TOO_MANY_FILES = Problem(
    413,
    "too_many_files",
    _l("Too many files"),
    _l("More than %(count)s files were sent at a time, so nothing was stored.", count=MOST_FILES),
    _l("Send fewer files at a time."),
)
_NO_SUCH_DOCUMENT = Problem(
    404,
    "no_such_document",
    _l("No such document"),
    _l("There is no such document in the folder."),
    _l("The Documents page lists them."),
)
_FULL = Problem(
    507,
    "disk_full",
    _l("The disk is full"),
    _l("There is no room for the files, so nothing was stored."),
    _l("Make room on the server's disk and send them again."),
)
_TABLE: list[tuple[type[Exception], Callable[[Any], Problem]]] = [
    (Refused, lambda error: error.problem),
    (ValidationError, lambda error: bad_input(error).problem),
    (IndexNotReady, _of_no_index),
    (ServerUnavailable, _of_no_index),
    (DocumentsUnreachable, _of_unreachable_documents),
    (IndexUnreadable, _of_no_index),
    (CannotAnswer, _of_inability),
    (TooBusy, _of_crowd),
    (Paused, _of_pause),
    (BudgetSpent, _of_pause),
    (BudgetUnknown, _of_pause),
    (LanguageModelError, _of_language_model),
    (Cancelled, _of_cancellation),
    (TimeUp, _of_deadline),
    (AnswersUnreadable, _of_unreadable_answers),
    (StateUnavailable, _of_unavailable_state),
    (NoPicture, lambda error: Problem(503, "no_picture", _l("No picture of this page"), _sentence(error))),
    (NoRoom, _of_no_room),
    (NotRead, _of_unread_kind),
    (TooManyFiles, lambda _: _TOO_MANY_FILES),
    (NameTaken, _of_taken_name),
    (NoSuchFile, lambda _: _NO_SUCH_DOCUMENT),
    (FolderFull, lambda _: _FULL),
    (FolderNotWritable, _of_unwritable_folder),
    (RateLimitExceeded, _of_rate_limit),
    (HTTPException, _of_http),
]


def _whole_seconds(error: LanguageModelError, default: int | None = None) -> int | None:
    return default if error.retry_after_seconds is None else math.ceil(error.retry_after_seconds) or 1


def _sentence(error: Exception) -> str:
    """What the exception says, to be told as a sentence."""
    said = str(error)
    return said if isinstance(said, Message) else message("{said}", said=said)
