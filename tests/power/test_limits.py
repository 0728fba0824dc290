"""What power tends to, and what is impossible: judged by the test, on what is observed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from oracles.samples import ONE_GROUP, TWO_ARMS, Arm, changes_tested, endpoint_changes
from oracles.studies import CONTROL, PRE, make_analysis, population_of_changes, small_study
from oracles.totals import with_total_of

from sim import compose_study, plan
from sim.cohorts import arms_by_role, draw_cohort, role_arms
from sim.cohorts.respondents import respondents
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose
from sim.jobs.assurance import assurances, believed_effects
from sim.jobs.tasks import block_task
from sim.power.estimands import estimands_of, estimands_of_several
from sim.power.exact import exact_rejection
from sim.power.limits import PowerLimit, impossible_rule, power_limits
from sim.report.telling import summary
from sim.study import Study
from sim.study.endpoints import Endpoints

NONE = {}
LEAVES = {"kind": "mnar", "rate": 0.3, "slope": -2.0}
BY_TOTAL = {"kind": "mar", "rate": 0.3, "slope": 1.5}
SITES: dict[str, Any] = {
    "sites": 6, "per_site": 5, "accrual": "round_robin", "size_variation": 0.0,
    "icc": 0.2, "shared_icc": 0.0, "stated_as": "latent", "assumption": None,
}  # fmt: skip


def limits_of(study: Study) -> dict[str, PowerLimit]:
    """Bound the power of every rule of a study."""
    task = block_task(study, arms_by_role(study), Purpose.MAIN, 1)
    return {rule.name: own for rule, own in zip(task.rules, power_limits(task), strict=True)}


def bounds_of(study: Study) -> dict[str, tuple[float, float]]:
    """Keep the bounds alone."""
    return {name: (own.low, round(own.high, 12)) for name, own in limits_of(study).items()}


def rule(endpoint: str) -> dict[str, Any]:
    """Decide by one endpoint."""
    return {"primary": "one", "success": {"one": endpoint}}


# ------------------------------------------------------------------ what was said and false


MNAR = ["effect=none", "missing=mnar", "missing.rate=0.3", "missing.slope=-2", "store.file=null"]


def test_the_search_goes_on_where_dropout_makes_an_effect() -> None:
    """No effect, but those who fall leave: power passes the target, yet that is no answer."""
    few = ["monte_carlo.replicates=200", "monte_carlo.search_replicates=200"]
    sizes = ["design.up_to=60", "design.search_limit=120", "engine=monte_carlo"]
    answer = plan(compose_study([*MNAR, *few, *sizes, "monte_carlo.block_size=100"]))
    both = answer.missing_by_chance
    assert both is not None
    assert all(size.impossible is None for size in both.sizes_by_answers)
    assert answer.study.design.up_to == 120  # beyond 60, where power is .74
    assert both.pair("total")[1].size is not None
    assert answer.sample_size.impossible is not None  # of people who do not leave by their answers
    text = " ".join(summary(answer).split())
    assert "nor can any" in text
    assert "under the drop-out that depends on the answers" in text
    assert "There is no effect of mentoring on 7 domains of the mentors" in text


def test_assurance_keeps_below_its_limit_under_dropout() -> None:
    """Half of the effects believed are falls, but assurance does not tend to one half."""
    prior = {"kind": "normal_shift", "mean": 0.0, "sd": 0.15, "between_sd": 0.0,
             "draws": 40, "replicates": 50}  # fmt: skip
    study = small_study(
        effect={"shift": 0.0, "prior": prior}, missing=LEAVES,
        design={"n": (60, 150)},
    )  # fmt: skip
    (own,) = assurances(study, believed_effects(study), InProcessExecutor())
    q = list(study.success).index("total")
    assert own.limit.value[q] > 0.9
    assert (own.value.value[:, q] <= own.limit.high[q]).all()
    assert own.value.value[1, q] > 0.65
    assert own.sizes[q].impossible is None


def test_a_mean_of_zero_is_not_impossible_for_ranks() -> None:
    """Changes of -4, 0, 1 with .1, .5, .4 have mean 0; the signed-rank test finds the rises."""
    chance = {-4: 0.1, 0: 0.5, 1: 0.4}
    people = population_of_changes(chance)
    pmf = [chance.get(change, 0.0) for change in range(-4, 5)]
    analysis = make_analysis(p_value="auto")
    assert exact_rejection(pmf, [250], analysis).win[0] == pytest.approx(0.795, abs=0.01)
    assert estimands_of(
        (people,), with_total_of(people, analysis), analysis
    ).value == pytest.approx([0.14, 0.14])
    means = estimands_of((people,), with_total_of(people), make_analysis(test="paired_t"))
    assert means.value.tolist() == [0, 0]
    table = np.diag([0.1, 0.1, 0.1, 0.1, 0.1])
    table[4, 0], table[0, 1], table[1, 2], table[2, 3], table[3, 4] = 0.1, 0.1, 0.1, 0.1, 0.1
    study = small_study(
        effect={"joint": table.tolist()},
        roles={"mentor": {"pre": tuple(table.sum(axis=1).tolist())}, "mentee": None},
        **rule("a"), design={"n": None, "smallest": 6, "up_to": 10,
                                    "search_limit": 20},
        engine="auto", analysis={"adjustment": "none"},
    )  # fmt: skip
    answer = plan(study)
    assert answer.sample_size.impossible is None
    assert answer.study.design.up_to == 20
    assert not any("not its mean" in warning for warning in answer.warnings)


# ----------------------------------------------------------- against the product's own people


CASES: dict[str, dict[str, Any]] = {
    "nobody leaves": {},
    "by the total": {"missing": BY_TOTAL, "effect": NONE},
    "by the change": {"missing": LEAVES, "effect": {"shift": -0.2}},
    "selected": {"selection": {"kind": "baseline", "at_most": 8}, "effect": NONE},
    "screened": {"selection": {"kind": "screening", "at_most": 8, "retest": 0.7}, "effect": NONE},
    "shifted": {"uncontrolled": {"response_shift": 0.1}, "effect": NONE, "missing": BY_TOTAL},
}
BOTH_ARMS: dict[str, dict[str, Any]] = {
    "two arms": {"control": CONTROL, "effect": {"shift": 0.2}},
    "two arms, by the change": {
        "control": {**CONTROL, "ratio": (2, 1)},
        "effect": {"post": (0.25, 0.1, 0.3, 0.1, 0.25)},
        "missing": LEAVES,
    },
}


@pytest.mark.parametrize("stated", CASES.values(), ids=CASES)
def test_the_tests_find_the_estimands(stated: Mapping[str, Any]) -> None:
    """In 12,000 people drawn as a study draws them every test ends on its estimand's side."""
    people = role_arms(small_study(**stated), 0)[0]
    cohort = draw_cohort(people, 12_000, 1, np.random.default_rng(5))
    for test in ONE_GROUP:
        analysis = make_analysis(test=test, p_value="auto")
        found = estimands_of((people,), with_total_of(people, analysis), analysis)
        changes = changes_tested(cohort.scores, analysis)
        result = ONE_GROUP[test](changes, np.array([12_000]), analysis)
        sure = result.pvalue[0, 0] < 1e-6
        assert sure.any()
        assert (np.sign(found.value) == result.direction[0, 0])[sure].all(), test


