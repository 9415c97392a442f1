"""The tools as a server of the Model Context Protocol (MCP), by its official SDK, for any transport.

Every tool gives structured output with a schema, and the same as short text for models that read no JSON.
"""

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from threading import Event
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, unquote

import anyio
import anyio.from_thread
import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.types import CallToolResult, ContentBlock, ImageContent, Resource, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from server.api.tools import AskResult, DocumentList, ListedDocument, PageText, ToolFailed, Tools
from server.http import schema
from server.http.services import Services
from server.settings import Scope
from storage.collections import collection_address
from storage.version import version

T = TypeVar("T")

BASE_HEADER = "X-Pagewise-Base"
"""Carries the address of the pages from the HTTP transport to the tools."""

ALLOWED_HEADER = "X-Pagewise-Allowed"
"""Carries from there what the sender may do in which collection, as JSON; absent: everything."""

_INSTRUCTIONS = (
    "Pagewise answers from the documents of one folder and names the page each statement comes from. "
    "Use `ask` for an answer with citations; it says so when the documents do not contain one. "
    "Use `search` for passages to read yourself, `read_page` for the whole page around one, and `list_documents` "
    "to see what there is. Give the user the links of the pages."
)
_COLLECTIONS = (
    " There are several collections of documents; `collection` names the one that is meant. A wrong name is answered "
    "with those that there are."
)
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

_Documents = Annotated[
    list[str] | None, Field(description='Only these documents: globs on their paths, e.g. "contracts/*.pdf".')
]
_Collection = Annotated[
    str | None, Field(description="The collection that is meant, where the server has several; null: the default.")
]
_AnyContext = Context[Any, Any]


def build_mcp_server(
    services: Services, base: str, collections: Mapping[str, Services] | None = None
) -> MCPServer[Any]:
    """A server with these tools, for one collection where a call names no other of `collections`.

    `base` is the address of the pages where a transport does not know a better one.
    """
    return _DocumentsServer(services, base, collections or {}).server


class _DocumentsServer:
    """The tools, named and described for models."""

    def __init__(self, services: Services, base: str, collections: Mapping[str, Services]) -> None:
        self._services = services
        self._collections = {services.collection: services, **collections}
        self._base = base.rstrip("/")
        self.server: MCPServer[Any] = _ListingServer(
            lambda: Tools(services, self._base + collection_address(services.collection)),
            name="pagewise",
            title="Pagewise",
            version=version(),
            instructions=_INSTRUCTIONS + (_COLLECTIONS if services.collection else ""),
        )
        add = partial(self.server.add_tool, annotations=_READS)
        add(self.search, title="Search the documents")
        add(self.ask, title="Ask the documents")
        add(self.list_documents, title="List the documents")
        add(self.read_page, title="Read a page")
        self.server.resource(
            "pagewise://documents/{+path}",
            name="document",
            title="The text of a document",
            description="All pages of a document as they were read; the path as in list_documents.",
            mime_type="text/markdown",
        )(self.document)

    async def search(
        self,
        ctx: _AnyContext,
        question: Annotated[str, Field(description="What the passages should say something about.")],
        k: Annotated[int | None, Field(description="How many passages, 1 to 50.")] = None,
        documents: _Documents = None,
        collection: _Collection = None,
    ) -> Annotated[CallToolResult, schema.RetrieveResponse]:
        """Find passages of the documents, scored from 0 to 10, best first, each with its page and link."""
        tools = self._tools(ctx, collection)
        found = await self._run(lambda cancel: tools.search(question, k, documents or [], cancel))
        texts = [_passage_text(number, passage) for number, passage in enumerate(found.passages, 1)]
        return _result(found, "\n\n".join([*texts, *found.notices]) or "No passage was found.")

    async def ask(
        self,
        ctx: _AnyContext,
        question: Annotated[str, Field(description="The question, in any language.")],
        documents: _Documents = None,
        history: Annotated[
            list[schema.Turn] | None, Field(description="The conversation so far, oldest turn first.")
        ] = None,
        model: Annotated[
            schema.ModelName, Field(description="chat answers at once, reasoner thinks first, both answer.")
        ] = "chat",
        collection: _Collection = None,
    ) -> Annotated[CallToolResult, AskResult]:
        """Answer a question from the documents, with citations that were checked; refuses where they hold no answer."""
        tools = self._tools(ctx, collection, "ask")

        def told(share: float, what: str) -> None:
            with suppress(RuntimeError, anyio.BrokenResourceError, anyio.ClosedResourceError):  # the caller has left
                anyio.from_thread.run(ctx.report_progress, share, 1.0, what)

        answer = await self._run(
            lambda cancel: tools.ask(question, documents or [], history or [], model, cancel, told)
        )
        return _result(answer, _answer_text(answer))

    async def list_documents(
        self,
        ctx: _AnyContext,
        contains: Annotated[str, Field(description="Only those whose path or title contains this.")] = "",
        offset: Annotated[int, Field(ge=0, description="How many to leave out at the beginning.")] = 0,
        collection: _Collection = None,
    ) -> Annotated[CallToolResult, DocumentList]:
        """List the indexed documents, up to 200 at a time, and what is wrong with those that could not be read."""
        tools = self._tools(ctx, collection)
        found = await self._run(lambda _cancel: tools.list_documents(contains, offset))
        lines = [_document_line(each) for each in found.documents]
        more = [f"More: offset={found.next_offset}."] if found.next_offset is not None else []
        return _result(found, "\n".join([f"{found.total} documents", *lines, *more]))

    async def read_page(
        self,
        ctx: _AnyContext,
        document: Annotated[str, Field(description="The path, as in list_documents or in a passage.")],
        page: Annotated[int, Field(description="Its number, from 1.")],
        picture: Annotated[bool, Field(description="True: with a picture of the page, where it is a PDF's.")] = False,
        collection: _Collection = None,
    ) -> Annotated[CallToolResult, PageText]:
        """Read what stands on one page of a document, and look at it."""
        tools = self._tools(ctx, collection)
        found = await self._run(lambda _cancel: tools.read_page(document, page))
        content: list[ContentBlock] = [TextContent(type="text", text=_page_text(found))]
        if picture:
            png = await self._run(lambda _cancel: tools.page_picture(document, page))
            content.append(_picture(png))
        return CallToolResult(content=content, structured_content=found.model_dump(mode="json"))

    async def document(self, path: str, ctx: _AnyContext) -> str:
        """The text of a document as a resource."""
        tools = self._tools(ctx)
        try:
            return await self._run(lambda _cancel: tools.document_text(unquote(path)))
        except ToolError as error:
            raise ResourceError(str(error)) from error

    def _tools(self, ctx: _AnyContext, named: str | None = None, needed: Scope = "read") -> Tools:
        """The tools over the collection that a call names. Raises `ToolError` where its sender may not use it."""
        headers = ctx.headers or {}
        services = self._services if named is None else self._collections.get(named)
        allowed = headers.get(ALLOWED_HEADER.lower())
        scopes: dict[str, list[str]] | None = json.loads(unquote(allowed)) if allowed else None
        usable = [name for name in self._collections if scopes is None or needed in scopes.get(name, ())]
        if services is None or services.collection not in usable:
            known = [name for name in usable if name]
            raise ToolError(
                f'There is no collection "{named}" here for this. Use one of: {", ".join(known)}.'
                if known
                else "There is one collection alone: leave the parameter out."
            )
        base = headers.get(BASE_HEADER.lower(), self._base).rstrip("/")
        return Tools(services, base + collection_address(services.collection))

    async def _run(self, work: Callable[[Event], T]) -> T:
        """Do it in a thread, which is told to come to an end where the caller leaves."""
        cancel = Event()
        try:
            return await anyio.to_thread.run_sync(work, cancel, abandon_on_cancel=True)
        except ToolFailed as error:
            raise ToolError(str(error)) from error
        finally:
            cancel.set()


