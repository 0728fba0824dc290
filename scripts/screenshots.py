"""Draw docs/renders/serve*.png, pictures of the local page.

Needs Chromium and playwright, as the tests marked `browser` do.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from browsing import ROOT, opened_browser, served_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RENDERS = ROOT / "docs" / "renders"
EXPORTS = ROOT / "tests" / "data" / "exports"


def main() -> None:
    """Serve the page and take its pictures."""
    with served_page() as address, opened_browser() as browser:
        _take_one(browser, address, RENDERS / "serve.png")
        _take_two(browser, address, RENDERS / "serve_two.png")
        _take_answers(browser, address, RENDERS / "serve_answers.png")


def _open(browser: "Browser", address: str, height: int) -> "Page":
    page = browser.new_page(viewport={"width": 1280, "height": height})
    page.goto(address)
    page.wait_for_selector("html[data-drawn=yes]")
    return page


def _settle(page: "Page", scope: str) -> None:
    """Wait until the last preview is drawn."""
    page.wait_for_selector(f"#{scope}-instant:not(.stale) >> text=draws of changes")


def _take_one(browser: "Browser", address: str, picture: Path) -> None:
    """Take the page as it opens, a moment after."""
    page = _open(browser, address, 1200)
    _settle(page, "a")
    _shoot(page, picture)


def _take_two(browser: "Browser", address: str, picture: Path) -> None:
    """Take the comparison of one test with another."""
    page = _open(browser, address, 1000)
    page.click("[data-do=second]")
    page.wait_for_selector('[id="b-analysis.test"]')
    page.select_option('[id="b-analysis.test"]', "paired_t")
    for scope in ("a", "b"):
        _settle(page, scope)
    page.click("#compare-compare")
    page.wait_for_selector("#compare-answer table", timeout=120_000)
    page.locator("#comparison").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.locator("#comparison").screenshot(path=picture)
    page.close()


def _take_answers(browser: "Browser", address: str, picture: Path) -> None:
    """Take what is shown of answers that were read."""
    page = _open(browser, address, 1400)
    page.click("#a-data-part > summary")
    for number, time in enumerate(("before", "after")):
        page.set_input_files(f'[id="a-data-{number}"]', EXPORTS / f"export_google_forms_{time}.csv")
    page.wait_for_selector("#a-data-planned")
    page.wait_for_timeout(300)
    page.locator("#a-data-part").screenshot(path=picture)
    page.close()


def _shoot(page: "Page", picture: Path) -> None:
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(300)  # nothing is under way when the picture is taken
    page.screenshot(path=picture)
    page.close()


if __name__ == "__main__":
    main()
