"""The total of several domains, exactly, where one factor makes the domains correlated.

Given the factor before and the factor after, people answer one domain
independently of another. The distribution of the total is then that of a sum
of independent answers, averaged over both factors: a product of
characteristic functions under a double integral.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.arrays import FloatArray
from sim.cohorts.normal import bivariate_normal_cdf
from sim.cohorts.population import Population

ComplexArray = NDArray[np.complex128]

REACH = 8.5
"""Standard deviations of a factor that the integral covers: beyond are 2e-17."""
NODES = 32
"""Nodes of each factor that are tried first, where domains share little of it; each further
try has a quarter more."""
SETTLED = 1e-10
"""Change of the probabilities below which the integral is taken as settled."""
ONE_FACTOR = 1e-9
"""Largest difference between a correlation and the product of two loadings."""
WORK = 5e7
"""Most steps, some two seconds; beyond, there is no exact answer."""
TABLE = 200
"""Steps that a table of before by after takes."""
AT_ONCE = 512
"""Pairs of nodes that are worked out at once; bounds memory."""


@dataclass(frozen=True, eq=False)
class OneFactor:
    """Latent scores of several domains, correlated through one factor at each time.

    Before, a domain's latent score is ``loading f + sqrt(1 - loading^2) u``;
    after, it is what is carried over of that, and for the rest ``loading g +
    sqrt(1 - loading^2) v``, with independent standard normals f, g, u and v.

    Attributes
    ----------
    loading : ndarray, shape (M,)
        Of each domain, -1 to 1.
    carried : ndarray, shape (M,)
        Correlation of each domain before with itself after; 0 where a table
        says how they depend on each other.
    """

    loading: FloatArray
    carried: FloatArray

    @classmethod
    def of(cls, population: Population, members: Sequence[int]) -> OneFactor | None:
        """Read it from a population's correlations; None where they have another form."""
        count = len(population.tables)
        after = [count + d for d in members]
        between = population.correlation[np.ix_(members, members)]
        loading = loadings(between)
        if loading is None:
            return None
        carried = population.correlation[members, after]
        left = np.sqrt(1 - carried**2)
        across = population.correlation[np.ix_(after, members)]
        later = population.correlation[np.ix_(after, after)]
        kept = np.outer(carried, carried) + np.outer(left, left)
        apart = across - carried[:, None] * between, later - kept * between
        return cls(loading, carried) if np.abs(apart).max() <= ONE_FACTOR else None


def loadings(correlation: FloatArray) -> FloatArray | None:
    """Loadings of one factor that explains every correlation, shape (M,); None where none does.

    Of three correlated variables the square of a loading is ``r_ij r_ik / r_jk``.
    """
    between = correlation - np.diag(np.diagonal(correlation))
    related = np.flatnonzero(np.abs(between).max(axis=1, initial=0) > ONE_FACTOR)
    loading = np.zeros(len(correlation))
    if len(related) == 2:
        i, j = related
        loading[i] = np.sqrt(abs(between[i, j]))
        loading[j] = between[i, j] / loading[i]
    elif len(related) > 2:
        # the strongest pair, and the variable that is related to both of them most
        i, j = np.unravel_index(np.abs(between).argmax(), between.shape)
        k = np.abs(between[i] * between[j]).argmax()
        if between[j, k] == 0 or between[i, k] == 0:
            return None
        square = between[i, j] * between[i, k] / between[j, k]
        if not 0 < square <= 1 + ONE_FACTOR:
            return None
        loading = between[i] / np.sqrt(square)
        loading[i] = np.sqrt(square)
    product = np.outer(loading, loading)
    np.fill_diagonal(product, 0.0)
    fits = np.abs(product - between).max(initial=0) <= ONE_FACTOR
    return np.clip(loading, -1, 1) if fits and np.abs(loading).max() <= 1 + ONE_FACTOR else None


