"""Polychoric correlations against SciPy, closed forms and simulated people."""

import numpy as np
import pytest
from oracles.latent import cell_table
from scipy import optimize, stats

from sim.cohorts.marginals import cut_points, shifted
from sim.cohorts.normal import rectangle_table
from sim.pilot.polychoric import BOUND, Polychoric, polychoric, widening

PRE = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
POST = shifted(PRE, 0.6)
CHI_SQUARE = stats.chi2(1).ppf(0.95)


def draw_table(rho: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Count n people whose latent normals have a stated correlation."""
    z = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)
    rows, columns = (np.searchsorted(cut_points(p), z[:, i]) for i, p in enumerate((PRE, POST)))
    table = np.zeros((5, 5), dtype=int)
    np.add.at(table, (rows, columns), 1)
    return table


def log_likelihood(table: np.ndarray, rho: float) -> float:
    """Sum of log rectangle probabilities by SciPy, with cuts from the margins."""
    n = table.sum()
    ends = [
        np.concatenate(([-9.0], stats.norm.ppf(np.cumsum(table.sum(axis=a))[:-1] / n), [9.0]))
        for a in (1, 0)
    ]
    corners = np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1)
    below = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(corners)
    cells = np.diff(np.diff(below, axis=0), axis=1)
    seen = table > 0
    return float((table[seen] * np.log(cells[seen])).sum())


@pytest.mark.parametrize(("rho", "n"), [(-0.6, 40), (0.0, 25), (0.5, 60), (0.8, 30)])
def test_maximum_and_ends_are_scipy_s(rho: float, n: int) -> None:
    """Estimate and interval are those of a likelihood made of SciPy's rectangles alone."""
    table = draw_table(rho, n, np.random.default_rng(n))
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    found = polychoric(table)
    best = optimize.minimize_scalar(
        lambda r: -log_likelihood(table, r), bounds=(-0.99, 0.99), method="bounded"
    )
    assert found.rho == pytest.approx(best.x, abs=1e-4)
    for end in (found.low, found.high):
        drop = -best.fun - log_likelihood(table, end)
        assert 2 * drop == pytest.approx(CHI_SQUARE * found.widening, abs=1e-4)
    assert found.low < found.rho < found.high
    assert found.n == n


@pytest.mark.parametrize("share", [0.1, 0.25, 0.3, 0.4])
def test_four_cells_with_medians_as_cuts(share: float) -> None:
    """Halved at both medians, the correlation is sin(2 pi (p11 - 1/4)), and cuts cost nothing."""
    n = 2000
    table = np.array([[share, 0.5 - share], [0.5 - share, share]]) * n
    found = polychoric(table.round())
    assert found.rho == pytest.approx(np.sin(2 * np.pi * (share - 0.25)), abs=1e-6)
    assert found.widening == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("rho", [-0.8, -0.3, 0.0, 0.5, 0.9])
def test_recovers_the_correlation_of_many(rho: float) -> None:
    """With 20,000 people the estimate lies within 4 standard errors of the truth."""
    n = 20_000
    found = polychoric(draw_table(rho, n, np.random.default_rng(5)))
    error = (found.high - found.low) / (2 * stats.norm.ppf(0.975))
    assert abs(found.rho - rho) < 4 * error
    assert 0 < error < 2 / np.sqrt(n)


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.4, 0.8])
def test_expected_tables_give_their_correlation(rho: float) -> None:
    """A table that is exactly what a correlation gives has that correlation as its estimate."""
    table = cell_table(cut_points(PRE), cut_points(POST), rho) * 1e6
    assert polychoric(table).rho == pytest.approx(rho, abs=1e-6)


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.4, 0.8])
def test_widening_is_the_ratio_of_variances(rho: float) -> None:
    """The factor is the two-step variance, by derivatives taken numerically, over the plain one."""
    h, k = cut_points(PRE), cut_points(POST)
    cells = rectangle_table(h, k, rho)

    def estimate(weights: np.ndarray, row_cuts: np.ndarray, column_cuts: np.ndarray) -> float:
        """Zero of the likelihood's derivative, at given cut points."""

        def slope(r: float) -> float:
            up, down = (
                np.log(rectangle_table(row_cuts, column_cuts, r + s)) for s in (1e-4, -1e-4)
            )
            return float((weights * (up - down)).sum())

        return float(optimize.brentq(slope, rho - 0.1, rho + 0.1, xtol=1e-13))

    step = 1e-4
    influence = np.zeros((2, 5, 5))
    for place in np.ndindex(5, 5):
        for sign in (1, -1):
            weights = cells * (1 - sign * step)
            weights[place] += sign * step
            cuts = cut_points(weights.sum(axis=1)), cut_points(weights.sum(axis=0))
            influence[0][place] += sign * estimate(weights, *cuts) / (2 * step)
            influence[1][place] += sign * estimate(weights, h, k) / (2 * step)
    two_step, known = (cells * influence**2).sum(axis=(1, 2))
    assert widening(h, k, rho) == pytest.approx(two_step / known, rel=1e-3)


