"""What sentences and their words mean: which are read, what they gain by it, and that remembering changes nothing."""

from collections.abc import Mapping

import pytest

from server.evidence.examination import profile_of, sentences_of
from server.evidence.sentence_ranking import ANSWERED_FROM, ranked_sentences
from server.passages import Found, Meaning
from server.retrieval.other_tongues import DocumentsWith
from server.retrieval.sentence_meaning import SentenceReader
from storage.caches.embeddings import unit_rows
from storage.embedding.local import build_embed_model
from storage.embedding.models import PACKAGED, resolve_model
from storage.records import ChunkRecord

HOUSE = "The staircase is cleaned on Mondays. Your puppy must wear a lead in the hallway. The lift is inspected in May."
SCHOOL = "Lessons begin at eight. Lunch is served in the canteen. The gym is locked after six."
CHINESE = "楼梯每周一清洁。小狗在走廊必须系牵引绳。电梯五月检查。"
ENGLISH = "Does my dog have to be leashed?"
GERMAN = "Muss mein Hund an die Leine?"


class Model:
    """The packaged model, and the texts it was given."""

    def __init__(self) -> None:
        self.model = build_embed_model(resolve_model(PACKAGED), device="cpu")
        self.read: list[str] = []

    def embed(self, texts: list[str]) -> list[list[float]]:
        self.read += texts
        vectors: list[list[float]] = self.model.get_text_embedding_batch(texts)
        return vectors

    def reader(self) -> SentenceReader:
        return SentenceReader(self.embed, self.model.cut_words)

    def sentences_read(self, since: int) -> list[str]:
        return [text for text in self.read[since:] if " " in text]


@pytest.fixture(scope="module")
def model() -> Model:
    return Model()


def passage(id_: str, text: str, context: str = "") -> tuple[ChunkRecord, Found]:
    return ChunkRecord(id_, f"{id_}.md", 0, text, context), Found(2.0, True, 0.5)


def known_of(
    model: Model,
    question: str,
    passages: list[tuple[ChunkRecord, Found]],
    reader: SentenceReader | None = None,
    titles: Mapping[str, str] | None = None,
    documents_with: DocumentsWith = lambda word: (),
) -> list[Found]:
    profile = profile_of(question, lambda stems: {}, 1000)
    vector = unit_rows([model.model.get_query_embedding(question)])[0]
    return (reader or model.reader()).with_meanings(profile, passages, vector, (0.1, 0.1), titles or {}, documents_with)


@pytest.mark.parametrize("question", [ENGLISH, GERMAN])
@pytest.mark.parametrize("measure", ["near", "kin", "plain"])
def test_the_sentence_that_says_it_in_other_words_is_nearest(model: Model, question: str, measure: str) -> None:
    house, school = known_of(model, question, [passage("house", HOUSE), passage("school", SCHOOL)])
    of_house = [getattr(each, measure) for each in house.meanings]
    assert max(of_house) == of_house[1] > max(getattr(each, measure) for each in school.meanings)


def test_words_are_compared_across_scripts(model: Model) -> None:
    (house,) = known_of(model, ENGLISH, [passage("house", CHINESE)])
    kin = [each.kin for each in house.meanings]
    assert max(kin) == kin[1]


def test_meaning_chooses_where_words_cannot(model: Model) -> None:
    (known,) = known_of(model, GERMAN, [passage("house", HOUSE)])
    profile = profile_of(GERMAN, lambda stems: {}, 1000)
    assert ranked_sentences(profile, HOUSE, "", known)[0].place == 1


def test_each_sentence_has_a_meaning_but_only_the_likeliest_are_read_as_a_whole(model: Model) -> None:
    passages = [passage(str(n), " ".join(f"Rule {n}.{k} is about dogs." for k in range(9))) for n in range(10)]
    before = len(model.read)
    known = known_of(model, ENGLISH, passages)
    assert [len(each.meanings) for each in known] == [len(sentences_of(chunk.text)) for chunk, _ in passages]
    near = [meaning.near for each in known for meaning in each.meanings]
    assert len(model.sentences_read(before)) == sum(value != 0.0 for value in near) == 16


def test_the_nearest_of_all_sentences_is_known_to_every_passage(model: Model) -> None:
    known = known_of(model, ENGLISH, [passage("house", HOUSE), passage("school", SCHOOL)])
    every = [meaning for each in known for meaning in each.meanings]
    for each in known:
        assert each.nearest == max(meaning.near for meaning in every)
        assert each.closest == max(meaning.kin for meaning in every)


