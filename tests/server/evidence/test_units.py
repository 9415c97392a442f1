"""What kind of thing a question asks for, and whether a text holds it: kinds and units in eight languages."""

import pytest

from server.evidence.answer_types import expected_answer, holds_answer
from server.evidence.examination import profile_of
from server.evidence.sentence_evidence import sentence_evidence
from server.evidence.units import Quantity, Unit, asked_quantity, expected_unit, holds_unit, is_named_by_columns


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("How long may I keep a book?", "duration"),
        ("How many days of leave do I get?", "duration"),
        ("How much does it cost?", "money"),
        ("What is the yearly fee?", "money"),
        ("At what time does it open?", "clock"),
        ("Which year was it founded?", "year"),
        ("What percentage is paid?", "percent"),
        ("Wie lange ist die Frist?", "duration"),
        ("Was kostet ein Kaffee?", "money"),
        ("Um wie viel Uhr beginnt es?", "clock"),
        ("Combien de temps dure le contrat ?", "duration"),
        ("Combien coûte la clé ?", "money"),
        ("¿Cuánto tiempo dura?", "duration"),
        ("¿Cuánto cuesta?", "money"),
        ("借书可以借多久？", "duration"),
        ("押金是多少？", "money"),
        ("图书馆几点开门？", "clock"),
        ("Who wrote it?", None),
    ],
)
def test_a_question_asks_for_a_unit(question: str, unit: Unit | None) -> None:
    assert expected_unit(question) == unit


@pytest.mark.parametrize(
    ("unit", "text", "holds"),
    [
        ("duration", "Books may be kept for four weeks.", True),
        ("duration", "Die Frist beträgt drei Monate.", True),
        ("duration", "期限为十五个工作日。", True),
        ("duration", "It costs 5 euros.", False),
        ("money", "It costs 5 euros.", True),
        ("money", "The fee is £1,315.", True),
        ("money", "押金三千元。", True),
        ("money", "Books may be kept for four weeks.", False),
        ("clock", "It opens at 14:00.", True),
        ("clock", "上午九点开门。", True),
        ("clock", "每日15:00至17:00开放。", True),
        ("clock", "同一时间最多两人。", False),
        ("clock", "version 1.25a", False),
        ("year", "Founded on 14 March 1997.", True),
        ("percent", "按百分之七十收取。", True),
        ("percent", "7% of the salary", True),
        ("temperature", "kept at 8 degrees Celsius", True),
        ("duration", "8 The past year in figures", False),  # a numbered heading
    ],
)
def test_a_text_holds_a_value_of_the_unit(unit: Unit, text: str, holds: bool) -> None:
    assert holds_unit(unit, text) is holds


