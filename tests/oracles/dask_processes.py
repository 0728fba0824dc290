"""A Dask scheduler and workers as processes of their own, on loopback; stand-ins of Slurm."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

LOCAL = ["--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
SBATCH = """\
#!/bin/sh
cp "$1" "{folder}/job-$$.sh" # the original is removed at once
printed=$(sed -n 's/^#SBATCH -e //p' "$1")
setsid sh -c 'exec sh "$0" > "$(echo "$1" | sed "s/%J/$$/")" 2>&1' \\
    "{folder}/job-$$.sh" "$printed" > /dev/null 2>&1 < /dev/null &
echo $! >> "{folder}/pids"
echo "Submitted batch job $!"
"""
SQUEUE = """\
#!/bin/sh
while read job; do
    state=gone
    read _ _ state _ 2> /dev/null < "/proc/$job/stat"
    case $state in gone | Z) echo "$job|FAILED|None" ;; *) echo "$job|RUNNING|None" ;; esac
done < "{folder}/pids"
"""
SCANCEL = '#!/bin/sh\nfor job; do kill -9 "-$job"; done\n'


def wait_until(holds: Callable[[], bool], seconds: float = 120) -> bool:
    """Wait for something to hold."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


@dataclass
class Cluster:
    """A scheduler and its workers."""

    folder: Path
    address: str
    scheduler: subprocess.Popen[bytes]
    stack: ExitStack
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, first: Path | None = None) -> None:
        """Start a worker of one thread, which imports from a folder first."""
        words = [self.address, "--nthreads", "1", "--no-nanny", *LOCAL]
        words += ["--local-directory", str(self.folder)]
        self.workers.append(started("dask_worker", words, self.stack, first))


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Start a scheduler and workers, and end them whatever happens."""
    with ExitStack() as stack:
        file = folder / "address"
        words = ["--port", "0", *LOCAL, "--pid-file", str(folder / "pid")]
        scheduler = started("dask_scheduler", [*words, "--scheduler-file", str(file)], stack)
        assert wait_until(lambda: file.exists() and '"address": "tcp' in file.read_text("utf-8"))
        address = file.read_text("utf-8").split('"address": "')[1].split('"')[0]
        found = Cluster(folder, address, scheduler, stack)
        for _ in range(workers):
            found.add_worker()
        yield found


def started(
    program: str, words: list[str], stack: ExitStack, first: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start one of Dask's programs, to be killed when the stack closes."""
    path = [str(first)] if first else []
    process = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *words],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([*path, *filter(None, sys.path)]),
                # so long a scheduler may ask a dead worker for a result, by default 30 s
                "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )
    stack.callback(process.kill)  # before the stack waits for it
    return process


@contextmanager
def stand_in_slurm(folder: Path) -> Iterator[Path]:
    """Make Slurm's commands, which run jobs on this machine; end all jobs that are left."""
    for name, text in {"sbatch": SBATCH, "squeue": SQUEUE, "scancel": SCANCEL}.items():
        (folder / name).write_text(text.format(folder=folder), encoding="utf-8")
        (folder / name).chmod(0o755)
    pids = folder / "pids"
    try:
        yield pids
    finally:
        for pid in pids.read_text("utf-8").split() if pids.exists() else ():
            with suppress(ProcessLookupError):
                os.killpg(int(pid), signal.SIGKILL)
