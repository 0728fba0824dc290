"""Draw docs/renders/serve.png, the picture of the local page in the README.

Needs Chromium and playwright, as the tests marked `browser` do.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "renders" / "serve.png"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    """Serve the page, fill its form, and take the picture."""
    command = [sys.executable, "-m", "sim.app", "serve", "page.port=0"]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with TemporaryDirectory() as folder:
        server = subprocess.Popen(  # noqa: S603 - this very program
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": paths},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            found = re.match(r"http://\S+", server.stdout.readline() if server.stdout else "")
            if found is None:
                raise SystemExit("the page was not served")
            take(found[0])
        finally:
            server.terminate()
            server.wait()


def take(address: str) -> None:
    """Take the picture of a page that is served."""
    from playwright.sync_api import sync_playwright

    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1280, "height": 1150})
        page.goto(address)
        page.wait_for_selector("html[data-drawn=yes]")
        page.select_option('[id="a-effect"]', "shift")
        page.wait_for_selector('[id="a-effect.value"]')
        page.fill('[id="a-design.max_pairs"]', "60")
        page.wait_for_selector("#a-instant:not(:has-text('No further'))")
        page.wait_for_timeout(500)  # nothing is under way when the picture is taken
        page.evaluate("document.activeElement.blur()")
        page.screenshot(path=PICTURE)
        chromium.close()


if __name__ == "__main__":
    main()
