"""What programs use to speak the OpenAI protocol, each in its own environment against a real server: `make clients`."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from server import create_app
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.fake_script import Completion
from tests.server.api.test_openai import KEY, QUESTION, speaking

HERE = Path(__file__).parent
ENVIRONMENT = Path(__file__).parents[3] / ".venv-clients"
FOLLOW_UP = "And who pays it?"
ANSWER = "It is 60 euros [1]."
_SECONDS = 100


def _python(client: str) -> list[str]:
    """Two of the clients are among the project's own requirements."""
    python = Path(sys.executable) if client in ("openai", "llama-index") else ENVIRONMENT / "bin" / "python"
    if not python.exists():
        pytest.skip("the clients are not installed here: make clients")
    return [str(python), str(HERE / "python_clients.py"), client]


def _node(client: str) -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine")
    if not (ENVIRONMENT / "node_modules" / client).exists():
        pytest.skip("the clients are not installed here: make clients")
    return [node, str(HERE / "node_clients.mjs"), client]


CLIENTS = [
    pytest.param(_python, "openai", ["response_format"], id="openai for Python"),
    pytest.param(_python, "langchain-openai", ["response_format", "tool_choice"], id="langchain-openai"),
    pytest.param(_python, "litellm", ["response_format"], id="litellm"),
    pytest.param(_python, "pydantic-ai", ["response_format", "tool_choice"], id="pydantic-ai"),
    pytest.param(_python, "llm", ["response_format"], id="llm"),
    pytest.param(_python, "llama-index", ["response_format"], id="LlamaIndex's OpenAILike"),
    pytest.param(_node, "openai", ["response_format"], id="openai for JavaScript"),
    pytest.param(_node, "ai", ["response_format"], id="Vercel's ai"),
]


@pytest.fixture
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek(key=KEY) as fake:
        fake.when_scoring(Completion('{"score": 9, "reason": "names the fee"}')).when_answering(Completion(ANSWER))
        yield fake.when("Question to rewrite:", Completion("Who pays the cooperative share?"))


@pytest.fixture
def url(start: Callable[..., Services], deepseek: FakeDeepSeek) -> Iterator[str]:
    services = start(deepseek_api_key=SecretStr(KEY), deepseek_base_url=deepseek.url)
    with speaking(create_app(services)) as client:
        yield str(client.base_url)


def _asked(command: list[str], url: str, folder: Path) -> dict[str, Any]:
    """What the client got. It reaches loopback only: proxies lead nowhere."""
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    environment = os.environ | nowhere | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([*command, url, folder], capture_output=True, text=True, env=environment, timeout=_SECONDS)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.mark.parametrize(("command", "client", "refused"), CLIENTS)
def test_a_client_asks_streams_goes_on_and_is_told_what_cannot_be_given(
    command: Callable[[str], list[str]],
    client: str,
    refused: list[str],
    url: str,
    deepseek: FakeDeepSeek,
    tmp_path: Path,
) -> None:
    said = _asked(command(client), url, ENVIRONMENT if command is _node else tmp_path)
    assert said["whole"].startswith(f"{ANSWER}\n\nSources:\n\n- [1] `library-handbook.md")
    assert said["stream"] == said["whole"]
    assert said["follow_up"].startswith(ANSWER)
    rewriting = [asked.prompt for asked in deepseek.scorings() if "Question to rewrite:" in asked.prompt]
    assert len(rewriting) == 1
    assert QUESTION in rewriting[0]
    assert FOLLOW_UP in rewriting[0]
    typed = [said[name] for name in said if name.startswith("typed")]
    assert [(each["status"], each["param"]) for each in typed] == [(400, param) for param in refused], typed
    assert all(re.search(r"never JSON|No tools are called", each["message"]) for each in typed), typed
