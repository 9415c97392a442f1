"""Under which names others in the network reach this machine, where the server listens on all of its addresses.

A page of another site can make a browser ask for a name of its own that leads here, never for an address that is no
name; so the machine's own addresses may be trusted without being listed.
"""

import ipaddress
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from server.settings import ServerSettings, in_url

_ANY_ADDRESS = {"0.0.0.0": (socket.AF_INET,), "::": (socket.AF_INET, socket.AF_INET6)}
_SECONDS_REMEMBERED = 10.0  # a machine gets other addresses when it joins another network


@dataclass(slots=True)
class OwnAddresses:
    """The names and addresses of this machine, looked up again now and then. None where the server is bound to one."""

    host: str
    _found: tuple[str, ...] = ()
    _seen_at: float = field(default=float("-inf"))

    def names(self) -> Sequence[str]:
        """As they stand in the address of a page, those that others can use first."""
        families = _ANY_ADDRESS.get(self.host)
        if families is None:
            return ()
        if time.monotonic() - self._seen_at > _SECONDS_REMEMBERED:
            self._found, self._seen_at = (*_addresses(families), *_host_names()), time.monotonic()
        return self._found


def reachable_addresses(settings: ServerSettings, port: int) -> list[str]:
    """Addresses of the server for other devices in the network, best first; none where it listens on loopback alone."""
    own = _host_names()
    return [f"http://{name}:{port}" for name in OwnAddresses(settings.host).names() if name not in own]


def _addresses(families: Sequence[socket.AddressFamily]) -> list[str]:
    found = []
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family in families:
                parsed = ipaddress.ip_address(address.address.partition("%")[0])
                if not parsed.is_loopback and not parsed.is_link_local:
                    found.append(parsed)
    # IPv4 addresses of a private network are the ones that a person types.
    ordered = sorted(set(found), key=lambda each: (each.version, not each.is_private, int(each)))
    return [in_url(str(each)) for each in ordered]


def _host_names() -> tuple[str, ...]:
    name = socket.gethostname().lower()
    if not name or not all(part.replace("-", "").isalnum() for part in name.split(".")):
        return ()
    return (name,) if "." in name else (name, f"{name}.local")
