"""Questions made from documents: in their language, about what they say, and none from what is no subject."""

import pytest

from server.answering.proposals import Source, evenly, proposals

HANDBOOK = Source(
    "handbook.md",
    "Handbook of the Library: rules",
    (
        "1. Introduction",
        "2.1 Opening hours",
        "Table 3 | Fees",
        "Obligations of the Member",
        "REFERENCES",
        "Who may join?",
    ),
    (
        "A black and white page costs 10 cents. The reading room opens at 9 in the morning. The opening hours vary.",
        "The deposit is 40 euros. It is a rule. This is a note that the members of the library read.",
    ),
)
BADEORDNUNG = Source(
    "bad.md",
    "Badeordnung",
    ("2. Eintritt", "Wer baden darf"),
    ("Ein Anteil kostet 150 Euro. Die Kaution beträgt 20 Euro und wird bei der Rückgabe der Karte gezahlt.",),
)
MANUAL = Source(
    "手册.txt", "工作手册", (), ("一、开放时间\n修理费为20元。开放时间是周一到周五，每天上午九点到下午五点。",)
)


def asked(source: Source) -> list[str]:
    return [proposal.question for proposal in proposals(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            HANDBOOK,
            [
                "What does a black and white page cost?",
                "When does the reading room open?",
                "How much is the deposit?",
                "What does “Handbook of the Library” say about opening hours?",
                "What does “Handbook of the Library” say about Obligations of the Member?",
                "Who may join?",
                "Summarise “Handbook of the Library”.",
            ],
            id="English",
        ),
        pytest.param(
            BADEORDNUNG,
            [
                "Was kostet ein Anteil?",
                "Wie hoch ist die Kaution?",
                "Was steht in „Badeordnung“ über Eintritt?",
                "Fasse „Badeordnung“ zusammen.",
            ],
            id="German",
        ),
        pytest.param(
            MANUAL, ["修理费是多少？", "《工作手册》中关于开放时间是怎么说的？", "总结《工作手册》。"], id="Chinese"
        ),
    ],
)
def test_questions_come_from_what_a_document_says_in_its_language(source: Source, expected: list[str]) -> None:
    assert asked(source) == expected


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Group Relative Policy Optimization (GRPO) is used. " + "GRPO helps. " * 4, "GRPO"),
        ("Large Language Models (LLMs) are large. " + "LLMs help. " * 9, None),  # of a kind, and of no single thing
        ("Artificial General Intelligence (AGI) is far.", None),  # mentioned once
        ("A note on something (NOTE) here. " + "NOTE " * 9, None),  # its letters are not those of the words
    ],
)
def test_a_short_form_is_asked_where_the_document_is_about_it(text: str, term: str | None) -> None:
    found = asked(Source("a.md", "x" * 99, (), (text,)))
    assert found == ([f"What is {term}?"] if term else [])


def test_many_documents_speak_in_turn() -> None:
    found = evenly([HANDBOOK, BADEORDNUNG, MANUAL], 4)
    assert [proposal.document for proposal in found] == ["handbook.md", "bad.md", "手册.txt", "handbook.md"]
    assert evenly([], 4) == []
