"""Whole answers, with nothing stored and nothing drawn, against SciPy's B1."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks import peers
from benchmarks.report import Section
from benchmarks.timing import CPU, Answer, Effort, Side, Target, Timed, interleave, row
from benchmarks.work import B1_REPLICATES, b1_known
from sim import compose_study
from sim.compute.executors import InProcessExecutor
from sim.jobs.assurance import assurances, believed_effects
from sim.jobs.plan import plan
from sim.jobs.sweep import sweep
from sim.study import Study

B1_SECONDS = 0.036
"""CPU seconds of SciPy's B1 on the machine where the targets were set."""
LEAST_ERROR = 6e-4
SIZE = 83
SHIFTS = np.linspace(0.2, 0.65, 10).round(2).tolist()
CORRELATIONS = np.linspace(0.25, 0.7, 10).round(2).tolist()


def answers(section: Section, effort: Effort) -> None:
    """The default plan, its parts, and a sweep."""
    few, default = effort.few(), compose_study()
    asymptotic = compose_study(["analysis.p_value=asymptotic"])
    work = {
        "plan": partial(_planned, default),
        "assurance": partial(_assured, default),
        "asymptotic": partial(_planned, asymptotic),
        f"n = {SIZE}": partial(_planned, compose_study([f"design.n={SIZE}"])),
    }
    scipy = Side("scipy", partial(peers.b1_vectorised, np.random.default_rng(6)),
                 b1_known(B1_REPLICATES))  # fmt: skip
    *mine, b1 = interleave([*(Side(*named) for named in work.items()), scipy], few)
    whole, averaged, plainer, one = mine
    section.add(
        row("default plan; scipy's B1", whole, b1, "time", _seconds(3)),
        row("its assurance alone; scipy's B1", averaged, b1, "time", _seconds(1)),
        row("default plan, asymptotic p; scipy's B1", plainer, b1, "time"),
        row(f"default plan at {SIZE} pairs; scipy's B1", one, b1, "time", _seconds(0.6)),
    )
    power, error = whole.answers[-1]
    kept = "met" if error <= LEAST_ERROR else "MISSED"
    section.note(f"Power at {SIZE} pairs {power:.4f}, standard error {error:.5f}: at most "
                 f"{LEAST_ERROR} {kept}.")  # fmt: skip
    section.add(row("sweep of 100 points; scipy's B1", *_swept(scipy, effort), "time",
                    None if effort.quick else _seconds(36)))  # fmt: skip


def _seconds(bound: float) -> Target:
    """State a target in CPU seconds of the machine where SciPy's B1 took `B1_SECONDS`."""
    return Target(round(bound / B1_SECONDS), "most")


def _planned(study: Study) -> Answer:
    """Power and its error at one size, by the primary rule."""
    answer = plan(study)
    power = answer.characteristics.rule_win
    at = answer.characteristics.sizes.index(SIZE), answer.rule_place
    return float(power.value[at]), float(power.mcse[at])


def _assured(study: Study) -> Answer:
    with InProcessExecutor() as executor:
        assurances(study, believed_effects(study), executor)
    return ()


def _swept(scipy: Side, effort: Effort) -> tuple[Timed, Timed]:
    """Time a sweep of 100 points once; of 4, scaled, in a quick run."""
    each = 2 if effort.quick else 10
    factors = {"effect": [{"shift": shift} for shift in SHIFTS[:each]],
               "correlation.pre_post": CORRELATIONS[:each]}  # fmt: skip
    study = compose_study().with_(sweep={"kind": "grid", "factors": factors})

    def call() -> Answer:
        sweep(study)
        return ()

    ours, b1 = Timed(Side("sweep", call, share=each**2 / 100)), Timed(scipy)
    for timed in (ours, b1):
        timed.turn(0.0, CPU)
    return ours, b1
