"""Writes docs/faults.md (`make docs`): the rows of fault_rows.tsv, each with the tests that carry its marker."""

import ast
import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TARGET = Path("docs/faults.md")
_ROOT = Path(__file__).parents[1]
_ROWS = Path(__file__).parent / "fault_rows.tsv"
_SECTIONS = {"B": "Bad input", "S": "Process and storage", "L": "Language model and API", "X": "Attacks"}
_HEAD = "| | What happens | What Pagewise does | Counts as a pass | Tests |\n|---|---|---|---|---|"
_INTRODUCTION = """\
# What must be survived

<!-- Written by `make docs` from tools/fault_rows.tsv and the markers of the tests. Do not edit it here. -->

Damaged files, crashes, failing servers and attacks: what happens, what Pagewise does, the figure that counts as a pass,
and the tests that prove it. A test names its rows in a marker, so that

    .venv/bin/python -m pytest -m faults -k L12

runs the tests of row L12 (`-k` compares parts of names: `L1` finds `L12` as well). What was measured of the libraries
stands in small print; versions are those of [libraries.md](libraries.md).

Limits that are meant where no other is named: uploads of 50 MB; 30 s, 1 GiB of memory and 20 MB of text for a file;
questions of 4,000 characters; 10 passages judged; 120 s for an answer; 1 s until our own stream begins.

The language model of the tests is `tests/fake_deepseek.py`, a real HTTP server of the OpenAI protocol whose faults are
scripted. Every row about bad input also demands: the other files of the run are indexed, the exit code tells of the
failure, and the last good version of the failed file stays in the index.
"""


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One thing that must be survived."""

    name: str
    fault: str
    response: str
    figure: str
    note: str


@dataclass(frozen=True, slots=True, order=True)
class Proof:
    """A test: the file it is in, and its name."""

    file: str
    test: str


def faults_page() -> str:
    """The whole page."""
    proofs = proofs_by_row()
    lines = [_INTRODUCTION]
    for letter, heading in _SECTIONS.items():
        lines += [f"## {heading}", "", _HEAD]
        lines += [_line(row, proofs.get(row.name, [])) for row in fault_rows() if row.name.startswith(letter)]
        lines.append("")
    return "\n".join(lines)


def fault_rows() -> list[FaultRow]:
    """The rows in their order."""
    with _ROWS.open(encoding="utf-8", newline="") as file:
        _heading, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [FaultRow(*row) for row in rows]


def proofs_by_row() -> dict[str, list[Proof]]:
    """Row -> its tests, from the markers in the source of the tests."""
    found = defaultdict(set)
    for file in sorted((_ROOT / "tests").rglob("test_*.py")):
        for name, test in _marked_tests(ast.parse(file.read_text(encoding="utf-8"))):
            found[name].add(Proof(file.relative_to(_ROOT).as_posix(), test))
    return {name: sorted(proofs) for name, proofs in found.items()}


def _marked_tests(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(row, test) of one file; a marker may stand at the test, at its class or at one of its parameters."""
    tables = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    scopes: list[ast.Module | ast.ClassDef] = [tree, *classes]
    for scope in scopes:
        shared = _rows(scope.decorator_list, tables) if isinstance(scope, ast.ClassDef) else set()
        for test in scope.body:
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                yield from ((row, test.name) for row in shared | _rows(test.decorator_list, tables))


def _rows(decorators: list[ast.expr], tables: dict[str, ast.expr]) -> set[str]:
    nodes = [node for decorator in decorators for node in ast.walk(decorator)]
    nodes += [part for node in nodes if isinstance(node, ast.Name) for part in _parts(tables.get(node.id))]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.faults"]
    return {str(ast.literal_eval(argument)) for call in calls for argument in call.args}


def _parts(table: ast.expr | None) -> Iterator[ast.AST]:
    return iter(()) if table is None else ast.walk(table)


def _line(row: FaultRow, proofs: list[Proof]) -> str:
    note = f"<br><small>{row.note}</small>" if row.note else ""
    tests = "<br>".join(f"[{_sentence(proof.test)}](../{proof.file})" for proof in proofs) or "no test"
    return f"| **{row.name}** | {row.fault} | {row.response}{note} | {row.figure} | {tests} |"


def _sentence(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ")


if __name__ == "__main__":
    TARGET.write_text(faults_page(), encoding="utf-8")
