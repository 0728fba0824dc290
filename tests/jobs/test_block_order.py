"""results.csv has the same bytes whatever the order in which blocks run."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest
from oracles.studies import PRE, small_study

from sim import plan
from sim.jobs import search
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


def csv_of(seed: int = 1) -> str:
    """Bytes of results.csv of a study in ten blocks."""
    study = small_study(seed=seed, roles=ROLES, monte_carlo={"replicates": 200, "block_size": 20})
    return results_csv(plan(study))


@pytest.mark.parametrize("executor", [Backwards, lambda: ThreadPoolExecutor(3)])
def test_any_executor(executor: Callable[[], Executor], monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that run backwards, or three at a time, leave the file as it was."""
    expected = csv_of()
    monkeypatch.setattr("sim.jobs.plan.open_executor", lambda **_settings: executor())
    assert csv_of() == expected
    assert csv_of(seed=2) != expected


def test_blocks_added_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks handed out and added in reverse leave the file as it was."""
    expected = csv_of()
    simulate = search.simulate
    seen: list[list[int]] = []

    def reversed_simulate(task: Any, blocks: Iterable[int], *rest: Any) -> Any:
        seen.append(list(blocks)[::-1])
        return simulate(task, seen[-1], *rest)

    monkeypatch.setattr(search, "simulate", reversed_simulate)
    assert csv_of() == expected
    assert seen
    assert all(order[0] > order[-1] for order in seen)