@pytest.mark.parametrize("test", ["signed_rank", "paired_t"])
def test_several_populations_are_as_each_alone(test: str) -> None:
    """Whether together or one after the other, of clear, small, no and opposite effects."""
    analysis = make_analysis(test=test, p_value="auto")
    people = [role_arms(small_study(effect={"shift": shift}), 0)[:1]
              for shift in ((0.5, 0.1, 0.2), 0.0, 0.001, (0.1, -0.1, 0.0))]  # fmt: skip
    endpoints = with_total_of(people[0][0], analysis)
    together = estimands_of_several(people, endpoints, analysis)
    for one, arms in zip(together.each(), people, strict=True):
        alone = estimands_of(arms, endpoints, analysis)
        np.testing.assert_allclose(one.value, alone.value, rtol=0, atol=1e-15)
        assert one.null.tolist() == alone.null.tolist()
        assert one.informative.tolist() == alone.informative.tolist()


@pytest.mark.parametrize("stated", BOTH_ARMS.values(), ids=BOTH_ARMS)
def test_the_tests_of_two_arms_find_the_estimands(stated: Mapping[str, Any]) -> None:
    """In large arms drawn as a study draws them every test ends on its estimand's side."""
    study = small_study(**stated, analysis={"test": "ancova"})
    arms = role_arms(study, 0)
    sizes = [12_000 * part for part in stated["control"]["ratio"]]
    drawn = []
    for own, number, seed in zip(arms, sizes, (5, 6), strict=True):
        assert own is not None
        scores = draw_cohort(own, number, 1, np.random.default_rng(seed)).scores
        before = scores[..., 0].astype(np.int16)
        before = np.concatenate([before, before.sum(axis=2, keepdims=True)], axis=2)
        changes = np.ascontiguousarray(endpoint_changes(scores))
        drawn.append(Arm(changes, before.astype(np.int16), np.array([number]), np.arange(number)))
    for test in ("ancova", "mann_whitney", "two_sample_t"):
        analysis = make_analysis(test=test, p_value="auto")
        found = estimands_of(
            arms,
            Endpoints.with_total(len(arms[0].tables)),
            analysis,
            tuple(stated["control"]["ratio"]),
        )
        result = TWO_ARMS[test](*drawn, analysis)
        sure = result.pvalue[0, 0] < 1e-6
        assert sure.any()
        assert (np.sign(found.value) == result.direction[0, 0])[sure].all(), test


