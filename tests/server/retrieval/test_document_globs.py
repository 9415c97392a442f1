"""Globs on documents: accents in one character or two are the same, and what matches nothing is told."""

from unicodedata import normalize

import pytest
from flask.testing import FlaskClient

from server.retrieval.document_globs import matching, without_match

PATHS = ["a.md", normalize("NFD", "Übersicht.pdf"), "papers/résumé.txt"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_are_the_same_in_either_form(form: str) -> None:
    glob = normalize(form, "Ü*")  # type: ignore[arg-type]
    assert matching(PATHS, [glob]) == [PATHS[1]]
    assert matching(PATHS, [normalize(form, "papers/résumé.txt")]) == [PATHS[2]]  # type: ignore[arg-type]
    assert without_match(PATHS, [glob, "nosuch*", "*.md", "nosuch*"]) == ["nosuch*"]


@pytest.mark.parametrize("path", ["/api/query", "/api/retrieve"])
def test_what_matches_nothing_is_told(client: FlaskClient, path: str) -> None:
    question = "How much is the cooperative share?"
    body = client.post(path, json={"question": question, "documents": ["nosuch*"]}).get_json()
    assert "No document is called so: nosuch*." in body["notices"]
    found = client.post(path, json={"question": question, "documents": ["*.md"]}).get_json()
    assert not any("called so" in notice for notice in found["notices"])


def test_no_stream_wins_over_what_is_accepted(client: FlaskClient) -> None:
    accepts = {"Accept": "text/event-stream"}
    question = {"question": "How much is the share?"}
    streamed = "text/event-stream"
    for body, kind in (({"stream": False}, "application/json"), ({}, streamed), ({"stream": True}, streamed)):
        reply = client.post("/api/query", json=question | body, headers=accepts, buffered=True)
        assert reply.content_type.startswith(kind)
