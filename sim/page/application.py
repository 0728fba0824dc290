"""The page as a Shiny application: one tab per session."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from importlib.resources import files
from itertools import count
from pathlib import Path
from threading import Lock

from htmltools import TagList
from shiny import App, Inputs, Outputs, Session, reactive
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from sim.page.browser_tab import BrowserTab
from sim.page.form import Choices
from sim.page.layout import whole_page
from sim.page.parts import CHOSEN
from sim.page.preview_process import PreviewProcess
from sim.page.previews import Previews
from sim.page.running import COMPARE, Running
from sim.page.runs import Places, bounds_sentence
from sim.page.scenario import Compose
from sim.page.starting import BLANK, EXAMPLES, KINDS
from sim.page.updates import Updates
from sim.page.waiting import Changes, Press, Waiting
from sim.study.local_page import LocalPage

EDIT = "edit:"
"""What the buttons of an editor begin with."""
PAUSE = 0.02
"""Seconds after which it is heard again of what goes on."""


def application(compose: Compose, limits: LocalPage, process: PreviewProcess) -> App:
    """Build the page.

    Parameters
    ----------
    compose : callable
        Composes studies.
    limits : LocalPage
        The most that a run may ask for.
    process : PreviewProcess
        Simulates what is typed.
    """
    choices, places, numbers = ready_made(compose.folders), Places(limits.most_runs), count()

    def server(input: Inputs, output: Outputs, session: Session) -> None:  # noqa: A002, ARG001 - Shiny's names
        previews = Previews(next(numbers), process, limits)
        tab = BrowserTab(compose, choices, Running(limits, places), previews)
        _serve_tab(tab, input, session)

    page = whole_page(bounds_sentence(limits), _packaged("page.css"), _packaged("page.js"))
    return App(page, server)


def ready_made(folders: Iterable[Path]) -> Choices:
    """List the ready-made settings of every folder, each with the comment that explains it."""
    choices: dict[str, dict[str, str]] = {group.folder: {} for group in CHOSEN.values()}
    for folder, known in choices.items():
        for path in sorted(path for conf in folders for path in (conf / folder).glob("*.yaml")):
            known[path.stem] = _about(path)
    for path in sorted(path for conf in folders for path in (conf / "examples").glob("*.yaml")):
        choices["experiment"][f"{EXAMPLES}{path.stem}"] = _about(path)
    choices["experiment"] |= {BLANK: "Nothing but one item: state your own study."}
    choices["effect"] |= KINDS
    return choices


def _about(path: Path) -> str:
    """Read the comment that explains a file."""
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    said = (line[2:] for line in lines if line.startswith("# ") and "@package" not in line)
    return next(said, "")


def _packaged(name: str) -> str:
    return (files("sim.page") / name).read_text(encoding="utf-8")


class _Speaker:
    """Does what one tab's reader wants, in order, and sends what there is to show.

    It works in one thread at a time, so that no tab waits for another's numbers.
    """

    def __init__(self, tab: BrowserTab, session: Session) -> None:
        self.waiting = Waiting()
        self._tab, self._session = tab, session
        self._lock = Lock()  # closing waits for what is being done

    async def work(self) -> None:
        """Show the page, do what is waiting, and listen while something goes on."""
        await self._do(partial(self._tab.start, "a"))
        while True:
            pause = PAUSE if self._tab.is_waiting() else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self.waiting.there.wait(), pause)
            deed = self.waiting.take()
            await self._do(self._tab.listen if deed is None else partial(_deal, self._tab, deed))

    async def _do(self, deed: Callable[[], None]) -> None:
        updates = asdict(await asyncio.to_thread(self._done, deed))
        if any(updates.values()):
            await self._session.send_custom_message("updates", updates)

    def _done(self, deed: Callable[[], None]) -> Updates:
        with self._lock:
            try:
                deed()
            except Exception as error:  # noqa: BLE001 - a bug must not end the reader's session
                traceback.print_exc()
                said = f"This should not have happened: {type(error).__name__}: {error}"
                self._tab.updates.html["unexpected"] = str(TagList(said))
            return self._tab.take_updates()

    async def close(self) -> None:
        """End all of the tab's work."""
        await asyncio.to_thread(self._closed)

    def _closed(self) -> None:
        with self._lock:
            self._tab.close()


def _serve_tab(tab: BrowserTab, inputs: Inputs, session: Session) -> None:
    """Join a tab to its session."""
    tab.address = session.dynamic_route("file", _offered(tab))
    session.set_message_handler("uploadInit", None)  # there is nothing to upload
    speaker = _Speaker(tab, session)
    working = asyncio.create_task(speaker.work())

    @session.on_ended
    async def _() -> None:
        working.cancel()
        await speaker.close()

    @reactive.effect
    @reactive.event(inputs.change)
    def _() -> None:
        speaker.waiting.change(inputs.change())

    @reactive.effect
    @reactive.event(inputs.act)
    def _() -> None:
        speaker.waiting.press(inputs.act())


def _deal(tab: BrowserTab, deed: Changes | Press) -> None:
    """Deal with what the reader has done."""
    if isinstance(deed, Changes):
        _change(tab, deed)
    else:
        _act(tab, deed)


def _change(tab: BrowserTab, deed: Changes) -> None:
    """Take what was typed since, and answer once."""
    tab.updates.number = deed.number  # whatever comes of it
    touched: dict[str, bool] = {}
    for (scope, name), text in deed.texts.items():
        if scope in tab.scenarios:
            answers = tab.change(scope, name, text)
            touched[scope] = answers or touched.get(scope, False)
    for scope, answers in touched.items():
        tab.settle(scope, answers=answers)


def _act(tab: BrowserTab, deed: Press) -> None:
    """Do what a button says."""
    scope, what = deed.scope, deed.what
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
            "file": lambda letter: tab.open_file(letter, deed.text),
            "restore": lambda letter: tab.restore(letter, deed.text),
            "yaml": lambda letter: tab.rewrite(letter, deed.text),
            "answers": lambda letter: tab.data.take(tab.updates, letter, deed.text),
            "again": lambda letter: tab.data.read_again(tab.updates, letter, deed.text),
            "forget": lambda letter: tab.data.forget(tab.updates, letter),
            "planned": tab.plan_from_answers,
        }
    if what.startswith(EDIT) and scope != COMPARE:
        tab.edit(scope, what.removeprefix(EDIT), deed.text)
    if what in deeds:
        deeds[what](scope)
    return None


def _second(tab: BrowserTab, there: bool) -> None:  # noqa: FBT001 - what is wanted
    """Show the second scenario as the first, or take it away."""
    if there:
        tab.start("b")
    elif "b" in tab.scenarios:
        tab.remove("b")
    tab.updates.hidden |= {"b": not there, "comparison": not there, "-second": there}


def _offered(tab: BrowserTab) -> Callable[[Request], Response]:
    """Offer the files of finished runs, by name."""

    def offer(request: Request) -> Response:
        scope, name = (request.query_params.get(word, "") for word in ("scope", "name"))
        path = tab.running.finished_file(scope, name)
        if path is None:
            return PlainTextResponse("there is no such file\n", 404)
        return FileResponse(path, filename=f"{scope}_{name}")

    return offer
