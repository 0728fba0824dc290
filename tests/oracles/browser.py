"""A real browser without a network, and the complaints of what is opened in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
PATIENCE = 60_000
"""Milliseconds within which a page must be drawn."""


def installed_browser() -> str | None:
    """Find a Chromium and what drives it; None where either is missing."""
    if find_spec("playwright") is None or find_spec("axe_playwright_python") is None:
        return None
    stated = os.environ.get("CHROMIUM")
    return stated or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One running browser."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium

    @contextmanager
    def page(self, file: Path, *, scheme: str = "light", width: int = 1280) -> Iterator[Any]:
        """Open a file and wait until it is drawn; fail on any request or complaint."""
        context = self._chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"),
                                          dialog.dismiss()))  # fmt: skip
        address = file.resolve().as_uri()
        page.on("request", lambda request: said.append(f"request: {request.url[:100]}")
                if request.url != address else None)  # fmt: skip
        try:
            page.goto(address)
            page.wait_for_function(
                "document.documentElement.dataset.drawn === 'yes'", timeout=PATIENCE
            )
            yield page
            assert not said, said
        finally:
            context.close()

    @staticmethod
    def barriers(page: Any) -> list[dict[str, Any]]:
        """What axe-core finds wrong for those who see, hear or move otherwise."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(page).response["violations"]
        return [
            {"id": own["id"], "impact": own["impact"],
             "nodes": [node["html"][:200] for node in own["nodes"][:3]]}
            for own in found
        ]  # fmt: skip


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Start a browser, and end it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=installed_browser(), args=[*FLAGS])
        try:
            yield Browser(chromium)
        finally:
            chromium.close()
