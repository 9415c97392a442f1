"""Sums and differences of cited numbers are computed by code, and shown as computed."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.answering.arithmetic import computed
from server.answering.citations import check_citations
from server.passages import Passage
from tests.server.served_folder import served

LEASE = """# Lease of the flat

The rent is £1,140 a month and is due on the third day.

The deposit is £1,315 and is paid before the keys are handed over.
"""
HEAD = "| Route | Passengers | Vehicles |"
ROWS = [("| Hesk | 184,200 | 31,450 |", HEAD), ("| Ormsay | 71,900 | 14,880 |", HEAD)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with served(tmp_path_factory.mktemp("arithmetic"), {"lease.md": LEASE}) as services:
        yield create_app(services).test_client()


@pytest.mark.parametrize(
    ("question", "statements", "formula"),
    [
        pytest.param(
            "What are the rent and the deposit together?",
            [("The rent is £1,140 a month.", ""), ("The deposit is £1,315.", "")],
            "£1,140 + £1,315 = £2,455",
            id="sum",
        ),
        pytest.param(
            "What is the difference between the rent and the deposit?",
            [("The rent is £1,140 a month.", ""), ("The deposit is £1,315.", "")],
            "£1,315 − £1,140 = £175",
            id="difference",
        ),
        pytest.param(
            "How many more passengers went to Hesk than to Ormsay?", ROWS, "184,200 − 71,900 = 112,300", id="column"
        ),
        pytest.param(
            "押金和年费一共多少",
            [("押金为100元。", ""), ("年费为20元。", "")],
            "100元 + 20元 = 120元",
            id="Chinese",
        ),
        pytest.param(
            "Was kosten Anteil und Beitrag zusammen?",
            [("Der Anteil kostet 150 Euro.", ""), ("Der Beitrag beträgt 48,50 Euro.", "")],
            "150 Euro + 48,50 Euro = 198.50 Euro",
            id="German",
        ),
        pytest.param(
            "What are the rent and the deposit together?",
            [("The rent is £1,140 a month.", "")],
            None,
            id="one is absent",
        ),
        pytest.param(
            "What are the rent and the fuel together?",
            [("The rent is £1,140 a month.", ""), ("The fuel is 40 litres.", "")],
            None,
            id="other units",
        ),
        pytest.param("What is the rent?", [("The rent is £1,140 a month.", "")], None, id="nothing to compute"),
        pytest.param("How much more did Hesk carry than Ormsay?", ROWS, None, id="not sure which column"),
    ],
)
def test_only_what_is_asked_and_sure_is_computed(
    question: str, statements: list[tuple[str, str]], formula: str | None
) -> None:
    found = computed(question, statements)
    assert (found[0] if found else None) == formula


def test_a_sum_is_told_with_its_citations(client: FlaskClient) -> None:
    body = client.post("/api/query", json={"question": "How much are the rent and the deposit together?"}).get_json()
    assert "Computed from the cited numbers: £1,140 + £1,315 = £2,455 [1]" in body["answer"]
    assert body["checks"]["computed"] == ["£1,140 + £1,315 = £2,455"]
    assert body["checks"]["unsupported"] == []


def test_what_a_model_added_up_is_computed_and_what_it_made_up_is_not() -> None:
    passages = [Passage("a", "lease.md", (1,), LEASE, 0.5)]
    right = check_citations("The rent is £1,140 and the deposit £1,315, together £2,455 [1].", passages).checks
    assert right.computed == ("£1,140 + £1,315 = £2,455",)
    assert right.unsupported == ()
    wrong = check_citations("The rent is £1,140 and the deposit £1,315, together £2,555 [1].", passages).checks
    assert wrong.computed == ()
    assert wrong.unsupported != ()
