"""Every kind of server behind the whole of Pagewise: the first question after the start, over a real index."""

from collections.abc import Callable

import pytest

from server import create_app
from server.http.services import Services
from tests.model_server import THOUGHT, Habits, ModelServer
from tests.model_server_kinds import KINDS

QUESTION = "How much is the cooperative share that every member buys?"


@pytest.mark.parametrize("habits", [pytest.param(habits, id=habits.kind) for habits in KINDS])
def test_a_first_question_is_judged_and_answered(start: Callable[..., Services], habits: Habits) -> None:
    with ModelServer(habits) as server:
        client = create_app(start(deepseek_base_url=server.url, deepseek_model=server.model)).test_client()
        body = client.post("/api/query", json={"question": QUESTION}).get_json()
    assert (body["mode"], body["complete"]) == ("llm", True)
    assert body["relevance"]["unscored"] == 0
    assert body["relevance"]["scored"] == len(body["sources"]) + len(body["rejected"]) > 5
    assert "60 euros [1]" in body["answer"]
    assert THOUGHT[:20] not in body["answer"]
    assert {"cost", "currency"} & set(body["usage"]["answer"]) == set()
