"""How a command ends: every screen takes its answer, no signal or full disk is a traceback."""

import errno
import io
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sim import plan
from sim.app import main
from sim.compute.interruption import SIGNALS, signals_to
from sim.compute.run_store import RunStore
from sim.compute.store import BlockStore
from sim.endings import PLAIN, make_printable
from sim.errors import StudyError
from sim.jobs.blocks import engine_version
from sim.report import files as report_files
from sim.report.results.answer import PlanAnswer

COMMAND = "import sys; from sim.console import main; sys.exit(main())"
"""As the installed script does."""
QUICK = (
    "design.n=[6,12]", "monte_carlo.replicates=400", "monte_carlo.search_replicates=400",
    "monte_carlo.block_size=40", "engine=monte_carlo", "effect.prior=null", "report.files=[]",
)  # fmt: skip
SWEEP = ("sweep", *QUICK, "sweep=scenarios", "sweep.at=12")
POOL = ("compute=process_pool", "compute.workers=1")


def command(
    folder: Path, code: str, *words: str, stdout: int = subprocess.PIPE, **environment: str
) -> tuple[int, bytes, str]:
    """Run Python code with words in a session of its own; give status, stdout and stderr."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as run:
        out, err = run.communicate(timeout=120)
    return run.returncode, out, err.decode("ascii", "backslashreplace")


# -------------------------------------------------------------------------------- screens


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "utf-8", "utf-16"])
def test_every_encoding_takes_every_character(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the encoding has is printed as it is, else in plain signs, else escaped; never lost."""
    raw = {name: io.BytesIO() for name in ("stdout", "stderr")}
    for name, buffer in raw.items():
        monkeypatch.setattr(sys, name, io.TextIOWrapper(buffer, encoding=encoding))
    make_printable()
    print("3→4 ±0.01 größer 漢 \udcff")
    print("≥ 5", file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    expected = {
        "cp1252": "3->4 ±0.01 größer \\u6f22 \\udcff",
        "ascii": "3->4 +/-0.01 gr\\xf6\\xdfer \\u6f22 \\udcff",
        "latin-1": "3->4 ±0.01 größer \\u6f22 \\udcff",
    }.get(encoding, "3→4 ±0.01 größer 漢 \\udcff")
    assert raw["stdout"].getvalue().decode(encoding) == expected + "\n"
    said = "≥ 5\n" if encoding.startswith("utf") else ">= 5\n"
    assert raw["stderr"].getvalue().decode(encoding) == said
    assert all(sign.isascii() for sign in PLAIN.values())


def test_the_command_in_ascii(tmp_path: Path) -> None:
    """Answer, mistake and help are printed where the terminal has no signs of ours."""
    plain = {"PYTHONIOENCODING": "ascii"}
    status, out, err = command(tmp_path, COMMAND, "blocks", "store.file='a→b.sqlite'", **plain)
    assert (status, out.decode(), err) == (0, "a->b.sqlite: 0 finished blocks, 0.0 kB\n", "")
    status, out, err = command(tmp_path, COMMAND, "blocks", "store.clear='→'", **plain)
    assert (status, out) == (2, b"")
    assert err.startswith("mentorsim: store.clear: '->' must be one of")
    status, out, err = command(tmp_path, COMMAND, "--help", PYTHONUTF8="0", LC_ALL="C", **plain)
    assert (status, out.isascii(), err) == (0, True, "")


def test_nobody_reads_on(tmp_path: Path) -> None:
    """A pipe that is closed, as by head, ends the command without a word, as SIGPIPE would."""
    read, write = os.pipe()
    os.close(read)
    try:
        for words in (("blocks",), ("--cfg", "job")):
            assert command(tmp_path, COMMAND, *words, stdout=write) == (141, None, "")
    finally:
        os.close(write)


def test_nothing_takes_the_answer(tmp_path: Path) -> None:
    """A stdout that is full is one line and status 1; one that is closed is nobody's loss."""
    with Path("/dev/full").open("wb") as full:
        found = command(tmp_path, COMMAND, "--help", stdout=full.fileno())
    line = "mentorsim: the answer cannot be printed (no space left on device)\n"
    assert found == (1, None, line)
    closed = f"import os; os.close(1); os.close(2)\nimport sys; sys.stdout = None\n{COMMAND}"
    assert command(tmp_path, closed, "blocks")[0] == 0


# -------------------------------------------------------------------------------- signals

IMPORTING = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            try:
                signal.raise_signal({number})
                for _ in range(10):
                    pass
            except KeyboardInterrupt:
                if {turned}:
                    raise ImportError("half imported")
                raise

sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    ("number", "module", "turned"),  # whether it becomes ImportError
    [
        (signal.SIGINT, "hydra", 0),
        (signal.SIGTERM, "pydantic", 1),
        pytest.param(signal.SIGHUP, "numpy", 1, marks=pytest.mark.long),
    ],
)
def test_interrupted_while_importing(
    number: signal.Signals, module: str, turned: int, tmp_path: Path
) -> None:
    """A signal in mid-import is one line, also where compiled code makes ImportError of it."""
    code = IMPORTING.format(module=module, turned=turned, number=int(number)) + COMMAND
    by = "" if number == signal.SIGINT else f" by {number.name}"
    status, out, err = command(tmp_path, code, *QUICK)
    assert (status, out, err) == (128 + number, b"", f"mentorsim: interrupted{by}\n")
    assert list(tmp_path.iterdir()) == []


