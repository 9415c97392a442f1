"""Whom the server takes for the client behind reverse proxies, and whose word it takes for it."""

import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from flask import Flask, request
from pydantic import ValidationError

from server import create_app
from server.http.proxies import address_of, client_of
from server.http.services import Services
from server.settings import ServerSettings
from tests.server.server_process import server_process

TOKEN = "abcdefghijklmnopqrstuvwxyz"
NETWORKS = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("written", "client"),
    [
        pytest.param(["203.0.113.7"], "203.0.113.7", id="one proxy"),
        pytest.param(["203.0.113.7", "10.1.2.3"], "203.0.113.7", id="two proxies"),
        pytest.param(["8.8.8.8", "203.0.113.7"], "203.0.113.7", id="the client wrote something itself"),
        pytest.param(["10.9.9.9", "203.0.113.7", "10.1.2.3"], "203.0.113.7", id="the client plays a proxy"),
        pytest.param(["10.1.2.3"], "10.1.2.3", id="the client is in the proxies' network"),
        pytest.param(["nonsense", "10.1.2.3"], "10.1.2.3", id="nonsense before a proxy"),
        pytest.param(["nonsense"], None, id="nonsense"),
        pytest.param([], None, id="nothing"),
        pytest.param(["203.0.113.7:51234"], "203.0.113.7", id="with a port"),
        pytest.param(["[2001:db8::7]:51234", "fd00::1"], "2001:db8::7", id="IPv6 with a port"),
        pytest.param(["::ffff:203.0.113.7"], "203.0.113.7", id="IPv4 written as IPv6"),
    ],
)
def test_the_client_is_whoever_asked_the_outermost_trusted_proxy(written: list[str], client: str | None) -> None:
    assert client_of(written, NETWORKS) == (ip_address(client) if client else None)


@pytest.mark.parametrize("written", ["", "unknown", "_hidden", "1.2.3", "[::1", "a:b", "999.1.1.1"])
def test_what_is_no_address_is_none(written: str) -> None:
    assert address_of(written) is None or written == "[::1"


def seen(services: Services, settings: ServerSettings, peer: str, **headers: str) -> dict[str, str]:
    """What a view sees of a request that comes from this peer with these headers."""
    app: Flask = create_app(replace(services, settings=settings))
    found: dict[str, str] = {}

    @app.before_request
    def look() -> None:
        found.update(address=request.remote_addr or "", scheme=request.scheme, host=request.host)
        found["told"] = str(sorted(name for name in request.headers.keys() if "Forwarded" in name))  # noqa: SIM118

    sent = {f"X-Forwarded-{name.title()}": value for name, value in headers.items()}
    app.test_client().get("/healthz", headers=sent, environ_base={"REMOTE_ADDR": peer})
    return found


def test_a_trusted_proxy_is_believed(empty_services: Services) -> None:
    settings = ServerSettings(trusted_proxies="127.0.0.1, 10.0.0.0/8", trusted_hosts="pagewise.example.org")
    told = {"for": "203.0.113.7", "proto": "https", "host": "pagewise.example.org"}
    for peer in ("127.0.0.1", "10.20.30.40"):
        found = seen(empty_services, settings, peer, **told)
        assert found == {"address": "203.0.113.7", "scheme": "https", "host": "pagewise.example.org", "told": "[]"}


@pytest.mark.parametrize("proxies", ["", "10.0.0.0/8"])
def test_nobody_else_is_believed(empty_services: Services, proxies: str) -> None:
    settings = ServerSettings(trusted_proxies=proxies)
    found = seen(empty_services, settings, "127.0.0.1", **{"for": "203.0.113.7"}, proto="https", host="evil.example")
    assert (found["address"], found["scheme"], found["host"]) == ("127.0.0.1", "http", "localhost")


def test_a_proxy_opens_no_name_that_is_not_trusted(empty_services: Services) -> None:
    app = create_app(replace(empty_services, settings=ServerSettings(trusted_proxies="127.0.0.1")))
    assert app.test_client().get("/healthz", headers={"X-Forwarded-Host": "evil.example"}).status_code == 400


