"""The ordinal GEE against statsmodels, maximum likelihood, a plain sandwich; separation."""

import json
import warnings
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from oracles.ordinal_gee import DATA, fit_by_statsmodels, random_pairs
from oracles.studies import make_analysis, small_study
from scipy.optimize import linprog
from scipy.special import expit
from scipy.stats import t as student

from sim.cohorts import draw_cohort, role_arms
from sim.inference.ordinal_gee import fit_ordinal_gee, ordinal_gee_curve
from sim.inference.result import FAILED, SIDE, TestResult
from sim.inference.sample import Sample
from sim.study import Analysis
from sim.study.endpoints import Endpoints

TWO_SIDED = make_analysis(test="ordinal_gee", p_value="auto")
FAILING = {
    "apart": ([1, 1, 2, 2, 1, 1, 2], [3, 3, 4, 3, 4, 3, 3]),
    "touching": ([1, 1, 2, 2, 1, 1], [2, 3, 3, 2, 4, 2]),
    "all alike after": ([1, 2, 3, 4, 2, 3], [4, 4, 4, 4, 4, 4]),
    "as many coefficients as people": ([1, 2, 3], [2, 1, 1]),
    "nobody deviates from the rest": ([1, 1, 1, 1, 3, 3, 3, 3], [2, 2, 2, 2, 4, 4, 4, 4]),
}
"""Before and after: separated, no degree of freedom, a standard error of zero."""


@dataclass(frozen=True)
class Fit:
    """One data set's model; NaN is None, so that fits can be compared."""

    estimate: float | None
    standard_error: float | None
    freedom: int
    failed: bool
    statistic: float
    pvalue: float


def fit_one(pairs: np.ndarray, side: int = 0) -> Fit:
    """Fit scores (n, 2) of all people."""
    fits = fit_ordinal_gee(np.reshape(pairs, (1, -1, 1, 2)), np.array([len(pairs)]))
    numbers = (fits.estimate.item(), fits.standard_error.item())
    estimate, error = (None if np.isnan(number) else number for number in numbers)
    freedom, failed = fits.freedom.item(), fits.failed.item()
    return Fit(
        estimate, error, freedom, failed, fits.statistic.item(), fits.pvalue(side).item()
    )  # fmt: skip


def assert_fit(pairs: np.ndarray, estimate: float, error: float, pvalue: float) -> None:
    """A fit is the same to 1e-6, or there is none."""
    fit = fit_one(pairs)
    assert fit.failed == bool(np.isnan(estimate))
    if not fit.failed:
        found = [fit.estimate, fit.standard_error, fit.pvalue]
        assert found == pytest.approx([estimate, error, pvalue], rel=0, abs=1e-6)


def curve(scores: np.ndarray, sizes: np.ndarray, analysis: Analysis) -> TestResult:
    """Fit scores (R, N, D, 2) at every size; the last endpoint is the total."""
    sample = Sample.of(scores, Endpoints.with_total(scores.shape[2]))
    return ordinal_gee_curve((sample,), (sizes,), analysis)


def draw_scores(n: int, replicates: int, seed: int, *domains: str) -> np.ndarray:
    """Scores of people whom nothing changes, (R, N, D, 2)."""
    study = small_study(questionnaire={"items": domains or ("a",)}, effect={})
    assert study.correlation.pre_post == 0.5
    people = role_arms(study, 0)[0]
    return draw_cohort(people, n, replicates, np.random.default_rng(seed)).scores


def some_data() -> list[np.ndarray]:
    """List (n, 2) data sets of several sizes, scales and shifts, none of them separated."""
    rng = np.random.default_rng(3)
    cases = [(9, 3, 0.0), (15, 5, 0.6), (30, 5, -0.8), (40, 7, 0.3), (60, 11, 0.5), (12, 2, 0.2)]
    found = []
    for n, points, shift in cases:
        latent = rng.standard_normal((n, 1)) + rng.standard_normal((n, 2)) + [0, shift]
        found.append(1 + np.searchsorted(np.linspace(-2, 2, points + 1)[1:-1], latent))
    return found


