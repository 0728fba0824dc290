"""From counts to estimates with their Monte Carlo errors."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.inference.rules import DecisionRule
from sim.power.count_kernels import FINE
from sim.power.estimates import Estimate, mean, moved, proportion
from sim.power.operating import (
    EndpointMeasures,
    FamilyMeasures,
    OperatingCharacteristics,
    RoleCharacteristics,
)
from sim.power.tally import Counts, Tally


@dataclass(frozen=True, eq=False)
class RoleTruth:
    """What is true of one role: the yardstick of its estimates.

    Attributes
    ----------
    mean_change : ndarray, shape (E,)
        True mean change; of two arms, the difference of theirs.
    true_nulls : ndarray of bool, shape (D,)
        Domains without an effect.
    stated_side : int
        1 where a rise is a win, -1 where a fall is.
    """

    mean_change: FloatArray
    true_nulls: NDArray[np.bool_]
    stated_side: int


def summarise(
    tally: Tally,
    truth: tuple[RoleTruth, ...],
    pairs: tuple[int, ...],
    sizes: tuple[tuple[int, ...], ...],
    role_names: tuple[str, ...],
    endpoints: tuple[str, ...],
    rules: tuple[DecisionRule, ...],
    further: Collection[str] = (),
) -> OperatingCharacteristics:
    """Turn counts into estimates with their Monte Carlo errors.

    Parameters
    ----------
    tally : Tally
        Counts over replicates.
    truth : tuple of RoleTruth
        What is true, per role.
    pairs : tuple of int
        Sizes in pairs.
    sizes : tuple of tuple of int
        Participants per role at each size.
    role_names, endpoints : tuple of str
        Names of the roles and of each role's endpoints.
    rules : tuple of DecisionRule
        The rules counted.
    further : collection of str
        Measures that not every study has: `narrow` where a half-width was
        is wanted, `failed` where the test is a model that is fitted.

    Returns
    -------
    OperatingCharacteristics
    """
    count = len(endpoints)
    roles = tuple(
        RoleCharacteristics(
            role=name,
            n=sizes[index],
            endpoints=endpoints,
            measures=_endpoint_measures(
                _Columns(tally, slice(index * count, (index + 1) * count)),
                truth[index],
                further,
            ),
            family=_family_measures(tally.families[:, index], truth[index], tally.replicates),
            family_name=_family_name(endpoints, truth[index], tally),
        )
        for index, name in enumerate(role_names)
    )
    return OperatingCharacteristics(
        sizes=pairs,
        roles=roles,
        rules=rules,
        rule_rejection=proportion(tally.rule_rejected, tally.replicates),
        rule_win=proportion(tally.rule_won, tally.replicates),
        replicates=tally.replicates,
    )


class _Columns:
    """One role's columns of a tally."""

    def __init__(self, tally: Tally, columns: slice) -> None:
        self._tally, self._columns = tally, columns
        self.replicates = tally.replicates

    def __getitem__(self, name: str) -> Counts:
        return np.asarray(getattr(self._tally, name)[:, self._columns])

    def share(self, name: str) -> Estimate:
        """Share of the replicates in which something happened."""
        return proportion(self[name], self.replicates)


def _family_name(endpoints: tuple[str, ...], truth: RoleTruth, tally: Tally) -> str:
    """Name the endpoints adjusted together: the items, and perhaps the sums after them."""
    sums = endpoints[len(truth.true_nulls) : tally.families.shape[-1] - 1]
    return " and ".join(["items", *sums] if len(sums) < 2 else ["items", "totals"])


def _endpoint_measures(
    columns: _Columns, truth: RoleTruth, further: Collection[str]
) -> EndpointMeasures:
    estimable = columns["estimable"]
    change = mean(columns["change"] / FINE, columns["change_squared"] / FINE, estimable, 1.0)
    rejected = columns["rejected"]
    defined = np.where(np.abs(truth.mean_change) > 1e-12, rejected, 0)
    onside = np.sign(truth.mean_change) == truth.stated_side
    wrong = np.where(onside, rejected - columns["won"], columns["won"])
    scale = np.where(truth.mean_change == 0, 1.0, np.abs(truth.mean_change))
    return EndpointMeasures(
        rejection=columns.share("rejected"),
        win=columns.share("won"),
        adjusted_rejection=columns.share("adjusted_rejected"),
        adjusted_win=columns.share("adjusted_won"),
        no_information=columns.share("uninformative"),
        failed=columns.share("failed") if "failed" in further else None,
        mean_change=change,
        bias=moved(change, truth.mean_change),
        coverage=proportion(columns["covered"], estimable),
        width=mean(columns["width"] / FINE, columns["width_squared"] / FINE, estimable, 1.0),
        narrow=proportion(columns["narrow"], estimable) if "narrow" in further else None,
        type_s=proportion(wrong, defined),
        type_m=mean(
            columns["rejected_change"] / FINE,
            columns["rejected_change_squared"] / FINE,
            defined,
            scale,
        ),
    )


def _family_measures(cells: Counts, truth: RoleTruth, replicates: int) -> FamilyMeasures:
    """Everything about a family follows from how often V true nulls and R domains are rejected."""
    false, all_rejected = np.indices(cells.shape[1:])
    share = false / np.maximum(all_rejected, 1)
    true = np.maximum(all_rejected - false, 0)
    nulls = int(truth.true_nulls.sum())
    defined = replicates if nulls else 0

    def average(values: FloatArray, of: int) -> Estimate:
        total, squares = (cells * values).sum(axis=(1, 2)), (cells * values**2).sum(axis=(1, 2))
        return mean(total, squares, np.full(len(cells), of), 1.0)

    return FamilyMeasures(
        familywise_error=proportion(cells[:, 1:].sum(axis=(1, 2)), np.full(len(cells), defined)),
        false_discovery_rate=average(share, defined),
        true_rejections=average(true.astype(np.float64), replicates),
    )
