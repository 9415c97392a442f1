"""Two editions of a document say one thing alike and fill it differently."""

import pytest

from server.evidence.examination import profile_of
from server.evidence.sentence_ranking import ANSWERED_FROM, ranked_sentences
from server.passages import Found
from server.retrieval.edition_pairs import paired_places
from storage.records import ChunkRecord

QUESTION = "How big may the classes of the juniors be?"
OLD = "Parents wait outside. Juniors train in groups of at most twelve."
NEW = "Parents wait in the café. Juniors train in groups of at most nine."
FAR = Found(-6.0, False, 0.5)  # so far from the question that nothing is surely an answer


def passage(document: str, text: str, found: Found = FAR) -> tuple[ChunkRecord, Found]:
    return ChunkRecord(document, document, 0, text), found


def places(*passages: tuple[ChunkRecord, Found]) -> list[tuple[int, ...]]:
    return paired_places(profile_of(QUESTION, lambda stems: {}, 1000), passages)


def strength(text: str, found: Found) -> float:
    return ranked_sentences(profile_of(QUESTION, lambda stems: {}, 1000), text, "", found)[0].strength


def test_the_likeliest_sentence_is_paired_with_its_counterpart() -> None:
    assert strength(OLD, FAR) < ANSWERED_FROM
    assert places(passage("rules-2022.md", OLD), passage("rules-2024.md", NEW)) == [(1,), (1,)]


def test_who_is_paired_answers_the_more_strongly() -> None:
    assert strength(OLD, FAR._replace(paired=(1,))) > strength(OLD, FAR)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        pytest.param("rules-2024.md", OLD, id="both say the same"),
        pytest.param("rules-2024.md", "1.2 " + OLD.split(". ")[1], id="only the number in front differs"),
        pytest.param("rules-2024.md", OLD.replace("twelve", "twelve, in two rows"), id="one only says more"),
        pytest.param("rules-2024.md", "Fees of juniors are due in May.", id="another statement"),
        pytest.param("handbook.md", NEW, id="another document"),
        pytest.param("rules-2022.md", NEW, id="the same document"),
    ],
)
def test_nothing_else_is_paired(document: str, text: str) -> None:
    assert places(passage("rules-2022.md", OLD), passage(document, text)) == [(), ()]


def test_what_answers_anyway_needs_no_counterpart() -> None:
    near = Found(6.0, False, 1.0)
    assert strength(OLD, near) > ANSWERED_FROM
    assert places(passage("rules-2022.md", OLD, near), passage("rules-2024.md", NEW, near)) == [(), ()]


def test_the_two_likeliest_under_one_heading_are_a_pair_whatever_their_words() -> None:
    old = "4. JUNIORS\nClasses have twelve juniors at most."
    new = "4. JUNIORS\nNobody minds how big a class of juniors gets."
    assert places(passage("minutes-2022.md", old), passage("minutes-2024.md", new)) == [(1,), (1,)]
    other = new.replace("JUNIORS", "PARENTS")
    assert places(passage("minutes-2022.md", old), passage("minutes-2024.md", other)) == [(), ()]