DRIVER = """
import os, signal, sys
from contextlib import contextmanager
from sim import console, verbs
from sim import progress_bar as progress

def act(number):
    os.killpg(0, number)  # all of a terminal's processes, as when it closes

@contextmanager
def acting(_title):
    def on_block(done, _total):
        if done == at:
            act(number)
    yield on_block

if __name__ == "__main__":
    number, at = int(sys.argv.pop(1)), int(sys.argv.pop(1))
    progress.progress_bar = acting
    if not at:
        shown = verbs.show
        verbs.show = lambda text: (shown(text), act(number))
    sys.exit(console.main())
"""
KEPT = (
    "; finished blocks are kept in outputs/blocks.sqlite, and the same command goes on from there"
)
STORED = ["outputs", "outputs/blocks.sqlite"]


def left(folder: Path) -> list[str]:
    """Name all that is in a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def driven(folder: Path, number: int, at: int, *words: str) -> tuple[int, bytes, str]:
    """Run the command; its session gets a signal after so many blocks, or (0) after a line."""
    return command(folder, DRIVER, str(number), str(at), *words)


def after_three(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Let something happen when a run in this process has added three blocks."""

    @contextmanager
    def acting(_title: str) -> Iterator[Callable[[int, int], None]]:
        yield lambda done, _: act() if done == 3 else None

    monkeypatch.setattr("sim.progress_bar.progress_bar", acting)


def test_a_plan_that_is_terminated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """SIGTERM ends a plan in one line, without a folder; what is kept is what Ctrl-C leaves."""
    folders = [tmp_path / "terminated", tmp_path / "interrupted"]
    for folder in folders:
        folder.mkdir()
    status, out, err = driven(folders[0], signal.SIGTERM, 3, *QUICK)
    assert (status, out, err) == (143, b"", f"mentorsim: interrupted by SIGTERM{KEPT}\n")

    after_three(monkeypatch, lambda: signal.raise_signal(signal.SIGINT))
    monkeypatch.chdir(folders[1])
    assert main(QUICK) == 130
    assert capsys.readouterr() == ("", f"mentorsim: interrupted{KEPT}\n")
    assert [left(folder) for folder in folders] == [STORED, STORED]
    stores = [BlockStore(folder / STORED[1], engine_version()) for folder in folders]
    kept = [[one.blocks for one in store.summary()] for store in stores]
    assert kept[0] == kept[1]
    assert kept[0] > [2]


def test_a_sweep_whose_terminal_closes(tmp_path: Path) -> None:
    """SIGHUP reaches the workers too: still one line, no leaked semaphore, nobody left."""
    status, out, err = driven(tmp_path, signal.SIGHUP, 3, *SWEEP, *POOL)
    assert (status, out, err) == (129, b"", f"mentorsim: interrupted by SIGHUP{KEPT}\n")
    assert left(tmp_path) == STORED


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("words", [QUICK, SWEEP, (*QUICK, *POOL), (*SWEEP, *POOL), ("calibrate",)])
def test_every_job_ends_so(words: tuple[str, ...], number: signal.Signals, tmp_path: Path) -> None:
    """Whatever runs, in whatever processes, and whichever signal comes: one line, no folder."""
    status, out, err = driven(tmp_path, number, 1, *words)
    assert (status, out, err.count("\n")) == (128 + number, b"", 1)
    assert err.startswith("mentorsim: interrupted")
    assert left(tmp_path) == ([] if words == ("calibrate",) else STORED)


def test_points_that_are_terminated(tmp_path: Path) -> None:
    """Of many runs, those that are finished stay whole, and the others leave no folder."""
    words = ("blocks", "-m", "store.file=a.sqlite,b.sqlite,c.sqlite")
    status, out, err = driven(tmp_path, signal.SIGTERM, 0, *words)
    assert (status, out.count(b"\n"), err) == (143, 1, "mentorsim: interrupted by SIGTERM\n")
    assert left(tmp_path) == []


