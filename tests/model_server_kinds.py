"""The kinds of servers of the OpenAI protocol that people run, each as the habits of `model_server`.

From the servers' documentation and issue threads; docs/libraries.md says what each is about.
"""

from typing import Any

from tests.model_server import Habits, context, limits, refuses


def openai_error(message: str, param: str | None = None, code: str | None = None) -> Any:
    """An error as api.openai.com words it."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def _vllm_error(message: str) -> Any:
    return {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}


def _extra(*loc: str) -> Any:
    return {"type": "extra_forbidden", "loc": list(loc), "msg": "Extra inputs are not permitted", "input": {"a": 1}}


def _too_long(asked: int, prompt: int) -> str:
    return (
        f"This model's maximum context length is 4096 tokens. However, you requested {asked + prompt} tokens "
        f"({prompt} in the messages, {asked} in the completion). Please reduce the length of them."
    )


NO_THINKING = refuses("thinking", 400, openai_error("Unrecognized request argument supplied: thinking"))
_NO_MAX_TOKENS = refuses(
    "max_tokens",
    400,
    openai_error(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "max_tokens",
        "unsupported_parameter",
    ),
)
_ONLY_TEMPERATURE_1 = refuses(
    "temperature",
    400,
    openai_error(
        "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is "
        "supported.",
        "temperature",
        "unsupported_value",
    ),
)
_NO_JSON_OBJECT = refuses(
    "response_format.type=json_object", 400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}
)
_NO_JSON_SCHEMA = refuses(
    "response_format.type=json_schema", 400, {"error": "'response_format.type' must be 'json_object' or 'text'"}
)
_MISTRAL_STREAM = {
    "object": "error",
    "message": {"detail": [_extra("body", "stream_options")]},
    "type": "invalid_request_error",
    "param": None,
    "code": None,
}
_GEMINI = [
    {
        "error": {
            "code": 400,
            "message": 'Invalid JSON payload received. Unknown name "thinking": Cannot find field.',
            "status": "INVALID_ARGUMENT",
        }
    }
]
_LITELLM = {
    "error": {
        "message": "litellm.BadRequestError: OpenAIException - {'error': {'message': \"Unknown parameter: "
        "'thinking'.\", 'type': 'invalid_request_error', 'param': 'thinking', 'code': 'unknown_parameter'}}",
        "type": None,
        "param": None,
        "code": "400",
    }
}
_WRONG_FORMAT = {
    "message": "body.thinking: property 'body.thinking' is unsupported",
    "type": "invalid_request_error",
    "param": "validation_error",
    "code": "wrong_api_format",
}
_ECHOING = {
    "detail": [
        {
            "type": "extra_forbidden",
            "loc": ["body", "thinking"],
            "msg": "Extra inputs are not permitted",
            "input": {"temperature": 0, "max_tokens": 300, "response_format": {"type": "json_object"}},
        }
    ]
}

KINDS: tuple[Habits, ...] = (
    Habits("plain"),
    Habits("api.openai.com, gpt-4o", [NO_THINKING], owner="system"),
    Habits(
        "api.openai.com, gpt-5 and o-series",
        [NO_THINKING, _NO_MAX_TOKENS, _ONLY_TEMPERATURE_1],
        thoughts="hidden",
        thinks=600,
        owner="system",
    ),
    Habits("Azure OpenAI", [NO_THINKING], first_chunk_without_choices=True, owner="azure"),
    Habits("Mistral", [refuses("stream_options", 422, _MISTRAL_STREAM)], owner="mistralai", usage_unasked=True),
    Habits(
        "Mistral, every extra",
        [refuses(name, 422, {"detail": [_extra("body", name)]}) for name in ("thinking", "stream_options")],
        usage_unasked=True,
    ),
    Habits("Magistral: thoughts as parts", [NO_THINKING], thoughts="parts", owner="mistralai"),
    Habits("Magistral behind vLLM: [THINK]", thoughts="brackets", owner="vllm"),
    Habits("LM Studio", [_NO_JSON_OBJECT], owner="organization_owner", server_header="Express"),
    Habits(
        "LM Studio with a thinking model", [_NO_JSON_OBJECT], thoughts="think", thinks=500, owner="organization_owner"
    ),
    Habits("no JSON at all", [_NO_JSON_OBJECT, _NO_JSON_SCHEMA], says_around="Sure, here it is:\n```json\n{}\n```"),
    Habits("Ollama", owner="library", usage_unasked=True),
    Habits("Ollama with a thinking model", thoughts="think", thinks=1000, owner="library"),
    Habits("Ollama, `reasoning`", thoughts="reasoning", thinks=1000, owner="library"),
    Habits("Ollama of old: finish_reason empty", finish="", owner="library", reports_usage=False),
    Habits("Ollama that cuts the prompt", reads_at_most=512, owner="library"),
    Habits("llama.cpp", thoughts="unopened", owner="llamacpp", server_header="llama.cpp", comments=True),
    Habits("llama.cpp, thoughts apart", thoughts="reasoning_content", owner="llamacpp", server_header="llama.cpp"),
    Habits(
        "llama.cpp, small context",
        [
            context(
                4096,
                400,
                lambda asked, prompt: {
                    "error": {
                        "code": 400,
                        "message": "the request exceeds the available context size, try increasing it",
                        "type": "exceed_context_size_error",
                        "n_prompt_tokens": prompt,
                        "n_ctx": 4096,
                    }
                },
            )
        ],
        owner="llamacpp",
    ),
    Habits("llama.cpp, still loading", fails_first=[{"error": {"code": 503, "message": "Loading model"}}] * 2),
    Habits(
        "vLLM, context of 4,096",
        [context(4096, 400, lambda asked, prompt: _vllm_error(_too_long(asked, prompt)))],
        owner="vllm",
        model_fields={"max_model_len": 4096},
    ),
    Habits(
        "vLLM of late",
        [
            limits(
                "max_tokens",
                2000,
                400,
                lambda asked, prompt: _vllm_error(
                    f"'max_tokens' or 'max_completion_tokens' is too large: {asked}. This model's maximum context "
                    f"length is 4096 tokens and your request has {prompt} input tokens ({asked} > 4096 - {prompt})."
                ),
            )
        ],
        thoughts="reasoning",
        owner="vllm",
    ),
    Habits("vLLM with a reasoning parser", thoughts="reasoning_content", thinks=400, owner="vllm"),
    Habits("vLLM without one: only </think>", thoughts="unopened", thinks=400, owner="vllm"),
    Habits("vLLM, thoughts switched off: empty tags", thoughts="empty", owner="vllm"),
    Habits("vLLM, gpt-oss", thoughts="channels", owner="vllm", ends_with="<|return|>"),
    Habits("gpt-oss without its special tokens", thoughts="plain channels"),
    Habits("vLLM, out of memory at first", fails_first=[{"object": "error", "message": "CUDA out of memory"}]),
    Habits("Kimi", thoughts="kimi"),
    Habits("Claude through a gateway", thoughts="thinking", finish="end_turn"),
    Habits(
        "text-generation-inference",
        [
            context(
                4096,
                422,
                lambda asked, prompt: {
                    "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: "
                    f"{prompt} `inputs` tokens and {asked} `max_new_tokens`",
                    "error_type": "validation",
                },
            )
        ],
        finish="eos_token",
    ),
    Habits("Gemini's compatible side", [refuses("thinking", 400, _GEMINI)], finish="STOP"),
    Habits("LiteLLM", [refuses("thinking", 400, _LITELLM)]),
    Habits("Cerebras", [refuses("thinking", 400, _WRONG_FORMAT)]),
    Habits("FastAPI that repeats the request", [refuses("thinking", 422, _ECHOING)]),
    Habits(
        "DashScope",
        [
            limits(
                "max_tokens",
                2048,
                400,
                lambda asked, prompt: openai_error(
                    "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 2048]"
                ),
            )
        ],
        thoughts="reasoning_content",
    ),
    Habits(
        "Groq",
        [
            NO_THINKING,
            limits(
                "max_tokens",
                4000,
                400,
                lambda asked, prompt: openai_error(
                    "`max_tokens` must be less than or equal to `4000`, the maximum value for `max_tokens` is less "
                    "than the `context_window` for this model"
                ),
            ),
        ],
    ),
    Habits("OpenRouter", thoughts="reasoning", comments=True),
    Habits("a gateway without usage", reports_usage=False),
    Habits("a gateway that ends with [DONE] alone", finish=None, reports_usage=False),
    Habits("a gateway with parts and no stream", [], content_parts=True, whole_for_stream=True),
)
assert len(KINDS) == 41
