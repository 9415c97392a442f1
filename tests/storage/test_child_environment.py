"""What a process that was overrun by a document finds in its environment: no key, no token, no password."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import psutil
import pytest
from pydantic import SecretStr

from server.documents.reindexing import Reindexing
from storage.child_environment import (
    CODE_FOLDER,
    job_environment,
    looks_secret,
    reading_environment,
    verifying_environment,
)
from storage.generations.verification import Verifier
from tests.conftest import settings_classes

CANARY = "canary-5f2c"
HOSTILE = [sys.executable, "-c", "print(open('/proc/self/environ').read().replace(chr(0), ' '))"]
SECRETS = (
    *("DEEPSEEK_API_KEY", "API_TOKENS", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "SSH_AUTH_SOCK"),
    *("PYTHON_KEYRING_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "deepseek_api_key", "DAILY_TOKEN_BUDGET"),
    "OTEL_EXPORTER_OTLP_HEADERS",
)
OF_THE_JOB = ("EMBED_API_KEY", "CHROMA_TOKEN", "HF_TOKEN")


@pytest.fixture(autouse=True)
def canaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment full of secrets."""
    for name in (*SECRETS, *OF_THE_JOB):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("LC_CTYPE", "C.UTF-8")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")


def printed_by_a_hostile_process(environment: Mapping[str, str]) -> str:
    return subprocess.run(HOSTILE, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("environment", [reading_environment, verifying_environment])
def test_who_reads_documents_or_an_index_finds_no_secret(
    monkeypatch: pytest.MonkeyPatch, environment: Callable[[], dict[str, str]]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://me:{CANARY}@db")
    monkeypatch.setenv("INDEX_DIR", "somewhere")
    found = printed_by_a_hostile_process(environment())
    assert CANARY not in found
    assert "INDEX_DIR" not in found
    for needed in ("PATH=", "LC_CTYPE=C.UTF-8", "OMP_NUM_THREADS=1", f"PYTHONPATH={CODE_FOLDER}:elsewhere"):
        assert needed in found


def test_only_who_asks_a_chroma_server_knows_the_way_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example")
    assert "https_proxy" not in reading_environment()
    assert verifying_environment()["https_proxy"] == "http://proxy.example"


def test_the_job_finds_the_keys_of_the_servers_it_asks_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBED_MODEL", "packaged")
    monkeypatch.setenv("EMBED_MAX_TOKENS", "512")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")
    environment = job_environment({"INDEX_DIR": "here"})
    found = printed_by_a_hostile_process(environment).split()
    assert {entry.partition("=")[0] for entry in found if CANARY in entry} == set(OF_THE_JOB)
    assert {"INDEX_DIR=here", "EMBED_MODEL=packaged", "EMBED_MAX_TOKENS=512", "TOKENIZERS_PARALLELISM=false"} <= {
        *found
    }


def test_the_job_that_a_page_starts_or_plans_finds_none_of_the_server(tmp_path: Path) -> None:
    for name in OF_THE_JOB:  # these it may have
        assert name in job_environment()
    reindexing = Reindexing(tmp_path, HOSTILE)
    assert reindexing.start(tmp_path)
    assert reindexing._process is not None
    reindexing._process.wait(30)
    said = " ".join([*reindexing.state().lines, *reindexing.plan(tmp_path)])
    assert "INDEX_DIR=" in said
    found = {word.partition("=")[0] for word in said.split() if CANARY in word}
    assert found == set(OF_THE_JOB)


def test_the_process_that_proves_an_index_has_no_secret() -> None:
    with Verifier() as verifier:
        process, ends_at = psutil.Process(verifier._process.pid), time.monotonic() + 30
        while not (environment := process.environ()):  # none for a moment, between its fork and its program
            assert time.monotonic() < ends_at
    assert environment["PYTHONPATH"].startswith(str(CODE_FOLDER))
    assert CANARY not in " ".join(environment.values())


def test_every_setting_that_is_a_secret_looks_like_one() -> None:
    fields = [field for settings in settings_classes() for field in settings.model_fields.values()]
    secret = {
        str(each.validation_alias) for each in fields if SecretStr in (each.annotation, *get_args(each.annotation))
    }
    assert {"API_TOKENS", "CHROMA_TOKEN", "OTEL_EXPORTER_OTLP_HEADERS"} <= secret
    assert {name for name in secret if not looks_secret(name)} == set()
