"""What child processes get of this process's environment, and how much they may take of the machine's.

Never a key or a token that is not theirs to use. Every process that the three packages start takes its environment from
here.
"""

import os
import re
import resource
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ENCODED_LINES = "PAGEWISE_ENCODED_LINES"
"""Set for a job whose lines the server reads: it prints them so that each reader can be told them in their language."""

CODE_FOLDER = Path(__file__).resolve().parent.parent

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH|HEADERS", re.IGNORECASE)
_OF_THE_SYSTEM = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TZ|LANG|LANGUAGE|LC_\w+|TMPDIR|TMP|TEMP|LD_LIBRARY_PATH|XDG_(?:CACHE|CONFIG|DATA)_HOME"
    r"|PYTHON\w*|VIRTUAL_ENV|(?:OPENBLAS|OMP|KMP|MKL|NUMEXPR|GOTO|MALLOC|OV|OPENVINO)_\w+|MALLOC\w+"
    r"|COVERAGE_\w+|COV_CORE_\w+|PAGEWISE_FAILPOINT"
)
_OF_THE_NETWORK = re.compile(
    r"(?:https?|all|no)_proxy|SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE", re.IGNORECASE
)
_OF_THE_JOB = {"EMBED_API_KEY", "EMBED_MAX_TOKENS", "CHROMA_TOKEN", "HF_TOKEN", "TOKENIZERS_PARALLELISM"}
"""Names that look secret: what the indexing job shows to the servers it asks, and what is no secret at all."""


def looks_secret(name: str) -> bool:
    """Whether a variable of this name may hold a key, a token or a password."""
    return bool(_SECRET.search(name))


def is_read_by_the_server() -> bool:
    """Whether this process is a job whose lines the server reads."""
    return bool(os.environ.get(ENCODED_LINES))


def reading_environment() -> dict[str, str]:
    """For processes that read documents, which may be hostile: what Python and its libraries need, nothing else."""
    return _of_ours({name: value for name, value in os.environ.items() if _is_of_the_system(name)})


def verifying_environment() -> dict[str, str]:
    """For the process that proves an index: the same, and the way to a Chroma server. Its token comes another way."""
    return _of_ours(
        {
            name: value
            for name, value in os.environ.items()
            if _is_of_the_system(name) or _OF_THE_NETWORK.fullmatch(name)
        }
    )


def job_environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """For the indexing job, with these settings: all but what looks secret and is not the job's."""
    kept = {name: value for name, value in os.environ.items() if name in _OF_THE_JOB or not looks_secret(name)}
    return kept | dict(settings or {})


def take_on(settings: Mapping[str, str]) -> None:
    """Have this process, and those that it starts, read these settings from here on."""
    os.environ.update(settings)


def limit_resources(limits: Mapping[int, int]) -> None:
    """Have this process take no more of each kind (`resource.RLIMIT_…`); not every system has every limit (macOS)."""
    for kind, most in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def examining_environment(language: str) -> dict[str, str]:
    """For `make doctor` started by the server: all that the server has, and the language of whoever reads it."""
    return dict(os.environ) | {"LC_ALL": "zh_CN.UTF-8" if language == "zh" else "C.UTF-8"}


def _is_of_the_system(name: str) -> bool:
    return bool(_OF_THE_SYSTEM.fullmatch(name)) and not looks_secret(name)


def _of_ours(environment: dict[str, str]) -> dict[str, str]:
    """With our modules found from any folder."""
    paths = [str(CODE_FOLDER), *filter(None, [environment.get("PYTHONPATH")])]
    return environment | {"PYTHONPATH": os.pathsep.join(paths)}
