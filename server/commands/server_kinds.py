"""Which kind of server of the OpenAI protocol it is, and where on it contexts and thoughts are set. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class ServerKind:
    """A kind, by the name people know; `context` and `thoughts`: the option that sets them there, "" for none."""

    name: str
    context: str = ""
    thoughts: str = ""


UNKNOWN = ServerKind("a server of the OpenAI protocol")
_VLLM = ServerKind("vLLM", "--max-model-len", "--reasoning-parser")
_OLLAMA = ServerKind("Ollama", "OLLAMA_CONTEXT_LENGTH")
_LLAMA_CPP = ServerKind("llama.cpp", "--ctx-size", "--reasoning-format")
_LM_STUDIO = ServerKind("LM Studio", "Context Length of the loaded model")

_BY_OWNER = {
    "vllm": _VLLM,
    "library": _OLLAMA,
    "llamacpp": _LLAMA_CPP,
    "organization_owner": _LM_STUDIO,
    "sglang": ServerKind("SGLang", "--context-length", "--reasoning-parser"),
    "deepseek": ServerKind("DeepSeek"),
    "mistralai": ServerKind("Mistral"),
    "system": ServerKind("OpenAI"),
    "openai": ServerKind("OpenAI"),
    "azure": ServerKind("Azure OpenAI"),
}
"""What a list of models says in `owned_by`."""

_BY_HOST = {
    "deepseek.com": ServerKind("DeepSeek"),
    "openai.com": ServerKind("OpenAI"),
    "openai.azure.com": ServerKind("Azure OpenAI"),
    "mistral.ai": ServerKind("Mistral"),
    "openrouter.ai": ServerKind("OpenRouter"),
    "groq.com": ServerKind("Groq"),
    "together.xyz": ServerKind("Together"),
    "fireworks.ai": ServerKind("Fireworks"),
    "aliyuncs.com": ServerKind("DashScope"),
    "moonshot.cn": ServerKind("Kimi"),
    "bigmodel.cn": ServerKind("Zhipu"),
    "siliconflow.cn": ServerKind("SiliconFlow"),
    "googleapis.com": ServerKind("Gemini"),
    "anthropic.com": ServerKind("Claude"),
    "cerebras.ai": ServerKind("Cerebras"),
    "x.ai": ServerKind("xAI"),
}
_BY_PORT = {11434: _OLLAMA, 1234: _LM_STUDIO}


def kind_of(base_url: str, headers: Mapping[str, str], models: Any) -> ServerKind:
    """By what the list of models says of its owner, by the address, or by the name the server gives itself."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    for domain, kind in _BY_HOST.items():
        if host == domain or host.endswith(f".{domain}"):
            return kind
    for entry in models if isinstance(models, list) else ():
        owner = entry.get("owned_by") if isinstance(entry, dict) else None
        if isinstance(owner, str) and owner.lower() in _BY_OWNER:
            return _BY_OWNER[owner.lower()]
    if "llama.cpp" in headers.get("server", "").lower():
        return _LLAMA_CPP
    return _BY_PORT.get(parts.port or 0, UNKNOWN)


def context_said(models: Any, model: str) -> int | None:
    """How many tokens the model reads and writes, where the list of models says so."""
    for entry in models if isinstance(models, list) else ():
        if not isinstance(entry, dict) or entry.get("id") != model:
            continue
        meta = entry.get("meta")
        places = [entry.get(name) for name in ("max_model_len", "context_length", "max_context_length")]
        places.append(meta.get("n_ctx") if isinstance(meta, dict) else None)
        return next((size for size in places if isinstance(size, int) and size > 0), None)
    return None
