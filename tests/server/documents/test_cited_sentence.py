"""Which sentence of a passage bears out what is said."""

from server.documents.cited_sentence import cited_range


def test_a_number_at_the_end_of_a_sentence_is_the_number_that_is_said() -> None:
    text = "The fee for boats in the harbour is 12. The fee for boats in the harbour is 15."
    sentence, _weight = cited_range(text, "In the harbour boats pay 15 euros.")
    assert sentence == (40, len(text))
