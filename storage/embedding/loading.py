"""An embedding model wherever it runs, on this machine or on a server: found, recognised, loaded, counted for."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from storage.embedding import local, models
from storage.embedding.download import DownloadListener
from storage.embedding.models import ModelIdentity, RecordedModel, resolve_model
from storage.servers import ServerAddress
from storage.settings import StorageSettings


def find_model(
    storage: StorageSettings, before: RecordedModel | None = None, listener: DownloadListener | None = None
) -> ModelIdentity:
    """What the settings ask for; `before` is the index there was, `listener` is told of a download.

    Raises `ModelUnavailable`, `ServerUnavailable`.
    """
    if storage.embedding_server is None:
        return resolve_model(storage.embed_model, allow_fallback=storage.embed_fallback, listener=listener)
    from storage.embedding.remote_models import served_model

    return served_model(storage.embedding_server, storage.embed_model, storage.embed_max_tokens, before)


def recorded_model(recorded: RecordedModel, server: ServerAddress | None) -> ModelIdentity:
    """The model an index was built with, as it is found today. Raises `ModelUnavailable`, `ServerUnavailable`."""
    if not recorded.embed_model.protocol:
        return models.recorded_model(recorded.embed_model)
    from storage.embedding.remote_models import recorded_served_model

    return recorded_served_model(recorded, server)


def load_model(
    identity: ModelIdentity, device: str = "auto", batch_size: int = 32, *, server: ServerAddress | None = None
) -> Any:
    """The model for the indexing job: whatever has `get_text_embedding_batch`. Imports no more than it needs.

    Raises `ModelUnavailable`, `ServerUnavailable`.
    """
    if not identity.protocol:
        return local.build_text_embedder(identity, device, batch_size)
    return _served_embedding(identity, server, batch_size)


def load_recorded_model(recorded: ModelIdentity, device: str = "auto", *, server: ServerAddress | None = None) -> Any:
    """The model an index was built with, as a LlamaIndex `BaseEmbedding`.

    Raises `ModelUnavailable` when it is not to be had any more, `ServerUnavailable`.
    """
    from storage.untraced import Untraced

    if not recorded.protocol:
        model = local.build_embed_model(models.recorded_model(recorded), device)
    else:
        model = _served_embedding(recorded, server)
    model.callback_manager = Untraced()
    return model


def _served_embedding(identity: ModelIdentity, server: ServerAddress | None, batch_size: int = 32) -> Any:
    from storage.embedding.llama_index import ServedEmbedding
    from storage.embedding.remote_models import required_address

    return ServedEmbedding(identity, required_address(identity, server), batch_size)


@lru_cache(maxsize=1)
def load_token_counter(identity: ModelIdentity) -> Callable[[str], int]:
    """A function that counts the tokens the model would read, special tokens included; never too few."""
    if not identity.protocol:
        return models.load_token_counter(identity)
    from storage.embedding.remote_models import served_token_counter

    return served_token_counter(identity)
