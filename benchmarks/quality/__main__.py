"""`make eval`: python -m benchmarks.quality [--sets NAME ...] [--update-baseline] [--output DIR].

Exit code 0 when no figure fell by more than its noise, 1 when one did, 2 for wrong usage.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.quality.corpora import publish_index
from benchmarks.quality.measures import MEASURES
from benchmarks.quality.page import render_page
from benchmarks.quality.question_sets import (
    ROOT,
    BadQuestions,
    QuestionSet,
    folder_documents,
    question_sets,
    read_questions,
)
from benchmarks.quality.results import SetResult, compare, repeatable, result_of, write_baseline
from benchmarks.quality.systems import SYSTEMS, ask
from server.index_holder import OpenIndex
from storage.embedding_models import ModelIdentity, build_embed_model, load_recorded_model, resolve_model
from storage.generations import open_generation
from storage.settings import StorageSettings


def main(arguments: Sequence[str]) -> int:
    """Measure, print, save, compare."""
    options = _parser().parse_args(arguments)
    try:
        sets = _wanted(options.sets)
    except BadQuestions as error:
        print(error, file=sys.stderr)
        return 2
    os.environ["HF_HUB_OFFLINE"] = "1"
    identity = resolve_model(options.model, allow_fallback=False)
    results = _measure(sets, identity, options.output)
    results += _measure_users_own(options.output)
    for result in results:
        _print(result)
    if options.update_baseline:
        write_baseline([result for result in results if result.name != "yours"], identity.short_name)
    fallen, notes = compare([result for result in results if result.name != "yours"], identity.short_name)
    _save(options.output, results, identity.short_name, fallen, notes)
    for sentence in [*notes, *fallen]:
        print(sentence)
    print(f"saved: {options.output}/results.json, {options.output}/quality.html")
    return 1 if fallen else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description="Measure retrieval quality.")
    parser.add_argument("--sets", nargs="+", metavar="NAME", help="only these sets")
    parser.add_argument("--model", default="packaged", help="embedding model of the measured sets (default: packaged)")
    parser.add_argument("--output", type=Path, default=ROOT / "eval" / "results", help="where results are saved")
    parser.add_argument("--update-baseline", action="store_true", help="make this run the baseline")
    return parser


def _wanted(names: Sequence[str] | None) -> list[QuestionSet]:
    sets = question_sets()
    if names and (unknown := set(names).difference(each.name for each in sets)):
        raise BadQuestions(f"no such set: {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in sets)}")
    return [each for each in sets if not names or each.name in names]


def _measure(sets: Sequence[QuestionSet], identity: ModelIdentity, output: Path) -> list[SetResult]:
    """Build an index for each corpus and ask its questions."""
    model: Any = build_embed_model(identity)
    found = []
    for corpus in dict.fromkeys(each.corpus for each in sets):
        members = [each for each in sets if each.corpus == corpus]
        directory = output / "indexes" / corpus
        publish_index(directory, members[0].documents(), identity, model, cache_file=output / "embeddings.db")
        generation = open_generation(directory)
        try:
            found += [_asked(each, OpenIndex(generation, model)) for each in members]
        finally:
            generation.close()
    return found


def _measure_users_own(output: Path) -> list[SetResult]:
    """The user's questions (EVAL_QUESTIONS) asked to the user's index (INDEX_DIR), with the model it was built with."""
    file = os.environ.get("EVAL_QUESTIONS")
    if not file:
        return []
    questions = read_questions(Path(file))
    generation = open_generation(StorageSettings().index_dir)
    try:
        model = load_recorded_model(generation.manifest.embed_model)
        yours = QuestionSet("yours", "yours", lambda: folder_documents(output), questions)
        return [_asked(yours, OpenIndex(generation, model))]
    finally:
        generation.close()


def _asked(question_set: QuestionSet, index: OpenIndex) -> SetResult:
    started = time.perf_counter()
    ask(index, "Is everything loaded?")  # the first question of an index waits for its files
    outcomes = [ask(index, question.text) for question in question_set.questions]
    seconds = time.perf_counter() - started
    print(f"{question_set.name}: {len(outcomes)} questions in {seconds:.0f} s", file=sys.stderr)
    return result_of(question_set, outcomes)


def _print(result: SetResult) -> None:
    print(f"\n{result.name}: {result.questions} questions")
    for level, systems in result.figures.items():
        print(f"  by {level:<12}" + "".join(f"{name:>22}" for name in MEASURES))
        for system in SYSTEMS:
            figures = [systems[system][name] for name in MEASURES]
            cells = "".join(f"{f.value:>8.3f} [{f.low:.3f}-{f.high:.3f}]" for f in figures)
            print(f"    {system:<12}{cells}")
    for name, figure in result.refusal.items():
        print(f"    {name:<20}{figure.value:.3f} [{figure.low:.3f}-{figure.high:.3f}]")
    print("    " + ", ".join(f"{name} {value} ms" for name, value in result.latency_ms.items()))


def _save(output: Path, results: Sequence[SetResult], model: str, fallen: Sequence[str], notes: Sequence[str]) -> None:
    output.mkdir(parents=True, exist_ok=True)
    (output / "results.json").write_text(json.dumps(repeatable(results, model), indent=1) + "\n", encoding="utf-8")
    latency = {result.name: dict(result.latency_ms) for result in results}
    (output / "latency.json").write_text(json.dumps(latency, indent=1) + "\n", encoding="utf-8")
    (output / "quality.html").write_text(render_page(results, model, fallen, notes), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
