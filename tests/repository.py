"""What the tests of the repository itself read: its files, the imports and the addresses in its code."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("storage", "indexing", "server")


def repository_files() -> list[Path]:
    """Every file that is, or is about to be, part of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    files = (ROOT / name.decode() for name in listed.split(b"\0") if name)
    return sorted({file for file in files if file.is_file()})


def python_files(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """(relative POSIX path, syntax tree) of the Python files in these folders."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), _tree(file)


@cache
def _tree(file: Path) -> ast.Module:
    """Read once for all tests: nobody may change the tree."""
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imported_modules(tree: ast.Module) -> tuple[str, ...]:
    """The dotted names that a file imports anywhere; `from a import b` gives `a.b`."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


def routes() -> set[str]:
    """The paths that the server answers, as its decorators name them."""
    found = set()
    for _, tree in python_files("server"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                is_route = node.func.attr in {"get", "post", "put", "patch", "delete", "route"}
                if is_route and isinstance(first, ast.Constant) and str(first.value).startswith("/"):
                    found.add(str(first.value))
    return found
