"""A run that is killed goes on where it was; no block is computed twice; no number changes."""

import os
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from oracles.saved import wherever

from sim import compose_study, plan
from sim.app import main
from sim.compute.store import DIGEST, BlockStore
from sim.jobs import plan as job
from sim.jobs.blocks import engine_version, store_for_run
from sim.power import simulate as running
from sim.power import thinned
from sim.power.exact import ExactPower
from sim.report.files import as_json, results_csv, summary_data

FAST = (
    "design.n=[6,12]", "monte_carlo.replicates=240", "monte_carlo.search_replicates=240",
    "monte_carlo.block_size=20", "engine=monte_carlo",
)  # fmt: skip
SMALL = (*FAST, "effect=believed", "effect.prior.draws=20")
BLOCKS = 12 + 12 + 20
"""Blocks of that study: under the effect, without effect, draws for assurance."""

DRIVER = """
import os, signal, sys
from pathlib import Path
from sim import compose_study
from sim.compute.store import BlockStore
from sim.jobs.blocks import engine_version
from sim.jobs.plan import plan
from sim.power import simulate
from sim.report.files import results_csv


def logged(module, name, log):
    compute = getattr(module, name)

    def call(task, block):
        own = getattr(task, "task", task)
        os.write(log, f"{int(own.purpose)}:{block}\\n".encode())
        return compute(task, block)

    setattr(module, name, call)


def killed_after(most):
    def on_block(done, _planned):
        if done == most:
            os.kill(os.getpid(), signal.SIGKILL)
    return on_block


if __name__ == "__main__":
    folder, most, *words = Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]
    study = compose_study(words)
    if study.compute.kind == "in_process":
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        logged(simulate, "simulate_block", log)
        logged(simulate, "simulate_draw", log)
    with BlockStore(folder / "blocks.sqlite", engine_version()) as store:
        answer = plan(study, killed_after(most), store)
    (folder / f"results-{os.getpid()}.csv").write_text(results_csv(answer), encoding="utf-8")
"""


def started(folder: Path, kill_after: int, *words: str) -> subprocess.Popen[bytes]:
    """Start a run that kills itself once so many blocks were added; 0 = never."""
    script = folder / "driver.py"
    script.write_text(DRIVER, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), str(kill_after), *SMALL, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def stored(folder: Path) -> int:
    """Count the blocks in the store."""
    with BlockStore(folder / "blocks.sqlite", engine_version()) as store:
        return sum(own.blocks for own in store.summary())


@cache
def undisturbed() -> str:
    """Give results.csv of a run that nothing disturbs, and that keeps nothing."""
    return results_csv(plan(compose_study(SMALL)))


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """List the blocks that are computed in this process."""
    found: list[int] = []

    def counted(compute: Callable[[Any, int], Any]) -> Callable[[Any, int], Any]:
        def call(task: Any, block: int) -> Any:
            found.append(block)
            return compute(task, block)

        return call

    for name in ("simulate_block", "simulate_draw"):
        monkeypatch.setattr(running, name, counted(getattr(running, name)))
    return found


def resumed(folder: Path, *words: str) -> str:
    """Go on in this process; give results.csv."""
    with BlockStore(folder / "blocks.sqlite", engine_version()) as store:
        return results_csv(plan(compose_study([*SMALL, *words]), store=store))


def check_kills(folder: Path, kills: list[int], computed: list[int]) -> None:
    """Kill runs one after the other, go on, and look at what was computed and found."""
    for kill_after in kills:
        before = stored(folder)
        assert started(folder, kill_after).wait(timeout=120) == -signal.SIGKILL
        assert stored(folder) >= max(before, kill_after)
    assert resumed(folder) == undisturbed()
    assert stored(folder) == BLOCKS
    done = Counter((folder / "log").read_text(encoding="utf-8").split())
    assert sum(done.values()) + len(computed) <= BLOCKS + len(kills)
    assert max(done.values()) <= 2


def test_killed_and_resumed(tmp_path: Path, computed: list[int]) -> None:
    """A run killed by signal 9 leaves its blocks to the next, and the file is the same."""
    undisturbed()
    computed.clear()
    check_kills(tmp_path, [27], computed)


