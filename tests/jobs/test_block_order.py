"""results.csv has the same bytes whatever the order in which blocks run."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from oracles.studies import PRE, small_study

from sim import plan
from sim.compute.executors import InProcessExecutor
from sim.compute.store import BlockStore
from sim.jobs.blocks import engine_version
from sim.report.files import results_csv

ROLES = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": {}}}


class Backwards(Executor):
    """Computes nothing until asked, and then the latest first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Future, Callable[..., Any], tuple]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Put a call on the pile; a future that is asked runs the whole pile, last call first."""
        future = _Asked(self._run)
        self._waiting.append((future, lambda *values: fn(*values, **kwargs), args))
        return future

    def _run(self) -> None:
        while self._waiting:
            future, call, args = self._waiting.pop()
            future.set_result(call(*args))


class _Asked(Future):
    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__()
        self._run_all = run

    def result(self, timeout: float | None = None) -> Any:
        """Run what waits, then answer."""
        if not self.done():
            self._run_all()
        return super().result(timeout)


def csv_of(seed: int = 1, store: BlockStore | None = None) -> str:
    """Bytes of results.csv of a study in ten blocks."""
    study = small_study(seed=seed, roles=ROLES, monte_carlo={"replicates": 200, "block_size": 20})
    return results_csv(plan(study, store=store))


@pytest.mark.parametrize("executor", [Backwards, lambda: ThreadPoolExecutor(3)])
def test_any_executor(executor: Callable[[], Executor], monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that run backwards, or three at a time, leave the file as it was."""
    expected = csv_of()
    monkeypatch.setattr("sim.jobs.plan.open_executor", lambda **_settings: executor())
    assert csv_of() == expected
    assert csv_of(seed=2) != expected


@pytest.mark.parametrize("seconds", [0.0, 0.002, 60.0])
def test_blocks_in_batches(seconds: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Blocks folded before they travel, few or many together, leave the file as it was."""
    expected = csv_of()
    executor = InProcessExecutor()
    executor.task_seconds = seconds  # type: ignore[attr-defined]
    monkeypatch.setattr("sim.jobs.plan.open_executor", lambda **_settings: executor)
    with BlockStore(tmp_path / "blocks", engine_version()) as store:
        assert csv_of(store=store) == expected
        monkeypatch.setattr(executor, "submit", None)  # all is kept: nothing is handed out
        assert csv_of(store=store) == expected
