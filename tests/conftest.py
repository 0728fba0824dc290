"""What all tests share: where the oracles lie, hypothesis without clocks, browsers if there are."""

import gc
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.append(str(Path(__file__).parent))  # tests import `oracles`; last, so it shadows nothing

from oracles.composing import KEPT

KEPT.install()

# what is started in the background ignores these, and so would every process that a test starts
for ending, action in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if signal.getsignal(getattr(signal, ending)) == signal.SIG_IGN:
        signal.signal(getattr(signal, ending), action)

settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")

gc.disable()  # until all tests are collected: what that makes stays, and need not be searched

NO_BROWSER = (
    "tests marked `browser` are deselected: they need Chromium on the path (or named by "
    "CHROMIUM) and the packages of the extra [test]"
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser where there is none, which the summary says."""
    from oracles.browser import installed_browser

    if installed_browser() is not None:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """Search for garbage only among what tests make; else a seventh of the time goes there."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture
def composed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose anew, which tests of composing itself use."""
    monkeypatch.setattr(KEPT, "on", False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say that tests were left out."""
    from oracles.browser import installed_browser

    if installed_browser() is None:
        terminalreporter.write_line(NO_BROWSER, yellow=True)
