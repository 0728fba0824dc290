"""What is answered while typing is what the whole job answers."""

import pytest

from sim import compose_study, exact_power, plan
from sim.cohorts import change_pmf, role_population
from sim.page.instant import instant

SMALL = ["design.sizes=[6,12,24]", "monte_carlo.replicates=200", "monte_carlo.block_size=100"]


def test_it_is_the_exact_power() -> None:
    """The curve is that of the public exact power, of the domain that is asked for."""
    study = compose_study(["effect=shift", *SMALL])
    found = instant(study, "1.2")
    pmf = change_pmf(role_population(study, "mentee"))[2]
    assert found.people == (5, 10, 20)
    expected = exact_power(pmf, sizes=list(found.people)).roles[0].measures.win.value[:, 0]
    assert found.power == pytest.approx(expected, abs=max(found.error, 1e-9))
    assert "approachability" in found.name


def test_a_rule_on_one_domain_is_answered_itself() -> None:
    """Where the primary rule can be had exactly, it is what is shown, at its own level."""
    rules = "decision.rules={one: {kind: one, endpoints: [strengths], roles: [mentor]}}"
    words = ["effect=shift", "analysis.adjustment=bonferroni", "decision.primary=one", rules]
    study = compose_study([*words, *SMALL])
    found, whole = instant(study), plan(study)
    assert found.name == "the rule 'one'"
    rule = whole.characteristics.rule_index("one")
    assert whole.characteristics.exact_rules[rule]
    expected = whole.characteristics.rule_win.value[:, rule]
    assert found.power == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("words", [["effect=pilot"], ["effect=none"], ["experiment=controlled"]])
def test_its_warnings_are_the_plan_s(words: list[str]) -> None:
    """Every warning at once is one of the whole answer, which may say more."""
    study = compose_study([*words, *SMALL])
    whole = plan(study).warnings
    for said in instant(study).warnings:
        assert any(other.startswith(said) for other in whole)


@pytest.mark.parametrize("experiment", ["multi_site", "controlled"])
def test_it_says_why_there_is_none(experiment: str) -> None:
    """Where the exact engine does not apply, that is said."""
    found = instant(compose_study([f"experiment={experiment}"]))
    assert found.power == ()
    assert found.refused


def test_a_long_curve_is_cut_and_says_so() -> None:
    """A curve that would take long ends early."""
    found = instant(compose_study(["effect=shift", "design.max_pairs=400"]))
    assert 12 <= found.pairs[-1] < 400
    assert str(found.pairs[-1]) in found.refused
    assert found.needed == 41
