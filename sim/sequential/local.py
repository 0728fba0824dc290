"""Levels of several hypotheses at looks, each tested at its share of alpha.

Adjusting p-values at a look's level does not keep the familywise error;
giving each hypothesis the boundary of its local share of alpha does, where
that boundary is solved anew for the share.

References
----------
Maurer W, Bretz F (2013). Statistics in Biopharmaceutical Research 5, 311-320.
"""

from collections.abc import Sequence

import numpy as np

from sim.arrays import FloatArray
from sim.sequential.boundaries import Kind, solve_boundaries

PROPORTIONAL = ("levels", "spent", "haybittle_peto")
"""Kinds that do not follow from alpha: a share of it spends that share of what they spend."""


def local_levels(
    portions: Sequence[float],
    shares: Sequence[float],
    alpha: float,
    sides: int,
    kind: Kind,
    parameter: float | None = None,
    levels: Sequence[float] | None = None,
) -> FloatArray:
    """Level of each look for a hypothesis that has a portion of alpha.

    Parameters
    ----------
    portions : sequence of float, length M
        Portions in (0, 1]: 1 / m for each of m hypotheses with Bonferroni's
        procedure; 1, 1/2 ... 1/m, by how many are left, with Holm's.
    shares, alpha, sides, kind, parameter, levels
        As for :func:`sim.sequential.boundaries.solve_boundaries`, for alpha as a whole.

    Returns
    -------
    ndarray, shape (M, J)
        What p-values are compared with: two-sided where the test is.

    Examples
    --------
    >>> local_levels([1, 0.5], [0.5, 1], 0.05, 2, "pocock").round(4).tolist()
    [[0.0294, 0.0294], [0.0143, 0.0143]]
    """
    whole = solve_boundaries(shares, alpha, sides, kind, parameter, levels)

    def at(portion: float) -> FloatArray:
        if portion == 1:
            return whole.nominal
        if kind in PROPORTIONAL:
            spent = (portion * whole.spent).tolist()
            return solve_boundaries(shares, portion * alpha, sides, "spent", None, spent).nominal
        return solve_boundaries(shares, portion * alpha, sides, kind, parameter).nominal

    return np.array([at(float(portion)) for portion in portions])
