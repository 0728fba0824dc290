"""Who exists: the population from which a role's participants are drawn."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat

import numpy as np
from scipy.special import ndtr, ndtri

from sim.arrays import FloatArray
from sim.cohorts.clusters import ClusterModel, remainder
from sim.cohorts.correlation import loading_matrix
from sim.cohorts.marginals import DomainMarginals, cut_points
from sim.cohorts.missing import Missingness
from sim.cohorts.normal import rectangle_table
from sim.cohorts.recruitment import POINTS, Recruitment, recruited


@dataclass(frozen=True, eq=False, kw_only=True)
class Conditions:
    """Under which people take part.

    Attributes
    ----------
    response_shift : ndarray, shape (D,), or None
        Latent shift of the answers after that needs no treatment.
    recruitment : Recruitment or None
        Who takes part by their answers.
    clusters : ClusterModel or None
        What people share with others of their site, or who share somebody of the second role.
    missing : Missingness or None
        Which answers are not given.
    """

    response_shift: FloatArray | None = None
    recruitment: Recruitment | None = None
    clusters: ClusterModel | None = None
    missing: Missingness | None = None

    @property
    def change_answers(self) -> bool:
        """Whether answers change under them without treatment."""
        return self.response_shift is not None or self.recruitment is not None


@dataclass(frozen=True, eq=False)
class Population(Conditions):
    """People of one role, as a Gaussian copula with exact marginals.

    A latent standard normal vector (domains before, then domains after) is
    cut into scores; a score is 1 + the number of cut points below its latent
    value. The cut points after may depend on the score before, which is how
    a table of before by after enters.

    Attributes
    ----------
    tables : ndarray, shape (D, K, K)
        Exact probabilities of (before, after) per domain, of those who are recruited.
    pre_cuts : ndarray, shape (D, K - 1)
        Cut points before, of everybody.
    post_cuts : ndarray, shape (D, K, K - 1)
        Cut points after, by the score before; they hold the response shift.
    correlation : ndarray, shape (2 D, 2 D)
        Latent correlation matrix R.
    loading : ndarray, shape (2 D, 2 D)
        Lower triangular A with A A' = R; in clusters A A' is what is not shared of R.
    joint : tuple of bool, length D
        Domains given as a table.
    untreated : ndarray, shape (D, K), or None
        Marginals after without treatment, where they are not those before.
    """

    tables: FloatArray
    pre_cuts: FloatArray
    post_cuts: FloatArray
    correlation: FloatArray
    loading: FloatArray
    joint: tuple[bool, ...]
    untreated: FloatArray | None = None

    @property
    def points(self) -> int:
        """Number of points K of the scale."""
        return int(self.tables.shape[1])

    @cached_property
    def independent_domains(self) -> bool:
        """Whether no domain is correlated with another, so that tables say everything."""
        count = len(self.tables)
        domain = np.arange(2 * count) % count
        return not self.correlation[domain[:, None] != domain].any()

    @property
    def pre(self) -> FloatArray:
        """Marginals before of those who take part, shape (D, K)."""
        return np.asarray(self.tables.sum(axis=2))

    @property
    def pre_of_everybody(self) -> FloatArray:
        """Marginals before of all who are invited, whether they take part or not, shape (D, K)."""
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
    before, after = (
        cut_points(np.array([getattr(domain, time) for domain in domains]))
        for time in ("pre", "post")
    )
    return _assemble(before, after, [domain.joint for domain in domains], correlation)


def _assemble(
    before: FloatArray,
    after: FloatArray,
    joint: list[FloatArray | None],
    correlation: FloatArray,
) -> Population:
    """Assemble a population from cut points (D, K - 1), or a table of before by after instead."""
    tables, pre_cuts, post_cuts, loading = _parts(before, after, correlation)
    for domain, table in enumerate(joint):
        if table is not None:
            tables[domain], pre_cuts[domain] = table, cut_points(table.sum(axis=1))
            post_cuts[domain] = _conditional_cuts(table)
    given = tuple(table is not None for table in joint)
    return Population(tables, pre_cuts, post_cuts, correlation, loading, given)


def _parts(
    before: FloatArray, after: FloatArray, correlation: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Tables, cut points before and after, and loadings of people, or of several kinds (..., D)."""
    pre_post = np.diagonal(correlation, before.shape[-2], -2, -1)
    tables = rectangle_table(before, after, pre_post[..., None, None])
    after = np.repeat(after[..., None, :], tables.shape[-1], axis=-2)
    return tables, before.copy(), after, loading_matrix(correlation)