@lru_cache(maxsize=64)
def change_of_total(
    population: Population, members: tuple[int, ...], cut: int | None = None
) -> FloatArray | None:
    """Exact distribution of the change of a sum of domains, of the sum or of success at a cut.

    Parameters
    ----------
    population : Population
        Who exists; everybody takes part, and no one shares anything with another.
    members : tuple of int
        The M domains that are summed.
    cut : int, optional
        Lowest sum that counts as a success, each domain scoring from 1.

    Returns
    -------
    ndarray, shape (2 M (K - 1) + 1,) or (3,), or None
        Probabilities of the changes -M (K - 1) ... M (K - 1); with a cut, of falling
        below it, staying on the same side, and rising to it. To 1e-10. None where the
        domains are not correlated through one factor, or so strongly that the integral
        does not settle.
    """
    factor = OneFactor.of(population, members)
    if factor is None:
        return None
    kinds = _kinds(population, members, factor)
    step = population.points - 1
    of_sum = _changes(step, len(members)) if cut is None else _crossings(step, len(members), cut)
    return _settled(kinds, of_sum, _first_nodes(factor))


@dataclass(frozen=True, eq=False)
class _OfSum:
    """What is asked of a sum of domains, by its characteristic function.

    Attributes
    ----------
    terms : int
        Points F at which the function is taken.
    transform : callable
        Tables of before by after (V, K, K) of a domain to its functions (V, F).
    distribution : callable
        The sum's function (F,) to the probabilities that are asked.
    """

    terms: int
    transform: Callable[[FloatArray], ComplexArray]
    distribution: Callable[[ComplexArray], FloatArray]


def _changes(step: int, members: int) -> _OfSum:
    """Ask how a sum of domains changes, each by at most `step`."""
    reach = members * step
    values, turns = np.arange(-step, step + 1), _turns(reach + 1, 2 * reach + 1)  # (F,)

    def transform(cells: FloatArray) -> ComplexArray:
        changes = np.stack([cells.trace(value, 1, 2) for value in values], axis=1)  # (V, 2 K - 1)
        # no matrix product: threads of the library of linear algebra would cost more than it
        return np.asarray(np.einsum("vc,cf->vf", changes, turns ** values[:, None]))

    def distribution(product: ComplexArray) -> FloatArray:
        return np.roll(np.fft.irfft(product, 2 * reach + 1), reach)

    return _OfSum(len(turns), transform, distribution)


