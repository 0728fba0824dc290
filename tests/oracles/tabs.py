"""A tab of the page without a browser: what is typed and pressed, and what is shown."""

from typing import Any

from sim.compose import Composer
from sim.page.application import _deal, ready_made
from sim.page.browser_tab import BrowserTab
from sim.page.preview_process import PreviewProcess
from sim.page.previews import Previews
from sim.page.running import Running
from sim.page.runs import Places
from sim.page.waiting import Waiting

SMALL = {"effect": "shift", "design.n": "12, 24", "monte_carlo.replicates": "200"}


def new_tab(places: Places) -> BrowserTab:
    """A tab without simulated previews."""
    compose = Composer()
    limits = compose().page
    previews = Previews(0, PreviewProcess(0), limits)
    tab = BrowserTab(compose, ready_made(compose.folders), Running(limits, places), previews)
    tab.start("a")
    return tab


def change(tab: BrowserTab, message: object) -> None:
    """Deal with a message of what was typed."""
    waiting = Waiting()
    waiting.change(message)
    _deal(tab, *iter(waiting.take, None))


def press(tab: BrowserTab, message: object) -> None:
    """Deal with a message of a button."""
    waiting = Waiting()
    waiting.press(message)
    _deal(tab, *iter(waiting.take, None))


def typed(tab: BrowserTab, scope: str = "a", **texts: str) -> dict[str, Any]:
    """Type into fields; give what is shown."""
    changes = [{"scope": scope, "name": name, "text": text} for name, text in texts.items()]
    change(tab, {"number": 1, "changes": changes})
    return shown(tab)


def shown(tab: BrowserTab) -> dict[str, Any]:
    """Take what is to be shown."""
    return dict(vars(tab.take_updates()))
