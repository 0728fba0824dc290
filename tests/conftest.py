"""What all tests share: where the oracles lie, hypothesis without clocks, browsers if there are."""

import gc
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.append(str(Path(__file__).parent))  # tests import `oracles`; last, so it shadows nothing

from oracles import remembered
from oracles.composing import KEPT

from sim import app

KEPT.install()
app.compiling_ahead = nullcontext  # they run, and refuse, many commands: each would start a process
remembered.install()

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


NO_SLURM = (
    "tests marked `slurm` are deselected: they need Debian's slurm-wlm and munge, or the like"
)


def _left_out() -> dict[str, str]:
    """Give the marks whose tests cannot run here, and what the summary says of each."""
    from oracles.browser import installed_browser
    from oracles.slurm import is_slurm_installed

    there = {"browser": installed_browser() is not None, "slurm": is_slurm_installed()}
    lines = {"browser": NO_BROWSER, "slurm": NO_SLURM}
    return {mark: line for mark, line in lines.items() if not there[mark]}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser or a queue where there is none, which the summary says."""
    marks = _left_out()
    left_out = [item for item in items if any(map(item.get_closest_marker, marks))]
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
    for line in _left_out().values():
        terminalreporter.write_line(line, yellow=True)
