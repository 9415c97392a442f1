"""The methods of a server.

Made from the OpenAPI document by `make client`; not to be changed by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pagewise_client.models import (
    AnswersResponse,
    CollectionsResponse,
    DeleteResponse,
    DocumentsResponse,
    Health,
    QueryResponse,
    RetrieveResponse,
    StatusResponse,
    Turn,
    UploadResponse,
)
from pagewise_client.transport import Event, File, Transport, part


class Pagewise(Transport):
    """A server: `Pagewise("http://127.0.0.1:8000", token="…")`.

    Every method raises `Refused` or `Unreachable`, both a `PagewiseError`.
    """

    def query(
        self,
        question: str,
        *,
        model: Literal["chat", "reasoner", "both", "deepseek-chat", "deepseek-reasoner"] = "chat",
        k: int | None = None,
        keep: int | None = None,
        threshold: int | None = None,
        documents: Sequence[str] = (),
        history: Sequence[Turn] = (),
    ) -> QueryResponse:
        """Answer a question from the documents, with sources and scores.

        question: The question, in any language: up to 4000 characters after trimming.
        model: chat answers at once, reasoner thinks first, both answer side by side from the same passages.
        k: Passages to retrieve; RETRIEVE_K when left out.
        keep: Passages to answer from at most; KEEP_K when left out.
        threshold: Passages scored below it are not used; RELEVANCE_THRESHOLD when left out.
        documents: Only these documents: globs on the relative path. Empty: all.
        history: The conversation so far, oldest turn first; a question that points back to it is rewritten.
        """
        return self._call(
            QueryResponse,
            "POST",
            "/api/query",
            body={
                "question": question,
                "model": model,
                "k": k,
                "keep": keep,
                "threshold": threshold,
                "documents": list(documents),
                "history": list(history),
            },
        )

    def query_events(
        self,
        question: str,
        *,
        model: Literal["chat", "reasoner", "both", "deepseek-chat", "deepseek-reasoner"] = "chat",
        k: int | None = None,
        keep: int | None = None,
        threshold: int | None = None,
        documents: Sequence[str] = (),
        history: Sequence[Turn] = (),
    ) -> Iterator[Event[QueryResponse]]:
        """The same as it happens; the last event is "done" and holds the response."""
        return self._events(
            QueryResponse,
            "POST",
            "/api/query",
            {
                "question": question,
                "model": model,
                "k": k,
                "keep": keep,
                "threshold": threshold,
                "documents": list(documents),
                "history": list(history),
            },
        )

    def retrieve(
        self, question: str, *, k: int | None = None, documents: Sequence[str] = (), score: bool = False
    ) -> RetrieveResponse:
        """The passages nearest to a question, best first, without an answer.

        question: The question, in any language: up to 4000 characters after trimming.
        k: Passages to retrieve; RETRIEVE_K when left out.
        documents: Only these documents: globs on the relative path. Empty: all.
        score: True: score their relevance too.
        """
        return self._call(
            RetrieveResponse,
            "POST",
            "/api/retrieve",
            body={"question": question, "k": k, "documents": list(documents), "score": score},
        )

    def documents(self) -> DocumentsResponse:
        """Every document of the index and its state."""
        return self._call(DocumentsResponse, "GET", "/api/documents")

    def upload(self, files: Sequence[File], *, replace: bool = False) -> UploadResponse:
        """Add documents to the folder. They answer once they are indexed.

        files: The files; all are stored or none.
        replace: True: files of the same name are replaced.
        """
        return self._send_files(UploadResponse, "POST", "/api/documents", "file", files, {"replace": replace})

    def collections(self) -> CollectionsResponse:
        """The collections that can be asked; `/api/collections/papers/query` is `/api/query` of one of them."""
        return self._call(CollectionsResponse, "GET", "/api/collections")

    def status(self) -> StatusResponse:
        """How the server is, what it answers from and with what."""
        return self._call(StatusResponse, "GET", "/api/status")

    def healthz(self) -> Health:
        """The process is alive."""
        return self._call(Health, "GET", "/healthz")

    def readyz(self) -> Health:
        """Questions can be answered; 503 with the reason otherwise."""
        return self._call(Health, "GET", "/readyz")

    def metrics(self) -> str:
        """Figures for Prometheus."""
        return self._text("GET", "/metrics")

    def answers(self, *, state: Literal["holds", "lost", "refused"] | None = None) -> AnswersResponse:
        """The answers that are kept, and whether the documents still say what they rest on.

        state: Only those in this state.
        """
        return self._call(AnswersResponse, "GET", "/api/answers", query={"state": state})

    def delete_document(self, document: str) -> DeleteResponse:
        """Delete a document from the folder. It answers no more; the next run takes it out of the index.

        document: Its path as in GET /api/documents.
        """
        return self._call(DeleteResponse, "DELETE", f"/api/documents/{part(document)}")
