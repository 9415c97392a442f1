"""What the servers that tests play have in common: a port of their own, a thread, and an end."""

import threading
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Self


class PlayedServer:
    """Runs an HTTP server on loopback in a thread for the length of a `with` block.

    `_server` is set by who inherits it; `close_connections` is called between the end of serving and of the sockets.
    """

    _server: ThreadingHTTPServer

    @property
    def address(self) -> str:
        """Where it listens, without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """What a client is told: the same, unless the protocol's address has a path."""
        return self.address

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def serve_forever(self) -> None:
        """Serve in this thread until it is closed or interrupted."""
        self._server.serve_forever(0.02)

    def close(self) -> None:
        """Be gone, like a server behind a network that went away; once is enough."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self.close_connections()
            self._server.server_close()

    def close_connections(self) -> None:
        """End what is open; nothing where each request has a connection of its own."""
