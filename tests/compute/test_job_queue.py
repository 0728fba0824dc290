"""Jobs of a queue ask for what is stated, and are looked after until the run ends."""

import logging
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, patch

import dask
import psutil
import pytest
from oracles.dask_processes import stand_in_slurm, wait_until
from oracles.places import SINGLE, after, found

from sim.app import main
from sim.compute import job_queue, queue_watch
from sim.compute.job_logs import NO_FILE, folder_for, last_words, made
from sim.compute.queue_jobs import QueuedJob
from sim.compute.queue_states import JobState, read_squeue
from sim.compute.queue_watch import QueueWatch, Stated
from sim.errors import StudyError

JOB: dict[str, Any] = {
    "cores": 2,
    "memory": 3,
    "walltime": 95,
    "queue": "short",
    "account": "trials",
    "directives": ("--extra=1", "--extra=2"),
    "interface": "lo",
    "python": "/opt/trials/bin/python",
    "prologue": ("module load trials", "ulimit -v unlimited"),
}
SCRIPTS = {
    "slurm": "#SBATCH -p short|#SBATCH -A trials|#SBATCH --cpus-per-task=2|#SBATCH --mem=3G|"
    "#SBATCH -t 01:35:00|#SBATCH --extra=1|#SBATCH --extra=2",
    "pbs": "#PBS -q short|#PBS -A trials|#PBS -l select=1:ncpus=2:mem=3072MB|"
    "#PBS -l walltime=01:35:00|#PBS --extra=1|#PBS --extra=2",
    "lsf": '#BSUB -q short|#BSUB -P "trials"|#BSUB -n 2|#BSUB -M 3221226|#BSUB -W 01:35|'
    "#BSUB --extra=1|#BSUB --extra=2",
    "sge": "#$ -q short|#$ -P trials|#$ -pe smp 2|#$ -l h_vmem=1536M|#$ -l h_rt=01:35:00|"
    "#$ --extra=1|#$ --extra=2",
}


@pytest.mark.parametrize("kind", SCRIPTS)
def test_the_job_script(kind: str) -> None:
    """The script that would be submitted asks for what is stated."""
    from sim.compute.job_queue import CLUSTERS, job_settings

    more = {"environment": "smp"} if kind == "sge" else {}
    with CLUSTERS[kind](**job_settings(kind, **JOB, **more)) as made:
        lines = made.job_script().splitlines()
    assert set(SCRIPTS[kind].split("|")) <= set(lines)
    (command,) = [line for line in lines if "distributed.cli.dask_worker" in line]
    assert command.startswith("/opt/trials/bin/python -m ")
    assert lines[-3:-1] == list(JOB["prologue"])
    for words in ("--nthreads 1", "--nworkers 2", "--dashboard-address 127.0.0.1:0"):
        assert words in command


@pytest.mark.parametrize("kind", SCRIPTS)
def test_no_queue_here(kind: str, refused: Callable[..., str], tmp_path: Path) -> None:
    """Where jobs cannot be submitted, the line names the command that is not there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        line = refused(f"compute={kind}")
    submit = {"slurm": "sbatch", "lsf": "bsub"}.get(kind, "qsub")
    assert line == (
        f"compute: there is no command '{submit}' on this machine; start compute={kind} where"
        " jobs are submitted"
    )


def test_a_queue_that_takes_no_job(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the queue says against a job is in the line."""
    (tmp_path / "sbatch").write_text("#!/bin/sh\necho invalid account >&2\nexit 1\n")
    (tmp_path / "sbatch").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    line = refused("compute=slurm", "compute.interface=lo")
    assert line.startswith("compute: sbatch took no job (")
    assert "invalid account" in line


