"""The exact engine against published, enumerated and independently summed powers."""

import re

import numpy as np
import pytest
from oracles.brute_force import power_and_win
from oracles.cases import CASES
from oracles.studies import analysis_id, make_analysis, offered_analyses

from sim import exact_power
from sim.power.exact import exact_rejection
from sim.study import Analysis

B1 = (0.03, 0.12, 0.35, 0.35, 0.15)
"""Changes -2 to 2 of the benchmarks and of the design document."""
DESIGN = {
    6: 0.015636, 10: 0.152410, 20: 0.444005, 30: 0.658133, 40: 0.799080, 60: 0.936520,
}  # fmt: skip
BENCHMARK = {
    "wilcox_asym": 0.68767,
    "wilcox_asym_cc": 0.68191,
    "wilcox_exact": 0.65813,
    "pratt_asym": 0.70827,
    "pratt_exact": 0.68104,
    "sign_exact": 0.61533,
    "t": 0.70934,
}
OPTIONS = {
    "wilcox_exact": {"p_value": "exact"},
    "pratt_exact": {"p_value": "exact", "zeros": "pratt"},
    "wilcox_asym": {"p_value": "asymptotic"},
    "pratt_asym": {"p_value": "asymptotic", "zeros": "pratt"},
    "wilcox_asym_cc": {"p_value": "asymptotic", "continuity": True},
    "sign_exact": {"test": "sign", "p_value": "exact"},
    "signflip_exact": {"test": "sign_flip", "p_value": "exact"},
    "t": {"test": "paired_t"},
}
ENUMERATED = ("EX01-n12-5cat", "EX03-n20-3cat", "EX05-latent-5x5-n8")
OFFERED = pytest.mark.parametrize("analysis", offered_analyses(), ids=analysis_id)
DYADIC = (0.03125, 0.0625, 0.125, 0.05, 0.3)
"""Levels that exact p-values attain, and two that they do not."""


def test_design_document() -> None:
    """The powers of the design document are met to 1e-6."""
    found = exact_power(B1, list(DESIGN), p_value="exact")
    assert np.allclose(found.power, list(DESIGN.values()), rtol=0, atol=1e-6)
    assert found.error_bound < 1e-9


@pytest.mark.parametrize("name", BENCHMARK)
def test_benchmark(name: str) -> None:
    """B1's powers are met to half a unit of their last digit, for seven tests."""
    assert abs(exact_power(B1, [30], **OPTIONS[name]).power[0] - BENCHMARK[name]) < 5e-6


def enumerated(case: str) -> tuple[np.ndarray, int, dict[str, float]]:
    """Distribution, size and powers of a case: those of its notes, to ten digits."""
    stated = CASES[case]["inputs"]
    pmf = stated.get("probabilities", stated.get("change_probs"))
    powers = re.findall(r"'(\w+)': ([0-9.]+)", CASES[case]["notes"])
    return np.array(pmf), stated["n"], {name: float(power) for name, power in powers}


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("case", ENUMERATED)
def test_enumerated_cases(case: str, name: str) -> None:
    """Every test's enumerated power is met to 1e-8."""
    pmf, n, powers = enumerated(case)
    assert abs(exact_power(pmf, [n], **OPTIONS[name]).power[0] - powers[name]) < 1e-8


def random_pmf(points: int, seed: int) -> np.ndarray:
    """Draw a distribution of changes on a scale of so many points; now and then without zeros."""
    rng = np.random.default_rng([31, points, seed])
    pmf = rng.dirichlet(np.ones(2 * points - 1))
    pmf[points - 1] *= rng.random() > 0.25
    return pmf / pmf.sum()


def agrees(analysis: Analysis, points: int, n: int, alpha: float, seed: int) -> bool:
    """Tell whether power and win are those of all samples."""
    stated = analysis.model_copy(update={"alpha": alpha})
    pmf = random_pmf(points, seed)
    found = exact_rejection(pmf, [n], stated)
    expected = power_and_win(pmf, n, stated)
    return bool(np.allclose([found.power[0], found.win[0]], expected, rtol=0, atol=1e-11))


@OFFERED
def test_every_test_by_brute_force(analysis: Analysis) -> None:
    """Power and win are the sums over all multisets, by reference p-values, at dyadic levels."""
    place = offered_analyses().index(analysis)
    points, n = ((3, 6), (4, 4), (5, 3))[place % 3]
    assert agrees(analysis, points, n, DYADIC[place % len(DYADIC)], place)


@pytest.mark.long
@OFFERED
@pytest.mark.parametrize("alpha", DYADIC)
@pytest.mark.parametrize(("points", "n"), [(3, 7), (4, 6), (5, 5)])
def test_more_by_brute_force(analysis: Analysis, alpha: float, points: int, n: int) -> None:
    """The same for larger samples and each of the levels."""
    assert agrees(analysis, points, n, alpha, 100 + n)


