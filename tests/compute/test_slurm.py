"""On a real Slurm: the same bytes, jobs that are replaced, nothing left in the queue."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oracles.dask_processes import wait_until
from oracles.places import SINGLE, after, found
from oracles.slurm import listed, scancel, slurm

from sim.compute import queue_watch
from sim.errors import StudyError

pytestmark = [pytest.mark.long, pytest.mark.slurm]


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Slurm of one node with two cores, for all tests of this file."""
    with slurm(tmp_path_factory.mktemp("slurm")) as environment, pytest.MonkeyPatch.context() as to:
        to.setenv("SLURM_CONF", environment["SLURM_CONF"])
        to.setattr(queue_watch, "SOON", 0.5)
        yield environment


def stated(folder: Path, **more: Any) -> dict[str, Any]:
    """State the settings of compute=slurm."""
    plain = {"jobs": 2, "cores": 1, "memory": 1, "walltime": 10, "interface": "lo"}
    return {"kind": "slurm", "logs": str(folder / "logs"), "timeout": 120, **plain, **more}


def test_jobs_that_are_cancelled_change_no_byte(
    queue: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """All jobs are cancelled from outside mid-run; others take their place, and none is left."""
    caplog.set_level(logging.INFO, "sim")

    def cancel() -> None:
        jobs = listed(queue, "-o", "%i")
        assert jobs
        scancel(queue, *jobs)
        assert wait_until(lambda: any("in their place" in line for line in caplog.messages))

    assert found(stated(tmp_path), after(5, cancel)) == found(SINGLE)
    assert any(line.endswith("ended (cancelled)") for line in caplog.messages)
    assert wait_until(lambda: listed(queue) == [])


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"cores": 3}, r"^compute: slurm cannot start these jobs \(.*nodes of 2 cores|took no job"),
        ({"python": "/none/python"}, r"^compute: job \d+ of slurm ended \(failed\) .*No such file"),
        ({"prologue": ("exit 3",)}, r"^compute: job \d+ of slurm ended \(failed\) before it did"),
        ({"queue": "none"}, r"^compute: sbatch took no job \(.*invalid partition"),
    ],
)
def test_jobs_that_come_to_nothing(
    more: dict[str, Any], line: str, queue: dict[str, str], tmp_path: Path
) -> None:
    """What the queue refuses, cannot start, or what dies at once, is one line, and soon."""
    with pytest.raises(StudyError, match=line):
        found(stated(tmp_path, **more))
    assert wait_until(lambda: listed(queue) == [])


def test_sigterm_leaves_no_job(queue: dict[str, str], tmp_path: Path) -> None:
    """The command that ends by SIGTERM while jobs wait takes all of them out of the queue."""
    words = ["plan", "compute=slurm", "compute.interface=lo", "compute.jobs=9", "compute.cores=1"]
    words += ["compute.memory=1", "engine=monte_carlo", "monte_carlo.replicates=400000"]
    environment = {**queue, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    program = [sys.executable, "-m", "sim.app", *words]
    with subprocess.Popen(program, cwd=tmp_path, env=environment, stderr=subprocess.PIPE) as run:
        assert wait_until(lambda: len(listed(queue, "-t", "pending")) >= 6)
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=60)
    assert run.returncode == 128 + signal.SIGTERM
    assert wait_until(lambda: listed(queue) == [], 30)
