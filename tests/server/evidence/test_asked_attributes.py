"""Colour, age, weight, size and maker: what a sentence tells of something, and what it does not."""

import pytest

from server.evidence.asked_attributes import lacks_attribute


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("how loud is the grinder", "The fineness may be altered only while the grinder is running.", True),
        ("How many Mbps is the wifi?", "The wifi has 50 Mb/s.", False),
        ("How many square metres is it?", "The flat has 65 qm.", False),
        ("How often should it be cleaned?", "Clean it as soon as the red light comes on.", False),
        ("how loud is the grinder", "Sound level at one metre | 39 dB(A)", False),
        ("Wie laut ist der Entfeuchter?", "Der Entfeuchter ist so leise wie ein Kühlschrank.", False),
        ("这个炉子有多吵", "炉子每天清洁一次。", True),
        ("Wie viel Mbit bekommt Hinterried?", "Der Ortsteil wird bis zum 30. Juni 2026 angeschlossen.", True),
        ("Wie viel Mbit bekommt Hinterried?", "Angeboten werden 300 Mbit/s.", False),
        ("How many kWh does it use a year?", "It runs at 210 W.", True),
        ("充满一回要用几度电", "应当每45日补充电能一次。", True),
        ("充满一回要用几度电", "充满一次约耗电0.6度。", False),
        ("Quelle surface peut-il chauffer ?", "L'appareil est réservé aux locaux d'habitation.", True),
        ("Quelle surface peut-il chauffer ?", "Il chauffe jusqu'à 90 m².", False),
        ("how many square metres is the flat", "The charge rises by EUR 0.45 per square metre.", True),
        ("how many square metres is the flat", "The flat measures 64 square metres.", False),
        ("Wie oft braucht man neue Klingen?", "Die Klingen sind zu reinigen.", True),
        ("Wie oft braucht man neue Klingen?", "Die Klingen werden alle zwei Monate gewechselt.", False),
        ("灭火器几年换一次", "火情初起时使用就近灭火器。", True),
        ("灭火器几年换一次", "灭火器每五年更换。", False),
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
