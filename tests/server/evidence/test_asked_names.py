"""Questions that ask for a name, sentences that hold one, and lines that are nothing but one."""

import pytest

from server.evidence.asked_names import asks_for_a_name, holds_a_name, repeats, says_only_a_name


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who is the treasurer of the club?", True),
        ("who's our new managing director", True),
        ("What is the landlord's mother called?", True),
        ("What's the name of the caretaker?", True),
        ("Wie heißt die Hausmeisterin?", True),
        ("Wer ist der Vorstand?", True),
        ("Comment s'appelle le directeur ?", True),
        ("¿Cómo se llama el director?", True),
        ("¿Cómo se llama la empresa?", False),
        ("Who is the captain of the Heron?", True),
        ("who's the mayor of Elmhurst", True),
        ("Wer ist der Bürgermeister?", True),
        ("Wer ist die Kursleiterin?", True),
        ("Wer ist schuld?", False),
        ("Who is a member?", False),
        ("Who is paying the agent?", False),
        ("Wer ist Mitglied?", False),
        ("Wo steht der Name des Mieters?", False),
        ("Pourquoi l'entreprise s'appelle Orange ?", False),
        ("物业经理叫什么名字", True),
        ("圖書館館長是誰", True),
        ("谁是校长", True),
        ("What is the mayor of Elmhurst called?", True),
        ("whats the baths manager called", True),
        ("what's the headteacher's name at Thornley", True),
        ("Which councillor voted against it?", True),
        ("Which member must resign?", False),
        ("Which members get a discount?", False),
        ("Which app permissions are needed?", False),
        ("What is the file name?", False),
        ("What is the procedure called?", False),
        ("Wer von den Kindern ist ermäßigt?", False),
        ("Wer von den Räten hat dagegen gestimmt?", True),
        ("给学校送饭的是谁家公司", True),
        ("与过适相对的现象叫什么？", False),
        ("Who pays for a broken boiler?", False),
        ("Who is liable for damage?", False),
        ("Who may use the sauna?", False),
        ("What is the deposit?", False),
        ("Wer zahlt die Heizung?", False),
        ("谁负责维修", False),
        ("押金是多少", False),
    ],
)
def test_some_questions_are_answered_by_a_name_alone(question: str, asks: bool) -> None:
    assert asks_for_a_name(question) is asks


@pytest.mark.parametrize(
    ("question", "text", "holds"),
    [
        ("Who is the treasurer?", "The treasurer is Maria Keller.", True),
        ("Who is the treasurer?", "Treasurer: Okafor", True),
        ("Who is the treasurer?", "Ms Patel keeps the accounts.", True),
        ("Who is the treasurer?", "Present: the chair, the treasurer and the secretary.", False),
        ("What is the landlord called?", "It is made between the Landlord and the Tenant named in Schedule 1.", False),
        ("Who is the director of Elmhurst?", "Elmhurst has a director.", False),
        ("Who is the captain?", "It calls at Little Elm if the captain has been told.", False),
        ("Who is the captain?", "The captain lives in Port Ellen.", False),
        ("Who is the captain?", "In Port Ellen Ida Brandt takes the wheel.", True),
        ("Wer ist der Kassenwart?", "Die Kasse führt Petra Lang.", True),
        ("Wer ist der Vermieter?", "Vermieter: Hans Müller", True),
        ("Wer ist der Kassenwart?", "Petra Lang ist Kassenwartin.", True),
        ("Who is our treasurer?", "Maria is our treasurer.", True),
        ("Who is the landlord?", "Landlord: JOHN SMITH", True),
        ("Who is the treasurer?", "The office is vacant.", True),
        ("物业经理叫什么名字", "物业经理王芳负责日常管理。", True),
        ("Wie heißt der Bademeister?", "Dieses Heft enthält, was Badegäste wissen müssen.", False),
        ("Wie heißt der Bademeister?", "| Sichttiefe in Metern | mindestens 2,0 | 2,8 |", False),
        ("Wie heißt der Bademeister?", "Frühschwimmer haben ab 6:30 Uhr Zutritt.", False),
        ("Wie heißt der Bademeister?", "Die Aufsicht führt Bademeister Jonas Weber.", True),
        ("Wer ist der Kassenwart?", "Der Kassenwart legt die Abrechnung vor.", False),
        ("物业经理叫什么名字", "物业经理由张伟担任。", True),
        ("物业经理叫什么名字", "本规定适用于全体业主、承租人和访客。", False),
        ("馆长是谁", "馆长约翰·史密斯主持会议。", True),
        ("What is the chair called?", "The chair is called speaker here.", True),
    ],
)
def test_a_name_is_more_than_a_role_or_a_term(question: str, text: str, holds: bool) -> None:
    assert holds_a_name(question, text) is holds


@pytest.mark.parametrize(
    ("question", "text", "only"),
    [
        ("Is there a dorm at Fennmoor?", "Fennmoor University, Faculty of Earth and Computing.", True),
        ("Is parking included?", "Harrow Mead Estates", True),
        ("Is there a lift?", "Parking: Yes", False),
        ("How can I pay?", "Cash, Visa, Mastercard", False),
        ("Hat die Wohnung einen Balkon?", "Balkon, Einbauküche, Keller", False),
        ("Which university is it?", "Fennmoor University, Faculty of Earth and Computing.", False),
        ("Is there a dorm at Fennmoor?", "Fennmoor University has two dorms.", False),
        ("Are dogs allowed?", "Dogs Not Allowed", False),
        ("Is there a dorm at Fennmoor?", "Room 12, North Wing", False),
        ("小区有幼儿园吗", "翠湖苑小区物业管理规定", False),
    ],
)
def test_a_letterhead_answers_no_question_but_one_for_names(question: str, text: str, only: bool) -> None:
    assert says_only_a_name(question, text) is only


def test_a_line_that_repeats_the_title_says_nothing_beside_it() -> None:
    title = "云沐 XM-80 滚筒洗衣机使用说明书"
    assert repeats(f"{title} - 2", title)
    assert repeats("Thermovale AH-8", "Manuals › Thermovale AH-8")
    assert not repeats("Kaution: 900", "Kaution")
    assert not repeats("No smoking.", "Rules: No smoking")
    assert not repeats("| Main hall | 120 |", "Rooms: main hall 120")
    assert not repeats(f"{title} 版本 B，2025年1月印制。", title)
    assert not repeats("12", "Chapter 12")
    assert not repeats("Model R1: 71.0", "Model R1: results")


@pytest.mark.parametrize(
    ("question", "holds"),
    [("Wer ist der Vorsitzende?", True), ("Wie heißt der Vorsitzende?", False)],
)
def test_that_somebody_is_elected_tells_no_name(question: str, holds: bool) -> None:
    assert holds_a_name(question, "Er wird auf drei Jahre gewählt und bleibt bis zur Neuwahl im Amt.") is holds
