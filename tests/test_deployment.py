"""Image, containers and services are what the documents say: without rights, and with settings that exist."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from indexing.settings import IndexingSettings
from server.settings import ServerSettings
from storage.settings import StorageSettings
from tests.repository import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = ("server", "job")
PINNED = ("requirements.txt", "requirements-dev.txt", "constraints.txt")
UNITS = sorted((ROOT / "deploy/systemd").iterdir())
SETTINGS = {
    str(field.validation_alias)
    for settings in (StorageSettings, IndexingSettings, ServerSettings)
    for field in settings.model_fields.values()
}
OF_OTHERS = {"PATH", "HOME", "HF_HOME"}


def test_the_image_copies_what_exists_and_what_is_not_ignored() -> None:
    copied = [path for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M) for path in line.split()]
    assert copied
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for path in copied:
        assert (ROOT / path).exists()
        assert f"!{path}" in ignored


def test_settings_in_image_and_units_exist() -> None:
    image = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    named = set(re.findall(r"([A-Z_]+)=", re.sub(r"^(?!ENV|    [A-Z_]+=).*", "", image, flags=re.M)))
    for unit in UNITS:
        for line in re.findall(r"^Environment=(.+)", unit.read_text(), re.M):
            named |= {each.partition("=")[0] for each in line.split()}
    assert {name for name in named if not name.startswith("PYTHON")} - OF_OTHERS <= SETTINGS
    assert {"HOST", "INDEX_DIR", "DOCUMENTS_DIR"} <= named


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights_and_write_nowhere_but_their_data(name: str) -> None:
    container = COMPOSE["services"][name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert [volume for volume in container["volumes"] if not volume.endswith(":ro")] == ["data:/data"]
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.M)


def test_only_the_server_can_be_reached_from_outside_and_from_this_machine_alone() -> None:
    open_to = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert open_to == {"server": ["${ADDRESS:-127.0.0.1}:${PORT:-8000}:8000"]}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert COMPOSE["services"]["chroma"]["networks"] == ["inside"]


def test_the_vectors_server_is_the_one_that_is_installed() -> None:
    (pinned,) = re.findall(r"^chromadb==(\S+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert COMPOSE["services"]["chroma"]["image"] == f"chromadb/chroma:{pinned}"


def test_every_package_takes_the_first_python_3_11() -> None:
    pinned = set(re.findall(r"^([\w.-]+)==", "\n".join((ROOT / name).read_text() for name in PINNED), re.M))
    refusing = {
        f"{package.name} {package.version}: {wanted}"
        for package in distributions()
        if (wanted := str(package.metadata.json.get("requires_python", "")))
        and canonicalize_name(package.name) in {canonicalize_name(name) for name in pinned}
        and "3.11.0" not in SpecifierSet(wanted)
    }
    assert refusing == set()  # Debian 12 has 3.11.2, and a person who has that installs with it


@contextmanager
def job_loop(tmp_path: Path, job: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The job's container as it runs, with this script in the place of Python; all of it is ended at the end."""
    (tmp_path / "python").write_text(f"#!/bin/sh\n{job}\n")
    (tmp_path / "python").chmod(0o755)
    (command,) = COMPOSE["services"]["job"]["command"]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "INDEX_EVERY_SECONDS": "0.05", "OUT": str(tmp_path / "out")}
    container = [*COMPOSE["services"]["job"]["entrypoint"], command.replace("$$", "$")]
    loop = subprocess.Popen(container, env=environment, start_new_session=True)
    try:
        yield loop
    finally:
        with suppress(ProcessLookupError):
            os.killpg(loop.pid, signal.SIGKILL)
        loop.wait()


def wait_for(path: Path, lines: int) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() or len(path.read_text().splitlines()) < lines:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_job_runs_again_and_again_whatever_becomes_of_a_run(tmp_path: Path) -> None:
    with job_loop(tmp_path, 'echo "$@" >> "$OUT"; exit 4') as loop:
        wait_for(tmp_path / "out", 3)
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(30) == 0
    assert set((tmp_path / "out").read_text().splitlines()) == {"-m indexing"}


def test_it_ends_whenever_it_is_told_to(tmp_path: Path) -> None:
    """Also between two runs, and just as one begins."""
    for milliseconds in range(0, 60, 3):
        (tmp_path / "out").unlink(missing_ok=True)
        with job_loop(tmp_path, 'echo began >> "$OUT"; sleep 0.01') as loop:
            wait_for(tmp_path / "out", 1)
            time.sleep(milliseconds / 1000)
            loop.send_signal(signal.SIGTERM)
            assert loop.wait(30) == 0, milliseconds


def test_a_run_is_told_to_stop_with_its_container_and_comes_to_its_end(tmp_path: Path) -> None:
    job = 'trap \'echo stopped >> "$OUT"; exit 143\' TERM; echo began >> "$OUT"; while :; do sleep 0.05; done'
    with job_loop(tmp_path, job) as loop:
        wait_for(tmp_path / "out", 1)
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(30) == 0
    assert (tmp_path / "out").read_text().split() == ["began", "stopped"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_units_are_well_formed_and_may_do_little(tmp_path: Path) -> None:
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/srv/pagewise/.venv/bin/python", "/bin/true"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", *(str(path) for path in sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    for name in ("pagewise.service", "pagewise-index.service"):
        command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(tmp_path / name)]
        assert subprocess.run(command, capture_output=True).returncode == 0  # 2.0 of 10, where 10 is all rights