@pytest.mark.parametrize("stated", CASES.values(), ids=CASES)
def test_respondents_are_those_who_answer(stated: Mapping[str, Any]) -> None:
    """Share observed and mean changes of simulated people fit people drawn, domain by domain."""
    people = role_arms(small_study(**stated), 0)[0]
    own = respondents([people], 1024)
    scores = draw_cohort(people, 20_000, 1, np.random.default_rng(9)).scores[0].astype(int)
    there = (scores > 0).all(axis=(1, 2))
    assert own.weight.sum(axis=1).mean() == pytest.approx(there.mean(), abs=0.015)
    weight = own.weight / own.weight.sum()
    for d in range(3):
        change = (scores[there, d, 1] - scores[there, d, 0]).astype(float)
        mean = float((weight * (own.after - own.before)[d]).sum())
        assert mean == pytest.approx(change.mean(), abs=5 * change.std() / np.sqrt(there.sum()))


# ------------------------------------------------------------------------- what is not claimed


@pytest.mark.parametrize(
    ("stated", "level"),
    [
        ({}, 0.025),
        ({"analysis": {"alternative": "greater"}}, 0.05),
        ({"analysis": {"alternative": "less"}}, 0.05),
        ({"control": CONTROL, "analysis": {"test": "mann_whitney"}}, 0.025),
        ({"control": CONTROL, "missing": LEAVES, "analysis": {"test": "ancova"}}, 0.025),
        ({"missing": {"kind": "mcar", "rate": 0.2}}, 0.025),
    ],
)
def test_no_effect_tends_to_the_level(stated: Mapping[str, Any], level: float) -> None:
    """Where the null holds on what is observed, one endpoint is won by the level of its test."""
    study = small_study(effect=NONE, **stated)
    assert bounds_of(study)["total"] == (level, level)


def test_impossible_is_below_the_target() -> None:
    """A target that the level alone reaches is not out of reach; one above it is."""
    study = small_study(effect=NONE)
    (total,) = (own for own in block_task(
        study, (role_arms(study, 0),), Purpose.MAIN, 1).rules
        if own.name == "total")  # fmt: skip
    limit = limits_of(study)["total"]
    assert impossible_rule(total, limit, 0.02) is None
    assert impossible_rule(total, limit, 0.025) is None
    assert impossible_rule(total, limit, 0.03) == (
        "as the study grows its test does not tend to significance on the side of success"
    )


