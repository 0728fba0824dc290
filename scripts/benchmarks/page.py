"""From a key to the answer on the local page, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import cycle
from typing import TYPE_CHECKING

from browsing import browser_path, opened_browser, served_page

from benchmarks.report import Section
from benchmarks.timing import WALL, Answer, Effort, Side, Target, interleave, row
from sim import compose_study
from sim.jobs.preview import preview
from sim.jobs.simulated_preview import simulated_previews
from sim.study import Study

if TYPE_CHECKING:
    from playwright.sync_api import Page

AT_ONCE = Target(0.3, "most", of="ours")
SHIFTS = (0.45, 0.5, 0.55, 0.6)
"""Typed by turns, so that every answer is a new one."""
KEY_TO_ANSWER = """([text, wanted]) => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("no answer")), 20000);
  const field = document.getElementById("a-effect.shift");
  const place = document.getElementById("a-instant");
  const watch = new MutationObserver(() => {
    if (!place.textContent.includes(wanted)) return;
    watch.disconnect();
    done();
  });
  watch.observe(place, { childList: true, subtree: true });
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
})"""
"""Types, and waits for an answer that holds some words."""


def page(section: Section, effort: Effort) -> None:
    """Wall time from a key to the exact answer, and to that from sampled changes."""
    if find_spec("playwright") is None or browser_path() is None:
        section.note("Skipped: there is no Chromium or no playwright.")
        return
    with served_page() as address, opened_browser() as browser:
        opened = browser.new_page()
        opened.goto(address)
        opened.wait_for_selector("html[data-drawn=yes]")
        opened.select_option('[id="a-effect"]', "shift")
        opened.wait_for_selector('[id="a-effect.shift"]')
        for key, words, alone in (
            ("0.0", "Exact power of", _exact),
            ("primary", "draws of changes", _first_preview),
        ):
            opened.select_option('[id="a-criterion"]', key)
            opened.wait_for_selector(f"#a-instant >> text={words.split()[-1]}")
            sides = [
                Side("page", partial(_typed, opened, cycle(SHIFTS), words)),
                Side("engine", partial(_alone, alone, cycle(SHIFTS))),
            ]
            rounds = effort.few() if effort.quick else Effort(10, 0.0)
            ours, engine = interleave(sides, rounds, WALL)
            name = (
                "exact answer of one domain" if key != "primary" else "total, from sampled changes"
            )
            section.add(row(f"{name}; engine alone", ours, engine, "time", AT_ONCE))


def _typed(opened: Page, shifts: cycle[float], wanted: str) -> Answer:
    opened.evaluate(KEY_TO_ANSWER, [str(next(shifts)), wanted])
    return ()


def _alone(work: Callable[[Study], object], shifts: cycle[float]) -> Answer:
    work(compose_study(["effect=shift", f"effect.shift={next(shifts)}"]))
    return ()


def _exact(study: Study) -> object:
    return preview(study, "0.0")


def _first_preview(study: Study) -> object:
    return next(simulated_previews(study, 500))
