"""Questions for who did it, and for who may."""

import pytest

from server.evidence.asked_agents import defines_role, lacks_agent, lacks_contact, names_who_may


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("Who founded the choir?", "It was founded in 1931 in the school's gym.", True),
        ("Who founded the choir?", "It was founded in 1931 by two teachers.", False),
        ("Who founded the choir?", "Two teachers founded it in 1931.", False),
        ("Who founded the choir?", "The choir was started by two teachers.", False),
        ("Who founded the choir?", "The choir has 40 members and belongs to them.", True),
        ("Who founded the choir?", "Its founder is still a member.", False),
        ("Who founded the choir?", "In 1931 Ida Brandt had the idea.", False),
        ("Who built the bridge?", "The bridge, built in 1880, is 40 metres long.", False),  # no passive one: not judged
        ("Who built the bridge?", "The bridge was built in 1880.", True),
        ("Who cleans the stairs?", "The stairs are cleaned every Friday.", True),
        ("Who cleans the stairs?", "Tenants clean the stairs in turn.", False),
        ("Who approves overtime?", "Overtime must be approved in advance.", True),
        ("Who approves overtime?", "Your manager approves overtime.", False),
        ("Who pays for the water?", "Water is paid monthly.", False),  # whoever is spoken to
        ("Who is the treasurer?", "The accounts are kept in a book.", False),
        ("Who writes the minutes?", "The secretary keeps them.", False),
        ("When was the choir founded?", "It was founded in 1931.", False),
        ("Wer hat das Bad gebaut?", "Das Bad wurde 1962 gebaut.", True),
        ("Wer hat das Bad gebaut?", "Das Bad wurde 1962 von der Gemeinde gebaut.", False),
        ("Wer gründete den Verein?", "Der Verein wurde 1902 gegründet.", True),
        ("Qui a fondé le club ?", "Le club a été fondé en 1902.", True),
        ("Qui a fondé le club ?", "Le club a été fondé par des pêcheurs.", False),
        ("¿Quién fundó el club?", "El club fue fundado en 1902.", True),
        ("谁创办了合唱团？", "合唱团成立于1931年，现有四十名成员。", True),
        ("谁创办了合唱团？", "合唱团于1931年由两位老师创办。", False),
        ("合唱团有多少人？", "合唱团成立于1931年。", False),
    ],
)
def test_what_was_done_does_not_say_by_whom(question: str, text: str, lacks: bool) -> None:
    assert lacks_agent(question, text) is lacks


@pytest.mark.parametrize(
    ("question", "text", "names"),
    [
        ("Who may use the kiln?", "The kiln is used only by members who took the course.", True),
        ("Who is allowed to vote?", "Everybody over 16 votes.", True),
        ("Who is allowed to vote?", "Anybody who paid the fee may vote.", True),
        ("Who may use the kiln?", "The kiln reaches 1,240 degrees.", False),
        ("When may I use the kiln?", "The kiln is used only by members who took the course.", False),
        ("Wer darf den Ofen benutzen?", "Wer den Kurs besucht hat, darf den Ofen benutzen.", True),
        ("谁可以使用电窑？", "年满十六岁的会员可以使用电窑。", True),
    ],
)
def test_who_may_is_answered_by_what_people_that_is(question: str, text: str, names: bool) -> None:
    assert names_who_may(question, text) is names


@pytest.mark.parametrize(
    ("question", "text", "defines"),
    [
        (
            "who is the owner of the boat?",
            'between Mill Boats Ltd ("the Owner") and the club ("the Hirer")',
            True,
        ),
        ("who owns the boat?", 'made between Mill Boats Limited ("the Owner") and the club', True),
        ("who is the owner?", "The Owner services the engine every 100 hours.", False),
        ("who services the engine?", 'Mill Boats Limited ("the Owner")', False),
        ("wer ist der Vermieter?", "Erna Krug, im Folgenden Vermieterin genannt", True),
        ("wer ist der Mieter?", "Erna Krug (im Folgenden „Vermieterin“)", False),
        ("quién es el arrendador", "D.ª Rosa Peña, en adelante LA ARRENDADORA", True),
        ("qui est le bailleur ?", "M. Durand, ci-après dénommé « le Bailleur »", True),
        ("甲方是谁？", "河东图书馆（以下简称“甲方”）", True),
        ("甲方是谁？", "甲方应当按时付款。", False),
    ],
)
def test_a_role_is_told_where_it_is_defined(question: str, text: str, defines: bool) -> None:
    assert defines_role(question, text) is defines


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("Who do I contact about a lost key?", "Keys are replaced for 20 euros.", True),
        ("Who do I contact about a lost key?", "Lost keys are reported to the secretary.", False),
        ("An wen wende ich mich bei Lärm?", "Lärm ist nach 22 Uhr zu vermeiden.", True),
        ("An wen wende ich mich bei Lärm?", "Lärm wird der Hausverwaltung gemeldet.", False),
        ("¿A quién llamo si se para el ascensor?", "El ascensor se reserva al conserje.", True),
        ("¿A quién llamo si se para el ascensor?", "Se llama a Elevadores Túria, teléfono 900 555 018.", False),
        ("电脑坏了应该找谁修", "可先行出发，但须在二十四小时内补办手续。", True),
        ("电脑坏了应该找谁修", "由信息技术部负责维修。", False),
        ("Where is the key?", "Keys are replaced for 20 euros.", False),
    ],
)
def test_whom_to_turn_to_is_somebody(question: str, text: str, lacks: bool) -> None:
    assert lacks_contact(question, text) is lacks


def test_names_in_a_row_found_nothing() -> None:
    assert lacks_agent("Who founded Tallypay?", "| Plan | Price |\n| Sprout | 19 |")
    assert not lacks_agent("Who founded Tallypay?", "| Founded by | Year |\n| Ann Reed | 1999 |")
