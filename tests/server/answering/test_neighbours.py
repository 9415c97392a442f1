"""Where a table, a list or a formula is cut in two, its other half is brought."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.answering.neighbours import goes_on
from tests.server.served_folder import served

ROWS = "\n".join(
    f"| Valve {number:02} of the northern line | {3 * number} bar | {number + 40} years of age |"
    for number in range(1, 61)
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    table = f"# Waterworks\n\nPressures of the valves:\n\n| Valve | Pressure | Age |\n|---|---|---|\n{ROWS}\n"
    files = {"waterworks.md": table, "garden.md": "# Garden\n\nThe garden opens at nine. Nobody walks on the lawn.\n"}
    with served(tmp_path_factory.mktemp("neighbours"), files) as services:
        yield create_app(services).test_client()


@pytest.mark.parametrize(
    ("text", "following", "goes"),
    [
        pytest.param("Fares\n| Adult | 7 |", "| Child | 3 |\nNotes follow.", True, id="table"),
        pytest.param("Fares\n| Adult | 7 |", "The next section begins.", False, id="table at its end"),
        pytest.param("You need:\n- flour", "- sugar\n- eggs", True, id="list"),
        pytest.param("You need:\n- flour", "Mix everything.", False, id="list at its end"),
        pytest.param("Bring the following:", "Two pens and a ruler.", True, id="announced"),
        pytest.param("须提交以下材料：", "身份证和申请表。", True, id="announced in Chinese"),
        pytest.param("f(x) = 3 x^2 + 2 x +", "5 x - 7 = 0", True, id="formula"),
        pytest.param("The mill was built in 1850.", "It burnt down in 1911.", False, id="prose"),
        pytest.param("", "| Child | 3 |", False, id="nothing"),
    ],
)
def test_what_goes_on_is_told_by_the_lines_at_the_border(text: str, following: str, goes: bool) -> None:
    assert goes_on(text, following) == goes


def test_the_rest_of_a_table_is_among_the_sources(client: FlaskClient) -> None:
    asked = {"question": "What is the pressure of valve 20 of the northern line?", "keep": 1, "threshold": 1}
    body = client.post("/api/query", json=asked).get_json()
    assert len(body["sources"]) > 1
    assert {source["document"] for source in body["sources"]} == {"waterworks.md"}
    assert all(source["relevance"]["kept"] for source in body["sources"])
    assert "60 bar" in body["answer"]


def test_prose_brings_no_neighbour(client: FlaskClient) -> None:
    body = client.post("/api/query", json={"question": "When does the garden open?", "keep": 1}).get_json()
    assert [source["document"] for source in body["sources"]] == ["garden.md"]
