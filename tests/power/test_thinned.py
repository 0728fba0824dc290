"""Exact power with answers missing by chance: the simulation's, and refused elsewhere in words."""

import numpy as np
import pytest
from oracles.studies import make_analysis
from scipy.stats import binom

from sim import compose_study, plan
from sim.errors import StudyError
from sim.inference.analyse import analyse
from sim.inference.result import MISSING
from sim.power.exact import exact_rejection
from sim.power.thinned import thinned_rejection

PMF = np.array([0.02, 0.05, 0.12, 0.33, 0.30, 0.14, 0.04])
SIZES = np.array([8, 15, 24])
TESTS = [
    {"test": "signed_rank"},
    {"test": "signed_rank", "zeros": "pratt"},
    {"test": "signed_rank", "p_value": "asymptotic"},
    {"test": "sign"},
    {"test": "sign_flip"},
    {"test": "paired_t"},
]


@pytest.mark.parametrize("options", TESTS, ids=str)
def test_thinned_power_is_the_simulated_one(options: dict[str, str]) -> None:
    """Power with a fifth of the changes missing equals that of simulated changes."""
    analysis, replicates = make_analysis(**options), 20_000
    found = thinned_rejection(PMF, SIZES, analysis, 0.2, 1e12)
    rng = np.random.default_rng(21)
    changes = rng.choice(np.arange(-3, 4), (replicates, 24, 1), p=PMF).astype(np.int16)
    changes[rng.random(changes.shape) < 0.2] = MISSING
    rejected = analyse(changes, SIZES, analysis).pvalue[..., 0] <= analysis.alpha
    error = np.sqrt(found.power * (1 - found.power) / replicates)
    assert (np.abs(rejected.mean(axis=0) - found.power) < 4 * error).all()
    assert (found.win <= found.power).all()


@pytest.mark.parametrize("test", ["signed_rank", "sign", "sign_flip"])
def test_a_missing_change_is_no_change_to_a_test_that_drops_zeros(test: str) -> None:
    """For such tests, missing changes can be counted with the zeros."""
    analysis, gone = make_analysis(test=test), 0.3
    found = thinned_rejection(PMF, SIZES, analysis, gone, 1e12)
    zeroed = (1 - gone) * PMF
    zeroed[3] += gone
    assert np.allclose(found.power, exact_rejection(zeroed, SIZES, analysis).power, atol=1e-6)


def test_nothing_missing_is_the_plain_power() -> None:
    """A vanishing rate gives the plain exact power."""
    analysis = make_analysis(test="paired_t")
    found = thinned_rejection(PMF, SIZES, analysis, 1e-12, 1e12)
    assert np.allclose(found.power, exact_rejection(PMF, SIZES, analysis).power, atol=1e-9)


FAST = ["effect=shift", "design.sizes=[10,20]", "monte_carlo.replicates=2000"]


def test_auto_is_exact_where_people_are_missing_by_chance() -> None:
    """engine=auto enumerates domains under MCAR and items, and agrees with the simulation."""
    words = [*FAST, "missing=mcar", "missing.rate=0.2", "missing.item_rate=0.05"]
    exact, simulated = (
        plan(compose_study([*words, f"engine={engine}"])).characteristics.roles[0]
        for engine in ("auto", "monte_carlo")
    )
    assert exact.exact[:-1] == (True,) * 7
    power = exact.measures.win.value[:, :-1]
    error = np.sqrt(power * (1 - power) / 2000)
    assert (np.abs(simulated.measures.win.value[:, :-1] - power) < 4.5 * error).all()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["missing=mar"], "who drops out depends on the answers"),
        (["missing=mnar"], "who drops out depends on the answers"),
        (["clusters=sites"], "participants are correlated within clusters"),
        (
            ["clusters=sites", "clusters.site_icc=0", "analysis.test=cluster_mean_t"],
            "cluster_mean_t looks at sites",
        ),
    ],
)
def test_where_the_exact_engine_does_not_apply(words: list[str], reason: str) -> None:
    """engine=exact refuses in words; engine=auto simulates."""
    rule = "++decision.rules.one_domain={kind:one,endpoints:[clinical practice],roles:[mentor]}"
    words = [*FAST, *words, rule, "decision.primary=one_domain", "analysis.adjustment=none"]
    with pytest.raises(StudyError, match=reason):
        plan(compose_study([*words, "engine=exact"]))
    assert not any(plan(compose_study(words)).characteristics.roles[0].exact)


def test_recruiting_for_drop_out() -> None:
    """The usual inflation n / (1 - rate), against the binomial number that is left (DR01)."""
    for needed, rate, recruited in ((35, 0.1, 39), (64, 0.2, 80), (134, 0.15, 158)):
        assert int(np.ceil(needed / (1 - rate) - 1e-9)) == recruited
        assert binom.mean(recruited, 1 - rate) >= needed
