"""The benchmark script: it runs, it refuses wrong answers, it writes what it measured."""

import platform
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim import compose_study
from sim.inference.adjust import adjust_rows
from sim.jobs.sweep import stated_points

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
sys.path.append(str(SCRIPTS))  # last, so it shadows nothing

command = import_module("benchmarks.command")
one_domain = import_module("benchmarks.one_domain")
peers = import_module("benchmarks.peers")
report = import_module("benchmarks.report")
timing = import_module("benchmarks.timing")
work = import_module("benchmarks.work")

TINY = timing.Effort(rounds=2, least=0.0, quick=True)


def side(answer: float, known: float, replicates: float = 100) -> object:
    """State a side that says a power at once."""
    return timing.Side("side", lambda: (answer,), timing.Known((known,), 1e-6, replicates))


def test_a_wrong_power_is_refused() -> None:
    """An answer 4.1 standard errors off is refused before anything is timed; 3.9 is not."""
    error = (0.5 * 0.5 / 100) ** 0.5
    with pytest.raises(timing.WrongAnswerError, match=r"side: 0.705 where 0.5 is true"):
        timing.interleave([side(0.5 + 4.1 * error, 0.5)], TINY)
    timing.interleave([side(0.5 + 3.9 * error, 0.5)], replace(TINY, rounds=0))


def test_all_answers_together_are_checked() -> None:
    """A small error that every call makes shows when the calls are taken together."""
    error = (0.5 * 0.5 / 100) ** 0.5
    with pytest.raises(timing.WrongAnswerError):
        timing.interleave([side(0.5 + 3.9 * error, 0.5)], TINY)


@pytest.mark.parametrize("answer", [float("nan"), 0.68766, 0.68768])
def test_an_exact_answer_has_no_error(answer: float) -> None:
    """What is exact may differ in digits that are not stated, and no more."""
    with pytest.raises(timing.WrongAnswerError):
        timing.Known((0.68767,), 5e-6).require("side", [(answer,)])


def test_sides_take_turns() -> None:
    """Each side is called once uncounted, then they alternate."""
    calls: list[str] = []

    def call(name: str) -> tuple[float, ...]:
        calls.append(name)
        return ()

    a, b = timing.Side("a", lambda: call("a")), timing.Side("b", lambda: call("b"), share=0.5)
    clock = iter(range(100))
    timed = timing.interleave([a, b], TINY, lambda: float(next(clock)))
    assert calls == ["a", "b"] * 3
    assert [one.seconds for one in timed] == [[1.0, 1.0], [2.0, 2.0]]


def test_ratios_and_targets() -> None:
    """Speed is the peer's time over ours, time is ours over the peer's; targets look at them."""
    ours, peer = (timing.Timed(side(0, 0), seconds=s) for s in ([1.0, 2.0, 1.0], [4.0, 4.0, 5.0]))
    speed = timing.row("w", ours, peer, "speed", timing.Target(4, "least"))
    assert (speed.ratio, speed.met) == (timing.Spread(4.0, 2.0, 5.0), True)
    time = timing.row("w", ours, peer, "time", timing.Target(0.2, "most"))
    assert (time.ratio, time.met) == (timing.Spread(0.25, 0.2, 0.5), False)
    assert timing.row("w", ours, peer, target=timing.Target(1, "most", of="ours")).met is True
    assert timing.row("w", ours, peer).met is None


def test_blocks_give_the_power() -> None:
    """Our side of B1 and B3 finds what is known of them."""
    work.b1_known(1000).require("ours", [work.blocks(work.b1_task(block_size=500), 1000)()])
    work.b3_known(500).require("ours", [work.blocks(work.b3_task(), 500)()])


def test_peers_give_the_power() -> None:
    """The peers of B1 and B3 find it too."""
    rng = np.random.default_rng(1)
    work.b1_known(1000).require("scipy", [peers.b1_vectorised(rng, 1000)])
    work.b1_known(50).require("loop", [peers.b1_loop(rng, 50)])
    work.b3_known(work.B3_REPLICATES).require("scipy", [peers.b3_vectorised(rng)])


def test_the_holm_of_the_peer() -> None:
    """The peer's Holm is ours, ties included."""
    p = np.round(np.random.default_rng(2).random((200, 7)) ** 2, 2)
    np.testing.assert_allclose(peers.holm(p), adjust_rows(p, "holm"), rtol=1e-12)


def test_the_population_of_b1() -> None:
    """The table of B1 has the stated distribution of the change."""
    diagonals = [np.trace(np.array(work.TABLE), offset) for offset in range(-2, 3)]
    np.testing.assert_allclose(diagonals, work.PMF, rtol=1e-12)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Measure twice and write elsewhere; give where."""
    monkeypatch.setattr(command, "QUICK", TINY)
    monkeypatch.setattr(command, "DOCUMENT", tmp_path / "docs" / "benchmarks.md")
    return tmp_path / "docs" / "benchmarks.md"


def test_the_command(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One benchmark runs, is printed within 100 columns and written without names of places."""
    assert command.main(["--quick", "--only", "b1_exact", "--write"]) == 0
    printed, text = capsys.readouterr().out, tiny.read_text(encoding="utf-8")
    assert "x speed" in printed
    assert max(map(len, printed.splitlines())) <= 100
    assert "targets met" in text
    assert "A quick run" in text
    assert platform.node() not in text
    assert str(SCRIPTS.parent) not in text
    assert list(tiny.parent.iterdir()) == [tiny]


def test_a_refusal_is_shown(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark whose answer is wrong has no row and says so; the run goes on."""
    monkeypatch.setattr(one_domain, "B1_EXACT_POWER", 0.66)
    assert command.main(["--quick", "--only", "b1_exact", "r_peers", "--write"]) == 0
    text = tiny.read_text(encoding="utf-8")
    assert "REFUSED, a wrong answer is not timed: ours: 0.65813 where 0.66 is true" in text
    assert "## R packages" in text
    assert "0 of 0 targets met" in text


def test_a_missed_target_is_named() -> None:
    """What is missed stands in its row and in the verdict."""
    row = timing.Row("w", 1, 1, timing.Spread(1, 1, 1), target=timing.Target(2, "least"))
    section = report.Section("b0", "title", "meaning", [row])
    assert report.cells(row)[-1] == ">= 2x MISSED"
    assert "0 of 1 targets met. Missed: b0: w." in report.document([section], TINY)


@pytest.mark.parametrize("module", [command, one_domain, peers, report, timing, work])
def test_files_are_short(module: ModuleType) -> None:
    """A file has at most 300 lines."""
    assert len(Path(str(module.__file__)).read_text(encoding="utf-8").splitlines()) <= 300


def test_what_scaling_measures_is_valid() -> None:
    """The page takes an hour of an idle machine: its studies are checked before."""
    studies = import_module("scaling").studies()
    assert [len(study.sizes) for study in studies.values()] == [115, 1, 115]
    every = import_module("scaling_sweep").FACTORS
    factors = {name: (values[0], values[-1]) for name, values in every.items()}
    swept = compose_study(["effect=shift"]).with_(sweep={"kind": "grid", "factors": factors})
    assert len(stated_points(swept)) == 9
