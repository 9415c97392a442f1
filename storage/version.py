"""The version of Pagewise, from where it is written down."""

import tomllib
from functools import cache
from pathlib import Path

_PROJECT = Path(__file__).parents[1] / "pyproject.toml"


@cache
def version() -> str:
    """The version as `pyproject.toml` states it. Raises `OSError`, `KeyError` where that file is not Pagewise's."""
    with _PROJECT.open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
