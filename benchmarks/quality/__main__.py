"""`make eval`: python -m benchmarks.quality [--sets NAME ...] [--update-baseline] [--output DIR].

Exit code 0 when no figure fell by more than its noise, 1 when one did, 2 for wrong usage.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.quality import reading
from benchmarks.quality.corpora import publish_index
from benchmarks.quality.measures import ANSWER_FIGURES, MEASURES, Figure
from benchmarks.quality.page import render_page
from benchmarks.quality.question_sets import (
    ROOT,
    SHARED,
    BadQuestions,
    EvalQuestion,
    QuestionSet,
    folder_documents,
    missing_sets,
    question_sets,
    read_questions,
)
from benchmarks.quality.results import BASELINE, SetResult, compare, repeatable, result_of, write_baseline
from benchmarks.quality.systems import DEPTH, SYSTEMS, ask
from server.commands.questions import measured_lines
from server.retrieval.index_holder import OpenIndex
from server.settings import read_settings
from storage.embedding.loading import load_recorded_model
from storage.embedding.local import build_embed_model
from storage.embedding.models import ModelIdentity, ModelUnavailable, resolve_model
from storage.generations.published import NoIndex, open_generation
from storage.server_state.own_questions import figure_lines, read_figures, read_own_questions
from storage.settings import StorageSettings


@dataclass(frozen=True, slots=True)
class Run:
    """Sets that were asked with one embedding model, and the file of the figures they are compared with.

    `across_models`: whether figures of another model are worth comparing; whoever changes their index's model wants to.
    """

    results: Sequence[SetResult]
    model: str
    baseline: Path
    across_models: bool = False


def main(arguments: Sequence[str]) -> int:
    """Measure, print, save, compare."""
    options = _parser().parse_args(arguments)
    file = os.environ.get("EVAL_QUESTIONS")
    users_file = Path(file) if file else None
    try:
        users_questions = read_questions(users_file) if users_file else None
        sets = _wanted(options.sets) if options.sets or not users_file else []
        for sentence in missing_sets() if sets and not options.sets else ():
            print(sentence)
        os.environ["HF_HUB_OFFLINE"] = "1"
        identity = resolve_model(options.model, allow_fallback=False)
        runs = [Run(_measure(sets, identity, options.output), identity.short_name, BASELINE)] if sets else []
        if users_file and users_questions:
            runs.append(_measure_users_own(users_questions, users_file.with_suffix(".baseline.json"), options.output))
    except (BadQuestions, NoIndex, ModelUnavailable) as error:
        print(error, file=sys.stderr)
        return 2
    is_whole = not options.sets and not users_file
    if not options.sets:
        _measure_accepted(options.output)
    poor = _read_documents(options.output) if is_whole else []
    return max(_report(runs, options.output, update_baseline=options.update_baseline), int(bool(poor)))


def _read_documents(output: Path) -> list[str]:
    """Measures how documents are read; sentences about what fell below its bar. Says what was skipped and why."""
    parts = reading.measured(SHARED)
    for part in parts:
        print(part.sentence)
    output.mkdir(parents=True, exist_ok=True)
    (output / "reading.json").write_text(json.dumps([asdict(part) for part in parts], indent=1), encoding="utf-8")
    poor = [f"reading: {part.sentence}, the bar is {part.bar}" for part in parts if not part.is_good]
    print("\n".join(poor), end="\n" if poor else "")
    return poor


def _report(runs: Sequence[Run], output: Path, *, update_baseline: bool) -> int:
    """Print and save all runs, compare each with its baseline."""
    fallen: list[str] = []
    notes: list[str] = []
    for run in runs:
        for result in run.results:
            _print(result)
        if update_baseline:
            write_baseline(run.results, run.model, run.baseline)
        fell, unknown = compare(run.results, run.model, run.baseline, across_models=run.across_models)
        fallen += fell
        notes += unknown
    _save(output, runs, fallen, notes)
    for sentence in [*notes, *fallen]:
        print(sentence)
    print(f"saved: {output}/results.json, {output}/quality.html")
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


def _measure_users_own(questions: tuple[EvalQuestion, ...], baseline: Path, output: Path) -> Run:
    """The user's questions asked to the user's index (INDEX_DIR), with the model it was built with."""
    generation = open_generation(StorageSettings().index_dir)
    try:
        recorded = generation.manifest.embed_model
        yours = QuestionSet("yours", "yours", lambda: folder_documents(output), questions)
        results = [_asked(yours, OpenIndex(generation, load_recorded_model(recorded)))]
        return Run(results, recorded.short_name, baseline, across_models=True)
    finally:
        generation.close()


def _measure_accepted(output: Path) -> None:
    """Asks the questions that were accepted for the user's folder (`make questions`) of its index; says the figures."""
    settings = read_settings()
    if not any(each.state == "accepted" for each in read_own_questions(StorageSettings().index_dir)):
        return
    figures = next(measured_lines(settings, as_json=True))
    output.mkdir(parents=True, exist_ok=True)
    (output / "own_questions.json").write_text(figures + "\n", encoding="utf-8")
    for line in figure_lines(read_figures(figures)):
        print(line)


def _asked(question_set: QuestionSet, index: OpenIndex) -> SetResult:
    started = time.perf_counter()
    ask(index, "Is everything loaded?")  # the first question of an index waits for its files
    # Two passages of one document are one place in a ranking of documents.
    outcomes = [ask(index, q.text, 2 * DEPTH if q.grades else DEPTH, q.history) for q in question_set.questions]
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
    _print_answers(result)
    print("    " + ", ".join(f"{name} {value} ms" for name, value in result.latency_ms.items()))


def _print_answers(result: SetResult) -> None:
    if not result.answers:
        return
    names = (*ANSWER_FIGURES, "unanswerable refused")
    print("  answers" + " " * 21 + "".join(f"{name:>22}" for name in names))
    for group, figures in result.answers.items():
        print(f"    {group:<24}" + "".join(f"{_shown(figures.get(name)):>22}" for name in names))


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    digits = 0 if figure.value > 1 else 3
    return f"{figure.value:.{digits}f} [{figure.low:.{digits}f}-{figure.high:.{digits}f}]"


def _save(output: Path, runs: Sequence[Run], fallen: Sequence[str], notes: Sequence[str]) -> None:
    results = [result for run in runs for result in run.results]
    model = " and ".join(dict.fromkeys(run.model for run in runs))
    output.mkdir(parents=True, exist_ok=True)
    (output / "results.json").write_text(json.dumps(repeatable(results, model), indent=1) + "\n", encoding="utf-8")
    latency = {result.name: dict(result.latency_ms) for result in results}
    (output / "latency.json").write_text(json.dumps(latency, indent=1) + "\n", encoding="utf-8")
    (output / "quality.html").write_text(render_page(results, model, fallen, notes), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
