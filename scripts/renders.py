"""Take pictures of the page and of the document's pages into docs/renders; a minute.

Needs Chromium and Playwright (extra [test]), LibreOffice (soffice) and pdftoppm.
"""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from sim import compose_study, plan
from sim.report.files import write_run
from sim.report.outputs import draw_run

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "renders"
NAMES = ("chromium", "chromium-browser", "google-chrome")
VIEWS: dict[str, tuple[int, Literal["light", "dark"], int]] = {
    "page_1280": (1280, "light", 1400),
    "page_1280_dark": (1280, "dark", 1400),
    "page_390": (390, "light", 1400),
}
"""Width, colours and height in pixels of each picture of the page."""
DOTS = 60
"""Dots per inch of a document's page."""


def page_pictures(browser: Browser, file: Path) -> None:
    """Take the top of the page in each view."""
    for name, (width, scheme, height) in VIEWS.items():
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(file.as_uri())
        page.wait_for_function("document.documentElement.dataset.drawn === 'yes'")
        page.screenshot(path=FOLDER / f"{name}.png")
        page.close()


def document_pictures(file: Path) -> None:
    """Take every page of the Word document."""
    folder = file.parent
    to_pdf = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)]
    subprocess.run(to_pdf, check=True, capture_output=True)  # noqa: S603 - our own words
    to_png = ["pdftoppm", "-png", "-r", str(DOTS), str(file.with_suffix(".pdf"))]
    subprocess.run([*to_png, str(FOLDER / "document")], check=True)  # noqa: S603 - our own words


def main() -> None:
    """Answer the default question, draw it, take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("document-*.png"):  # there may be fewer pages now
        old.unlink()
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        write_run(plan(compose_study([])), folder)
        draw_run(folder, ("page", "justification"))
        chromium = next(filter(None, map(shutil.which, NAMES)))
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page_pictures(browser, folder / "report.html")
            browser.close()
        document_pictures(folder / "sample_size_justification.docx")


if __name__ == "__main__":
    main()
