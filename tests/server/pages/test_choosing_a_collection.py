"""Choosing a collection on the form, in a browser."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server import create_app
from server.bootstrap import build_services
from server.settings import ServerSettings
from storage.settings import StorageSettings
from tests.server.pages.browser_setup import listening

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_another_choice_opens_that_collection_with_what_was_typed(
    indexed_place: Path, tmp_path: Path, browser: "Browser"
) -> None:
    for name in ("left", "right"):
        shutil.copytree(indexed_place / "index", tmp_path / "collections" / name)
    folder = indexed_place / "documents"
    storage = StorageSettings(written_collections=f"left={folder},right={folder}", index_dir=tmp_path)
    services = build_services(ServerSettings(), storage)
    services.load()
    for each in (services, *services.others):
        assert each.index.wait_until_opened(60)
    with listening(create_app(services)) as address:
        page = browser.new_page()
        page.goto(f"{address}/")
        page.fill("#question", "How much & when?")
        page.select_option("select[name=collection]", "right")
        page.wait_for_url("**/collections/right/?q=*")
        assert page.input_value("#question") == "How much & when?"
        page.fill("#question", "How much is the cooperative share?")
        page.keyboard.press("Enter")
        page.wait_for_url("**/collections/right/answers/*")
        page.click(".answer a.cite >> nth=0")
        page.wait_for_selector("[data-pane]")
        assert "/collections/right/answers/" in page.url
        assert "open=1" in page.url
        page.close()
    services.close()
