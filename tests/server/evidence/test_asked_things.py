"""What must be there, or has the price."""

import pytest

from server.evidence.asked_things import thing_words


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
    ],
)
def test_a_question_says_what_must_be_there(question: str, words: set[str]) -> None:
    assert thing_words(question) == words
