"""An embedding model on a server: asked in either protocol, through its faults, and recognised when it is another."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr, ValidationError

from storage.embedding.loading import load_model, load_token_counter
from storage.embedding.models import PROBE_TEXT, ModelIdentity, resolve_model
from storage.embedding.models import load_token_counter as load_local_counter
from storage.embedding.remote_client import FOR_QUESTIONS, EmbeddingServer, Patience
from storage.embedding.remote_models import LEAST_TOKENS, recorded_served_model, served_model, tokens_at_most
from storage.generations.manifest import Manifest
from storage.records import Counts
from storage.servers import ServerAddress, ServerUnavailable
from storage.settings import StorageSettings
from tests.fake_embeddings import FakeEmbeddings, Vectors

TEXTS = ["The Danube flows into the Black Sea.", "Apples ripen in autumn.", "苹果在秋天成熟。"]
KEY = "sk-canary-0123456789abcdef"
HURRIED = Patience(attempts=3, seconds=0.3, longest_wait_seconds=5.0)


@pytest.fixture
def fake() -> Iterator[FakeEmbeddings]:
    with FakeEmbeddings() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """How long the client paused; it does not really."""
    return []


@pytest.fixture
def ask(fake: FakeEmbeddings, pauses: list[float]) -> Iterator[EmbeddingServer]:
    with closing(EmbeddingServer(ServerAddress(fake.url), "hashes", sleep=pauses.append)) as server:
        yield server


def manifest_of(identity: ModelIdentity, probe: list[float]) -> Manifest:
    return Manifest("0001", "2026-01-01T00:00:00Z", "documents", identity, 1000, 50, Counts(1, 1, 1), tuple(probe))


@pytest.mark.parametrize(
    ("protocol", "path"),
    [
        ("openai", ""),
        ("openai", "/"),
        ("openai", "/v1"),
        ("openai", "/v1/embeddings"),
        ("tei", ""),
        ("tei", "/embed"),
        ("tei", "/v1"),
    ],
)
def test_the_protocol_is_found_out_by_one_probe(protocol: Any, path: str) -> None:
    with FakeEmbeddings(protocol) as fake, closing(EmbeddingServer(ServerAddress(fake.url + path), "hashes")) as server:
        vectors = server.embed(TEXTS)
        assert server.endpoint is not None
        assert (server.endpoint.protocol, fake.batches) == (protocol, [["probe"], TEXTS])
        assert np.allclose(vectors, [fake.vector(text) for text in TEXTS], atol=1e-6)


def test_vectors_belong_to_their_texts_in_whatever_order_they_come(fake: FakeEmbeddings, ask: EmbeddingServer) -> None:
    assert fake.packed([[1.0], [2.0]])["data"][0]["index"] == 1
    assert np.allclose(ask.embed(TEXTS), [fake.vector(text) for text in TEXTS], atol=1e-6)


def test_vectors_are_made_unit_length(fake: FakeEmbeddings, ask: EmbeddingServer) -> None:
    ask.embed(["probe"])
    fake.faults.append(lambda vectors: fake.packed([[7 * value for value in vector] for vector in vectors]))
    assert np.allclose(np.linalg.norm(ask.embed(TEXTS), axis=1), 1.0)


def test_a_batch_too_large_for_the_server_is_cut_up_and_the_size_remembered(
    fake: FakeEmbeddings, ask: EmbeddingServer
) -> None:
    fake.most_texts = 8
    texts = [f"text {i}" for i in range(40)]
    assert np.allclose(ask.embed(texts), [fake.vector(text) for text in texts], atol=1e-6)
    rejected = len(fake.paths) - len(fake.batches)
    ask.embed(texts)
    assert (fake.texts[1:41], len(fake.paths) - len(fake.batches)) == (texts, rejected)


PASSING: list[Any] = [
    pytest.param((500, {}, "{}"), id="500"),
    pytest.param((503, {}, "<html>no backend</html>"), id="503 with a page"),
    pytest.param((429, {}, '{"error": {"message": "slow down"}}'), id="429"),
    pytest.param((200, {}, "<html>sign in</html>"), id="a page with status 200"),
]


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_tried_again_after_a_pause(
    fake: FakeEmbeddings, ask: EmbeddingServer, pauses: list[float], fault: Any
) -> None:
    ask.embed(["probe"])
    fake.faults.extend([fault, fault])
    assert ask.embed(TEXTS).shape == (3, 64)
    assert len(pauses) == 2
    assert all(pause > 0 for pause in pauses)


def test_retry_after_is_waited_for_and_a_little_longer(
    fake: FakeEmbeddings, ask: EmbeddingServer, pauses: list[float]
) -> None:
    ask.embed(["probe"])
    fake.faults.append((429, {"Retry-After": "3"}, "{}"))
    ask.embed(TEXTS, HURRIED)
    assert 3.0 < pauses[0] <= 5.0


def test_a_server_that_asks_for_more_time_than_there_is_is_not_waited_for(
    fake: FakeEmbeddings, ask: EmbeddingServer, pauses: list[float]
) -> None:
    ask.embed(["probe"])
    fake.faults.append((429, {"Retry-After": "600"}, '{"error": {"message": "quota of the minute"}}'))
    with pytest.raises(ServerUnavailable, match=r"asked more than it allows \(HTTP 429: quota of the minute\)"):
        ask.embed(TEXTS, FOR_QUESTIONS)
    assert pauses == []


def test_a_slow_server_is_given_up_in_time(fake: FakeEmbeddings, ask: EmbeddingServer) -> None:
    ask.embed(["probe"])
    fake.seconds = 1.0
    started = time.monotonic()
    with pytest.raises(ServerUnavailable, match="does not answer in time; see that it runs and check EMBED_URL"):
        ask.embed(TEXTS, HURRIED)
    assert time.monotonic() - started < 2.0


def test_a_server_that_is_away_is_said_to_be() -> None:
    with FakeEmbeddings() as gone:
        url = gone.url
    with (
        closing(EmbeddingServer(ServerAddress(url), "hashes", sleep=lambda seconds: None)) as server,
        pytest.raises(ServerUnavailable, match=r"127\.0\.0\.1:\d+ cannot be reached; see that it runs and check EMBED"),
    ):
        server.embed(TEXTS)


def _without_last(packed: Any) -> Any:
    return packed | {"data": packed["data"][1:]}


UNUSABLE: list[Any] = [
    pytest.param(lambda fake, v: fake.packed([[float("nan")] * 64, *v[1:]]), "NaN", id="NaN"),
    pytest.param(lambda fake, v: fake.packed([[0.0] * 64, *v[1:]]), "zero", id="zero"),
    pytest.param(lambda fake, v: fake.packed([v[0][:-1], *v[1:]]), "different lengths", id="lengths differ"),
    pytest.param(lambda fake, v: fake.packed([["a"] * 64, *v[1:]]), "no numbers", id="words"),
    pytest.param(lambda fake, v: _without_last(fake.packed(v)), "2 embeddings for 3 texts", id="the last is missing"),
    pytest.param(
        lambda fake, v: {"data": fake.packed(v)["data"][:-1]}, "does not say which", id="the first is missing"
    ),
    pytest.param(lambda fake, v: {"object": "list"}, "no list of embeddings", id="no data"),
    pytest.param(lambda fake, v: {"data": fake.packed(v)["data"] * 2}, "does not say which", id="twice"),
]


@pytest.mark.faults("B26")
@pytest.mark.parametrize(("spoil", "sentence"), UNUSABLE)
def test_what_are_no_embeddings_is_refused(
    fake: FakeEmbeddings, ask: EmbeddingServer, spoil: Callable[[FakeEmbeddings, Vectors], Any], sentence: str
) -> None:
    ask.embed(["probe"])
    fake.faults.append(lambda vectors: spoil(fake, vectors))
    with pytest.raises(ServerUnavailable, match=sentence):
        ask.embed(TEXTS)


def test_a_rejected_key_is_said_once_without_showing_it(pauses: list[float]) -> None:
    with FakeEmbeddings(key="another") as fake:
        address = ServerAddress(fake.url, SecretStr(KEY))
        with (
            closing(EmbeddingServer(address, "hashes", sleep=pauses.append)) as server,
            pytest.raises(ServerUnavailable, match="rejects the key") as caught,
        ):
            server.embed(TEXTS)
        assert (len(fake.paths), pauses, KEY in str(caught.value)) == (1, [], False)
        assert "check EMBED_API_KEY" in str(caught.value)


def test_the_right_key_opens() -> None:
    with FakeEmbeddings(key=KEY) as fake:
        address = ServerAddress(fake.url, SecretStr(KEY))
        assert served_model(address, "hashes").dimension == 64


@pytest.mark.faults("X18")
def test_the_key_is_in_no_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBED_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("EMBED_API_KEY", KEY)
    monkeypatch.setenv("CHROMA_TOKEN", KEY)
    settings = StorageSettings()
    identity = ModelIdentity("m", "", "m", "", 64, 512, "f", protocol="openai")
    model = load_model(identity, server=settings.embedding_server)
    shown = [repr(settings), repr(settings.embedding_server), str(settings.model_dump())]
    shown += [repr(model), str(model.to_dict()), model.model_dump_json(), repr(vars(model._server))]
    assert not [text for text in shown if KEY in text]


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8080", "ftp://host", "http://", "http://user:secret-word@host", "http://host?key=secret-word"]
)
def test_an_address_that_is_none_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("EMBED_URL", url)
    with pytest.raises(ValidationError) as caught:
        StorageSettings()
    said = [str(problem["msg"]) for problem in caught.value.errors()]
    assert "EMBED_URL" in said[0]
    assert "secret-word" not in said[0]


def test_an_unknown_model_name_is_said_with_the_servers_words(fake: FakeEmbeddings) -> None:
    with pytest.raises(ServerUnavailable, match=r"The model `bge` does not exist.*check EMBED_URL and EMBED_MODEL"):
        served_model(ServerAddress(fake.url), "bge")


def test_a_text_that_is_too_long_names_the_setting(fake: FakeEmbeddings, ask: EmbeddingServer) -> None:
    fake.longest_text = 100
    with pytest.raises(ServerUnavailable, match=r"must have less than 512 tokens.*EMBED_MAX_TOKENS"):
        ask.embed(["short", "long " * 100])


# -- which model it is -----------------------------------------------------------------------------


def test_a_served_model_is_known_by_name_dimension_and_probe(fake: FakeEmbeddings) -> None:
    found = served_model(ServerAddress(fake.url), "hashes")
    assert (found.name, found.dimension, found.max_tokens, found.protocol) == ("hashes", 64, LEAST_TOKENS, "openai")
    with FakeEmbeddings("tei") as elsewhere:
        assert served_model(ServerAddress(elsewhere.url), "hashes").fingerprint == found.fingerprint
    fake.seed = 1
    assert served_model(ServerAddress(fake.url), "hashes").fingerprint != found.fingerprint


@pytest.mark.parametrize("protocol", ["openai", "tei"])
def test_how_much_the_model_reads_is_the_servers_word_unless_a_setting_says(protocol: Any) -> None:
    with FakeEmbeddings(protocol) as fake:
        fake.max_tokens = 8192
        assert served_model(ServerAddress(fake.url), "hashes").max_tokens == 8192
        assert served_model(ServerAddress(fake.url), "hashes", 300).max_tokens == 300


def test_another_model_under_the_same_name_is_noticed(fake: FakeEmbeddings) -> None:
    address = ServerAddress(fake.url)
    manifest = manifest_of(served_model(address, "hashes"), fake.vector(PROBE_TEXT))
    assert recorded_served_model(manifest, address) == manifest.embed_model
    fake.seed = 1
    with pytest.raises(ServerUnavailable, match="gives other vectors for hashes than the index holds"):
        recorded_served_model(manifest, address)


def test_a_rebuild_with_the_same_model_keeps_its_cached_embeddings(fake: FakeEmbeddings) -> None:
    known = replace(served_model(ServerAddress(fake.url), "hashes"), fingerprint="as computed elsewhere")
    before = manifest_of(known, fake.vector(PROBE_TEXT))
    assert served_model(ServerAddress(fake.url), "hashes", before=before).fingerprint == "as computed elsewhere"


def test_another_dimension_is_said(fake: FakeEmbeddings) -> None:
    model = load_model(served_model(ServerAddress(fake.url), "hashes"), server=ServerAddress(fake.url))
    fake.dimension = 32
    with pytest.raises(ServerUnavailable, match="vectors of 32 dimensions, the index holds 64"):
        model.get_query_embedding("Where?")


def test_an_index_of_a_served_model_needs_the_address() -> None:
    identity = ModelIdentity("m", "", "m", "", 64, 512, "f", protocol="openai")
    with pytest.raises(ServerUnavailable, match="set EMBED_URL"):
        load_model(identity)


def test_a_long_question_is_cut_to_what_the_model_reads(fake: FakeEmbeddings) -> None:
    fake.max_tokens = 50
    model = load_model(served_model(ServerAddress(fake.url), "hashes"), server=ServerAddress(fake.url))
    model.get_query_embedding("Where does the Danube flow? " * 100)
    assert fake.texts[-1].startswith("Where does the Danube")
    assert tokens_at_most(fake.texts[-1]) <= 50


# -- tokens ----------------------------------------------------------------------------------------


def test_the_estimate_is_never_below_what_a_real_tokenizer_counts() -> None:
    count = load_local_counter(resolve_model("packaged"))
    words = [*TEXTS[0].split(), "E[min(r_t·Â_t,", "1−ε)·Â_t)]", "−", "β·D_KL", "(2024),", "e.g.", "苹果在", "naïveté"]
    made = random.Random(7)
    texts = [*TEXTS, *(" ".join(made.choices(words, k=60)) for _ in range(20)), "antidisestablish" * 9]
    assert [text for text in texts if tokens_at_most(text) < count(text)] == []


def test_without_the_tokenizer_tokens_are_estimated() -> None:
    identity = ModelIdentity("no/such-model", "", "m", "", 64, 512, "f", protocol="openai")
    assert load_token_counter(identity)(TEXTS[0]) == tokens_at_most(TEXTS[0])


def test_a_served_model_imports_no_torch(fake: FakeEmbeddings) -> None:
    program = (
        "import sys; from storage.servers import ServerAddress;"
        "from storage.embedding.remote_models import served_model;"
        "from storage.embedding.loading import load_model; address = ServerAddress(sys.argv[1]);"
        "model = load_model(served_model(address, 'hashes'), server=address);"
        "assert len(model.get_query_embedding('Where?')) == 64;"
        "heavy = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program, fake.url], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