def test_what_is_remembered_is_not_read_again_and_changes_nothing(model: Model) -> None:
    reader, passages = model.reader(), [passage("house", HOUSE), passage("school", SCHOOL)]
    first = known_of(model, ENGLISH, passages, reader)
    read = len(model.read)
    assert known_of(model, ENGLISH, passages, reader) == first
    assert len(model.read) == read


def test_headings_make_up_for_words_that_the_sentence_does_not_hold(model: Model) -> None:
    (bare,) = known_of(model, ENGLISH, [passage("house", "They must wear a lead.")])
    (under,) = known_of(model, ENGLISH, [passage("house", "They must wear a lead.", "House rules › Dogs")])
    assert bare.meanings[0].above == 0.0 < under.meanings[0].above


def test_no_passages_have_no_meanings(model: Model) -> None:
    assert known_of(model, ENGLISH, []) == []


def test_a_question_of_words_that_only_ask_has_no_meaning_word_by_word(model: Model) -> None:
    (known,) = known_of(model, "?", [passage("house", HOUSE)])
    assert all(each._replace(near=0.0) == Meaning() for each in known.meanings)


SPORTS = "The club has a pool and two courts. Wireless internet is free in the lobby. A racket costs 4 euros a day."


@pytest.mark.parametrize(
    ("question", "is_answered"),
    [
        ("Does the club have a pool?", True),
        ("Does the club have wifi?", True),
        ("Does the club have a bakery?", False),
        ("Is there a solarium at the club?", False),
        ("What does a racket cost?", True),
        ("What does a pedicure cost?", False),
        ("Gibt es im Club ein Schwimmbecken?", True),
        ("俱乐部有没有面包店", False),
    ],
)
def test_what_is_asked_for_must_be_there_in_some_words(model: Model, question: str, is_answered: bool) -> None:
    known_words = {"club", "pool", "court", "wireless", "internet", "racket", "cost", "euro", "dai", "lobbi", "free"}
    profile = profile_of(question, lambda stems: dict.fromkeys(known_words & set(stems), 1), 50)
    vector = unit_rows([model.model.get_query_embedding(question)])[0]
    chunk = ChunkRecord("a", "a.md", 0, SPORTS, "Sports club")
    passages = [(chunk, Found(3.0, True, 0.9))]
    (known,) = model.reader().with_meanings(profile, passages, vector, (0.1, 0.1), {}, lambda word: {"a.md"})
    best = ranked_sentences(profile, SPORTS, "Sports club", known)[0]
    assert (known.meanings[best.place].thing >= 0.25) is is_answered
    assert (best.strength >= ANSWERED_FROM) is is_answered


def test_a_thing_of_another_document_is_not_in_this_one(model: Model) -> None:
    profile = profile_of("Is there a bakery at the club?", lambda stems: dict.fromkeys(stems, 1), 50)
    vector = unit_rows([model.model.get_query_embedding(profile.question)])[0]
    passages = [(ChunkRecord("a", "a.md", 0, SPORTS, "Sports club"), Found(3.0, True, 0.9))]

    def thing(homes: set[str]) -> float:
        (known,) = model.reader().with_meanings(profile, passages, vector, (0.1, 0.1), {}, lambda word: homes)
        return max(meaning.thing for meaning in known.meanings)

    assert thing({"town.md"}) < 0.25 < thing({"a.md", "town.md"})


POOL = "Hunde sind auf dem gesamten Gelände nicht erlaubt. Geraucht wird nur am Kiosk."
FERRY = "Every ship has a café. Dogs stay on a lead and on the open deck. Bicycles cost two pounds."
TITLES = {"pool.md": "Badeordnung des Waldbads", "ferry.md": "Ferry timetable"}


@pytest.mark.parametrize("question", ["Darf mein Hund mit auf die Fähre?", "Can I take my dog on the ferry?"])
def test_what_another_document_is_about_is_not_answered_from_this_one(model: Model, question: str) -> None:
    chunk, found = passage("ferry", FERRY)
    passages = [passage("pool", POOL), (chunk, found._replace(standing=3.0, score=0.8))]
    pool, ferry = known_of(model, question, passages, titles=TITLES)
    assert pool.elsewhere > 0.5 > ferry.elsewhere == 0.0
    profile = profile_of(question, lambda stems: {}, 1000)
    without = ranked_sentences(profile, POOL, "", pool._replace(elsewhere=0.0))
    assert ranked_sentences(profile, POOL, "", pool)[0].strength < without[0].strength


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        pytest.param("Is the ferry or the pool cheaper for children?", ["Swimming pool", "Ferry timetable"], id="en"),
        pytest.param("Ist die Fähre oder das Bad für Kinder billiger?", ["Ferry timetable", "Das Bad"], id="de"),
        pytest.param("Le bac ou la piscine : où faut-il un billet ?", ["Swimming pool", "Le bac"], id="fr"),
        pytest.param("What do pool, ferry and museum cost?", ["The pool", "The ferry", "The museum"], id="three"),
    ],
)
def test_nothing_belongs_elsewhere_where_the_question_names_its_document(
    model: Model, question: str, titles: list[str]
) -> None:
    passages = [passage(str(number), f"Adults pay {number} euros.") for number in range(len(titles))]
    called = {f"{number}.md": title for number, title in enumerate(titles)}
    assert [each.elsewhere for each in known_of(model, question, passages, titles=called)] == [0.0] * len(titles)


