"""Sentences of a passage: line ends mean nothing, rows of tables and list items stand alone, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.evidence.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("One is\nhere. Two is there.", ["One is\nhere.", "Two is there."], id="lines run on"),
        pytest.param("See Fig. 3 for it. Done.", ["See Fig. 3 for it.", "Done."], id="abbreviations"),
        pytest.param("Written by J. Smith et al. in 2020.", ["Written by J. Smith et al. in 2020."], id="initials"),
        pytest.param("The roof of Block A. It leaks.", ["The roof of Block A.", "It leaks."], id="a letter of a thing"),
        pytest.param("一句。两句！三句？", ["一句。", "两句！", "三句？"], id="Chinese"),
        pytest.param("Items:\n• first\n• second", ["Items:", "• first", "• second"], id="bullets"),
        pytest.param("1. First\n2. Second", ["1. First", "2. Second"], id="numbered"),
        pytest.param("Offen vom\n15. Juni bis\n3. Mai.", ["Offen vom\n15. Juni bis\n3. Mai."], id="dates"),
        pytest.param("Model A B\nx 1.0 2.0\ny 3.0 4.0", ["Model A B", "x 1.0 2.0", "y 3.0 4.0"], id="rows"),
        pytest.param("2.1 Method\nWe measure. ", ["2.1 Method", "We measure."], id="a heading"),
        pytest.param("It is 3.5 m. Then 4.", ["It is 3.5 m.", "Then 4."], id="decimals"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_passage_is_cut_into_sentences(text: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in split_sentences(text)] == sentences


@given(st.text(alphabet="aB1 .\n|。：•-", max_size=80))
def test_sentences_hold_every_sign_once_and_in_order(text: str) -> None:
    sentences = split_sentences(text)
    assert "".join("".join(sentence.text.split()) for sentence in sentences) == "".join(text.split())
    assert all(text[sentence.start : sentence.end] == sentence.text for sentence in sentences)
