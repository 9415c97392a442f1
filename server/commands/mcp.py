"""`python -m server mcp`: the documents as tools for an agent that starts the server itself and speaks over stdio.

Apart from the other commands because it alone builds the whole server without a socket.
"""

from server import create_app
from server.api.mcp_server import build_mcp_server
from server.bootstrap import build_services, prepare_logging
from server.http.services import COLLECTIONS, EXTENSION
from server.settings import ServerSettings, in_url, read_storage_settings


def serve_stdio(settings: ServerSettings) -> None:
    """Serve on standard input and output until the input ends; the log goes to standard error.

    The index is opened once, in the background; a run of the job is picked up. Links lead to the server of the
    settings' address, whether it runs or not.
    """
    prepare_logging(settings.log_level)
    services = build_services(settings, read_storage_settings())
    extensions = create_app(services).extensions
    services.load()
    try:
        base = f"http://{in_url(settings.host)}:{settings.port}"
        build_mcp_server(extensions[EXTENSION], base, extensions[COLLECTIONS]).run("stdio")
    finally:
        services.stopping.set()
        services.close()
