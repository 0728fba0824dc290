"""The two-arm t test beside MCPower, where its package is installed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from itertools import count
from typing import Any

from benchmarks.report import Section
from benchmarks.timing import Answer, Effort, Known, Side, interleave, row
from benchmarks.work import blocks, two_arms_task

STUDIES = 2_000
PER_ARM = range(10, 121)
EFFECT = 0.5
"""Difference of means in standard deviations."""
POWER = 0.9711
"""Of the t test of normal outcomes with 120 an arm, by the noncentral t distribution."""
SLACK = 0.01
"""By which the power on eleven points may differ from that of normal outcomes."""


def two_arms(section: Section, effort: Effort) -> None:
    """Both arms drawn and tested at every size from 20 to 240 people, by 2."""
    if find_spec("mcpower") is None:
        section.note("MCPower: skipped, the package was not found.")
        return
    known = Known((POWER,), SLACK, STUDIES)
    task = two_arms_task(tuple(PER_ARM))
    sides = [Side("ours", blocks(task, STUDIES), known), Side("MCPower", _mcpower(), known)]
    ours, theirs = interleave(sides, effort.few())
    section.add(row(f"{len(PER_ARM)} sizes; MCPower", ours, theirs))


def _mcpower() -> Callable[[], Answer]:
    """Search of MCPower over the same sizes, with its output kept off the screen."""
    model: Any = import_module("mcpower").MCPower("outcome = arm")
    model.set_effects(f"arm={EFFECT}")
    model.set_variable_type("arm=binary")
    seeds = count(1)

    def call() -> Answer:
        with redirect_stdout(StringIO()):
            answer = model.find_sample_size(
                target_test="arm", from_size=2 * PER_ARM[0], to_size=2 * PER_ARM[-1], by=2,
                n_sims=STUDIES, seed=next(seeds), progress_callback=False, verbose=False,
            )  # fmt: skip
        return (float(answer["power_uncorrected"][-1][0]),)

    return call
