"""The servers that take over where one machine ends: where they are, and that they may be away. Imports no client."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from storage.messages import message

_LONGEST_EXCERPT = 160


class ServerUnavailable(Exception):
    """A server that the index depends on does not answer as it should; a sentence with the next step.

    It may answer again in a moment: nothing is wrong with the index.
    """


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is, and what it wants to be shown. `repr` does not show the secret."""

    url: str
    secret: SecretStr | None = None

    @property
    def host(self) -> str:
        """How people name it: host and port."""
        return urlsplit(self.url).netloc

    @property
    def is_here(self) -> bool:
        """Whether it is this very machine; no proxy is asked for that."""
        return is_loopback(urlsplit(self.url).hostname or "")

    def headers(self) -> dict[str, str]:
        """What goes with every request."""
        return {"Authorization": f"Bearer {self.secret.get_secret_value()}"} if self.secret else {}

    def without_secret(self, text: str) -> str:
        """A server's own words, in short and without the key it was sent."""
        shown = text.replace(self.secret.get_secret_value(), "…") if self.secret else text
        return " ".join(shown.split())[:_LONGEST_EXCERPT]


def address_problem(url: str) -> str | None:
    """Why this cannot be a server's address, in words that do not repeat it; None when it can."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_usable = False
    if not is_usable:
        return message("is no address of a server; write it like http://127.0.0.1:8080")
    if parts.username or parts.password:
        return message("must not hold a password, since addresses are shown; it has a setting of its own")
    if parts.query or parts.fragment:
        return message("must end with the path, without ? and #")
    return None


def database_problem(url: str) -> str | None:
    """Why this cannot be a database's address, in words that do not repeat it; None when it can."""
    try:
        parts = urlsplit(url)
        has_place = len(parts.path) > 1 and (parts.port or 1) > 0
    except ValueError:
        return _NO_DATABASE
    kind = parts.scheme.partition("+")[0]
    if not has_place or kind not in ("sqlite", "postgresql", "postgres"):
        return _NO_DATABASE
    if kind == "sqlite" and (parts.netloc or not parts.path.startswith("//")):
        return message("must name the file with its whole path, as in sqlite:////srv/pagewise/state.db")
    if parts.password:
        return message("must not hold a password, since addresses are shown; it has a setting of its own")
    return None


_NO_DATABASE = message(
    "is no database; write it like postgresql://pagewise@db.example.org/pagewise or sqlite:////srv/pagewise/state.db"
)
