"""On Dask the numbers are the same, and what goes wrong there is told in one line."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, patch

import psutil
import pytest
from oracles.dask_processes import Cluster, cluster, stand_in_slurm, wait_until
from oracles.studies import SMALL, default_study, merged

import sim
from sim.app import main
from sim.compute.executors import open_executor
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.jobs.blocks import engine_version
from sim.jobs.plan import plan
from sim.report.files import results_csv
from sim.study import parse_study

MANY = {"monte_carlo": {"replicates": 2000, "block_size": 50}}
SINGLE = {"kind": "in_process"}
JOB: dict[str, Any] = {
    "cores": 2,
    "memory": 3,
    "walltime": 95,
    "queue": "short",
    "account": "trials",
    "directives": ("--extra=1", "--extra=2"),
    "interface": "lo",
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


def found(compute: Any, on_block: Callable[[int, int], None] | None = None, **more: Any) -> str:
    """Plan the small study somewhere; give its results.csv."""
    study = parse_study(
        merged(merged(default_study().model_dump(), SMALL), {**MANY, "compute": compute})
    )
    return results_csv(plan(study, on_block, **more))


def there(at: Cluster, timeout: float = 120) -> dict[str, Any]:
    """State the settings of compute=dask."""
    return {"kind": "dask", "address": at.address, "timeout": timeout}


def after(blocks: int, act: Callable[[], None]) -> Callable[[int, int], None]:
    """Do something once, when that many blocks are done."""

    def on_block(done: int, _total: int) -> None:
        if done == blocks:
            act()

    return on_block


@pytest.fixture(scope="module")
def expected() -> str:
    """What the small study finds in this process."""
    return found(SINGLE)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers that no test harms."""
    with cluster(tmp_path_factory.mktemp("dask")) as at:
        yield at


@pytest.mark.long
@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_same_results_in_a_process_pool(workers: int, expected: str) -> None:
    """Worker processes find the bytes that this process finds."""
    assert found({"kind": "process_pool", "workers": workers}) == expected


def test_same_results_on_dask(standing: Cluster, expected: str) -> None:
    """Dask's workers find the bytes that this process finds, in a second run too."""
    assert found(there(standing)) == expected
    assert found(there(standing)) == expected


def kills(
    number: int, tmp_path: Path, expected: str, victim: Callable[[Cluster], list[int]]
) -> None:
    """Run on two workers of which some are killed when that many blocks are done."""
    with cluster(tmp_path) as at:
        assert found(there(at), after(number, lambda: killed(*victim(at)))) == expected


def killed(*pids: int) -> None:
    """Kill processes by signal 9."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_workers_and_scheduler_go_one_after_the_other(
    tmp_path: Path, expected: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A killed worker costs no number; a run without workers ends in one line after the time.

    A scheduler that is killed mid-run is one line, for a call that comes later too; from the
    store the run goes on to the same bytes.
    """
    with (
        BlockStore(tmp_path / "blocks.sqlite", engine_version()) as store,
        cluster(tmp_path) as at,
    ):
        assert found(there(at), after(5, lambda: killed(at.workers[0].pid))) == expected
        gone = r"^compute.timeout: tcp:.* no worker for 4 s.*; finished"
        with pytest.raises(StudyError, match=gone):
            found(there(at, timeout=4), after(5, at.workers[1].kill))
        at.add_worker()
        with open_executor(**there(at)) as executor:
            assert executor.submit(pow, 2, 3).result() == 8
            lost(5, at, store, expected, capfd)
            with pytest.raises(StudyError, match="was lost"):
                executor.submit(pow, 2, 3).result()


