"""The socket that the server listens on.

Apart from `serve`, which loads all that answers: whoever only watches processes needs none of that.
"""

import socket

from server.settings import ServerSettings
from storage.messages import message


class CannotListen(Exception):
    """The address cannot be bound; the message names the settings."""


def listening_socket(settings: ServerSettings) -> socket.socket:
    """Bound and listening; close it. Raises `CannotListen`."""
    # Bound here: waitress 3.0 leaves its socket open when the address is taken.
    try:
        is_any = settings.host == "::"  # of IPv4 too, where the machine can
        return socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
            dualstack_ipv6=is_any and socket.has_dualstack_ipv6(),
            backlog=1024,
        )
    except OSError as error:
        reason = error.strerror or message("cannot be had")
        raise CannotListen(
            message("HOST={host} PORT={port}: {reason}", host=settings.host, port=settings.port, reason=reason)
        ) from error
