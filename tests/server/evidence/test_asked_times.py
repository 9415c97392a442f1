"""A question for a time is answered by something with a time in it."""

import pytest

from server.evidence.asked_times import asks_when, lacks_time


@pytest.mark.parametrize(
    ("question", "is_asked"),
    [
        ("When do I have to return it?", True),
        ("and until when may I stay?", True),
        ("Ab wann darf gegrillt werden?", True),
        ("Jusqu'à quand peut-on s'inscrire ?", True),
        ("¿Desde cuándo está abierto?", True),
        ("Quando apre la piscina?", True),
        ("Wanneer gaat het zwembad open?", True),
        ("垃圾哪天收", True),
        ("什么时候发工资", True),
        ("How quickly must we tell you?", True),
        ("Bis wann und um wie viel Uhr?", True),
        ("图书馆几点开门", True),
        ("On which days are the stairs cleaned?", True),
        ("An welchen Tagen wird geputzt?", True),
        ("Quels jours est-ce ouvert ?", True),
        ("On which day of the month is rent due", False),  # a number
        ("How fast is the Petrel?", False),
        ("Where is it when it rains?", False),
        ("What happens when I am late?", False),
        ("Was passiert, wenn ich zu spät komme?", False),
        ("Who decides?", False),
    ],
)
def test_a_question_asks_for_a_time(question: str, is_asked: bool) -> None:
    assert asks_when(question) is is_asked


@pytest.mark.parametrize(
    ("question", "text", "is_without"),
    [
        ("When do I have to return it?", "Tools are returned within two weeks.", False),
        ("When do I have to return it?", "Tools are returned before the workshop closes.", False),
        ("When do I have to return it?", "Tools are returned clean, in the box they came in.", True),
        ("When is it open?", "On Mondays from 9:00.", False),
        ("Wann ist die Kasse offen?", "Die Kasse ist im Erdgeschoss neben dem Eingang.", True),
        ("Wann ist die Kasse offen?", "Die Kasse öffnet werktags und in der Ferienzeit.", False),
        ("Quand faut-il payer ?", "Le loyer est versé par virement.", True),
        ("Quand faut-il payer ?", "Le loyer est versé au début du mois.", False),
        ("什么时候发工资", "工资由财务部发放。", True),
        ("什么时候发工资", "工资于每月十日发放。", False),
        ("How long may I keep it?", "It may be kept by every member.", True),
        ("How long may I keep it?", "It may be kept for a fortnight, twenty-one days at most.", False),
        ("How long is the essay?", "The essay has 3,000 words.", False),
        ("How soon must I tell you of a fault?", "A fault is told to the desk, and honest reports cost nothing.", True),
        ("When does the ferry leave?", "The ferry leaves at nine.", False),
        ("When are taxis paid?", "Taxis are paid where there is no bus.", False),
        ("When do I have to hand in receipts?", "If a receipt has been lost, a statement is accepted.", True),
        ("Who pays the wages?", "The office pays them.", False),
    ],
)
def test_a_text_without_a_time_does_not_say_when(question: str, text: str, is_without: bool) -> None:
    assert lacks_time(question, text) is is_without


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("¿Cuándo se pintó la fachada por última vez?", "Cambio de ventanas | Lunes a sábado | 9:00–17:00", True),
        ("¿Cuándo se pintó la fachada por última vez?", "La fachada se pintó en mayo de 2019.", False),
        ("When was the hall built?", "The hall is open from Monday to Friday, 9:00 to 17:00.", True),
        ("When was the hall built?", "It was built after the war.", False),
        ("Wann wurde der Verein gegründet?", "Das Büro ist montags von 9 bis 12 Uhr besetzt.", True),
        ("A quelle heure ouvre l'épicerie ?", "Le pain se commande la veille avant 18 h.", True),
        ("A quelle heure ouvre l'épicerie ?", "L'épicerie est ouverte dès 8 h.", False),
        ("A quelle heure ouvre l'épicerie ?", "Épicerie : 8 h à 20 h", False),
        ("What time does the shop close?", "Orders are taken until 18:00.", True),
        ("Wann ist das Büro geöffnet?", "Das Büro ist montags von 9 bis 12 Uhr besetzt.", False),
        ("Wann hat das Bad geöffnet?", "Montags von 9 bis 12 Uhr.", False),
        ("Wann hat der Verein die Satzung beschlossen?", "Am 3. Mai 2019 wurde die Satzung beschlossen.", False),
        ("Quand a lieu la réunion ?", "La réunion a lieu le lundi à 18 h.", False),
        ("wie oft wird das Wasser kontrolliert", "Das Wasser wird in einem Schilfbecken gereinigt.", True),
        ("wie oft wird das Wasser kontrolliert", "Eine Probe wird jeden Montag entnommen.", False),
        ("How often is the pool cleaned?", "The pool is cleaned by the staff.", True),
        ("How often is the pool cleaned?", "The pool is cleaned weekly.", False),
        ("多久换一次水", "水由工作人员更换。", True),
        ("多久换一次水", "每周换水。", False),
        ("Is there a time limit for complaints?", "A complaint will not affect your treatment.", True),
        ("Is there a time limit for complaints?", "Complaints are made within twelve months.", False),
    ],
)
def test_what_was_once_and_opening_hours_are_told_otherwise(question: str, text: str, lacks: bool) -> None:
    assert lacks_time(question, text) is lacks


@pytest.mark.parametrize(
    ("question", "text", "is_without"),
    [
        ("How long does it take to get there by bus?", "The bus leaves at 7:20 and at 13:00.", True),
        ("How long does it take to get there by bus?", "The bus needs 35 minutes.", False),
        ("How long does it take to get a card?", "The card is handed over at once.", False),
        ("How long does it take to build?", "It was built in 2024.", True),
        ("How long does a wash take?", "Four days were lost.\n| Item | 2024 |\n| Wash | 410 |", True),
        ("How long does a wash take?", "| Programme | Minutes |\n| Wash | 40 |", False),
        ("Wie lange dauert die Fahrt?", "Die Fahrt beginnt um 8 Uhr.", True),
        ("Wie lange dauert die Fahrt?", "Die Fahrt dauert zwei Stunden.", False),
        ("Combien de temps dure le trajet ?", "Le car part à 8 h.", True),
        ("¿Cuánto dura el viaje?", "El viaje dura dos horas.", False),
        ("坐班车到工厂要多久？", "班车早上7点20分发车。", True),
        ("坐班车到工厂要多久？", "车程约40分钟。", False),
    ],
)
def test_how_long_something_takes_is_no_hour_of_the_day(question: str, text: str, is_without: bool) -> None:
    assert lacks_time(question, text) is is_without
