"""On Dask the numbers are the same, and what goes wrong there is told in one line."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from oracles.dask_processes import Cluster, cluster, wait_until
from oracles.places import SINGLE, after, found

import sim
from sim.app import main
from sim.compute.executors import open_executor
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.jobs.blocks import engine_version


def there(at: Cluster, timeout: float = 120) -> dict[str, Any]:
    """State the settings of compute=dask."""
    return {"kind": "dask", "address": at.address, "timeout": timeout}


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
