"""A browser, and a server with a language model for it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from server import create_app
from server.documents.reindexing import Reindexing
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.server.pages.browser_setup import chromium, listening

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

_SAYS_A_PLAN = [sys.executable, "-c", "print('To add: 1\\n  new.pdf')"]


@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    """One for all tests here, each with a context of its own; elsewhere its event loop would be in the way."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek() as fake:
        yield fake


@pytest.fixture(scope="module")
def address(start: Callable[..., Services], deepseek: FakeDeepSeek) -> Iterator[str]:
    """A server with a language model, on loopback."""
    services = start(deepseek_api_key=SecretStr("sk-fake"), deepseek_base_url=deepseek.url)
    services = replace(services, reindexing=Reindexing(services.index.index_dir, _SAYS_A_PLAN))
    with listening(create_app(services)) as address:
        yield address


@pytest.fixture
def visit(browser: "Browser", address: str) -> Iterator[Callable[..., "Page"]]:
    """Opens a page of the server; everything asked of another address, and every script error, fails the test."""
    contexts: list[BrowserContext] = []
    foreign: list[str] = []
    errors: list[str] = []

    def refuse(dialog: "Dialog") -> None:
        errors.append(dialog.message)
        dialog.dismiss()

    def open_page(path: str = "/", **options: Any) -> "Page":
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: None if request.url.startswith(address) else foreign.append(request.url))
        page.on("dialog", refuse)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert foreign == []
    assert errors == []
