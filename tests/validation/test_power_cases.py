"""Published powers, met by simulation within its own error."""

import numpy as np
import pytest
from oracles.cases import CASES, agrees, tolerance
from oracles.checks import binomial_agrees, within_error
from oracles.studies import make_analysis, make_task, population_of_changes
from statsmodels.stats.power import TTestPower

from sim import paired_t, signed_rank
from sim.cohorts.correlation import loading_matrix
from sim.cohorts.marginals import DomainMarginals
from sim.cohorts.population import Population, build_population
from sim.cohorts.truth import change_pmf
from sim.compute.executors import InProcessExecutor
from sim.power.estimates import proportion
from sim.power.sample_size import smallest_size
from sim.power.simulate import simulate

MICRO = 1_000_000
"""Continuous changes enter as whole millionths."""


def normal_changes(mean: float, n: int, replicates: int, seed: int) -> np.ndarray:
    """Draw N(mean, 1) changes in whole millionths; shape (replicates, n)."""
    rng = np.random.default_rng(seed)
    return np.rint(MICRO * rng.normal(mean, 1, (replicates, n))).astype(np.int64)


@pytest.mark.parametrize(
    ("effect", "n", "alternative"),
    [(0.32, 24, "greater"), (0.32, 61, "greater"), (0.32, 62, "greater"), (0.5, 33, "two_sided")],
)
def test_t_power_is_the_noncentral_one(effect: float, n: int, alternative: str) -> None:
    """Rejections of rounded normal changes fit the noncentral t distribution."""
    side = {"greater": "larger", "two_sided": "two-sided"}[alternative]
    exact = TTestPower().power(effect, n, 0.05, alternative=side)
    found = paired_t(normal_changes(effect, n, 40_000, n), alternative).pvalue <= 0.05
    assert binomial_agrees(found.sum(), 40_000, exact)


def test_pw01_published_power() -> None:
    """PW01-pwr-paired: the one-sided t test has the published power at 24, and .8 at 61.75."""
    published = CASES["PW01-pwr-paired"]["expected"]
    found = paired_t(normal_changes(0.32, 24, 40_000, 1), "greater").pvalue <= 0.05
    assert binomial_agrees(found.sum(), 40_000, published["power_n24"])
    assert interpolated(0.32, published["n_for_80"], "greater")


def test_pw02_published_size() -> None:
    """PW02-onesample-d0.5: the two-sided t test has power .8 at the published 33.37 people."""
    assert interpolated(0.5, CASES["PW02-onesample-d0.5"]["expected"]["n_one_sample"], "two_sided")


def interpolated(effect: float, size: float, alternative: str) -> bool:
    """Tell whether simulated power, interpolated between whole sizes, is .8 at a size."""
    below, share = int(size), size % 1
    power = [
        np.mean(paired_t(normal_changes(effect, n, 40_000, n), alternative).pvalue <= 0.05)
        for n in (below, below + 1)
    ]
    error = np.sqrt(0.16 * (share**2 + (1 - share) ** 2) / 40_000)
    return within_error((1 - share) * power[0] + share * power[1], 0.8, error)


def rejections(n: int, replicates: int, seed: int) -> int:
    """Count exact signed-rank rejections of N(.5, 1) changes."""
    changes = normal_changes(0.5, n, replicates, seed)
    return int((signed_rank(changes, p_value="exact").pvalue <= 0.05).sum())


@pytest.mark.parametrize("n", CASES["PW11-MKpower-WSR"]["inputs"]["n"])
def test_pw11_published_power(n: int) -> None:
    """PW11-MKpower-WSR: the exact signed-rank test has the published power."""
    case = CASES["PW11-MKpower-WSR"]
    published = case["expected"]["emp_power"][case["inputs"]["n"].index(n)]
    found = rejections(n, 20_000, n) / 20_000
    assert abs(found - published) <= tolerance("PW11-MKpower-WSR", "emp_power")


TIGHT = {33: 0.7739, 34: 0.7866, 35: 0.8021, 36: 0.8140, 37: 0.8237, 38: 0.8357}
"""Powers by 400,000 runs, from the notes of RF03-WSR-n-for-80."""


def test_rf03_power_curve() -> None:
    """RF03-WSR-n-for-80: powers at 33 to 38 agree with 400,000 independent runs."""
    for n, power in TIGHT.items():
        error = np.sqrt(power * (1 - power) * (1 / 10_000 + 1 / 400_000))
        assert within_error(rejections(n, 10_000, 300 + n) / 10_000, power, error), n


