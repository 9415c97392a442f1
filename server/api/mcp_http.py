"""MCP over HTTP beside the pages: `POST /mcp`, one exchange a request, under the same checks as every other address.

The SDK speaks ASGI; it runs in a thread of its own, and a2wsgi carries requests there and answers back.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, Flask, current_app, request
from werkzeug.wrappers import Response

from server.http.collections import enter, scopes_in
from server.http.scopes import called_collection
from server.http.services import COLLECTIONS, Services, all_services, collection

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

MCP_EXTENSION = "pagewise-mcp"
_STARTING_SECONDS = 30.0
_STOP_LOOKS_SECONDS = 0.5
_TASKS = "pagewise.mcp_tasks"

blueprint = Blueprint("mcp", __name__)


class McpBridge:
    """The SDK's server and its event loop, begun at the first call: importing it takes a while."""

    def __init__(self, services: Services, collections: Mapping[str, Services]) -> None:
        self._services = services
        self._collections = collections
        self._lock = threading.Lock()
        self._wsgi: Any = None

    def answer(self, environ: dict[str, Any]) -> Response:
        """The SDK's answer to a request of WSGI."""
        wsgi = self._begun()
        tasks: list[asyncio.Task[None]] = []
        environ = {**environ, _TASKS: tasks}
        response = Response.from_app(wsgi, environ)
        response.headers.remove("Connection")  # the SDK sets it for streams; whoever serves WSGI decides it alone
        response.response = self._until_left(response.response, tasks)
        return response

    def _until_left(self, lines: Any, tasks: list[asyncio.Task[None]]) -> Iterator[bytes]:
        """The same; a2wsgi 1.10 lets the work go on for ever when the client leaves."""
        try:
            yield from lines
        finally:
            for task in tasks:
                task.get_loop().call_soon_threadsafe(task.cancel)

    def _begun(self) -> Any:
        with self._lock:
            if self._wsgi is None:
                from a2wsgi import ASGIMiddleware

                from server.api.mcp_server import build_mcp_server

                server = build_mcp_server(self._services, "", self._collections)
                # Host and Origin were looked at before: the SDK's own check knows none of our names.
                asgi = server.streamable_http_app(stateless_http=True, host="")
                self._wsgi = ASGIMiddleware(_with_task(asgi), loop=self._run_loop(server.session_manager))
            return self._wsgi

    def _run_loop(self, manager: StreamableHTTPSessionManager) -> asyncio.AbstractEventLoop:
        """A loop in a thread, in which the SDK's work runs until the server stops."""
        begun: Future[asyncio.AbstractEventLoop] = Future()

        async def work() -> None:
            async with manager.run():
                begun.set_result(asyncio.get_running_loop())
                while not self._services.stopping.is_set():
                    await asyncio.sleep(_STOP_LOOKS_SECONDS)

        threading.Thread(target=asyncio.run, args=[work()], name="mcp", daemon=True).start()
        return begun.result(_STARTING_SECONDS)


def _with_task(asgi: Any) -> Any:
    """The same application, which leaves in the request's environment what cancels its work."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scope["wsgi_environ"][_TASKS].append(asyncio.current_task())
        await asgi(scope, receive, send)

    return application


def register(app: Flask) -> None:
    """Give the application a bridge for each collection, and their address."""
    app.extensions[MCP_EXTENSION] = {
        name: McpBridge(each, app.extensions[COLLECTIONS]) for name, each in app.extensions[COLLECTIONS].items()
    }
    app.register_blueprint(blueprint)


@blueprint.post("/mcp", strict_slashes=False)
def call() -> Response:
    """One message of the Model Context Protocol."""
    environ = dict(request.environ)
    body = request.get_data()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
    environ["HTTP_X_PAGEWISE_BASE"] = request.host_url.rstrip("/")
    environ["HTTP_X_PAGEWISE_ALLOWED"] = quote(json.dumps({name: sorted(scopes_in(name)) for name in all_services()}))
    environ["SCRIPT_NAME"] = ""
    bridges: Mapping[str, McpBridge] = current_app.extensions[MCP_EXTENSION]
    bridge = bridges[collection()]
    if named := called_collection():
        enter(named)  # for the log; whether the caller may use it, the tools find out
    return bridge.answer(environ)
