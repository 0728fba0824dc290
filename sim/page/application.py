"""The page as a Shiny application: one tab of its own per session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from shiny import App, Inputs, Outputs, Session, reactive
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from sim.page.form import whole_page
from sim.page.runs import Places, bounds_sentence
from sim.page.scenario import Compose
from sim.page.tab import COMPARE, Choices, Tab
from sim.study.page import Page

PAUSE = 0.15
"""Seconds between two looks at what goes on."""
MOST_TEXT = 1000
"""Most characters of one field."""


def application(compose: Compose, conf: Path, limits: Page) -> App:
    """Build the page.

    Parameters
    ----------
    compose : callable
        From words of the command line to a study.
    conf : Path
        Folder of the configuration, which holds the ready-made settings.
    limits : Page
        The most that a run may ask for.
    """
    choices, places = ready_made(conf), Places(limits.most_runs)

    def server(input: Inputs, output: Outputs, session: Session) -> None:  # noqa: A002, ARG001 - Shiny's names
        _serve_tab(Tab(compose, choices, limits, places), input, session)

    page = whole_page(bounds_sentence(limits), _own("page.css"), _own("page.js"))
    return App(page, server)


def ready_made(conf: Path) -> Choices:
    """List experiments and effects, each with the comment that explains it."""
    found: dict[str, dict[str, str]] = {}
    for group in ("experiment", "effect"):
        every = {"": ""}
        for path in sorted((conf / group).glob("*.yaml")):
            lines = path.read_text(encoding="utf-8").splitlines()
            said = [line[2:] for line in lines if line.startswith("# ") and "@package" not in line]
            every[path.stem] = said[0] if said else ""
        found[group] = every
    return found


def _own(name: str) -> str:
    return (files("sim.page") / name).read_text(encoding="utf-8")


def _serve_tab(tab: Tab, inputs: Inputs, session: Session) -> None:
    """Join a tab to its session."""
    going: reactive.Value[int] = reactive.value(0)
    session.on_ended(tab.close)
    tab.address = session.dynamic_route("file", _offered(tab))

    async def send() -> None:
        shows = asdict(tab.take_shows())
        if any(shows.values()):
            await session.send_custom_message("shows", shows)

    @reactive.effect
    async def _() -> None:
        tab.start("a")
        await send()

    @reactive.effect
    @reactive.event(inputs.change)
    async def _() -> None:
        scope, name, text = _words(inputs.change(), "scope", "name", "text")
        if scope in tab.scenarios:
            tab.change(scope, name, text[:MOST_TEXT])
            await send()

    @reactive.effect
    @reactive.event(inputs.act)
    async def _() -> None:
        asked = inputs.act()
        scope, what = _words(asked, "scope", "what")
        _act(tab, scope, what, asked)
        await send()
        going.set(going() + 1)

    @reactive.effect
    async def _() -> None:
        going()
        if tab.runs:
            reactive.invalidate_later(PAUSE)
            tab.listen()
            await send()


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
