"""Answers of a form: telephone numbers, addresses, quantities with a unit, things that are counted."""

import pytest

from server.evidence.asked_figures import (
    asks_form_of,
    counted,
    lacks_count,
    lacks_form,
    lacks_number,
    lacks_price,
    tells_count,
)


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("What is the telephone number of the library?", "The telephone stands on the desk of the library.", True),
        ("What is the telephone number of the library?", "Call 0551 39-4711 on weekdays.", False),
        ("Which phone number do I use in an emergency?", "In an emergency dial 112.", False),
        ("修理站的电话号码是多少", "修理站有265件工具可以外借。", True),
        ("修理站的电话号码是多少", "投诉电话为 6620-8119，二十四小时接听。", False),
        ("What is the e-mail address of the office?", "Write to the office by e-mail.", True),
        ("What is the e-mail address of the office?", "Write to office@example.org.", False),
        ("What is the address of the club?", "The club was founded in 1931 and has 40 members.", True),
        ("What is the address of the club?", "The club meets at 7 Elm Court.", False),
        ("What is the address of the club?", "Letters go to Mill Lane in Elmhurst.", False),
        ("Wie lautet die Adresse des Vereins?", "Der Verein hat viele Mitglieder.", True),
        ("Wie lautet die Adresse des Vereins?", "Der Verein sitzt in der Lindenstraße.", False),
        ("合唱团的地址在哪里？", "合唱团成立于1931年。", True),
        ("合唱团的地址在哪里？", "合唱团在江边路12号排练。", False),
        ("What address space does the program use?", "It uses 40 bits.", False),
        ("At what speed does the launch travel?", "The launch is 9.4 metres long.", True),
        ("Where can I find the phone number?", "The phone number is printed on the invoice.", False),
        ("What cookies does the website use?", "Session cookies only.", False),
        ("What is the website of the club?", "The club has a website.", True),
        ("How is the price for the shares determined?", "It is determined by the board.", False),
        ("How much is the rent?", "The rent is 950 per month.", False),
        ("What weight decay was used?", "We used a weight decay of 0.1.", False),
        ("为什么要提供手机号？", "用于发送验证码。", False),
        ("How fast is the launch?", "The launch makes 14 knots.", False),
        ("How fast do I have to report a theft?", "A theft is reported within three days.", False),
        ("what's the wifi password", "Routers of your own are forbidden.", True),
        ("what's the wifi password", "The password of the network hangs beside the door.", False),
        ("What's the minimum age for the course?", "The card is given after a two-hour course, for three years.", True),
        ("What's the minimum age for the course?", "Members of 16 years and over may take it: at least 16.", False),
        ("Ab welchem Alter darf man da rauf?", "Der Felsen ist 3 Meter hoch.", True),
        ("Ab welchem Alter darf man da rauf?", "Der Felsen ist für Kinder ab 8 Jahren.", False),
        ("孩子几岁可以参加？", "课程免费，每周三举行。", True),
        ("孩子几岁可以参加？", "满八岁可以参加。", False),
        ("What is the deposit?", "A deposit is paid on collection.", False),
        ("How much does it cost to borrow a drill?", "Batteries are charged by the library.", True),
        ("How much does it cost to borrow a drill?", "Borrowing tools is free for members.", False),
        ("Was kostet eine Massage?", "Massagen gibt es am Samstag.", True),
        ("Was kostet eine Massage?", "Eine Massage kostet 35 Euro.", False),
        ("How much do I pay for a lost key?", "The tenant pays the actual cost of a new lock.", False),
        ("How much is the deposit?", "The deposit is three months' rent.", False),
        ("Wie teuer ist ein Ersatz?", "Ersetzt wird der Zeitwert.", False),
        ("洗衣机多少钱一台", "版本 B，2025年1月印制。", True),
        ("更换零件多少钱", "更换的零件按进价收取。", False),
        ("When do I get it back? How much is the deposit I pay?", "It is returned within three weeks.", False),
        ("Do I have to pay for water?", "Water is borne by the tenant.", False),
        ("What's the price of a set of blades?", "A set of blades (part 40-2210) should be in store.", True),
        ("What's the price of a set of blades?", "A set of blades (part 40-2210): 85.", False),
        ("what number do I ring when the heating fails?", "If the heating fails, call the agents' line.", True),
        ("what number do I ring when the heating fails?", "If the heating fails, call 020 7946 0000.", False),
        ("What's Goran's extension?", "Goran looks after the house.", True),
        ("What is the extension of the term?", "The term is extended by a year.", False),
        ("Unter welcher Nummer erreiche ich die Schule?", "Die Schule erreichen Sie werktags.", True),
        ("罗启航的分机号是多少？", "差旅事务由罗启航办理。", True),
        ("罗启航的分机号是多少？", "罗启航的电话是 8034。", False),
    ],
)
def test_some_answers_have_a_form_of_their_own(question: str, text: str, lacks: bool) -> None:
    assert lacks_form(question, text) is lacks


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("How many members does the club have?", "Members over 70 are exempt.", False),  # a number stands beside it
        ("How many members does the club have?", "Members help for a day; whoever is over 70 is exempt.", True),
        ("How many members does the club have?", "The club has 412 members.", False),
        ("Wie viele Mitglieder hat der Verein?", "Mitglied kann werden, wer einen Anteil zeichnet.", True),
        ("Wie viele Mitglieder hat der Verein?", "Der Verein zählt 1.240 Mitglieder.", False),
        ("How many books may I borrow?", "Books may be kept for four weeks.", True),
        ("How many members does the club have?", "Members: 40.", False),
        ("How many members does the club have?", "The number of members is 40 and falls.", False),
        ("Wie viele Mitglieder hat der Verein?", "Mitglieder über 70 Jahre sind befreit.", True),
        ("How many times may I retake it?", "It may be repeated twice.", False),
        ("How many members does the club have?", "协会有许多会员。", False),
        ("Combien de membres compte le club ?", "Les membres aident le samedi.", True),
        ("Combien de membres compte le club ?", "Le club compte quarante membres.", False),
        ("Combien de temps dure le cours ?", "Le temps presse.", False),
        ("¿Cuántos socios tiene el club?", "Los socios ayudan cada sábado.", True),
        ("¿Cuántos socios tiene el club?", "El club tiene 412 socios.", False),
        ("合唱团有多少名成员？", "成员每周排练。", True),
        ("合唱团有多少名成员？", "合唱团现有四十名成员。", False),
        ("合唱团成员有多少名", "成员共四十人。", False),
        ("合唱团有多少名成员？", "排练在周六。", False),  # says nothing of them: other evidence knows
    ],
)
def test_a_number_counts_what_is_asked_for(question: str, text: str, lacks: bool) -> None:
    assert lacks_count(question, text) is lacks


