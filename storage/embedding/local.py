"""Loads an embedding model that runs on this machine: with OpenVINO on the processor, with PyTorch everywhere else.

The packaged model is computed by numpy, in a few milliseconds.

Only weights and configuration are ever read from a model's folder: never code, and pickles only through torch's
weights-only loading.
"""

import logging
import os
import sys
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

from storage.embedding.eight_bits import SteppingDown
from storage.embedding.models import ModelIdentity, ModelUnavailable
from storage.embedding.universal_files import is_universal
from storage.messages import message

if TYPE_CHECKING:
    from storage.embedding.llama_index import TextEncoder

logger = logging.getLogger(__name__)

_EIGHT_BIT_PRODUCTS = frozenset({"avx512_vnni", "avx_vnni", "amx_int8"})
_BFLOAT16_PRODUCTS = frozenset({"avx512_bf16", "amx_bf16"})
_UP_TO_AVX512_BF16 = frozenset({"avx_vnni", "avx512_vnni", "avx512_bf16"})
_ALLOWED_BY = {
    "sse41": frozenset[str](),
    "avx": frozenset[str](),
    "avx2": frozenset[str](),
    "avx2_vnni": frozenset({"avx_vnni"}),
    "avx2_vnni_2": frozenset({"avx_vnni"}),
    "avx512_core": frozenset[str](),
    "avx512_core_vnni": frozenset({"avx512_vnni"}),
    "avx512_core_bf16": _UP_TO_AVX512_BF16,
    "avx512_core_fp16": _UP_TO_AVX512_BF16,
    "avx10_1_512": _UP_TO_AVX512_BF16,
    "avx10_2_512": _UP_TO_AVX512_BF16,
}
"""Which of the instructions that decide here each value of oneDNN 3's `ONEDNN_MAX_CPU_ISA` allows; others allow all.

Source: its developer guide, "CPU Dispatcher Control".
"""

_GRAPHICS_CARDS = ("/dev/nvidia0", "/dev/kfd", "/dev/dxg")  # NVIDIA, AMD, Windows' subsystem for Linux


def build_text_embedder(identity: ModelIdentity, device: str = "auto", batch_size: int = 32) -> Any:
    """The model for the indexing job, which needs nothing but its `get_text_embedding_batch`.

    On a processor that is an `Encoder`, and neither torch nor LlamaIndex is imported: seconds of a run that takes
    twenty. Raises `ModelUnavailable` as `build_embed_model` does.
    """
    encoder = _encoder(identity, device, batch_size)
    if encoder is None:
        return _hugging_face_embedding(identity, device, batch_size)
    if is_universal(Path(identity.location)) or not _multiplies_eight_bits():
        return encoder
    return SteppingDown(encoder, lambda: _openvino_encoder(identity, device, batch_size, eight_bits=True))


def build_embed_model(identity: ModelIdentity, device: str = "auto", batch_size: int = 32) -> Any:
    """The model as a LlamaIndex `BaseEmbedding`.

    Vectors are unit length, `(identity.dimension,)`. bfloat16 where the processor is fast at it (measured: 2-5 times
    faster, the same quality), float32 elsewhere; float16 on a CPU is 4-8 times slower and never used.
    Raises `ModelUnavailable` for weights that are a program.
    """
    encoder = _encoder(identity, device, batch_size)
    if encoder is None:
        return _hugging_face_embedding(identity, device, batch_size)
    from storage.embedding.llama_index import LocalEmbedding

    return LocalEmbedding(identity.name, encoder, batch_size)


def _encoder(identity: ModelIdentity, device: str, batch_size: int) -> "TextEncoder | None":
    """The packaged model, on whatever device; another one computed by OpenVINO.

    None where that is not for this model, this device or this machine.
    """
    try:
        if is_universal(Path(identity.location)):
            from storage.embedding.universal_encoder import UniversalEncoder

            return UniversalEncoder(Path(identity.location), identity.max_tokens)
        return _openvino_encoder(identity, device, batch_size)
    except UnpicklingError as error:
        raise _more_than_numbers(identity) from error
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            message(
                "the weights of {model} cannot be read ({error}); get the model anew",
                model=identity.short_name,
                error=str(error),
            )
        ) from error


def _openvino_encoder(
    identity: ModelIdentity, device: str, batch_size: int, *, eight_bits: bool = False
) -> "TextEncoder | None":
    if _device(device) != "cpu":
        return None
    try:
        from storage.embedding.openvino_encoder import Encoder, NotAnEncoder
    except ImportError as error:  # no build of OpenVINO for this machine
        logger.info("OpenVINO cannot be loaded (%s); PyTorch embeds", error)
        return None
    try:
        return Encoder(
            Path(identity.location),
            identity.max_tokens,
            half_precision=_is_fast_at_bfloat16("cpu"),
            batch_size=batch_size,
            eight_bits=eight_bits,
        )
    except NotAnEncoder as reason:
        logger.info("%s is embedded by PyTorch: %s", identity.short_name, reason)
        return None


def _hugging_face_embedding(identity: ModelIdentity, device: str, batch_size: int) -> Any:
    """Any model of sentence-transformers, on any device; takes seconds and imports torch."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from transformers.utils.logging import disable_progress_bar

    # transformers 5.23 draws a bar for reading the weights, also into logs.
    disable_progress_bar()  # type: ignore[no-untyped-call]
    target = _device(device)
    try:
        return HuggingFaceEmbedding(
            model_name=identity.location,
            device=target,
            embed_batch_size=batch_size,
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={
                "dtype": "bfloat16" if _is_fast_at_bfloat16(target) else "float32",
                "weights_only": True,
            },
        )
    except UnpicklingError as error:
        raise _more_than_numbers(identity) from error


def _more_than_numbers(identity: ModelIdentity) -> ModelUnavailable:
    """Instead of torch's own message, which advises to load it all the same."""
    return ModelUnavailable(
        message("the weights of {model} hold more than numbers; not loaded", model=identity.short_name)
    )


def _device(wanted: str) -> str:
    """Where to compute. torch is asked only where there may be something to find: its import takes a second."""
    if wanted != "auto":
        return wanted
    if sys.platform == "linux" and not any(Path(card).exists() for card in _GRAPHICS_CARDS):
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _multiplies_eight_bits() -> bool:
    """Whether there are instructions for sums of products of whole numbers of 8 bits."""
    return not _EIGHT_BIT_PRODUCTS.isdisjoint(_instructions())


def _is_fast_at_bfloat16(device: str) -> bool:
    """Without these instructions bfloat16 on a CPU is slower than float32."""
    if device.startswith("cuda"):
        import torch

        return bool(torch.cuda.is_bf16_supported())
    return device == "cpu" and not _BFLOAT16_PRODUCTS.isdisjoint(_instructions())


def _instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """Which instructions the processor has and oneDNN may use, by Linux' names; none where the system tells none.

    `ONEDNN_MAX_CPU_ISA` (older: `DNNL_MAX_CPU_ISA`) forbids them to OpenVINO and PyTorch, which would then compute
    with others what was chosen for these: bfloat16 by software takes ten times as long as float32.
    """
    limit = (os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or "").lower()
    try:
        found = frozenset(cpuinfo.read_text(encoding="utf-8").split())
    except OSError:
        return frozenset()
    known = _EIGHT_BIT_PRODUCTS | _BFLOAT16_PRODUCTS
    return found - (known - _ALLOWED_BY.get(limit, known))