@pytest.mark.parametrize("test", ["signed_rank", "sign_flip", "sign"])
def test_attained_level_counts_as_rejection(test: str) -> None:
    """Five rises have p = .0625: they reject at exactly that level and not just below."""
    up = [0.0, 0.0, 1.0]
    at = exact_power(up, [5], test=test, p_value="exact", alpha=0.0625)
    below = exact_power(up, [5], test=test, p_value="exact", alpha=np.nextafter(0.0625, 0))
    assert (at.power[0], at.win[0], below.power[0]) == (1, 1, 0)


MCNEMAR = [
    ("PW23-GPower-McNemar", "power", 50, (0.08, 0.6, 0.32), "greater"),
    ("PW30-pwrss-McNemar-exact", "two_sided_power", 100, (0.1, 0.7, 0.2), "two_sided"),
    ("PW30-pwrss-McNemar-exact", "one_sided_power", 100, (0.1, 0.7, 0.2), "greater"),
]


@pytest.mark.parametrize("test", ["mcnemar", "sign"])
@pytest.mark.parametrize(("case", "name", "n", "pmf", "alternative"), MCNEMAR)
def test_mcnemar_is_the_sign_test_of_successes(
    case: str, name: str, n: int, pmf: tuple[float, ...], alternative: str, test: str
) -> None:
    """On changes of -1, 0, 1 both tests have the exact McNemar test's published power."""
    found = exact_power(pmf, [n], test=test, p_value="exact", alternative=alternative)
    tolerance = CASES[case]["tolerance"]["*"]
    assert abs(found.power[0] - CASES[case]["expected"][name]) < tolerance


THREE = CASES["EX03-n20-3cat"]["inputs"]["probabilities"]


@pytest.mark.parametrize("test", ["mcnemar", "sign", "signed_rank", "sign_flip"])
def test_exact_tests_agree_on_three_categories(test: str) -> None:
    """With changes of -1, 0, 1 every exact test has the power of the exact McNemar test."""
    mcnemar = exact_power(THREE, [6, 20, 33], test="mcnemar", p_value="exact").power
    found = exact_power(THREE, [6, 20, 33], test=test, p_value="exact").power
    assert np.allclose(found, mcnemar, rtol=0, atol=1e-12)
    assert mcnemar[1] == pytest.approx(0.471436862228, abs=5e-13)


CURVES = [
    make_analysis(),
    make_analysis(p_value="asymptotic"),
    make_analysis(zeros="pratt"),
    make_analysis(zeros="pratt", p_value="asymptotic"),
    make_analysis(test="sign_flip"),
    make_analysis(test="sign"),
    make_analysis(test="mcnemar", p_value="asymptotic", continuity=True),
    make_analysis(test="paired_t"),
]
TABLED = pytest.mark.parametrize("analysis", CURVES, ids=analysis_id)


@TABLED
def test_sizes_alone_and_together(analysis: Analysis) -> None:
    """A size's power does not depend on the sizes asked for beside it."""
    sizes = [1, 2, 5, 9, 16, 25]
    together = exact_rejection(B1, sizes, analysis)
    alone = [exact_rejection(B1, [n], analysis) for n in sizes]
    assert np.allclose(together.power, [one.power[0] for one in alone], rtol=0, atol=1e-12)
    assert np.allclose(together.win, [one.win[0] for one in alone], rtol=0, atol=1e-12)


@TABLED
def test_order_of_sizes_does_not_matter(analysis: Analysis) -> None:
    """Sizes may fall and repeat."""
    rising = exact_rejection(B1, [4, 7, 12], analysis).power
    mixed = exact_rejection(B1, [12, 4, 7, 4], analysis).power
    assert np.allclose(mixed, rising[[2, 0, 1, 0]], rtol=0, atol=1e-14)


@pytest.mark.parametrize("analysis", CURVES[:5], ids=analysis_id)
@pytest.mark.parametrize("cut", [1e-5, 1e-7, 1e-9])
def test_error_really_bounds(analysis: Analysis, cut: float) -> None:
    """A coarse enumeration falls short by no more than it says, and says how little that is."""
    for sizes in ([8], [20], [30], [8, 20, 30]):
        coarse = exact_rejection(B1, sizes, analysis, cut=cut)
        fine = exact_rejection(B1, sizes, analysis, cut=1e-15)
        for short in (fine.power - coarse.power, fine.win - coarse.win):
            assert (short >= -1e-12).all()
            assert (short <= coarse.error + 1e-12).all()
        assert (coarse.error <= 2e4 * cut).all()
        assert (fine.error < 1e-9).all()
