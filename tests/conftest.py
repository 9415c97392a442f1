"""What holds for every test: no network, no global settings, no settings of the developer's own."""

import os
import tempfile
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from pydantic_settings import BaseSettings

from storage.processor_cores import available_cores
from tests.chroma_process import ChromaDidNotStart, ChromaProcess
from tests.isolation import block_network, poison_global_settings
from tests.postgres_process import PostgresDidNotStart, PostgresProcess
from tests.server.pages.browser_setup import CHROMIUM
from tests.shared import made_once
from tests.tiny_bge_m3 import make_tiny_bge_m3

# Before anything imports huggingface_hub, which reads these once: no hub, and no models this machine happens to have.
os.environ["LC_ALL"] = "C.UTF-8"  # on a Chinese terminal, too, what is printed is compared in English
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HOME"] = str(Path(tempfile.gettempdir()) / "pagewise-tests-without-models")

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of hundreds of child processes compiles all modules anew

_WORKER_BYTES = 1_500_000_000  # with the processes that it starts

block_network()
poison_global_settings()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for each core, since half of a test's time is waiting for processes and clocks; as many as memory holds."""
    return max(1, min(2 * available_cores(), psutil.virtual_memory().available // _WORKER_BYTES))


def pytest_itemcollected(item: pytest.Item) -> None:
    """`-k L12` finds the tests of that row of docs/faults.md by their marker; pytest itself looks at names only.

    What needs a browser is left out where there is none.
    """
    for marker in item.iter_markers("faults"):
        item.extra_keyword_matches.update(marker.args)
    if CHROMIUM is None and item.get_closest_marker("browser"):
        item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: apt-get install chromium"))


def settings_classes() -> list[type[BaseSettings]]:
    """The settings of all packages."""
    modules = ("storage.settings", "indexing.settings", "server.settings")
    found = [vars(import_module(name)).values() for name in modules if find_spec(name)]
    return [
        value
        for values in found
        for value in values
        if isinstance(value, type) and issubclass(value, BaseSettings) and value is not BaseSettings
    ]


def setting_names(settings: type[BaseSettings]) -> set[str]:
    """The environment variables that a settings class reads."""
    return {str(field.validation_alias) for field in settings.model_fields.values()}


@pytest.fixture(scope="session", autouse=True)
def _only_the_settings_of_the_test() -> Iterator[None]:
    """The developer's `.env` and exported settings are not seen by the tests; what a test sets, it sees."""
    with pytest.MonkeyPatch.context() as patch:
        for settings in settings_classes():
            patch.setitem(settings.model_config, "env_file", None)
            for name in setting_names(settings):
                patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def tiny_bge_m3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random model in the exact layout of BAAI/bge-m3; do not write into it."""
    return made_once(tmp_path_factory, "bge-m3", make_tiny_bge_m3)


@pytest.fixture(scope="session")
def chroma_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    """A running Chroma server. Who stops it starts it again."""
    server = ChromaProcess(tmp_path_factory.mktemp("chroma-server"))
    try:
        server.start()
    except ChromaDidNotStart as error:
        pytest.skip(f"no Chroma server can be started here: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_process() -> Iterator[PostgresProcess]:
    """A running PostgreSQL. Who stops it starts it again."""
    try:
        server = PostgresProcess().__enter__()
    except PostgresDidNotStart as error:
        pytest.skip(f"no PostgreSQL can be started here: {error}")
    yield server
    server.__exit__(None, None, None)
