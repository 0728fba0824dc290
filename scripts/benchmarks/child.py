"""What a fresh interpreter runs, and nothing else, to have its memory measured."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from benchmarks.work import b1_known, b1_task, default_block_size
from sim.compute.executors import InProcessExecutor
from sim.power.simulate import simulate

STATUS = Path("/proc/self/status")


def peak() -> int:
    """Most memory this process has held, in bytes.

    Linux's getrusage starts from the memory of the process that started this
    one; its status file does not.
    """
    if STATUS.exists():
        lines = STATUS.read_text(encoding="utf-8").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main(replicates: int) -> None:
    """Run B1, check its power, print the peak."""
    task = b1_task(block_size=default_block_size())
    with InProcessExecutor() as executor:
        tally = simulate(task, range(replicates // task.block_size), executor)
    power = float(tally.rejected[-1, 0]) / tally.replicates
    b1_known(replicates).require("ours", [(power,)])
    print(peak())


if __name__ == "__main__":
    main(int(sys.argv[1]))
