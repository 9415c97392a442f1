"""Others' packages: vulnerabilities and licences as they are told, the parts list, the sums of the lock."""

import json
import re
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution, version
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.serving import PlayedServer
from tools import supply_chain
from tools.supply_chain import PROGRAMS, Licensed, audit, closure, installed_licences, licensed, main

ROOT = Path(__file__).parents[2]
needs_programs = pytest.mark.skipif(
    not (PROGRAMS / "pip-audit").exists(), reason="what looks at packages is not installed here: make release-tools"
)


class PlayedService(PlayedServer):
    """The database of vulnerabilities at osv.dev, which knows one of `flask`."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                bug = {
                    "id": "PYSEC-2026-1",
                    "summary": "A bug.",
                    "affected": [
                        {
                            "package": {"name": "flask", "ecosystem": "PyPI"},
                            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
                        }
                    ],
                }
                body = json.dumps({"vulns": [bug]} if asked["package"]["name"] == "flask" else {}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def service() -> Iterator[PlayedService]:
    with PlayedService() as played:
        yield played


@pytest.fixture
def two_packages(tmp_path: Path) -> str:
    """A folder in which Flask and Werkzeug are installed."""
    for name in ("flask", "werkzeug"):
        source = Path(str(distribution(name).locate_file(""))) / f"{name}-{version(name)}.dist-info"
        shutil.copytree(source, tmp_path / source.name)
    return str(tmp_path)


@needs_programs
def test_a_vulnerability_is_told_with_the_version_that_mends_it(
    service: PlayedService, two_packages: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(f"{service.address}/v1/query", two_packages) == 1
    told = capsys.readouterr().out
    assert re.search(r"flask \S+: PYSEC-2026-1, mended in 99\.1", told, re.IGNORECASE)
    assert "1 known vulnerabilities in 2 of 2 packages" in told


@needs_programs
def test_a_service_that_cannot_be_reached_is_a_note(two_packages: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit("http://127.0.0.1:1/v1/query", two_packages) == 0
    assert "cannot be reached from here; nothing was looked up" in capsys.readouterr().out


@needs_programs
def test_every_installed_package_may_be_here() -> None:
    listed = installed_licences()
    assert len(listed) > 100
    assert [each for each in listed if not each.is_allowed] == []


@needs_programs
def test_the_parts_list_names_what_runs_and_not_what_develops(tmp_path: Path) -> None:
    assert main(["sbom", str(tmp_path / "sbom.json")]) == 0
    parts = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    names = {each["name"].lower() for each in parts["components"]}
    assert parts["bomFormat"] == "CycloneDX"
    assert {"flask", "chromadb", "pypdf", "werkzeug"} <= names
    assert not {"pytest", "ruff", "mypy"} & names
    assert all(each.get("purl", "").startswith("pkg:pypi/") for each in parts["components"])


def test_without_the_programs_it_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supply_chain, "PROGRAMS", tmp_path)
    assert main(["audit"]) == 0
    assert "make release-tools" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "terms", "allowed"),
    [
        ("x", "MIT", True),
        ("x", "Apache Software License; BSD License", True),
        ("x", "MPL-2.0 AND MIT", True),
        ("x", "Zope Public License", True),
        ("x", "GNU General Public License v3 (GPLv3)", False),
        ("x", "AGPL-3.0-only", False),
        ("x", "MIT AND LGPL-3.0-only", False),
        ("x", "Proprietary", False),
        ("x", "UNKNOWN", False),
        ("fpdf2", "LGPL-3.0-only", True),
        ("nvidia-cublas", "NVIDIA Proprietary Software", True),
    ],
)
def test_terms_that_ask_something_of_our_own_code_are_refused(name: str, terms: str, allowed: bool) -> None:
    assert Licensed(name, "1", terms).is_allowed is allowed


def test_an_expression_is_believed_before_a_classifier_and_free_text() -> None:
    told = {"Name": "x", "Version": "1", "License-Expression": "UNKNOWN", "License-Classifier": "MIT License"}
    assert licensed(told | {"License-Metadata": "BSD\nlong text"}).terms == "MIT License"
    assert licensed(told | {"License-Classifier": "", "License-Metadata": "BSD\nlong text"}).terms == "BSD"


def test_what_a_package_needs_in_turn_is_found() -> None:
    assert {"flask", "werkzeug", "markupsafe"} <= closure(["Flask"])
    assert closure(["no-such-package"]) == set()


# -- the lock --------------------------------------------------------------------------------------


def pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\+]+)", line) for line in lines)
    return {canonicalize_name(match[1]): match[2] for match in found if match}


def test_the_sums_are_of_the_versions_that_are_installed() -> None:
    summed, wanted = pins("requirements.hashes.txt"), pins("constraints.txt") | pins("requirements.txt")
    assert pins("requirements.txt").keys() <= summed.keys()
    assert {name: version for name, version in summed.items() if wanted.get(name, version) != version} == {}


def test_every_version_has_the_sums_of_several_platforms() -> None:
    text = (ROOT / "requirements.hashes.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    numpy = next(entry for entry in entries if entry.startswith("numpy=="))
    assert numpy.count("--hash=sha256:") > 20
