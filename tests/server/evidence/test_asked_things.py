"""What must be there, or has the price."""

import pytest

from server.evidence.asked_things import lacks_joined_thing, place_words, thing_words


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Is there a helipad on the roof?", {"a", "helipad"}),
        ("Does the hostel have a laundry?", {"a", "laundry"}),
        ("Which room has a projector?", {"a", "projector"}),
        ("What does a locker cost?", {"a", "locker"}),
        ("How much is a facial?", {"a", "facial"}),
        ("How much do I have to pay?", set()),
        ("Do I have to pay for towels?", set()),
        ("Gibt es hier ein Solarium?", {"hier", "ein", "solarium"}),
        ("Ich habe meine Karte verloren, was kostet eine neue?", {"eine"}),
        ("wie oft muss ich entkalken, wir haben 18 Grad", set()),
        ("Y a-t-il un sauna ?", {"un", "sauna"}),
        ("Is there somewhere to park at the surgery?", {"park"}),
        ("¿Cuánto cuesta el masaje?", {"el", "masaje"}),
        ("Quanto costa il parcheggio?", {"il", "parcheggio"}),
        ("Est-ce que le camping a une laverie et combien coûte une machine ?", {"une", "laverie"}),
        ("Est-ce que je dois payer d'avance ?", set()),
        ("¿Tienen lavandería?", {"lavandería"}),
        ("¿Cuándo tienen que devolver la fianza?", set()),
        ("¿Hay que reservar?", set()),
        ("Avete una lavanderia?", {"una", "lavanderia"}),
        ("O hotel tem uma lavandaria?", {"uma", "lavandaria"}),
        ("Quem tem de pagar?", set()),
        ("Hebben jullie een wasserette?", {"een", "wasserette"}),
        ("Is there a bar and when is it open?", {"a", "bar"}),
        ("Can I rent a kayak?", {"a", "kayak"}),
        ("Wo bekomme ich Kaffee?", {"kaffee"}),
        ("有没有桑拿", {"桑拿"}),
        ("Can I bring my dog, and what are the rules?", set()),  # no rule says that it is one
        ("What is the estimated death toll?", set()),
        ("Where is the helipad?", set()),
        ("¿Hay guardería en el gimnasio para los niños?", {"guardería"}),
        ("dais clases de boxeo?", {"clases", "de", "boxeo"}),
        ("Wie lang ist das Becken im Bad?", {"das", "becken"}),
        ("wie tief ist es da, wo die Kleinen planschen", set()),
        ("Does the library lend ladders?", {"ladders"}),
    ],
)
def test_a_question_says_what_must_be_there(question: str, words: set[str]) -> None:
    assert thing_words(question) == words


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("Does the library lend e-books?", "Members lend each other books.", True),
        ("Does the library lend e-books?", "E-books are lent for two weeks.", False),
        ("Does the library lend e-books?", "An ebook is lent for two weeks.", False),
        ("Does the library lend books?", "Members lend each other tools.", False),
    ],
)
def test_a_word_with_a_letter_before_it_is_another_thing(question: str, text: str, lacks: bool) -> None:
    assert lacks_joined_thing(question, text) is lacks


def test_what_a_question_asks_of_as_of_a_place() -> None:
    assert "ferry" in place_words("is there a discount on the ferry")
    assert "fähre" in place_words("Gibt es WLAN auf der Fähre?")
    assert "ferry" in place_words("senior discount ferry")
    assert not place_words("What does the ferry cost?")