@pytest.mark.parametrize(
    "stated",
    [
        {"clusters": {"site": SITES}, "analysis": {"test": "paired_t", "adjustment": "none"}},
        {"clusters": {"site": SITES}, "analysis": {"test": "clustered_signed_rank"}},
        {"missing": {**LEAVES, "item_rate": 0.1, "total": "prorated"}},
    ],
    ids=["people of few sites", "site ranks", "prorated under dropout"],
)
def test_nothing_is_claimed_of_what_does_not_converge(stated: Mapping[str, Any]) -> None:
    """With a fixed number of sites, or totals of no known distribution, power may be anything."""
    assert bounds_of(small_study(**stated))["total"] == (0, 1)


def test_sites_that_are_added_bring_a_conclusion() -> None:
    """Where sites are filled in turn their number grows, and with it the power to 1."""
    turn = {**SITES, "accrual": "in_turn"}
    study = small_study(clusters={"site": turn}, analysis={"test": "cluster_mean_t"})
    assert bounds_of(study)["total"] == (1, 1)


def test_half_is_the_most_without_effect_at_few_sites() -> None:
    """In one group no direction is favoured, whatever the sites: no more than half are wins."""
    by_ranks = {"test": "clustered_signed_rank"}
    study = small_study(effect=NONE, clusters={"site": SITES}, analysis=by_ranks)
    assert bounds_of(study)["total"] == (0, 0.5)


def test_a_model_is_left_alone() -> None:
    """Of a fitted model nothing is claimed, effect or none."""
    for effect in (NONE, {"shift": 0.5}):
        people = role_arms(small_study(effect=effect), 0)[0]
        found = estimands_of(
            (people,),
            with_total_of(people),
            make_analysis(test="ordinal_gee", p_value="auto"),
        )
        assert np.isnan(found.value).all()
        assert not found.null.any()


@pytest.mark.parametrize("shift", [1e-9, -1e-9])
def test_a_tiny_departure_is_on_no_side(shift: float) -> None:
    """A departure that is next to rounding is called neither an effect nor none."""
    study = small_study(effect={"shift": shift}, analysis={"adjustment": "none"})
    assert set(bounds_of(study).values()) == {(0, 1)}


# --------------------------------------------------------------------------- rules, adjustments


ONE_RISES = {
    "items": {"a": {"shift": 0.5}, "b": {"shift": -0.5}},
    "otherwise": NONE,
}


@pytest.mark.parametrize("adjustment", ["none", "holm", "hommel", "benjamini_hochberg"])
def test_rules_count_what_is_sure(adjustment: str) -> None:
    """One rises, one falls, one has no effect: any is met in the end, all never, two by chance."""
    rules = {**small_study().model_dump()["success"], "two": "at least 2 of items"}
    study = small_study(
        effect=ONE_RISES, analysis={"adjustment": adjustment}, primary="any", success=rules
    )
    found = bounds_of(study)
    assert found["any"] == (1, 1)
    assert found["all"] == (0, 0.0125)  # half of .025 by Markov's inequality: one is on no side
    assert found["two"] == ((0.025, 0.025) if adjustment == "none" else (0, 0.025))


@pytest.mark.parametrize(
    ("sequence", "alternative", "expected"),
    [
        (["a", "b", "c"], "two_sided", {"a": (1, 1), "b": (0, 0), "c": (0.025, 0.025)}),
        (["b", "a"], "two_sided", {"a": (1, 1), "b": (0, 0), "c": (0, 0)}),
        (["b", "a"], "greater", {"a": (0, 0), "b": (0, 0), "c": (0, 0)}),
        (["c", "a"], "two_sided", {"a": (0.05, 0.05), "b": (0, 0), "c": (0.025, 0.025)}),
    ],
)
def test_a_sequence_stops_at_what_is_not_found(
    sequence: list[str], alternative: str, expected: dict[str, tuple[float, float]]
) -> None:
    """An endpoint behind one without effect is won no more often than that one is rejected."""
    rules = {name: name for name in "abc"}
    study = small_study(
        effect=ONE_RISES, primary=sequence[0], success=rules,
        analysis={"adjustment": "fixed_sequence", "sequence": sequence,
                  "alternative": alternative},
    )  # fmt: skip
    found = bounds_of(study)
    assert {name: pytest.approx(own) for name, own in expected.items()} == found


