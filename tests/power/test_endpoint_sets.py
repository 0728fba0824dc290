"""Endpoints are sets of domains: a total, several subscales, or none beside the domains."""

from dataclasses import fields, replace

import numpy as np
import pytest
from oracles.studies import make_analysis, small_study, two_arm_study

from sim.cohorts import arms_by_role
from sim.cohorts.truth import mean_effects
from sim.compute.streams import Purpose
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.inference.sample import Sample
from sim.jobs.tasks import block_task
from sim.power.limits import power_limits
from sim.power.monte_carlo import simulate_block
from sim.power.tally import Tally
from sim.power.tally_bytes import from_bytes, tally_layout, to_bytes
from sim.power.task import BlockTask
from sim.power.thinned import Changes
from sim.study import Study
from sim.study.endpoints import Endpoints

SUBSCALES = Endpoints(3, ((0, 1, 2), (1, 2), (2,)))
NONE = Endpoints(3)
PER_ENDPOINT = (
    "rejected",
    "won",
    "adjusted_won",
    "uninformative",
    "estimable",
    "change",
    "covered",
)


def task_of(study: Study, endpoints: Endpoints) -> BlockTask:
    """State a study's block with other sets of domains, and rules on the domains alone."""
    task = block_task(study, arms_by_role(study), Purpose.MAIN, 60)
    rules = (DecisionRule("any", (0,), (0, 1, 2), 1),)
    return replace(task, endpoints=endpoints, rules=rules)


STUDIES = {
    "ranks": small_study,
    "cut": lambda: small_study(
        analysis={"test": "mcnemar", "cut": 4, "total_cut": 11, "p_value": "auto"}
    ),
    "scores": lambda: small_study(analysis={"test": "munzel_brunner", "p_value": "auto"}),
    "prorated": lambda: small_study(
        missing={"kind": "mcar", "rate": 0.1, "item_rate": 0.1, "total": "prorated"}
    ),
    "two arms": lambda: two_arm_study("ancova"),
}


@pytest.mark.parametrize("name", STUDIES)
def test_more_sums_move_nothing(name: str) -> None:
    """Domains and total count as they do with the total alone, whatever sums stand beside them."""
    study = STUDIES[name]()
    usual = simulate_block(task_of(study, Endpoints.with_total(3)), 0)
    more, none = (simulate_block(task_of(study, sets), 0) for sets in (SUBSCALES, NONE))
    roles, kept = usual.families.shape[1], {4: 4, 6: 4, 3: 3}
    for tally in (more, none):
        width = tally.rejected.shape[1] // roles
        for field in PER_ENDPOINT:
            for role in range(roles):
                mine = getattr(tally, field)[:, role * width :][:, : kept[width]]
                theirs = getattr(usual, field)[:, role * 4 :][:, : kept[width]]
                assert np.array_equal(mine, theirs), field
        assert np.array_equal(tally.rule_won, usual.rule_won)
        assert np.array_equal(tally.families, usual.families)


def test_a_sum_of_one_domain_is_that_domain() -> None:
    """By a test of people, a subscale of a single domain is tested and estimated as the domain."""
    tally = simulate_block(task_of(small_study(), SUBSCALES), 1)
    for field in ("rejected", "won", "estimable", "change", "width"):
        assert np.array_equal(getattr(tally, field)[:, 5], getattr(tally, field)[:, 2]), field


def test_a_subscale_is_the_sum_of_its_domains() -> None:
    """Changes and answers of a subscale are the sums of those of its domains, or missing."""
    scores = np.random.default_rng(1).integers(0, 6, (4, 9, 3, 2)).astype(np.int8)
    sample = Sample.of(scores, SUBSCALES)
    whole = (scores[:, :, 1:] > 0).all(axis=(2, 3))
    step = scores[:, :, 1:].astype(int).sum(axis=2)
    assert np.array_equal(sample.changes[..., 4][whole], (step[..., 1] - step[..., 0])[whole])
    assert (sample.changes[..., 4][~whole] == -32768).all()
    assert np.array_equal(sample.before[..., 4], step[..., 0])
    assert np.array_equal(sample.after[..., 4], step[..., 1])


@pytest.mark.parametrize("endpoints", [SUBSCALES, NONE], ids=["subscales", "none"])
def test_tallies_are_kept_and_limits_known(endpoints: Endpoints) -> None:
    """Tallies of any sets are written and read back whole, and every rule's limit is bounded."""
    task = task_of(small_study(effect={"shift": 0.4}), endpoints)
    tally = simulate_block(task, 0)
    again = from_bytes(Tally, tally_layout(task), to_bytes(tally))
    for field in fields(Tally):
        assert np.array_equal(getattr(again, field.name), getattr(tally, field.name)), field.name
    (limit,) = power_limits(task)
    assert limit.low == limit.high == 1


def test_the_exact_engine_takes_sums_of_one_domain() -> None:
    """It enumerates domains and sums of single ones; effects of a sum are sums of effects."""
    study = small_study(effect={"shift": (0.2, 0.4, 0.6)})
    (people,) = arms_by_role(study)[0]
    changes = Changes.of(people, SUBSCALES, make_analysis())
    assert [changes.is_single(place) for place in range(6)] == [True] * 3 + [False, False, True]
    assert np.array_equal(changes.listed(5).pmf, changes.listed(2).pmf)
    for place in (3, 4):
        with pytest.raises(StudyError, match=r"can change in too many ways to list"):
            changes.listed(place)
    effects = mean_effects((people,), SUBSCALES)
    assert effects[3:] == pytest.approx([effects[:3].sum(), effects[1:3].sum(), effects[2]])
