"""The server as a process: it answers at once, says where, and finishes what it has begun when it is stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.__main__ import main
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.storage.damage import small_disk

ROOT = Path(__file__).parents[3]


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek() as fake:
        fake.when_scoring(Completion('{"score": 9, "reason": "names the fee"}'))
        fake.when_answering(Completion("It is 60 euros a year [1]. " * 8, gap_seconds=0.1))
        yield fake


@pytest.fixture
def process(index_dir: Path, deepseek: FakeDeepSeek) -> Iterator["subprocess.Popen[str]"]:
    environment = {
        "INDEX_DIR": str(index_dir),
        "PORT": "0",
        "DEEPSEEK_API_KEY": "sk-x",
        "DEEPSEEK_BASE_URL": deepseek.url,
    }
    started = subprocess.Popen(
        [sys.executable, "-m", "server"],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield started
    started.kill()
    started.communicate()


def get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.faults("S19")
def test_what_has_begun_is_finished(process: "subprocess.Popen[str]", deepseek: FakeDeepSeek) -> None:
    assert process.stdout is not None
    address = re.fullmatch(r"Pagewise answers on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
    assert address is not None
    assert "deepseek-flash" in process.stdout.readline()
    assert get(f"{address[1]}/healthz") == 200
    deadline = time.monotonic() + 90
    while get(f"{address[1]}/readyz") != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)

    request = urllib.request.Request(
        f"{address[1]}/api/query",
        data=b'{"question": "How much is the cooperative share that every member buys?", "stream": true}',
        headers={"Content-Type": "application/json"},
    )
    bodies: list[str] = []

    def read() -> None:
        with urllib.request.urlopen(request, timeout=60) as response:
            bodies.append(response.read().decode())

    readers = [threading.Thread(target=read) for _ in range(5)]
    for reader in readers:
        reader.start()
    assert deepseek.wait_for(lambda: len(deepseek.answerings()) == 5, 30)
    process.send_signal(signal.SIGTERM)
    stopped_at = time.monotonic()
    assert process.wait(60) == 0
    assert time.monotonic() - stopped_at < 30
    for reader in readers:
        reader.join()
    assert len(bodies) == 5
    for body in bodies:
        assert body.count("event: done") + body.count("event: error") == 1
        assert body.rstrip().rsplit("\n\n", 1)[-1].startswith("event: done")


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 on this machine")
def test_it_listens_on_an_ipv6_address_and_prints_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "server"],
        cwd=ROOT,
        env=os.environ | {"HOST": "::1", "PORT": "0", "INDEX_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = re.fullmatch(r"Pagewise answers on (http://\[::1\]:\d+)\n", process.stdout.readline())
        assert address is not None
        assert get(f"{address[1]}/healthz") == 200
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_full_disks_for_its_output_and_its_temporary_files_do_not_stop_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with small_disk(tmp_path / "temporary", 1) as temporary, Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [sys.executable, "-m", "server"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port), "INDEX_DIR": str(tmp_path / "index"), "TMPDIR": str(temporary)},
            stdout=full,
            stderr=full,
        )
        try:
            wait_until_it_answers(address, process)
            sent = urllib.request.Request(
                f"{address}/v1/chat/completions",
                data=b" " * 3_000_000,
                headers={"Content-Type": "application/json"},
            )
            with pytest.raises(urllib.error.HTTPError, match="507") as refused:
                urllib.request.urlopen(sent, timeout=60)
            with refused.value as told:
                assert b"no room" in told.read()
            assert get(f"{address}/healthz") == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()


def wait_until_it_answers(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            assert get(f"{address}/healthz") == 200
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("it does not answer")


def test_an_address_that_cannot_be_had_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        monkeypatch.setenv("INDEX_DIR", str(tmp_path))
        assert main([]) == 2
    assert capsys.readouterr().err.startswith("HOST=127.0.0.1 PORT=")
