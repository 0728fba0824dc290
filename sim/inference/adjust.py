"""Multiplicity adjustment of p-values, compiled, one row at a time.

References
----------
Holm S (1979). Scandinavian Journal of Statistics 6, 65-70.
Holland BS, Copenhaver MD (1987). Biometrics 43, 417-423: Holm with Sidak's bounds.
Hochberg Y (1988). Biometrika 75, 800-802.
Hommel G (1988). Biometrika 75, 383-386; algorithm of Wright SP (1992), Biometrics 48, 1005-1013.
Sidak Z (1967). Journal of the American Statistical Association 62, 626-633.
Maurer W, Hothorn LA, Lehmacher W (1995). Biometrie in der chemisch-pharmazeutischen Industrie 6,
3-18.
Benjamini Y, Hochberg Y (1995). Journal of the Royal Statistical Society B 57, 289-300.
Benjamini Y, Yekutieli D (2001). Annals of Statistics 29, 1165-1188.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arrays import FloatArray
from sim.inference import adjust_kernels as kernels
from sim.inference.arrays import as_probabilities


def adjust(pvalues: ArrayLike, method: str) -> FloatArray:
    """Adjust p-values for multiplicity within each row.

    Hochberg, Hommel and Benjamini-Hochberg promise their level under
    positive dependence only.

    Parameters
    ----------
    pvalues : array_like, shape (..., m)
        P-values between 0 and 1, one family on the last axis.
    method : str
        A name in ``ADJUSTMENTS``: none, bonferroni, sidak, holm, holm_sidak,
        hochberg, hommel, benjamini_hochberg, benjamini_yekutieli; or fixed_sequence,
        where the hypotheses stand in the order in which they are tested, each
        only if all before it were rejected.

    Returns
    -------
    ndarray, shape (..., m)
        Adjusted p-values, at most 1; reject where they are at most alpha.

    Raises
    ------
    ValueError
        Where the method is unknown or a p-value lies outside 0 to 1.

    Examples
    --------
    >>> adjust([0.01, 0.04, 0.03], "holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    if method not in ADJUSTMENTS:
        raise ValueError(f"method: {method!r} must be one of {', '.join(ADJUSTMENTS)}")
    return adjust_rows(as_probabilities(pvalues, "pvalues"), method)


def adjust_rows(pvalues: FloatArray, method: str) -> FloatArray:
    """Adjust p-values known to be valid; shape (..., m) in and out."""
    kernel = ADJUSTMENTS[method]
    if kernel is None or pvalues.size == 0:
        return pvalues
    rows = np.ascontiguousarray(pvalues).reshape(-1, pvalues.shape[-1])  # (rows, m)
    adjusted = np.empty_like(rows)
    kernel(rows, adjusted)
    return adjusted.reshape(pvalues.shape)


Kernel = Callable[[NDArray[np.float64], NDArray[np.float64]], None]

ADJUSTMENTS: dict[str, Kernel | None] = {
    "none": None,
    "bonferroni": kernels.bonferroni,
    "sidak": kernels.sidak,
    "holm": kernels.holm,
    "holm_sidak": kernels.holm_sidak,
    "hochberg": kernels.hochberg,
    "hommel": kernels.hommel,
    "benjamini_hochberg": kernels.benjamini_hochberg,
    "benjamini_yekutieli": kernels.benjamini_yekutieli,
    "fixed_sequence": kernels.fixed_sequence,
}
