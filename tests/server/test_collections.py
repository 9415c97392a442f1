"""Several collections in one server: each its own documents, answers and tokens, and none ever tells of another."""

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import create_app
from server.bootstrap import build_services
from server.commands.doctor import findings
from server.http.services import Services
from server.retrieval.shared_models import SharedModels
from server.settings import ApiToken, BadSettings, ServerSettings
from storage.settings import StorageSettings

QUESTION = "How much is the deposit for a key?"
ROOT = Path(__file__).parents[2]
SECRETS = {"handbook": "zulkoria", "papers": "marvenda", "合同": "quintaxo"}
"""A word that stands in the documents of one collection alone."""

ALL, ONE, TWO, READER = (f"{name}-{'x' * 24}" for name in ("all", "one", "two", "reader"))
TOKENS = f"all:admin:{ALL},one:ask@papers+upload@papers:{ONE},two:ask@handbook+read@合同:{TWO},r:read@合同:{READER}"
MAY: dict[str, dict[str, set[str]]] = {
    ALL: {name: {"read", "ask", "upload", "admin"} for name in SECRETS},
    ONE: {"papers": {"read", "ask", "upload"}},
    TWO: {"handbook": {"read", "ask"}, "合同": {"read"}},
    READER: {"合同": {"read"}},
}
SEED = int(os.environ.get("COLLECTION_SEED", "20261127"))
CALLS = int(os.environ.get("COLLECTION_CALLS", "200"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three folders with a file of the same name in each, indexed by one run of the job."""
    place = tmp_path_factory.mktemp("collections")
    for number, (name, secret) in enumerate(SECRETS.items(), 1):
        folder = place / name
        folder.mkdir()
        (folder / "guide.md").write_text(
            f"# Guide to {secret}\n\nThe deposit for a key is {number}01 crowns.\n\n"
            f"It is paid to {secret}, who keeps the keys for {number} weeks.\n",
            encoding="utf-8",
        )
        (folder / f"{secret}.txt").write_text(f"The parrot is called {secret}.\n", encoding="utf-8")
    done = job(place)
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def environment(place: Path, **more: str) -> dict[str, str]:
    named = ",".join(f"{name}={place / name}" for name in SECRETS)
    return {"COLLECTIONS": named, "INDEX_DIR": str(place / "index"), "EMBED_MODEL": "packaged", **more}


def job(place: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "indexing", *arguments],
        cwd=ROOT,
        env=os.environ | environment(place, **more),
        capture_output=True,
        text=True,
    )


@dataclass
class Shelf:
    """A server over the three of them, with four tokens."""

    application: Flask
    services: Services
    answers: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in SECRETS})

    @property
    def client(self) -> FlaskClient:
        return self.application.test_client()


@pytest.fixture(scope="module")
def shelf(folders: Path) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folders).items():
            patch.setenv(name, value)
        settings = ServerSettings(api_tokens=TOKENS, rate_limit_per_minute=0, question_limit_per_minute=0)  # type: ignore[arg-type]
        services = build_services(settings, StorageSettings())
    services.load()
    for each in (services, *services.others):
        assert each.index.wait_until_opened(60)
    yield Shelf(create_app(services), services)
    services.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def secrets_in(text: str) -> set[str]:
    return {name for name, secret in SECRETS.items() if secret in text.casefold()}


def test_the_job_takes_each_collection_in_turn_or_the_one_that_is_named(folders: Path) -> None:
    all_of_them = job(folders, "--report").stdout
    assert [name for name in SECRETS if f"Collection {name}:" in all_of_them] == list(SECRETS)
    assert secrets_in(job(folders, "--report", COLLECTION="papers").stdout) <= {"papers"}
    assert job(folders, "--verify").returncode == 0
    assert (folders / "index/collections/papers/CURRENT").is_file()


def test_what_is_for_one_collection_alone_asks_for_its_name(folders: Path) -> None:
    asked = job(folders, "--rollback")
    assert (asked.returncode, asked.stderr.strip()) == (
        2,
        "For which collection? Say COLLECTION=name; there are handbook, papers, 合同.",
    )
    unknown = job(folders, "--report", COLLECTION="novels")
    assert unknown.returncode == 2
    assert "COLLECTION=novels: there is no such collection; there are handbook, papers, 合同" in unknown.stderr


def test_one_question_on_the_terminal_goes_to_the_collection_that_is_named(folders: Path) -> None:
    def answer(**more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "server", "ask", QUESTION],
            cwd=ROOT,
            env=os.environ | environment(folders, **more),
            capture_output=True,
            text=True,
        )
        return done.stdout

    assert "101 crowns" in answer()
    assert "201 crowns" in answer(COLLECTION="papers")


def test_one_embedding_model_is_in_memory(shelf: Shelf) -> None:
    models = set()
    for each in (shelf.services, *shelf.services.others):
        with each.index.acquire() as index:
            models.add(id(index.embed_model))
    assert len(models) == 1


@pytest.mark.parametrize("prefix", ["/collections/{}/api", "/api/collections/{}"])
@pytest.mark.parametrize("name", SECRETS)
def test_each_answers_from_its_own_documents_under_both_addresses(shelf: Shelf, prefix: str, name: str) -> None:
    path = prefix.format(quote(name))
    sent = {"question": QUESTION}
    response = shelf.client.post(f"{path}/query", json=sent, headers=bearer(ALL)).get_json()
    assert f"{list(SECRETS).index(name) + 1}01 crowns" in response["answer"]
    url = response["sources"][0]["url"]
    assert url.startswith(f"/collections/{quote(name)}/documents/guide.md?")
    assert secrets_in(shelf.client.get(url, headers=bearer(ALL)).get_data(as_text=True)) == {name}


def test_the_first_is_meant_where_none_is_named(shelf: Shelf) -> None:
    response = shelf.client.post("/api/query", json={"question": QUESTION}, headers=bearer(ALL))
    assert "101 crowns" in response.get_json()["answer"]


def test_whoever_may_read_is_told_which_there_are(shelf: Shelf) -> None:
    def told(token: str) -> tuple[list[str], list[str]]:
        named = shelf.client.get("/api/collections", headers=bearer(token)).get_json()["collections"]
        models = shelf.client.get("/v1/models", headers=bearer(token)).get_json()["data"]
        return [each["name"] for each in named], [each["id"] for each in models]

    assert told(ONE) == (["papers"], ["pagewise/papers", "pagewise-reasoner/papers"])
    names, models = told(ALL)
    assert names == list(SECRETS)
    assert {"pagewise", "pagewise/handbook", "pagewise/papers", "pagewise/合同"} <= set(models)
    found = shelf.client.get("/v1/models/pagewise%2Fpapers", headers=bearer(ONE)).get_json()
    assert found["id"] == "pagewise/papers"


def test_a_collection_is_chosen_on_the_form_and_kept_in_the_address(shelf: Shelf) -> None:
    client = shelf.client
    page = client.get("/collections/papers/", headers=bearer(ALL)).get_data(as_text=True)
    assert '<option value="papers" data-address="/collections/papers/" selected>' in page
    assert 'action="/collections/papers/ask"' in page
    sent = {"question": QUESTION, "collection": "papers"}
    moved = client.post("/ask", data=sent, headers=bearer(ALL))
    assert (moved.status_code, moved.headers["Location"]) == (307, "/collections/papers/ask")
    answered = client.post(moved.headers["Location"], data=sent, headers=bearer(ALL), follow_redirects=True)
    assert answered.request.path.startswith("/collections/papers/answers/")
    assert "201 crowns" in answered.get_data(as_text=True)
    assert f'href="{answered.request.path}?open=1#sentence"' in answered.get_data(as_text=True)
    found = client.get("/find?question=deposit&collection=papers", headers=bearer(ALL), follow_redirects=True)
    assert secrets_in(found.get_data(as_text=True)) == {"papers"}
    assert "collection" not in client.get("/collections/papers/", headers=bearer(ONE)).get_data(as_text=True).split(
        "</header>"
    )[1].split("<footer")[0].replace("/collections/papers", "")


def test_who_may_read_another_collection_alone_is_led_there(shelf: Shelf) -> None:
    response = shelf.client.get("/", headers=bearer(ONE))
    assert (response.status_code, response.headers["Location"]) == (303, "/collections/papers/")
    refused = shelf.client.get("/documents", headers=bearer(ONE) | {"Accept-Language": "en"})
    assert refused.status_code == 403


def test_what_is_sent_to_one_collection_lies_in_its_folder(tmp_path: Path) -> None:
    for name in SECRETS:
        (tmp_path / name).mkdir()
    written = environment(tmp_path)["COLLECTIONS"]
    storage = StorageSettings(written_collections=written, index_dir=tmp_path / "index")
    services = build_services(ServerSettings(api_tokens=TOKENS), storage)  # type: ignore[arg-type]
    others = [replace(each, reindexing=None) for each in services.others]
    client = create_app(replace(services, reindexing=None, others=others)).test_client()

    def send(path: str, token: str) -> int:
        sent = {"file": (io.BytesIO(b"# New\n"), "new.md")}
        return client.post(path, data=sent, headers=bearer(token)).status_code

    assert send("/api/documents", ONE) == 403
    assert send("/api/collections/handbook/documents", ONE) == 403
    assert send("/api/collections/papers/documents", TWO) == 403
    assert send("/api/collections/papers/documents", ONE) == 200
    assert [path.parent.name for path in tmp_path.rglob("new.md")] == ["papers"]
    services.close()


def test_a_scope_in_one_collection_does_not_open_what_is_the_servers(shelf: Shelf, folders: Path) -> None:
    settings = ServerSettings(api_tokens=f"p:admin@papers:{ONE}")  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folders).items():
            patch.setenv(name, value)
        services = build_services(settings, StorageSettings())
    client = create_app(services).test_client()
    assert client.get("/collections/papers/settings", headers=bearer(ONE)).status_code == 403
    assert client.get("/collections/papers/documents", headers=bearer(ONE)).status_code == 200
    services.close()


# --- No passage ever crosses -------------------------------------------------------------------------------------

Call = Callable[[FlaskClient, str, str, random.Random, Shelf], TestResponse]


def at(collection: str, path: str, chance: random.Random) -> str:
    """One of the addresses of a path in a collection."""
    prefix = f"/collections/{quote(collection)}"
    if path.startswith("/api/") and chance.random() < 0.5:
        return f"/api{prefix}{path.removeprefix('/api')}"
    if collection == next(iter(SECRETS)) and chance.random() < 0.3:
        return path
    return prefix + path


def getting(path: str) -> Call:
    def call(client: FlaskClient, token: str, collection: str, chance: random.Random, _: Shelf) -> TestResponse:
        headers = bearer(token) | {"Accept": "text/html"}
        return client.get(at(collection, path, chance), headers=headers, buffered=True)

    return call


def posting(path: str, **sent: Any) -> Call:
    def call(client: FlaskClient, token: str, collection: str, chance: random.Random, _: Shelf) -> TestResponse:
        return client.post(at(collection, path, chance), json=sent, headers=bearer(token))

    return call


def by_model(path: str, **sent: Any) -> Call:
    def call(client: FlaskClient, token: str, collection: str, chance: random.Random, _: Shelf) -> TestResponse:
        if chance.random() < 0.5:
            return client.post(path, json=sent | {"model": f"pagewise/{collection}"}, headers=bearer(token))
        return client.post(at(collection, path, chance), json=sent | {"model": "pagewise"}, headers=bearer(token))

    return call


def by_tool(name: str, **arguments: Any) -> Call:
    def call(client: FlaskClient, token: str, collection: str, chance: random.Random, _: Shelf) -> TestResponse:
        path, sent = at(collection, "/mcp", chance), arguments
        if chance.random() < 0.5:
            path, sent = "/mcp", arguments | {"collection": collection}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": sent}}
        accept = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
        return client.post(path, json=message, headers=bearer(token) | accept, buffered=True)

    return call


def asking_on_the_form(
    client: FlaskClient, token: str, collection: str, chance: random.Random, shelf: Shelf
) -> TestResponse:
    sent = {"question": QUESTION, "follows": any_answer(chance, shelf), "collection": collection}
    response = client.post(at(collection, "/ask", chance), data=sent, headers=bearer(token), follow_redirects=True)
    if response.status_code == 200 and "/answers/" in response.request.path:
        shelf.answers[collection].append(response.request.path.rpartition("/")[2])
    return response


def kept_answer(form: str) -> Call:
    def call(client: FlaskClient, token: str, collection: str, chance: random.Random, shelf: Shelf) -> TestResponse:
        path = f"/answers/{any_answer(chance, shelf)}{form}"
        return client.get(at(collection, path, chance), headers=bearer(token), buffered=True)

    return call


def any_answer(chance: random.Random, shelf: Shelf) -> str:
    """The id of an answer of whichever collection."""
    return chance.choice([each for kept in shelf.answers.values() for each in kept] or ["none"])


CALLS_OF_ALL_KINDS: list[Call] = [
    *map(getting, ("/", "/documents", "/history", "/find?q=parrot", "/documents/guide.md?page=1", "/questions")),
    *map(getting, ("/api/status", "/api/documents", "/api/answers", "/api/openapi.json", "/metrics", "/readyz")),
    *(getting(f"/documents/{secret}.txt?page=1") for secret in SECRETS.values()),
    *(getting(f"/files/{secret}.txt") for secret in SECRETS.values()),
    posting("/api/query", question=QUESTION),
    posting("/api/query", question=QUESTION, stream=True),
    posting("/api/query", question="What is the parrot called?", documents=["*.txt"]),
    posting("/api/retrieve", question="parrot", k=50),
    by_model("/v1/chat/completions", messages=[{"role": "user", "content": QUESTION}]),
    by_model("/v1/chat/completions", messages=[{"role": "user", "content": QUESTION}], stream=True),
    by_model("/v1/completions", prompt=QUESTION),
    by_model("/v1/responses", input=QUESTION),
    by_tool("search", question="parrot"),
    by_tool("ask", question=QUESTION),
    by_tool("list_documents"),
    by_tool("read_page", document="guide.md", page=1),
    asking_on_the_form,
    *map(kept_answer, ("", ".json", ".md", ".html", ".zip", "?open=1")),
]


def test_no_passage_ever_crosses(shelf: Shelf) -> None:
    """Random calls of all kinds, by all tokens, for all collections: what comes back is of the one that was asked."""
    chance = random.Random(SEED)
    shelf.client.post("/collections/papers/ask", data={"question": QUESTION}, headers=bearer(ALL))
    told, refused = 0, 0
    for number in range(CALLS):
        call, token = chance.choice(CALLS_OF_ALL_KINDS), chance.choice(list(MAY))
        collection = chance.choice(list(SECRETS))
        response = call(shelf.client, token, collection, chance, shelf)
        found = secrets_in(plain(response))
        may = MAY[token].get(collection, set())
        asked = response.request.path, token, collection, number
        # a path that names a file is repeated in the sentence that there is none, or that it may not be read
        repeated = secrets_in(response.request.path) if response.status_code >= 400 else set()
        assert found <= repeated | ({collection} if may else set()), asked
        if not may and "/readyz" not in response.request.path:
            assert response.status_code in (401, 403, 404) or is_tool_error(response) or is_elsewhere(response), asked
        told += bool(found)
        refused += response.status_code in (403, 404)
    assert told > CALLS / 6
    assert refused > CALLS / 6


def plain(response: TestResponse) -> str:
    """What a reader finds in it, whatever it is written in."""
    body = response.get_data()
    if response.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(body)) as pack:
            return "\n".join(pack.read(name).decode("utf-8", "replace") for name in pack.namelist())
    return body.decode("utf-8", "replace") + response.headers.get("Location", "")


def is_tool_error(response: TestResponse) -> bool:
    lines = response.get_data(as_text=True).splitlines()
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")] or lines
    return any('"isError":true' in line.replace(" ", "") for line in data)


def is_elsewhere(response: TestResponse) -> bool:
    return response.status_code == 303 and response.headers["Location"].startswith("/collections/")


def call_of(client: FlaskClient, path: str, token: str, method: str, **parameters: Any) -> TestResponse:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    accept = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    return client.post(path, json=message, headers=bearer(token) | accept, buffered=True)


@pytest.mark.parametrize("path", ["/mcp", "/collections/papers/mcp"])
def test_links_that_agents_get_lead_to_the_page(shelf: Shelf, path: str) -> None:
    arguments = {"question": "What is the parrot called?", "collection": "papers"}
    response = call_of(shelf.client, path, ONE, "tools/call", name="search", arguments=arguments)
    links = set(re.findall(r"http://localhost(/[^\s\"\\\\]+)", response.get_data(as_text=True)))
    assert links
    for link in links:
        assert link.startswith("/collections/papers/documents/")
        assert shelf.client.get(link, headers=bearer(ONE)).status_code == 200


def test_an_agent_may_begin_at_the_common_address(shelf: Shelf) -> None:
    assert call_of(shelf.client, "/mcp", ONE, "tools/list").status_code == 200
    assert call_of(shelf.client, "/mcp", ONE, "resources/list").status_code == 403


@pytest.mark.parametrize("path", ["/documents", "/collections/handbook/history", "/nowhere", "/find?q=x"])
def test_a_page_that_is_refused_says_nothing_of_the_collection(shelf: Shelf, path: str) -> None:
    response = shelf.client.get(path, headers=bearer(ONE) | {"Accept": "text/html"})
    page = response.get_data(as_text=True)
    assert response.status_code in (403, 404)
    assert "passages" not in page
    assert "indexed" not in page


def test_an_address_without_its_last_slash_leads_on_too(shelf: Shelf) -> None:
    assert shelf.client.get("/collections/papers", headers=bearer(ALL)).status_code == 200
    moved = shelf.client.get("/?q=keys", headers=bearer(ONE))
    assert moved.headers["Location"] == "/collections/papers/?q=keys"
    assert shelf.client.post("/sign-out", headers=bearer(ONE)).status_code == 303
    assert shelf.client.get("/v1/models/pagewise", headers=bearer(ONE)).status_code == 404


# --- Settings ----------------------------------------------------------------------------------------------------


def test_a_folder_of_folders_names_its_collections(tmp_path: Path) -> None:
    """And never takes the index for one, which holds names and questions of all of them."""
    for name in ("Hand Book", "papers", ".hidden", "index"):
        (tmp_path / name).mkdir()
    settings = StorageSettings(written_collections=str(tmp_path), index_dir=tmp_path / "index")
    assert [(each.name, each.documents_dir.name) for each in settings.collections] == [
        ("hand-book", "Hand Book"),
        ("papers", "papers"),
    ]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("a=/x,a=/y", "two collections are called a"),
        ("a b=/x", '"a b" is no name for a collection'),
        ("../x=/x", "is no name for a collection"),
        ("a=/x,papers", '"papers" must be a name and a folder: name=folder'),
        ("a=.", "INDEX_DIR and the folder of a lie in one another"),
        ("/nowhere", "must be name=folder, separated by commas, or a folder of folders"),
    ],
)
def test_a_wrong_setting_is_told(written: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="COLLECTIONS") as caught:
        StorageSettings(written_collections=written)
    assert sentence in str(caught.value)


def test_a_token_or_a_budget_for_a_collection_that_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    storage = StorageSettings(written_collections=f"papers={tmp_path / 'a'}", index_dir=tmp_path / "index")
    for settings, named in (
        (ServerSettings(api_tokens=f"a:ask@novels:{ONE}"), "API_TOKENS"),  # type: ignore[arg-type]
        (ServerSettings(collection_token_budgets="novels=5"), "COLLECTION_TOKEN_BUDGETS"),
    ):
        with pytest.raises(BadSettings) as caught:
            build_services(settings, storage)
        assert f"{named}: there is no collection novels; COLLECTIONS has papers" in str(caught.value)


def test_each_has_a_budget_of_its_own(tmp_path: Path) -> None:
    written = f"handbook={tmp_path / 'a'},papers={tmp_path / 'b'}"
    settings = ServerSettings(daily_token_budget=1000, collection_token_budgets="papers=50")
    services = build_services(settings, StorageSettings(written_collections=written, index_dir=tmp_path / "index"))
    budgets = {each.collection: each.settings.daily_token_budget for each in (services, *services.others)}
    assert budgets == {"handbook": 1000, "papers": 50}
    services.close()


def test_the_scopes_of_a_token_are_read_with_their_collections() -> None:
    (token,) = ServerSettings(api_tokens=f"x:read+ask@Papers+upload@papers:{ONE}").tokens  # type: ignore[arg-type]
    assert isinstance(token, ApiToken)
    assert token.scopes_in("handbook") == {"read"}
    assert token.scopes_in("papers") == {"read", "ask", "upload"}


def test_commands_and_doctor_have_the_budget_of_the_collection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in environment(tmp_path, DAILY_TOKEN_BUDGET="1000", COLLECTION_TOKEN_BUDGETS="papers=50").items():
        monkeypatch.setenv(name, value)
    papers = StorageSettings().collections[1]
    assert ServerSettings().of_collection(papers).daily_token_budget == 50
    monkeypatch.setenv("API_TOKENS", f"n:ask@novels:{ONE}")
    assert any("there is no collection novels" in finding.found for finding in findings())


def test_a_model_that_loads_keeps_nobody_from_another() -> None:
    is_loading, may_end = threading.Event(), threading.Event()

    class Model:
        """Anything that can be held weakly."""

    def load(recorded: Any, _device: str) -> Model:
        if recorded.fingerprint == "slow":
            is_loading.set()
            assert may_end.wait(30)
        return Model()

    models = SharedModels(load)
    slow = threading.Thread(target=models, args=(SimpleNamespace(fingerprint="slow"), "cpu"))
    slow.start()
    assert is_loading.wait(30)
    quick: Any = SimpleNamespace(fingerprint="quick")
    held = models(quick, "cpu")
    assert models(quick, "cpu") is held
    may_end.set()
    slow.join()


def test_one_collection_that_fails_is_told_and_the_others_are_served(tmp_path: Path) -> None:
    (tmp_path / "handbook").mkdir()
    (tmp_path / "handbook" / "a.txt").write_text("The share costs 60 euros.\n", encoding="utf-8")
    (tmp_path / "papers").mkdir()
    done = job(tmp_path)  # one read, one empty, one that is not there
    assert done.returncode == 1
    assert "Collection papers ended with exit code 6." in done.stderr
    assert "Collection 合同 ended with exit code 2." in done.stderr


def test_a_run_over_all_of_them_ends_with_its_first_signal(folders: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "indexing", "--repair"],
        cwd=ROOT,
        env=os.environ | environment(folders),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert started.stdout is not None
    assert "handbook" in started.stdout.readline()
    time.sleep(1)
    started.send_signal(signal.SIGINT)
    rest = started.stdout.read()
    assert started.wait(60) == 130
    assert "papers" not in rest
    started.stdout.close()


def test_programs_without_collections_find_none(tmp_path: Path) -> None:
    services = build_services(ServerSettings(), StorageSettings(index_dir=tmp_path / "index"))
    client = create_app(services).test_client()
    assert client.get("/api/collections").get_json() == {"collections": []}
    assert client.get("/collections/papers/").status_code == 404
    assert json.loads(client.get("/v1/models").data)["data"][0]["id"] == "pagewise"
    services.close()
