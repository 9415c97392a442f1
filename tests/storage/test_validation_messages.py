"""What pydantic finds wrong is told in its own English, and in Chinese."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from storage.message_translation import told
from storage.messages import Message, message
from storage.validation_messages import INPUT, what_is_wrong


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int = Field(default=1, ge=0, le=5)
    share: float = Field(default=0.5, gt=0, lt=1.5)
    flag: bool = False
    word: str = Field(default="a", min_length=1, max_length=3)
    long: str = Field(default="abc", min_length=2)
    few: Annotated[list[str], Field(max_length=1)] = []
    inner: "Asked | None" = None
    kind: Literal["a", "b"] = "a"

    @field_validator("word")
    @classmethod
    def _is_no_x(cls, value: str) -> str:
        if value == "x":
            raise ValueError(message("must not contain NUL characters"))
        return value


WRONG: dict[str, list[object]] = {
    "number": [-1, 6, "x", 1.5, None, []],
    "share": [0, 2, "x", None],
    "word": ["", "long", 7, "x"],
    "long": ["a"],
    "flag": ["x", []],
    "few": ["x", ["a", "b"]],
    "kind": ["c"],
    "inner": [3],
    "other": [1],
}


@pytest.mark.parametrize("asked", [{name: value} for name, values in WRONG.items() for value in values], ids=str)
def test_the_english_is_pydantics_and_there_is_chinese(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate(asked)
    for problem in caught.value.errors():
        found = what_is_wrong(problem)
        said = problem["msg"].removeprefix(INPUT).removeprefix("Value error, ")
        assert found == said[0].lower() + said[1:]
        assert isinstance(found, Message)
        assert told(found, "zh") != found


def test_a_missing_field_has_its_sentence_and_what_is_not_known_is_in_pydantics_words() -> None:
    assert told(what_is_wrong({"type": "missing", "msg": "Field required"}), "zh") == "此项必填"
    assert what_is_wrong({"type": "odd", "msg": "Input is odd"}) == "is odd"
