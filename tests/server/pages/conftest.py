"""A browser, and a server with a language model for it."""

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from waitress.server import create_server

from server import create_app
from server.documents.reindexing import Reindexing
from server.http.services import Services
from tests.fake_deepseek import FakeDeepSeek
from tests.server.pages.browser_setup import CHROMIUM, FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

_SAYS_A_PLAN = [sys.executable, "-c", "print('To add: 1\\n  new.pdf')"]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def deepseek() -> Iterator[FakeDeepSeek]:
    with FakeDeepSeek() as fake:
        yield fake


@pytest.fixture(scope="module")
def address(start: Callable[..., Services], deepseek: FakeDeepSeek) -> Iterator[str]:
    """A server with a language model, on loopback."""
    services = start(deepseek_api_key=SecretStr("sk-fake"), deepseek_base_url=deepseek.url)
    services = replace(services, reindexing=Reindexing(services.index.index_dir, _SAYS_A_PLAN))
    connections: dict[int, Any] = {}
    server = create_server(create_app(services), map=connections, listen="127.0.0.1:0", threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)


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
