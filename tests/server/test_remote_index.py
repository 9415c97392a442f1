"""An index whose model is on an embedding server and whose vectors are on a Chroma server, from job to answer."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from indexing.__main__ import main
from indexing.console import NOTHING_PUBLISHED, WELL
from server import create_app
from server.__main__ import main as serve_or_ask
from server.bootstrap import build_answer_service, build_services
from server.commands.doctor import findings, line
from server.retrieval.index_holder import IndexHolder
from server.settings import ServerSettings
from storage.embedding.loading import load_recorded_model
from storage.generations.drafts import collection_prefix
from storage.servers import ServerAddress, ServerUnavailable
from storage.settings import StorageSettings
from storage.vectors.remote import remove_served_vectors, served_collections
from tests.chroma_process import ChromaProcess
from tests.fake_embeddings import FakeEmbeddings
from tests.indexing.workshop import TEXTS, Workshop

KEY = "sk-canary-0123456789abcdef"
ROOT = Path(__file__).parents[2]


class RemoteWorkshop(Workshop):
    """A workshop with servers, and a server of its own that answers from its index."""

    embeddings: FakeEmbeddings
    chroma: ServerAddress

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "EMBED_URL": self.embeddings.url,
            "EMBED_API_KEY": KEY,
            "EMBED_MODEL": "hashes",
            "CHROMA_URL": self.chroma.url,
        }

    def index(self) -> int:
        """Run the job as the command line does; its exit code."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment().items():
                patch.setenv(name, value)
            return main([])

    def collections(self) -> list[str]:
        """This index's collections on the server, by generation."""
        prefix = collection_prefix(self.index_dir)
        return sorted(name.removeprefix(prefix) for name in served_collections(self.chroma, prefix))

    def holder(self) -> IndexHolder:
        """Looks only when it is told to; close it."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment().items():
                patch.setenv(name, value)
            storage = StorageSettings()
        load = partial(load_recorded_model, server=storage.embedding_server)
        return IndexHolder(self.index_dir, chroma=storage.chroma_server, check_seconds=0.0, load_model=load)


@pytest.fixture
def shop(tmp_path: Path, chroma_process: ChromaProcess) -> Iterator[RemoteWorkshop]:
    made = RemoteWorkshop(tmp_path / "documents", tmp_path / "index", load_model=None)
    made.chroma = ServerAddress(chroma_process.url)
    for path, text in TEXTS.items():
        made.write(path, text)
    with FakeEmbeddings(key=KEY) as made.embeddings:
        yield made


@pytest.fixture
def index(shop: RemoteWorkshop) -> Iterator[IndexHolder]:
    with closing(shop.holder()) as holder:
        yield holder


@pytest.fixture
def client(shop: RemoteWorkshop, index: IndexHolder) -> Iterator[FlaskClient]:
    built = build_services(ServerSettings(), StorageSettings(index_dir=shop.index_dir))
    with closing(build_answer_service(ServerSettings(), index)) as service:
        services = replace(built, index=index, reindexing=None, answering=lambda: service)
        yield create_app(services).test_client()


def retrieved(client: FlaskClient, question: str) -> list[str]:
    """The documents of the passages, best first."""
    reply = client.post("/api/retrieve", json={"question": question})
    assert reply.status_code == 200, reply.text
    return [passage["document"] for passage in reply.get_json()["passages"]]


def test_an_index_on_servers_is_built_asked_changed_and_swapped(
    shop: RemoteWorkshop, index: IndexHolder, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    assert shop.index() == WELL
    assert "hashes is asked at 127.0.0.1" in caplog.text
    index.refresh()
    assert retrieved(client, "Where does the Danube flow?")[0] == "rivers.md"
    assert not (shop.index_dir / "generations" / "0001" / "chroma").exists()

    embedded = len(shop.embeddings.texts)
    shop.write("rivers.md", "# Rivers\n\nThe Rhine flows into the North Sea.\n")
    (shop.documents / "sub" / "stars.txt").unlink()
    assert shop.index() == WELL
    index.refresh()
    assert retrieved(client, "Where does the Rhine flow?")[0] == "rivers.md"
    assert "sub/stars.txt" not in retrieved(client, "Which spectral type is the Sun?")
    new = [text for text in shop.embeddings.texts[embedded:] if "Apples" in text]
    assert new == []  # what did not change is taken from the cache
    shop.write("new.txt", "Bees make honey.")
    assert shop.index() == WELL
    assert shop.collections() == ["0001", "0002", "0003"]
    assert KEY not in caplog.text


def test_a_run_with_nothing_to_do_needs_neither_embeddings_nor_chromas_client(shop: RemoteWorkshop) -> None:
    assert shop.index() == WELL
    program = (
        "import sys; from indexing.__main__ import main; code = main([]);"
        "heavy = {'torch', 'chromadb', 'llama_index'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    asked = len(shop.embeddings.paths)
    environment = os.environ | shop.environment()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(shop.embeddings.paths) == asked


@pytest.mark.faults("S1")
def test_a_killed_job_leaves_no_collection_after_the_next_run(shop: RemoteWorkshop) -> None:
    environment = os.environ | shop.environment() | {"PAGEWISE_FAILPOINT": "vectors.written"}
    killed = subprocess.run(
        [sys.executable, "-m", "indexing"], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert (killed.returncode, shop.generation, shop.collections()) == (-signal.SIGKILL, None, ["0001"])
    embedded = len(shop.embeddings.texts)
    assert shop.index() == WELL
    assert (shop.generation, shop.collections(), shop.leftovers()) == ("0001", ["0001"], [])
    again = [text for text in shop.embeddings.texts[embedded:] if any(word in text for word in ("Apples", "Danube"))]
    assert again == []


def test_the_server_says_that_a_server_is_away_and_answers_again_when_it_is_back(
    shop: RemoteWorkshop, index: IndexHolder, client: FlaskClient, chroma_process: ChromaProcess
) -> None:
    assert shop.index() == WELL
    index.refresh()
    assert retrieved(client, "Where does the Danube flow?")
    chroma_process.stop()
    try:
        reply = client.post("/api/retrieve", json={"question": "Which lake is deep?"})
        assert (reply.status_code, "cannot be reached" in reply.get_json()["detail"]) == (503, True)
        index.refresh()
        ready = client.get("/readyz")
        assert (ready.status_code, "check CHROMA_URL" in ready.text) == (503, True)
        assert client.post("/api/retrieve", json={"question": "Which lake?"}).status_code == 503
        assert shop.index() == NOTHING_PUBLISHED
    finally:
        chroma_process.start()
    index.refresh()
    assert client.get("/readyz").status_code == 200
    assert retrieved(client, "Which lake is deep?")[0] == "rivers.md"


def test_a_failing_embedding_server_is_a_sentence_not_a_lexical_answer(
    shop: RemoteWorkshop, index: IndexHolder, client: FlaskClient
) -> None:
    assert shop.index() == WELL
    index.refresh()
    assert retrieved(client, "Where does the Danube flow?")
    shop.embeddings.key = "changed"
    reply = client.post("/api/retrieve", json={"question": "Which lake is deep?"})
    assert (reply.status_code, "check EMBED_API_KEY" in reply.get_json()["detail"]) == (503, True)
    index.refresh()
    assert client.get("/readyz").status_code == 503
    shop.embeddings.key = KEY
    index.refresh()
    assert retrieved(client, "Which lake is deep?")[0] == "rivers.md"


def test_another_model_under_the_same_name_is_noticed_by_job_and_server(
    shop: RemoteWorkshop, index: IndexHolder, capfd: pytest.CaptureFixture[str]
) -> None:
    assert shop.index() == WELL
    shop.embeddings.seed = 1
    index.refresh()
    assert "gives other vectors than the index holds" in (index.state().reason or "")
    shop.write("new.txt", "Bees make honey.")
    assert shop.index() == NOTHING_PUBLISHED
    assert "gives other vectors for hashes" in capfd.readouterr().err
    shop.embeddings.seed = 0
    index.refresh()
    assert index.state().ready


def test_vectors_that_vanished_from_the_server_are_written_anew(shop: RemoteWorkshop, index: IndexHolder) -> None:
    assert shop.index() == WELL
    index.refresh()
    remove_served_vectors(shop.chroma, [collection_prefix(shop.index_dir) + "0001"])
    index.refresh()
    assert "run make repair" in (index.state().reason or "")
    embedded = [text for text in shop.embeddings.texts if "Apples" in text]
    assert shop.index() == WELL
    index.refresh()
    assert (shop.generation, index.state().ready) == ("0002", True)
    assert [text for text in shop.embeddings.texts if "Apples" in text] == embedded


def test_vectors_move_to_the_server_and_back_without_being_computed_again(shop: RemoteWorkshop) -> None:
    served: dict[str, Any] = {"embed_url": shop.embeddings.url, "embed_model": "hashes", "embed_api_key": KEY}
    assert shop.run(**served).published
    embedded = len(shop.embeddings.texts)
    moved = shop.run(**served, chroma_url=shop.chroma.url)
    assert (moved.published, moved.embedded, shop.collections()) == (True, 0, ["0002"])
    assert any("move from this machine to the Chroma server" in sentence for sentence in shop.progress.said)
    back = shop.run(**served)
    assert (back.published, back.embedded) == (True, 0)
    assert any("CHROMA_URL is not set" in sentence for sentence in shop.progress.said)
    assert {text for text in shop.embeddings.texts[embedded:] if "Apples" in text} == set()


def test_the_doctor_has_a_line_for_each_server(shop: RemoteWorkshop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop.index() == WELL
    for name, value in shop.environment().items():
        monkeypatch.setenv(name, value)
    found = {finding.subject: finding for finding in findings()}
    wrong = [line(finding) for finding in found.values() if finding.is_well is False]
    assert wrong == []
    assert "answers at /v1/embeddings: hashes, 64 dimensions" in found["embeddings"].found
    assert "127.0.0.1" in found["Chroma server"].found

    monkeypatch.setenv("EMBED_API_KEY", "wrong-key")
    monkeypatch.setenv("CHROMA_URL", "http://127.0.0.1:9")
    found = {finding.subject: finding for finding in findings()}
    assert line(found["embeddings"]).startswith("✗ ")
    assert line(found["embeddings"]).endswith(" → Check EMBED_API_KEY.")
    assert line(found["Chroma server"]).endswith(" → See that it runs and check CHROMA_URL.")
    assert line(found["Chroma server"], "zh").endswith(" → 请确认它正在运行并检查 CHROMA_URL。")
    assert found["index"].is_well is False
    assert "wrong-key" not in "".join(map(line, found.values()))


@pytest.mark.faults("X18")
@pytest.mark.parametrize("command", [[], ["ask", "Where?"]], ids=["serve", "ask"])
def test_an_address_that_cannot_be_shown_is_refused_and_no_key_with_it(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBED_API_KEY", KEY)
    monkeypatch.setenv("CHROMA_URL", "http://user:secret-word@host")
    assert serve_or_ask(command) == 2
    printed = "".join(capfd.readouterr())
    assert "CHROMA_URL must not hold a password" in printed
    assert [word for word in (KEY, "secret-word") if word in printed] == []
    with pytest.raises(ValidationError) as caught:
        StorageSettings()
    assert [word for word in (KEY, "secret-word") if word in str(caught.value)] == []


def test_a_rejected_key_publishes_nothing(shop: RemoteWorkshop) -> None:
    with pytest.raises(ServerUnavailable, match="rejects the key"):
        shop.run(embed_url=shop.embeddings.url, embed_model="hashes", embed_api_key="wrong")
    assert shop.generation is None
