"""Who exists: the population from which a role's participants are drawn."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from sim.cohorts.clusters import ClusterModel, cluster_model, remainder
from sim.cohorts.correlation import Scores, latent_correlation, loading_matrix
from sim.cohorts.marginals import DomainMarginals, cut_points, domain_effect, domain_marginals
from sim.cohorts.missing import Missingness, missingness
from sim.cohorts.normal import FloatArray, rectangle_table
from sim.errors import StudyError
from sim.study import RoleName, Study
from sim.study.clusters import SiteClusters


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
    """

    tables: FloatArray
    pre_cuts: FloatArray
    post_cuts: FloatArray
    correlation: FloatArray
    loading: FloatArray
    joint: tuple[bool, ...]
    clusters: ClusterModel | None = None
    missing: Missingness | None = None

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
        """Marginals before, shape (D, K)."""
        return np.asarray(self.tables.sum(axis=2))

    @property
    def post(self) -> FloatArray:
        """Marginals after, shape (D, K)."""
        return np.asarray(self.tables.sum(axis=1))


def role_population(study: Study, role: RoleName) -> Population:
    """Population of one role of a study.

    Parameters
    ----------
    study : Study
        The study.
    role : {'mentor', 'mentee'}
        A role that takes part.

    Returns
    -------
    Population

    Raises
    ------
    StudyError
        Where an effect or a correlation cannot be had.
    """
    stated = study.roles.mentor if role == "mentor" else study.roles.mentee
    if stated is None:
        raise ValueError(f"no {role} takes part")
    place, effect = study.effect_of(role)
    domains = []
    for index, name in enumerate(study.scale.domains):
        pre = stated.pre[index] if isinstance(stated.pre[0], tuple) else stated.pre
        marginal = np.array(pre, dtype=np.float64)
        own = domain_effect(effect, name, index)
        domains.append(domain_marginals(marginal / marginal.sum(), own, place))
    scores = Scores(study.scale.domains, tuple(domains), role)
    correlation = latent_correlation(study.correlation, scores)
    return as_they_take_part(study, role, build_population(domains, correlation))


def as_they_take_part(study: Study, role: RoleName, population: Population) -> Population:
    """Put people into the clusters that a study states, and let answers be missing as it states.

    Raises
    ------
    StudyError
        Where the clusters cannot be had.
    """
    if isinstance(study.clusters, SiteClusters):
        if any(population.joint):
            raise StudyError(
                "clusters: cannot be had where an effect states a table of before by after; "
                "state the distribution after (effect=post) instead"
            )
        cuts = population.pre_cuts, population.post_cuts[:, 0]
        model = cluster_model(
            study.clusters, role, study.design.ratio, cuts, population.correlation
        )
        left = remainder(population.correlation, model)
        population = replace(population, clusters=model, loading=loading_matrix(left))
    missing = missingness(
        study.missing, population.pre_cuts, loading_matrix(population.correlation),
        population.correlation,
    )  # fmt: skip
    return replace(population, missing=missing)


def taking_part_like(example: Population, population: Population) -> Population:
    """Put people into the clusters of others, answers missing by the same mechanism.

    Parameters
    ----------
    example : Population
        Whose clusters and missing answers.
    population : Population
        Who exists, so far without.

    Returns
    -------
    Population
        With the intraclass correlations of the example's latent changes.
    """
    clusters, loading = example.clusters, population.loading
    if clusters is not None:
        clusters = clusters.with_correlation(population.correlation)
        loading = loading_matrix(remainder(population.correlation, clusters))
    return replace(population, clusters=clusters, loading=loading, missing=example.missing)


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


def without_effect(population: Population) -> Population:
    """Same people with the effect removed: the scores after are distributed as those before.

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
    plain = _assemble(parts, population.correlation, population.joint)
    return replace(
        plain,
        loading=population.loading,
        clusters=population.clusters,
        missing=population.missing,
    )
