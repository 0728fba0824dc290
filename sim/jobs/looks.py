"""From a study with interim looks to the levels and places of its looks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts import Arms
from sim.cohorts.truth import mean_effects
from sim.errors import StudyError
from sim.inference.looks import Looks
from sim.inference.rules import decision_rules
from sim.inference.thresholds import direction_of, steps_of
from sim.power.interim import InterimMeasures, LookSizes, interim_measures
from sim.power.tally import LookTally
from sim.sequential.boundaries import Boundaries, solve_boundaries
from sim.sequential.exact_spending import cells_before_last, require_few_changes, spendable
from sim.sequential.futility import (
    BetaSpending,
    Bounds,
    LeastConditionalPower,
    LeastEffect,
    bounds_of_pvalues,
    solve_with_futility,
)
from sim.sequential.local import local_levels
from sim.study import Study
from sim.study.interim import BoundaryName, Interim

MOST_CELLS_IN_ALL = 2e10
"""Most ways in which changes before the last look can rise, in all studies: eight minutes."""


def looks_of(study: Study) -> Looks | None:
    """State the looks of a study of every size, and the levels of each.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    Looks or None
        None where it is looked at once. Places are those among `study.sizes_looked_at`.

    Raises
    ------
    StudyError
        Where the looks before the last use up the level.
    """
    interim, analysis = study.looks, study.analysis
    if interim is None:
        return None
    _require_bearable(study, interim)
    every = study.sizes if interim.shares is None else study.sizes[:1]
    solved = [boundaries_at(study, interim, size) for size in every]
    taken = np.zeros((len(study.sizes), interim.number), np.bool_)
    for row, size in zip(taken, study.sizes, strict=True):
        row[list(interim.taken_at(size))] = True
    at = [interim.at(size) for size in study.sizes]
    return Looks(
        place=np.searchsorted(study.sizes_looked_at, at),
        taken=taken,
        levels=_by_look(interim, every, list(map(partial(levels_of, interim), solved))),
        futility=_by_look(interim, every, list(map(_futility, solved))),
        rule=next(rule for rule in decision_rules(study) if rule.name == study.primary),
        steps=_steps(study, interim, every),
        direction=direction_of(analysis.adjustment or "none", len(study.domains)) or "single",
        one_sided=_sides(study) == 1,
        budget=_by_look(interim, every, list(map(spendable, solved)))
        if interim.spend == "exact"
        else None,
    )


def levels_of(interim: Interim, boundaries: Boundaries) -> FloatArray:
    """Largest p-value that can be significant at each look, (J,)."""
    exact = interim.spend == "exact"
    return spendable(boundaries) * boundaries.sides if exact else boundaries.nominal


def measures_of(study: Study, tally: LookTally, arms: tuple[Arms, ...]) -> InterimMeasures:
    """Turn what is counted at the looks of a study of these people into estimates."""
    interim = study.looks or Interim()
    analysed = np.array([interim.at(size) for size in study.sizes])
    recruited = np.minimum(analysed + interim.lag, analysed[:, -1:])
    changes = np.concatenate([mean_effects(role, study.endpoint_sets) for role in arms])
    primary = list(study.success).index(study.primary)
    sizes = LookSizes(analysed, recruited)
    return interim_measures(tally, sizes, decision_rules(study), primary, changes)


def _require_bearable(study: Study, interim: Interim) -> None:
    """Refuse to spend exactly, by ranks, what would take too long in all simulated studies."""
    if interim.spend != "exact" or study.analysis.test_facts.by != "ranks":
        return
    span, cells = study.points - 1, 0.0
    for size in study.sizes:
        units = [interim.at(size)[look] for look in interim.taken_at(size)]
        for role in range(len(study.role_names)):
            people = [study.participants(role, at) for at in units]
            require_few_changes(people, span, study.scored_analysis)
            cells += cells_before_last(people, span)
    studies = max(study.replicates, study.monte_carlo.search_replicates)
    if cells * studies * len(study.domains) > MOST_CELLS_IN_ALL:
        raise StudyError(
            f"interim: spend=exact by ranks at {len(study.sizes)} sizes of up to "
            f"{study.sizes[-1]}, in {studies:,} simulated studies, would take longer than ten "
            "minutes; state fewer or smaller sizes in design.n, or fewer studies in "
            "monte_carlo.replicates and search_replicates, or use test=sign_flip"
        )


def _sides(study: Study) -> int:
    return 2 if study.analysis.alternative == "two_sided" else 1


def _by_look(interim: Interim, sizes: Sequence[int], values: Sequence[FloatArray]) -> FloatArray:
    """Values (J, ...) of the looks that are solved of each size, in their places; elsewhere 0."""
    spread = np.zeros((len(sizes), interim.number, *values[0].shape[1:]))
    for row, size, known in zip(spread, sizes, values, strict=True):
        row[list(interim.solved_at(size))] = known
    return spread


def boundaries_at(study: Study, interim: Interim, size: int) -> Boundaries:
    """Boundaries of a study of a size at its whole level.

    Raises
    ------
    StudyError
        Where there are none: the looks before the last use up the level.
    """
    return _solved(interim, size, study.analysis.alpha, _sides(study), study.target.power)


@lru_cache(maxsize=4096)
def _solved(interim: Interim, size: int, alpha: float, sides: int, power: float) -> Boundaries:
    shares, kind, levels = _stated(interim, size, alpha)
    bounds = _bounds(interim, size, power)
    try:
        if bounds is None or len(shares) == 1:
            return solve_boundaries(shares, alpha, sides, kind, interim.parameter, levels)
        return solve_with_futility(
            shares, alpha, sides, kind, interim.parameter, levels,
            bounds=bounds, binding=interim.futility is not None and interim.futility.binding,
        )  # fmt: skip
    except ValueError as error:
        raise StudyError(f"interim.boundary: {interim.boundary}: {error}") from None


def _stated(
    interim: Interim, size: int, alpha: float
) -> tuple[tuple[float, ...], BoundaryName, tuple[float, ...] | None]:
    """Shares of the looks of a study of a size, kind of boundary, and levels where stated."""
    shares, levels = interim.shares_at(size), interim.levels
    if len(shares) == 1:  # looked at once: the level is all of it
        return shares, "levels", (alpha,)
    if levels is None:
        return shares, interim.boundary, None
    return shares, interim.boundary, tuple(levels[look] for look in interim.solved_at(size))


def _bounds(interim: Interim, size: int, power: float) -> Bounds | None:
    """Read when there is no hope at the looks of a study of a size."""
    futility = interim.futility
    if futility is None:
        return None
    if futility.conditional_power is not None:
        return LeastConditionalPower(futility.conditional_power)
    if futility.effect is not None:
        return LeastEffect(futility.effect, power)
    if futility.beta_spending is not None:
        return BetaSpending(1 - power, futility.beta_spending, futility.parameter)
    p = np.broadcast_to(futility.p or (1.0,), interim.number - 1)
    return bounds_of_pvalues(p[list(interim.solved_at(size)[:-1])])


def _futility(boundaries: Boundaries) -> FloatArray:
    """One-sided z below which there is no hope, by look; there is always some at the last."""
    early = boundaries.futility
    none = np.full(len(boundaries.shares) - 1, -np.inf)
    return np.append(none if early is None else early, -np.inf)


def _steps(study: Study, interim: Interim, sizes: Sequence[int]) -> FloatArray | None:
    """Thresholds of the steps of the multiplicity procedure at every look, (L, J, m).

    Steps that go down give each hypothesis the boundary of its share of the level (Maurer and
    Bretz 2013), which counts on no futility; others go by the level of the look.
    """
    name, m, alpha = study.analysis.adjustment or "none", len(study.domains), study.analysis.alpha
    direction = direction_of(name, m)
    if direction is None:
        return None
    by_look = []
    for size in sizes:
        nominal = levels_of(interim, boundaries_at(study, interim, size))
        if direction == "up":
            by_look.append(np.array([steps_of(name, m, float(level)) for level in nominal]))
            continue
        shares, kind, levels = _stated(interim, size, alpha)
        portions = np.array(steps_of(name, m, alpha)) / alpha
        local = local_levels(
            portions.tolist(), shares, alpha, _sides(study), kind, interim.parameter, levels
        )
        by_look.append(np.where(portions[:, None] == 1, nominal, local).T)
    return _by_look(interim, sizes, by_look)