def stacked_likelihood(data: np.ndarray) -> tuple[np.ndarray, float]:
    """Thresholds and log odds ratio of an ordinary cumulative logit model."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    codes = np.unique(data, return_inverse=True)[1].reshape(-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = OrderedModel(codes, np.tile([[0.0], [1.0]], (len(data), 1)), distr="logit")
        start = model.fit(method="bfgs", disp=False, maxiter=500).params
        params = model.fit(start_params=start, method="newton", disp=False).params
    return model.transform_threshold_params(params)[1:-1], float(params[0])


def plain_sandwich(data: np.ndarray, thresholds: np.ndarray, effect: float) -> float:
    """Robust standard error of the effect, from numeric derivatives of the log probabilities."""
    codes = np.unique(data, return_inverse=True)[1].reshape(-1, 2)

    def log_cells(params: np.ndarray) -> np.ndarray:
        below = expit(params[None, :-1] - params[-1] * np.array([[0.0], [1.0]]))
        return np.log(np.diff(below, axis=1, prepend=0.0, append=1.0))  # (2, categories)

    place, step = np.append(thresholds, effect), 1e-5
    slopes = np.stack(
        [
            (log_cells(place + move) - log_cells(place - move)) / (2 * step)
            for move in step * np.eye(len(place))
        ],
        axis=-1,
    )  # (2, categories, params)
    cells = np.exp(log_cells(place))
    bread = len(data) * np.einsum("tk,tkp,tkq->pq", cells, slopes, slopes)  # expected information
    people = slopes[0, codes[:, 0]] + slopes[1, codes[:, 1]]
    covariance = np.linalg.inv(bread) @ (people.T @ people) @ np.linalg.inv(bread)
    return float(np.sqrt(covariance[-1, -1]))


def grows_for_ever(data: np.ndarray) -> bool:
    """Tell by linear programming whether the likelihood grows towards infinite log odds."""
    codes = np.unique(data, return_inverse=True)[1].reshape(-1, 2)
    cuts = codes.max()
    rows = []  # what must not be positive of the direction: (thresholds, effect)
    for time, code in {(t, int(c)) for t in (0, 1) for c in codes[:, t]}:
        upper, lower = np.zeros(cuts + 1), np.zeros(cuts + 1)
        if code < cuts:  # its upper end must not come down
            upper[[code, -1]] = -1, time
        if code > 0:  # its lower end must not go up
            lower[[code - 1, -1]] = 1, -time
        rows += [upper, lower]
    return any(
        linprog(
            np.zeros(cuts + 1), A_ub=np.array(rows), b_ub=np.zeros(len(rows)),
            bounds=[(None, None)] * cuts + [(side, side)],
        ).status == 0
        for side in (-1.0, 1.0)
    )  # fmt: skip


def is_failed(fit: Fit) -> bool:
    """Tell that a fit is failed, having seen that it then says nothing else."""
    if fit.failed:
        assert fit.pvalue == 1.0
        assert fit.estimate is fit.standard_error is None
        assert fit.statistic == 0
    return fit.failed


@pytest.mark.parametrize("data", some_data(), ids=len)
def test_estimate_is_maximum_likelihood(data: np.ndarray) -> None:
    """Estimate and robust error are those of the stacked scores' likelihood, person by person."""
    fit = fit_one(data)
    thresholds, effect = stacked_likelihood(data)
    assert fit.estimate == pytest.approx(effect, abs=1e-5)
    assert fit.standard_error == pytest.approx(plain_sandwich(data, thresholds, effect), rel=1e-4)
    assert fit.freedom == len(data) - len(np.unique(data)) > 0
    tail = 2 * student.sf(abs(fit.estimate / fit.standard_error), fit.freedom)
    assert fit.pvalue == pytest.approx(tail, rel=1e-12)


def test_agrees_with_statsmodels() -> None:
    """Estimate, robust error and p are statsmodels', also where whole steps lead away."""
    for row in map(json.loads, DATA.read_text().splitlines()):
        pairs = np.transpose([row["before"], row["after"]])
        assert_fit(pairs, row["estimate"], row["standard_error"], row["p_two_sided"])


@pytest.mark.long
def test_agrees_with_statsmodels_on_other_data() -> None:
    """The same of 200 random data sets, fitted now."""
    for pairs in random_pairs(200, 5):
        assert_fit(pairs, *fit_by_statsmodels(pairs))


def test_two_categories_by_hand() -> None:
    """Of two categories the estimate is the difference of logits, its error a sum over people."""
    before, after = np.array([1, 1, 1, 2, 2, 1, 1, 2, 1]), np.array([2, 1, 2, 2, 1, 2, 1, 2, 2])
    fit = fit_one(np.transpose([before, after]))
    p, q = (before - 1).mean(), (after - 1).mean()
    own = (after - 1 - q) / (q * (1 - q)) - (before - 1 - p) / (p * (1 - p))
    assert fit.estimate == pytest.approx(np.log(q / (1 - q)) - np.log(p / (1 - p)), abs=1e-9)
    assert fit.standard_error == pytest.approx(np.sqrt((own**2).sum()) / 9, abs=1e-9)


@pytest.mark.parametrize("data", some_data(), ids=len)
def test_directions(data: np.ndarray) -> None:
    """Exchanging the times, or turning the scale, turns the effect and the one-sided tests."""
    turned = [fit_one(data[:, ::-1], -1), fit_one(12 - data, -1)]
    up, down, both = (fit_one(data, side) for side in (1, -1, 0))
    for other in turned:
        assert other.estimate == pytest.approx(-up.estimate, abs=1e-6)
        assert other.pvalue == pytest.approx(up.pvalue, abs=1e-6)
    assert up.pvalue + down.pvalue == pytest.approx(1)
    assert both.pvalue == pytest.approx(2 * min(up.pvalue, down.pvalue))
    assert (up.pvalue < 0.5) == (up.estimate > 0)


