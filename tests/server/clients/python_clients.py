"""Asks a server through one of the clients that programs in Python use: `python_clients.py CLIENT BASE_URL FOLDER`.

Runs with the libraries of requirements-clients.txt, in their own environment; knows nothing of the project. Prints
what came back as JSON: an answer, the same as a stream, a follow-up question, and what is said to whoever wants JSON.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

QUESTION = "How much is the cooperative share that every member buys?"
FOLLOW_UP = "And who pays it?"
MODEL, KEY = "pagewise", "any"
Said = dict[str, Any]


def _error(error: Any) -> Said:
    """Status and `param` of an error, however the client hands them on."""
    body = getattr(error, "body", None)
    body = body.get("error", body) if isinstance(body, dict) else {}
    param = getattr(error, "param", None) or body.get("param")
    return {"status": getattr(error, "status_code", None), "param": param, "message": str(error)}


def _refused(call: Callable[[], object]) -> Said:
    try:
        return {"status": 200, "param": None, "message": repr(call())}
    except Exception as error:  # noqa: BLE001 - each client has its own kinds of errors
        while getattr(error, "status_code", None) is None and error.__cause__ is not None:
            error = error.__cause__  # type: ignore[assignment]
        return _error(error)


def ask_openai(url: str, folder: Path) -> Said:
    from openai import OpenAI
    from pydantic import BaseModel

    class Fee(BaseModel):
        euros: int

    client = OpenAI(base_url=url, api_key=KEY, max_retries=0)
    said: list[Any] = [{"role": "user", "content": QUESTION}]
    whole = client.chat.completions.create(model=MODEL, messages=said).choices[0].message.content
    pieces = client.chat.completions.create(model=MODEL, messages=said, stream=True)
    said += [{"role": "assistant", "content": whole}, {"role": "user", "content": FOLLOW_UP}]
    return {
        "whole": whole,
        "stream": "".join(piece.choices[0].delta.content or "" for piece in pieces),
        "follow_up": client.chat.completions.create(model=MODEL, messages=said).choices[0].message.content,
        "typed": _refused(lambda: client.chat.completions.parse(model=MODEL, messages=said, response_format=Fee)),
    }


def ask_langchain(url: str, folder: Path) -> Said:
    from langchain_openai import ChatOpenAI
    from pydantic import BaseModel

    class Fee(BaseModel):
        """A fee."""

        euros: int

    model = ChatOpenAI(base_url=url, api_key=KEY, model=MODEL, max_retries=0)
    whole = model.invoke(QUESTION).content
    talk = [("human", QUESTION), ("ai", whole), ("human", FOLLOW_UP)]
    return {
        "whole": whole,
        "stream": "".join(piece.content for piece in model.stream(QUESTION)),
        "follow_up": model.invoke(talk).content,
        "typed": _refused(lambda: model.with_structured_output(Fee).invoke(QUESTION)),
        "typed by a tool": _refused(lambda: model.with_structured_output(Fee, method="function_calling").invoke("x y")),
    }


def ask_litellm(url: str, folder: Path) -> Said:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its list of prices comes from the network otherwise
    import litellm

    def ask(messages: list[Any], **options: Any) -> Any:
        return litellm.completion(f"openai/{MODEL}", messages, api_base=url, api_key=KEY, num_retries=0, **options)

    said = [{"role": "user", "content": QUESTION}]
    whole = ask(said).choices[0].message.content
    pieces = ask(said, stream=True)
    talk = [*said, {"role": "assistant", "content": whole}, {"role": "user", "content": FOLLOW_UP}]
    return {
        "whole": whole,
        "stream": "".join(piece.choices[0].delta.content or "" for piece in pieces),
        "follow_up": ask(talk).choices[0].message.content,
        "typed": _refused(lambda: ask(said, response_format={"type": "json_object"})),
    }


def ask_pydantic_ai(url: str, folder: Path) -> Said:
    from pydantic import BaseModel
    from pydantic_ai import Agent, NativeOutput
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    class Fee(BaseModel):
        euros: int

    model = OpenAIChatModel(MODEL, provider=OpenAIProvider(base_url=url, api_key=KEY))

    async def asked() -> Said:
        agent = Agent(model)
        first = await agent.run(QUESTION)
        async with agent.run_stream(QUESTION) as stream:
            pieces = [piece async for piece in stream.stream_text(delta=True, debounce_by=None)]
        second = await agent.run(FOLLOW_UP, message_history=first.all_messages())
        return {"whole": first.output, "stream": "".join(pieces), "follow_up": second.output}

    return asyncio.run(asked()) | {
        "typed": _refused(lambda: Agent(model, output_type=NativeOutput(Fee)).run_sync(QUESTION)),
        "typed by a tool": _refused(lambda: Agent(model, output_type=Fee).run_sync(QUESTION)),
    }


def ask_llm(url: str, folder: Path) -> Said:
    listed = {"model_id": MODEL, "model_name": MODEL, "api_base": url, "api_key_name": "x", "supports_schema": True}
    (folder / "extra-openai-models.yaml").write_text(json.dumps([listed]), encoding="utf-8")
    (folder / "keys.json").write_text(json.dumps({"x": KEY}), encoding="utf-8")
    os.environ["LLM_USER_PATH"] = str(folder)
    import llm

    model = llm.get_model(MODEL)
    talk = model.conversation()
    whole = talk.prompt(QUESTION, stream=False).text()
    fee = {"type": "object", "properties": {"euros": {"type": "integer"}}}
    return {
        "whole": whole,
        "follow_up": talk.prompt(FOLLOW_UP, stream=False).text(),
        "stream": "".join(model.prompt(QUESTION, stream=True)),
        "typed": _refused(lambda: model.prompt(QUESTION, schema=fee, stream=False).text()),
    }


def ask_llama_index(url: str, folder: Path) -> Said:
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

    model = OpenAILike(model=MODEL, api_base=url, api_key=KEY, is_chat_model=True, max_retries=0)
    said = [ChatMessage(role="user", content=QUESTION)]
    whole = model.chat(said).message.content
    talk = [*said, ChatMessage(role="assistant", content=whole), ChatMessage(role="user", content=FOLLOW_UP)]
    return {
        "whole": whole,
        "stream": "".join(piece.delta or "" for piece in model.stream_chat(said)),
        "follow_up": model.chat(talk).message.content,
        "typed": _refused(lambda: model.chat(said, response_format={"type": "json_object"})),
    }


CLIENTS = {
    "openai": ask_openai,
    "langchain-openai": ask_langchain,
    "litellm": ask_litellm,
    "pydantic-ai": ask_pydantic_ai,
    "llm": ask_llm,
    "llama-index": ask_llama_index,
}

if __name__ == "__main__":
    client, base_url, place = sys.argv[1:]
    sys.stdout.write("\n" + json.dumps(CLIENTS[client](base_url, Path(place))))
