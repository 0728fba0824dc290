"""What is answered while typing is what the whole job answers."""

import pytest

from sim import compose_study, exact_power, plan
from sim.cohorts import change_pmf, role_arms
from sim.jobs.preview import Preview, preview
from sim.report.topics.warnings import early_warnings

SMALL = ["design.n=[6,12,24]", "monte_carlo.replicates=200", "monte_carlo.block_size=100"]
FEW_DRAWS = "effect.prior.draws=20"


def keys(found: Preview) -> list[str]:
    """Every criterion that can be chosen."""
    return [criterion.key for group in found.criteria.values() for criterion in group]


def test_it_is_the_exact_power() -> None:
    """The curve is that of the public exact power, of the domain that is chosen."""
    study = compose_study(["effect=shift", *SMALL])
    found = preview(study, "1.2")
    assert found.curve is not None
    pmf = change_pmf(role_arms(study, 1)[0])[2]
    assert found.curve.people == (5, 10, 20)
    expected = exact_power(pmf, sizes=[5, 10, 20]).roles[0].measures.win.value[:, 0]
    assert found.curve.power == pytest.approx(expected, abs=max(found.curve.error, 1e-9))
    assert "approachability" in found.criterion.name


def test_a_rule_on_one_domain_is_answered_itself() -> None:
    """Where the primary rule can be had exactly, it is what is shown, at its own level."""
    rules = "success={one: strengths}"
    words = ["effect=shift", "analysis.adjustment=bonferroni", "primary=one", rules]
    study = compose_study([*words, *SMALL])
    found, whole = preview(study), plan(study)
    assert found.criterion.name == "the rule 'one'"
    rule = whole.characteristics.rule_index("one")
    assert whole.characteristics.rule_engines[rule] == "exact"
    assert found.curve is not None
    expected = whole.characteristics.rule_win.value[:, rule]
    assert found.curve.power == pytest.approx(expected, abs=1e-4)


def test_every_criterion_can_be_chosen() -> None:
    """Every rule and every endpoint of every role, the primary rule first and where unknown."""
    study = compose_study(SMALL)
    found = preview(study, "nonsense")
    assert keys(found)[0] == found.criterion.key == "primary"
    assert len(keys(found)) == len(set(keys(found))) == len(study.success) + 2 * 8
    for key in keys(found):
        assert preview(study, key).criterion.key == key


@pytest.mark.parametrize(
    "words", [["effect=pilot", FEW_DRAWS], ["effect=none"], ["experiment=controlled"]]
)
def test_its_warnings_and_effects_are_the_plan_s(words: list[str]) -> None:
    """Every warning at once is one of the whole answer, which may say more; effects are its own."""
    study = compose_study([*words, *SMALL])
    found, whole = preview(study), plan(study)
    for said in early_warnings(found.facts):
        assert any(other.startswith(said) for other in whole.warnings)
    for role, own in whole.effects.items():
        assert (found.facts.effects[role].mean_change == own.mean_change).all()
        assert (found.facts.effects[role].true_null == own.true_null).all()


@pytest.mark.parametrize(
    ("words", "key", "why"),
    [
        (["experiment=multi_site"], "0.0", "clusters"),
        (["experiment=controlled"], "0.0", "two arms"),
        ([], "primary", "sum over correlated"),
        ([], "0.7", "sum over correlated"),
        (["primary='any domain'"], "primary", "joins endpoints"),
    ],
)
def test_it_says_why_there_is_none(words: list[str], key: str, why: str) -> None:
    """Where the exact engine does not apply, that is said."""
    found = preview(compose_study(words), key)
    assert found.curve is None
    assert why in found.refused


def test_a_long_curve_is_cut_and_says_so() -> None:
    """A curve that would take long ends early."""
    found = preview(compose_study(["effect=shift", "design.up_to=400"]), "0.0").curve
    assert found is not None
    assert 12 <= found.sizes[-1] < 400
    assert not found.is_whole
    assert found.size.size == 41
