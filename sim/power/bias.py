"""By how much those who are analysed differ from everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.power.operating import RoleCharacteristics

BIAS_CLEAR, LEAST_BIAS = 3.0, 0.01
"""Monte Carlo errors, and points, from which the mean of those analysed is biased."""


@dataclass(frozen=True)
class Bias:
    """By how much the mean change of those analysed differs from that of everybody, in points."""

    role: str
    endpoints: tuple[str, ...]
    value: float
    mcse: float

    @property
    def clear(self) -> bool:
        """Whether it is more than noise and worth saying."""
        return abs(self.value) > BIAS_CLEAR * self.mcse and abs(self.value) >= LEAST_BIAS


def bias_of(role: RoleCharacteristics, endpoints: list[int], k: int) -> Bias | None:
    """Mean bias of some endpoints of a role at one size; None where none is estimated.

    Parameters
    ----------
    role : RoleCharacteristics
        Under the assumed effect.
    endpoints : list of int
        Their places.
    k : int
        Place of the size.

    Returns
    -------
    Bias or None
    """
    bias = role.measures.bias
    if not endpoints or bias is None or np.isnan(bias.value[k, endpoints]).any():
        return None
    # endpoints of one person go together: the mean of the errors is no less than its error
    value, mcse = (float(part[k, endpoints].mean()) for part in (bias.value, bias.mcse))
    return Bias(role.role, tuple(role.endpoints[e] for e in endpoints), value, mcse)