def test_clients_behind_a_proxy_have_limits_of_their_own(empty_services: Services) -> None:
    settings = ServerSettings(trusted_proxies="127.0.0.1", rate_limit_per_minute=2)
    client = create_app(replace(empty_services, settings=settings)).test_client()

    def statuses(address: str) -> list[int]:
        sent = {"X-Forwarded-For": address}
        return [client.get("/api/status", headers=sent).status_code for _ in range(3)]

    assert statuses("203.0.113.7") == [200, 200, 429]
    assert statuses("203.0.113.8") == [200, 200, 429]


def test_others_can_ask_where_a_proxy_stands_before_it() -> None:
    assert ServerSettings().may_upload
    behind = ServerSettings(trusted_proxies="127.0.0.1")
    assert not behind.may_upload
    assert not behind.may_reindex


@pytest.mark.parametrize("wrong", ["proxy.example.org", "10.0.0.0/99", "127.0.0.1; 10.0.0.1"])
def test_what_is_no_network_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(ValidationError, match=r"such as 127\.0\.0\.1 or 10\.0\.0\.0/8"):
        ServerSettings(trusted_proxies=wrong)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """A proxy that listens on this port."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    assert process.poll() is None, process.communicate()[1].decode()
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.communicate()


def nginx(folder: Path, proxy_port: int, server_port: int) -> list[str]:
    """The example file, without TLS and with ports of this test."""
    example = (DEPLOY / "nginx.conf").read_text()
    lines = [line for line in example.splitlines() if "ssl_certificate" not in line]
    sites = "\n".join(lines).replace("listen 443 ssl", f"listen 127.0.0.1:{proxy_port}")
    sites = sites.replace("127.0.0.1:8000", f"127.0.0.1:{server_port}")
    sites = sites.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    temporary = "".join(
        f"{name}_temp_path {folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"pid {folder / 'pid'};\ndaemon off;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{sites}\n}}\n"
    )
    return ["nginx", "-c", str(file), "-p", str(folder), "-e", "stderr"]


def caddy(folder: Path, proxy_port: int, server_port: int) -> list[str]:
    """The example file, without TLS and with ports of this test."""
    example = (DEPLOY / "Caddyfile").read_text()
    site = example.replace("pagewise.example.org {", f"http://pagewise.example.org:{proxy_port} {{")
    file = folder / "Caddyfile"
    file.write_text("{\n\tadmin off\n}\n" + site.replace("127.0.0.1:8000", f"127.0.0.1:{server_port}"))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]


DEPLOY = Path(__file__).parents[3] / "deploy/proxy"


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_the_example_files_carry_questions_streams_and_the_client(
    proxy: "type[object]", index_dir: Path, tmp_path: Path
) -> None:
    if shutil.which(proxy.__name__) is None:
        pytest.skip(f"{proxy.__name__} is not installed")
    audit = tmp_path / "audit.jsonl"
    settings = {
        "INDEX_DIR": str(index_dir),
        "API_TOKENS": f"anna:{TOKEN}",
        "TRUSTED_HOSTS": "pagewise.example.org",
        "TRUSTED_PROXIES": "127.0.0.1",
        "AUDIT_LOG": str(audit),
    }
    port = free_port()
    with (
        server_process(tmp_path / "log", settings) as server,
        running(proxy(tmp_path, port, server.port), port),  # type: ignore[call-arg, arg-type]
    ):
        server.wait_until_ready()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(
            "POST",
            "/api/query",
            body=json.dumps({"question": "How much is the membership a year?", "stream": True}),
            headers={
                "Host": "pagewise.example.org",
                "Authorization": f"Bearer {TOKEN}",
                "Content-Type": "application/json",
                "Accept": "text/event-stream",
            },
        )
        response = connection.getresponse()
        assert (response.status, response.getheader("Content-Type", "").partition(";")[0]) == (200, "text/event-stream")
        assert b"event: done" in response.read()
        connection.close()
    assert {json.loads(line)["address"] for line in audit.read_text().splitlines()} == {"127.0.0.1"}
