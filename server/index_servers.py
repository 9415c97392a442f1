"""What `make doctor` finds out about the servers of EMBED_URL and CHROMA_URL. Raises nothing, shows no key."""

from collections.abc import Iterator
from contextlib import closing

from server.provider_checks import Finding
from storage.chroma_server import check_server
from storage.embedding_models import PROBE_TEXT
from storage.embedding_protocols import PROTOCOL_NAMES
from storage.embedding_server import FOR_QUESTIONS, EmbeddingServer
from storage.servers import ServerAddress, ServerUnavailable
from storage.settings import StorageSettings


def server_findings(storage: StorageSettings) -> Iterator[Finding]:
    """A line for each server that is set; one short text is embedded."""
    if storage.embedding_server is not None:
        yield _embeddings(storage.embedding_server, storage.embed_model)
    if storage.chroma_server is not None:
        yield _chroma(storage.chroma_server)


def _embeddings(address: ServerAddress, model: str) -> Finding:
    try:
        with closing(EmbeddingServer(address, model)) as server:
            dimension = server.embed([PROBE_TEXT], FOR_QUESTIONS).shape[1]
            path = PROTOCOL_NAMES[server.endpoint.protocol] if server.endpoint else ""
    except ServerUnavailable as error:
        return Finding("embeddings", False, *_parted(error))
    return Finding("embeddings", True, f"{address.host} answers at {path}: {model}, {dimension} dimensions")


def _chroma(address: ServerAddress) -> Finding:
    try:
        check_server(address)
    except ServerUnavailable as error:
        return Finding("Chroma server", False, *_parted(error))
    return Finding("Chroma server", True, f"{address.host} answers; keep others from reaching it")


def _parted(error: ServerUnavailable) -> tuple[str, str]:
    """What is wrong, and the next step as a sentence of its own."""
    found, _, mend = str(error).rpartition("; ")
    return (found, f"{mend[:1].upper()}{mend[1:]}.") if found else (mend, "")
