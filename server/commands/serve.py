"""Production serving: waitress in this process, which finishes what it has begun when it is told to stop."""

import logging
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Flask
from flask.helpers import get_debug_flag
from waitress import wasyncore
from waitress.server import create_server

from server import create_app
from server.bootstrap import build_services, prepare_logging
from server.commands.listening import CannotListen
from server.commands.stop import stop_serving
from server.http.accepting import Turns
from server.http.body_limits import guarded_channel, limit_of_uploads
from server.http.connections import ConnectionKeeper, connection_limits
from server.http.lanes import Lanes
from server.http.own_addresses import reachable_addresses
from server.http.services import Services
from server.http.side_by_side import Place
from server.http.tracing import TRACES, end_traces
from server.memory import keep_memory_together
from server.settings import ServerSettings, in_url
from storage.messages import joined, message
from storage.servers import is_loopback
from storage.settings import StorageSettings

logger = logging.getLogger(__name__)

_THREADS_END_SECONDS = 0.5
_MORE_CONNECTIONS = 8  # than there are places: waitress accepts no more then, and its own two handles count as well
_LARGEST_BUFFERED_BODY = 8 * 1024 * 1024  # beyond it waitress answers itself; below, Flask refuses with a problem


def serve(
    settings: ServerSettings,
    storage: StorageSettings,
    listening: socket.socket,
    announce: Callable[[str], None],
    place: Place | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. `announce` gets the address and the way of answering.

    `place`: that of this process, where several answer at this socket; the first of them announces it. Raises
    `CannotListen` where what is set makes that unsafe.
    """
    if get_debug_flag() and not is_loopback(settings.host):
        raise CannotListen(
            message("HOST={host}: FLASK_DEBUG must not be set on a server that others can reach", host=settings.host)
        )
    prepare_logging(settings.log_level, place)
    keep_memory_together()
    services = replace(build_services(settings, storage), place=place)
    connections: dict[int, Any] = {}
    limits = connection_limits(settings.proxy_networks)
    with listening:
        app = create_app(services)
        server = create_server(
            app,
            map=connections,
            sockets=[listening],
            _dispatcher=Lanes(settings.threads),
            max_request_body_size=_LARGEST_BUFFERED_BODY,
            ident=None,
            connection_limit=limits.places + _MORE_CONNECTIONS,
            clear_untrusted_proxy_headers=not settings.proxy_networks,  # else `BehindProxies` does
        )
        server.channel_class = guarded_channel(limit_of_uploads(settings))
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        if place is None or place.number == 1:
            _announce(announce, services, listening.getsockname()[1])
        services.load()
        threading.Thread(target=_compile_templates, args=(app,), name="templates", daemon=True).start()
        keeper = ConnectionKeeper(connections, limits)
        turns = Turns(server, connections, place, partial(_can_answer, services)) if place is not None else None
        _handle_connections(connections, keeper, turns, stop, services)
    server.task_dispatcher.shutdown(timeout=_THREADS_END_SECONDS)
    end_traces(app.extensions[TRACES])
    services.close()


def _handle_connections(
    connections: dict[int, Any],
    keeper: ConnectionKeeper,
    turns: Turns | None,
    stop: threading.Event,
    services: Services,
) -> None:
    """waitress 3.0's own loop ends at once on SIGTERM and cuts what is being sent; this one ends in order."""

    def turn(seconds: float = 0.1) -> None:
        keeper.look()
        if turns is not None:
            seconds = min(seconds, turns.note())
        wasyncore.loop(timeout=seconds, map=connections, use_poll=True, count=1)

    while not stop.is_set():
        turn(0.5)
    stop_serving(turn, connections, services)


def _can_answer(services: Services) -> bool:
    return not services.draining.is_set() and all(each.index.state().ready for each in (services, *services.others))


def _compile_templates(app: Flask) -> None:
    """The first to see a page does not wait for it: half a second, for the list of documents."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def _announce(announce: Callable[[str], None], services: Services, port: int) -> None:
    host, how = in_url(services.settings.host), _way_of_answering(services)
    announce(message("Pagewise answers on http://{host}:{port}\n{how}", host=host, port=port, how=how))
    if others := reachable_addresses(services.settings, port):
        announce(message("Other devices in this network: {addresses}", addresses=joined(others, ", ")))


def _way_of_answering(services: Services) -> str:
    if services.language_model:
        return message("Answers are written by {model} from the passages it was given.", model=services.language_model)
    return message(
        "No language model is configured: answers are quoted from the documents. Set DEEPSEEK_API_KEY to change that."
    )