def populations_of(
    before: FloatArray, after: FloatArray, correlation: FloatArray
) -> tuple[Population, ...]:
    """Assemble several populations at once, which takes less time.

    Parameters
    ----------
    before, after : ndarray, shape (S, D, K)
        Probabilities of the points.
    correlation : ndarray, shape (S, 2 D, 2 D) or (2 D, 2 D)
        Latent correlations of each, or of all.
    """
    number, domains = before.shape[:2]
    *parts, loading = _parts(cut_points(before), cut_points(after), correlation)
    of_each = (of if of.ndim > 2 else repeat(of, number) for of in (correlation, loading))
    joint = repeat((False,) * domains, number)
    return tuple(map(Population, *parts, *of_each, joint))


def _conditional_cuts(table: FloatArray) -> FloatArray:
    """Cut points of the score after, given each score before; shape (K, K - 1)."""
    rows = table.sum(axis=1, keepdims=True)
    share = np.divide(table, rows, out=np.full(table.shape, 1 / len(table)), where=rows > 0)
    return np.asarray(ndtri(np.minimum(np.cumsum(share, axis=1)[:, :-1], 1.0)))


def symmetrised(population: Population) -> Population:
    """Same latent people whose scores after are distributed as those before.

    A table is replaced by the mean of itself and its transpose, which
    keeps the distribution of the absolute change and removes its direction.
    """
    pairs = zip(population.tables, population.joint, strict=True)
    joint = [(table + table.T) / 2 if given else None for table, given in pairs]
    return _assemble(population.pre_cuts, population.pre_cuts, joint, population.correlation)


def shifted_cuts(population: Population, shift: FloatArray | None) -> FloatArray:
    """Cut points after of people whose latent answers after lie higher by a shift (D,)."""
    return population.post_cuts if shift is None else population.post_cuts - shift[:, None, None]


def take_part(
    people: Population,
    conditions: Conditions,
    untreated: FloatArray | None = None,
    points: int = POINTS,
) -> Population:
    """Let people take part.

    Parameters
    ----------
    people : Population
        Who exists, so far under no conditions.
    conditions : Conditions
        What becomes of them; another population's will do. The response shift and the
        recruitment only where no domain states a table.
    untreated : ndarray, shape (D, K), optional
        Their marginals after without treatment, where those are not the ones before.
    points : int
        Points of the integral over who is recruited.

    Raises
    ------
    StudyError
        Where hardly anybody is recruited, or clusters share more than there is.
    """
    cuts, clusters = shifted_cuts(people, conditions.response_shift), conditions.clusters
    left = None if clusters is None else loading_matrix(remainder(people.correlation, clusters))
    return replace(
        people,
        tables=_tables_of_those_who_do(people, cuts[:, 0], conditions, points),
        post_cuts=cuts,
        loading=people.loading if left is None else left,
        untreated=untreated,
        response_shift=conditions.response_shift,
        recruitment=conditions.recruitment,
        clusters=clusters,
        missing=conditions.missing,
    )


def _tables_of_those_who_do(
    people: Population, cuts: FloatArray, conditions: Conditions, points: int
) -> FloatArray:
    """Probabilities of (before, after) of those who take part, from their cut points after."""
    if conditions.recruitment is not None:
        return recruited(people.pre_cuts, cuts, conditions.recruitment, points).tables
    if conditions.response_shift is None:
        return people.tables
    pre_post = np.diagonal(people.correlation, offset=len(cuts))
    return rectangle_table(people.pre_cuts, cuts, pre_post[:, None, None])
