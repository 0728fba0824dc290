"""What in a design can make its size unusable, before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np

from sim.cohorts.clusters import ClusterModel
from sim.cohorts.participants import CONTROLS, MENTORED, arm_accrual
from sim.inference.registry import CLUSTERED
from sim.inference.rules import DecisionRule
from sim.study import RoleName, Study
from sim.study.clusters import SiteClusters
from sim.study.control import BaselineSelection, ParallelControl, ScreeningSelection
from sim.study.missing import MissingAtRandom, MissingNotAtRandom

DesignCause = Literal["dropout", "clusters"]
"""Dropping out that depends on the answers; a test that ignores who resembles whom."""
Unadjusted = Literal["multiplicity", "families"]
"""No adjustment; one within parts of a rule's endpoints only."""


def design_causes(study: Study, roles: Iterable[RoleName]) -> tuple[DesignCause, ...]:
    """Name what in a design can make a size unusable, before level and bias are known.

    Parameters
    ----------
    study : Study
        The study.
    roles : iterable of {'mentor', 'mentee'}
        Roles that a rule looks at.

    Returns
    -------
    tuple of str
    """
    missing = study.missing
    by_answers = False
    if isinstance(missing, MissingAtRandom | MissingNotAtRandom):
        by_answers = missing.rate > 0 and missing.slope != 0
    there: dict[DesignCause, bool] = {
        "dropout": by_answers,
        "clusters": any(ignored_clusters(study, role) for role in roles),
    }
    return tuple(cause for cause in there if there[cause])


def ignored_clusters(study: Study, role: RoleName) -> tuple[str, ...]:
    """Name what people of one role share and their test takes no notice of.

    Parameters
    ----------
    study : Study
        The study.
    role : {'mentor', 'mentee'}
        Whose.

    Returns
    -------
    tuple of str
        Of 'site' and 'mentee'; of a test that looks at sites, 'mentee' where
        mentors of different sites share one.
    """
    clusters, control, test = study.clusters, study.control, study.analysis.test
    if not isinstance(clusters, SiteClusters):
        return ()
    by_mentee = clusters.mentee_icc > 0 and role == "mentor"
    if test in CLUSTERED or test == "cluster_mean_two_sample_t":
        return ("mentee",) if by_mentee and _splits_mentees(study, role) else ()
    # what people of one site share cancels between arms at the same sites; a mentee is in one arm
    cancels = isinstance(control, ParallelControl) and control.unit == "person"
    by_site = clusters.site_icc > 0 and not cancels
    return tuple(name for name, there in (("site", by_site), ("mentee", by_mentee)) if there)


def _splits_mentees(study: Study, role: RoleName) -> bool:
    arms = (MENTORED, CONTROLS) if isinstance(study.control, ParallelControl) else (MENTORED,)
    most = study.arm_participants(role, study.sizes[-1])
    for arm, n in zip(arms, most, strict=False):
        accrual, block = arm_accrual(study, arm)
        if n and ClusterModel((), accrual, role, study.design.ratio, block).splits_mentees(n):
            return True
    return False


def needs_adjustment(rule: DecisionRule, study: Study) -> Unadjusted | None:
    """Say why a rule has several chances to be met that nothing holds in check, if it has.

    Never of a rule that needs all of its endpoints: that one needs no adjustment.
    """
    if rule.needed == len(rule.columns):
        return None
    adjustment, total = study.analysis.adjustment, len(study.scale.domains)
    if adjustment == "none":
        return "multiplicity"
    with_total = adjustment in ("fixed_sequence", "graphical")
    parts = {
        (role, endpoint == total and not with_total)
        for role, endpoint in (divmod(column, total + 1) for column in rule.columns)
    }
    return "families" if len(parts) > 1 else None


def uncontrolled(study: Study) -> bool:
    """Tell whether part of the change before to after is stated to need no mentoring."""
    selected = isinstance(study.selection, BaselineSelection | ScreeningSelection)
    moved = selected or bool(np.any(study.uncontrolled.response_shift))
    return moved and not isinstance(study.control, ParallelControl)
