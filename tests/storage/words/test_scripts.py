"""What is the same to who searches, in every script: either way of writing finds the other."""

import sqlite3
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.evidence.examination import examine, profile_of
from server.retrieval.document_globs import matching
from storage.catalogue.catalogue import Catalogue
from storage.words.folding import folded
from storage.words.languages import language_of
from storage.words.snowball_stems import native_stem
from tests.storage.conftest import document

SAME = [
    pytest.param("图书馆", "圖書館", id="Chinese characters"),
    pytest.param("头发护理", "頭髮護理", id="one simplified form of several traditional ones"),
    pytest.param("合同期限", "合同期限", id="Chinese, the same"),
    pytest.param("Ｗｉ－Ｆｉ２０２４", "Wi-Fi2024", id="full width"),
    pytest.param("カタログ", "ｶﾀﾛｸﾞ", id="half width kana"),
    pytest.param(normalize("NFD", "Überweisung"), normalize("NFC", "Überweisung"), id="accents, two signs or one"),
    pytest.param(normalize("NFD", "ガイド"), "ガイド", id="kana with a mark"),
    pytest.param("مُحَمَّد", "محمد", id="Arabic vowels"),
    pytest.param("كتـــاب", "كتاب", id="tatweel"),
    pytest.param("أحكام", "احكام", id="alef with hamza"),
    pytest.param("مدرسة", "مدرسه", id="ta marbuta"),
    pytest.param("مستشفى", "مستشفي", id="alef maqsura"),
    pytest.param("کتاب", "كتاب", id="Persian kaf"),
    pytest.param("שָׁלוֹם", "שלום", id="Hebrew points"),
    pytest.param("सड़क", "सडक", id="nukta"),
    pytest.param("चाँद", "चांद", id="candrabindu"),
    pytest.param("२०२४", "2024", id="digits"),
    pytest.param("ёлка", "елка", id="Cyrillic yo"),
    pytest.param("άνθρωπος", "ανθρωποσ", id="Greek accents, final sigma"),
    pytest.param("ค่าเช่า", "ค่าเช่า", id="Thai"),
    pytest.param("co\u00adoperate", "cooperate", id="a soft hyphen"),
]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("one", "other"), SAME)
def test_either_way_of_writing_finds_the_other(tmp_path: Path, one: str, other: str, reverse: bool) -> None:
    asked, written = (other, one) if reverse else (one, other)
    with Catalogue.create(tmp_path / "catalogue.db") as catalogue, catalogue.transaction():
        catalogue.replace_document(*document("a.txt", [f"{written} 1234"]))
        catalogue.replace_document(*document("b.txt", ["something else"]))
        hits = catalogue.words.search(asked, 5)
        assert [catalogue.chunks([hit.chunk_id])[hit.chunk_id].document for hit in hits] == ["a.txt"]
        evidence = examine(profile_of(asked, catalogue.words.document_frequencies, 2), f"{written} 1234")
    assert evidence.coverage == pytest.approx(1.0)
    assert matching([f"x/{written}.pdf", "y.pdf"], [f"x/{asked}*"]) == [f"x/{written}.pdf"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        pytest.param("ค่าเช่า", "ผู้เช่าต้องชำระค่าเช่าทุกวันที่ห้าของเดือน", id="Thai"),
        pytest.param("किताब", "यह किताब पुस्तकालय की है।", id="Hindi"),
        pytest.param("சட்டம்", "இந்த சட்டம் இன்று அமலுக்கு வருகிறது", id="Tamil"),
        pytest.param("ຄ່າເຊົ່າ", "ຜູ້ເຊົ່າຕ້ອງຈ່າຍຄ່າເຊົ່າທຸກເດືອນ", id="Lao"),
    ],
)
def test_a_word_is_found_in_a_sentence_and_not_in_another_one(tmp_path: Path, asked: str, text: str) -> None:
    with Catalogue.create(tmp_path / "catalogue.db") as catalogue, catalogue.transaction():
        catalogue.replace_document(*document("a.txt", [text]))
        catalogue.replace_document(*document("b.txt", [text.replace(asked, "")]))
        best, *_ = catalogue.words.search(asked, 5)
        assert catalogue.chunks([best.chunk_id])[best.chunk_id].document == "a.txt"


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_an_index_of_before_is_searched_as_it_is_and_made_anew_when_it_is_edited(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.db"
    vocalised, german = "قَالَ المُدَرِّسُ", "Die Frist für die Kündigung des Mieters ist bei der Verwaltung zu erfragen."
    with Catalogue.create(file) as made, made.transaction():
        made.replace_document(*document("a.txt", [vocalised, "圖書館的規則"]))
        made.replace_document(*document("b.txt", [german]))
    with sqlite3.connect(file) as before:  # as version 3 wrote it: pairs of Chinese characters, nothing folded
        before.executescript(
            "DROP TABLE vocabulary; DROP TABLE terms; PRAGMA user_version = 3; PRAGMA application_id = 0;"
            "CREATE VIRTUAL TABLE terms USING fts5 (words, content='', tokenize='porter unicode61');"
            "CREATE VIRTUAL TABLE vocabulary USING fts5vocab (terms, 'row');"
        )
        texts = before.execute("SELECT rowid, text FROM chunks").fetchall()
        pairs = {"圖書館的規則": "圖書 書館 館的 的規 規則"}
        before.executemany("INSERT INTO terms (rowid, words) VALUES (?, ?)", [(n, pairs.get(t, t)) for n, t in texts])
    before.close()
    with Catalogue.open(file) as old:
        assert len(old.words.search("图书馆", 5)) == len(old.words.search("Kündigung", 5)) == 1
        assert old.words.differences() == []
    with Catalogue.edit(file) as edited, edited.transaction():
        edited.remove_document("b.txt")
        edited.replace_document(*document("b.txt", [german]))
    with Catalogue.open(file) as new:
        assert (new.words.differences(), new.integrity_errors()) == ([], [])
        assert len(new.words.search("قال المدرس", 5)) == 1
        assert len(new.words.search("Wie kann ich dem Mieter kündigen?", 5)) == 1


STEMS = {
    "de": "kündigen kündigt Kündigung kuendigung gekündigt / Beitrag Beiträge beitraege / Haus Häuser / Huhn Hühner"
    " / abschalten abgeschaltet abzuschalten / Größe groesse / bezahlen bezahlt",
    "fr": "résilier résiliation resilier / animal animaux / payer paiement / rembourser remboursement / fermer fermé",
    "es": "penalización penalizacion penalizaciones / factura facturas facturación / precio precios / pagar pago",
    "it": "prezzo prezzi / pagare pagamento / iscrizione iscrizioni / città citta",
    "pt": "inscrição inscricao inscrições / preço preços preco / decisão decisões",
    "nl": "huur huren / betalen betaling",
}


@pytest.mark.parametrize(
    ("language", "forms"), [(tongue, group) for tongue, groups in STEMS.items() for group in groups.split("/")]
)
def test_forms_of_one_word_have_one_stem(language: str, forms: str) -> None:
    assert len({native_stem(form.casefold(), language) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("de", "vermieter", "miete"), ("de", "frist", "frost"), ("fr", "loyer", "louer"), ("es", "cuota", "cuenta")],
)
def test_different_words_have_different_stems(language: str, one: str, other: str) -> None:
    assert native_stem(one, language) != native_stem(other, language)


@pytest.mark.parametrize(
    ("question", "text", "coverage"),
    [
        ("Welche Frist gilt für die Kündigung?", "Die Kündigungsfrist beträgt drei Monate zum Ende des Jahres.", 1.0),
        ("Wie kann ich kündigen?", "Eine Kündigung ist nur schriftlich und mit der Unterschrift möglich.", 1.0),
        ("Wann schaltet sich die Maschine ab?", "Das Gerät wird nach einer Stunde abgeschaltet und ist aus.", 0.0),
        ("Comment résilier le contrat ?", "La résiliation du contrat est possible à la fin de chaque année.", 1.0),
        ("¿Cuánto es la penalización?", "Las penalizaciones por retraso no superan el 10 % de la cuota.", 1.0),
        ("Darf der Mieter kündigen?", "Der Vermieter ist für die Heizung in dem Haus zuständig.", 0.0),
    ],
)
def test_words_of_a_language_are_compared_by_its_stems(question: str, text: str, coverage: float) -> None:
    profile = profile_of(question, lambda stems: {}, 10)
    assert examine(profile, text).coverage == pytest.approx(coverage, abs=0.01)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The notice period is three months.", "en"),
        ("Die Kündigungsfrist beträgt drei Monate und ist zu beachten.", "de"),
        ("Le préavis est de trois mois pour les locataires.", "fr"),
        ("La cuota se paga el primer día de cada mes.", "es"),
        ("通知期限为三个月。", "zh"),
        ("図書館はどこにありますか", "ja"),
        ("도서관은 어디에 있습니까", "ko"),
        ("ผู้เช่าต้องชำระค่าเช่า", "th"),
        ("القراءة في المكتبة", "ar"),
        ("DeepSeek-R1 42", None),
        ("", None),
    ],
)
def test_the_language_of_a_text(text: str, language: str | None) -> None:
    assert language_of(text) == language
