"""The page as a Shiny application: one tab of its own per session."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib.resources import files
from itertools import count
from pathlib import Path
from threading import Lock

from htmltools import TagList
from shiny import App, Inputs, Outputs, Session, reactive
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from sim.page.at_once import AtOnce
from sim.page.fields import CHOSEN
from sim.page.form import Choices
from sim.page.layout import whole_page
from sim.page.live import Live
from sim.page.running import COMPARE, Running
from sim.page.runs import Places, bounds_sentence
from sim.page.scenario import Compose
from sim.page.shows import Shows
from sim.page.tab import Tab
from sim.study.page import Page

PAUSE = 0.02
"""Seconds between two looks at what goes on."""
MOST_TEXT = 6000
"""Most characters of one field."""
MOST_CHANGES = 100
"""Most fields that change at a time."""


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
        at_once = AtOnce(next(numbers), live, limits)
        tab = Tab(compose, choices, Running(limits, places), at_once)
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
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            said = [line[2:] for line in lines if line.startswith("# ") and "@package" not in line]
            found[name][path.stem] = said[0] if said else ""
    return found


def _own(name: str) -> str:
    return (files("sim.page") / name).read_text(encoding="utf-8")


class _Speaker:
    """Does what one tab's reader asks for, in order, and sends what there is to show.

    It works in a thread of its own at a time, so that no tab waits for another's numbers.
    """

    def __init__(self, tab: Tab, session: Session) -> None:
        self._tab, self._session = tab, session
        self._asked: asyncio.Queue[Callable[[], None]] = asyncio.Queue()
        self._lock = Lock()  # closing waits for what is being done

    def ask(self, deed: Callable[[], None]) -> None:
        """Have something done."""
        self._asked.put_nowait(deed)

    async def work(self) -> None:
        """Do what is asked for, and listen while something goes on."""
        asked = asyncio.ensure_future(self._asked.get())
        try:
            while True:
                pause = PAUSE if self._tab.is_waiting() else None
                done, _ = await asyncio.wait({asked}, timeout=pause)
                deed = asked.result() if done else self._tab.listen
                if done:
                    asked = asyncio.ensure_future(self._asked.get())
                shows = asdict(await asyncio.to_thread(self._done, deed))
                if any(shows.values()):
                    await self._session.send_custom_message("shows", shows)
        finally:
            asked.cancel()

    def _done(self, deed: Callable[[], None]) -> Shows:
        with self._lock:
            try:
                deed()
            except Exception as error:  # noqa: BLE001 - a bug must not end the reader's session
                traceback.print_exc()
                said = f"This should not have happened: {type(error).__name__}: {error}"
                self._tab.shows.html["unexpected"] = str(TagList(said))
            return self._tab.take_shows()

    async def close(self) -> None:
        """End all of the tab's work."""
        await asyncio.to_thread(self._closed)

    def _closed(self) -> None:
        with self._lock:
            self._tab.close()


def _serve_tab(tab: Tab, inputs: Inputs, session: Session) -> None:
    """Join a tab to its session."""
    tab.address = session.dynamic_route("file", _offered(tab))
    speaker = _Speaker(tab, session)
    speaker.ask(lambda: tab.start("a"))
    working = asyncio.create_task(speaker.work())

    @session.on_ended
    async def _() -> None:
        working.cancel()
        await speaker.close()

    @reactive.effect
    @reactive.event(inputs.change)
    def _() -> None:
        message = inputs.change()
        speaker.ask(lambda: _change(tab, message))

    @reactive.effect
    @reactive.event(inputs.act)
    def _() -> None:
        message = inputs.act()
        speaker.ask(lambda: _act(tab, message))


def _words(message: object, *names: str) -> Iterator[str]:
    """Read texts from a message; what is not there is empty."""
    known = message if isinstance(message, Mapping) else {}
    return (str(known.get(name, "")) for name in names)


def _change(tab: Tab, message: object) -> None:
    """Take what was typed since, and answer once."""
    known = message if isinstance(message, Mapping) else {}
    number, changes = known.get("number"), known.get("changes")
    tab.shows.number = number if isinstance(number, int) else 0  # whatever comes of it
    touched: dict[str, bool] = {}
    for change in changes[:MOST_CHANGES] if isinstance(changes, list | tuple) else []:
        scope, name, text = _words(change, "scope", "name", "text")
        if scope in tab.scenarios:
            answers = tab.change(scope, name, text[:MOST_TEXT])
            touched[scope] = answers or touched.get(scope, False)
    for scope, answers in touched.items():
        tab.settle(scope, answers=answers)


def _act(tab: Tab, message: object) -> None:
    """Do what a button says."""
    scope, what, text = _words(message, "scope", "what", "text")
    if what in {"second", "remove"}:
        return _second(tab, what == "second")
    if scope not in tab.scenarios and (scope != COMPARE or len(tab.scenarios) < 2):
        return None
    deeds: dict[str, Callable[[str], None]] = {"cancel": tab.cancel}
    if scope == COMPARE:
        deeds["compare"] = tab.run
    else:
        deeds |= {
            "run": tab.run,
            "text": tab.show_text,
            "yaml": lambda own: tab.rewrite(own, text),
        }
    if what in deeds:
        deeds[what](scope)
    return None


def _second(tab: Tab, there: bool) -> None:  # noqa: FBT001 - what is wanted
    """Show the second scenario as the first, or take it away."""
    if there:
        tab.start("b")
    elif "b" in tab.scenarios:
        tab.remove("b")
    tab.shows.hidden |= {"b": not there, "comparison": not there, "-second": there}


def _offered(tab: Tab) -> Callable[[Request], Response]:
    """Offer the files of finished runs, by name."""

    def offer(request: Request) -> Response:
        scope, name = _words(request.query_params, "scope", "name")
        path = tab.finished_file(scope, name)
        if path is None:
            return PlainTextResponse("there is no such file\n", 404)
        return FileResponse(path, filename=f"{scope}_{name}")

    return offer
