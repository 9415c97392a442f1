"""A model in bge-m3's layout goes through the real loading code; a model that is absent or hostile is refused."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from huggingface_hub import constants

from storage.embedding.local import build_embed_model
from storage.embedding.models import (
    ModelIdentity,
    ModelUnavailable,
    load_token_counter,
    recorded_model,
    resolve_model,
)
from tests.isolation import blocked_addresses
from tests.tiny_bge_m3 import DIMENSION, HUB_NAME, MAX_TOKENS, lay_out_hub_cache, make_tiny_bge_m3

ROOT = Path(__file__).parents[3]
TEXTS = ("reward and policy optimization, group relative", "检索文档的页码")
PINNED_REVISION = "5617a9f61b028005a4858fdac845db406aefb181"


@pytest.fixture(scope="module")
def identity(tiny_bge_m3: Path) -> ModelIdentity:
    return resolve_model(str(tiny_bge_m3))


@pytest.fixture(scope="module")
def model(identity: ModelIdentity) -> Any:
    return build_embed_model(identity)


@pytest.fixture
def copy(tiny_bge_m3: Path, tmp_path: Path) -> Path:
    """The model's folder, to be changed."""
    return Path(shutil.copytree(tiny_bge_m3, tmp_path / "bge-m3"))


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """HF_HOME of a machine that has no model yet and would ask the hub."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    return tmp_path / "hf"


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The address of a server that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def embed(model: Any, *texts: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.array(model.get_text_embedding_batch(list(texts)), dtype=np.float32)


def test_a_folder_says_what_its_model_is(identity: ModelIdentity, tiny_bge_m3: Path) -> None:
    assert identity.location == str(tiny_bge_m3.resolve())
    assert (identity.short_name, identity.dimension, identity.max_tokens) == ("bge-m3", DIMENSION, MAX_TOKENS)
    assert not identity.fallback


def test_vectors_have_the_models_dimension_and_unit_length(model: Any) -> None:
    vectors = embed(model, *TEXTS)
    assert vectors.shape == (2, DIMENSION)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=5e-3)  # bfloat16


def test_question_and_passage_of_the_same_words_have_the_same_vector(model: Any) -> None:
    assert model.get_query_embedding(TEXTS[0]) == pytest.approx(model.get_text_embedding(TEXTS[0]), abs=1e-6)


def test_the_vector_is_that_of_the_first_token_not_the_mean(model: Any, tiny_bge_m3: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    network = AutoModel.from_pretrained(tiny_bge_m3, weights_only=True).eval()
    with torch.inference_mode():
        states = network(**AutoTokenizer.from_pretrained(tiny_bge_m3)(TEXTS[0], return_tensors="pt")).last_hidden_state
    first, mean = ((state / state.norm()).numpy() for state in (states[0, 0], states[0].mean(dim=0)))
    vector = embed(model, TEXTS[0])[0]
    assert vector @ first > 0.999
    assert vector @ mean < 0.95


def test_texts_are_read_to_8192_tokens(model: Any, identity: ModelIdentity) -> None:
    words = [*["the page"] * 4000, *["reward"] * 1000]
    count = load_token_counter(identity)
    assert count(" ".join(words)) > MAX_TOKENS
    early, full, beyond = embed(model, " ".join(words[:2000]), " ".join(words[:4190]), " ".join(words))
    assert not np.allclose(early, full, atol=0.02)
    assert np.allclose(full, beyond, atol=0.02)


def test_tokens_are_counted_as_the_model_reads_them(identity: ModelIdentity) -> None:
    from transformers import AutoTokenizer

    count, tokenizer = load_token_counter(identity), AutoTokenizer.from_pretrained(identity.location)
    for text in (*TEXTS, "", "GRPO = 0.5 → 一半"):
        assert count(text) == len(tokenizer(text)["input_ids"])


@pytest.mark.parametrize("weights", ["pytorch_model.bin", "model.safetensors"])
def test_both_kinds_of_weights_give_the_same_vectors(model: Any, tmp_path: Path, weights: str) -> None:
    other = build_embed_model(resolve_model(str(make_tiny_bge_m3(tmp_path / "m", weights=weights))))
    assert np.array_equal(embed(other, *TEXTS), embed(model, *TEXTS))


@pytest.mark.parametrize("revision", [PINNED_REVISION, "0" * 40], ids=["pinned revision", "another revision"])
def test_the_hubs_cache_is_used_without_asking_the_hub(hub: Path, tiny_bge_m3: Path, model: Any, revision: str) -> None:
    snapshot = lay_out_hub_cache(hub, tiny_bge_m3, revision)
    asked_before = list(blocked_addresses)
    identity = resolve_model(HUB_NAME)
    assert (identity.name, identity.short_name, identity.revision) == (HUB_NAME, "bge-m3", revision)
    assert identity.location == str(snapshot.resolve())
    assert np.array_equal(embed(build_embed_model(identity), *TEXTS), embed(model, *TEXTS))
    assert blocked_addresses == asked_before


def test_an_unfinished_download_is_no_model(hub: Path, tiny_bge_m3: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (lay_out_hub_cache(hub, tiny_bge_m3, PINNED_REVISION) / "pytorch_model.bin").unlink()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelUnavailable, match="not on this machine"):
        resolve_model(HUB_NAME)


@pytest.mark.faults("S22")
def test_without_model_and_network_there_is_a_clear_error_or_the_announced_stand_in(hub: Path) -> None:
    """In a process of its own, that really reads HF_HOME and HF_HUB_OFFLINE, and behind the guard."""
    program = """
