"""Which row of a table names its columns."""

import pytest

from server.evidence.sentences import split_sentences
from server.evidence.tables import head_of, is_table_head


@pytest.mark.parametrize(
    ("rows", "has_head"),
    [
        pytest.param(("| Room | Seats |", "| Blue | 12 |", "| Red | 8 |"), True, id="words"),
        pytest.param(("| Costs | 2024 | 2025 |", "| Fuel | 1,180 | 1,095 |", "| Crew | 210 | 240 |"), True, id="years"),
        pytest.param(
            ("| Leaves | 1 May to 3 June | Bus |", "| 06:40 | daily | 4 |", "| 09:15 | - | 7 |"), True, id="dates"
        ),
        pytest.param(("| Fuel | 1,180 | 1,095 |", "| Crew | 210 | 240 |", "| Rent | 90 | 90 |"), False, id="figures"),
        pytest.param(("| Blue | 2019 |", "| Red | 2021 |", "| Green | 2020 |"), False, id="years in all rows"),
        pytest.param(("| Blue | 12 seats |", "| 8 | Red |"), False, id="too few rows"),
        pytest.param(("|  | March 31, 2024 | March 31, 2023 |", "| Fuel | 1,180 | 1,095 |"), True, id="days"),
        pytest.param(("|  | Q1 2024 | Q2 2024 |", "| Fuel | 1,180 | 1,095 |"), True, id="quarters"),
        pytest.param(("| 项目 | 2024年 | 2023年12月31日 |", "| 收入 | 1,180 | 1,095 |"), True, id="Chinese years"),
        pytest.param(("| Year ended June 30, 2024 | Boats A4 |", "| Fuel | 1,180 |"), True, id="words with figures"),
        pytest.param(("|  | Model V2 | Model V3 |", "| Score | 71.0 | 79.8 |"), True, id="names with figures"),
        pytest.param(("| Fuel | $ 1,180 |", "| Crew | 210 |"), False, id="an amount"),
        pytest.param(("| Fuel | (180) | – |", "| Crew | 210 | 9 |"), False, id="a loss"),
        pytest.param(("| Founded | 1990 |", "| Closed | 2004 |"), False, id="years alone"),
    ],
)
def test_a_head_may_have_figures(rows: tuple[str, ...], has_head: bool) -> None:
    sentences = split_sentences("\n".join(rows))
    assert is_table_head(sentences, 0) is has_head
    assert head_of(sentences, 1) == ((0,) if has_head else ())


def test_a_line_of_text_is_no_row_of_the_table_below() -> None:
    sentences = split_sentences("December 31, 2019\n| Ship | Seats |\n| Fulmar | 148 |\n| Petrel | 36 |")
    assert head_of(sentences, 2) == (1,)
