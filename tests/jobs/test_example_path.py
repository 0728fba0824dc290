"""One simulated study with looks, as its answers come in."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from oracles.studies import CONTROL, small_study
from scipy import stats

from sim.cohorts import arms_by_role
from sim.compute.streams import Purpose
from sim.jobs.example_path import example_path
from sim.jobs.plan import design_facts
from sim.jobs.tasks import block_task
from sim.power.role import draw_samples
from sim.report.charts.interim import boundary_chart

TOTAL: dict[str, Any] = {"primary": "total", "interim": {"looks": 3}}


@pytest.mark.parametrize("alternative", ["two_sided", "greater"])
def test_every_z_is_that_of_its_p_value(alternative: Literal["two_sided", "greater"]) -> None:
    """As SciPy's t test of the same first people has it, in the direction of success."""
    analysis = {"test": "paired_t", "alternative": alternative}
    study = small_study(**TOTAL, analysis=analysis, design={"n": (12,)})
    task = block_task(study, arms_by_role(study), Purpose.MAIN, 1)
    total = draw_samples(task, 0, 0)[0].changes[0, :, -1].astype(float)
    path = dict(example_path(study, 12))
    for n in range(4, 13):
        result = stats.ttest_1samp(total[:n], 0)  # both tails give the same z
        z = -stats.norm.ppf(result.pvalue / 2) * np.sign(result.statistic)
        assert path[n] == pytest.approx(z, abs=1e-9)


def test_arms_of_unlike_size_begin_with_two_people_each() -> None:
    """Of three in four treated the first is tested when two are not."""
    control = {"control": CONTROL | {"ratio": (3, 1)}, "analysis": {"test": "two_sample_t"}}
    sizes = [n for n, _ in example_path(small_study(**TOTAL, **control), 12)]
    assert sizes[0] >= 7
    assert sizes[-1] == 12


@pytest.mark.parametrize("primary", ["any", "all"])
def test_a_rule_on_several_endpoints_has_none(primary: str) -> None:
    """One line would not show whether it is met."""
    assert example_path(small_study(primary=primary), 12) == ()


@pytest.mark.parametrize(
    ("z", "words"),
    [
        ((0.5, 9.0, 9.0), "ends at 8 with success, pale from there"),
        ((0.5, -9.0, 9.0), "ends at 8 significant in the wrong direction, pale"),
        ((-0.5, 9.0, 9.0), "ends at 4 for futility, pale from there"),
        ((0.5, 0.5, 0.5), "ends at 12 without success."),
        ((0.5, 0.5, 9.0), "ends at 12 with success."),
    ],
)
def test_the_picture_says_where_it_ends(z: tuple[float, float, float], words: str) -> None:
    """At the first look at which it is decided."""
    interim = TOTAL["interim"] | {"futility": {"p": 0.5}}
    facts = design_facts(small_study(**TOTAL | {"interim": interim}))
    assert facts.interim is not None
    path = tuple(zip((4, 8, 12), z, strict=True))
    figure = boundary_chart(replace(facts, interim=replace(facts.interim, path=path)))
    assert figure is not None
    assert words in figure.below