def lost(
    number: int,
    at: Cluster,
    store: BlockStore,
    expected: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Kill the scheduler when that many blocks are done; go on from the store."""
    with pytest.raises(StudyError, match=r"^compute: the Dask .* was lost; finished blocks"):
        found(there(at), after(number, at.scheduler.kill), store=store)
    assert capfd.readouterr() == ("", "")
    assert sum(kept.blocks for kept in store.summary()) >= number
    assert found(SINGLE, store=store) == expected


OTHER_TIMES = [number for number in range(1, 40, 3) if number != 5]


@pytest.mark.long
@pytest.mark.parametrize("number", OTHER_TIMES)
def test_a_killed_worker_costs_no_number(number: int, tmp_path: Path, expected: str) -> None:
    """One of two workers killed by signal 9 mid-run changes no byte of the results."""
    kills(number, tmp_path, expected, lambda at: [at.workers[0].pid])


@pytest.mark.long
@pytest.mark.parametrize("number", OTHER_TIMES)
def test_a_killed_scheduler_is_told_and_gone_on_from(
    number: int, tmp_path: Path, expected: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A scheduler killed mid-run is one line; from the store the run goes on to the same bytes."""
    with (
        BlockStore(tmp_path / "blocks.sqlite", engine_version()) as store,
        cluster(tmp_path) as at,
    ):
        lost(number, at, store, expected, capfd)


def test_a_failing_block_is_raised_as_it_is(standing: Cluster) -> None:
    """An exception of a block comes back with its own type."""
    with pytest.raises(ZeroDivisionError), open_executor(**there(standing)) as executor:
        executor.submit(divmod, 1, 0).result()


# --------------------------------------------------------------------------------- refusals


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run the command in an empty folder, expect status 2, one line and nothing written."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")

    def run(*words: str) -> str:
        status = main([*words, "design.n=[6]", "engine=monte_carlo"])
        out, err = capfd.readouterr()
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert list(Path.cwd().iterdir()) == []
        return err.removeprefix("mentorsim: ").removesuffix("\n")

    return run


def on_dask(address: str, timeout: float = 120) -> list[str]:
    """State compute=dask in words of the command line."""
    return ["compute=dask", f"compute.address={address}", f"compute.timeout={timeout}"]


def test_a_wrong_address(refused: Callable[..., str]) -> None:
    """Where nobody answers, the line names the address, the time and what to do."""
    line = refused(*on_dask("tcp://127.0.0.1:1", timeout=0.5))
    assert line.startswith(
        "compute.address: no Dask scheduler answers at 'tcp://127.0.0.1:1' within 0.5 s"
    )
    assert line.endswith("start one there (dask scheduler), or mend the address")


@pytest.mark.parametrize(
    "address", ["local", "host:8786", "tcp://host", "tcp://:1", "tcp://h:0", "http://h:1"]
)
def test_an_address_that_is_none(address: str, refused: Callable[..., str]) -> None:
    """What cannot be an address is refused by the schema."""
    expected = f"compute.address: '{address}' must be tcp://host:port or tls://host:port"
    assert refused("compute=dask", f"compute.address='{address}'") == expected


def test_an_address_is_needed(refused: Callable[..., str]) -> None:
    """compute=dask alone does not guess where the scheduler is."""
    assert refused("compute=dask") == "compute.address: is missing and must be given"


