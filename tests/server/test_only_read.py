"""A server whose index comes from elsewhere and lies on a disk that it can only read: it answers, swaps, says so."""

import json
import re
import shutil
import time
from pathlib import Path
from urllib.parse import urlencode

from storage.generations.published import current_name, generations_directory
from storage.generations.shipping import publish_to
from storage.server_state.own_questions import OwnQuestion, change_own_questions
from tests.server.question_load import Republisher
from tests.server.server_process import ServerProcess, server_process
from tests.server.test_several_servers import TOKEN, Reply, place_of, send
from tests.storage.damage import mounted_to_be_read

_WAIT_SECONDS = 60
_QUESTION = "How much is the cooperative share that every member buys?"
_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
_FORM = {**_TOKEN, "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


def ask(server: ServerProcess) -> dict[str, str]:
    headers = {**_TOKEN, "Content-Type": "application/json"}
    reply = send(server.port, "POST", "/api/query", json.dumps({"question": _QUESTION, "stream": False}), headers)
    assert reply.status == 200, reply
    found: dict[str, str] = json.loads(reply.body)
    assert "60 euros" in found["answer"]
    return found["index"]  # type: ignore[return-value]


def wait_for(server: ServerProcess, generation: str | None) -> None:
    ends = time.monotonic() + _WAIT_SECONDS
    while ask(server)["generation"] != generation:
        assert time.monotonic() < ends
        time.sleep(0.1)


def form(server: ServerProcess, path: str, **fields: str) -> Reply:
    return send(server.port, "POST", path, urlencode(fields), _FORM)


def test_a_server_on_a_disk_that_can_only_be_read_answers_and_follows_what_is_published_there(
    index_dir: Path, tmp_path: Path
) -> None:
    here = shutil.copytree(index_dir, tmp_path / "here")
    republisher, place = Republisher(here, tmp_path / "aside"), tmp_path / "shared"
    publish_to(here, str(place))
    change_own_questions(place, lambda _: [OwnQuestion("q1", _QUESTION)])
    with mounted_to_be_read(place, tmp_path / "mounted") as mounted:
        settings = {
            "INDEX_DIR": str(mounted),
            "STATE_URL": f"sqlite:///{tmp_path}/state.db",
            "API_TOKENS": f"anna:{TOKEN}",
            "ALLOW_UPLOADS": "1",
        }
        with server_process(tmp_path / "log", settings) as server:
            server.wait_until_ready()
            assert json.loads(send(server.port, "GET", "/readyz").body)["notice"] is None
            wait_for(server, current_name(place))
            address = place_of(form(server, "/ask", question=_QUESTION))
            assert [send(server.port, "GET", f"{address}{end}", None, _FORM).status for end in ("", ".json")] == [
                200,
                200,
            ]
            republisher.publish()
            publish_to(here, str(place))
            wait_for(server, current_name(here))
            assert "60 euros" in send(server.port, "GET", address, None, _FORM).body, "kept over the swap"
            documents = send(server.port, "GET", "/documents", None, _FORM)
            assert not re.search(r"<button[^>]*>\s*Index now", documents.body)
            refused = [form(server, "/reindex"), form(server, "/questions", deed="accept_all")]
            assert [each.status for each in refused] == [403, 503]
            assert all("only reads the folder of its index" in each.body for each in refused)
        assert "Traceback" not in (tmp_path / "log").read_text()


def test_several_generations_may_be_published_while_a_server_reads_an_old_one(index_dir: Path, tmp_path: Path) -> None:
    """The two before the one that answers are kept there, so that who reads them may end in peace."""
    here = shutil.copytree(index_dir, tmp_path / "here")
    republisher, place = Republisher(here, tmp_path / "aside"), tmp_path / "shared"
    published = []
    for _ in range(4):
        published.append(republisher.publish())
        publish_to(here, str(place))
    kept = sorted(each.name for each in generations_directory(place).iterdir())
    assert kept == published[-3:]
