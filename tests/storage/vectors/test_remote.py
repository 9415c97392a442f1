"""A generation's vectors on a Chroma server: the contract of a collection, and what publishing and pruning leave."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from pydantic import SecretStr

from storage.caches.embeddings import unit_rows
from storage.generations.drafts import begin_draft, collection_prefix, discard, remove_leftovers
from storage.generations.published import DamagedGeneration, open_generation
from storage.generations.publishing import prune, publish
from storage.generations.verification import VerificationFailed, problems_of, verify_in_fresh_process
from storage.servers import ServerAddress, ServerUnavailable
from storage.vectors.collection import InvalidVector
from storage.vectors.remote import (
    ServedCollection,
    create_served_vectors,
    open_served_vectors,
    remove_served_vectors,
    served_collections,
)
from storage.vectors.remote_server import NoSuchCollection, check_server, count_vectors
from tests.chroma_process import ChromaProcess
from tests.storage.conftest import build_draft, vector_of

VECTORS = unit_rows(np.random.default_rng(3).normal(size=(50, 8)).astype(np.float32))
IDS = [f"{number:032x}" for number in range(50)]
TEXTS = {"fruit.txt": ["Apples ripen in autumn.", "Pears are best in October."], "stars.txt": ["The Sun is a star."]}


@pytest.fixture
def server(chroma_process: ChromaProcess) -> ServerAddress:
    return ServerAddress(chroma_process.url)


@pytest.fixture
def vectors(server: ServerAddress) -> Iterator[ServedCollection]:
    made = create_served_vectors(server, "contract", 8, len(IDS))
    made.add(IDS, VECTORS)
    yield made
    made.close()
    remove_served_vectors(server, ["contract"])


def publish_on(server: ServerAddress, index_dir: Path, documents: dict[str, list[str]]) -> str:
    draft, _ = build_draft(index_dir, documents, server)
    publish(index_dir, draft)
    return draft.name


def collections_of(server: ServerAddress, index_dir: Path) -> list[str]:
    prefix = collection_prefix(index_dir)
    return sorted(name.removeprefix(prefix) for name in served_collections(server, prefix))


# -- the contract ----------------------------------------------------------------------------------


def test_a_vector_finds_itself_with_cosine_one(vectors: ServedCollection) -> None:
    for id_, vector in zip(IDS[:10], VECTORS, strict=False):
        best, similarity = vectors.nearest(vector, 3)[0]
        assert best == id_
        assert similarity == pytest.approx(1.0, abs=1e-5)


def test_similarities_are_cosines_best_first(vectors: ServedCollection) -> None:
    exact = sorted((float(c) for c in VECTORS @ VECTORS[7]), reverse=True)
    assert [c for _, c in vectors.nearest(VECTORS[7] * 5, 50)] == pytest.approx(exact, abs=1e-5)


def test_a_search_among_ids_finds_only_those(vectors: ServedCollection) -> None:
    assert {id_ for id_, _ in vectors.nearest(VECTORS[0], 10, IDS[20:23])} == set(IDS[20:23])
    assert vectors.nearest(VECTORS[0], 10, []) == []


def test_it_opens_again_whole(vectors: ServedCollection, server: ServerAddress) -> None:
    again = open_served_vectors(server, "contract")
    assert (again.count(), again.dimension, sorted(again.ids())) == (50, 8, IDS)
    assert np.allclose(again.vectors(IDS[::-1]), VECTORS[::-1], atol=1e-6)
    assert count_vectors(server, "contract") == 50
    again.close()


@pytest.mark.faults("B24")
def test_a_new_vector_under_an_old_id_replaces_it(vectors: ServedCollection) -> None:
    vectors.add(IDS[:1], VECTORS[1:2])
    assert np.allclose(vectors.vectors(IDS[:1]), VECTORS[1:2], atol=1e-6)
    assert vectors.count() == 50


def test_deleted_ids_are_gone(vectors: ServedCollection) -> None:
    vectors.delete(IDS[:20])
    assert sorted(vectors.ids()) == IDS[20:]
    with pytest.raises(KeyError):
        vectors.vectors(IDS[:1])


@pytest.mark.faults("B25")
def test_more_vectors_than_fit_into_a_request_are_sent_in_parts(server: ServerAddress) -> None:
    ids = [f"{number:032x}" for number in range(6000)]
    matrix = unit_rows(np.random.default_rng(4).normal(size=(6000, 8)).astype(np.float32))
    made = create_served_vectors(server, "many", 8, len(ids))
    made.add(ids, matrix)
    assert (made.count(), len(made.ids())) == (6000, 6000)
    assert np.allclose(made.vectors(ids), matrix, atol=1e-6)
    made.close()
    remove_served_vectors(server, ["many"])


@pytest.mark.faults("B26")
def test_what_is_no_unit_vector_is_neither_stored_nor_asked_for(vectors: ServedCollection) -> None:
    for wrong in (VECTORS[:1] * np.nan, VECTORS[:1] * 2, VECTORS[:1, :4]):
        with pytest.raises(InvalidVector):
            vectors.add(["f" * 32], wrong)
    with pytest.raises(InvalidVector):
        vectors.nearest(VECTORS[0] * np.inf, 3)
    assert vectors.count() == 50


def test_a_name_used_again_begins_empty(vectors: ServedCollection, server: ServerAddress) -> None:
    create_served_vectors(server, "contract", 4, 1).close()
    assert count_vectors(server, "contract") == 0


def test_a_collection_that_is_not_there_is_said_to_be_missing(server: ServerAddress) -> None:
    with pytest.raises(NoSuchCollection):
        open_served_vectors(server, "nothing")
    with pytest.raises(NoSuchCollection):
        count_vectors(server, "nothing")
    remove_served_vectors(server, ["nothing"])


def test_one_that_vanishes_while_it_is_open_is_said_with_the_mend(
    vectors: ServedCollection, server: ServerAddress
) -> None:
    vectors.check()
    remove_served_vectors(server, ["contract"])
    for ask in (vectors.check, lambda: vectors.nearest(VECTORS[0], 3), vectors.count):
        with pytest.raises(ServerUnavailable, match="no longer has the vectors of this index; run make repair"):
            ask()


# -- generations -----------------------------------------------------------------------------------


def test_a_published_generation_names_its_collection_and_keeps_no_vectors_here(
    server: ServerAddress, index_dir: Path
) -> None:
    name = publish_on(server, index_dir, TEXTS)
    verify_in_fresh_process(index_dir, name, chroma=server)
    generation = open_generation(index_dir, chroma=server)
    assert generation.manifest.collection == collection_prefix(index_dir) + name
    assert not (generation.directory / "chroma").exists()
    first = next(generation.catalogue.iter_chunks())
    assert generation.vectors.nearest(vector_of(first.text), 1)[0][0] == first.id
    generation.close()


def test_old_generations_and_orphans_go_and_other_indexes_stay(
    server: ServerAddress, index_dir: Path, tmp_path: Path
) -> None:
    publish_on(server, tmp_path / "other", TEXTS)
    for _ in range(4):
        publish_on(server, index_dir, TEXTS)
    create_served_vectors(server, collection_prefix(index_dir) + "0099", 8, 1).close()
    assert prune(index_dir, chroma=server) == ["0001"]
    assert collections_of(server, index_dir) == ["0002", "0003", "0004"]
    assert collections_of(server, tmp_path / "other") == ["0001"]


def test_a_copied_index_does_not_touch_the_originals_vectors(
    server: ServerAddress, index_dir: Path, tmp_path: Path
) -> None:
    publish_on(server, index_dir, TEXTS)
    copy = tmp_path / "copy"
    shutil.copytree(index_dir, copy)
    for _ in range(3):
        publish_on(server, copy, TEXTS)
    prune(copy, chroma=server)
    assert (collections_of(server, index_dir), collections_of(server, copy)) == (["0001"], ["0002", "0003", "0004"])


def test_a_discarded_draft_leaves_no_collection(server: ServerAddress, index_dir: Path) -> None:
    draft, _ = build_draft(index_dir, TEXTS, server)
    discard(draft)
    assert collections_of(server, index_dir) == []
    published = publish_on(server, index_dir, TEXTS)
    discard(draft)
    assert collections_of(server, index_dir) == [published]


def test_what_a_killed_job_left_goes_with_the_next(server: ServerAddress, index_dir: Path) -> None:
    build_draft(index_dir, TEXTS, server)
    assert collections_of(server, index_dir) == ["0001"]
    remove_leftovers(index_dir, server)
    assert collections_of(server, index_dir) == []


def test_lost_vectors_are_noticed_when_the_generation_is_opened(server: ServerAddress, index_dir: Path) -> None:
    publish_on(server, index_dir, TEXTS)
    remove_served_vectors(server, [collection_prefix(index_dir) + "0001"])
    with pytest.raises(DamagedGeneration, match="does not have its vectors"):
        open_generation(index_dir, chroma=server)


def test_a_proof_finds_a_vector_that_is_another_ones(server: ServerAddress, index_dir: Path) -> None:
    draft, _ = build_draft(index_dir, TEXTS, server)
    vectors = draft.vector_place.open()
    lost = vectors.ids()[0]
    vectors.delete([lost])
    vectors.add(["f" * 32], VECTORS[:1])
    vectors.close()
    with pytest.raises(VerificationFailed, match=f"1 chunks have no vector, {lost} among them.*belong to no chunk"):
        verify_in_fresh_process(index_dir, draft.directory.name, chroma=server)
    discard(draft)


def test_without_the_address_the_generation_says_what_to_set(server: ServerAddress, index_dir: Path) -> None:
    name = publish_on(server, index_dir, TEXTS)
    with pytest.raises(ServerUnavailable, match="set CHROMA_URL"):
        open_generation(index_dir)
    assert "set CHROMA_URL" in problems_of(index_dir, name)[0]


# -- a server that does not answer as it should ----------------------------------------------------


def test_a_server_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    away = ServerAddress("http://127.0.0.1:9")
    with pytest.raises(ServerUnavailable, match=r"127\.0\.0\.1:9 cannot be reached; see that it runs and check CHR"):
        create_served_vectors(away, "x", 8, 1)
    begin_draft(tmp_path / "index", chroma=away)
    remove_leftovers(tmp_path / "index", away)
    assert not list((tmp_path / "index" / "generations").iterdir())


def test_a_page_of_a_proxy_is_no_bare_exception(vectors: ServedCollection) -> None:
    answered = httpx.Response(413, text="<html>too large</html>", request=httpx.Request("POST", "http://127.0.0.1"))
    for hook in vectors._client._server._session.event_hooks["response"]:
        with pytest.raises(ServerUnavailable, match=r"fails \(HTTP 413\); look at its log"):
            hook(answered)


def test_something_else_at_the_address_is_no_chroma_server() -> None:
    with answering(200, b'{"hello": "world"}') as url, pytest.raises(ServerUnavailable, match="is no Chroma server"):
        check_server(ServerAddress(url))


@pytest.mark.faults("X18")
def test_a_rejected_token_is_said_without_showing_it() -> None:
    token = "canary-0123456789abcdef"
    body = b'{"message": "Bearer canary-0123456789abcdef is wrong"}'
    with answering(401, body) as url, pytest.raises(ServerUnavailable, match="check CHROMA_TOKEN") as caught:
        check_server(ServerAddress(url, SecretStr(token)))
    assert token not in str(caught.value)


def test_the_token_goes_with_every_request() -> None:
    seen: list[str] = []
    with (
        answering(500, b"", seen) as url,
        pytest.raises(ServerUnavailable, match=r"fails \(HTTP 500\); look at its log"),
    ):
        check_server(ServerAddress(url, SecretStr("secret")))
    assert seen == ["Bearer secret secret"]


@contextmanager
def answering(status: int, body: bytes, seen: list[str] | None = None) -> Iterator[str]:
    """A server that gives everybody the same answer; `seen` gets what it was shown."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if seen is not None:
                seen.append(f"{self.headers['Authorization']} {self.headers['X-Chroma-Token']}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
