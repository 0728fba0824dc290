"""People who answer, and how many there are of each: for what has no closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri

from sim.arrays import FloatArray
from sim.cohorts.correlation import loading_matrix
from sim.cohorts.population import Population

SAMPLES = 16
"""Independent samples, whose differences say how exact they are together."""
TINY = 1e-12
"""Difference of two correlations or probabilities that is rounding."""


@dataclass(frozen=True, eq=False)
class Respondents:
    """Samples of the people of a role, answers of those who leave weighed by their chance to stay.

    Attributes
    ----------
    before, after : ndarray of int8, shape (D, B, M)
        Scores from 1; people last, whom everything runs over. Of several populations the samples
        of one come after those of another.
    weight : ndarray, shape (B, M)
        How many give each person's answers, per person recruited.
    """

    before: NDArray[np.int8]
    after: NDArray[np.int8]
    weight: FloatArray


def respondents(populations: Sequence[Population], number: int) -> Respondents:
    """Give people of populations, the same every time, whatever sites they are at.

    Parameters
    ----------
    populations : sequence of Population
        Who exists, who takes part, who leaves: by the same conditions, if they are several.
    number : int
        People of each of `SAMPLES` independent samples. Each is a Latin
        hypercube; and where before and after are correlated alike, everybody
        has a counterpart in whom they change places (M is then twice as many).
        So means are known far better than from people of chance.

    Returns
    -------
    Respondents
        Single answers that are missing by chance are there.

    References
    ----------
    McKay MD, Beckman RJ, Conover WJ (1979). Technometrics 21, 239-245.
    """
    first = populations[0]
    count, who = len(first.tables), first.recruitment
    loading = np.stack([_loading(population) for population in populations])  # (S, J, J)
    size = loading.shape[-1]  # 2 D or 3 D
    each = loading @ _normals(size, number).reshape(size, -1)
    latent = each.reshape(-1, size, SAMPLES, number).swapaxes(0, 1).reshape(size, -1, number)
    if _turned_alike(loading @ loading.swapaxes(1, 2), count):
        latent = np.concatenate([latent, latent[_turned(size, count)]], axis=2)
    start, end = latent[:count], latent[count : 2 * count]
    early, late = (
        np.repeat(np.stack(cuts, axis=1), SAMPLES, axis=1)  # (D, B, ...)
        for cuts in zip(*((each.pre_cuts, each.post_cuts) for each in populations), strict=True)
    )
    before = _scores(start, early)
    after = _scores(end, late, before - 1) if any(first.joint) else _scores(end, late[:, :, 0])
    weight = np.ones(before.shape[1:])
    if who is not None:
        screened = latent[2 * count :]
        deciding = _scores(screened, early) if who.screening else before
        total = deciding.sum(axis=0)
        weight[(total < who.low) | (total > who.high)] = 0.0
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
    leaves = first.missing
    if leaves is not None and leaves.anybody:
        x = before.sum(axis=0) if leaves.depends_on == "total" else (end - start).sum(axis=0)
        log_odds = leaves.intercept + leaves.slope * (x - leaves.centre) / leaves.scale
        weight *= expit(-log_odds) if leaves.depends_on != "nothing" else 1 - leaves.dropout
    return Respondents(before, after, weight)


def _loading(population: Population) -> FloatArray:
    """Loadings of all that is latent in a person, shared with others or not."""
    if population.recruitment is not None:
        return population.recruitment.loading
    if population.clusters is None:
        return population.loading
    return loading_matrix(population.correlation)


def _scores(
    latent: FloatArray, cuts: FloatArray, given: NDArray[np.int8] | None = None
) -> NDArray[np.int8]:
    """Cut latent answers (D, B, M) into scores from 1; cut points may go by a score given."""
    scores = np.ones(latent.shape, np.int8)
    for c in range(cuts.shape[-1]):
        cut = cuts[..., c, None] if given is None else np.take_along_axis(cuts[..., c], given, 2)
        scores += latent > cut
    return scores


@lru_cache(maxsize=8)
def _normals(dimensions: int, number: int) -> FloatArray:
    """Give standard normals, in every dimension one in each of equally likely bins; (J, B, M)."""
    rng = np.random.default_rng(0)
    bins = np.tile(np.arange(number), (SAMPLES, dimensions, 1))
    place = (rng.permuted(bins, axis=2) + rng.random(bins.shape)) / number
    return np.ascontiguousarray(ndtri(place.transpose(1, 0, 2)))


def exchangeable(population: Population) -> bool:
    """Tell whether before and after can change places: then every change is symmetric around 0."""
    who, count = population.recruitment, len(population.tables)
    if who is not None and not who.screening:
        return False
    matrix = population.correlation if who is None else who.correlation
    moved = np.abs(ndtr(population.post_cuts[:, 0]) - ndtr(population.pre_cuts)).max()
    return bool(not any(population.joint) and moved < TINY) and _turned_alike(matrix, count)


def _turned(size: int, count: int) -> NDArray[np.intp]:
    """Places of latent answers when before and after change places; a screening keeps its place."""
    order = np.arange(size)
    order[: 2 * count] = np.roll(order[: 2 * count], count)
    return order


def _turned_alike(matrix: FloatArray, count: int) -> bool:
    order = _turned(matrix.shape[-1], count)
    return bool(np.abs(matrix[..., order[:, None], order] - matrix).max() < TINY)


def alike(first: Population, second: Population) -> bool:
    """Tell whether two arms hold the same kind of people, who leave by the same mechanism."""
    return (
        first.missing == second.missing
        and first.joint == second.joint
        and (first.recruitment is None) == (second.recruitment is None)
        and np.array_equal(first.tables, second.tables)
        and np.array_equal(first.pre_cuts, second.pre_cuts)
        and np.array_equal(first.post_cuts, second.post_cuts)
        and np.array_equal(first.correlation, second.correlation)
    )
