"""What a reverse proxy tells of the client before it: its address, HTTP or HTTPS, the name it asked for.

Anybody can send such headers, so they count from the proxies of TRUSTED_PROXIES alone and are taken away from all
others. Knows addresses and WSGI; nothing of what is asked.
"""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from server.settings import Network, ServerSettings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

_TOLD = ("FOR", "PROTO", "HOST", "PORT", "BY", "SERVER", "PREFIX")


class BehindProxies:
    """A WSGI application that sees clients as trusted proxies see them."""

    def __init__(self, application: _Wsgi, settings: ServerSettings) -> None:
        self._application = application
        self._proxies = settings.proxy_networks

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        told = {name: environ.pop(f"HTTP_X_FORWARDED_{name}", "") for name in _TOLD}
        environ.pop("HTTP_FORWARDED", None)
        if is_one_of(environ.get("REMOTE_ADDR", ""), self._proxies):
            self._believe(environ, told)
        return self._application(environ, start_response)

    def _believe(self, environ: dict[str, Any], told: dict[str, str]) -> None:
        if client := client_of(_values(told["FOR"]), self._proxies):
            environ["REMOTE_ADDR"] = str(client)
            environ.pop("REMOTE_PORT", None)
        if (scheme := _last(told["PROTO"]).lower()) in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        if host := _last(told["HOST"]):
            environ["HTTP_HOST"] = host  # whether it is a trusted name is looked at later, as for all names


def client_of(forwarded_for: Sequence[str], proxies: Sequence[Network]) -> Address | None:
    """Who asked the outermost trusted proxy, of what the proxies wrote down from left to right.

    Whatever stands further left was sent by that client itself. None where nothing was written, or no address.
    """
    client = None
    for written in reversed(forwarded_for):
        address = address_of(written)
        if address is None:
            return client
        client = address
        if not is_one_of(written, proxies):
            return client
    return client


def is_one_of(written: str, networks: Sequence[Network]) -> bool:
    """Whether this address lies in one of the networks."""
    address = address_of(written)
    return address is not None and any(address in network for network in networks)


def address_of(written: str) -> Address | None:
    """The address as proxies write it, with or without a port, an IPv6 one in brackets or without; None: it is none."""
    host = written.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _values(header: str) -> list[str]:
    return [value.strip() for value in header.split(",") if value.strip()]


def _last(header: str) -> str:
    return (_values(header) or [""])[-1]
