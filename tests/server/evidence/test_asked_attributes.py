"""Colour, age, weight, size and maker: what a sentence tells of something, and what it does not."""

import pytest

from server.evidence.asked_attributes import lacks_attribute


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("What colour are the kayaks?", "Kayaks are let for 9 euros an hour.", True),
        ("What colour are the kayaks?", "Our kayaks are red, the boards yellow.", False),
        ("Welche Farbe hat die Leine?", "Eine rote Leine trennt den Bereich ab.", False),
        ("Welche Farbe hat die Leine?", "Eine Leine trennt den Bereich ab.", True),
        ("De quelle couleur ? Quelle couleur est la porte ?", "La porte est fermée.", True),
        ("¿De qué color son los kayaks?", "Alquilamos kayaks a 9 euros.", True),
        ("¿De qué color son los kayaks?", "Los kayaks son amarillos.", False),
        ("院子里的猫是什么颜色的？", "院子里的猫是工作室养的。", True),
        ("院子里的猫是什么颜色的？", "院子里有一只黑猫。", False),
        (
            "What colour is the door?",
            "A black and white page costs 5 cents, a colour page 30.",
            False,
        ),  # a colour, if of something else
        ("What colour is the door?", "A colour page costs 30 cents.", True),
        ("How old is the curator?", "The curator leads 46 volunteers.", True),
        ("How old is the curator?", "The curator, born in 1968, leads 46 volunteers.", False),
        ("How old is the lantern?", "The lantern dates from the 18th century.", False),
        ("Wie alt ist die Brücke?", "Die Brücke trägt 40 Tonnen.", True),
        ("顾老师今年多大年纪？", "顾老师教10次课，1980元。", True),
        ("顾老师今年多大年纪？", "顾老师今年六十岁。", False),
        ("How heavy was the sturgeon?", "It was caught in 1902 and is 2.9 m long.", True),
        ("How heavy was the sturgeon?", "It weighed 140 kilograms.", False),
        ("How heavy may the parcel be?", "| Parcel | 20 |", False),  # the column says of what
        ("How many square metres is the balcony?", "The balcony carries eight people at once.", True),
        ("How many square metres is the balcony?", "The balcony measures 12 m².", False),
        ("Wie viele Liter fasst der Tank?", "Der Tank wird im März geleert.", True),
        ("Wie viele Liter fasst der Tank?", "Der Tank fasst 900 Liter.", False),
        ("What brand of coffee is it?", "Coffee and tea are free.", True),
        ("What brand of coffee is it?", "The coffee comes from Cafe Moreno.", False),
        ("Von welcher Firma kommt der Häcksler?", "Der Verein bestellt einen Häcksler.", True),
        ("Von welcher Firma kommt der Häcksler?", "Der Häcksler kommt von der Gerätehof Moser GmbH.", False),
        ("这座电窑是什么牌子的？", "后院的黄线以内有一座电窑。", True),
        ("这座电窑是什么牌子的？", "电窑由景德公司制造。", False),
        ("保险是哪家公司的？", "请向公司报案。", True),
        ("Who is the curator?", "The curator leads 46 volunteers.", False),  # asks for nothing of the kind
    ],
)
def test_an_attribute_is_told_or_not(question: str, text: str, lacks: bool) -> None:
    assert lacks_attribute(question, text) is lacks
