"""The measuring stick itself: figures by hand, a gate that notices a fall and forgives noise, question files."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.quality import reading
from benchmarks.quality.__main__ import main
from benchmarks.quality.answer_grading import holds, normalised
from benchmarks.quality.corpora import publish_index, read_file_once, text_document
from benchmarks.quality.measures import all_figures, bootstrapped, graded_gains, ranking_figures, surely_falls
from benchmarks.quality.question_sets import (
    EVERYDAY,
    OWN_DOCUMENTS,
    OWN_NATURAL_QUESTIONS,
    OWN_QUESTIONS,
    BadQuestions,
    EvalQuestion,
    QuestionSet,
    folder_documents,
    question_sets,
    read_questions,
    squeezed,
)
from benchmarks.quality.results import SetResult, compare, write_baseline
from benchmarks.quality.systems import SYSTEMS, Outcome, rank_fusion
from storage.embedding.local import build_embed_model
from storage.embedding.models import resolve_model
from storage.records import ChunkRecord, Span
from tests.indexing.samples import pdf


def result(places: list[int]) -> SetResult:
    """The result of a set of which only the places matter."""
    return SetResult("own", "f", len(places), {}, {}, tuple(places), (1,) * len(places), {}, {})


def test_figures_are_those_of_a_calculation_by_hand() -> None:
    figures = {name: figure.value for name, figure in ranking_figures([1, 2, 0, 6]).items()}
    assert figures["hit@1"] == 0.25
    assert figures["hit@5"] == 0.5
    assert figures["hit@10"] == 0.75
    assert figures["MRR"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 4, abs=1e-4)
    assert figures["nDCG@10"] == pytest.approx((1 + 0.63093 + 0.35621) / 4, abs=1e-4)


def test_an_interval_holds_its_mean_and_is_the_same_every_time() -> None:
    figure = bootstrapped([0.0, 1.0] * 20)
    assert figure.low < figure.value == 0.5 < figure.high
    assert figure == bootstrapped([0.0, 1.0] * 20)


def test_a_clear_fall_is_told_from_noise() -> None:
    before = [1.0] * 40
    assert surely_falls(before, [1.0] * 30 + [0.0] * 10)
    assert not surely_falls(before, before)
    assert not surely_falls([1.0, 0.0] * 20, [0.0, 1.0] + [1.0, 0.0] * 19)
    assert not surely_falls([0.0] * 40, before)


def test_the_gate_names_what_fell(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    write_baseline([result([1] * 40)], "model", file)
    assert compare([result([1] * 40)], "model", file) == ([], [])
    fallen, _ = compare([result([1] * 20 + [0] * 20)], "model", file)
    assert any("hit@5 fell from 1.0000 to 0.5000" in sentence for sentence in fallen)
    assert compare([result([0] * 40)], "another model", file)[0] == []
    assert compare([result([0] * 40)], "another model", file, across_models=True)[0] != []


def test_documents_with_grades_are_ranked_by_all_of_them() -> None:
    query = EvalQuestion("heat in slabs", grades=(("a.txt", 3), ("b.txt", 1)))
    chunks = {name: ChunkRecord(name, f"{name[0]}.txt", 0, "text") for name in ("a", "a again", "b", "c")}
    ranked = [chunks[name] for name in ("c", "a", "a again", "b")]
    outcome = Outcome(dict.fromkeys(SYSTEMS, ranked), 0, False, 0.0, 0.0)
    wanted = (3 / math.log2(3) + 1 / math.log2(4)) / (3 + 1 / math.log2(3))
    assert graded_gains([query], [outcome], "ours") == [pytest.approx(wanted, abs=1e-4)]
    assert all_figures([query], [outcome])["document"]["ours"]["nDCG@10"].value == pytest.approx(wanted, abs=1e-4)
    assert query.is_answered_by(chunks["b"])
    assert not query.is_answered_by(chunks["c"])


def test_a_baseline_keeps_the_sets_that_did_not_run(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    write_baseline([result([1] * 40)], "model", file)
    graded = replace(result([1] * 40), name="topics", gains=(0.5,) * 40)
    write_baseline([graded], "model", file)
    assert compare([result([1] * 40), graded], "model", file) == ([], [])
    fallen, _ = compare([replace(graded, gains=(0.1,) * 40)], "model", file)
    assert fallen == ["topics: nDCG@10 of documents fell from 0.5000 to 0.1000"]
    write_baseline([graded], "another model", file)
    assert compare([result([1] * 40)], "another model", file)[1] != []


def test_a_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "one.pdf").write_bytes(pdf(["Revenue 1,250 1,100"]))
    first = read_file_once(tmp_path / "one.pdf", "one.pdf", tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_text(kept.read_text(encoding="utf-8").replace("Revenue", "Income"), encoding="utf-8")
    again = read_file_once(tmp_path / "one.pdf", "one.pdf", tmp_path / "kept")
    assert "Revenue" in first.parsed.pages[0].text
    assert "Income" in again.parsed.pages[0].text
    (tmp_path / "one.pdf").write_bytes(pdf(["Costs 17"]))
    assert "Costs" in read_file_once(tmp_path / "one.pdf", "one.pdf", tmp_path / "kept").parsed.pages[0].text


def test_questions_that_cannot_be_asked_end_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "mine.jsonl"
    monkeypatch.setenv("EVAL_QUESTIONS", str(questions))
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "index"))
    for content, said in (
        (None, "cannot be read"),
        ("{}", "line 1"),
        ('{"question": "x", "document": "a"}', "no index"),
    ):
        if content is not None:
            questions.write_text(content)
        assert main(["--output", str(tmp_path)]) == 2
        assert said in capsys.readouterr().err


def test_a_users_questions_are_asked_to_their_index_and_compared_with_their_own_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    identity = resolve_model("packaged")
    model = build_embed_model(identity)
    publish_index(tmp_path / "index", [text_document("fees.txt", "A pupil pays 5 euros a year.")], identity, model)
    questions = tmp_path / "mine.jsonl"
    questions.write_text(
        '{"question": "What does a pupil pay?", "document": "*"}\n{"question": "?", "unanswerable": true}'
    )
    monkeypatch.setenv("EVAL_QUESTIONS", str(questions))
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "index"))
    assert main(["--output", str(tmp_path), "--update-baseline"]) == 0
    assert (tmp_path / "mine.baseline.json").is_file()
    assert "yours: 2 questions" in capsys.readouterr().out
    assert "yours" in (tmp_path / "quality.html").read_text(encoding="utf-8")


def test_rank_fusion_adds_reciprocal_ranks() -> None:
    assert rank_fusion([["a", "b"], ["b", "c"]]) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 1"),
        ('{"question": " ", "document": "a"}', 'no "question"'),
        ('{"question": "q"}', "document"),
        ("", "no question"),
    ],
)
def test_a_bad_question_file_is_named_with_its_line(tmp_path: Path, line: str, problem: str) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(BadQuestions, match=problem):
        read_questions(file)


@pytest.mark.parametrize(
    ("question", "is_answered"),
    [
        (EvalQuestion("q", "a/*.pdf", (3,)), True),
        (EvalQuestion("q", "a/b.pdf"), True),
        (EvalQuestion("q", "a/b.pdf", quote="the text\nof it"), True),
        (EvalQuestion("q", "a/b.pdf", (4,)), False),
        (EvalQuestion("q", "c.pdf"), False),
        (EvalQuestion("q", "a/b.pdf", quote="another"), False),
        (EvalQuestion("q", unanswerable=True), False),
    ],
)
def test_a_passage_answers_by_document_page_and_words(question: EvalQuestion, is_answered: bool) -> None:
    chunk = ChunkRecord("id", "a/b.pdf", 0, "Here is the text of it.", spans=(Span(2, 0, 5), Span(3, 0, 5)))
    assert question.is_answered_by(chunk) is is_answered


def test_our_own_questions_can_be_read() -> None:
    questions = read_questions(OWN_QUESTIONS)
    assert len(questions) >= 40
    assert any(question.unanswerable for question in questions)


@pytest.fixture(scope="module")
def own_texts() -> dict[str, str]:
    """The text of each of our documents, without white space and bars."""
    return {
        each.path: squeezed(" ".join(page.text for page in each.parsed.pages))
        for folder in (OWN_DOCUMENTS, EVERYDAY / "documents")
        for each in folder_documents(folder)
    }


def _own_natural() -> list[dict[str, Any]]:
    return _questions(OWN_NATURAL_QUESTIONS)


def _questions(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_there_are_many_natural_questions_of_all_kinds_and_languages() -> None:
    questions = _own_natural()
    answerable = [each for each in questions if not each["unanswerable"]]
    assert len(answerable) >= 80
    assert len(questions) - len(answerable) >= 20
    assert {each["language"] for each in questions} == {"en", "de", "zh", "es", "fr"}
    kinds = {"fact", "condition", "table", "yesno", "list", "compute", "definition", "follow-up", "whole"}
    assert kinds <= {each["kind"] for each in answerable}
    assert len({each["document"] for each in answerable}) == 6


@pytest.mark.parametrize(
    "asked", [*_own_natural(), *_questions(EVERYDAY / "questions.jsonl")], ids=lambda asked: asked["id"]
)
def test_the_gold_of_a_natural_question_stands_in_its_document(
    asked: dict[str, Any], own_texts: dict[str, str]
) -> None:
    if asked["unanswerable"]:
        assert not asked["answers"]
        return
    evidence = asked["evidence"].split("\n")
    assert [line for line in evidence if squeezed(line) not in own_texts[asked["document"]]] == []
    if asked["kind"] not in ("compute", "whole"):  # there the gold is put together, or stands in more places
        there = normalised(asked["evidence"])
        assert [variant for variant in asked["answers"] if not holds(there, variant)] == []


def test_a_follow_up_is_searched_for_with_the_question_before_it() -> None:
    question = next(question for question in natural().questions if question.history)
    assert question.history[-1].question in question.searched_text


def natural() -> QuestionSet:
    return next(each for each in question_sets() if each.name == "own natural")


def test_reading_is_skipped_with_a_reason_where_its_files_are_absent(tmp_path: Path) -> None:
    parts = reading.measured(tmp_path)
    assert all(part.is_good and "skipped" in part.sentence for part in parts)


def test_reading_counts_rows_that_are_kept_and_names_those_that_are_not(tmp_path: Path) -> None:
    table = "Revenue 1,250 1,100\nCost of sales (840) (790)\nA line of prose without figures.\n2023 2022"
    (tmp_path / "filings").mkdir()
    (tmp_path / "filings" / "one.pdf").write_bytes(pdf([table]))
    found = {part.name: part for part in reading.measured(tmp_path)}
    rows = found["rows of filings kept on one line"].tally
    assert rows is not None
    assert (rows.good, rows.total) == (2, 2)
    assert not reading.Part("rows", 0.99, reading.Tally(1, 2, ("one.pdf p. 1: Revenue",))).is_good
