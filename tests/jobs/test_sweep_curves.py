"""A sweep works powers out without simulated studies where it can: the same powers, sooner."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.studies import PRE, small_study

from sim.compute.executors import InProcessExecutor
from sim.compute.store import BlockStore
from sim.jobs.blocks import engine_version
from sim.jobs.census import Census
from sim.jobs.sweep import sweep
from sim.jobs.sweep_curves import curve_task
from sim.power.curve import CurveTask, curve_from_bytes, curve_to_bytes, known_curve
from sim.power.exact_table import ExactTable
from sim.power.known import Draws, known_power
from sim.power.sweep import SweepAnswer, differences
from sim.power.thinned import Changes
from sim.study import Study


def studied(**changes: Any) -> Study:
    """The total of three items, which may be sampled; sizes that some points exceed."""
    stated: dict[str, Any] = {
        "engine": "auto",
        "primary": "total",
        "design": {"n": None, "smallest": 6, "up_to": 40, "search_limit": 160},
        "monte_carlo": {"replicates": 400, "search_replicates": 400, "block_size": 100},
    }
    return small_study(**{**stated, **changes})


def task_of(study: Study, also: int | None = None) -> CurveTask:
    """State what is worked out of it."""
    task = curve_task(Census().people(study), study.primary, 400, also)
    assert task is not None
    return task


FACTORS = {
    "effect.shift": (0.5, 0.4, 0.25),
    "title": ("another",) * 2,
    "primary": ("any", "total"),
    "correlation.items": (0.2, -0.9),
    "clusters": ({"site": {"icc": 0.1, "per_site": 4}}, {}),
}
"""Base again, smaller effects, what changes nothing, and what has to be simulated or fails."""


def by_factor(answer: SweepAnswer, name: str) -> list[Any]:
    """Results of the points at which a factor is set."""
    return [result for result in answer.points if result.point.factor == name]


@pytest.fixture(scope="module")
def answer() -> SweepAnswer:
    """A sweep with points of every kind."""
    few = {"replicates": 200, "block_size": 100}
    stated = {"kind": "one_at_a_time", "factors": FACTORS}
    return sweep(studied(sweep=stated, monte_carlo=few))


def test_powers_are_those_of_a_plan(answer: SweepAnswer) -> None:
    """At every size studied a point has the power that a plan takes for its rule."""
    result = by_factor(answer, "effect.shift")[1]
    study = result.point.study
    people = Census().people(study).arms[0][0]
    changes = Changes.of(people, study.endpoint_sets, study.scored_analysis)
    table = ExactTable(study.scored_analysis, 4e9)
    known = known_power(changes, 3, result.studied, 0.05, table, Draws(200, study.seed))
    for name in ("value", "mcse", "low", "high", "replicates", "sampled"):
        found = getattr(result.power(), name)[:, 0]
        np.testing.assert_allclose(found, getattr(known.win, name), atol=1e-15)


@pytest.mark.parametrize("shift", [0.5, 0.25])
def test_few_sizes_give_the_answer_of_all(shift: float) -> None:
    """The size, its interval and how far was searched are those of every size."""
    task = task_of(studied(effect={"shift": shift}))
    few, every = (
        known_curve(CurveTask(**{**vars(task), "few": sizes})) for sizes in (task.few, task.sizes)
    )
    assert len(few.sizes) < 0.8 * len(every.sizes)
    answers = [curve.sample_size("total", 0.8) for curve in (few, every)]
    for name in ("size", "low", "high", "at_least", "low_at_least", "power", "mcse", "limit"):
        assert getattr(answers[0], name) == getattr(answers[1], name)
    assert answers[0].limit == (40 if shift == 0.5 else 160)


def test_all_are_compared_at_one_size(answer: SweepAnswer) -> None:
    """The size that the base needs is studied everywhere, also beyond what is searched."""
    size = answer.base.sample_size
    assert size is not None
    assert answer.at == size.size
    assert all(answer.at in result.studied for result in answer.points if not result.failure)
    far = known_curve(task_of(studied(), also=55))
    assert far.sizes[-1] == 55
    assert far.sample_size("total", 0.8) == known_curve(task_of(studied())).sample_size(
        "total", 0.8
    )


def test_equal_points_are_worked_out_once(answer: SweepAnswer) -> None:
    """They differ from the base by exactly nothing."""
    for result in (by_factor(answer, "effect.shift")[0], *by_factor(answer, "title")):
        assert result.curve is answer.base.curve
        apart = differences(result, answer.base)
        assert not apart.value.any()
        assert not apart.mcse.any()


def test_differences_share_their_draws(answer: SweepAnswer) -> None:
    """Their error is small as that of powers; it is that of both where one is simulated."""
    near = answer.difference(by_factor(answer, "effect.shift")[1])
    base = answer.power(answer.base)
    assert near is not None
    assert base is not None
    assert near.value < 0
    assert 0 < near.mcse < 0.003
    simulated = by_factor(answer, "clusters")[0]
    assert simulated.curve is None
    assert simulated.rules == ("any", "all", "total")
    apart, power = answer.difference(simulated), answer.power(simulated)
    assert apart is not None
    assert power is not None
    assert apart.value == pytest.approx(power.value - base.value)
    assert apart.mcse > 0.8 * power.mcse


def test_what_cannot_be_known_is_simulated(answer: SweepAnswer) -> None:
    """Rules that join endpoints, and clusters; people who cannot exist fail alone."""
    assert [result.wins is None for result in by_factor(answer, "primary")] == [False, True]
    failed = [result for result in answer.points if result.failure is not None]
    assert [result.point.settings for result in failed] == [{"correlation.items": -0.9}]
    assert (failed[0].studied, failed[0].wins, failed[0].curve) == ((), None, None)


def test_exact_powers_differ_exactly() -> None:
    """A sign test is enumerated at every size, and no difference has an error."""
    factors = {"effect.shift": (0.5, 0.6)}
    study = studied(
        questionnaire={"items": ("a",)}, roles={"mentor": {"pre": PRE}, "mentee": None},
        success={"a": "a"}, primary="a", analysis={"test": "sign", "adjustment": "none"},
        sweep={"kind": "grid", "factors": factors},
    )  # fmt: skip
    found = sweep(study)
    apart = found.difference(found.points[2])
    assert apart is not None
    assert (apart.mcse, apart.replicates) == (0, 0)
    assert apart.value > 0
    assert found.points[2].studied[:35] == tuple(range(6, 41))


class Counting(InProcessExecutor):
    """Counts what it computes."""

    calls = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Compute at once."""
        self.calls += 1
        return super().submit(fn, *args, **kwargs)


