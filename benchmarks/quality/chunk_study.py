"""What chunk size and overlap cost and bring: python -m benchmarks.quality.chunk_study.

The papers (our own documents where those are not there) are indexed once for every pair, their questions and, where
squad2 is there, its questions, which they cannot answer, are asked. Takes minutes: every pair is embedded anew.
"""

from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.quality.corpora import Chunking, publish_index
from benchmarks.quality.question_sets import QuestionSet, question_sets
from benchmarks.quality.results import SetResult, result_of
from benchmarks.quality.systems import ask
from server.retrieval.index_holder import OpenIndex
from storage.embedding.local import build_embed_model
from storage.embedding.models import ModelIdentity, load_token_counter, resolve_model
from storage.generations.published import Generation, open_generation

_PAIRS = (
    *(Chunking(size, 50) for size in (1000, 400, 600, 800, 1600)),
    *(Chunking(1000, overlap) for overlap in (0, 300)),
)
_LINE = "{:>5} {:>8} {:>7} {:>13} {:>17} {:>7} {:>7} {:>7} {:>8} {:>16} {:>16}"
_HEAD = ("size", "overlap", "chunks", "tokens each", "tokens embedded", "hit@1", "hit@5", "hit@10", "nDCG@10")
_EVERY = 3  # of the strangers' questions, to save time
_REFUSALS = ("wrongly refused", "strangers refused")


@dataclass(frozen=True, slots=True)
class Cut:
    """What one size and overlap make of the documents: the number of chunks, and the tokens the model reads."""

    chunks: int
    tokens: int


def main() -> None:
    """Measure and print, a line a pair."""
    sets = {each.name: each for each in question_sets()}
    questions = sets.get("papers", sets["own"])
    strangers = sets.get("squad2 asked to papers") if "papers" in sets else None
    identity = resolve_model("packaged")
    model: Any = build_embed_model(identity)
    documents = list(questions.documents())
    print(_LINE.format(*_HEAD, *_REFUSALS))
    for chunking in _PAIRS:
        with TemporaryDirectory() as directory:
            publish_index(Path(directory), documents, identity, model, chunking=chunking)
            generation = open_generation(Path(directory))
            try:
                index = OpenIndex(generation, model)
                _print(chunking, _cut(generation, identity), _asked(index, questions), _refused(index, strangers))
            finally:
                generation.close()


def _cut(generation: Generation, identity: ModelIdentity) -> Cut:
    count = load_token_counter(identity)
    tokens = [count(chunk.embed_text) for chunk in generation.catalogue.iter_chunks()]
    return Cut(len(tokens), sum(tokens))


def _asked(index: OpenIndex, questions: QuestionSet) -> SetResult:
    return result_of(questions, [ask(index, question.text) for question in questions.questions])


def _refused(index: OpenIndex, strangers: QuestionSet | None) -> float:
    """Share of the questions that nothing answers which are refused; NaN where there are none."""
    if strangers is None:
        return float("nan")
    return fmean(ask(index, question.text).refused for question in strangers.questions[::_EVERY])


def _print(chunking: Chunking, cut: Cut, result: SetResult, strangers_refused: float) -> None:
    figures = result.figures["page"]["ours"]
    found = [f"{figures[name].value:.3f}" for name in ("hit@1", "hit@5", "hit@10", "nDCG@10")]
    refused = (f"{result.refusal['wrongly refused'].value:.3f}", f"{strangers_refused:.3f}")
    each = round(cut.tokens / cut.chunks)
    print(_LINE.format(chunking.size, chunking.overlap, cut.chunks, each, cut.tokens, *found, *refused), flush=True)


if __name__ == "__main__":
    main()