def test_every_core_of_every_job_is_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As many calls are open at once as all jobs have cores."""
    monkeypatch.setattr(job_queue, "connect", MagicMock())
    monkeypatch.setattr(job_queue, "QueueJobs", MagicMock())
    monkeypatch.setattr(shutil, "which", lambda name: name)
    more = {"jobs": 3, "timeout": 1, "logs": str(tmp_path)}
    with (
        patch.dict(job_queue.CLUSTERS, slurm=MagicMock()),
        job_queue.open_queue("slurm", **more, **JOB) as executor,
    ):
        assert executor.workers == 3 * JOB["cores"]


def test_a_whole_run_in_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A job that is killed is replaced, the bytes are the same, and all jobs are cancelled.

    Nothing listens to the world.
    """
    plain = {"python": None, "prologue": (), "logs": str(tmp_path / "logs")}
    stated = {**JOB, **plain, "kind": "slurm", "jobs": 2, "cores": 1, "memory": 1, "timeout": 120}
    heard: set[str] = set()

    def jobs() -> list[int]:
        return [int(pid) for pid in (tmp_path / "pids").read_text("utf-8").split()]

    def listen_and_kill() -> None:
        sockets = psutil.Process().net_connections("tcp")
        heard.update(socket.laddr.ip for socket in sockets if socket.status == "LISTEN")
        os.killpg(jobs()[0], signal.SIGKILL)
        assert wait_until(lambda: len(jobs()) == 3)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(queue_watch, "SOON", 0.1)
    caplog.set_level(logging.INFO, "sim")
    # so long a scheduler may ask a dead worker for a result, by default 30 s
    waiting = dask.config.set({"distributed.comm.timeouts.connect": "1s"})
    with waiting, stand_in_slurm(tmp_path):
        assert found(stated, after(5, listen_and_kill)) == found(SINGLE)
        assert wait_until(lambda: not any(map(alive, jobs())))
    assert heard == {"127.0.0.1"}
    assert f"job {jobs()[0]} ended (failed)" in caplog.messages
    assert f"submitted in their place: {jobs()[2]}" in caplog.messages
    printed = {file.name for file in (tmp_path / "logs").iterdir()}
    assert {f"mentorsim-{job}.err" for job in jobs()} == printed


def alive(pid: int) -> bool:
    """Tell whether a process is there and is no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_jobs_that_die_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The command says where jobs print, quotes what they printed last, and what that means."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(queue_watch, "SOON", 0.1)
    monkeypatch.chdir(tmp_path)
    words = ["compute=slurm", "compute.jobs=1", "compute.interface=lo", "compute.cores=1"]
    words += ["design.n=[6]", "engine=monte_carlo", "compute.python=/none/python"]
    with stand_in_slurm(tmp_path):
        assert main(words) == 2
    out, err = capfd.readouterr()
    first, last = err.splitlines()[0], err.splitlines()[-1]
    assert out == ""
    assert first.startswith("mentorsim: submitted to slurm: ")
    assert first.endswith(f"they print to {tmp_path / 'outputs' / 'jobs'}")
    assert "ended (failed) before it did any work: mentorsim-" in last
    assert "/none/python" in last
    assert last.endswith("in compute.python, or load it in compute.prologue")


# ------------------------------------------------------------------------------- the watch


class Fake:
    """Jobs whose states a test sets."""

    kind = "slurm"

    def __init__(self, number: int) -> None:
        self.jobs: list[QueuedJob] = []
        self.there: list[QueuedJob] = []
        self.submit(number)

    def submit(self, number: int) -> list[QueuedJob]:
        """Add jobs of which nothing is known."""
        new = [QueuedJob(str(len(self.jobs) + k), f"job{k}") for k in range(number)]
        self.jobs += new
        self.there += new
        return new

    def look(self) -> list[QueuedJob]:
        """Give the jobs as they are set."""
        return list(self.there)

    def drop(self, ended: list[QueuedJob]) -> None:
        """Forget jobs."""
        self.there = [job for job in self.there if job not in ended]

    def all_are(self, state: str, reason: str = "", workers: int = 0) -> None:
        """Let all jobs that are there be so, at two looks."""
        for job in self.look():
            for _ in range(2):
                job.note({job.id: JobState(state, reason)}, workers, queue_watch.monotonic())


def watching(jobs: Fake, tmp_path: Path, timeout: float = 3600) -> QueueWatch:
    """Watch jobs, without a thread."""
    like: Any = jobs
    return QueueWatch(like, Stated(len(jobs.jobs), tmp_path, None, timeout), MagicMock())


def test_a_queue_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line says how many jobs wait, why and how long; as often as that changes or doubles."""
    caplog.set_level(logging.INFO, "sim")
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(queue_watch, "monotonic", lambda: clock.now)
    jobs = Fake(3)
    watch = watching(jobs, tmp_path)
    jobs.all_are("PENDING", "Priority")
    for clock.now in (3.0, 6.0, 31.0, 50.0, 89.0, 95.0, 200.0, 299.0):
        watch.look()
    jobs.all_are("RUNNING", workers=2)
    watch.look()
    waiting = "jobs of slurm: 3 waiting (Priority)"
    assert caplog.messages == [
        waiting,
        f"{waiting}, no worker for 31 s",
        f"{waiting}, no worker for 89 s",
        f"{waiting}, no worker for 3 min",
        "jobs of slurm: 3 at work",
    ]


