"""The page in a real browser, opened from disk with every network refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oracles.browser import Browser, opened_browser
from oracles.saved import hostile_study, saved_plan

from sim.report.printers.html.page import write_page

pytestmark = pytest.mark.browser
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the module."""
    with opened_browser() as found:
        yield found


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small study."""
    folder = tmp_path_factory.mktemp("page")
    run = saved_plan(folder, effect={"shift": 1.0}, design={"n": (6, 9, 12, 15)})
    return write_page(run, folder)


@pytest.fixture(scope="module")
def light(browser: Browser, page_file: Path) -> Iterator[Any]:
    """That page on a light screen, for all that look at it so."""
    with browser.page(page_file) as page:
        yield page


@pytest.fixture(scope="module")
def dark(browser: Browser, page_file: Path) -> Iterator[Any]:
    """That page on a dark screen, for all that look at it so."""
    with browser.page(page_file, scheme="dark", width=390) as page:
        yield page


@pytest.fixture
def page(light: Any) -> Any:
    """The light page, wide and on screen again, whatever a test before has made of it."""
    light.emulate_media(media="screen", color_scheme="light")
    light.set_viewport_size({"width": 1280, "height": 900})
    return light


def test_it_opens_offline_without_a_word(page: Any) -> None:
    """No request but for the file itself, nothing on the console, every figure drawn."""
    assert page.evaluate("document.querySelectorAll('[data-figure] svg').length") == (
        page.evaluate("document.querySelectorAll('[data-figure]').length")
    )
    assert page.locator("#curve svg").count() == 1


def shown_curve(page: Any) -> str:
    """Path of the drawn curve."""
    return str(page.locator("#curve .mark-line path").first.get_attribute("d"))


def test_another_rule_is_another_curve(page: Any) -> None:
    """Choosing changes what is drawn and what is read; the slider reads another size."""
    first, read = shown_curve(page), page.inner_text("#curve-reading")
    page.select_option("#curve-choice", label="all")
    page.wait_for_function(
        "before => document.getElementById('curve-reading').textContent !== before", arg=read
    )
    assert shown_curve(page) != first
    read = page.inner_text("#curve-reading")
    page.focus("#curve-size")
    page.keyboard.press("Home")
    assert page.inner_text("#curve-reading") != read
    assert page.inner_text("#curve-reading").startswith("6 pairs (6 mentors, 5 mentees): power")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#curve-reading").startswith("9 pairs")


def test_hovering_shows_a_value(page: Any) -> None:
    """A pointer on the curve brings up the power at the nearest size."""
    page.locator("#curve svg").scroll_into_view_if_needed()
    box = page.locator("#curve svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.mouse.move(box["x"] + box["width"] * 0.52, box["y"] + box["height"] * 0.5)
    page.wait_for_selector("#vg-tooltip-element.visible", timeout=5000)
    text = page.inner_text("#vg-tooltip-element")
    assert "Power" in text
    assert "Monte Carlo error" in text
    assert "error 0.000" not in text


def no_serious_barrier(page: Any, width: int) -> None:
    """An automatic check of accessibility finds nothing serious; nothing is wider than the page."""
    page.set_viewport_size({"width": width, "height": 900})
    found = [own for own in Browser.barriers(page) if own["impact"] in SERIOUS]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.long)])
def test_no_serious_barrier(page: Any, width: int) -> None:
    """In the light, on a wide screen and a narrow one."""
    no_serious_barrier(page, width)


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.long)])
def test_no_serious_barrier_in_the_dark(dark: Any, width: int) -> None:
    """Nor in the dark."""
    no_serious_barrier(dark, width)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_first_screen_has_the_answer(
    browser: Browser, page_file: Path, width: int, height: int
) -> None:
    """Answer, gravest warnings and what it rests on end above the fold; the curve comes next."""
    with browser.page(page_file, width=width) as page:
        page.set_viewport_size({"width": width, "height": height})
        for part in (".result", ".warnings > ul", ".resting"):
            box = page.locator(part).bounding_box()
            assert box["height"] > 0
            assert box["y"] + box["height"] <= height
        assert page.locator("details.more").evaluate("part => part.open") is (width > 1000)
        assert page.locator("#curve-heading").bounding_box()["y"] > box["y"]
        if width < 1000:
            tables_fit(page)
            paper_shows_all_warnings(page)


def tables_fit(page: Any) -> None:
    """Rows become labelled values where they do not fit, nothing scrolls; wide, all are tables."""
    scrolling = (
        "[...document.querySelectorAll('.scroll')]"
        ".filter(region => region.scrollWidth > region.clientWidth + 1).length"
    )
    label = "getComputedStyle(document.querySelector('.stacked td'), '::before').content"
    assert page.evaluate(scrolling) == 0
    assert page.evaluate(label) not in {"none", '""'}
    assert page.locator("table:not(.stacked) thead").first.is_visible()
    assert page.locator(".wide").count() == 0
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate(scrolling) == 0
    assert page.evaluate(label) == "none"
    page.set_viewport_size({"width": 390, "height": 844})


def paper_shows_all_warnings(page: Any) -> None:
    """What a narrow screen folds away is printed."""
    page.emulate_media(media="print")
    page.wait_for_function("document.querySelector('details.more').open")
    assert page.locator("details.more li").first.is_visible()


def test_dark_and_light_are_told_apart(dark: Any) -> None:
    """Dark paper in the dark, light on paper, whatever the screen."""
    paper = dark.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark.locator("#curve .dark svg").is_visible()
    assert not dark.locator("#curve .light svg").is_visible()
    dark.emulate_media(media="print", color_scheme="dark")
    assert dark.evaluate("getComputedStyle(document.body).backgroundColor") != paper
    assert dark.locator("#curve .light svg").is_visible()
    assert dark.pdf().startswith(b"%PDF")
    dark.emulate_media(media="screen", color_scheme="dark")


@pytest.mark.parametrize(
    "name",
    ["markup", "long", *(pytest.param(o, marks=pytest.mark.long) for o in ("formula", "path"))],
)
def test_hostile_names_run_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    """A name with markup is shown as it is; no dialog, no script, no request."""
    run = saved_plan(tmp_path, hostile_study(name))
    with browser.page(write_page(run, tmp_path)) as page:
        assert page.evaluate("document.querySelectorAll('script').length") == 3
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
