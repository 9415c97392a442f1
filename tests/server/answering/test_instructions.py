"""Words about how to answer are no part of what is asked."""

import pytest

from server.answering.instructions import without_instructions


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("Please answer in two sentences. What is the notice period?", "What is the notice period?"),
        ("What does a day ticket cost? Answer briefly.", "What does a day ticket cost?"),
        ("You are a careful lawyer. Who pays for repairs? Cite the clause.", "Who pays for repairs?"),
        ("Can you tell me when the pool opens?", "When the pool opens?"),
        ("Hello, could you please tell me who the captain is?", "Who the captain is?"),
        ("In one sentence, what does clause 4 say?", "What does clause 4 say?"),
        ("What was the revenue in 2019 (in millions of euros)? Round to one decimal.", "What was the revenue in 2019?"),
        ("Using only the information in the minutes, who was absent?", "Who was absent?"),
        ("Is the margin rising? If that is not useful, then say so and explain why.", "Is the margin rising?"),
        ("What is the fee for 2.5 hours? Thanks!", "What is the fee for 2.5 hours?"),
        ("Bitte antworte kurz: Was kostet eine Saisonkarte?", "Was kostet eine Saisonkarte?"),
        ("Was kostet eine Karte? Antworte in einem Satz.", "Was kostet eine Karte?"),
        ("Quel est le tarif ? Réponds en une phrase.", "Quel est le tarif ?"),
        ("¿Cuánto cuesta? Responde en una frase.", "¿Cuánto cuesta?"),
        ("请用一句话回答：年假有几天？", "年假有几天？"),
        ("年假有几天？请简要回答。", "年假有几天？"),
    ],
)
def test_what_is_asked_is_left(message: str, asked: str) -> None:
    assert without_instructions(message) == asked


@pytest.mark.parametrize(
    "message",
    [
        "What is the notice period?",
        "I am a student. How much is the fee for me?",
        "Keep dogs out. Is that a rule?",
        "Using the lease, who pays the water bill?",
        "How long is the crossing (in minutes)?",
        "What happens if I give notice in June?",
        "In two weeks, what will be open?",
        "Tell me about the ferry.",
        "heat transfer in composite slabs",
        "Answer this",
        "Was gilt, wenn ich in der Probezeit kündige?",
        "年假有几天",
    ],
)
def test_what_says_something_stays(message: str) -> None:
    assert without_instructions(message) == message
