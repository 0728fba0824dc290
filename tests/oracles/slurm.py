"""A real Slurm of one node on loopback, where it is installed."""

import getpass
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from oracles.dask_processes import wait_until

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo")
SETTINGS = """\
ClusterName=lone
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=2,sched_interval=2
KillWait=2
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 CoresPerSocket=2 RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def is_slurm_installed() -> bool:
    """Tell whether all of Slurm is there."""
    return all(_program(name) for name in PROGRAMS)


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def slurm(folder: Path) -> Iterator[dict[str, str]]:
    """Start it; give the environment in which its commands reach it."""
    for name in ("state", "spool", "munge"):
        (folder / name).mkdir()
    key, settings = folder / "munge" / "key", folder / "slurm.conf"
    key.write_bytes(secrets.token_bytes(1024))
    key.chmod(0o400)
    text = SETTINGS.format(
        folder=folder,
        host=socket.gethostname().partition(".")[0],
        user=getpass.getuser(),
        controller=_free_port(),
        node=_free_port(),
    )
    settings.write_text(text, encoding="utf-8")
    environment = {**os.environ, "SLURM_CONF": str(settings)}
    files = {"key-file": key, "socket": folder / "socket", "pid-file": folder / "munge" / "pid"}
    files |= {"log-file": folder / "munge" / "log", "seed-file": folder / "munge" / "seed"}
    munge = [f"--{name}={file}" for name, file in files.items()]
    with ExitStack() as stack:
        for name, words, ready in (
            ("munged", ["--foreground", "--force", *munge], ["munge", f"-S{folder}/socket", "-n"]),
            ("slurmctld", ["-D"], ["sinfo"]),
            ("slurmd", ["-D"], ["srun", "true"]),
        ):
            _start(name, words, folder, environment, stack)
            assert wait_until(lambda ready=ready: _works(ready, environment), 30), name
        yield environment


def _start(
    name: str, words: list[str], folder: Path, environment: dict[str, str], stack: ExitStack
) -> None:
    """Start a program in the background, to be ended when the stack closes."""
    printed = stack.enter_context((folder / f"{name}.log").open("wb"))
    process = stack.enter_context(
        subprocess.Popen(
            [str(_program(name)), *words], env=environment, stdout=printed, stderr=printed
        )
    )
    stack.callback(process.terminate)


def _works(words: list[str], environment: dict[str, str]) -> bool:
    return _called(words, environment).returncode == 0


def _called(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, env=environment, capture_output=True, text=True, timeout=20, check=False
    )


def listed(environment: dict[str, str], *words: str) -> list[str]:
    """Give the lines that squeue prints."""
    return _called(["squeue", "-h", *words], environment).stdout.splitlines()


def scancel(environment: dict[str, str], *jobs: str) -> None:
    """Cancel jobs from outside."""
    assert _called(["scancel", *jobs], environment).returncode == 0
