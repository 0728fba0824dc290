"""Published multiplicity adjustments, and power of several endpoints."""

from ast import literal_eval
from itertools import product

import numpy as np
import pytest
from oracles.cases import CASES, agrees
from oracles.checks import binomial_agrees
from oracles.deciding import rules_met
from scipy.special import ndtr

from sim import adjust
from sim.inference.rules import DecisionRule

METHODS = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hommel",
    "sidak_ss": "sidak",
    "BH": "benjamini_hochberg",
    "BY": "benjamini_yekutieli",
}
NOT_OFFERED = {"sidak_sd"}  # step-down Sidak
PAIRS = [
    (case, name)
    for case in ("MT01-Mediana3", "MT04-six", "MT05-seven-domain")
    for name in CASES[case]["expected"]
    if name not in NOT_OFFERED
]


@pytest.mark.parametrize(("case", "name"), PAIRS)
def test_published_adjustment(case: str, name: str) -> None:
    """The published adjusted p-values are found within the case's tolerance."""
    assert agrees(case, name, adjust(CASES[case]["inputs"]["p"], METHODS[name]))


def at_least(needed: int, of: int = 7) -> DecisionRule:
    """Rule of at least so many of the domains."""
    return DecisionRule(f"at least {needed}", (0,), tuple(range(of)), needed)


def test_me07_independent_domains() -> None:
    """ME07-k-of-7-independent: rules on all 2^7 outcomes weigh up to the published powers."""
    outcomes = np.array(list(product([False, True], repeat=7)))
    weights = np.where(outcomes, 0.8, 0.2).prod(axis=1)
    met = weights @ rules_met(outcomes, [at_least(1), at_least(7), at_least(4)])
    for name, found in zip(("any", "all", "at_least_4"), met, strict=True):
        assert agrees("ME07-k-of-7-independent", name, found)


@pytest.mark.parametrize("rho", [0.2, 0.5, 0.8])
def test_me08_exchangeable_domains(rho: float) -> None:
    """ME08-exchangeable-k-of-7: at least k of seven wins as often as published, per k."""
    stated = CASES["ME08-exchangeable-k-of-7"]["inputs"]
    rng = np.random.default_rng(808)
    common = rng.standard_normal((40_000, 1))
    own = rng.standard_normal((40_000, 7))
    z = stated["ncp"] + np.sqrt(rho) * common + np.sqrt(1 - rho) * own
    wins = (adjust(2 * ndtr(-np.abs(z)), "none") <= 0.05) & (z > 0)
    counts = rules_met(wins, [at_least(k) for k in range(1, 8)]).sum(axis=0)
    published = CASES["ME08-exchangeable-k-of-7"]["expected"][f"unadj_rho0{round(10 * rho)}"]
    assert all(binomial_agrees(c, 40_000, p) for c, p in zip(counts, published, strict=True))


@pytest.mark.parametrize("rho", [0.2, 0.5, 0.8])
def test_me08_bonferroni(rho: float) -> None:
    """ME08-exchangeable-k-of-7: the same under Bonferroni, from the case's notes."""
    notes = CASES["ME08-exchangeable-k-of-7"]["notes"]
    published = literal_eval(notes.partition("versions: ")[2])[str(rho)]
    rng = np.random.default_rng(809)
    z = 2.8015852181129683 + np.sqrt(rho) * rng.standard_normal((40_000, 1))
    z = z + np.sqrt(1 - rho) * rng.standard_normal((40_000, 7))
    wins = (adjust(2 * ndtr(-np.abs(z)), "bonferroni") <= 0.05) & (z > 0)
    counts = rules_met(wins, [at_least(k) for k in range(1, 8)]).sum(axis=0)
    assert all(binomial_agrees(c, 40_000, p) for c, p in zip(counts, published, strict=True))
