"""Between LlamaIndex's nodes and our passages."""

from typing import Any

from llama_index.core.schema import NodeWithScore

from server.passages import Judgement, Passage
from storage.records import Span


def passage_of(scored: NodeWithScore, judgement: Judgement | None = None, kept: bool = False) -> Passage:
    """The passage of a retrieved node, with what was judged of it."""
    metadata: dict[str, Any] = scored.node.metadata
    return Passage(
        id=scored.node.node_id,
        document=metadata["document"],
        pages=tuple(metadata.get("pages", ())),
        text=scored.node.get_content(),
        retrieval_score=min(1.0, max(0.0, metadata.get("retrieval_score", scored.score or 0.0))),
        labels=tuple(metadata.get("labels", ())),
        judgement=judgement,
        kept=kept,
        stale=bool(metadata.get("stale", False)),
        spans=tuple(Span(*span) for span in metadata.get("spans", ())),
        context=metadata.get("context", ""),
    )
