"""What must be there, or has the price."""

import pytest

from server.evidence.asked_things import thing_words


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Is there a helipad on the roof?", {"a", "helipad", "on", "the", "roof"}),
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
