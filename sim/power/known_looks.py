"""Where studies with looks end, without simulating them, put in the place of what is simulated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import FloatArray
from sim.cohorts import Population
from sim.errors import StudyError
from sim.inference.looks import Looks
from sim.power.controlled_looks import ControlledLooks, LooksAlone
from sim.power.estimates import Estimate, exactly, with_columns
from sim.power.exact_table import ExactTable
from sim.power.interim import InterimMeasures
from sim.power.known import Draws, KnownPower, columns_of, exact_place, known_power
from sim.power.looks_table import KnownStops, LookDesign, LooksTable
from sim.power.operating import OperatingCharacteristics
from sim.power.tally import LookTally
from sim.power.thinned import Changes
from sim.sequential.exact_looks import Stops

if TYPE_CHECKING:
    from sim.study import Study  # no block is handed one: its code is no part of theirs


def look_designs(study: Study, looks: Looks) -> tuple[int, int, list[LookDesign]]:
    """State the looks of the primary rule's endpoint at every size; its role and place.

    Raises
    ------
    StudyError
        Where the rule looks at more than one endpoint at a level of its own.
    """
    endpoints = study.endpoint_sets
    role, place, whole = exact_place(looks.rule, endpoints, study.scored_analysis)
    alone = looks.steps is None or place >= endpoints.domains
    levels = looks.levels if alone or looks.steps is None else looks.steps[..., 0]
    designs = []
    for k, size in enumerate(study.sizes):
        taken, row = looks.taken[k], min(k, len(levels) - 1)
        at = np.array(() if study.looks is None else study.looks.at(size))[taken]
        bounds = tuple(looks.futility[row, taken].tolist()[:-1])
        designs.append(
            LookDesign(
                sizes=tuple(study.participants(role, int(units)) for units in at),
                levels=tuple(levels[row, taken].tolist()),
                futility=bounds if np.isfinite(bounds).any() else None,
                budget=None if looks.budget is None else tuple(looks.budget[row, taken].tolist()),
                whole=whole,
            )
        )
    return role, place, designs


@dataclass(frozen=True, eq=False)
class KnownLooks:
    """What is known without error of the rule that ends studies with looks, at every size.

    Attributes
    ----------
    looks : Looks
        The looks.
    stops : list of KnownStops
        Where studies end.
    role, place : int
        Places of its endpoint's role and of the endpoint.
    unadjusted : bool
        Whether the endpoint is tested at the levels of the looks.
    """

    looks: Looks
    stops: list[KnownStops]
    role: int
    place: int
    unadjusted: bool

    @property
    def total(self) -> KnownPower:
        """Probabilities to reject, and to win, at any look."""
        return _sums([known.obeyed for known in self.stops])

    def measured(self, measures: InterimMeasures, columns: Sequence[int] = ()) -> InterimMeasures:
        """Put the ends into what is measured at looks; `columns` are the rules on the endpoint."""
        obeyed = [known.obeyed for known in self.stops]
        met = _spread([ends.rejected for ends in obeyed], self.looks)
        won = _spread([ends.won for ends in obeyed], self.looks)
        futile = _spread([ends.futility for ends in obeyed], self.looks)
        ended = met + futile
        ended[:, -1] = 1 - ended[:, :-1].sum(axis=1)  # whatever is decided there
        analysed, recruited = measures.sizes.analysed, measures.sizes.recruited
        unstopped = _sums([known.unstopped for known in self.stops])
        fixed = _sums([known.fixed for known in self.stops])
        expected = (ended * analysed).sum(axis=1)
        variance = (ended * analysed**2).sum(axis=1) - expected**2
        return replace(
            measures,
            met=exactly(met),
            won=exactly(won),
            futile=exactly(futile),
            expected_analysed=exactly(expected),
            expected_recruited=exactly((ended * recruited).sum(axis=1)),
            spread=np.sqrt(np.maximum(variance, 0.0)),
            unstopped_rejection=unstopped.power,
            unstopped_win=unstopped.win,
            fixed_rejection=_in(measures.fixed_rejection, columns, fixed.power),
            fixed_win=_in(measures.fixed_win, columns, fixed.win),
        )


def known_looks(
    study: Study, populations: Sequence[Population], looks: Looks | None, table: LooksTable
) -> KnownLooks | None:
    """Enumerate where studies with looks end.

    Parameters
    ----------
    study : Study
        The study.
    populations : sequence of Population
        One per role.
    looks : Looks or None
        Its looks, where there are any.
    table : LooksTable
        What is known already.

    Returns
    -------
    KnownLooks or None
        None where they are to be simulated.

    Raises
    ------
    StudyError
        Where the engine is to be exact and they cannot be enumerated.
    """
    if study.engine == "monte_carlo" or looks is None:
        return None
    try:
        role, place, designs = look_designs(study, looks)
        changes = Changes.of(populations[role], study.endpoint_sets, study.scored_analysis)
        stops = table.stops(changes.listed(place), designs)
    except StudyError:
        if study.engine == "exact":
            raise
        return None
    return KnownLooks(looks, stops, role, place, designs[0].whole == study.analysis.alpha)


def known_ends(
    study: Study,
    populations: Sequence[Population],
    looks: Looks | None,
    tables: tuple[LooksTable, ExactTable],
    tally: LookTally,
) -> KnownLooks | ControlledLooks | None:
    """Enumerate where studies end, or else correct what was counted by each look's own power.

    Parameters
    ----------
    study, populations, looks : Study, sequence of Population, Looks or None
        As for :func:`known_looks`.
    tables : (LooksTable, ExactTable)
        What is known already: of looks, and of fixed designs.
    tally : LookTally
        What was counted.

    Returns
    -------
    KnownLooks, ControlledLooks or None
        None where the looks' own power, too, cannot be had without simulating studies.

    Raises
    ------
    StudyError
        Where the engine is to be exact and they cannot be enumerated.
    """
    known = known_looks(study, populations, looks, tables[0])
    if known is not None or looks is None:
        return known
    if study.engine == "monte_carlo" or looks.budget is not None:
        return None
    draws = Draws(tally.replicates, study.seed)
    try:
        role, place, designs = look_designs(study, looks)
        changes = Changes.of(populations[role], study.endpoint_sets, study.scored_analysis)
        power = partial(known_power, changes, place, table=tables[1], draws=draws)
        levels, sizes = (_spread([getattr(design, name) for design in designs], looks)
                         for name in ("levels", "sizes"))  # fmt: skip
        won = _won_at(levels, sizes, power)
        bounds = np.where(looks.futility > 0, looks.hope, 0.0) * looks.taken
        hope = _won_at(bounds, sizes, power) if looks.futile else won[:, :, :0]
        fixed = power(tuple(design.sizes[-1] for design in designs), designs[0].whole)
    except StudyError:
        return None
    hopeless = np.stack([1 - hope[0], hope[1]])
    alone = LooksAlone(*np.concatenate([won, hopeless], axis=2))
    unadjusted = designs[0].whole == study.analysis.alpha
    return ControlledLooks(looks, tally, alone, fixed, role, place, unadjusted)


def _won_at(levels: FloatArray, sizes: FloatArray, power: Callable[..., KnownPower]) -> FloatArray:
    """Probabilities to win at some levels with so many people, (K, J), and their errors.

    NaN where there is no level.
    """
    known = np.full((2, *levels.shape), np.nan)
    for level in np.unique(levels[levels > 0]).tolist():
        at = levels == level
        win = power(tuple(sizes[at].astype(int).tolist()), level).win
        known[:, at] = win.value, win.mcse
    return known


def with_known_ends(
    simulated: OperatingCharacteristics, known: KnownLooks | ControlledLooks | None
) -> OperatingCharacteristics:
    """Replace what is simulated of the rule that ends the study by what is known of it."""
    if known is None or simulated.interim is None:
        return simulated
    alone = known.looks.rule.columns
    columns = [q for q, rule in enumerate(simulated.rules) if rule.columns == alone]
    roles, total = list(simulated.roles), known.total
    measures = roles[known.role].measures
    changed = columns_of(measures, "adjusted_", {known.place: total})
    if known.unadjusted:  # what is rejected alone ends the study
        changed |= columns_of(measures, "", {known.place: total})
    roles[known.role] = replace(roles[known.role], measures=replace(measures, **changed))
    return replace(
        simulated,
        roles=tuple(roles),
        rule_rejection=_in(simulated.rule_rejection, columns, total.power),
        rule_win=_in(simulated.rule_win, columns, total.win),
        interim=known.measured(simulated.interim, columns),
    )


def _spread(values: Sequence[ArrayLike], looks: Looks) -> FloatArray:
    """Values of the looks that are taken, in their places among all; (K, J)."""
    spread = np.zeros(looks.taken.shape)
    for row, taken, known in zip(spread, looks.taken, values, strict=True):
        row[taken] = known
    return spread


def _sums(stops: Sequence[Stops]) -> KnownPower:
    """Probabilities to reject, and to win, at any look; by size."""
    rejected = np.array([known.rejected.sum() for known in stops])
    return KnownPower(exactly(rejected), exactly(np.array([known.won.sum() for known in stops])))


def _in(estimate: Estimate, columns: Sequence[int], known: Estimate) -> Estimate:
    return with_columns(estimate, dict.fromkeys(columns, known))