def test_unused_categories_and_missing_people_do_not_exist() -> None:
    """Leaving gaps in the scale, or people who lack a score, changes nothing."""
    data = some_data()[0]
    plain = fit_one(data)
    assert fit_one(np.array([0, 2, 7, 9])[data]) == plain
    missing = np.insert(data, [0, 4, 9], [[0, 5], [2, 0], [0, 0]], axis=0)
    assert fit_one(missing) == plain


@pytest.mark.parametrize("case", FAILING)
def test_failing(case: str) -> None:
    """Scores that allow no estimate, or no error of it, fail whether they rise or fall."""
    before, after = FAILING[case]
    assert is_failed(fit_one(np.transpose([before, after])))
    assert is_failed(fit_one(np.transpose([after, before]), 1))


def test_separation_is_an_infinite_likelihood_estimate() -> None:
    """Of all data of four people and three points exactly those fail that grow for ever."""
    cells = list(product((1, 2, 3), repeat=2))
    failed = 0
    for chosen in combinations_with_replacement(cells, 4):
        data = np.array(chosen)
        fit = fit_one(data)
        changes = bool((data[:, 0] != data[:, 1]).any())
        assert is_failed(fit) == (changes and grows_for_ever(data))
        assert (fit.estimate == 0 and fit.standard_error is None) == (not changes)
        failed += fit.failed
    assert failed > 50


def test_without_information() -> None:
    """Where nobody changes, or fewer than two people answer, p is 1 and nothing has failed."""
    for before, after in (([3] * 9, [3] * 9), ([1, 2, 3], [1, 2, 3]), ([2], [3]), ([2, 0], [3, 1])):
        fit = fit_one(np.transpose([before, after]))
        assert (fit.estimate, fit.pvalue, fit.failed) == (0.0, 1.0, False)
    assert fit_one(np.empty((0, 2), np.int64)).pvalue == 1


@pytest.mark.parametrize("side", ["two_sided", "greater", "less"])
def test_curve_is_the_single_fits(side: str) -> None:
    """Every cell is the fit of its first people and domain; the total is not tested."""
    scores = draw_scores(14, 4, 1, "a", "b").copy()
    scores[np.random.default_rng(2).random(scores.shape) < 0.1] = 0
    scores[0, :, 0] = [2, 3]  # separated
    scores[1, :, 1] = 4  # nobody changes
    sizes = np.array([8, 14])
    stated = make_analysis(test="ordinal_gee", p_value="auto", alternative=side)
    found = curve(scores, sizes, stated)
    assert found.pvalue.shape == found.informative.shape == (4, 2, 3)
    for r, k, d in np.ndindex(4, 2, 2):
        pairs = scores[r, : sizes[k], d]
        fit = fit_one(pairs, SIDE[side])
        assert found.pvalue[r, k, d] == fit.pvalue
        assert found.statistic[r, k, d] == fit.statistic
        assert found.direction[r, k, d] == np.sign(fit.statistic)
        people = 0 if np.array_equal(*pairs.T) else (pairs > 0).all(axis=1).sum()
        assert found.informative[r, k, d] == (FAILED if fit.failed else people)
    assert (found.informative[0, :, 0] == FAILED).all()
    assert (found.informative[1, :, 1] == 0).all()
    assert (found.pvalue[..., 2] == 1).all()
    assert not found.informative[..., 2].any()


def test_rows_do_not_leak_and_later_people_do_not_count() -> None:
    """A replicate gives alone what it gives among others, whoever comes after its size."""
    scores, sizes = draw_scores(16, 5, 4), np.array([10, 16])
    whole = curve(scores, sizes, TWO_SIDED)
    for r in range(5):
        alone = curve(scores[r : r + 1], sizes, TWO_SIDED)
        assert np.array_equal(alone.pvalue[0], whole.pvalue[r])
    later = scores.copy()
    later[:, 10:] = later[:, :9:-1]
    changed = curve(later, np.array([10]), TWO_SIDED)
    assert np.array_equal(changed.pvalue[:, 0], whole.pvalue[:, 0])
    order = np.random.default_rng(5).permutation(10)
    mixed = curve(scores[:, order], np.array([10]), TWO_SIDED)
    assert np.allclose(mixed.pvalue[:, 0], whole.pvalue[:, 0], atol=1e-9)


def level(n: int, replicates: int, seed: int) -> float:
    """Share of p-values up to .05 where nothing changes; no fit may have failed."""
    found = curve(draw_scores(n, replicates, seed), np.array([n]), TWO_SIDED)
    assert (found.informative[..., 0] == n).all()
    return float((found.pvalue[..., 0] <= 0.05).mean())


@pytest.mark.parametrize(("n", "expected"), [(12, 0.026), (20, 0.038), (40, 0.045)])
def test_levels(n: int, expected: float) -> None:
    """The level is below .05, and the further the fewer people: the t distribution is cautious."""
    error = np.sqrt(expected * (1 - expected) / 2000)
    assert abs(level(n, 2000, n) - expected) < 4 * error
