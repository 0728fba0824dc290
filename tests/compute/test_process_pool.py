"""Worker processes change no number, are replaced when killed, and are never left behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.studies import SMALL, default_study, make_analysis, make_task, merged, small_study
from oracles.workers import always_killed, fails_at_two, killed_at_first, square

from sim.app import main
from sim.cohorts import role_arms
from sim.compute.blocks import IN_FLIGHT, PER_WORKER, run_blocks
from sim.compute.executors import available_cores, open_executor
from sim.errors import StudyError
from sim.jobs.plan import plan
from sim.power.simulate import simulate
from sim.report.files import results_csv
from sim.study import parse_study

BELIEVED = {
    "shift": 0.5,
    "prior": {"kind": "normal_shift", "mean": 0.5, "sd": 0.3, "between_sd": 0.0, "draws": 24,
              "replicates": 10},
}  # fmt: skip
SQUARES = sum(index**2 for index in range(30))
DRIVER = """
import sys
from dataclasses import is_dataclass
from functools import partial
from pathlib import Path
from oracles.workers import slow
from sim.compute.blocks import run_blocks
from sim.compute.executors import open_executor

if __name__ == "__main__":
    sys.path.append(sys.argv[2])
    with open_executor("process_pool", workers=2) as executor:
        run_blocks(partial(slow, Path(sys.argv[1])), range(30), executor)
"""


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    """After each test no worker of this process is alive."""
    yield
    assert multiprocessing.active_children() == []


def alive(pid: int) -> bool:
    """Tell whether a process is there and is no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait for something to hold."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.long), 2])
def test_same_tally_for_any_number_of_workers(workers: int) -> None:
    """A simulation's tally is the same, bit for bit, in this process and in workers."""
    people = role_arms(small_study(), 0)[0]
    task = make_task(people, (6, 12, 20), make_analysis(), block_size=50)
    with open_executor("in_process") as here:
        expected = simulate(task, range(12), here)
    with open_executor("process_pool", workers=workers) as pool:
        found = simulate(task, range(12), pool)
    for name, value in vars(expected).items():
        assert np.array_equal(getattr(found, name), value), name


def test_the_whole_job_in_workers() -> None:
    """The main job, draws of a prior included, gives the same answer, wherever a study runs."""
    stated = merged(default_study().model_dump(), {**SMALL, "effect": BELIEVED, "engine": "auto"})
    here = parse_study({**stated, "compute": {"kind": "in_process"}})
    there = parse_study({**stated, "compute": {"kind": "process_pool", "workers": 2}})
    alone, together = plan(here), plan(there)
    assert same(alone.characteristics, together.characteristics)
    assert results_csv(alone) == results_csv(together)


def same(first: Any, second: Any) -> bool:
    """Compare two results field by field, at every depth."""
    if isinstance(first, np.ndarray):
        return np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
    if isinstance(first, tuple):
        return all(same(one, other) for one, other in zip(first, second, strict=True))
    if is_dataclass(first):
        return all(same(value, getattr(second, name)) for name, value in vars(first).items())
    return first == second


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.long), 2])
def test_a_killed_worker_is_replaced(workers: int, tmp_path: Path) -> None:
    """A worker killed by signal 9 costs time and no number."""
    call = partial(killed_at_first, tmp_path / "killed")
    with open_executor("process_pool", workers=workers) as pool:
        assert run_blocks(call, range(30), pool) == SQUARES
    assert (tmp_path / "killed").exists()


def test_an_idle_worker_that_is_killed_is_replaced() -> None:
    """Workers that die between two runs are replaced with the next call."""
    with open_executor("process_pool", workers=1) as pool:
        assert run_blocks(square, range(30), pool) == SQUARES
        (worker,) = multiprocessing.active_children()
        worker.kill()
        worker.join()
        assert run_blocks(square, range(30), pool) == SQUARES


