"""A part of docs/scaling.md: what sweeps of 100 and of 1,000 points take."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import psutil
import yaml
from scaling_travel import table

FACTORS = {
    "effect.shift": np.linspace(0.2, 0.65, 10).round(2).tolist(),
    "correlation.pre_post": np.linspace(0.25, 0.7, 10).round(2).tolist(),
    "correlation.items": np.linspace(0.2, 0.65, 10).round(2).tolist(),
}
ONE, TWO = "compute=in_process", "compute=process_pool compute.workers=2"
RECKONED = 10_000
PAUSE = 0.5


@dataclass(frozen=True)
class Swept:
    """What a sweep took: wall and CPU seconds, memory in bytes of all its processes; its file."""

    wall: float
    cpu: float
    memory: int
    results: str


def swept(factors: int, place: str) -> Swept:
    """Sweep over the first so many factors, ten values each, in a folder of its own."""
    chosen = dict(list(FACTORS.items())[:factors])
    words = ["sweep", "effect=shift", "store.file=null", "report.files=[]", *place.split(),
             "--config-dir=.", "sweep=points", "hydra.run.dir=out"]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sweep").mkdir()
        stated = {"kind": "grid", "at": None, "rule": None, "improving": True, "factors": chosen}
        (Path(folder) / "sweep" / "points.yaml").write_text(yaml.safe_dump(stated))
        before, start = _used(), time.perf_counter()
        with subprocess.Popen(  # noqa: S603 - our own program
            [str(Path(sys.executable).parent / "mentorsim"), *words],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            memory = _watched(process)
        if process.returncode:
            raise RuntimeError(f"the sweep ended with status {process.returncode}")
        wall, cpu = time.perf_counter() - start, _used() - before
        results = sha256((Path(folder) / "out" / "sweep.csv").read_bytes()).hexdigest()
        return Swept(wall, cpu, memory, results[:16])


def _used() -> float:
    """CPU seconds of all children that ended."""
    of = resource.getrusage(resource.RUSAGE_CHILDREN)
    return of.ru_utime + of.ru_stime


def _watched(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process; give the most memory that it and its workers held, shared parts once."""
    most, whole = 0, psutil.Process(process.pid)
    while process.poll() is None:
        held = 0
        for each in [whole, *whole.children(recursive=True)]:
            try:
                held += each.memory_full_info().pss
            except psutil.Error:  # it has just ended
                continue
        most = max(most, held)
        time.sleep(PAUSE)
    return most


def sweeps() -> list[str]:
    """Measure sweeps; say what they took."""
    swept(1, ONE)  # compiles
    runs = {(100, ONE): swept(2, ONE), (100, TWO): swept(2, TWO), (1000, TWO): swept(3, TWO)}
    one, two, thousand = runs.values()
    if one.results != two.results:
        raise RuntimeError(f"results differ: {runs}")
    hours = RECKONED / 1000 * thousand.cpu / 3600
    rows = [
        [f"{points:,}", f"`{place}`", f"{run.wall:.0f} s", f"{run.cpu:.0f} s",
         f"{run.memory / 1e6:.0f} MB"]
        for (points, place), run in runs.items()
    ]  # fmt: skip
    return [
        "## A sweep of 1,000 points",
        "`mentorsim sweep effect=shift` over ten shifts, ten correlations of before and after and, "
        "for 1,000 points, ten correlations between items; otherwise the default study, with "
        "start-up and without figures. Points whose power is known without simulating studies "
        "are worked out. Memory is that of all processes at its most.",
        table(["points", "where", "wall", "CPU", "memory"], rows),
        f"Both runs of 100 points wrote the same bytes to sweep.csv; two processes took "
        f"{one.wall / two.wall:.2f} times less time than one. {RECKONED:,} points, reckoned from "
        f"the last row, take {hours:.2g} core-hours.",
    ]
