"""Which language a question is in, and in which language it is refused."""

import pytest

from server.language import REFUSALS, answer_language, european_language, question_language, refusal


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How much is the deposit?", "en"),
        ("GRPO?", "en"),
        ("What does Kündigungsfrist mean in the lease?", "en"),
        ("What does 机器学习 mean?", "en"),
        ("押金是多少？", "zh"),
        ("「の」是什么意思？", "zh"),
        ("GRPO 的目标函数是什么？", "zh"),
        ("敷金はいくらですか？", "ja"),
        ("GRPOの目的関数は何ですか？", "ja"),
        ("図書館は何時に閉まりますか", "ja"),
        ("보증금은 얼마입니까?", "en"),
        ("계약서의 保證金 금액은?", "en"),
        ("Wie hoch ist die Kaution?", "de"),
        ("Was kostet es?", "de"),
        ("Darf man auf dem Balkon rauchen?", "de"),
        ("Quel est le montant du dépôt ?", "fr"),
        ("Combien coûte la carte ?", "fr"),
        ("¿Cuánto es la fianza?", "es"),
        ("Cuando vence el contrato", "es"),
        ("Qual é o valor da caução?", "en"),
        ("Quanto costa la cauzione?", "en"),
        ("Hoeveel is de borg?", "en"),
    ],
)
def test_a_question_is_refused_in_its_own_language_or_in_english(question: str, language: str) -> None:
    assert answer_language(question) == language
    assert refusal(answer_language(question)) == REFUSALS[language]


@pytest.mark.parametrize(
    "question", ["敷金はいくらですか？", "契約書の保証金について", "보증금은 얼마입니까?", "保證金은?"]
)
def test_kana_and_hangul_are_not_chinese(question: str) -> None:
    assert question_language(question) == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quando vence o contrato?", "pt"),
        ("Quali sono gli orari della biblioteca?", "it"),
        ("Wanneer gaat de bibliotheek open?", "nl"),
        ("Table of contents", "en"),
    ],
)
def test_european_languages_are_told_by_their_small_words(text: str, language: str) -> None:
    assert european_language(text) == language
