"""120 questions in the middle of a conversation, in six languages: alone, going on, or about the conversation itself.

The rates of errors both ways are held, each case is not: `stands_alone` is a matter of rules, and the next case may be
the one they miss. Those that are known to be missed stand in the lists like all others.
"""

from collections.abc import Callable

import pytest

from server.answering.standalone import kind_of
from server.answering.talk_about_answers import is_about_conversation

ALONE = [
    "How much is the deposit for the flat?",
    "Who is the landlord?",
    "Are dogs allowed in the flat?",
    "When does the library open on Saturdays?",
    "How long is the probation period?",
    "What is a denial of wallet attack?",
    "Which optimizer was used to train DeepSeek-V3?",
    "Can employees work from abroad?",
    "Summarise the lease agreement.",
    "Give me a table of the membership fees",
    "Is smoking allowed on the balcony?",
    "How many parts does the kit have?",
    "Translate the title of the handbook into German",
    "Explain the scoring formula",
    "押金是多少？",
    "图书馆周六几点开门？",
    "试用期有多长？",
    "公寓里可以养狗吗？",
    "谁是房东？",
    "DeepSeek-V3 用了什么优化器？",
    "总结一下租赁合同的主要内容",
    "员工手册规定了多少天年假？",
    "Wie hoch ist die Kaution der Wohnung?",
    "Wer ist der Vermieter?",
    "Wie lange dauert die Probezeit?",
    "Sind Hunde in der Wohnung erlaubt?",
    "Wann öffnet die Bibliothek am Samstag?",
    "Wie lange muss die Suppe kochen?",
    "Wie viel Brühe brauche ich?",
    "Fasse den Mietvertrag zusammen",
    "Quel est le montant du loyer ?",
    "Qui est le propriétaire ?",
    "Les chiens sont-ils autorisés dans l'appartement ?",
    "Quand ouvre la bibliothèque le samedi ?",
    "Combien de jours de congés ont les employés ?",
    "Résume le contrat de location",
    "¿Cuánto es la fianza del piso?",
    "¿Quién es el arrendador?",
    "¿Se permiten perros en la vivienda?",
    "¿Cuándo abre la biblioteca los sábados?",
    "¿Cuántos días de vacaciones tienen los empleados?",
    "Qual é o valor da renda?",
    "Quem é o senhorio?",
    "Os cães são permitidos no apartamento?",
    "Quando abre a biblioteca ao sábado?",
    "Quantos dias de férias têm os empregados?",
]
FOLLOW_UPS = [
    "How much in dollars?",
    "Can I pay in instalments?",
    "And when may it be paid?",
    "What about the second one?",
    "How long?",
    "Is it refundable?",
    "Are there any exceptions?",
    "Who decides that?",
    "Why?",
    "When is it due?",
    "What happens then?",
    "And for students?",
    "Does that include VAT?",
    "How do they work?",
    "可以分期吗？",
    "什么时候付？",
    "多少美元？",
    "那学生呢？",
    "为什么？",
    "有例外吗？",
    "它包含税吗？",
    "可以退还吗？",
    "由谁决定？",
    "逾期怎么办？",
    "Wie lange gilt das?",
    "Was kostet es?",
    "Und wann ist sie fällig?",
    "Kann ich in Raten zahlen?",
    "Gibt es Ausnahmen?",
    "Und für Studenten?",
    "Wie viel ist das in Dollar?",
    "Wer entscheidet darüber?",
    "Warum nicht?",
    "Bis wann?",
    "Et pour les étudiants ?",
    "Combien de temps dure-t-il ?",
    "Peut-on payer en plusieurs fois ?",
    "Pourquoi ?",
    "Combien ça coûte ?",
    "Y a-t-il des exceptions ?",
    "Et en dollars ?",
    "¿Y para estudiantes?",
    "¿Cuánto cuesta?",
    "¿Puedo pagarlo a plazos?",
    "¿Por qué?",
    "¿Cuándo vence?",
    "¿Hay excepciones?",
    "¿Cuánto es eso en dólares?",
    "E para estudantes?",
    "Quanto custa?",
    "Posso pagar em prestações?",
    "Por quê?",
    "Quando é que isso vence?",
    "Há exceções?",
]
CONVERSATION = [
    "Summarise your answer",
    "Are you sure?",
    "Give me a table",
    "Translate that into German",
    "In one sentence, please",
    "Shorter please",
    "What did I ask first?",
    "Can you explain it more simply?",
    "翻译成英文",
    "你确定吗？",
    "总结一下你的回答",
    "用表格列出来",
    "Fass deine Antwort zusammen",
    "Bist du sicher?",
    "Auf Englisch bitte",
    "Als Tabelle",
    "Résume ta réponse",
    "Tu es sûr ?",
    "Traduis en anglais",
    "Resume tu respuesta",
    "¿Estás seguro?",
    "Tradúcelo al inglés",
    "Resuma a sua resposta",
    "Tem certeza?",
    "Em inglês, por favor",
]


def test_there_are_a_hundred_and_twenty() -> None:
    assert len({*ALONE, *FOLLOW_UPS, *CONVERSATION}) >= 120


@pytest.mark.parametrize(
    ("questions", "is_right"),
    [
        pytest.param(ALONE, lambda kind: kind == "alone", id="rewritten or not searched although they stand alone"),
        pytest.param(FOLLOW_UPS, lambda kind: kind == "follow-up", id="taken as they stand although they go on"),
        pytest.param(
            CONVERSATION, lambda kind: kind == "conversation", id="searched for although they are about answers"
        ),
    ],
)
def test_at_most_one_in_twenty_is_taken_for_something_else(
    questions: list[str], is_right: Callable[[str], bool]
) -> None:
    wrong = [question for question in questions if not is_right(kind_of(question))]
    assert len(wrong) <= len(questions) * 0.05, wrong


def test_what_is_taken_to_stand_alone_does_so() -> None:
    taken = [question for question in (*ALONE, *FOLLOW_UPS, *CONVERSATION) if kind_of(question) == "alone"]
    wrong = [question for question in taken if question not in ALONE]
    assert len(wrong) <= len(taken) * 0.05, wrong


@pytest.mark.parametrize("question", ["", "?", "Summarise " + "x" * 300, "Give me a table of the fees", "翻译"])
def test_odd_ones_raise_nothing(question: str) -> None:
    assert is_about_conversation(question) == (question == "翻译")
