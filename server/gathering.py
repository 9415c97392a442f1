"""The evidence for a question: what was retrieved, judged and selected."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from llama_index.core.schema import NodeWithScore

from server.answers import Scoring
from server.nodes import passage_of
from server.passages import Passage
from server.relevance import RelevanceScorer, ScoringRecord, Verdict


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages of a question, judged. `kept` are to be answered from, best first; `nodes` are the same."""

    nodes: tuple[NodeWithScore, ...]
    kept: tuple[Passage, ...]
    rejected: tuple[Passage, ...]
    scoring: Scoring
    record: ScoringRecord

    def without(self, ids: Collection[str]) -> "Evidence":
        """The same, with some of the kept passages rejected after all."""
        dropped = tuple(replace(passage, kept=False) for passage in self.kept if passage.id in ids)
        return replace(
            self,
            nodes=tuple(node for node in self.nodes if node.node.node_id not in ids),
            kept=tuple(passage for passage in self.kept if passage.id not in ids),
            rejected=dropped + self.rejected,
        )


def evidence_of(verdicts: Sequence[Verdict], scorer: RelevanceScorer, threshold: int) -> Evidence:
    """What became of the retrieved nodes."""
    passages = [passage_of(verdict.node, verdict.judgement, verdict.kept) for verdict in verdicts]
    scored = sum(verdict.judgement.score is not None for verdict in verdicts)
    return Evidence(
        nodes=tuple(verdict.node for verdict in verdicts if verdict.kept),
        kept=tuple(passage for passage in passages if passage.kept),
        rejected=tuple(passage for passage in passages if not passage.kept),
        scoring=Scoring(scorer.name, threshold, scored, len(verdicts) - scored),
        record=scorer.record,
    )