def test_a_server_hears_of_every_signal() -> None:
    """Any signal that ends a run goes to a server that ends by itself; what is ignored stays so."""
    came: list[int] = []
    before = [signal.getsignal(number) for number in SIGNALS]
    ignored = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_to(lambda number, _: came.append(number)):
            for number in SIGNALS:
                signal.raise_signal(number)
    finally:
        signal.signal(signal.SIGHUP, ignored)
    assert came == [signal.SIGINT, signal.SIGTERM]
    with signals_to(lambda number, _: came.append(number)):
        signal.raise_signal(signal.SIGHUP)
    assert came[2:] == [signal.SIGHUP]
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_page_that_is_ended(number: signal.Signals, tmp_path: Path) -> None:
    """Whichever signal ends the server, it says nothing and leaves nothing."""
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "serve", "page.port=0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as server:
        assert server.stdout is not None
        server.stdout.readline()
        os.killpg(server.pid, number)
        _, err = server.communicate(timeout=60)
    assert (server.returncode, err) == (0, b"")
    assert left(tmp_path) == []


# ------------------------------------------------------------------------------ full disks


def test_a_disk_that_fills_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither store nor results take more: the answer is printed, each reason is one line."""
    monkeypatch.chdir(tmp_path)
    assert main([*QUICK, "store.file=null", "hydra.run.dir=other"]) == 0  # all is compiled now
    capsys.readouterr()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (9000, before[1]))
    after_three(monkeypatch, full)
    try:
        assert main([*QUICK, "hydra.run.dir=run"]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    out, err = capsys.readouterr()
    assert "Answer\n------" in out
    assert "Files in" not in out
    first, second = err.splitlines()
    assert first.startswith("mentorsim: store.file: 'outputs/blocks.sqlite' can")
    assert first.endswith("this run went on without keeping more of it")
    run = str(tmp_path / "run")
    assert second == f"mentorsim: {run!r}: the results could not be written (file too large)"
    assert not (tmp_path / "run").exists()
    with BlockStore(tmp_path / STORED[1], engine_version()) as store:
        assert store.summary()[0].blocks >= 2


@pytest.mark.parametrize("name", ["manifest.json", "report.html"])
def test_a_file_that_is_not_taken(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Results come all or not at all, and so do drawings; the answer is printed in any case."""
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name.startswith(f".{name}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, data)

    monkeypatch.setattr(report_files.Path, "write_bytes", full)
    monkeypatch.chdir(tmp_path)
    words = [*QUICK, "store.file=null", "report.files=[page]"]
    assert main([*words, "hydra.run.dir=run"]) == 1
    out, err = capsys.readouterr()
    assert "Answer\n------" in out
    assert err.splitlines()[-1].endswith("could not be written (no space left on device)")
    results = ["results.csv", "summary.json", "manifest.json", "answer.json.gz"]
    expected = [] if name == "manifest.json" else ["run", *(f"run/{own}" for own in results)]
    assert left(tmp_path) == sorted(expected)
    if expected == []:
        assert main([*words, "-m", "seed=1,2", "hydra.sweep.dir=many"]) == 1
        assert capsys.readouterr().out.count(" seed=1: ") == 1


def test_a_folder_that_vanishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the folder of a run is gone when it ends, its answer is not."""

    def planned(*arguments: Any, **settings: Any) -> PlanAnswer:
        Path("run").rmdir()
        return plan(*arguments, **settings)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.jobs.plan.plan", planned)
    assert main([*QUICK, "store.file=null", "hydra.run.dir=run"]) == 1
    out, err = capsys.readouterr()
    assert "Answer\n------" in out
    assert err.endswith("the results could not be written (no such file or directory)\n")


def test_a_store_that_fails_in_mid_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is open, a store that fails costs no answer: it is told of, and left alone."""
    file = tmp_path / "blocks.sqlite"

    def fail(*_: object) -> None:
        raise StudyError("full")

    with RunStore(file, engine_version()) as store:
        store.put("key", 0, b"kept")
        with monkeypatch.context() as patch:
            patch.setattr("sim.compute.store.BlockStore.put", fail)
            store.put("key", 1, b"lost")
        assert store.trouble == "full; this run went on without keeping more of it"
        store.put("key", 2, b"not tried")
        assert store.get("key", [0, 1, 2]) == {0: b"kept"}
        with monkeypatch.context() as patch:
            patch.setattr("sim.compute.store.BlockStore.get", fail)
            assert store.get("key", [0]) == {}
        assert store.get("key", [0]) == {}
        assert store.summary() == ()