def test_widening_of_many_points() -> None:
    """With ever more points the factor nears 1 + rho^2, that of a correlation of normal scores."""
    cuts = stats.norm.ppf(np.arange(1, 60) / 60)
    assert widening(cuts, cuts, 0.6) == pytest.approx(1.36, abs=0.02)


def test_turning_a_scale_turns_the_sign() -> None:
    """Reversing one answer changes the sign, exchanging the two answers changes nothing."""
    table = draw_table(0.5, 50, np.random.default_rng(8))
    found, turned, exchanged = polychoric(table), polychoric(table[::-1]), polychoric(table.T)
    assert (turned.rho, turned.low, turned.high) == pytest.approx(
        (-found.rho, -found.high, -found.low), abs=1e-6
    )
    assert (exchanged.rho, exchanged.low) == pytest.approx((found.rho, found.low), abs=1e-6)


def test_points_that_nobody_chose() -> None:
    """Empty rows and columns make no difference."""
    table = np.array([[3, 1, 0], [2, 4, 1], [0, 2, 5]])
    wide = np.insert(np.insert(table, 1, 0, axis=0), 3, 0, axis=1)
    assert polychoric(wide) == polychoric(table)


@pytest.mark.parametrize("sign", [1, -1])
def test_perfect_association(sign: int) -> None:
    """Where scores only rise together the estimate and the outer end are named as the bound."""
    found = polychoric(np.diag([3, 4, 5])[::sign])
    inner = found.low if sign == 1 else found.high
    assert found.rho == sign * BOUND
    assert found.at_bound
    assert (found.low_at_bound, found.high_at_bound) == (sign == -1, sign == 1)
    assert 0.5 < sign * inner < BOUND


def test_an_empty_cell_of_four() -> None:
    """One empty cell of a small 2 x 2 table: the estimate is the bound, the interval is wide."""
    found = polychoric([[5, 1], [2, 0]])
    assert (found.rho, found.low, found.at_bound, found.low_at_bound) == (
        -BOUND,
        -BOUND,
        True,
        True,
    )
    assert found.high > 0.5
    assert not found.high_at_bound


def test_tiny_tables_end_at_both_bounds() -> None:
    """Two people can say nothing: at 99.999% the interval is everything from bound to bound."""
    found = polychoric([[1, 0], [0, 1]], confidence=0.99999)
    assert (found.low, found.high) == (-BOUND, BOUND)
    assert found.low_at_bound
    assert found.high_at_bound


@pytest.mark.parametrize("table", [np.zeros((5, 5)), [[4, 3], [0, 0]], np.diag([0, 9, 0])])
def test_constant_answers(table: np.ndarray) -> None:
    """Where an answer is constant there is no correlation, and no bound to speak of."""
    found = polychoric(table)
    assert np.isnan([found.rho, found.low, found.high]).all()
    assert not any((found.at_bound, found.low_at_bound, found.high_at_bound))
    assert found.n == np.sum(table)


def test_higher_confidence_is_wider() -> None:
    """An interval of more confidence holds one of less."""
    table = draw_table(0.5, 40, np.random.default_rng(1))
    narrow, wide = polychoric(table, 0.8), polychoric(table, 0.95)
    assert wide.low < narrow.low < narrow.rho < narrow.high < wide.high


def covered(rho: float, n: int, repeats: int) -> float:
    """Share of simulated pilots whose interval holds the true correlation."""
    rng = np.random.default_rng(20_000 + n)
    cells = rectangle_table(cut_points(PRE), cut_points(POST), rho)
    tables = rng.multinomial(n, (cells / cells.sum()).ravel(), repeats).reshape(-1, 5, 5)
    found: list[Polychoric] = [polychoric(table) for table in tables]
    # an interval that ends at a bound holds all that lies beyond
    return float(np.mean([x.low <= rho <= x.high for x in found]))


@pytest.mark.parametrize(("rho", "n"), [(0.0, 30), (0.5, 30), (0.8, 200)])
def test_coverage(rho: float, n: int) -> None:
    """95% intervals hold the truth in 95 of 100 pilots, to 2 of 100 and 3 Monte Carlo errors."""
    assert covered(rho, n, 300) == pytest.approx(0.95, abs=0.02 + 3 * np.sqrt(0.95 * 0.05 / 300))


@pytest.mark.long
@pytest.mark.parametrize(
    ("rho", "n", "expected"),
    [
        (0.0, 12, 0.94),
        (0.0, 200, 0.95),
        (0.5, 12, 0.92),
        (0.5, 30, 0.95),
        (0.5, 200, 0.95),
        (0.8, 12, 0.85),
        (0.8, 30, 0.92),
        (0.8, 200, 0.94),
    ],
)
def test_coverage_at_length(rho: float, n: int, expected: float) -> None:
    """Intervals cover as the docstring says: less where few people are highly correlated."""
    error = np.sqrt(expected * (1 - expected) / 4000)
    assert covered(rho, n, 4000) == pytest.approx(expected, abs=0.01 + 3 * error)
