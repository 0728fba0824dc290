"""A page that is served for a test, in a process of its own, and what is left of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from oracles.browser import FLAGS, installed_browser

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120_000
"""Milliseconds within which anything on the page must have happened."""


class Served:
    """A running server."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.address = address
        self._own = psutil.Process(process.pid)
        self._looking = self._children()

    def runs(self) -> int:
        """Count the processes that simulate, beside the one that looks at what is typed."""
        return self._children() - self._looking

    def _children(self) -> int:
        return sum("spawn_main" in " ".join(_words(one)) for one in self._own.children(True))

    def kill(self) -> None:
        """End the server as nothing can that it would hear of."""
        self._own.kill()
        self._own.wait()

    def megabytes(self) -> float:
        """Memory that the server holds."""
        return float(self._own.memory_info().rss / 2**20)


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:  # gone meanwhile
        return []


@contextmanager
def served(folder: Path, *words: str) -> Iterator[Served]:
    """Serve the page at a free port, and end it; it must have said nothing but its address."""
    command = [sys.executable, "-m", "sim.app", "serve", "page.port=0", *words]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.match(r"(http://127\.0\.0\.1:\d+/[\w-]{32}/) ", process.stdout.readline())
        assert found is not None
        yield Served(process, found[1])
    finally:
        process.terminate()
        _, said = process.communicate(timeout=120)
        assert said == ""


@contextmanager
def opened_pages() -> Iterator[Any]:
    """Give a function that opens an address in a browser; at the end nothing was complained of."""
    from playwright.sync_api import sync_playwright

    said: list[str] = []
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=installed_browser(), args=[*FLAGS])

        def open_page(address: str, *, scheme: str = "light", width: int = 1280) -> Any:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: said.append(f"error: {error}"))
            page.on(
                "request",
                lambda request: (
                    None
                    if request.url.startswith((address, "data:", address.replace("http", "ws")))
                    else said.append(f"request: {request.url[:100]}")
                ),
            )
            page.goto(address)
            page.wait_for_selector("html[data-drawn=yes]")
            return page

        try:
            yield open_page
        finally:
            chromium.close()
    assert said == []


def field(scope: str, name: str) -> str:
    """Name a field of the form to the browser."""
    return f'[id="{scope}-{name}"]'
