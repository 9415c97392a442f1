"""The query engine: its parts take nothing from the global state of LlamaIndex."""

import pytest
from llama_index.core.utilities import token_counting

from server.answering.query_engine import QuotingSynthesizer


def test_a_synthesizer_loads_no_tokenizer_of_llama_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading it sets an environment variable and deletes it again: the second of two at once finds it gone."""

    def loaded() -> None:
        raise AssertionError("LlamaIndex's own tokenizer is loaded")

    monkeypatch.setattr(token_counting, "get_tokenizer", loaded)
    QuotingSynthesizer(lambda question, passages: "")