def test_finished_curves_are_used_again(tmp_path: Path) -> None:
    """A second sweep computes nothing and says the same; progress is over at its end alone."""
    factors = {"effect.shift": (0.5, 0.4, 0.6)}
    study = studied(sweep={"kind": "grid", "factors": factors})
    answers, calls, told = [], [], []
    with BlockStore(tmp_path / "blocks.sqlite", engine_version()) as store:
        for _ in range(2):
            executor = Counting()
            hear = lambda done, planned: told.append((done, planned))  # noqa: E731
            answers.append(sweep(study, hear, executor=executor, store=store))
            calls.append(executor.calls)
    assert calls == [3, 0]
    assert told[:3] == told[3:] == [(1, 4), (2, 3), (3, 3)]  # never said to be over too early
    first, second = (answer.points[2].curve for answer in answers)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.batches, second.batches)


def test_damaged_curves_are_refused() -> None:
    """Bytes that are no curve of the task are said to be damaged."""
    task = task_of(studied())
    curve = known_curve(task)
    data = curve_to_bytes(curve)
    np.testing.assert_array_equal(curve_from_bytes(task, data).value, curve.value)
    for damaged in (b"", b"\xff" * 8, data[:-4], data[4:]):
        with pytest.raises(ValueError, match=r"not|cut|has"):
            curve_from_bytes(task, damaged)