@pytest.mark.long
def test_killed_again_and_again(tmp_path: Path, computed: list[int]) -> None:
    """So do twenty runs, killed at the first block, the last, and many between."""
    undisturbed()
    computed.clear()
    check_kills(tmp_path, [1, 1, 2, 3, 7, 8, 9, 11, 12, 13, 14, 17, 20, 23, 24, 25, 26, 30, 43, 44],
                computed)  # fmt: skip


def test_killed_with_worker_processes(tmp_path: Path, computed: list[int]) -> None:
    """A run killed with workers of its own leaves every block that it had added, and more."""
    pool = ("compute=process_pool", "compute.workers=2")
    assert started(tmp_path, 15, *pool).wait(timeout=120) == -signal.SIGKILL
    before = stored(tmp_path)
    assert 15 <= before < BLOCKS
    assert resumed(tmp_path) == undisturbed_uncounted(computed)
    assert len(computed) == BLOCKS - before
    assert resumed(tmp_path, *pool) == undisturbed()


def undisturbed_uncounted(computed: list[int]) -> str:
    """Give the undisturbed file without counting its blocks."""
    before = list(computed)
    expected = undisturbed()
    computed[:] = before
    return expected


def test_two_processes_at_once(tmp_path: Path) -> None:
    """Two runs that fill one store at once both finish, with the same file, and nothing lost."""
    runs = [started(tmp_path, 0) for _ in range(2)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    found = [path.read_text(encoding="utf-8") for path in tmp_path.glob("results-*.csv")]
    assert found == [undisturbed()] * 2
    assert stored(tmp_path) == BLOCKS


def test_extending_computes_what_is_new(tmp_path: Path, computed: list[int]) -> None:
    """More replicates are the blocks there are and further ones; another seed is all anew."""
    resumed(tmp_path)
    assert len(computed) == BLOCKS
    computed.clear()
    assert resumed(tmp_path) == undisturbed_uncounted(computed)
    assert computed == []
    more = ("monte_carlo.replicates=300", "monte_carlo.search_replicates=300")
    extended = resumed(tmp_path, *more)
    assert computed == [12, 13, 14] * 2  # under the effect, and without
    assert extended == results_csv(plan(compose_study([*SMALL, *more])))
    computed.clear()
    resumed(tmp_path, *more, "target.power=0.9", "title=Another", "primary=total")
    assert computed == []  # what is asked of the numbers is not what makes them
    resumed(tmp_path, "seed=1")
    assert len(computed) == BLOCKS


STUDIES = {
    "two arms": ["control=parallel", "analysis.test=ancova", "design.n=[20,30]"],
    "sites and missing answers": ["clusters=sites", "missing=mar", "design.n=[12]"],
    "graph": ["graph=gatekeeping", "analysis.adjustment=graphical"],
    "one role": ["roles.mentee=null"],
    "calibrated": ["effect=posterior"],
    "westfall_young": ["analysis.adjustment=westfall_young", "analysis.test=sign_flip"],
    "half width": ["target.half_width=2"],
}


@pytest.mark.parametrize("name", STUDIES)
def test_all_sorts_of_studies(name: str, tmp_path: Path, computed: list[int]) -> None:
    """Whatever is studied, its blocks are found again, and no output tells where they are from."""
    stated = FAST if name == "calibrated" else SMALL
    study = compose_study([*stated, "effect.prior.draws=20", *STUDIES[name]])
    plain = plan(study)
    with BlockStore(tmp_path / "blocks.sqlite", engine_version()) as store:
        first = plan(study, store=store)
        count = len(computed)
        again = plan(study, store=store)
    assert len(computed) == count > 0
    for answer in (first, again):
        assert results_csv(answer) == results_csv(plain)
        assert as_json(summary_data(answer)) == as_json(summary_data(plain))


ONE = ("roles.mentee=null", "effect=shift", "analysis.adjustment=none")


@pytest.mark.parametrize("engine", ["auto", "exact"])
def test_exact_powers_are_kept(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was enumerated is found again, to the last digit, unless it is damaged."""
    rules = "+success.one='all of [time management]'"
    words = [*FAST, *ONE, f"engine={engine}", "primary=one", rules]
    found: list[object] = []
    compute = thinned.exact_rejection

    def counted(*asked: Any) -> ExactPower:
        found.append(asked)
        return compute(*asked)

    monkeypatch.setattr(thinned, "exact_rejection", counted)
    study, file = compose_study(words), tmp_path / "blocks.sqlite"
    plain, enumerated = plan(study), len(found)
    assert enumerated > 0
    for spoil, computed_now in ((False, enumerated), (False, 0), (True, enumerated), (False, 0)):
        if spoil:
            with closing(sqlite3.connect(file)) as connection, connection:
                connection.execute("UPDATE blocks SET data = ?", (b"damaged",))
        found.clear()
        with BlockStore(file, engine_version()) as store:
            again = plan(study, store=store)
        assert len(found) == computed_now
        assert results_csv(again) == results_csv(plain)
        assert as_json(summary_data(again)) == as_json(summary_data(plain))


# ---------------------------------------------------------------------------- the command

COMMAND = ["plan", *SMALL, "report.files=[]", "hydra.run.dir=run"]
STORE = Path("outputs/blocks.sqlite")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder; however busy the machine is, no progress is told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.progress_bar.PATIENCE", float("inf"))
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[str, str]:
    """Run the command without a mistake; give what it prints."""
    assert main(argv) == 0
    out, err = capsys.readouterr()
    return str(out), str(err)


def files(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """Read what no store may change in the files of a run."""
    return (folder / "results.csv").read_bytes(), wherever(folder, "summary.json")


def test_the_command_keeps_blocks(
    here: Path, computed: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The command asked again computes nothing and prints the same; without a store so too."""
    first = printed(capsys, *COMMAND)
    expected = files(here / "run")
    assert len(computed) == BLOCKS
    assert printed(capsys, *COMMAND) == first
    assert len(computed) == BLOCKS
    assert files(here / "run") == expected
    printed(capsys, *COMMAND, "-m", "seed=2022,2023", "hydra.sweep.dir=sweep")
    assert len(computed) == 2 * BLOCKS
    assert files(here / "sweep/0") == expected != files(here / "sweep/1")
    STORE.unlink()
    assert printed(capsys, *COMMAND, "store.file=null") == first
    assert files(here / "run") == expected
    assert not STORE.exists()


def test_other_versions_are_named_and_cleared(
    here: Path,
    computed: list[int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Blocks of other code are left alone, told of in one line, listed, and cleared when asked."""
    with monkeypatch.context() as patch:
        patch.setattr("sim.jobs.blocks.engine_version", lambda: "0" * 64)
        printed(capsys, *COMMAND)
    computed.clear()
    _, err = printed(capsys, *COMMAND)
    assert len(computed) == BLOCKS
    assert err.startswith(f"mentorsim: {STORE} holds {BLOCKS} blocks (")
    assert err.endswith("of other versions of the code; to clear them: mentorsim blocks "
                        "store.clear=others\n")  # fmt: skip
    out, _ = printed(capsys, "blocks")
    assert out.startswith(f"{STORE}: {2 * BLOCKS} finished blocks, ")
    assert [line.split()[1:3] for line in out.splitlines() if line.endswith(("code", "version"))] \
        == [["3", str(BLOCKS)]] * 2  # fmt: skip
    out, _ = printed(capsys, "blocks", "store.clear=others")
    assert out.startswith(f"Cleared {BLOCKS} blocks.\n{STORE}: {BLOCKS} finished blocks, ")
    assert "other" not in out
    assert printed(capsys, *COMMAND)[1] == ""
    assert len(computed) == BLOCKS
    out, _ = printed(capsys, "blocks", "store.clear=all")
    assert out == f"Cleared {BLOCKS} blocks.\n{STORE}: 0 finished blocks, 0.0 kB\n"
    assert sorted(path.name for path in here.iterdir()) == ["outputs", "run"]
    assert [path.name for path in STORE.parent.iterdir()] == [STORE.name]


def test_listing_points(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several stores can be listed at once, a line each; what is not there holds nothing."""
    out, _ = printed(capsys, "blocks", "-m", "store.file=a.sqlite,b.sqlite")
    assert out.splitlines() == [
        f"store.file={name}.sqlite: {name}.sqlite: 0 finished blocks, 0.0 kB" for name in "ab"
    ]


def spoilt(file: Path) -> None:
    """Make a file of something else."""
    file.write_text("not a database\n" * 100, encoding="utf-8")


def foreign(file: Path) -> None:
    """Make a database of something else."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE patients(name TEXT)")


def damaged(file: Path) -> None:
    """Make a store whose pages beyond the first are lost."""
    with BlockStore(file, engine_version()) as store:
        for block in range(50):
            store.put("key", block, bytes(1000))
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


@pytest.mark.parametrize(
    ("verb", "make", "reason"),
    [
        ("plan", spoilt, "is no SQLite file"),
        ("plan", foreign, "holds something other than this program's blocks"),
        ("blocks", spoilt, "is no SQLite file"),
        ("blocks", foreign, "holds something other than this program's blocks"),
        ("blocks", damaged, "is damaged"),
    ],
)
def test_a_file_that_is_no_store(
    verb: str,
    make: Callable[[Path], None],
    reason: str,
    here: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is no whole store is one line and status 2; nothing is written, nothing lost."""
    file = here / "my.sqlite"
    make(file)
    before = file.read_bytes()
    assert main([verb, *SMALL, "store.file=my.sqlite"]) == 2
    line = f"mentorsim: store.file: 'my.sqlite' {reason}; move it away, or set store.file=null\n"
    assert capsys.readouterr() == ("", line)
    assert list(here.iterdir()) == [file]
    assert file.read_bytes() == before


def test_a_store_that_is_damaged_inside(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that comes upon damage has its results all the same, and says so in a line."""
    expected = printed(capsys, *COMMAND, "store.file=null")[0], files(here / "run")
    file = here / "my.sqlite"
    damaged(file)
    out, err = printed(capsys, *COMMAND, "store.file=my.sqlite")
    assert (out, files(here / "run")) == expected
    line = "store.file: 'my.sqlite' is damaged; move it away, or set store.file=null"
    assert err == f"mentorsim: {line}; this run went on without keeping more of it\n"


BAD = {
    "forged counts": "UPDATE blocks SET data = forged(data)",
    "swapped": "UPDATE blocks SET data = (SELECT MAX(data) FROM blocks)",
    "cut off": "UPDATE blocks SET data = SUBSTR(data, 1, LENGTH(data) / 2)",
    "the format before": "UPDATE blocks SET data = bare(data)",
    "another version's, no text": "UPDATE blocks SET code = CAST(X'80FF' AS TEXT)",
    "another version's, empty": "UPDATE blocks SET code = 'old', data = ''",
}


def forged(row: bytes) -> bytes:
    """Multiply the counts of a block by 82, as the row's contents say them."""
    raw = zlib.decompress(row[DIGEST:])
    start = 4 + int.from_bytes(raw[:4], "little")
    body = np.frombuffer(raw[start:], np.int8) * np.int8(82)
    return row[:DIGEST] + zlib.compress(raw[:start] + body.tobytes())


@cache
def kept_blocks() -> bytes:
    """Give the file of a store that holds all blocks of the study."""
    with TemporaryDirectory() as folder:
        resumed(Path(folder))
        return (Path(folder) / "blocks.sqlite").read_bytes()


@pytest.mark.parametrize("how", BAD)
def test_bad_rows_are_computed_again(how: str, here: Path, computed: list[int]) -> None:
    """Forged, swapped, cut or older rows, of this version or another, change no byte."""
    file = here / "blocks.sqlite"
    file.write_bytes(kept_blocks())
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.create_function("forged", 1, forged)
        connection.create_function("bare", 1, lambda row: row[DIGEST:])
        connection.execute(BAD[how])
    computed.clear()
    assert resumed(here) == undisturbed_uncounted(computed)
    assert len(computed) >= BLOCKS - 3  # one of each task may stand where it was
    with BlockStore(file, engine_version()) as store:
        assert sum(own.blocks for own in store.summary() if own.is_current) == BLOCKS


def test_a_bad_row_of_another_version_ends_no_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the line on other versions cannot be had as it was meant, the results are there."""
    STORE.parent.mkdir()
    STORE.write_bytes(kept_blocks())
    with closing(sqlite3.connect(STORE)) as connection, connection:
        connection.execute("UPDATE blocks SET code = CAST(X'80FF' AS TEXT) WHERE block = 1")
    err = printed(capsys, *COMMAND)[1]
    assert files(here / "run")[0].decode() == undisturbed()
    assert err.startswith(f"mentorsim: {STORE} holds 3 blocks (")


@pytest.fixture
def locked(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a store that can be locked, and have little patience."""
    file = here / "my.sqlite"
    with BlockStore(file, engine_version()) as store:
        store.put("key", 0, b"")
    monkeypatch.setattr("sim.compute.store.PATIENCE", 0.0)
    return file


LOCKED = (
    "mentorsim: store.file: 'my.sqlite' stays locked by another process; wait for it, or "
    "store.file=null"
)


def test_a_locked_file(locked: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store that stays locked from the start is one line and status 2."""
    with closing(sqlite3.connect(locked, isolation_level=None)) as locking:
        locking.execute("BEGIN EXCLUSIVE")
        assert main(["plan", *SMALL, "store.file=my.sqlite"]) == 2
    assert capsys.readouterr() == ("", f"{LOCKED}\n")
    assert list(here.iterdir()) == [locked]


def test_a_file_locked_for_writing(
    locked: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a block cannot be stored the run goes on without, and one line says so."""
    with closing(sqlite3.connect(locked, isolation_level=None)) as locking:
        locking.execute("BEGIN IMMEDIATE")
        out, err = printed(capsys, *COMMAND, "store.file=my.sqlite")
    assert "Answer\n------" in out
    assert err.endswith(f"{LOCKED}; this run went on without keeping more of it\n")
    assert (here / "run" / "results.csv").read_text(encoding="utf-8") == undisturbed()


WORDS = {
    "plan store.clear=all": ("store.clear: 'all' applies to mentorsim blocks only; leave it out"),
    "blocks store.file=null": "store.file: null must be a file, to list what it holds",
    "blocks store.clear=other": (
        "store.clear: 'other' must be one of others, all; did you mean 'others'?"
    ),
    "store.file=''": "store.file: '' must not be empty",
    "store.file=3": "store.file: 3 must be text",
    "store.file=taken/blocks.sqlite": (
        "store.file: 'taken/blocks.sqlite' cannot be made (not a directory);"
        " name another, or set store.file=null"
    ),
}


@pytest.mark.parametrize("words", WORDS)
def test_the_line_of_a_wrong_setting(
    words: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong setting of the store is one line and status 2, and nothing is written."""
    (here / "taken").write_text("a file", encoding="utf-8")
    assert main(words.split()) == 2
    assert capsys.readouterr() == ("", f"mentorsim: {WORDS[words]}\n")
    assert [path.name for path in here.iterdir()] == ["taken"]


def test_a_notebook_writes_nothing(here: Path) -> None:
    """A plan without the command keeps nothing, whatever file its study names."""
    study = compose_study(SMALL)
    assert study.store.file == str(STORE)
    job.plan(study)
    assert list(here.iterdir()) == []


def test_an_interruption_that_another_package_wraps_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pydantic makes of Ctrl-C within a serializer ends a run as Ctrl-C does."""
    monkeypatch.chdir(tmp_path)
    study = compose_study(["store.file=blocks.sqlite"])
    with (
        pytest.raises(KeyboardInterrupt, match=r"finished blocks are kept in blocks\.sqlite"),
        store_for_run(study),
    ):
        raise ValueError("Error calling function") from KeyboardInterrupt()
    with pytest.raises(ValueError, match="a bug"), store_for_run(study):
        raise ValueError("a bug")
