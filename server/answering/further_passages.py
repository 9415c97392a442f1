"""Passages that a question's search did not bring and its answer needs all the same: counterparts, whole documents.

Apart from the flow because it knows how a passage is built out of the catalogue, and nothing of the order of steps.
"""

from collections.abc import Sequence
from dataclasses import replace

from llama_index.core.schema import NodeWithScore

from server.passages import Judgement, Scoring, passage_of
from server.relevance.postprocessor import JudgedPassages, ScoringRecord
from storage.generations.published import Generation
from storage.records import ChunkRecord
from storage.vectors.llama_index import PassageMetadata, add_metadata, passage_node


def nodes_of(generation: Generation, chunks: Sequence[ChunkRecord]) -> list[NodeWithScore]:
    """The chunks as nodes with the labels and remarks of their pages, in this order; their retrieval score is 0."""
    places = [(chunk.document, chunk.pages) for chunk in chunks]
    known = zip(chunks, generation.catalogue.labels(places), generation.catalogue.remarks(places), strict=True)
    nodes = []
    for chunk, labels, remarks in known:
        node = passage_node(chunk)
        add_metadata(node, PassageMetadata(retrieval_score=0.0, labels=labels, remarks=list(remarks)))
        nodes.append(NodeWithScore(node=node, score=0.0))
    return nodes


def only_kept(nodes: Sequence[NodeWithScore], reason: str, threshold: int) -> JudgedPassages:
    """These nodes as the evidence: nobody searched for them, and nobody scores them."""
    return JudgedPassages(
        nodes=tuple(nodes),
        kept=tuple(passage_of(node, Judgement(None, reason), kept=True) for node in nodes),
        rejected=(),
        scoring=Scoring("local", threshold, 0, 0),
        record=ScoringRecord(),
    )


def with_kept(evidence: JudgedPassages, nodes: Sequence[NodeWithScore], reason: str) -> JudgedPassages:
    """The same, with these nodes kept as well, unscored and behind the others; those that are kept already are left.

    One that was rejected is kept with its score.
    """
    known = {passage.id for passage in evidence.kept}
    rejected = {passage.id: passage for passage in evidence.rejected}
    new = [node for node in nodes if node.node.node_id not in known]
    ids = {node.node.node_id for node in new}
    passages = [
        replace(rejected[node.node.node_id], kept=True)
        if node.node.node_id in rejected
        else passage_of(node, Judgement(None, reason), kept=True)
        for node in new
    ]
    return replace(
        evidence,
        nodes=(*evidence.nodes, *new),
        kept=(*evidence.kept, *passages),
        rejected=tuple(passage for passage in evidence.rejected if passage.id not in ids),
    )
