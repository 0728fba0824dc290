"""What only whole processes show: memory, workers, start-up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from math import ceil
from multiprocessing import get_context
from pathlib import Path

from benchmarks.report import Section
from benchmarks.timing import WALL, Answer, Effort, Row, Side, Spread, Target, interleave, row
from benchmarks.work import b3_task, default_task
from sim.compute.executors import open_executor
from sim.power.monte_carlo import simulate_block
from sim.power.simulate import simulate
from sim.power.task import BlockTask

SCRIPTS = Path(__file__).resolve().parent.parent
FLAT = Target(1.2, "most")
NEARLY_TWICE = Target(1.7, "least")
HELP = Target(1.5, "most", of="ours")
JOB = Target(10, "most", of="ours")
SECONDS_OF_WORK = 20.0
DATA = "report.files=[]"
"""Leaves out the figures, the page and the justification."""
WORKERS = "compute.workers"
POOL = ("engine=monte_carlo", "compute=process_pool", "store.file=null")
REPLICATES = ("monte_carlo.replicates", "monte_carlo.search_replicates")


def memory(section: Section, effort: Effort) -> None:
    """Peak memory of many replicates against few."""
    few, many = 10_000, 100_000 if effort.quick else 1_000_000
    _peak(few)  # compiles
    pairs = [(_peak(many), _peak(few)) for _ in range(effort.few().rounds)]
    large, small = (sorted(column)[len(column) // 2] for column in zip(*pairs, strict=True))
    ratio = Spread.of([a / b for a, b in pairs])
    section.add(Row(f"{many:,} replicates; {few:,}", large, small, ratio, "memory", FLAT))


def _peak(replicates: int) -> int:
    command = [sys.executable, "-m", "benchmarks.child", str(replicates)]
    return int(_run(command, SCRIPTS))


def _run(command: list[str], folder: Path, **settings: str) -> str:
    """Run a program that finds what this one finds; give what it prints."""
    path = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path if entry)
    found = {**os.environ, "PYTHONPATH": path, **settings}
    run = subprocess.run(  # noqa: S603 - our own programs
        command, cwd=folder, env=found, capture_output=True, text=True, check=True
    )
    return run.stdout


def workers(section: Section, effort: Effort) -> None:
    """Wall time of the process pool with one worker and with two."""
    task = b3_task(tuple(range(6, 121)), p_value="auto")
    number = _blocks_for(task, 2.0 if effort.quick else SECONDS_OF_WORK)
    sides = [Side(f"{n}", partial(_pooled, n, task, number)) for n in (2, 1)]
    target = None if effort.quick else NEARLY_TWICE  # start-up weighs on little work
    two, one = interleave(sides, effort.few(), WALL)
    section.add(row(f"{number} blocks: 2 workers; 1", two, one, target=target))
    sides = [Side(f"{n}", partial(_apart, n, task, number)) for n in (2, 1)]
    two, one = interleave(sides, effort.few(), WALL)
    section.add(row(f"{number} blocks: 2 processes that exchange nothing; 1", two, one))
    _commands_in_workers(section, effort)
    if (os.cpu_count() or 1) < 2:
        section.note("This machine has one processor.")


def _commands_in_workers(section: Section, effort: Effort) -> None:
    """Wall time of whole commands on the default study; all that a user pays counts."""
    task = default_task()
    number = _blocks_for(task, 2.0 if effort.quick else SECONDS_OF_WORK)
    # plan simulates the study with and without effect, this sweep 15 points
    for verb, times in (("plan", 2), ("sweep sweep=assumptions", 15)):
        replicates = ceil(number / times) * task.block_size
        words = [*verb.split(), *POOL, DATA, *(f"{field}={replicates}" for field in REPLICATES)]
        with tempfile.TemporaryDirectory() as folder:
            run = partial(_timed_run, Path(folder))
            sides = [
                Side(f"{n}", partial(run, [*_command(), *words, f"{WORKERS}={n}"])) for n in (2, 1)
            ]
            target = None if effort.quick else NEARLY_TWICE
            two, one = interleave(sides, effort.few(), WALL)
        section.add(row(f"mentorsim {verb}: 2 workers; 1", two, one, target=target))


def _blocks_for(task: BlockTask, seconds: float) -> int:
    """Number of blocks that take one process that many CPU seconds."""
    simulate_block(task, 0)  # compiles
    start = time.process_time()
    for block in range(3):
        simulate_block(task, block)
    return ceil(3 * seconds / (time.process_time() - start))


def _pooled(workers: int, task: BlockTask, number: int) -> Answer:
    with open_executor("process_pool", workers=workers) as executor:
        simulate(task, range(number), executor)
    return ()


def _apart(processes: int, task: BlockTask, number: int) -> Answer:
    """Do the same work in processes of their own: what the machine itself allows."""
    shares = [range(first, number, processes) for first in range(processes)]
    context = get_context("spawn")
    started = [context.Process(target=_tally_alone, args=(task, share)) for share in shares]
    for process in started:
        process.start()
    for process in started:
        process.join()
        if process.exitcode != 0:
            raise RuntimeError(f"a process of the benchmark ended with {process.exitcode}")
    return ()


def _tally_alone(task: BlockTask, blocks: range) -> None:
    for block in blocks:
        simulate_block(task, block)


def startup(section: Section, effort: Effort) -> None:
    """Wall time of the console command, against a fresh interpreter that imports scipy.stats."""
    with tempfile.TemporaryDirectory() as folder:
        run = partial(_timed_run, Path(folder))
        scipy = Side("scipy", partial(run, [sys.executable, "-c", "import scipy.stats"]))
        jobs = [(["--help"], HELP), (["plan", "--help"], HELP), (["plan", DATA], JOB), ([], None)]
        for words, target in jobs:
            name = " ".join(words) or "default job, everything drawn"
            mine = Side("ours", partial(run, [*_command(), *words]))
            try:
                ours, theirs = interleave([mine, scipy], effort.few(), WALL)
            except subprocess.CalledProcessError as error:
                section.note(f"FAILED, {name}: {_last_line(error)}")
                continue
            section.add(row(f"{name}; import scipy.stats", ours, theirs, "time", target))
        first, theirs = interleave([Side("ours", _first_answer), scipy], effort.few(), WALL)
        section.add(row("plan, nothing compiled; import scipy.stats", first, theirs, "time", None))


def _first_answer() -> Answer:
    """Answer as after installing: nothing is compiled, and nothing stored."""
    with tempfile.TemporaryDirectory() as folder:
        _run([*_command(), "plan", DATA], Path(folder), NUMBA_CACHE_DIR=folder)
    return ()


def _timed_run(folder: Path, command: list[str]) -> Answer:
    _run(command, folder)
    return ()


def _command() -> list[str]:
    """The console command of this environment; where it is not installed, its module."""
    script = shutil.which("mentorsim", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "sim.app"]


def _last_line(error: subprocess.CalledProcessError) -> str:
    lines = str(error.stderr).strip().splitlines()
    return lines[-1] if lines else f"exit status {error.returncode}"
