# What the tests use of axe-playwright-python 0.1.8, which has no types of its own.
from typing import Any

from playwright.sync_api import Page

class AxeResults:
    response: dict[str, Any]

class Axe:
    axe_script: str
    def run(self, page: Page) -> AxeResults: ...
