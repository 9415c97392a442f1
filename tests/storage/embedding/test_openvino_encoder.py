"""The encoder gives the vectors that sentence-transformers gives, and leaves to it what it cannot compute."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.speed.measuring import shared_model
from storage.caches.embeddings import Matrix
from storage.embedding.llama_index import LocalEmbedding
from storage.embedding.local import build_embed_model, build_text_embedder
from storage.embedding.models import ModelIdentity, ModelUnavailable, resolve_model
from storage.embedding.openvino_encoder import Encoder, NotAnEncoder
from tests.storage.embedding.side_by_side import wrong_beside_others
from tests.tiny_bge_m3 import DIMENSION, make_tiny_bge_m3

ROOT = Path(__file__).parents[3]
TEXTS = (
    "How long may I keep a tool?",
    "DeepSeek-R1-Zero reaches 86.7% pass@1 on AIME 2024 (majority voting).",
    "检索文档的页码，每个陈述都标明出处。",
    "",
    "naïve café ﬁnancial \u200b [PAD] <pad> <mask>",
    "the page of the document " * 400,
)


@pytest.fixture(scope="module")
def minilm() -> ModelIdentity:
    """all-MiniLM-L6-v2, a BERT."""
    return resolve_model(shared_model())


@pytest.fixture
def copy(tiny_bge_m3: Path, tmp_path: Path) -> Path:
    """A model's folder, to be changed."""
    return Path(shutil.copytree(tiny_bge_m3, tmp_path / "bge-m3"))


def of_sentence_transformers(identity: ModelIdentity, texts: tuple[str, ...] = TEXTS) -> Matrix:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(identity.location, device="cpu", local_files_only=True)
    return np.asarray(model.encode(list(texts), normalize_embeddings=True), dtype=np.float32)


def encoder_of(identity: ModelIdentity, *, half_precision: bool = False, batch_size: int = 32) -> Encoder:
    return Encoder(Path(identity.location), identity.max_tokens, half_precision=half_precision, batch_size=batch_size)


def change(folder: Path, file: str, **values: Any) -> None:
    known = json.loads((folder / file).read_text()) if (folder / file).is_file() else {}
    (folder / file).write_text(json.dumps({**known, **values}))


def test_a_berts_vectors_are_those_of_sentence_transformers(minilm: ModelIdentity) -> None:
    assert np.abs(encoder_of(minilm).embed(TEXTS) - of_sentence_transformers(minilm)).max() < 1e-5


@pytest.mark.parametrize("weights", ["pytorch_model.bin", "model.safetensors"])
def test_vectors_of_bge_m3s_kind_are_those_of_sentence_transformers(tmp_path: Path, weights: str) -> None:
    identity = resolve_model(str(make_tiny_bge_m3(tmp_path / "m", weights=weights)))
    assert np.abs(encoder_of(identity).embed(TEXTS) - of_sentence_transformers(identity)).max() < 1e-5