@pytest.mark.long
def test_rf03_smallest_size() -> None:
    """RF03-WSR-n-for-80: 35 is the smallest size with power .8, by 800,000 runs a size."""
    counts = [[sum(rejections(n, 100_000, 1000 * n + part) for part in range(8))] for n in TIGHT]
    found = smallest_size("one", 0.8, tuple(TIGHT), proportion(counts, 800_000), 0)
    assert agrees("RF03-WSR-n-for-80", "n", found.size)


TESTS = {
    "wilcox_exact": {"test": "signed_rank"},
    "pratt_exact": {"test": "signed_rank", "zeros": "pratt"},
    "wilcox_asym": {"test": "signed_rank", "p_value": "asymptotic"},
    "pratt_asym": {"test": "signed_rank", "p_value": "asymptotic", "zeros": "pratt"},
    "wilcox_asym_cc": {"test": "signed_rank", "p_value": "asymptotic", "continuity": True},
    "sign_exact": {"test": "sign"},
    "signflip_exact": {"test": "sign_flip"},
    "t": {"test": "paired_t"},
}
EXACT = {
    "EX01-n12-5cat": {
        "wilcox_asym_cc": 0.247316447,
        "t": 0.3048091392,
        "signflip_exact": 0.1977916573,
    },
    "EX03-n20-3cat": {
        "wilcox_asym_cc": 0.5725572025,
        "t": 0.601330393,
        "signflip_exact": 0.4714368622,
    },
    "EX05-latent-5x5-n8": {
        "wilcox_asym_cc": 0.0733068104,
        "t": 0.1615933864,
        "signflip_exact": 0.0458732616,
    },
}
"""Powers that stand in the notes of the cases."""


def latent_population() -> Population:
    """People of case EX05, from its cumulative marginals and latent correlation."""
    stated = CASES["EX05-latent-5x5-n8"]["inputs"]
    pre, post = (
        np.diff([0, *stated[f"cum_{time}"], 1]).astype(np.float64) for time in ("pre", "post")
    )
    rho = np.array([[1, stated["latent_rho"]], [stated["latent_rho"], 1]])
    assert np.allclose(loading_matrix(rho) @ loading_matrix(rho).T, rho)
    return build_population([DomainMarginals(pre, post)], rho)


def case_population(case: str) -> Population:
    """People of an exactly enumerated case."""
    if case == "EX05-latent-5x5-n8":
        return latent_population()
    stated = CASES[case]["inputs"]
    return population_of_changes(
        dict(zip(stated["change_values"], stated["probabilities"], strict=True))
    )


def test_ex05_change_distribution() -> None:
    """EX05-latent-5x5-n8: the nine probabilities of the change are those enumerated."""
    published = CASES["EX05-latent-5x5-n8"]["inputs"]["change_probs"]
    assert np.allclose(change_pmf(latent_population())[0], published, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", TESTS)
@pytest.mark.parametrize("case", EXACT)
def test_enumerated_power(case: str, name: str) -> None:
    """Simulated rejections fit the exactly enumerated power."""
    power = {**CASES[case]["expected"], **EXACT[case]}[name]
    n = CASES[case]["inputs"]["n"]
    task = make_task(case_population(case), (n,), make_analysis(**TESTS[name]))
    tally = simulate(task, range(40), InProcessExecutor())
    assert binomial_agrees(tally.rejected[0, 0], tally.replicates, power)


@pytest.mark.parametrize(
    ("case", "n", "changes", "alternative", "name"),
    [
        ("PW23-GPower-McNemar", 50, {-1: 0.08, 0: 0.6, 1: 0.32}, "greater", "power"),
        ("PW30-pwrss-McNemar-exact", 100, {-1: 0.1, 0: 0.7, 1: 0.2}, "two_sided", None),
        ("PW30-pwrss-McNemar-exact", 100, {-1: 0.1, 0: 0.7, 1: 0.2}, "greater", None),
    ],
)
def test_mcnemar_power_by_simulation(
    case: str, n: int, changes: dict, alternative: str, name: str | None
) -> None:
    """McNemar's test, and the sign test of changes -1, 0, 1, have the published exact power."""
    side = "two_sided" if alternative == "two_sided" else "one_sided"
    power = CASES[case]["expected"][name or f"{side}_power"]
    table = np.array([[changes[0] / 2, changes[1]], [changes[-1], changes[0] / 2]])
    marginals = DomainMarginals(table.sum(axis=1), table.sum(axis=0), table)
    people = {
        "sign": population_of_changes(changes),
        "mcnemar": build_population([marginals], np.eye(2)),
    }
    for test, population in people.items():
        cuts = {"cut": 2, "total_cut": None} if test == "mcnemar" else {}
        analysis = make_analysis(test=test, alternative=alternative, **cuts)
        tally = simulate(make_task(population, (n,), analysis), range(40), InProcessExecutor())
        assert binomial_agrees(tally.rejected[0, 0], tally.replicates, power)