@pytest.mark.parametrize(
    ("question", "pool_text", "titles"),
    [
        pytest.param("Are dogs allowed?", POOL, TITLES, id="names no document"),
        pytest.param("Dogs on the ferry?", f"{POOL} Zur Fähre geht es links.", TITLES, id="spoken of here"),
        pytest.param(
            "Dogs on the ferry?", POOL, {"pool.md": "Ferry and pool", "ferry.md": "Ferry"}, id="named as well"
        ),
        pytest.param("Dogs on the ferry?", POOL, {"ferry.md": "Ferry"}, id="the only title"),
    ],
)
def test_a_passage_is_taken_for_anothers_only_where_the_question_says_so(
    model: Model, question: str, pool_text: str, titles: Mapping[str, str]
) -> None:
    pool, _ = known_of(model, question, [passage("pool", pool_text), passage("ferry", FERRY)], titles=titles)
    assert pool.elsewhere < 0.35


def test_nothing_belongs_elsewhere_where_nothing_there_would_answer(model: Model) -> None:
    invoice = "The buyer is Harbour Trust, VAT NO 938.114.007, and pays within 30 days."
    clauses = "3.2 The tenant keeps the quay clear of ropes."
    titles = {"invoice.md": "Invoice", "clauses.md": "Clause numbers"}
    passages = [passage("invoice", invoice), passage("clauses", clauses, "Clause numbers")]
    known = known_of(model, "What is the VAT number of the buyer Harbour Trust?", passages, titles=titles)
    assert [each.elsewhere for each in known] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Darf mein Hund mit auf die Fähre?", "Fähre"),
        ("Wo ist der Schlüssel für das Schließfach?", "Schließfach"),
        ("Quelle est la durée du préavis pour les étudiants ?", "préavis"),
        ("¿Cuántos semestres puedo parar el máster por enfermedad?", "máster"),
    ],
)
def test_words_with_accents_are_read_and_told_as_they_are_written(question: str, word: str) -> None:
    profile = profile_of(question, lambda stems: {}, 1000)
    assert word in {need.shown for need in profile.needs}


QUANTITIES = [
    (
        "At what pressure did pump 7 trip?",
        "2024-05-01 12:00:01 ERROR pump 7 tripped at 4.1 bar",
        "2024-05-01 12:00:01 ERROR pump 7 tripped after 9 minutes",
    ),
    (
        "At what temperature is the kiln switched off?",
        "The kiln is switched off at 1,240 °C.",
        "The kiln is switched off at 6 p.m.",
    ),
    ("At what speed does the lift travel?", "The lift travels at 1.6 m/s.", "The lift travels 42 m."),
    ("What voltage does the charger need?", "The charger needs 230 V.", "The charger needs 3 hours."),
    ("From what height are parcels dropped?", "Parcels are dropped from 12 metres.", "Parcels are dropped 12 minutes."),
    ("At what weight is a parcel refused?", "A parcel is refused above 30 kg.", "A parcel is refused after 30 days."),
    ("Bei welchem Druck öffnet das Ventil?", "Das Ventil öffnet bei 6 bar.", "Das Ventil öffnet bei 60 °C."),
    ("À quelle vitesse tourne le ventilateur ?", "Le ventilateur tourne à 900 tr/min.", "Le ventilateur tourne 9 h."),
    ("¿A qué temperatura se hornea el pan?", "El pan se hornea a 220 grados.", "El pan se hornea 40 minutos."),
    ("水泵在什么压力下跳闸？", "水泵在0.8兆帕时跳闸。", "水泵在8点跳闸。"),
]


@pytest.mark.parametrize(("question", "says", "of_another_unit"), QUANTITIES)
def test_a_value_answers_the_question_for_its_quantity(
    model: Model, question: str, says: str, of_another_unit: str
) -> None:
    profile = profile_of(question, lambda stems: {}, 1000)
    best = []
    for text in (says, of_another_unit):
        (known,) = known_of(model, question, [passage("house", text)])
        best.append(ranked_sentences(profile, text, "", known)[0].strength)
    assert best[0] >= ANSWERED_FROM
    assert best[0] > best[1] + 2.0
