"""Who exists: the population from which a role's participants are drawn."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from sim.cohorts.clusters import ClusterModel
from sim.cohorts.correlation import loading_matrix
from sim.cohorts.marginals import DomainMarginals, cut_points
from sim.cohorts.missing import Missingness
from sim.cohorts.normal import FloatArray, rectangle_table
from sim.cohorts.recruitment import Recruitment


@dataclass(frozen=True, eq=False)
class Population:
    """People of one role, as a Gaussian copula with exact marginals.

    A latent standard normal vector (domains before, then domains after) is
    cut into scores; a score is 1 + the number of cut points below its latent
    value. The cut points after may depend on the score before, which is how
    a stated table of before by after enters.

    Attributes
    ----------
    tables : ndarray, shape (D, K, K)
        Exact probabilities of (before, after) per domain.
    pre_cuts : ndarray, shape (D, K - 1)
        Cut points before.
    post_cuts : ndarray, shape (D, K, K - 1)
        Cut points after, by the score before.
    correlation : ndarray, shape (2 D, 2 D)
        Latent correlation matrix R.
    loading : ndarray, shape (2 D, 2 D)
        Lower triangular A with A A' = R.
    joint : tuple of bool, length D
        Domains whose table was stated as such.
    clusters : ClusterModel or None
        What people share with others of their site or mentee; then A A' is
        what remains of R.
    missing : Missingness or None
        Which answers are not given.
    response_shift : ndarray, shape (D,), or None
        Latent shift of the answers after that needs no mentoring; the cut
        points after hold it already.
    recruitment : Recruitment or None
        Who takes part by their answers; the tables are then those of people
        who do, and the cut points those of everybody.
    unmentored : ndarray, shape (D, K), or None
        Marginals after without mentoring, where they are not those before.
    """

    tables: FloatArray
    pre_cuts: FloatArray
    post_cuts: FloatArray
    correlation: FloatArray
    loading: FloatArray
    joint: tuple[bool, ...]
    clusters: ClusterModel | None = None
    missing: Missingness | None = None
    response_shift: FloatArray | None = None
    recruitment: Recruitment | None = None
    unmentored: FloatArray | None = None

    @property
    def points(self) -> int:
        """Number of points K of the scale."""
        return int(self.tables.shape[1])

    @cached_property
    def independent_domains(self) -> bool:
        """Whether no domain is correlated with another, so that tables say everything."""
        count = len(self.tables)
        own = np.kron(np.ones((2, 2)), np.eye(count)) > 0
        return bool((self.correlation[~own] == 0).all())

    @property
    def pre(self) -> FloatArray:
        """Marginals before of those who take part, shape (D, K)."""
        return np.asarray(self.tables.sum(axis=2))

    @property
    def pre_of_everybody(self) -> FloatArray:
        """Marginals before of all who are asked, whether they take part or not, shape (D, K)."""
        if self.recruitment is None:
            return self.pre
        below = np.pad(ndtr(self.pre_cuts), ((0, 0), (1, 1)), constant_values=(0.0, 1.0))
        return np.asarray(np.diff(below, axis=1))

    @property
    def post(self) -> FloatArray:
        """Marginals after, shape (D, K)."""
        return np.asarray(self.tables.sum(axis=1))


def build_population(domains: list[DomainMarginals], correlation: FloatArray) -> Population:
    """Assemble a population from its domains and the latent correlation matrix."""
    count = len(domains)
    parts = [
        _by_copula(cut_points(d.pre), cut_points(d.post), correlation[index, count + index])
        if d.joint is None
        else _by_table(d.joint)
        for index, d in enumerate(domains)
    ]
    return _assemble(parts, correlation, tuple(d.joint is not None for d in domains))


_Part = tuple[FloatArray, FloatArray, FloatArray]
"""Table, cut points before, cut points after by score before, of one domain."""


def _by_copula(before: FloatArray, after: FloatArray, rho: float) -> _Part:
    points = len(before) + 1
    return rectangle_table(before, after, rho), before, np.tile(after, (points, 1))


def _by_table(table: FloatArray) -> _Part:
    return table, cut_points(table.sum(axis=1)), _conditional_cuts(table)


def _assemble(parts: list[_Part], correlation: FloatArray, joint: tuple[bool, ...]) -> Population:
    tables, pre_cuts, post_cuts = (np.array(part) for part in zip(*parts, strict=True))
    return Population(tables, pre_cuts, post_cuts, correlation, loading_matrix(correlation), joint)


def _conditional_cuts(table: FloatArray) -> FloatArray:
    """Cut points of the score after, given each score before; shape (K, K - 1)."""
    rows = table.sum(axis=1, keepdims=True)
    share = np.divide(table, rows, out=np.full(table.shape, 1 / len(table)), where=rows > 0)
    return np.asarray(ndtri(np.minimum(np.cumsum(share, axis=1)[:, :-1], 1.0)))


def symmetrised(population: Population) -> Population:
    """Same latent people whose scores after are distributed as those before.

    A stated table is replaced by the mean of itself and its transpose, which
    keeps the distribution of the absolute change and removes its direction.
    """
    count = len(population.tables)
    parts = []
    for index, table in enumerate(population.tables):
        if population.joint[index]:
            parts.append(_by_table((table + table.T) / 2))
        else:
            before = population.pre_cuts[index]
            parts.append(_by_copula(before, before, population.correlation[index, count + index]))
    return _assemble(parts, population.correlation, population.joint)


def shifted_after(population: Population, shift: FloatArray) -> Population:
    """Same people whose latent answers after lie higher by a shift (D,); no table is stated."""
    count = len(population.tables)
    cuts = population.post_cuts - shift[:, None, None]
    tables = [
        rectangle_table(population.pre_cuts[d], cuts[d, 0], population.correlation[d, count + d])
        for d in range(count)
    ]
    return replace(population, tables=np.array(tables), post_cuts=cuts, response_shift=shift)
