"""The server: answers from the published generation, as pages and as JSON. Knows nothing of parsing and chunk sizes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from server.http.services import Services


def create_app(services: "Services") -> "Flask":
    """The application around its collaborators; `server.bootstrap` builds them."""
    # Imported here so that the modules without HTTP can be used without Flask.
    from server.application import build_application

    return build_application(services)
