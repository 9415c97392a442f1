"""Which documents a question names: by file name, title, first page; never by an everyday word."""

import pytest

from server.retrieval.document_names import Directory, asked_years, names_of, without_names
from storage.words.english_stems import meaning_stem

FILES = [
    names_of("reports/HARBOURLIGHT_2018_report.pdf", "", "Harbour Light, Inc. Year ended December 31, 2018"),
    names_of("reports/HARBOURLIGHT_2019_report.pdf", "", "Harbour Light, Inc. Year ended December 31, 2019"),
    names_of("reports/MILL_MILL_2019Q4.pdf", "", "Mill & Mill reports fourth-quarter results. 2019-12-31"),
    names_of("reports/scan-0041.pdf", "Annual report", "Orrinton Dairy. For the fiscal year ended June 30, 2019"),
    names_of("manuals/pump-2.1.pdf", "Pump", "Installation of the pump"),
    names_of("manuals/pump-3.0.pdf", "Pump", "Installation of the pump"),
    names_of("rules/employee-handbook.md", "Employee handbook", "Welcome to AIME 2019, our summer event."),
    names_of("rules/minutes.txt", "Board minutes", "Present: all"),
]


@pytest.mark.parametrize(
    ("question", "surely", "likely"),
    [
        pytest.param("Harbour Light's revenue in FY2018?", "HARBOURLIGHT_2018", "", id="glued, fiscal year"),
        pytest.param("How did FY17 and FY18 sales of Harbour Light differ?", "HARBOURLIGHT_2018", "", id="latest year"),
        pytest.param("What did M&M earn in Q4 2019?", "MILL_MILL", "", id="initials and quarter"),
        pytest.param("What is Orrinton's 2019 milk price, as its report says?", "scan-0041", "", id="first page"),
        pytest.param("what does the Pump of version 3.0 weigh", "pump-3.0", "", id="version"),
        pytest.param("who lives by the employee handbook", "", "employee-handbook", id="two words of a file's name"),
        pytest.param("how much does a pump weigh", "", "", id="an everyday word"),
        pytest.param("Who won the AIME 2019?", "", "", id="a year of a name is no date"),
        pytest.param("When was the Eiffel Tower built?", "", "", id="nobody"),
    ],
)
def test_a_question_names_documents_by_name_and_time(question: str, surely: str, likely: str) -> None:
    named = Directory(FILES).named_in(question)
    best = [path for path, share in named.documents.items() if share == max(named.documents.values())]
    assert [path for path in best if path in named.sure] == [d.path for d in FILES if surely and surely in d.path]
    assert bool(named.documents) == bool(surely or likely)
    assert not likely or all(likely in path for path in best)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        pytest.param("Which method widens the lens of Orion-X3?", {"Orion_X3.pdf"}, id="the shorter name"),
        pytest.param("Which method widens the lens of Orion-X3.2?", {"Orion_X3_2.pdf"}, id="the longer name"),
        pytest.param("How wide is the lens of Orion?", {"Orion_X3_2.pdf"}, id="an everyday word among equals"),
    ],
)
def test_a_release_is_not_named_by_the_one_before(question: str, named: set[str]) -> None:
    files = [
        names_of("Orion_X3.pdf", "Orion-X3 Technical Report", "Orion-X3 Technical Report"),
        names_of("Orion_X3_2.pdf", "Orion-X3.2: a wider lens", "Orion-X3.2, built on Orion-X3"),
        names_of("Vega.pdf", "Vega", ""),
        names_of("Lyra.pdf", "Lyra", ""),
    ]
    assert Directory(files).named_in(question).documents.keys() == named


def test_what_names_most_documents_names_none() -> None:
    reports = [names_of(f"Acme_{year}.pdf", "Acme", "") for year in range(2001, 2010)]
    assert not Directory(reports).named_in("What does Acme sell?").documents
    assert set(Directory(reports).named_in("What did Acme sell in 2004?").sure) == {"Acme_2004.pdf"}


def test_the_rest_of_a_question_has_no_names_and_times() -> None:
    question = "What was Harbour Light's total revenue in FY2018 and Q4 2018?"
    rest = without_names(question, Directory(FILES).named_in(question))
    assert "total revenue" in rest
    assert not any(part in rest for part in ("Harbour", "Light", "2018", "Q4"))


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("from FY2016 to FY2017", {"2016": 0.5, "2017": 1.0}),
        ("as of FY 21, what is expected in 2024", {"2021": 1.0}),
        ("the 2018 annual report", {"2018": 1.0}),
        ("20180 pieces", {}),
    ],
)
def test_years_are_read_and_the_latest_counts_most(question: str, years: dict[str, float]) -> None:
    assert asked_years(question) == years


def test_a_report_tells_of_the_years_before_it_where_none_is_of_those() -> None:
    assert set(Directory(FILES).named_in("What did Harbour Light earn in 2017?").sure) == {FILES[0].path}
    assert not Directory(FILES).named_in("What did Harbour Light earn in 2009?").sure


def test_it_is_told_by_which_words_a_document_is_called() -> None:
    directory = Directory(FILES)
    named = directory.named_in("Did Harbour Light sell more than Orrinton in 2019?")
    assert set(named.calls[FILES[1].path]) == {"Harbour", "Light"}
    assert directory.years_of(FILES[1].path, ["2019", "2020"]) == ["2019"]
    assert directory.years_of("unknown.pdf", ["2019"]) == []


def test_everyday_words_and_years_do_not_hide_a_name() -> None:
    files = [*FILES, names_of("Acme_2020.pdf", "Acme reports fiscal results and total assets", "")]
    named = Directory(files).named_in("What were the total assets of Harbour Light in fiscal 2020?")
    assert {path for path in named.documents if "HARBOUR" in path}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does Orrinton or Harbour Light sell?", {"orrinton"}),
        ("What does Harbour Light sell?", {"harbour", "light"}),
        ("Orrinton卖什么", {"orrinton"}),
        ("卖什么的Orrinton", {"orrinton"}),
        ("Pump weight", set()),
        ("Was kostet die Pump im Sommer?", set()),
        ("What does Zanzibar sell?", set()),
    ],
)
def test_proper_names_have_homes(question: str, names: set[str]) -> None:
    homes = Directory(FILES).homes_of_names(question)
    assert homes.keys() == {meaning_stem(name) for name in names}
    assert all("scan" in path for path in homes.get(meaning_stem("orrinton"), ()))


def test_letters_between_chinese_characters_name_a_document() -> None:
    named = Directory(FILES).named_in("HARBOURLIGHT公司2018年的收入是多少")
    assert FILES[0].path in named.sure