@pytest.mark.parametrize(
    ("first", "expected"),
    [("a", {"a": (1, 1), "b": (0, 0), "c": (0, 0.025)}),
     ("b", {"a": (1, 1), "b": (0, 0), "c": (0, 0.025)}),
     ("c", {"a": (0, 0.05), "b": (0, 0), "c": (0, 0.025)})],
)  # fmt: skip
def test_a_graph_passes_on_what_is_rejected(
    first: str, expected: dict[str, tuple[float, float]]
) -> None:
    """Behind an endpoint without effect nothing is sure; behind a fall it is, if two-sided."""
    rest = [name for name in "abc" if name != first]
    graph = {"weights": {first: 1.0}, "transitions": {
        first: {rest[0]: 0.5, rest[1]: 0.5}, rest[0]: {rest[1]: 1.0}, rest[1]: {rest[0]: 1.0},
    }}  # fmt: skip
    rules = {name: name for name in "abc"}
    study = small_study(
        effect=ONE_RISES, primary=first, success=rules,
        analysis={"adjustment": "graphical", "graph": graph},
    )  # fmt: skip
    assert bounds_of(study) == {name: pytest.approx(own) for name, own in expected.items()}


# ------------------------------------------------------------------------------ words


def test_what_a_test_does_not_see_is_said_by_test() -> None:
    """A change of shape around the same mean is unseen by the mean, and said so of it alone."""
    wider = {"post": (0.2, 0.1, 0.4, 0.1, 0.2)}
    few = {**rule("a"), "effect": wider}
    by_mean = plan(small_study(analysis={"test": "paired_t"}, **few))
    assert any("but not its mean, which is all" in warning for warning in by_mean.warnings)
    assert by_mean.sample_size.impossible is not None
    lopsided = {"post": (0.0, 0.40, 0.30, 0.20, 0.10)}
    assert np.dot((0.0, 0.40, 0.30, 0.20, 0.10), range(1, 6)) == np.dot(PRE, range(1, 6))
    by_rank = plan(small_study(**rule("a"), effect=lopsided))
    assert abs(by_rank.estimands["mentor"].value[0]) > 1e-5  # seen, if only by thousands
    assert not any("not its mean" in warning for warning in by_rank.warnings)


def test_no_effect_is_not_called_the_level_under_dropout() -> None:
    """Roles without effect are said to have the level as power only where that is so."""
    plain = summary(plan(small_study(effect=NONE)))
    biased = summary(plan(small_study(effect=NONE, missing=LEAVES)))
    assert "Their power is the level of the tests." in " ".join(plain.split())
    assert "Their power is the level of the tests." not in " ".join(biased.split())
    assert "Among the people who answer tests find a change" in " ".join(biased.split())


def at_sites(sites: int, **changes: Any) -> Study:
    """Test one item by the means of so many sites, to which people are added."""
    stated: dict[str, Any] = {
        "clusters": {"site": {**SITES, "sites": sites}}, "effect": {"shift": 0.5},
        "analysis": {"test": "cluster_mean_t", "p_value": "auto", "adjustment": "none"},
        **rule("a"),
    }  # fmt: skip
    return small_study(**{**stated, **changes})


@pytest.mark.parametrize(("sites", "power"), [(2, 0.10), (6, 0.596)])
def test_few_sites_bound_the_power(sites: int, power: float) -> None:
    """The bound lies a little above what studies of thousands of people at them have."""
    high = limits_of(at_sites(sites))["one"].high
    assert power < high < power + 0.05
    many = {"replicates": 400, "search_replicates": 400, "block_size": 100}
    answer = plan(at_sites(sites, design={"n": (1500,)}, monte_carlo=many))
    assert answer.sample_size.power < high


def test_a_search_at_two_sites_stops_at_once() -> None:
    """It does not go on to the limit, and says in one line why; it does where sites are added."""
    design = {"n": None, "smallest": 6, "up_to": 12, "search_limit": 100_000}
    answer = plan(at_sites(2, design=design))
    assert answer.sample_size.limit == 12
    line = "nor can any: more people at as many clusters take its power to no more than 0.1"
    assert line in " ".join(summary(answer).split())
    added = at_sites(2, clusters={"site": {**SITES, "accrual": "in_turn"}}, design=design)
    assert limits_of(added)["one"].by_sites is False
