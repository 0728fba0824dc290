"""The size before each adjustment is the size of the study that is stated without it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from oracles.studies import CONTROL, PRE, small_study

from sim import compose_study, exact_power, plan
from sim.cohorts import change_pmf, role_arms
from sim.compute.store import BlockStore
from sim.jobs.allowances import allowances_of, without
from sim.jobs.blocks import engine_version
from sim.power import simulate
from sim.report.results.answer import PlanAnswer
from sim.study import Study, parse_study

BOTH = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": None}}
SITES = {
    "stated_as": "latent", "icc": 0.2, "shared_icc": 0.1,
    "accrual": "in_turn", "sites": 8, "per_site": 4, "size_variation": 0.5, "assumption": None,
}  # fmt: skip
LEAVING = {"kind": "mar", "rate": 0.2, "slope": -0.7, "item_rate": 0.05, "total": "complete_case"}
ITEMS = {"rate": 0.0, "item_rate": 0.1, "total": "prorated"}
NOBODY = {"rate": 0.0, "item_rate": 0.0, "total": "complete_case"}
NO_SITES = {}
BY_SITE = {**CONTROL, "unit": "site", "beside": "cluster_mean_t"}
QUICK = {"replicates": 100, "search_replicates": 200, "block_size": 25}

Sections = dict[str, Any]
CASES: dict[str, tuple[Sections, dict[str, Sections]]] = {
    "one group, a test of sites": (
        {"roles": BOTH, "missing": LEAVING, "clusters": {"site": SITES},
         "analysis": {"test": "clustered_signed_rank", "p_value": "asymptotic"}},
        {"missing": {"missing": NOBODY},
         "clusters": {"clusters": NO_SITES, "analysis": {"test": "signed_rank"}},
         "multiplicity": {"analysis": {"adjustment": "none"}}},
    ),
    "a t test of sites, both totals": (
        {"roles": BOTH, "missing": ITEMS, "clusters": {"site": SITES}, "primary": "both",
         "success": {"both": "all of [total] for [mentor, mentee]"},
         "analysis": {"test": "cluster_mean_t", "p_value": "asymptotic"}},
        {"missing": {"missing": NOBODY},
         "clusters": {"clusters": NO_SITES, "analysis": {"test": "paired_t", "p_value": "auto"}}},
    ),
    "a test that looks at no sites": (
        {"clusters": {"site": SITES}, "analysis": {"test": "sign"}},
        {"clusters": {"clusters": NO_SITES}, "multiplicity": {"analysis": {"adjustment": "none"}}},
    ),
    "two arms by site": (
        {"missing": LEAVING, "clusters": {"site": SITES}, "control": BY_SITE, "primary": "total",
         "analysis": {"test": "cluster_mean_two_sample_t"}},
        {"missing": {"missing": NOBODY},
         "clusters": {"clusters": NO_SITES, "analysis": {"test": "two_sample_t"},
                      "control": {"unit": "person", "beside": "paired_t"}}},
    ),
    "a sequence": (
        {"missing": LEAVING, "primary": "total", "analysis": {
            "adjustment": "fixed_sequence", "sequence": ("a", "b", "total")}},
        {"missing": {"missing": NOBODY},
         "multiplicity": {"analysis": {"adjustment": "none", "sequence": None}}},
    ),
    "a graph": (
        {"primary": "total", "analysis": {"adjustment": "graphical", "graph": {
            "weights": {"total": 0.3, "a": 0.7}, "transitions": {}}}},
        {"multiplicity": {"analysis": {"adjustment": "none", "graph": None}}},
    ),
    "sign flips": (
        {"missing": LEAVING, "analysis": {"test": "sign_flip", "adjustment": "westfall_young"}},
        {"missing": {"missing": NOBODY}, "multiplicity": {"analysis": {"adjustment": "none"}}},
    ),
}  # fmt: skip


def together(*changes: Sections) -> Sections:
    """Put the changes of several sections together, the later ones first in right."""
    found: Sections = {}
    for own in changes:
        for section, values in own.items():
            whole = section in ("missing", "clusters", "success")
            replaced = whole or not isinstance(values, Mapping)
            found[section] = values if replaced else {**found.get(section, {}), **values}
    return found


def stated(*changes: Sections) -> Study:
    """State a small study that is quickly simulated, of sizes at which the numbers differ."""
    base = {"design": {"n": tuple(range(8, 61, 4))}, "monte_carlo": QUICK,
            "effect": {"shift": 0.6}}  # fmt: skip
    return small_study(**together(base, *changes))


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """List the blocks that are computed in this process."""
    found: list[int] = []
    compute: Callable[[Any, int], Any] = simulate.simulate_block

    def call(task: Any, block: int) -> Any:
        found.append(block)
        return compute(task, block)

    monkeypatch.setattr(simulate, "simulate_block", call)
    return found


@pytest.mark.parametrize("name", CASES)
def test_before_is_the_study_stated_without(name: str) -> None:
    """Size, interval, power and error are those of a plan in which the adjustment is not stated."""
    base, changes = CASES[name]
    answer = plan(stated(base))
    expected = {key: plan(stated(base, change)) for key, change in changes.items()}
    if len(changes) > 1:
        expected["all"] = plan(stated(base, *changes.values()))
    found = {own.adjustment: own for own in answer.before_adjustments}
    assert list(found) == list(expected)
    for key, other in expected.items():
        assert found[key].size == other.sample_size
        assert found[key].size != answer.sample_size  # something was left out
        assert found[key].test == other.study.analysis.test
        assert found[key].unit == getattr(other.study.control, "unit", None)


@pytest.mark.parametrize("name", CASES)
def test_what_is_left_is_a_study(name: str) -> None:
    """Without its adjustments a study is still one that can be stated, and has none."""
    study = stated(CASES[name][0])
    plain = without(study, *allowances_of(study))
    assert parse_study(plain.model_dump()) == plain
    assert allowances_of(plain) == ()


def test_it_goes_as_far_as_the_answer() -> None:
    """Where the search goes on, the numbers before have the limit to which it went."""
    sizes = {"n": None, "smallest": 6, "up_to": 7, "search_limit": 300}
    base = {"design": sizes, "missing": {**LEAVING, "rate": 0.4}}
    answer = plan(stated(base))
    limit = answer.study.design.up_to
    assert 7 < limit < 300
    assert [own.size.limit for own in answer.before_adjustments] == [limit] * 3
    there = {"design": {**sizes, "up_to": limit}}
    alone = plan(stated(base, there, {"missing": NOBODY})).sample_size
    assert answer.before_adjustments[0].size == alone
    assert alone.size is not None
    assert answer.sample_size.size is not None
    assert alone.size < answer.sample_size.size


def test_no_answer_is_no_hindrance() -> None:
    """Where no size is enough, the numbers before are found all the same, if they are there."""
    changes = {"missing": {**LEAVING, "rate": 0.9}, "primary": "total"}
    answer = plan(stated(changes, {"design": {"n": (10, 20, 30)}}))
    assert answer.sample_size.size is None
    (before,) = answer.before_adjustments
    assert before.size.size is not None
    assert before.size.limit == 30


NOTHING: dict[str, Sections] = {
    "the total on its own": {"primary": "total"},
    "not adjusted": {"analysis": {"adjustment": "none"}},
    "one domain": {"questionnaire": {"items": ("a",)}},
    "first in order": {"primary": "total", "analysis": {
        "adjustment": "fixed_sequence", "sequence": ("total", "a", "b", "c")}},
}  # fmt: skip


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_is_run_where_there_is_no_adjustment(name: str, computed: list[int]) -> None:
    """Nothing that bears on the primary rule: a main and a null run of 4 blocks and no more."""
    study = stated(NOTHING[name], {"monte_carlo": {**QUICK, "search_replicates": 100}})
    assert plan(study).before_adjustments == ()
    assert sorted(computed) == sorted([*range(4)] * 2)


def test_the_default_costs_nothing_more(computed: list[int]) -> None:
    """The study that the command runs without arguments is simulated twice, as ever."""
    few = ["monte_carlo.replicates=100", "monte_carlo.search_replicates=100",
           "monte_carlo.block_size=50", "design.n=[20]", "effect.prior=null"]  # fmt: skip
    assert plan(compose_study(few)).before_adjustments == ()
    assert len(computed) == 4


@pytest.mark.parametrize("beside", ["signed_rank", None])
def test_progress_is_exact(beside: str | None, computed: list[int]) -> None:
    """Every block is told of once and none is forgotten in the total, of whichever search."""
    control = {**CONTROL, "beside": beside}
    changes = {"control": control, "missing": LEAVING, "analysis": {"test": "two_sample_t"}}
    heard: list[tuple[int, int]] = []
    large = {"effect": {"shift": 1.2}}
    answer = plan(stated(changes, large), lambda done, total: heard.append((done, total)))
    assert [done for done, _ in heard] == [*range(1, len(computed) + 1)]
    assert heard[-1] == (len(computed), len(computed))
    totals = [total for _, total in heard]
    assert totals == sorted(totals)
    # known from the start, all of it twice where people leave by their answers: main and null run;
    # three searches, in one of which they do; two runs of the one group
    assert totals[0] == 4 * (2 * 2 + (1 + 2 + 1) + 2 * 2 * (beside is not None))
    assert totals[-1] > totals[0]  # and more replicates where they are needed
    assert len(answer.before_adjustments) == 3


def kept(answer: PlanAnswer) -> tuple[object, ...]:
    """What must not depend on where blocks are computed."""
    return answer.before_adjustments, answer.sample_sizes


def test_the_same_from_workers() -> None:
    """A worker process gives the same numbers as this one."""
    base = CASES["two arms by site"][0]
    pool = {"kind": "process_pool", "workers": 1}
    assert kept(plan(stated(base, {"compute": pool}))) == kept(plan(stated(base)))


def test_a_run_that_is_broken_off_goes_on(tmp_path: Path, computed: list[int]) -> None:
    """Asked again it computes what was left, a third time nothing; the numbers are the same."""
    study = stated(CASES["two arms by site"][0])
    expected = plan(study)
    blocks = len(computed)
    computed.clear()

    def broken_off(done: int, _total: int) -> None:
        if done == blocks - 5:  # among those of the last search
            raise KeyboardInterrupt

    with BlockStore(tmp_path / "blocks.sqlite", engine_version()) as store:
        with pytest.raises(KeyboardInterrupt):
            plan(study, broken_off, store)
        first = len(computed)
        assert first >= blocks - 5
        assert kept(plan(study, store=store)) == kept(expected)
        assert 0 < len(computed) - first <= 6
        computed.clear()
        assert kept(plan(study, store=store)) == kept(expected)
        assert computed == []


@pytest.mark.parametrize(("adjustment", "exact"), [("bonferroni", True), ("holm", False)])
def test_exact_where_it_can_be(adjustment: str, exact: bool) -> None:  # noqa: FBT001
    """One domain's number before is exact, whether or not the number after can be."""
    one = {"one": "b"}
    sizes = tuple(range(8, 41))
    study = small_study(
        engine="auto",
        effect={"shift": 0.8},
        primary="one",
        success=one,
        analysis={"adjustment": adjustment},
        design={"n": sizes},
    )
    answer = plan(study)
    assert (answer.sample_size.replicates == 0) == exact
    (before,) = answer.before_adjustments
    assert before.size.replicates == 0
    pmf = change_pmf(role_arms(study, 0)[0])[1]
    found = exact_power(pmf, sizes, exact_limit=study.analysis.exact_limit)
    powers = found.roles[0].measures.win.value[:, 0].tolist()
    enough = [all(power >= 0.8 for power in powers[k:]) for k in range(len(sizes))]
    assert before.size.size == sizes[enough.index(True)]
    assert before.size.power == pytest.approx(powers[enough.index(True)], rel=0, abs=1e-5)
