"""How a citation names the place of a passage."""

import pytest

from storage.place_names import place_names, printed_labels


@pytest.mark.parametrize(
    ("document", "pages", "labels", "names"),
    [
        pytest.param("a.pdf", [5], [], ["p. 5"], id="a page"),
        pytest.param("a.pdf", [5, 6], ["2", "3"], ["p. 5, labelled 2", "p. 6, labelled 3"], id="printed numbers"),
        pytest.param("a.pdf", [5], ["5"], ["p. 5"], id="the same number"),
        pytest.param("a.pdf", [9], ["a.pdf › b.pdf, p. 1"], ["a.pdf › b.pdf, p. 1"], id="an attached file"),
        pytest.param("a.xlsx", [1], ["Sheet Prices"], ["Sheet Prices"], id="a sheet"),
    ],
)
def test_places_are_named(document: str, pages: list[int], labels: list[str], names: list[str]) -> None:
    assert place_names(document, pages, labels) == names


def test_a_sheet_has_no_printed_number() -> None:
    assert printed_labels("a.xlsx", [1], ["Sheet Prices"]) == []
