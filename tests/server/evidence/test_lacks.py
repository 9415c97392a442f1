"""What a sentence lacks: a question for a reason is answered by one."""

import pytest

from server.evidence.answer_types import expected_answer
from server.evidence.examination import profile_of
from server.evidence.lacks import lacks_reason
from server.evidence.sentence_evidence import sentence_evidence


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Why is charcoal forbidden?", True),
        ("how come the pool closes early", True),
        ("What's the reason for the limit?", True),
        ("Warum werden keine Klaviere verliehen?", True),
        ("Pourquoi ferme-t-on plus tôt ?", True),
        ("¿Por qué no se permite?", True),
        ("为什么不能驾驶租来的车？", True),
        ("这种蛇又被称为什么？", False),  # what it is called
        ("Why not come along?", False),
        ("Can I leave without a reason?", False),
        ("What is charcoal?", False),
    ],
)
def test_a_question_asks_for_a_reason(question: str, asks: bool) -> None:
    assert (expected_answer(question) == "reason") is asks


@pytest.mark.parametrize(
    ("question", "text", "around", "lacks"),
    [
        ("Why is charcoal forbidden?", "Barbecues with charcoal are forbidden.", "", True),
        ("Why is charcoal forbidden?", "Charcoal is forbidden because of the smoke.", "", False),
        ("Why is charcoal forbidden?", "Charcoal is forbidden.", "A fire two years ago caused great damage.", False),
        ("Why is foam rinsed off?", "Foam is rinsed off after ten minutes and never left longer.", "", True),
        ("Why is foam rinsed off?", "Foam is rinsed off, as it would eat the paint.", "", False),
        ("Why is the coating not scraped?", "Never scrape it, since the coating is thin.", "", False),
        ("Warum schließt das Bad früher?", "Freitags schließt das Bad um 17 Uhr.", "", True),
        ("Warum schließt das Bad früher?", "Freitags schließt es früher, damit geputzt werden kann.", "", False),
        ("Pourquoi ferme-t-on tôt ?", "Le vendredi, on ferme plus tôt.", "", True),
        ("Pourquoi ferme-t-on tôt ?", "On ferme plus tôt afin de nettoyer la salle.", "", False),
        ("¿Por qué se cierra?", "El viernes se cierra a las cinco.", "", True),
        ("¿Por qué se cierra?", "Se cierra antes debido a la limpieza.", "", False),
        ("为什么周五提前关门？", "周五下午五点关门。", "", True),
        ("为什么周五提前关门？", "周五提前关门，以便打扫。", "", False),
        ("Pourquoi l'étude est-elle fermée ?", "Elle est fermée pour les petits.", "", True),
        ("¿Por qué es gratis?", "Es gratis para los socios.", "", True),
        ("为什么要登记？", "使用机器须登记。", "", True),
        ("When is it closed?", "It is closed on Friday.", "", False),
    ],
)
def test_that_it_is_so_is_no_reason(question: str, text: str, around: str, lacks: bool) -> None:
    assert lacks_reason(question, text, around) is lacks


def test_a_reason_may_stand_in_the_next_sentence() -> None:
    profile = profile_of("Why is charcoal forbidden?", lambda terms: dict.fromkeys(terms, 1), 100)
    bare = sentence_evidence(profile, "Charcoal is forbidden. Dogs are kept on a lead.")
    told = sentence_evidence(profile, "Charcoal is forbidden. The smoke would drift into the flats.")
    assert [bare[0].lacks.reason, told[0].lacks.reason] == [True, False]