def test_workers_that_always_die_are_given_up() -> None:
    """After a few replacements there is one line instead of another."""
    with (
        pytest.raises(StudyError, match=r"^compute: worker processes died 4 times.*workers"),
        open_executor("process_pool", workers=2) as pool,
    ):
        run_blocks(always_killed, range(30), pool)


def test_failure_in_a_worker_is_raised_at_once() -> None:
    """A block that fails ends the run, and those still at work are not waited for."""
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError), open_executor("process_pool", workers=2) as pool:
        run_blocks(fails_at_two, range(30), pool)
    assert time.monotonic() - began < 60


def test_interrupt_in_the_driver() -> None:
    """An interrupt while blocks are added ends the workers."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), open_executor("process_pool", workers=2) as pool:
        run_blocks(square, range(30), pool, interrupt)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_do_not_outlive_the_driver(sent: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C, which reaches workers too, is the driver's; however it ends, they end."""
    script, seen = tmp_path / "driver.py", tmp_path / "seen"
    script.write_text(DRIVER, encoding="utf-8")
    seen.mkdir()
    tests = str(Path(__file__).parent.parent)
    with subprocess.Popen(
        [sys.executable, str(script), str(seen), tests],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([tests, *sys.path])},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as driver:
        try:
            assert wait_until(lambda: len(list(seen.iterdir())) == 2)
            if sent == signal.SIGINT:
                os.killpg(driver.pid, sent)  # as a terminal does
            else:
                driver.send_signal(sent)
            _, errors = driver.communicate(timeout=60)
        finally:
            driver.kill()  # or a failure above would wait for all its blocks
    workers = [int(path.name) for path in seen.iterdir()]
    assert wait_until(lambda: not any(map(alive, workers)))
    assert errors.count("Traceback") == (sent == signal.SIGINT)


class _Counting(Executor):
    """Counts the calls in flight."""

    def __init__(self, workers: int) -> None:
        self.workers, self.open, self.most = workers, 0, 0

    def submit(self, fn: Callable[[int], int], /, index: int) -> Future[int]:
        """Take a call; it is made when its result is asked for."""
        self.open += 1
        self.most = max(self.most, self.open)
        return _Late(partial(fn, index))


class _Late(Future[int]):
    """Is computed when it is waited for."""

    def __init__(self, call: Callable[[], int]) -> None:
        super().__init__()
        self._call = call

    def result(self, timeout: float | None = None) -> int:
        """Compute."""
        if not self.done():
            self.set_result(self._call())
        return super().result(timeout)


@pytest.mark.parametrize("workers", [1, 2, 50])
def test_window_grows_with_the_workers(workers: int) -> None:
    """Every worker has blocks waiting, and no more are handed out than that takes."""
    executor = _Counting(workers)

    def added() -> None:
        executor.open -= 1

    run_blocks(square, range(500), executor, added)
    assert executor.most == max(IN_FLIGHT, PER_WORKER * workers)


def test_all_cores_by_default() -> None:
    """Where no number is stated there is a worker for each core of this process."""
    with open_executor("process_pool", workers=None) as pool:
        assert pool.workers == available_cores() == len(os.sched_getaffinity(0))


LINES = {
    "compute=pool": (
        "compute: 'pool' must be one of dask, in_process, lsf, pbs, process_pool, sge, slurm"
    ),
    "compute.workers=2": "compute.workers: unknown field; known: kind",
    "compute=process_pool compute.workers=0": "compute.workers: 0 must be from 1 to 1024",
    "compute=process_pool compute.workers=1.5": "compute.workers: 1.5 must be a whole number",
    "compute=process_pool compute.workers=two": "compute.workers: 'two' must be a whole number",
    "compute=process_pool compute.worker=2": (
        "compute.worker: unknown field; did you mean 'workers'?"
    ),
}


@pytest.mark.parametrize("words", LINES)
def test_the_line_of_a_wrong_setting(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong setting is answered in one line, with status 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    assert main(words.split()) == 2
    assert capsys.readouterr() == ("", f"mentorsim: {LINES[words]}\n")
    assert list(tmp_path.iterdir()) == []
