"""The smallest size that reaches the target and stays there."""

from __future__ import annotations

from dataclasses import dataclass

from sim.power.estimates import FloatArray


@dataclass(frozen=True)
class SampleSize:
    """Answer to "how large must the study be?" for one rule.

    Attributes
    ----------
    rule : str
        The rule's name.
    target : float
        Power aimed at.
    pairs : int or None
        Smallest size studied from which power stays at the target or above,
        up to `limit`; None where there is none.
    first_reached : int or None
        Smallest size at which power is at the target at all (exact tests saw-tooth).
    limit : int
        Largest size studied.
    power, mcse : float
        Power at `pairs` (at `limit` where `pairs` is None) and its Monte Carlo error.
    """

    rule: str
    target: float
    pairs: int | None
    first_reached: int | None
    limit: int
    power: float
    mcse: float


def smallest_size(
    rule: str, target: float, pairs: tuple[int, ...], power: FloatArray, mcse: FloatArray
) -> SampleSize:
    """Find the smallest size from which power stays at the target or above.

    Parameters
    ----------
    rule : str
        Name of the rule.
    target : float
        Power to reach.
    pairs : tuple of int
        Rising sizes studied.
    power, mcse : ndarray, shape (K,)
        Power at each size and its Monte Carlo standard error.

    Returns
    -------
    SampleSize

    References
    ----------
    Chernick MR, Liu CY (2002). The saw-toothed behavior of power versus
    sample size. The American Statistician 56, 149-155.
    """
    reached = power >= target
    first = next((size for size, hit in zip(pairs, reached, strict=True) if hit), None)
    below = [k for k, hit in enumerate(reached) if not hit]
    start = below[-1] + 1 if below else 0
    kept = start < len(pairs)
    at = start if kept else len(pairs) - 1
    return SampleSize(
        rule, target, pairs[at] if kept else None, first, pairs[-1],
        float(power[at]), float(mcse[at]),
    )  # fmt: skip
