"""What keeps the tests to themselves: no network but loopback, no global LlamaIndex settings.

Plain functions, so that a test can use them in a process of its own as well.
"""

import ipaddress
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_LOOPBACK_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost", ""}
_SETTINGS_MODULE = "llama_index.core.settings"

blocked_addresses: list[str] = []
"""Every address beyond loopback that something in this process tried to reach or to look up."""


class NetworkBlocked(RuntimeError):
    """A test tried to leave this machine. Not an OSError, so that nobody takes it for a network that is down."""


class GlobalSettingsUsed(RuntimeError):
    """Something used `llama_index.core.Settings`; pass the model or the parser as an argument instead."""


def block_network() -> None:
    """From now on every name look-up and connection beyond loopback raises `NetworkBlocked`. Cannot be undone.

    An audit hook sees what Python's socket module does in any thread and through any library.
    """
    sys.addaudithook(_refuse_foreign_addresses)


def poison_global_settings() -> None:
    """From now on reading or setting a model in `llama_index.core.Settings` raises `GlobalSettingsUsed`.

    The module is poisoned when something imports it, so that a test without LlamaIndex does not pay for it.
    """
    if _SETTINGS_MODULE in sys.modules:
        _poison(sys.modules[_SETTINGS_MODULE])
    else:
        sys.meta_path.insert(0, _PoisoningFinder())


def _refuse_foreign_addresses(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a string is the path of a Unix socket
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in _LOOPBACK_NAMES or _is_harmless(str(name)):
        return
    blocked_addresses.append(str(name))
    raise NetworkBlocked(f"tests reach loopback only, not {name}")


def _is_harmless(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


class _PoisoningFinder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != _SETTINGS_MODULE:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _PoisoningLoader(spec.loader)
        return spec


class _PoisoningLoader(Loader):
    def __init__(self, real: Any) -> None:
        self._real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._real.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._real.exec_module(module)
        _poison(module)


def _poison(module: ModuleType) -> None:
    for name in ("llm", "embed_model"):
        setattr(module._Settings, name, _Poisoned(name))


class _Poisoned(property):
    def __init__(self, name: str) -> None:
        def refuse(*_: Any) -> Any:
            raise GlobalSettingsUsed(f"llama_index.core.Settings.{name} was used")

        super().__init__(refuse, refuse)
