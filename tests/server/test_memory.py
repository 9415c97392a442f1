"""What is made of texts is remembered, bounded, and forgotten with the generation that they are from."""

from server.evidence.examination import forget_texts, sentences_of, words_of
from server.memory import TextMemory
from tests.side_by_side import side_by_side


def test_a_text_is_read_once_while_it_is_remembered() -> None:
    read: list[str] = []

    def make(text: str) -> int:
        read.append(text)
        return len(text)

    memory = TextMemory(make, 100)
    assert [memory("one"), memory("three"), memory("one"), memory("")] == [3, 5, 3, 0]
    memory("")
    assert read == ["one", "three", ""]
    memory.forget()
    assert (memory("one"), memory.characters) == (3, 3)
    assert read == ["one", "three", "", "one"]


def test_what_is_asked_for_again_stays_and_no_more_is_kept_than_there_is_room_for() -> None:
    read: list[str] = []
    memory = TextMemory(lambda text: read.append(text) or text, 100)  # type: ignore[func-returns-value]
    for number in range(200):
        assert memory("often") == "often"
        assert memory(f"text number {number}") == f"text number {number}"
        assert memory.characters <= 100
    assert read.count("often") == 1
    assert len(read) == 201
    assert memory("long" * 20) == "long" * 20
    assert memory.characters <= 100


def test_many_threads_get_what_is_their_own() -> None:
    memory, wrong = TextMemory(str.upper, 60), list[str]()

    def ask(number: int) -> None:
        for place in range(400):
            text = f"{number} asks {place % 7}"
            if memory(text) != text.upper():
                wrong.append(text)

    side_by_side(ask, 6)
    assert wrong == []
    assert memory.characters <= 60


def test_words_and_sentences_of_passages_are_forgotten_together() -> None:
    """What is remembered is the process's: an index that is closed beside this test forgets it too."""
    text = "The library opens at nine. It closes at six."
    words, sentences = words_of(text), sentences_of(text)
    assert (len(sentences), words.stems[:2]) == (2, ("the", "librari"))
    forget_texts()
    assert words_of(text) is not words
    assert sentences_of(text) is not sentences
