"""The page as a Shiny application: one tab of its own per session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any

from shiny import App, Inputs, Outputs, Session, reactive
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from sim.page.fields import CHOSEN
from sim.page.layout import whole_page
from sim.page.live import Live
from sim.page.running import COMPARE, Running
from sim.page.runs import Places, bounds_sentence
from sim.page.scenario import Compose
from sim.page.tab import Choices, Tab
from sim.study.page import Page

PAUSE = 0.05
"""Seconds between two looks at what goes on."""
MOST_TEXT = 1000
"""Most characters of one field."""


def application(compose: Compose, limits: Page, live: Live) -> App:
    """Build the page.

    Parameters
    ----------
    compose : callable
        Composes studies.
    limits : Page
        The most that a run may ask for.
    live : Live
        Looks at what is typed.
    """
    choices, places, numbers = ready_made(compose.folders), Places(limits.most_runs), count()

    def server(input: Inputs, output: Outputs, session: Session) -> None:  # noqa: A002, ARG001 - Shiny's names
        tab = Tab(next(numbers), compose, choices, Running(limits, places), live)
        _serve_tab(tab, input, session)

    page = whole_page(bounds_sentence(limits), _own("page.css"), _own("page.js"))
    return App(page, server)


def ready_made(folders: Iterable[Path]) -> Choices:
    """List the choices of every group, each with the comment that explains it."""
    found: dict[str, dict[str, str]] = {name: {} for name in CHOSEN}
    for name, group in CHOSEN.items():
        for path in sorted(
            path for conf in folders for path in (conf / group.folder).glob("*.yaml")
        ):
            lines = path.read_text(encoding="utf-8").splitlines()
            said = [line[2:] for line in lines if line.startswith("# ") and "@package" not in line]
            found[name][path.stem] = said[0] if said else ""
    return found


def _own(name: str) -> str:
    return (files("sim.page") / name).read_text(encoding="utf-8")


class _Speaker:
    """Sends a tab what it is to show, when something was done and while something goes on."""

    def __init__(self, tab: Tab, session: Session) -> None:
        self._tab, self._session, self._woken = tab, session, asyncio.Event()

    async def send(self) -> None:
        shows = asdict(self._tab.take_shows())
        if any(shows.values()):
            await self._session.send_custom_message("shows", shows)
        self._woken.set()

    async def listen(self) -> None:
        while await self._woken.wait():
            self._woken.clear()
            while self._tab.is_waiting():
                await asyncio.sleep(PAUSE)
                self._tab.listen()
                await self.send()


def _serve_tab(tab: Tab, inputs: Inputs, session: Session) -> None:
    """Join a tab to its session."""
    tab.address = session.dynamic_route("file", _offered(tab))
    speaker = _Speaker(tab, session)
    listening = asyncio.create_task(speaker.listen())

    @session.on_ended
    def _() -> None:
        listening.cancel()
        tab.close()

    @reactive.effect
    async def _() -> None:
        tab.start("a")
        await speaker.send()

    @reactive.effect
    @reactive.event(inputs.change)
    async def _() -> None:
        scope, name, text = _words(inputs.change(), "scope", "name", "text")
        if scope in tab.scenarios:
            tab.change(scope, name, text[:MOST_TEXT])
            await speaker.send()

    @reactive.effect
    @reactive.event(inputs.act)
    async def _() -> None:
        asked = inputs.act()
        scope, what = _words(asked, "scope", "what")
        _act(tab, scope, what, asked)
        await speaker.send()


def _words(message: object, *names: str) -> Iterator[str]:
    """Read texts from a message; what is not there is empty."""
    known = message if isinstance(message, Mapping) else {}
    return (str(known.get(name, "")) for name in names)


def _act(tab: Tab, scope: str, what: str, asked: Any) -> None:
    """Do what a button says."""
    if what == "second":
        tab.start("b")
        tab.shows.hidden |= {"b": False, "comparison": False, "-second": True}
        return
    if scope not in tab.scenarios and (scope != COMPARE or len(tab.scenarios) < 2):
        return
    deeds: dict[str, Callable[[str], None]] = {"cancel": tab.cancel}
    if scope == COMPARE:
        deeds["compare"] = tab.run
    else:
        deeds |= {
            "run": tab.run,
            "text": tab.show_text,
            "yaml": lambda own: tab.rewrite(own, next(_words(asked, "text"))),
        }
    if what in deeds:
        deeds[what](scope)


def _offered(tab: Tab) -> Callable[[Request], Response]:
    """Offer the files of finished runs, by name."""

    def offer(request: Request) -> Response:
        scope, name = _words(request.query_params, "scope", "name")
        path = tab.finished_file(scope, name)
        if path is None:
            return PlainTextResponse("there is no such file\n", 404)
        return FileResponse(path, filename=f"{scope}_{name}")

    return offer