@pytest.mark.parametrize(
    ("question", "word", "unit"),
    [
        ("At what pressure did pump 7 trip?", "pressure", "pressure"),
        ("What is the maximum speed of the lift?", "speed", "speed"),
        ("What was the temperature in the kiln at noon?", "temperature", "temperature"),
        ("Under what voltage does it run?", "voltage", "voltage"),
        ("From what height are parcels dropped?", "height", "length"),
        ("Bei welchem Druck öffnet das Ventil?", "druck", "pressure"),
        ("Wie hoch ist die Spannung am Ausgang?", "spannung", "voltage"),
        ("À quelle vitesse tourne le ventilateur ?", "vitesse", "speed"),
        ("¿A qué temperatura se hornea el pan?", "temperatura", "temperature"),
        ("A que tensão funciona o motor?", "tensão", "voltage"),
        ("水泵在什么压力下跳闸？", "压力", "pressure"),
        ("仓库的温度是多少？", "温度", "temperature"),
        ("What is temperature?", None, None),
        ("What current rules apply?", None, None),
        ("Why did the pressure fall?", None, None),
        ("Which pressure groups objected?", None, None),
        ("Which volume holds the index?", None, None),
        ("What temperature sensor is used?", None, None),
    ],
)
def test_a_question_asks_for_the_value_of_a_quantity(question: str, word: str | None, unit: Unit | None) -> None:
    assert asked_quantity(question) == (None if word is None or unit is None else Quantity(word, unit))
    if word is not None:
        assert (expected_answer(question), expected_unit(question)) == ("number", unit)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("tripped at 4.1 bar", {"pressure"}),
        ("在0.8兆帕时跳闸", {"pressure"}),
        ("a wine bar at 4", set()),
        ("runs at 80 km/h", {"speed"}),
        ("时速80公里", {"speed"}),
        ("12 kV", {"voltage"}),
        ("4 bar/58 psi", {"pressure"}),
        ("5 l/min", set()),
        ("7 minutes", set()),
        ("5 girls", set()),
        ("5 m deep", {"length"}),
        ("10米高", {"length"}),
        ("30 kg", {"weight"}),
        ("60 °C", {"temperature"}),
        ("grade 7 graduates", set()),
    ],
)
def test_a_value_is_of_one_quantity(text: str, units: set[Unit]) -> None:
    physical: tuple[Unit, ...] = (
        "pressure",
        "speed",
        "voltage",
        "current",
        "temperature",
        "length",
        "weight",
        "volume",
    )
    assert {unit for unit in physical if holds_unit(unit, text)} == units


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wann wurde der Verein gegründet?", "date"),
        ("Wie viele Stimmen braucht man?", "number"),
        ("Warum ist das so?", "reason"),
        ("Wer entscheidet?", "person"),
        ("Où se trouve la clé ?", "place"),
        ("¿Quién paga?", "person"),
        ("Pourquoi est-ce interdit ?", "reason"),
        ("Wie kann ich kündigen?", "any"),
        ("它分布在什么地方？", "place"),
    ],
)
def test_questions_in_other_languages_ask_for_kinds_too(question: str, kind: str) -> None:
    assert expected_answer(question) == kind


@pytest.mark.parametrize(
    ("text", "is_person"),
    [
        ("由站长和师傅共同决定。", True),
        ("由王小明负责。", True),
        ("亚历山大·罗迪奇负责。", True),
        ("每天上午开门，星期日除外。", False),
        ("按大小放入抽屉。", False),
    ],
)
def test_a_chinese_person_is_more_than_any_two_characters(text: str, is_person: bool) -> None:
    assert holds_answer("谁负责决定？", "person", text) is is_person


@pytest.mark.parametrize(
    ("unit", "row", "above", "named"),
    [
        ("money", "| Bicycle | 2.00 | 3.00 |", "3 Fares in pounds, one way", True),
        ("money", "高层住宅  2.60  0.45", "房屋类型  收费标准（元/平方米·月）", True),
        ("money", "| Bicycle | yes | no |", "3 Fares in pounds, one way", False),
        ("money", "| Bicycle | 2.00 | 3.00 |", "| Vehicle | Hesk | Ormsay |", False),
        ("temperature", "| Wasser | 21,4 |", "| Monat | Temperatur in Grad |", True),
        ("weight", "| Laundry | 8 |", "| What | kg |", True),
    ],
)
def test_the_head_of_a_column_gives_its_figures_their_unit(unit: Unit, row: str, above: str, named: bool) -> None:
    assert is_named_by_columns(unit, row, above) is named


def test_a_price_in_a_row_below_a_column_of_prices_has_the_unit_that_is_asked_for() -> None:
    text = "Fares in pounds\n| Vehicle | Hesk | Ormsay |\n| --- | --- | --- |\n| Bicycle | 2.00 | 3.00 |\n"
    profile = profile_of("What does a bicycle cost to Ormsay?", lambda stems: {}, 10)
    row = next(each for each in sentence_evidence(profile, text) if each.features.row)
    assert (row.features.unit, row.features.unitless) == (1.0, 0.0)


@pytest.mark.parametrize(
    "text",
    ["It costs 101 crowns.", "300 kr.", "25 PLN", "5,00 €", "CZK 1 200", "₹ 90", "新臺幣二元", "Rs 50", "7.80 pounds"],
)
def test_money_is_known_in_many_currencies(text: str) -> None:
    assert holds_unit("money", text)


@pytest.mark.parametrize(
    "text", ["The team won 3 prizes.", "the 30 real problems", "2 sole traders", "a won game of 5"]
)
def test_words_that_are_also_currencies_are_no_money(text: str) -> None:
    assert not holds_unit("money", text)
