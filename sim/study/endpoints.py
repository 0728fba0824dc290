"""What is tested of one role: its domains, and sums of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.study.sections import Analysis


@dataclass(frozen=True)
class Endpoints:
    """Sets of domains: first every domain alone, then the sums, each in its order.

    Attributes
    ----------
    domains : int
        Number of domains D; they are adjusted together.
    sums : tuple of tuple of int
        Places of the domains of every further endpoint: all of them in the
        total, some in a subscale. There may be none.
    cuts : tuple of (int or None)
        Lowest value of each sum that counts as a success, for tests at a cut;
        by default none has one.
    """

    domains: int
    sums: tuple[tuple[int, ...], ...] = ()
    cuts: tuple[int | None, ...] = ()

    def __post_init__(self) -> None:
        if not self.cuts:
            object.__setattr__(self, "cuts", (None,) * len(self.sums))

    @classmethod
    def with_total(cls, domains: int, cut: int | None = None) -> Endpoints:
        """Every domain, and the sum of all, perhaps with its cut."""
        return cls(domains, (tuple(range(domains)),), (cut,))

    def __len__(self) -> int:
        """Number of endpoints E."""
        return self.domains + len(self.sums)

    @cached_property
    def members(self) -> NDArray[np.bool_]:
        """Which domains each endpoint sums, (E, D)."""
        members = np.zeros((len(self), self.domains), np.bool_)
        for place, domains in enumerate((*((d,) for d in range(self.domains)), *self.sums)):
            members[place, list(domains)] = True
        return members

    def tested_sums(self, analysis: Analysis) -> tuple[bool, ...]:
        """Whether each sum is tested: not by a test of domains alone, nor at a cut without one."""
        at_cut = analysis.cut is not None
        return tuple(
            analysis.test_facts.has_total and not (at_cut and cut is None) for cut in self.cuts
        )

    def summed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over the domains of each endpoint of what every domain has; (..., D) to (..., E)."""
        sums = [values[..., list(domains)].sum(axis=-1, keepdims=True) for domains in self.sums]
        return np.concatenate([values, *sums], axis=-1)

    def in_all(self, holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether something holds in every domain of each endpoint; (D,) to (E,)."""
        return np.append(holds, [bool(holds[list(domains)].all()) for domains in self.sums])
