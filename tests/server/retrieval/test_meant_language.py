"""Who names documents by the country they come from is answered from these first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.answers import Answer, Question
from server.http.services import Services
from server.retrieval.meant_language import meant_language
from tests.server.served_folder import served

TENANCY = """# Lease of the flat in Mill Lane

## Keys

The replacement of a lost key costs 24 pounds.

## Pets

One cat is allowed. A cleaning fee of 150 pounds is paid for it.
"""
CRECHE = """# Livret d'accueil de la crèche Les Lilas

## Horaires

La crèche est ouverte de 7 h 30 à 18 h 30. Tout retard le soir est facturé 12 euros par quart d'heure.

## Repas

Les repas sont préparés sur place. Les gâteaux faits à la maison sont refusés.
"""
HUERTOS = """# Guía de los huertos de Valdeluz

## Llaves

La copia de una llave cuesta 7 euros.

## Riego

Cada parcela dispone de un máximo de 350 litros de agua por semana. No se permiten gallinas ni perros.
"""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    texts = {"lease.md": TENANCY, "creche.md": CRECHE, "huertos.md": HUERTOS}
    with served(tmp_path_factory.mktemp("abroad"), texts) as found:
        yield found


def ask(services: Services, question: str, documents: tuple[str, ...] = ()) -> Answer:
    return services.answering().answer(Question(question, documents=documents))


@pytest.mark.parametrize(
    ("question", "language", "without"),
    [
        ("how much is a lesson at the German music school", "de", "how much is a lesson at the music school"),
        ("Wie viel Wasser gibt es im spanischen Garten?", "es", "Wie viel Wasser gibt es im Garten?"),
        ("En combien de temps le propriétaire anglais répare-t-il ?", "en", None),
        ("¿Cuánto cuesta la llave de la casa inglesa?", "en", "¿Cuánto cuesta la llave de la casa ?"),
        ("法国那家托儿所几点关门", "fr", "托儿所几点关门"),
        ("在西班牙那个露营地洗一次衣服多少钱", "es", "露营地洗一次衣服多少钱"),
        ("can my friend sleep in the house in China", "zh", "can my friend sleep in the house"),
        ("法国那家 Le Petit Jardin 托儿所几点开门？", "fr", "Le Petit Jardin 托儿所几点开门？"),
        ("Quand ouvre la crèche allemande", "de", "Quand ouvre la crèche"),
        ("Mon fils a manqué son cours de piano en Allemagne, que faire ?", "de", None),
    ],
)
def test_a_country_tells_which_documents_are_meant(question: str, language: str, without: str | None) -> None:
    meant = meant_language(question)
    assert meant is not None
    assert meant.language == language
    assert without is None or meant.question == without
    assert meant.word not in meant.question


@pytest.mark.parametrize(
    "question",
    [
        "Is there a form in French?",
        "Do you offer a German course?",
        "Is there a Spanish version?",
        "Kann man das auf Deutsch lesen?",
        "Wer unterrichtet Spanisch?",
        "¿Hablan inglés en la recepción?",
        "Le contrat est-il en anglais ?",
        "有英文版吗",
        "工作人员会说法语吗",
        "Where is the fine china kept?",
        "Is the German Shepherd allowed in the flat?",
        "How do I use the French press?",
        "What does the English house cost?",  # says nothing that the question's language does not say
        "How much is the deposit?",
    ],
)
def test_a_language_that_is_spoken_or_written_is_no_place(question: str) -> None:
    assert meant_language(question) is None


@pytest.mark.parametrize(
    ("question", "said", "document"),
    [
        ("¿Cuánto me cobran si pierdo la llave de la casa inglesa?", "24 pounds", "lease.md"),
        ("Was kostet ein neuer Schlüssel für die englische Wohnung?", "24 pounds", "lease.md"),
        ("How much water does a plot get each week in the Spanish garden?", "350 litros", "huertos.md"),
        ("西班牙那个菜园每周有多少水", "350 litros", "huertos.md"),
    ],
)
def test_the_documents_of_that_country_answer(services: Services, question: str, said: str, document: str) -> None:
    answer = ask(services, question)
    assert said in answer.answer
    assert {source.document for source in answer.sources} == {document}


def test_what_was_asked_of_them_is_told(services: Services) -> None:
    answer = ask(services, "How much water does a plot get each week in the Spanish garden?")
    assert answer.also_searched_as
    assert all("Spanish" not in wording for wording in answer.also_searched_as)


def test_nothing_is_asked_of_documents_that_were_not_chosen(services: Services) -> None:
    answer = ask(services, "How much water does a plot get each week in the Spanish garden?", ("lease.md",))
    assert {source.document for source in answer.sources} <= {"lease.md"}


def test_where_documents_say_the_word_it_is_what_is_asked_about(tmp_path: Path) -> None:
    texts = {
        "courses.md": "# Courses\n\nThe German evening takes place on Mondays at 19:00 in room 4.\n",
        "lilas.md": CRECHE,
    }
    texts["haus.md"] = "# Hausordnung\n\nDie Abende im Haus beginnen um 20 Uhr. Die Tür ist ab 22 Uhr verschlossen.\n"
    with served(tmp_path, texts) as services:
        answer = ask(services, "When is the German evening?")
    assert "19:00" in answer.answer
    assert {source.document for source in answer.sources} == {"courses.md"}
