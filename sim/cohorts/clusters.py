"""Who shares a site or a person of the second role, and how much alike that makes their changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.cohorts.correlation import loading_matrix
from sim.cohorts.normal import cut_covariance
from sim.cohorts.roots import root_between
from sim.cohorts.sites import relative_sizes, site_sequence
from sim.errors import StudyError
from sim.study.clusters import SiteClusters
from sim.study.endpoints import Endpoints

IntArray = NDArray[np.int64]
TINY = 1e-9
"""Rounding allowed for in a variance that should not be negative."""
FIRST, SECOND = 0, 1
"""The roles by their place in the study; several people of the first share one of the second."""
LEVELS = ("site", "shared")
"""A site, a shared person of the second role; each has its stream, so that none moves the other."""


@dataclass(frozen=True, eq=False)
class Level:
    """One level of clusters.

    Attributes
    ----------
    name : {'site', 'shared'}
        What the members share.
    icc : ndarray, shape (D,)
        Intraclass correlation gamma of each domain's latent change.
    share : ndarray, shape (D,)
        Part omega = gamma (1 - rho) of each domain's latent variance that they
        share, rho being its pre-post correlation.
    loading : ndarray, shape (2 D, 2 D)
        Lower triangular; what the members share is it times standard normals.
    """

    name: str
    icc: FloatArray
    share: FloatArray
    loading: FloatArray

    @classmethod
    def of(cls, name: str, icc: FloatArray, correlation: FloatArray) -> Level:
        """Level at which the latent change has an intraclass correlation, (D,).

        `correlation` (2 D, 2 D) is that of one person's answers.
        """
        count = len(icc)
        pre_post = np.diagonal(correlation, offset=count)[:count]
        share: FloatArray = np.asarray(icc * (1 - pre_post), dtype=np.float64)
        root: FloatArray = np.sqrt(share)
        # independent before and after, alike in covariance
        shared = loading_matrix(np.asarray(correlation[:count, :count] * np.outer(root, root)))
        return cls(name, icc, share, np.asarray(np.kron(np.eye(2), shared), dtype=np.float64))


@dataclass(frozen=True, eq=False)
class ClusterModel:
    """Clusters of one role.

    Attributes
    ----------
    levels : tuple of Level
        Those with a correlation above 0.
    accrual : SiteClusters
        In which order sites accrue.
    role : int
        Whose clusters: FIRST or SECOND.
    ratio : tuple of int
        People of the first role to those of the second.
    block : int
        Pairs of these people that one place in the order of accrual holds:
        one, or an arm's part of a whole block of the allocation.
    """

    levels: tuple[Level, ...]
    accrual: SiteClusters
    role: int
    ratio: tuple[int, int]
    block: int = 1

    def with_correlation(self, correlation: FloatArray) -> ClusterModel:
        """Same intraclass correlations of the latent change for people correlated otherwise."""
        levels = tuple(Level.of(level.name, level.icc, correlation) for level in self.levels)
        return replace(self, levels=levels)

    def sites(self, n: int) -> IntArray:
        """Site of each of the first n people of the role, in order of accrual; from 0."""
        first, second = self.ratio
        pair = np.arange(n)
        if self.role == SECOND:
            pair = pair * first // second  # the pair with which they enter
        place = pair // self.block
        return site_sequence(self.accrual, int(place[-1]) + 1)[place]

    def shared(self, n: int) -> IntArray:
        """Person of the second role of each of the first n people of the first; from 0."""
        first, second = self.ratio
        return -(-(np.arange(n) + 1) * second // first) - 1

    def shared_across_sites(self, n: int) -> bool:
        """Whether some of the first n people share a person while at different sites."""
        together = np.diff(self.shared(n)) == 0
        return bool((np.diff(self.sites(n))[together] != 0).any())

    def place(self, n: int) -> IntArray:
        """Cluster of each of n people at every level, numbered through; (levels, n)."""
        rows, first = [], 0
        for level in self.levels:
            cluster = self.sites(n) if level.name == "site" else self.shared(n)
            rows.append(cluster + first)
            first += int(cluster.max(initial=0)) + 1
        return np.array(rows, dtype=np.int64).reshape(len(self.levels), n)

    def offsets(
        self,
        n: int,
        replicates: int,
        rng: np.random.Generator,
        site_rng: np.random.Generator | None = None,
    ) -> NDArray[np.float32]:
        """Draw what the members of each cluster share; (clusters, 2 D, R).

        Every level has a separate stream and draws cluster by cluster: a longer accrual
        begins with the shorter one. Cohorts at the same sites share `site_rng`.
        """
        streams = level_streams(rng)
        if site_rng is not None:
            streams["site"] = site_rng
        place, parts, first = self.place(n), [], 0
        for level, cluster in zip(self.levels, place, strict=True):
            stream = streams[level.name]
            number = int(cluster.max(initial=0)) + 1 - first
            first += number
            count = len(level.share)
            normals = stream.standard_normal((2 * number, count, replicates), dtype=np.float32)
            # alike before and after: one block of the loading serves both
            mixed = np.matmul(level.loading[:count, :count].astype(np.float32), normals)
            parts.append(mixed.reshape(number, 2 * count, replicates))
        return np.concatenate(parts)


def level_streams(rng: np.random.Generator) -> dict[str, np.random.Generator]:
    """Give every level of clusters a separate stream."""
    return dict(zip(LEVELS, rng.spawn(len(LEVELS)), strict=True))


def cluster_model(
    clusters: SiteClusters,
    role: int,
    cuts: tuple[FloatArray, FloatArray],
    correlation: FloatArray,
    *,
    ratio: tuple[int, int],
    block: int = 1,
) -> ClusterModel:
    """Translate the intraclass correlations of a study into shared parts of the latent scores.

    Parameters
    ----------
    clusters : SiteClusters
        Intraclass correlations of the change, per level.
    role : int
        Whose: FIRST or SECOND.
    cuts : tuple of ndarray, each of shape (D, K - 1)
        Cut points before and after.
    correlation : ndarray, shape (2 D, 2 D)
        Latent correlation of one person's answers.
    ratio, block
        As :class:`ClusterModel` has them.

    Returns
    -------
    ClusterModel

    Raises
    ------
    StudyError
        Where an observed correlation cannot be had, or the sizes of the sites.
    """
    relative_sizes(clusters)  # refuses what cannot be, before anybody is drawn
    count = len(correlation) // 2
    pre_post = np.diagonal(correlation, offset=count)[:count]
    levels = []
    for name, field in (("site", "icc"), ("shared", "shared_icc")):
        icc = getattr(clusters, field)
        if icc == 0 or (name == "shared" and role != FIRST):
            continue
        latent = np.full(count, icc)
        if clusters.stated_as == "observed":
            share = [
                _share_for_observed(icc, cuts[0][d], cuts[1][d], pre_post[d], field)
                for d in range(count)
            ]
            latent = np.array(share) / (1 - pre_post)
        levels.append(Level.of(name, latent, correlation))
    accrual = clusters.model_copy(update={"assumption": None})  # a reason changes nobody
    return ClusterModel(tuple(levels), accrual, role, ratio, block)


def remainder(correlation: FloatArray, model: ClusterModel) -> FloatArray:
    """Covariance of what a person does not share with anybody.

    Raises
    ------
    StudyError
        Where clusters share more than is there.
    """
    left = correlation.copy()
    for level in model.levels:
        left -= level.loading @ level.loading.T
    if np.linalg.eigvalsh(left).min() < -TINY:
        raise StudyError(
            "clusters: the intraclass correlations leave too little for the correlation of before "
            "and after; lower icc or shared_icc, or bring "
            "correlation.pre_post nearer to 0"
        )
    return left


def observed_icc(
    share: FloatArray,
    pre_cuts: FloatArray,
    post_cuts: FloatArray,
    correlation: FloatArray,
    endpoints: Endpoints,
) -> FloatArray:
    """Intraclass correlation of the observed change of every endpoint.

    Parameters
    ----------
    share : ndarray, shape (D,)
        Part of the latent variance that two people share.
    pre_cuts, post_cuts : ndarray, shape (D, K - 1)
        Cut points.
    correlation : ndarray, shape (2 D, 2 D)
        Latent correlation of one person's answers.
    endpoints : Endpoints
        The domains, and sums of them.

    Returns
    -------
    ndarray, shape (E,)
        From bivariate normal rectangles; NaN where the change has no variance.
    """
    count = len(share)
    within = correlation[:count, :count]
    root = np.sqrt(share)
    shared = np.outer(root, root) * within
    between_people = _covariances(pre_cuts, shared) + _covariances(post_cuts, shared)
    covariance = _covariances(np.concatenate([pre_cuts, post_cuts]), correlation)
    contrast = np.hstack([-np.eye(count), np.eye(count)])
    change = contrast @ covariance @ contrast.T  # (D, D)
    top, whole = (
        np.append(np.diag(matrix), [matrix[np.ix_(d, d)].sum() for d in endpoints.sums])
        for matrix in (between_people, change)
    )
    icc = np.divide(top, whole, out=np.full(len(endpoints), np.nan), where=whole > 0)
    return np.asarray(icc)


def _covariances(cuts: FloatArray, latent: FloatArray) -> FloatArray:
    """Covariances of scores whose latent answers have these; shape of `latent`."""
    rows = [[cut_covariance(cuts[i], cuts[j], latent[i, j]) for j in range(len(latent))]
            for i in range(len(latent))]  # fmt: skip
    return np.array(rows)


def _share_for_observed(
    icc: float, pre: FloatArray, post: FloatArray, pre_post: float, field: str
) -> float:
    """Solve for the shared latent part at which the observed change has a given correlation."""
    correlation = np.array([[1.0, pre_post], [pre_post, 1.0]])

    def excess(share: float) -> float:
        icc_there = observed_icc(
            np.array([share]), pre[None], post[None], correlation, Endpoints(1)
        )
        return float(icc_there[0]) - icc

    most = 1 - abs(pre_post)
    if np.isnan(excess(most)):
        raise StudyError(
            "clusters: changes that are the same for everybody have no observed correlation; use "
            "stated_as=latent"
        )
    if excess(most) < 0:
        raise StudyError(
            f"clusters: {field} {icc:g} of the observed change cannot be had; at most "
            f"{excess(most) + icc:.3f} with these answers and correlation.pre_post"
        )
    return root_between(excess, 0.0, most, xtol=1e-10)