def test_in_half_precision_they_are_nearly_the_same(minilm: ModelIdentity) -> None:
    exact, half = encoder_of(minilm), encoder_of(minilm, half_precision=True)
    cosines = (exact.embed(TEXTS) * half.embed(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.999


def test_a_text_has_the_same_vector_alone_and_among_longer_ones(minilm: ModelIdentity) -> None:
    together = encoder_of(minilm, batch_size=4).embed(TEXTS)
    alone = np.concatenate([encoder_of(minilm).embed([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_no_texts_have_no_vectors(minilm: ModelIdentity) -> None:
    assert encoder_of(minilm).embed([]).shape == (0, minilm.dimension)


def test_a_text_is_cut_to_the_positions_that_there_are(tmp_path: Path) -> None:
    folder = make_tiny_bge_m3(tmp_path / "m", shape={"max_position_embeddings": 34})
    identity = resolve_model(str(folder))
    assert identity.max_tokens > 32
    vectors = encoder_of(identity).embed(["the page " * 16, "the page " * 500])
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-5)


def test_weights_kept_in_half_precision_are_read(tiny_bge_m3: Path, copy: Path) -> None:
    from safetensors.torch import save_file
    from torch import load

    tensors = load(copy / "pytorch_model.bin", weights_only=True)
    save_file(
        {name: t.half() if t.is_floating_point() else t for name, t in tensors.items()}, copy / "model.safetensors"
    )
    identity = resolve_model(str(copy))
    cosines = (encoder_of(identity).embed(TEXTS) * of_sentence_transformers(resolve_model(str(tiny_bge_m3)))).sum(1)
    assert cosines.min() > 0.999


def test_many_threads_get_their_own_vectors(minilm: ModelIdentity) -> None:
    assert wrong_beside_others(encoder_of(minilm), TEXTS) == []


def test_the_job_imports_neither_torch_nor_llama_index_nor_telemetry(minilm: ModelIdentity) -> None:
    program = (
        "import sys; from storage.embedding.models import resolve_model;"
        "from benchmarks.speed.measuring import shared_model;"
        "from storage.embedding.loading import load_model;"
        "model = load_model(resolve_model(shared_model()), 'cpu');"
        "assert len(model.get_text_embedding_batch(['Where?'])[0]) == 384;"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'llama_index', 'openvino_telemetry'};"
        "print(sorted(name for name in heavy if sys.modules.get(name)))"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("file", "values"),
    [
        ("config.json", {"model_type": "mpnet"}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": False, "pooling_mode_max_tokens": True}),
        ("1_Pooling/config.json", {"pooling_mode_mean_tokens": True}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
        ("config_sentence_transformers.json", {"prompts": {"query": "Represent this: "}}),
    ],
)
def test_what_is_special_about_a_model_is_not_passed_over(copy: Path, file: str, values: dict[str, Any]) -> None:
    change(copy, file, **values)
    with pytest.raises(NotAnEncoder):
        encoder_of(resolve_model(str(copy)))


def test_another_last_module_is_not_passed_over(copy: Path) -> None:
    modules = json.loads((copy / "modules.json").read_text())
    dense = {"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"}
    (copy / "modules.json").write_text(json.dumps([*modules, dense]))
    with pytest.raises(NotAnEncoder, match="Dense"):
        encoder_of(resolve_model(str(copy)))


def test_a_damaged_file_of_the_model_is_named(copy: Path) -> None:
    identity = resolve_model(str(copy))
    (copy / "config_sentence_transformers.json").write_text("{")
    with pytest.raises(ModelUnavailable, match=r"damaged: config_sentence_transformers\.json"):
        build_embed_model(identity, "cpu")


def test_a_missing_matrix_is_named(copy: Path) -> None:
    change(copy, "config.json", num_hidden_layers=3)
    with pytest.raises(NotAnEncoder, match=r"encoder\.layer\.2"):
        encoder_of(resolve_model(str(copy)))


def test_sentence_transformers_computes_what_the_encoder_cannot(copy: Path) -> None:
    change(copy, "config.json", hidden_act="relu")
    identity = resolve_model(str(copy))
    model = build_text_embedder(identity, "cpu")
    assert not isinstance(model, Encoder)
    cosines = (np.array(model.get_text_embedding_batch(list(TEXTS))) * of_sentence_transformers(identity)).sum(axis=1)
    assert cosines.min() > 0.99


def test_without_openvino_torch_embeds(minilm: ModelIdentity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "storage.embedding.openvino_encoder", None)
    model = build_embed_model(minilm, "cpu")
    assert not isinstance(model, LocalEmbedding)
    assert len(model.get_query_embedding("Where?")) == minilm.dimension


@pytest.mark.parametrize("torn", [0, 5, 1000, -100])
def test_torn_weights_are_named_as_such(tmp_path: Path, torn: int) -> None:
    folder = make_tiny_bge_m3(tmp_path / "m", weights="model.safetensors")
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:torn])
    with pytest.raises(ModelUnavailable, match="the weights of m cannot be read"):
        build_embed_model(resolve_model(str(folder)), "cpu")


def test_questions_are_embedded_as_passages_are(tiny_bge_m3: Path) -> None:
    model = build_embed_model(resolve_model(str(tiny_bge_m3)), "cpu")
    assert isinstance(model, LocalEmbedding)
    assert len(model.get_text_embedding(TEXTS[0])) == DIMENSION
    assert model.get_query_embedding(TEXTS[0]) == pytest.approx(model.get_text_embedding(TEXTS[0]), abs=1e-6)
