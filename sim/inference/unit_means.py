"""Differences between two arms, and how well they are known, by the units that people come in.

People of one site resemble each other, so that a site is one observation: the
estimate is the unweighted mean of the sites' means, its variance that between
sites, its degrees of freedom the sites less one.

References
----------
Donner A, Klar N (2000). Design and Analysis of Cluster Randomization Trials in
Health Research. London: Arnold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.inference.arm_differences import pooled
from sim.inference.result import Difference, IntArray
from sim.inference.sample import Sample, Samples, Sizes
from sim.inference.unit_means_kernels import fill_unit_means


def difference_of_units(samples: Samples, sizes: Sizes) -> Difference:
    """Difference of the means of units that belong to one arm each, at every size.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        The two arms; their `sites` are the units, and none of one arm has to
        do with any of the other.

    Returns
    -------
    Difference
        Fields of shape (R, K, E); the variance is pooled over the arms, with
        as many degrees of freedom as units less two.
    """
    (a, mean, squares), (b, other, others) = map(means_of_units, samples, sizes)
    return pooled(mean - other, squares + others, (a, b))


def difference_within_units(samples: Samples, sizes: Sizes) -> Difference:
    """Mean of the differences of the arms within every unit, at every size.

    What the people of a unit share does not count: it is in both arms.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        The two arms, at the same units.

    Returns
    -------
    Difference
        Fields of shape (R, K, E). A unit counts where both arms are observed;
        no degrees of freedom below two of those.
    """
    treated, controls = samples
    changes, units = (treated.changes, controls.changes), (treated.sites, controls.sites)
    number, mean, squares = _filled(changes, units, np.array(sizes, np.int64), paired=True)
    freedom = np.maximum(number - 1, 0)
    variance = squares / np.maximum(freedom, 1) / np.maximum(number, 1)
    return Difference(mean, variance, freedom, number)


def means_of_units(
    sample: Sample, sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
    """Number of one arm's units, mean of their means, and squares around it, at every size.

    Parameters
    ----------
    sample : Sample
        The arm; its `sites` are the units.
    sizes : ndarray, shape (K,)
        Its sizes.

    Returns
    -------
    number, mean, squares : ndarray, shape (R, K, E)
    """
    both = np.array([sizes, np.zeros_like(sizes)], np.int64)
    changes, units = sample.changes, sample.sites
    return _filled((changes, changes[:, :0]), (units, units[:0]), both, paired=False)


def _filled(
    changes: tuple[IntArray, IntArray],
    units: tuple[NDArray[np.int64], NDArray[np.int64]],
    sizes: NDArray[np.int64],
    *,
    paired: bool,
) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
    first, second = (
        np.ascontiguousarray(change.transpose(0, 2, 1)) for change in changes
    )  # (R, E, N)
    shape = len(first), sizes.shape[1], first.shape[1]
    number, mean, squares = np.empty(shape, np.int64), np.empty(shape), np.empty(shape)
    treated_units, other_units = (np.ascontiguousarray(place, np.int64) for place in units)
    fill_unit_means(first, second, treated_units, other_units, sizes, paired, number, mean, squares)
    return number, mean, squares
