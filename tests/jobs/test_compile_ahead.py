"""What an answer needs last is compiled by another process at the first one."""

import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from sim import app, compose_study, plan
from sim.inference.signed_score_kernels import conditional_rejection
from sim.inference.step_kernels import mark
from sim.jobs import compile_ahead
from sim.power.count_kernels import count_changes, count_true
from sim.power.exact_kernels import compositions
from sim.power.pattern_kernels import fill_rejection

KERNELS = (mark, count_changes, count_true, conditional_rejection, compositions, fill_rejection)


def test_what_is_compiled_ahead_is_what_an_answer_calls() -> None:
    """An answer needs no types of arguments beyond those that are compiled ahead."""
    compile_ahead.compile_here()
    before = [set(kernel.signatures) for kernel in KERNELS]
    assert all(before)
    plan(compose_study(["design.n=[12]", "monte_carlo.replicates=100", "effect=shift"]))
    assert [set(kernel.signatures) for kernel in KERNELS] == before


@pytest.mark.parametrize(("through", "more"), [(True, 0), (False, 1)])
def test_another_process_is_started_until_one_is_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, through: bool, more: int
) -> None:
    """One that a refusal or Ctrl-C ends is started again by the next command; else none is."""
    started: list[Process] = []
    monkeypatch.setattr(compile_ahead, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(
        compile_ahead, "Popen", lambda *_, **__: started.append(Process(through)) or started[-1]
    )
    for _ in range(2):
        with compile_ahead.compiling_ahead():
            assert not started[-1].ended or through
    assert [process.ended for process in started] == [["terminate", "wait"]] * (1 + more)


@pytest.mark.parametrize(
    ("words", "starts"),
    [(["plan", "design.n=[0]"], 1), (["plan", "--cfg", "job"], 0), (["check", "design.n=[0]"], 0)],
)
def test_it_starts_with_the_command(
    words: list[str], starts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verb that simulates has it compile while the study is read; others need nothing of it."""
    started = list[int]()
    monkeypatch.setattr(app, "compiling_ahead", lambda: nullcontext(started.append(1)))
    app.main(words)
    assert len(started) == starts


class Process:
    """A process that only notes how it is ended."""

    def __init__(self, through: bool) -> None:  # noqa: FBT001 - a stand-in
        self.ended: list[str] = []
        self._through = through

    def poll(self) -> int | None:
        """Give its exit status, if it is through."""
        return 0 if self._through else None

    def terminate(self) -> None:
        """Note it."""
        self.ended.append("terminate")

    def wait(self) -> None:
        """Note it."""
        self.ended.append("wait")