@pytest.mark.parametrize(
    ("package", "words"),
    [
        ("distributed", on_dask("tcp://127.0.0.1:1")),
        ("distributed", ["compute=slurm"]),
        ("dask_jobqueue", ["compute=slurm"]),
    ],
)
def test_a_missing_extra(
    package: str,
    words: list[str],
    refused: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the extra, the line says how to install it."""
    gone = [name for name in sys.modules if name.split(".")[0] == "dask_jobqueue"]
    for name in (*gone, "sim.compute.dask_cluster", "sim.compute.job_queue"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    line = refused(*words)
    assert line.startswith("compute: Dask")
    assert f"({package} is missing); pip install 'mentorsim[dask]'" in line


def test_no_worker_and_workers_of_other_code(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A scheduler without workers is refused after the stated time; so is a worker of other code.

    And a worker that cannot import the program.
    """
    empty, other = tmp_path / "none", tmp_path / "other"
    (empty / "sim").mkdir(parents=True)
    (empty / "sim" / "__init__.py").touch()
    shutil.copytree(Path(sim.__file__).parent, other / "sim")
    with (other / "sim" / "compute" / "streams.py").open("a") as file:
        file.write("# another state of the code\n")
    with cluster(tmp_path, workers=0) as at:
        line = refused(*on_dask(at.address, timeout=0.5))
        assert line == (
            f"compute.timeout: {at.address} has had no worker for 0.5 s; start some, or wait longer"
        )
        at.add_worker(other)
        line = refused(*on_dask(at.address))
        assert line.startswith("compute.address: worker tcp://127.0.0.1:")
        assert " has other source files of mentorsim than this command; " in line
        at.workers[0].kill()
        at.workers[0].wait()
        at.add_worker(empty)
        importing = "compute.address: a worker cannot import this program ("
        assert wait_until(lambda: refused(*on_dask(at.address)).startswith(importing))
        assert "No module named" in refused(*on_dask(at.address))


# -------------------------------------------------------------------------------- interrupt


def test_ctrl_c(
    standing: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Ctrl-C ends the command with status 130 and one line, also where job queues were loaded."""
    import sim.compute.job_queue  # noqa: F401 - dask-jobqueue handles Ctrl-C if it is let

    @contextmanager
    def pressing(_title: str) -> Iterator[Callable[[int, int], None]]:
        yield after(3, lambda: signal.raise_signal(signal.SIGINT))

    monkeypatch.setattr("sim.progress_bar.progress_bar", pressing)
    monkeypatch.chdir(tmp_path)
    words = ["design.n=[6]", "engine=monte_carlo", "monte_carlo.block_size=50"]
    assert main([*on_dask(standing.address), *words]) == 130
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("mentorsim: interrupted; finished blocks are kept in outputs/blocks.")
    assert err.count("\n") == 1


# ------------------------------------------------------------------------------- job queues


@pytest.mark.parametrize("kind", SCRIPTS)
def test_the_job_script(kind: str) -> None:
    """The script that would be submitted asks for what is stated."""
    from sim.compute.job_queue import CLUSTERS, job_settings

    more = {"environment": "smp"} if kind == "sge" else {}
    with CLUSTERS[kind](**job_settings(kind, **JOB, **more)) as made:
        lines = made.job_script().splitlines()
    assert set(SCRIPTS[kind].split("|")) <= set(lines)
    (command,) = [line for line in lines if "distributed.cli.dask_worker" in line]
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


def test_every_core_of_every_job_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many calls are open at once as all jobs have cores."""
    from sim.compute import job_queue

    monkeypatch.setattr(job_queue, "connect", MagicMock())
    monkeypatch.setattr(shutil, "which", lambda name: name)
    with (
        patch.dict(job_queue.CLUSTERS, slurm=MagicMock()),
        job_queue.open_queue("slurm", jobs=3, timeout=1, **JOB) as executor,
    ):
        assert executor.workers == 3 * JOB["cores"]


def test_a_whole_run_in_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: str
) -> None:
    """Jobs are submitted, find the same bytes, and are cancelled; nothing listens to the world."""
    stated = {**JOB, "kind": "slurm", "jobs": 2, "cores": 1, "memory": 1, "timeout": 120}
    heard: set[str] = set()

    def listen() -> None:
        sockets = psutil.Process().net_connections("tcp")
        heard.update(socket.laddr.ip for socket in sockets if socket.status == "LISTEN")

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with stand_in_slurm(tmp_path) as pids:
        assert found(stated, after(5, listen)) == expected
        jobs = [int(pid) for pid in pids.read_text("utf-8").split()]
        assert len(jobs) == 2
        assert wait_until(lambda: not any(map(alive, jobs)))
    assert heard == {"127.0.0.1"}


def alive(pid: int) -> bool:
    """Tell whether a process is there and is no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
