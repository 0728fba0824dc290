"""What the tests of this room share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.app import main


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run the command in an empty folder, expect status 2, one line and nothing written."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")

    def run(*words: str) -> str:
        status = main([*words, "design.n=[6]", "engine=monte_carlo"])
        out, err = capfd.readouterr()
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert list(Path.cwd().iterdir()) == []
        return err.removeprefix("mentorsim: ").removesuffix("\n")

    return run
