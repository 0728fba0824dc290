"""What in a design can make its size unusable, before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np

from sim.cohorts.clusters import FIRST, ClusterModel
from sim.cohorts.participants import arm_accrual
from sim.inference.rules import DecisionRule
from sim.study import Study
from sim.study.control import BaselineSelection, ScreeningSelection

DesignCause = Literal["dropout", "clusters"]
"""Dropping out that depends on the answers; a test that ignores who resembles whom."""
Unadjusted = Literal["multiplicity", "families"]
"""No adjustment; one within parts of a rule's endpoints only."""


def design_causes(study: Study, roles: Iterable[int]) -> tuple[DesignCause, ...]:
    """Name what in a design can make a size unusable, before level and bias are known.

    Parameters
    ----------
    study : Study
        The study.
    roles : iterable of int
        Places of the roles that a rule looks at.

    Returns
    -------
    tuple of str
    """
    there: dict[DesignCause, bool] = {
        "dropout": study.missing.depends,
        "clusters": any(ignored_clusters(study, role) for role in roles),
    }
    return tuple(cause for cause in there if there[cause])


def ignored_clusters(study: Study, role: int) -> tuple[str, ...]:
    """Name what people of one role share and their test takes no notice of.

    Parameters
    ----------
    study : Study
        The study.
    role : int
        Whose.

    Returns
    -------
    tuple of str
        Of 'site' and 'shared'; of a test that looks at sites, 'shared' where
        people of different sites share somebody.
    """
    clusters = study.sites
    if clusters is None:
        return ()
    shared = clusters.shared_icc > 0 and role == FIRST
    if study.analysis.test_facts.unit == "site":
        return ("shared",) if shared and _shared_across_sites(study, role) else ()
    # what people of one site share cancels between arms at the same sites; who is shared is in one
    cancels = study.allocation_unit == "person"
    by_site = clusters.icc > 0 and not cancels
    return tuple(name for name, there in (("site", by_site), ("shared", shared)) if there)


def _shared_across_sites(study: Study, role: int) -> bool:
    for arm, n in enumerate(study.arm_participants(role, study.sizes[-1])):
        accrual, block = arm_accrual(study, arm)
        if n and ClusterModel((), accrual, role, study.design.ratio, block).shared_across_sites(n):
            return True
    return False


def needs_adjustment(rule: DecisionRule, study: Study) -> Unadjusted | None:
    """Say why a rule has several chances to be met that nothing holds in check, if it has.

    Never of a rule that needs all of its endpoints: that one needs no adjustment.
    """
    if rule.needed == len(rule.columns):
        return None
    adjustment, sets = study.analysis.adjustment_facts, study.endpoint_sets
    if not adjustment.adjusts:
        return "multiplicity"
    # what is adjusted together is one family; a sum that is tested on its own is one by itself
    together = len(sets) if adjustment.with_total else sets.domains
    parts = {
        (role, max(0, endpoint + 1 - together))
        for role, endpoint in (divmod(column, len(sets)) for column in rule.columns)
    }
    return "families" if len(parts) > 1 else None


def uncontrolled(study: Study) -> bool:
    """Tell whether part of the change before to after is assumed to need no treatment."""
    selected = isinstance(study.selection, BaselineSelection | ScreeningSelection)
    moved = selected or bool(np.any(study.uncontrolled.response_shift))
    return moved and not study.has_controls
