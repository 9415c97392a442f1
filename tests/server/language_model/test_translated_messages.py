"""Every message of the language model, of budgets and of `make doctor`'s trial has its Chinese, with the same gaps."""

import ast
import re

from storage.message_translation import translations
from tests.repository import python_files

_GAP = re.compile(r"\{(\w+)\}")
_ONLY_GAPS = re.compile(r"(?:\{\w+\}|[ ,;])*")
_PLACES = ("server/language_model/", "server/commands/", "server/answering/notices.py")


def _templates() -> set[str]:
    return {
        call.args[0].value
        for path, tree in python_files("server")
        if path.startswith(_PLACES)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "message"
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


def test_every_template_is_translated_with_the_same_gaps() -> None:
    known, templates = translations(), _templates()
    assert len(templates) > 30
    assert {template for template in templates if template not in known and not _ONLY_GAPS.fullmatch(template)} == set()
    differing = {
        template
        for template in templates & known.keys()
        if set(_GAP.findall(template)) != set(_GAP.findall(known[template]))
    }
    assert differing == set()
