"""The packaged model for whoever wants the sense of a sentence, whatever model the index was built with."""

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from storage.embedding.packaged_words import packaged_folder

if TYPE_CHECKING:
    from storage.embedding.universal_encoder import UniversalEncoder

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def packaged_encoder() -> "UniversalEncoder | None":
    """The packaged model, loaded when it is first asked for; None where it is not installed or damaged.

    Where the index was built with it as well, both read the same weights.
    """
    from storage.embedding.universal_encoder import UniversalEncoder

    folder = packaged_folder()
    try:
        return UniversalEncoder(folder) if folder else None
    except (OSError, ValueError) as error:
        logger.warning("the packaged model cannot be read (%s); it is done without", error)
        return None
