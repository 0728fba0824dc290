"""What an answer needs last is compiled by another process at the first one."""

import os
from pathlib import Path

import pytest

from sim import compose_study, plan
from sim.inference.signed_score_kernels import conditional_rejection
from sim.jobs import compile_ahead
from sim.power.exact_kernels import compositions
from sim.power.pattern_kernels import fill_rejection

KERNELS = (conditional_rejection, compositions, fill_rejection)


def test_what_is_compiled_ahead_is_what_an_answer_calls() -> None:
    """An answer needs no types of arguments beyond those that are compiled ahead."""
    compile_ahead.compile_here()
    before = [set(kernel.signatures) for kernel in KERNELS]
    assert all(before)
    plan(compose_study(["design.n=[12]", "monte_carlo.replicates=100", "effect=shift"]))
    assert [set(kernel.signatures) for kernel in KERNELS] == before


def test_only_the_first_answer_starts_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process is started for a folder of compiled functions, and ended with the answer."""
    started: list[Process] = []
    monkeypatch.setattr(compile_ahead, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(
        compile_ahead, "Popen", lambda *_, **__: started.append(Process()) or started[-1]
    )
    for _ in range(2):
        with compile_ahead.compiling_ahead():
            assert not started[0].ended or len(started[0].ended) == 2
    assert [process.ended for process in started] == [["terminate", "wait"]]


class Process:
    """A process that only notes how it is ended."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def terminate(self) -> None:
        """Note it."""
        self.ended.append("terminate")

    def wait(self) -> None:
        """Note it."""
        self.ended.append("wait")
