"""A study of one domain: its total is the domain, and there is nothing to adjust for."""

from typing import Any

import numpy as np
import pytest
from oracles.studies import PRE, small_study

from sim import plan
from sim.inference.adjust import ADJUSTMENTS
from sim.inference.thresholds import stepwise
from sim.jobs.preview import PRIMARY, preview
from sim.study import Study

RULES = {
    "domain": "a",
    "total": "total",
}


def study_of(primary: str = "total", **changes: Any) -> Study:
    """Study one domain, exactly, by its name and by its total."""
    stated = {
        "questionnaire": {"points": 5, "items": ("a",)},
        "roles": {"mentor": {"pre": PRE}, "mentee": None},
        "primary": primary,
        "success": RULES,
        "design": {"n": tuple(range(30, 46))},
        "engine": "exact",
        **changes,
    }
    return small_study(**stated)


@pytest.mark.parametrize("primary", ["domain", "total"])
@pytest.mark.parametrize("engine", ["exact", "auto"])
def test_the_total_of_one_domain_is_the_domain(primary: str, engine: str) -> None:
    """Power and size of both are exact and the same."""
    answer = plan(study_of(primary, engine=engine))
    found = answer.characteristics
    assert found.rule_engines == ("exact", "exact")
    assert found.roles[0].engines == ("exact", "exact")
    assert np.array_equal(found.rule_win.value[:, 0], found.rule_win.value[:, 1])
    sizes = [(own.size, own.low, own.high, own.replicates) for own in answer.sample_sizes]
    assert sizes[0] == sizes[1]
    assert sizes[0][3] == 0


def test_the_total_at_its_own_cut() -> None:
    """McNemar's test of the total is exact at the total's cut; without one it is not tested."""
    at = {"test": "mcnemar", "cut": 3, "total_cut": 4}
    both = plan(study_of(analysis=at)).characteristics.rule_win.value
    other = plan(study_of("domain", analysis={**at, "cut": 4})).characteristics.rule_win.value
    assert np.array_equal(both[:, 1], other[:, 0])
    alone = {"primary": "domain", "success": {"domain": RULES["domain"]}}
    plain = study_of(analysis={"test": "mcnemar", "cut": 3, "total_cut": None}, **alone)
    untested = plan(plain).characteristics.roles[0]
    assert untested.engines == ("exact", "monte_carlo")
    assert (untested.measures.win.value[:, 1] == 0).all()
    assert preview(plain, "0.1").criterion.key == PRIMARY  # it is not offered


@pytest.mark.parametrize("adjustment", sorted(set(ADJUSTMENTS) - {"fixed_sequence"}))
def test_one_hypothesis_needs_no_adjustment(adjustment: str) -> None:
    """Whatever the adjustment, one domain is decided by its own p-value, and exactly."""
    procedure = stepwise(adjustment, 1, 0.05)
    assert procedure is not None
    assert procedure.direction == "single"
    assert procedure.thresholds[-procedure.needed[0]] == pytest.approx(0.05, rel=1e-15)
    sizes = {"n": (20, 30)}
    plain = plan(study_of("domain", analysis={"adjustment": "none"}, design=sizes))
    adjusted = plan(study_of("domain", analysis={"adjustment": adjustment}, design=sizes))
    assert np.allclose(
        adjusted.characteristics.rule_win.value, plain.characteristics.rule_win.value,
        rtol=0, atol=1e-12,
    )  # fmt: skip


def test_the_page_has_it_at_once() -> None:
    """The total of one domain has its exact power while one types."""
    found = preview(study_of(engine="auto"))
    assert found.refused == ""
    assert found.curve is not None
