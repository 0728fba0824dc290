"""The bivariate normal distribution against SciPy and against plain integration."""

import numpy as np
import pytest
from oracles.latent import cell_table
from scipy import stats

from sim.cohorts.normal import bivariate_normal_cdf, rectangle_table

CUTS = np.array([-1.3, -0.5, 0.0, 0.8])
OTHER = np.array([-2.0, 0.0, 0.3, 1.1])


@pytest.mark.parametrize("rho", [-0.95, -0.4, 0.0, 0.3, 0.7, 0.99])
def test_cdf_is_scipy_s(rho: float) -> None:
    """The distribution function equals SciPy's on a grid that includes 0 and large values."""
    grid = np.array([-4.0, -1.2, -0.3, 0.0, 0.3, 1.2, 4.0])
    found = bivariate_normal_cdf(grid[:, None], grid[None, :], rho)
    points = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1)
    expected = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(points)
    assert np.allclose(found, expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("rho", [-0.9, -0.2, 0.0, 0.5, 0.97])
def test_cells_are_integrals(rho: float) -> None:
    """Cell probabilities equal numerical integrals of the conditional normal, to 1e-10."""
    found = rectangle_table(CUTS, OTHER, rho)
    assert np.allclose(found, cell_table(CUTS, OTHER, rho), rtol=0, atol=1e-10)


@pytest.mark.parametrize("rho", [-1.0, -0.6, 0.0, 0.6, 1.0])
def test_cells_sum_to_the_marginals(rho: float) -> None:
    """Rows and columns sum to the marginals, whatever the correlation."""
    table = rectangle_table(CUTS, OTHER, rho)
    for axis, cuts in ((1, CUTS), (0, OTHER)):
        marginal = np.diff(stats.norm.cdf([-np.inf, *cuts, np.inf]))
        assert np.allclose(table.sum(axis=axis), marginal, rtol=0, atol=1e-13)


def test_perfect_correlation() -> None:
    """At rho = 1 the two move together, at -1 against each other."""
    assert np.allclose(rectangle_table(CUTS, CUTS, 1.0), np.diag(np.diag(cells(CUTS))))
    assert bivariate_normal_cdf(0.3, -0.3, -1.0) == pytest.approx(0, abs=1e-15)
    assert bivariate_normal_cdf(0.5, 0.2, -1.0) == pytest.approx(
        stats.norm.cdf(0.5) + stats.norm.cdf(0.2) - 1
    )


def cells(cuts: np.ndarray) -> np.ndarray:
    """Diagonal table of a marginal."""
    return np.diag(np.diff(stats.norm.cdf([-np.inf, *cuts, np.inf])))


@pytest.mark.parametrize("rho", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_points_nobody_scores(rho: float) -> None:
    """Cut points at infinity, where a point has probability 0, give no NaN and no mass."""
    cuts = np.array([-np.inf, -0.5, 0.5, np.inf])
    table = rectangle_table(cuts, cuts, rho)
    assert np.isfinite(table).all()
    assert table.sum() == pytest.approx(1, abs=1e-14)
    assert not table[[0, -1]].any()
    assert not table[:, [0, -1]].any()
