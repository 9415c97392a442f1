"""Documents say what is true: generated pages are up to date; every command, path and link exists."""

import ast
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from pydantic import BaseModel

from server.http import schema
from tests.conftest import settings_classes
from tests.repository import ROOT, python_files, repository_files, routes
from tools.faults_page import TARGET as FAULTS_PAGE
from tools.faults_page import fault_rows, faults_page, proofs_by_row
from tools.settings_page import TARGET as SETTINGS_PAGE
from tools.settings_page import described_settings, example_sections, settings_page

README_BYTES = 6_000
DOCUMENTS = sorted(
    file.relative_to(ROOT).as_posix()
    for file in repository_files()
    if file.suffix == ".md" and file.parent in (ROOT, ROOT / "docs")
)
GENERATED = {SETTINGS_PAGE.as_posix(), FAULTS_PAGE.as_posix()}
WRITTEN_BY_HAND = [name for name in DOCUMENTS if name not in GENERATED]
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))

_CODE_BLOCK = re.compile(r"^```[\s\S]*?^```$|(?:^    .*\n?)+", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_MAKE = re.compile(r"(?:`|^|\$ |\s{4}|&& )make ([a-z][a-z-]*)", re.MULTILINE)
_MODULE = re.compile(r"python -m ((?:server|indexing|storage|tests|tools|benchmarks)[\w.]*)")
_PATH = re.compile(r"`((?:server|indexing|storage|tests|tools|benchmarks|docs|documents)/[\w./-]*)`")
_OUR_ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/[\w./-]*)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """The names under which GitHub lets headings be linked to."""
    headings = re.findall(r"^#+ (.+)$", unescape(_CODE_BLOCK.sub("", text)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def problem_codes() -> set[str]:
    """What programs may find as `code` of an error: of our own problems, and of a language model's failures."""
    codes = set()
    for _, tree in python_files("server"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Problem" and len(node.args) > 1:
                codes.add(ast.literal_eval(node.args[1]) if isinstance(node.args[1], ast.Constant) else "")
            elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                codes |= {str(node.value.value)} if ast.unparse(target) == "code" else set()
    return {code for code in codes if not code.isdigit()} - {""}


# -- generated pages -------------------------------------------------------------------------------


def test_the_page_of_settings_is_what_the_code_says() -> None:
    assert read(SETTINGS_PAGE.as_posix()) == settings_page(), "run make docs"


def test_the_page_of_faults_is_what_rows_and_markers_say() -> None:
    assert read(FAULTS_PAGE.as_posix()) == faults_page(), "run make docs"


def test_every_setting_is_described_and_the_same_wherever_it_is_read() -> None:
    descriptions: dict[str, set[str | None]] = {}
    for settings in settings_classes():
        for field in settings.model_fields.values():
            descriptions.setdefault(str(field.validation_alias), set()).add(field.description)
    assert {name for name, found in descriptions.items() if len(found) != 1 or not all(found)} == set()
    assert descriptions.keys() == described_settings().keys()


def test_every_setting_is_in_one_section_of_the_example() -> None:
    listed = [name for _, names in example_sections() for name in names]
    assert sorted(listed) == sorted(described_settings())


def test_markers_name_rows_that_exist() -> None:
    assert proofs_by_row().keys() - {row.name for row in fault_rows()} == set()


def test_no_test_name_repeats_its_row() -> None:
    tests = {proof.test for proofs in proofs_by_row().values() for proof in proofs}
    assert {test for test in tests if re.match(r"test_[bslx]\d+_", test)} == set()


# -- documents written by hand ---------------------------------------------------------------------


def test_the_readme_is_short() -> None:
    assert len(read("README.md").encode()) <= README_BYTES


def test_every_endpoint_is_described() -> None:
    described = read("docs/api.md")
    named = {re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", route) for route in routes() - {"/favicon.ico"}}
    assert {route for route in named if f"{route}`" not in described} == set()


def test_every_field_of_requests_and_responses_is_described() -> None:
    described = set(re.findall(r"[`\"](\w+)[`\"]", read("docs/api.md")))
    models = [model for model in vars(schema).values() if isinstance(model, type) and issubclass(model, BaseModel)]
    fields = {name for model in models for name in model.model_fields}
    assert fields - described == set()


def test_every_code_of_a_problem_is_described() -> None:
    described = set(re.findall(r"`(\w+)`", read("docs/api.md")))
    assert len(problem_codes()) > 20
    assert problem_codes() - described == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    broken = []
    for link in _LINK.findall(_CODE_BLOCK.sub("", read(document))):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_and_paths_exist(document: str) -> None:
    text = read(document)
    assert set(_MAKE.findall(text)) - TARGETS == set()
    modules = [Path(*name.split(".")) for name in _MODULE.findall(text)]
    assert [str(m) for m in modules if not ((ROOT / m).is_dir() or (ROOT / m).with_suffix(".py").is_file())] == []
    assert [path for path in _PATH.findall(text) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", WRITTEN_BY_HAND)
def test_addresses_in_examples_are_served(document: str) -> None:
    served = [re.sub(r"<(?:path:)?\w+>", "[^ ]+", route) for route in routes()]
    asked = _OUR_ADDRESS.findall(read(document))
    assert [path for path in asked if not any(re.fullmatch(f"{one}|/v1", path) for one in served)] == []


@pytest.mark.parametrize("document", WRITTEN_BY_HAND)
def test_every_document_can_be_found_from_the_readme(document: str) -> None:
    assert document == "README.md" or f"({document})" in read("README.md")