@pytest.mark.parametrize("state", ["TIMEOUT", "CANCELLED", "NODE_FAIL"])
def test_jobs_that_end_are_replaced(
    state: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However a job that worked ends, another takes its place, as often as that happens."""
    caplog.set_level(logging.INFO, "sim")
    jobs = Fake(2)
    watch = watching(jobs, tmp_path)
    for times in range(1, 6):
        jobs.all_are("RUNNING", workers=1)
        watch.look()
        jobs.all_are(state)
        watch.look()
        assert len(jobs.jobs) == 2 + 2 * times
    assert f"job 0 ended ({state.lower().replace('_', ' ')})" in caplog.messages


def test_jobs_that_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no waiting mends ends the run at a second look; what may end does not."""
    monkeypatch.setattr(queue_watch, "OFFERS", {"slurm": lambda _queue: "main: nodes of 4 cores"})
    jobs = Fake(2)
    watch = watching(jobs, tmp_path)
    jobs.all_are("PENDING", "Resources")
    watch.look()
    watch.look()
    jobs.all_are("PENDING", "PartitionConfig")
    watch.look()
    with pytest.raises(StudyError) as refused:
        watch.look()
    assert str(refused.value) == (
        "compute: slurm cannot start these jobs (PartitionConfig); ask for less with compute.cores,"
        " compute.memory or compute.walltime, or for another compute.queue (main: nodes of 4 cores)"
    )


def test_jobs_that_only_die(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A node on which jobs die does not get them for ever; those that work go on."""
    caplog.set_level(logging.INFO, "sim")
    jobs = Fake(2)
    watch = watching(jobs, tmp_path)
    jobs.all_are("RUNNING", workers=1)
    watch.look()
    first, good = jobs.jobs
    first.state = JobState("NODE_FAIL")
    for _ in range(6):
        watch.look()
        for job in jobs.look():
            if job is not good:
                job.state = JobState("FAILED")
    assert len(jobs.jobs) == 2 + queue_watch.TRIES
    died = [line for line in caplog.messages if "before it did any work" in line]
    assert len(died) == queue_watch.TRIES
    assert all(line.endswith(NO_FILE) for line in died)
    good.state = JobState("FAILED")
    good.workers = 0
    watch.look()
    with pytest.raises(StudyError, match=r"^compute.timeout: the jobs of slurm have had no worker"):
        watching(Fake(1), tmp_path, timeout=-1).look()


def test_squeue_is_read() -> None:
    """States and reasons are those that squeue prints, and lines that are none are left out."""
    read = read_squeue("7|PENDING|QOSMaxCpuPerJobLimit\n8|RUNNING|None\nslurm says: hello\n")
    assert read == {"7": JobState("PENDING", "QOSMaxCpuPerJobLimit"), "8": JobState("RUNNING")}
    assert read["7"].never_starts
    assert not read["7"].has_ended
    assert not read["8"].waits
    assert JobState("COMPLETING").has_ended


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("line 9: /opt/none/bin/python: No such file or directory", "compute.python"),
        ("ModuleNotFoundError: No module named 'distributed'", "lacks Dask"),
        ("ModuleNotFoundError: No module named 'sim.power'", "install the same mentorsim"),
        ("line 8: module: command not found", "compute.prologue"),
        ("ValueError: 'ib0' is not a valid network interface.", "mend compute.interface"),
        ("OSError: Timed out trying to connect to tcp://10.0.0.1:33", "compute.interface"),
        ("slurmstepd: error: *** JOB 9 ON n1 CANCELLED DUE TO TIME LIMIT ***", "compute.walltime"),
        ("slurmstepd: error: Detected 1 oom_kill event in StepId=9.batch", "compute.memory"),
        ("something else", "in that file"),
    ],
)
def test_what_a_job_printed_is_quoted(line: str, meant: str, tmp_path: Path) -> None:
    """The line that tells is quoted with what it means, from this job's file alone."""
    (tmp_path / "mentorsim-9.err").write_text(f"loading\n{line}\n\n", encoding="utf-8")
    (tmp_path / "mentorsim-19.err").write_text("of another job\n", encoding="utf-8")
    said = last_words(tmp_path, "9")
    assert said.startswith("mentorsim-9.err ends: ")
    assert line[:30] in said
    assert meant in said
    assert last_words(tmp_path, "1") == NO_FILE


def test_the_folder_of_what_jobs_print(tmp_path: Path) -> None:
    """It is made and, where nothing came into it, taken away; blanks are refused."""
    deep = tmp_path / "a" / "b"
    with made(deep):
        assert deep.is_dir()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StudyError, match=r"^compute.logs: '/a b' has characters"):
        folder_for("/a b")
    (tmp_path / "file").touch()
    with (
        pytest.raises(StudyError, match=r"^compute.logs: .* cannot be made"),
        made(tmp_path / "file"),
    ):
        pass
