"""Reading in child processes: what one file does there costs no other file, and never the job."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import psutil
import pytest

from indexing.documents import ParsedDocument, ReadLimits
from indexing.parsing.child import document_from_json, document_to_json
from indexing.parsing.child_pool import ChildReply, ParseTask
from indexing.parsing.parse_all import ParseOutcome, _Work, parse_all
from indexing.readers import read_document
from indexing.readers.announced_parts import Parts, reading_parts
from storage.message_translation import told
from storage.messages import message
from storage.records import PageRecord
from tests.indexing.samples import (
    PROSE,
    encrypted_pdf,
    flate_bomb,
    pdf,
    pdf_with_bookmarks,
    pdf_with_endless_page,
    raw_pdf,
    saved,
    scanned_pdf,
)

LIMITS = ReadLimits(cpu_seconds=20)
CODE = Path(__file__).resolve().parents[3]


def outcomes(files: list[Path], limits: ReadLimits = LIMITS, workers: int = 2) -> dict[str, ParseOutcome]:
    return {outcome.path.name: outcome for outcome in parse_all(files, limits, workers)}


def categories(found: dict[str, ParseOutcome]) -> dict[str, str]:
    return {name: outcome.failure.category if outcome.failure else "read" for name, outcome in found.items()}


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.fixture
def _no_child_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


pytestmark = pytest.mark.usefixtures("_no_child_is_left")


def test_what_a_child_says_keeps_its_template(tmp_path: Path) -> None:
    page = PageRecord(1, "", "empty", detail=message("{before}; OCR found none either", before="no text layer"))
    document = ParsedDocument(None, (page,), notes=(message("folders"), "plain"))
    same = document_from_json(json.loads(json.dumps(document_to_json(document))))
    assert same == document
    assert [told(text or "", "zh") for text in (same.pages[0].detail, *same.notes)] == [
        "no text layer；文字识别也未找到文字",
        "文件夹",
        "plain",
    ]
    bomb = saved(tmp_path / "bomb.pdf", flate_bomb())
    failure = outcomes([bomb], replace(LIMITS, memory_bytes=256 * 1024**2))["bomb.pdf"].failure
    assert failure is not None
    assert told(failure.detail, "zh") != failure.detail


@pytest.mark.faults("B1")
@pytest.mark.faults("B5")
def test_good_and_bad_files_each_have_their_outcome(tmp_path: Path) -> None:
    files = [
        saved(tmp_path / "good.pdf", pdf([PROSE])),
        saved(tmp_path / "good.txt", PROSE),
        saved(tmp_path / "good.md", "# Title\n\nText."),
        saved(tmp_path / "empty.pdf", b""),
        saved(tmp_path / "scan.pdf", scanned_pdf()),
        saved(tmp_path / "locked.pdf", encrypted_pdf("x", user_password="secret")),
        saved(tmp_path / "picture.pdf", b"\xff\xd8\xff\xe0 not a pdf"),
        saved(tmp_path / "tool.exe", b"MZ"),
        tmp_path / "gone.txt",
    ]
    assert categories(outcomes(files)) == {
        "good.pdf": "read",
        "good.txt": "read",
        "good.md": "read",
        "empty.pdf": "empty",
        "scan.pdf": "no_text",
        "locked.pdf": "encrypted",
        "picture.pdf": "type_mismatch",
        "tool.exe": "unsupported",
        "gone.txt": "unreadable",
    }


@pytest.mark.faults("B13")
def test_what_comes_back_is_clean(tmp_path: Path) -> None:
    found = outcomes([saved(tmp_path / "dirty.txt", "a\x07b\u200bc\u202ed\U000e0041e.")])
    document = found["dirty.txt"].document
    assert document is not None
    assert document.pages[0].text == "abcde."


@pytest.mark.faults("B6")
def test_a_bomb_ends_in_its_child(tmp_path: Path) -> None:
    files = [saved(tmp_path / "bomb.pdf", flate_bomb()), saved(tmp_path / "good.pdf", pdf([PROSE]))]
    began = time.monotonic()
    found = outcomes(files, ReadLimits(memory_bytes=200 * 1024**2))
    assert categories(found)["good.pdf"] == "read"
    assert categories(found)["bomb.pdf"] in ("memory", "damaged", "no_text")
    assert time.monotonic() - began < 30


@pytest.mark.faults("B10")
@pytest.mark.parametrize(
    "limits",
    [
        pytest.param(ReadLimits(file_cpu_seconds=0.5), id="file"),
        pytest.param(ReadLimits(cpu_seconds=0.3), id="part"),
    ],
)
def test_a_file_that_takes_too_long_is_stopped(tmp_path: Path, limits: ReadLimits) -> None:
    slow = saved(tmp_path / "slow.html", "<p>" + "<b>word</b> " * 700_000)
    found = outcomes([slow, saved(tmp_path / "good.txt", PROSE)], limits)
    assert categories(found) == {"slow.html": "timeout", "good.txt": "read"}


def test_a_slow_file_does_not_hold_the_others(tmp_path: Path) -> None:
    slow = saved(tmp_path / "slow.html", "<p>" + "<b>word</b> " * 700_000)
    quick = [saved(tmp_path / f"{number}.txt", PROSE) for number in range(20)]
    order = [outcome.path.name for outcome in parse_all([slow, *quick], ReadLimits(cpu_seconds=1), 2)]
    assert order[-1] == "slow.html"
    assert len(order) == 21


@pytest.mark.faults("B7")
def test_too_much_text_is_refused(tmp_path: Path) -> None:
    files = [saved(tmp_path / "long.txt", "word " * 1000), saved(tmp_path / "long.pdf", pdf([PROSE] * 30))]
    assert set(categories(outcomes(files, ReadLimits(text_characters=2000))).values()) == {"output_limit"}


@pytest.mark.faults("S5")
def test_a_child_that_dies_is_replaced(tmp_path: Path) -> None:
    files = [saved(tmp_path / f"{number}.txt", PROSE) for number in range(6)]
    before = children()
    names, killed = [], 0
    for outcome in parse_all(files, LIMITS, 1):
        names.append(outcome.path.name)
        for pid in children() - before:
            os.kill(pid, signal.SIGSEGV)
            killed += 1
    assert killed
    assert len(names) == 6


def test_closing_early_leaves_no_process(tmp_path: Path) -> None:
    files = [saved(tmp_path / f"{number}.txt", PROSE) for number in range(6)]
    before = children()
    reading = parse_all(files, LIMITS, 2)
    next(reading)
    assert children() > before
    reading.close()  # type: ignore[attr-defined]
    assert children() <= before


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
def test_children_end_with_their_parent(tmp_path: Path, sent: signal.Signals) -> None:
    slow = saved(tmp_path / "slow.html", "<p>" + "<b>word</b> " * 300_000)
    program = (
        "import sys; from pathlib import Path; from indexing.parsing.parse_all import parse_all; "
        "from indexing.documents import ReadLimits; list(parse_all([Path(sys.argv[1])], ReadLimits(cpu_seconds=5), 1))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(slow)], cwd=CODE, stderr=subprocess.DEVNULL)
    process = psutil.Process(parent.pid)
    while not process.children():
        time.sleep(0.01)
    child = process.children()[0]
    parent.send_signal(sent)
    parent.wait(timeout=20)
    child.wait(timeout=20)


def test_no_secret_reaches_a_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "canary")
    before = children()
    for _ in parse_all([saved(tmp_path / "a.txt", PROSE)], LIMITS, 1):
        environments = [psutil.Process(pid).environ() for pid in children() - before]
        assert environments
        assert not any("canary" in "".join(environment.values()) for environment in environments)


def test_a_reading_process_knows_no_heavy_library() -> None:
    program = "import sys, indexing.parsing.child, indexing.parsing.parse_all; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=CODE, capture_output=True, text=True, check=True
    ).stdout
    heavy = {"torch", "chromadb", "llama_index", "sentence_transformers", "pypdf", "pypdfium2", "bs4", "numpy"}
    assert not heavy & set(loaded.split())


def test_a_document_survives_the_pipe(tmp_path: Path) -> None:
    pages = ["One Way\nText.", "Another\nText.", "A Third\nText."]
    content = pdf_with_bookmarks(pages, [("One Way", 0), ("Another", 1), ("A Third", 2)])
    document = read_document(saved(tmp_path / "a.pdf", content), LIMITS)
    assert document.headings
    assert document_from_json(document_to_json(document)) == document


def test_ocr_is_asked_only_for_pages_without_text_and_kept_at_once(tmp_path: Path) -> None:
    kept: dict[str, str] = {}
    files = [saved(tmp_path / "mixed.pdf", pdf([PROSE, ""]))]
    found = list(parse_all(files, ReadLimits(ocr=True), 1, keep_ocr=kept.__setitem__))
    document = found[0].document
    assert document is not None
    assert [page.status for page in document.pages] == ["text", "empty"]  # a blank page holds no text to be read
    assert list(kept.values()) == [""]


def test_a_file_of_which_no_page_can_be_read_is_damaged_also_where_ocr_tried(tmp_path: Path) -> None:
    tree = raw_pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "(no page)"])
    for limits in (LIMITS, ReadLimits(ocr=True)):
        assert categories(outcomes([saved(tmp_path / "a.pdf", tree)], limits)) == {"a.pdf": "damaged"}


def test_advice_names_ocr_only_where_it_is_off(tmp_path: Path) -> None:
    blank = saved(tmp_path / "blank.pdf", pdf([""]))
    off, on = (outcomes([blank], limits)["blank.pdf"].failure for limits in (LIMITS, ReadLimits(ocr=True)))
    assert off is not None
    assert on is not None
    assert (off.category, on.category) == ("no_text", "no_text")
    assert "OCR=auto" in off.detail
    assert "OCR=auto" not in on.detail


def test_a_page_that_takes_too_long_costs_no_other_page(tmp_path: Path) -> None:
    files = [saved(tmp_path / "endless.pdf", pdf_with_endless_page(12, endless=7)), saved(tmp_path / "a.txt", PROSE)]
    found = outcomes(files, ReadLimits(cpu_seconds=1.5, page_cpu_seconds=0.5))
    document = found["endless.pdf"].document
    assert document is not None
    assert [page.number for page in document.pages if page.status != "text"] == [7]
    assert [page.text for page in document.pages if page.number != 7] == [f"Page {n}." for n in range(1, 13) if n != 7]
    assert document.pages[6].detail in (
        "reading it took too much processor time",
        "reading it needs more memory than the limit",
    )
    assert found["a.txt"].document is not None


def test_a_file_with_many_such_pages_is_read_up_to_there(tmp_path: Path) -> None:
    found = outcomes(
        [saved(tmp_path / "endless.pdf", pdf_with_endless_page(12, endless=7))],
        ReadLimits(cpu_seconds=1.5, page_cpu_seconds=0.5, lost_parts=0),
    )
    document = found["endless.pdf"].document
    assert document is not None
    assert [page.status for page in document.pages] == ["text"] * 6 + ["failed"] * 6
    assert "took as long as a whole file may" in str(document.pages[11].detail)


def test_a_long_file_of_good_pages_is_read_whole(tmp_path: Path) -> None:
    long_file = saved(tmp_path / "long.pdf", pdf([PROSE] * 150))
    began = time.process_time()
    read_document(long_file, ReadLimits())
    seconds = time.process_time() - began
    found = outcomes([long_file], ReadLimits(cpu_seconds=max(0.5, seconds / 4), file_cpu_seconds=0.5))
    document = found["long.pdf"].document
    assert document is not None
    assert document.pages_without_text == ()


def test_the_page_in_hand_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    long_file = saved(tmp_path / "long.pdf", pdf([PROSE] * 30))
    list(parse_all([long_file], LIMITS, 1, on_part=lambda path, part, of: told.append((path.name, part, of))))
    assert {(name, of) for name, _, of in told} == {("long.pdf", 30)}
    assert [part for _, part, _ in told] == sorted(part for _, part, _ in told)


def test_a_pdf_that_crashes_its_reader_is_read_once_more_without_pdfium(tmp_path: Path) -> None:
    file = saved(tmp_path / "good.pdf", pdf([PROSE]))
    crash = ChildReply({"failure": ["crashed", "its reader crashed"]}, 1.0)
    work = _Work(iter([]), LIMITS, None)
    assert list(work.take(ParseTask(file), crash)) == []
    again = work.next_task()
    assert again == ParseTask(file, without_pdfium=True)
    assert [outcome.failure is not None for outcome in work.take(again, crash)] == [True]
    document = read_document(file, ReadLimits(without_pdfium=True))
    assert document.pages[0].text.startswith("The reading room opens at nine.")


def test_a_picture_with_a_stamp_keeps_both_texts_apart(tmp_path: Path) -> None:
    file = saved(tmp_path / "scan.pdf", pdf(["Received 4 May"]))
    document = replace(read_document(file, LIMITS), pictures=(1,))
    work = _Work(iter([]), ReadLimits(ocr=True), None)
    assert list(work.take(ParseTask(file), ChildReply({"document": document_to_json(document)}, 1.0))) == []
    assert work.next_task() == ParseTask(file, page=1)
    read = {"ocr": {"key": "0a", "text": "RECEIVED 4 MAY\nThe contract goes to Brandt.", "is_new": True}}
    found = next(work.take(ParseTask(file, page=1), ChildReply(read, 1.0))).document
    assert found is not None
    assert (found.pages[0].text, found.pages[0].status) == ("Received 4 May\n\nThe contract goes to Brandt.", "ocr")


def test_the_parts_of_mail_boxes_archives_and_workbooks_are_announced(tmp_path: Path) -> None:
    mails = "".join(
        f"From a@example.org Thu Jan  1 00:00:00 2026\nSubject: {n}\n\nMail {n} says so.\n\n" for n in range(3)
    )
    box = saved(tmp_path / "box.mbox", mails)
    with zipfile.ZipFile(tmp_path / "folder.zip", "w") as archive:
        archive.writestr("a.txt", "One says so.")
        archive.writestr("b.pdf", pdf([PROSE] * 3))
    book = openpyxl.Workbook()
    for sheet in (book.worksheets[0], book.create_sheet("Second")):
        sheet["A1"] = "One value"
    book.save(tmp_path / "book.xlsx")
    told: dict[str, list[tuple[int, int]]] = {}

    for file in (box, tmp_path / "folder.zip", tmp_path / "book.xlsx"):
        announced: list[tuple[int, int]] = []

        def announce(part: int, of: int, announced: list[tuple[int, int]] = announced) -> None:
            announced.append((part, of))

        with reading_parts(Parts(announce)):
            read_document(file, LIMITS)
        told[file.name] = announced
    assert told == {
        "box.mbox": [(1, 1), (2, 2), (3, 3), (0, 3)],
        "folder.zip": [(1, 2), (2, 2), (0, 2)],
        "book.xlsx": [(1, 2), (2, 2), (0, 2)],
    }


def test_a_part_that_was_lost_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "folder.zip", "w") as archive:
        archive.writestr("a.txt", "One says so.")
        archive.writestr("b.txt", "Two says so.")
    with reading_parts(Parts(lambda part, of: None, {1: "memory"})):
        document = read_document(tmp_path / "folder.zip", LIMITS)
    assert [page.text.strip() for page in document.pages] == ["Two says so."]
    assert any("a.txt" in note and "memory" in note for note in document.notes)


def test_ocr_of_a_file_is_given_up_after_some_pages_that_take_too_long(tmp_path: Path) -> None:
    file = saved(tmp_path / "scan.pdf", pdf([PROSE] * 5))
    document = replace(read_document(file, LIMITS), pictures=(1, 2, 3, 4, 5))
    work = _Work(iter([]), ReadLimits(ocr=True), None)
    assert list(work.take(ParseTask(file), ChildReply({"document": document_to_json(document)}, 1.0))) == []
    slow = ChildReply({"failure": ["timeout", "reading it took too long"]}, 90.0)
    first, second = work.next_task(), work.next_task()
    assert first is not None
    assert second is not None
    assert list(work.take(first, slow)) == []
    (outcome,) = work.take(second, slow)
    assert work.next_task() is None
    assert outcome.document is not None
    assert [page.text != "" for page in outcome.document.pages] == [True] * 5