def _crossings(step: int, members: int, cut: int) -> _OfSum:
    """Ask how often a sum of domains falls below a cut, stays on its side, or rises to it."""
    most, scores = members * step + 1, np.arange(step + 1)
    before = _turns(most, most) ** scores[:, None]  # (K, F)
    after = _turns(most // 2 + 1, most) ** scores[:, None]
    at = min(max(cut - members, 0), most)

    def transform(cells: FloatArray) -> ComplexArray:
        both = np.einsum("vba,bf,ag->vfg", cells, before, after, optimize=True)
        return np.asarray(both.reshape(len(cells), -1))

    def distribution(product: ComplexArray) -> FloatArray:
        joint = np.fft.irfft2(product.reshape(most, -1), (most, most))
        fall, rise = joint[at:, :at].sum(), joint[:at, at:].sum()
        return np.array([fall, 1 - fall - rise, rise])

    return _OfSum(before.shape[1] * after.shape[1], transform, distribution)


def _turns(number: int, whole: int) -> ComplexArray:
    """Give the first of the roots of unity at which a sum is transformed; (F,)."""
    return np.asarray(np.exp(-2j * np.pi * np.arange(number) / whole))


def _first_nodes(factor: OneFactor) -> float:
    """Nodes to begin with: the finer, the more a domain's answers tell of its factor."""
    left = 1 - np.square(factor.loading).max()
    return 1 if left == 1 else float(NODES / np.sqrt(left)) if left > 0 else np.inf


def _settled(kinds: tuple[_Kind, ...], of_sum: _OfSum, nodes: float) -> FloatArray | None:
    """Take more and more nodes, until no probability moves."""
    last = None
    while nodes**2 * len(kinds) * (TABLE + of_sum.terms) <= WORK:
        product = _integral(kinds, of_sum.transform, int(nodes))
        probabilities = np.maximum(of_sum.distribution(product), 0.0)
        settled = last is not None and np.abs(probabilities - last).max() <= SETTLED
        if settled or nodes == 1:
            return np.asarray(probabilities / probabilities.sum())
        last, nodes = probabilities, nodes * 1.25
    return None


@dataclass(frozen=True, eq=False)
class _Kind:
    """Domains that are answered alike: their cut points, loading, what is carried, how many."""

    before: FloatArray
    after: FloatArray
    loading: float
    carried: float
    joint: bool
    number: int

    def tables(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Tables of before by after (V, K, K) given values (V,) of the factors before and after."""
        spread = np.sqrt(1 - self.loading**2)
        before = (self.before - self.loading * first[:, None]) / spread  # (V, K - 1)
        if self.joint:
            return self._by_table(before, second, spread)
        left = np.sqrt(1 - self.carried**2)
        lies = self.loading * (self.carried * first + left * second)
        after = (self.after[0] - lies[:, None]) / spread
        below = _below(before, after, self.carried)
        return np.maximum(np.diff(np.diff(below, axis=1), axis=2), 0.0)

    def _by_table(self, before: FloatArray, second: FloatArray, spread: float) -> FloatArray:
        """Where the cut points after depend on the score before, and else nothing does."""
        lies = self.loading * second[:, None, None]
        after = _edged((self.after - lies) / spread)  # (V, K, K + 1)
        return np.diff(ndtr(_edged(before)))[..., None] * np.diff(ndtr(after), axis=2)


def _below(before: FloatArray, after: FloatArray, carried: float) -> FloatArray:
    """Probabilities below the cut points before and after, with infinite ones, (V, K + 1, K + 1).

    Where one is infinite the other alone tells: half of them need no bivariate normal.
    """
    result = np.zeros((len(before), before.shape[1] + 2, after.shape[1] + 2))
    result[:, 1:-1, 1:-1] = bivariate_normal_cdf(before[:, :, None], after[:, None, :], carried)
    result[:, 1:-1, -1], result[:, -1, 1:-1] = ndtr(before), ndtr(after)
    result[:, -1, -1] = 1.0
    return result


def _edged(cuts: FloatArray) -> FloatArray:
    """Cut points with minus infinity before and infinity after them, along the last axis."""
    width = [(0, 0)] * (cuts.ndim - 1)
    return np.pad(cuts, [*width, (1, 1)], constant_values=(-np.inf, np.inf))


def _kinds(population: Population, members: Sequence[int], factor: OneFactor) -> tuple[_Kind, ...]:
    kinds: dict[bytes, _Kind] = {}
    for d, loading, carried in zip(members, factor.loading, factor.carried, strict=True):
        cuts = population.pre_cuts[d], population.post_cuts[d]
        kind = _Kind(*cuts, float(loading), float(carried), population.joint[d], number=1)
        key = np.hstack([kind.before, kind.after.ravel(), loading, carried, kind.joint]).tobytes()
        alike = kinds.get(key)
        kinds[key] = kind if alike is None else replace(alike, number=alike.number + 1)
    return tuple(kinds.values())


def _integral(
    kinds: tuple[_Kind, ...], transform: Callable[[FloatArray], ComplexArray], nodes: int
) -> ComplexArray:
    """Average the product over the domains over both factors, by the trapezoidal rule.

    On a normal weight that rule converges faster than any power of its step,
    as soon as the step is finer than what a domain's answers tell of the factor.
    """
    grid = np.linspace(-REACH, REACH, nodes) if nodes > 1 else np.zeros(1)
    weight = np.exp(-(grid**2) / 2)
    weight /= weight.sum()
    first, second = np.nonzero(np.add.outer(grid**2, grid**2) <= REACH**2)
    result = np.zeros(1, np.complex128)
    for start in range(0, len(first), AT_ONCE):
        before, after = first[start : start + AT_ONCE], second[start : start + AT_ONCE]
        product = np.ones(1, np.complex128)
        for kind in kinds:
            tables = kind.tables(grid[before], grid[after])
            product = product * transform(tables) ** kind.number
        result = result + ((weight[before] * weight[after])[:, None] * product).sum(axis=0)
    return result
