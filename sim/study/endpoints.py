"""What is tested of one role: its domains, and sums of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


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
    """

    domains: int
    sums: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def with_total(cls, domains: int) -> Endpoints:
        """Every domain, and the sum of all."""
        return cls(domains, (tuple(range(domains)),))

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

    def summed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over the domains of each endpoint of what every domain has; (D,) to (E,)."""
        return np.append(values, [values[list(domains)].sum() for domains in self.sums])

    def in_all(self, holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether something holds in every domain of each endpoint; (D,) to (E,)."""
        return np.append(holds, [bool(holds[list(domains)].all()) for domains in self.sums])