def test_what_is_counted_stands_before_the_verb() -> None:
    assert "expert" in counted("how many routed experts does each layer have")
    assert not counted("What is the fee?")


@pytest.mark.parametrize(
    ("question", "text", "tells"),
    [
        ("How many museums are in Warsaw?", "From among Warsaw's 60 museums, the most prestigious are two.", True),
        ("How many museums are in Warsaw?", "The museum contains sixty rooms with portraits.", False),
        ("How many nature reserves are there?", "The nature reserve was opened by the queen.", False),
        ("Wie viele Mitglieder hat der Verein?", "Der Verein zählt 140 Mitglieder.", True),
        ("这个城市有多少个博物馆？", "全市共有60座博物馆。", True),
        ("这个城市有多少个博物馆？", "博物馆位于市中心。", False),
        ("年终奖发几个月", "个月工资为基数，每满12个月发放一次。", False),  # months are no things
        ("Who runs the museum?", "The 60 museums are run by the city.", False),
    ],
)
def test_a_number_tells_what_is_to_be_counted(question: str, text: str, tells: bool) -> None:
    assert tells_count(question, text) is tells


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("a qué temperatura está el agua", "Los menores de 12 años van acompañados en el agua.", True),
        ("a qué temperatura está el agua", "El agua está a 27 grados.", False),
        ("报销款一般星期几打给我们？", "费用须于次年1月15日前报完。", True),
        ("报销款一般星期几打给我们？", "款项每周四集中支付。", False),
        ("On which day of the week is rubbish collected?", "Rubbish is collected before 7 am.", True),
        ("On which day of the week is rubbish collected?", "Rubbish is collected on Tuesdays.", False),
    ],
)
def test_temperatures_and_weekdays_have_forms_of_their_own(question: str, text: str, lacks: bool) -> None:
    assert lacks_form(question, text) is lacks


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("how many people can we have on the boat", "No more than eight persons may be on board.", False),
        ("how many people can we have on the boat", "The boat has eight oars.", True),
        ("一年最多可以出差几次？", "出差时间连续超过15天须经审批。", True),
        ("一年最多可以出差几次？", "每人每年以两次为限。", False),
    ],
)
def test_people_and_times_are_counted_by_other_words(question: str, text: str, lacks: bool) -> None:
    assert lacks_count(question, text) is lacks


def test_other_words_ask_for_the_same_form() -> None:
    assert asks_form_of("what does the launch cost", "what does the boat cost")
    assert not asks_form_of("what's the minimum age for the course", "what's the at least years old for the course")


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("What's the maximum number of people on the terrace?", "Dogs are not admitted to the terrace.", True),
        ("What's the maximum number of people on the terrace?", "At most forty may be on the terrace.", False),
        ("How many keys do I get?", "Keys are handed out at the office.", True),
        ("How many keys do I get?", "Each tenant gets a key.", False),
        ("How many guests may I bring?", "You may bring as many as you like.", False),
        ("Wie viele Gäste dürfen kommen?", "Gäste tragen sich ein.", True),
        ("Wie viele Gäste dürfen kommen?", "Jedes Mitglied bringt einen Gast mit.", False),
        ("Combien de clés ?", "Les clés sont au bureau.", True),
        ("这里有多少台机器？", "机器由志愿者维护。", True),
        ("这里有多少台机器？", "机器共两台。", False),
        ("How much is it?", "It is not cheap.", False),  # not how many
    ],
)
def test_how_many_is_said_by_a_number(question: str, text: str, lacks: bool) -> None:
    assert lacks_number(question, text) is lacks


def test_a_row_without_a_sum_tells_no_price() -> None:
    assert lacks_price("What do the blades cost?", "| Blades | 400 h or 2 months | Replace if dull |")
    assert not lacks_price("What do the blades cost?", "| Item | Price |\n| Blades | 85.00 |")
