"""What must be there, or has the price."""

import pytest

from server.evidence.asked_things import asks_to_carry, lacks_joined_thing, place_words, thing_words


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
        ("How many cabins are there for phone calls?", {"cabins"}),
        ("Wie viele Saunen gibt es?", {"saunen"}),
        ("how many times do I have to come", set()),
        ("Who is the anaesthetist?", {"anaesthetist"}),
        ("Wer ist die Kursleiterin?", {"kursleiterin"}),
        ("谁是馆长？", {"馆长"}),
        ("can i take my dog into the reading room", {"my", "dog"}),
        ("Darf ich meinen Hund mitbringen?", {"meinen", "hund"}),
        ("¿Se puede llevar al perro a la piscina?", {"al", "perro"}),
        ("可以带狗进去吗？", {"狗"}),
        ("你们开玻璃吹制课吗？", {"玻璃吹制"}),
        ("Wie groß darf ein Schwimmbecken sein?", {"schwimmbecken"}),
        ("what do i have to leave for the key", set()),
        ("Which republic has maintained its control?", set()),
        ("Which country has a group who call themselves Huguenots?", {"a"}),
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
        ("Can I bring my dog, and what are the rules?", {"my", "dog"}),
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


def test_who_has_something_is_a_place_too() -> None:
    assert "library" in place_words("does the library have wifi")
    assert "bibliothek" in place_words("Hat die Bibliothek WLAN?")
    assert "médiathèque" in place_words("La médiathèque a-t-elle du wifi ?")
    assert "piscina" in place_words("¿Tiene la piscina aparcamiento?")


def test_what_is_brought_along_is_of_a_kind() -> None:
    assert asks_to_carry("can i take my dog into the reading room")
    assert asks_to_carry("Darf ich meinen Hund mitbringen?")
    assert not asks_to_carry("Is there a sauna?")
