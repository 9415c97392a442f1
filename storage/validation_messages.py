"""What pydantic finds wrong with a value, as messages: the sentences are pydantic's own, but for their beginning."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from storage.messages import Message, message

_SENTENCES: dict[str, Message] = {
    "missing": message("field required"),
    "extra_forbidden": message("extra inputs are not permitted"),
    "bool_type": message("should be a valid boolean"),
    "bool_parsing": message("should be a valid boolean, unable to interpret input"),
    "int_type": message("should be a valid integer"),
    "int_parsing": message("should be a valid integer, unable to parse string as an integer"),
    "int_from_float": message("should be a valid integer, got a number with a fractional part"),
    "float_type": message("should be a valid number"),
    "float_parsing": message("should be a valid number, unable to parse string as a number"),
    "string_type": message("should be a valid string"),
    "list_type": message("should be a valid list"),
    "model_type": message("should be a valid dictionary or instance of {class_name}"),
    "model_attributes_type": message("should be a valid dictionary or object to extract fields from"),
    "greater_than": message("should be greater than {gt}"),
    "greater_than_equal": message("should be greater than or equal to {ge}"),
    "less_than": message("should be less than {lt}"),
    "less_than_equal": message("should be less than or equal to {le}"),
    "literal_error": message("should be {expected}"),
    "too_long": message("list should have at most {max_length} items after validation, not {actual_length}"),
    "string_too_short": message("string should have at least {min_length} characters"),
    "string_too_long": message("string should have at most {max_length} characters"),
}
"""By pydantic's name of the error; the values are its context."""
INPUT = "Input "
_OF_ONE = (
    message("string should have at least 1 character"),
    message("string should have at most 1 character"),
    message("list should have at most 1 item after validation, not {actual_length}"),
)


def what_is_wrong(problem: Mapping[str, Any]) -> str:
    """The sentence of one of `ValidationError.errors()`; a check of ours says its own, which may be a message.

    "Input should be …" is "should be …", behind the name of a setting or a field. What has no sentence here is told in
    pydantic's words.
    """
    context = problem.get("ctx", {})
    if isinstance(context.get("error"), ValueError):
        return str(context["error"])
    said = str(problem["msg"]).removeprefix(INPUT)
    said = said[:1].lower() + said[1:]
    values = {name: _shortest(value) for name, value in context.items()}
    known = (_SENTENCES[problem["type"]], *_OF_ONE) if problem["type"] in _SENTENCES else ()
    return next((found for found in _filled(known, values) if found == said), said)


def _filled(templates: Iterable[Message], values: Mapping[str, object]) -> Iterator[Message]:
    for template in templates:
        with suppress(KeyError):
            yield Message(template.template, values)


def _shortest(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