class _ListingServer(MCPServer[Any]):
    """Lists the documents of the index that is open now as resources; the SDK lists those that it was given once."""

    def __init__(self, tools: Callable[[], Tools], **named: Any) -> None:
        super().__init__(**named)
        self._documents = tools

    async def list_resources(self) -> list[Resource]:
        """The first documents; `list_documents` finds the others."""
        try:
            found = await anyio.to_thread.run_sync(self._documents().list_documents, "", 0)
        except ToolFailed:
            return []
        return [
            Resource(
                uri=f"pagewise://documents/{quote(each.path)}",
                name=each.path,
                title=each.title,
                mime_type="text/markdown",
            )
            for each in found.documents
        ]


def _result(found: BaseModel, text: str) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=found.model_dump(mode="json")
    )


def _passage_text(number: int, passage: schema.PassageOut) -> str:
    score = f"relevance {passage.relevance.score}/10" if passage.relevance.score is not None else "not scored"
    return f"[{number}] {_place(passage)} ({score}) {passage.url}\n{passage.text}"


def _answer_text(answer: AskResult) -> str:
    cited = [f"[{number}] {_place(passage)} {passage.url}" for number, passage in enumerate(answer.sources, 1)]
    if answer.nearest:
        cited = ["Nearest passages:", *(f"- {_place(passage)} {passage.url}" for passage in answer.nearest)]
    notes = [f"Note: {notice}" for notice in filter(None, [answer.reason, *answer.notices])]
    return "\n\n".join(filter(None, [answer.answer, "\n".join(cited), "\n".join(notes)]))


def _place(passage: schema.PassageOut) -> str:
    pages = ", ".join(map(str, passage.pages))
    names = f" ({', '.join(passage.labels)})" if any(passage.labels) else ""
    return f"{passage.document}, p. {pages}{names}" if pages else passage.document


def _document_line(document: ListedDocument) -> str:
    title = f" – {document.title}" if document.title else ""
    line = f"{document.path}{title}, {document.pages} pages"
    return " – ".join(filter(None, [line, document.state if document.detail else "", document.detail]))


def _page_text(page: PageText) -> str:
    named = f" ({page.label})" if page.label else ""
    notes = [f"Note: {remark}" for remark in page.remarks]
    if page.stale:
        notes.append("Note: the file has changed since it was indexed.")
    head = f"{page.document}, p. {page.page} of {page.pages}{named} {page.url}"
    return "\n\n".join([head, page.text or "(Nothing could be read on this page.)", *notes])


def _picture(png: bytes | None) -> ContentBlock:
    if png is None:
        return TextContent(type="text", text="There is no picture: not a PDF, or the file has changed.")
    return ImageContent(type="image", data=base64.b64encode(png).decode("ascii"), mime_type="image/png")
