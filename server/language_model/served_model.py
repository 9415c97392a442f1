"""One model on one server as LlamaIndex's LLM: what is sent is what the server takes, what comes back is `Piece`s.

LlamaIndex's own way through the client of openai loses what servers say in their own way: an error with status 200, a
content of parts, why a stream ended. So `_chat` and `_stream_chat` are ours, over `ChatServer`.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NoReturn

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ChatResponseGen, MessageRole
from llama_index.llms.deepseek import DeepSeek
from pydantic import PrivateAttr

from server.language_model.capabilities import Body
from server.language_model.chat_server import ChatServer
from server.language_model.known_model import KnownModel
from server.language_model.replies import Piece
from storage.untraced import Untraced


class ServedModel(DeepSeek):
    """The key is in no field: `repr`, `to_dict` and LlamaIndex's events show none (DeepSeek 0.4.1 does).

    Options of a call are fields of the request. `raw` of each response is a `Piece`.
    """

    _server: ChatServer = PrivateAttr()
    _known: KnownModel = PrivateAttr()

    def __init__(self, server: ChatServer, known: KnownModel, model: str, context_tokens: int) -> None:
        super().__init__(
            model=model,
            api_key="hidden",
            context_window=context_tokens,
            temperature=0.0,
            callback_manager=Untraced(),
        )
        self._server = server
        self._known = known

    def __getstate__(self) -> NoReturn:
        raise TypeError("holds a key and a connection; build it where it is needed")

    def _chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        piece = self._known.asking(self._body(messages, kwargs), self._server.complete)
        return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=piece.text), raw=piece)

    def _stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        pieces = self._known.asking(self._body(messages, kwargs), self._begun)

        def responses() -> ChatResponseGen:
            text = ""
            for piece in pieces:
                text += piece.text
                said = ChatMessage(role=MessageRole.ASSISTANT, content=text)
                yield ChatResponse(message=said, delta=piece.text, raw=piece)

        return responses()

    def _begun(self, body: Body) -> Iterator[Piece]:
        """The stream once its first piece is there: until then it may be refused, even with status 200."""
        pieces = self._server.stream(body)
        first = next(pieces, None)
        return pieces if first is None else chain((first,), pieces)

    def _body(self, messages: Sequence[ChatMessage], options: Body) -> Body:
        said = [{"role": message.role.value, "content": message.content or ""} for message in messages]
        return {"model": self.model, "messages": said, "temperature": self.temperature, **options}
