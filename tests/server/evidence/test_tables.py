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
    ],
)
def test_a_head_may_have_figures(rows: tuple[str, ...], has_head: bool) -> None:
    sentences = split_sentences("\n".join(rows))
    assert is_table_head(sentences, 0) is has_head
    assert head_of(sentences, 1) == ((0,) if has_head else ())