import json, sys
from tests.isolation import block_network, blocked_addresses
block_network()
from storage.embedding.models import ModelUnavailable, resolve_model
try:
    resolve_model("BAAI/bge-m3")
except ModelUnavailable as error:
    sentence = str(error)
stand_in = resolve_model("BAAI/bge-m3", allow_fallback=True)
print(json.dumps([sentence, stand_in.short_name, stand_in.fallback, stand_in.name, "torch" in sys.modules,
                  blocked_addresses]))
"""
    environment = {**os.environ, "HF_HOME": str(hub), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    sentence, short_name, fallback, name, torch_imported, addresses = json.loads(result.stdout)
    assert sentence == "BAAI/bge-m3 is not on this machine and the model hub cannot be reached"
    assert (short_name, fallback, name) == ("use-multilingual-3", True, "BAAI/bge-m3")
    assert not torch_imported
    assert addresses == []
    assert time.monotonic() - began < 40


@pytest.mark.faults("S22")
def test_a_hub_that_never_answers_is_given_up_within_seconds(
    hub: Path, silent_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", silent_server)
    began = time.monotonic()
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        resolve_model(HUB_NAME)
    assert time.monotonic() - began < 40


def test_a_stand_in_stays_the_packaged_model_when_the_index_is_opened_again() -> None:
    stand_in = resolve_model("no/such-model", allow_fallback=True)
    assert recorded_model(stand_in) == stand_in


def test_an_index_of_other_weights_is_not_queried(identity: ModelIdentity, copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "layer_norm_eps": 1e-6}))
    moved = resolve_model(str(copy))
    assert moved.fingerprint != identity.fingerprint
    shutil.rmtree(copy)
    make_tiny_bge_m3(copy, seed=1)
    with pytest.raises(ModelUnavailable, match="run make reindex"):
        recorded_model(moved)


@pytest.mark.faults("X21")
def test_weights_that_are_a_program_are_not_run(copy: Path, tmp_path: Path) -> None:
    proof = tmp_path / "was-run"
    torch.save({"embeddings.word_embeddings.weight": _Program(proof)}, copy / "pytorch_model.bin")
    with pytest.raises(ModelUnavailable, match="more than numbers"):
        build_embed_model(resolve_model(str(copy)))
    assert not proof.exists()


@pytest.mark.faults("X21")
@pytest.mark.parametrize("with_file", [True, False], ids=["file in the folder", "file elsewhere on the hub"])
def test_a_model_that_asks_for_code_of_its_own_does_not_get_it(copy: Path, tmp_path: Path, with_file: bool) -> None:
    proof = tmp_path / "was-run"
    config = json.loads((copy / "config.json").read_text())
    source = "modeling_planted.Planted" if with_file else "somebody/code--modeling_planted.Planted"
    (copy / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": source}}))
    if with_file:
        (copy / "modeling_planted.py").write_text(f"open({str(proof)!r}, 'w')")
        with pytest.raises(ModelUnavailable, match="code of its own"):
            resolve_model(str(copy))
    else:
        build_embed_model(resolve_model(str(copy)))
    assert not proof.exists()


@pytest.mark.faults("X21")
def test_a_model_with_a_module_of_its_own_is_refused(copy: Path) -> None:
    modules = json.loads((copy / "modules.json").read_text())
    modules[0]["type"] = "planted.Transformer"
    (copy / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelUnavailable, match=r"planted\.Transformer"):
        resolve_model(str(copy))


@pytest.mark.parametrize("missing", ["config.json", "pytorch_model.bin"])
def test_a_folder_that_lacks_something_is_named_with_what_it_lacks(copy: Path, missing: str) -> None:
    (copy / missing).unlink()
    with pytest.raises(ModelUnavailable, match=missing.replace(".", r"\.")):
        resolve_model(str(copy))


class _Program:
    """Unpickling it would write a file."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.proof,)
