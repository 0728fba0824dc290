"""What passes scheduler and driver on Dask, measured for docs/scaling.md on two workers."""

import os
import socket
import struct
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim import compose_study
from sim.cohorts import arms_by_role
from sim.compute.dask_cluster import DaskExecutor
from sim.compute.executors import open_executor
from sim.compute.store import BlockStore
from sim.compute.streams import Purpose
from sim.jobs.blocks import engine_version
from sim.jobs.tasks import block_task
from sim.power.simulate import simulate, simulate_wins

SIMULATED = 40_000
"""Replicates of the study by which bytes are counted."""
ONE_BY_ONE = 0.0
"""Seconds that a call should take where every call is one block."""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Set a table, figures to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@dataclass
class Travel:
    """What it took to send a task's blocks to two workers and back."""

    megabytes: float
    driver_seconds: float
    calls: int
    blocks: int
    stored: float


class Counting(Executor):
    """Hands calls on to Dask, and counts them."""

    def __init__(self, dask: Any, task_seconds: float) -> None:
        self._dask, self.workers, self.task_seconds, self.calls = dask, 2, task_seconds, 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call on."""
        self.calls += 1
        return self._dask.submit(fn, *args, **kwargs)  # type: ignore[no-any-return]


def driver_bytes() -> int:
    """Bytes that this process has sent and received on the connections that are open, by Linux."""
    total = 0
    for file in Path("/proc/self/fd").iterdir():
        try:
            kind = str(file.readlink()).partition(":")[0]
        except OSError:  # the folder's
            continue
        if kind == "socket":
            with socket.socket(fileno=os.dup(int(file.name))) as open_one:
                total += _sent_and_received(open_one)
    return total


def _sent_and_received(connection: socket.socket) -> int:
    if connection.family not in {socket.AF_INET, socket.AF_INET6}:
        return 0
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 136)
    return sum(struct.unpack_from("<QQ", info, 120))  # acknowledged by the other side, received


def travel(address: str, task_seconds: float, *, wins: bool) -> Travel:
    """Count what passes scheduler and driver for a million studies: tallies, or a sweep's wins."""
    study = compose_study(["engine=monte_carlo"])
    size, blocks = study.monte_carlo.block_size, SIMULATED // study.monte_carlo.block_size
    task = block_task(study, arms_by_role(study), Purpose.MAIN, size)
    with (
        tempfile.TemporaryDirectory() as folder,
        BlockStore(Path(folder) / "blocks.sqlite", engine_version()) as store,
        open_executor("dask", address=address, timeout=30) as executor,
    ):
        counting = Counting(executor, task_seconds)
        bytes_before, start = driver_bytes(), time.process_time()
        if wins:
            simulate_wins([task], blocks, size, counting, lambda: None, store, ahead=blocks)
        else:
            simulate(task, range(blocks), counting, None, store)
        driver, sent = time.process_time() - start, driver_bytes() - bytes_before
        stored = store.path.stat().st_size
    millions = SIMULATED / 1e6
    return Travel(
        sent / 1e6 / millions, driver / millions, counting.calls, blocks, stored / 1e6 / millions
    )


def travels(address: str) -> dict[str, Travel]:
    """Measure every way of sending blocks, the workers being warm."""
    seconds = DaskExecutor.task_seconds
    ways = {
        "a plan, a block a call": (ONE_BY_ONE, False),
        f"a plan, batches of {seconds:g} s": (seconds, False),
        "a sweep, a block a call": (ONE_BY_ONE, True),
        f"a sweep, batches of {seconds:g} s": (seconds, True),
    }
    return {name: travel(address, aim, wins=wins) for name, (aim, wins) in ways.items()}


def travelled(ways: dict[str, Travel]) -> list[str]:
    """Show what passed scheduler and driver."""
    rows = [
        [
            name,
            str(way.calls),
            f"{way.megabytes:.3g} MB",
            f"{way.driver_seconds:.2g} s",
            f"{way.stored:.3g} MB",
        ]
        for name, way in ways.items()
    ]
    (blocks,) = {way.blocks for way in ways.values()}
    return [
        "## What travels on Dask",
        f"A call is a batch of blocks. The worker adds up what can be added, leaves wins by block "
        f"for a sweep, and writes it as the store keeps it; the driver stores those bytes. How "
        f"many blocks a batch has follows from how long the last ones took, to about "
        f"{DaskExecutor.task_seconds:g} s, and fewer near the end; what takes longer comes back "
        f"half done and is handed out again. Counted with two workers, {blocks} blocks of the "
        f"default study, on the driver's connections; between scheduler and workers it is as much "
        f"again. So short a run has many small batches at its beginning and end; a "
        f"long one sends less.",
        table(
            ["a million studies", f"calls of {blocks} blocks", "bytes", "driver, CPU", "stored"],
            rows,
        ),
    ]
