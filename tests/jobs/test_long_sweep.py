"""A sweep of many points in worker processes is interrupted, killed, and gone on with."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from oracles.saved import wherever

from sim.app import main
from sim.compute.batch import Call
from sim.compute.blocks import IN_FLIGHT, PER_WORKER
from sim.compute.executors import InProcessExecutor
from sim.compute.fingerprint import fingerprint
from sim.jobs.blocks import engine_version

FACTORS = """
kind: grid
at: 16
rule: null
factors:
  effect.shift: [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
                 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0]
  correlation.pre_post: {}
"""
SWEEP = [
    "sweep", "--config-dir=conf", "sweep=many", "effect=shift", "roles.mentee=null",
    "engine=monte_carlo", "design.n=[8,16]",
    "monte_carlo.replicates=100", "monte_carlo.block_size=50",
]  # fmt: skip
CORRELATIONS = [0.25, 0.5, 0.75, 0.05, 0.15, 0.35, 0.45, 0.55, 0.65, 0.85]
"""With each of them 20 different points (that of the study as stated is one), of two blocks."""
TWICE = 2
"""Blocks that are counted once more as done: the point of the study as stated comes first, too."""

DRIVER = """
import os, signal, sys
from contextlib import contextmanager
from sim import progress_bar
from sim.app import main
from sim.compute.fingerprint import fingerprint
from sim.compute.process_pool import ProcessPool

hand_out = ProcessPool.submit


def logged(self, fn, /, batch):
    for call in batch:
        for block in call.span:
            os.write(log, f"{fingerprint(*call.compute.args)} wins {block}\\n".encode())
    return hand_out(self, fn, batch)


@contextmanager
def stopping(_title):
    def on_block(done, _total):
        if done == stop_at and number == signal.SIGINT:
            os.killpg(0, number)  # as a terminal does
        elif done == stop_at:
            os.kill(os.getpid(), number)
    yield on_block


if __name__ == "__main__":
    log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    number, stop_at = map(int, sys.argv[2:4])
    ProcessPool.submit, progress_bar.progress_bar = logged, stopping
    sys.exit(main(sys.argv[4:]))
"""
"""The console command, noting which blocks go to a worker, and stopped after so many."""

Blocks = set[tuple[str, int]]


def stored(folder: Path) -> Blocks:
    """Look at the store from outside; all is of this code, or it was edited meanwhile."""
    file = folder / "outputs/blocks.sqlite"
    if not file.exists():
        return set()
    # rw: what a killed writer left half done is rolled back by whoever opens the file next
    with closing(connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=30)) as connection:
        made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'blocks'").fetchall()
        rows = connection.execute("SELECT key, block, code FROM blocks").fetchall() if made else []
    assert {code for *_, code in rows} <= {engine_version()}, "sim/ was edited during the test"
    return {(key, block) for key, block, _ in rows}


def run(folder: Path, log: str, workers: int, stop_at: int, sent: signal.Signals) -> str:
    """Run the sweep until a signal comes, after so many blocks; give the complaint."""
    words = [*SWEEP, "compute=process_pool", f"compute.workers={workers}", "hydra.run.dir=run"]
    run = subprocess.run(
        [sys.executable, "driver.py", log, str(int(sent)), str(stop_at), *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,
        timeout=240,
    )
    assert run.returncode == (130 if sent == signal.SIGINT else -sent), run.stderr
    return run.stderr


def finished(patch: pytest.MonkeyPatch) -> Blocks:
    """Run the sweep in this process, to its end; give the blocks that it computes."""
    found: list[tuple[str, int]] = []
    hand_out = InProcessExecutor.submit

    def noted(own: InProcessExecutor, work: Any, batch: list[Call]) -> Any:
        keys = ((f"{fingerprint(*call.compute.args)} wins", call) for call in batch)
        found.extend((key, block) for key, call in keys for block in call.span)
        return hand_out(own, work, batch)

    patch.setattr(InProcessExecutor, "submit", noted)
    assert main([*SWEEP, "hydra.run.dir=run"]) == 0
    assert len(found) == len(set(found))
    return set(found)


def handed_out(folder: Path, log: str) -> Blocks:
    """Read which blocks went to a worker; none went twice in one run."""
    lines = [
        line.rsplit(" ", 1) for line in (folder / log).read_text(encoding="utf-8").splitlines()
    ]
    found = {(key, int(block)) for key, block in lines}
    assert len(found) == len(lines)
    return found


@pytest.mark.parametrize(
    ("correlations", "workers"), [(3, 1), pytest.param(10, 2, marks=pytest.mark.long)]
)
def test_a_sweep_interrupted_twice(
    correlations: int, workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C, then a kill: finished blocks stay and are not repeated; the file is the same."""
    points, blocks = 20 * correlations, 40 * correlations
    factors = FACTORS.format(CORRELATIONS[:correlations])
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    (tmp_path / "conf/sweep").mkdir(parents=True)
    (tmp_path / "conf/sweep/many.yaml").write_text(factors, encoding="utf-8")
    in_flight = max(IN_FLIGHT, workers * PER_WORKER)
    errors = run(tmp_path, "first", workers, blocks // 8 + TWICE, signal.SIGINT)
    line = "finished blocks are kept in outputs/blocks.sqlite, and the same command goes on from"
    assert errors.splitlines()[-1] == f"mentorsim: interrupted; {line} there"
    assert "Traceback" not in errors
    kept, first = stored(tmp_path), handed_out(tmp_path, "first")
    assert blocks // 8 <= len(kept) < blocks
    assert kept <= first
    assert len(first - kept) <= in_flight

    run(tmp_path, "second", workers, blocks // 2 + TWICE, signal.SIGKILL)
    assert not (tmp_path / "run/sweep.csv").exists()
    more, second = stored(tmp_path), handed_out(tmp_path, "second")
    assert blocks // 2 <= len(more) < blocks
    assert kept <= more
    assert not second & kept
    assert len(second - more) <= in_flight

    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        third = finished(patch)
    assert third == stored(tmp_path) - more
    assert len(stored(tmp_path)) == blocks
    assert len({key for key, _ in stored(tmp_path)}) == points

    assert main([*SWEEP, "hydra.run.dir=plain", "store.file=null"]) == 0
    pieced, plain = tmp_path / "run", tmp_path / "plain"
    assert (pieced / "sweep.csv").read_bytes() == (plain / "sweep.csv").read_bytes()
    assert wherever(pieced, "sweep.json") == wherever(plain, "sweep.json")
