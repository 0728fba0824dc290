"""What each draw of the effect achieves: wins that are simulated, powers where they are exact."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from hashlib import sha256
from pickle import dumps

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.cohorts.drawn import TOGETHER, PopulationDraws
from sim.cohorts.participants import taking_part_like
from sim.cohorts.population import Population, symmetrised
from sim.compute.memory import Memory
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.power.exact import AUTO_LIMIT, WORK_LIMIT, ExactPower
from sim.power.exact_table import ExactTable
from sim.power.known import exact_place, known_rules
from sim.power.limits import PowerLimit, limits_of_several
from sim.power.monte_carlo import simulate_wins
from sim.power.task import Arm, BlockTask
from sim.power.thinned import Changes
from sim.study import Analysis
from sim.study.endpoints import Endpoints

TABLE_STEPS = 200
"""Elementary steps that take as long as one cell of the tables every enumeration begins with."""


@dataclass(frozen=True, eq=False)
class AssuranceTask:
    """All that determines the wins of a draw.

    Attributes
    ----------
    believed : tuple of PopulationDraws or None
        Per role what is believed; None where the task's people are certain.
    task : BlockTask
        Everything else. People that are drawn take part like the treated of its roles.
    work_limit : float
        Most elementary steps for the exact powers of one endpoint under one
        draw, as from :func:`work_limit`; 0 where all powers are simulated.
    required : str or None
        Name of the rule whose powers have to be exact, where one has to be.
    parts : int
        Blocks of the task that make up one draw: several where the studies are
        so large that all its replicates at once would not fit into memory.
    """

    believed: tuple[PopulationDraws | None, ...]
    task: BlockTask
    work_limit: float = 0.0
    required: str | None = None
    parts: int = 1

    @property
    def draws(self) -> int:
        """Number of draws S."""
        return min(len(role) for role in self.believed if role is not None)

    @cached_property
    def digest(self) -> bytes:
        """Tell it from other tasks by its contents: a worker is handed a copy with every batch."""
        return sha256(dumps(self)).digest()

    def drawn(self, draw: int) -> BlockTask:
        """Put one draw's people in the place of those of the task, in all their arms."""
        roles = (
            arms if draws is None else _with_people(arms, draws.population(draw))
            for arms, draws in zip(self.task.roles, self.believed, strict=True)
        )
        return replace(self.task, roles=tuple(roles))


def _with_people(arms: tuple[Arm, ...], people: Population) -> tuple[Arm, ...]:
    """Arms of other people; controls are the same people without treatment."""
    who = (people, symmetrised(people)) if len(arms) > 1 else (people,)
    return tuple(
        replace(arm, population=taking_part_like(arm.population, those))
        for arm, those in zip(arms, who, strict=True)
    )


@dataclass(frozen=True, eq=False)
class DrawWins:
    """Wins of several draws, in order; with the powers of rules that have them exactly.

    Attributes
    ----------
    won : ndarray of int, shape (S, K, Q)
        Replicates in which each rule is met.
    limit : ndarray, shape (S, Q, 2)
        Bounds of the probability that a study without end meets each rule.
    exact : ndarray, shape (S, K, Q)
        Exact probability that each rule is met; NaN where it is not to be had.
    """

    won: NDArray[np.int64]
    limit: FloatArray
    exact: FloatArray

    def __add__(self, other: DrawWins) -> DrawWins:
        """These draws, then the others."""
        both = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(DrawWins))
        return DrawWins(*map(np.concatenate, both))

    @property
    def exact_rules(self) -> NDArray[np.bool_]:
        """Rules (Q,) that are exact for every draw at every size; the others stay simulated."""
        return np.asarray(~np.isnan(self.exact).any(axis=(0, 1)))


def simulate_draw(task: AssuranceTask, draw: int) -> DrawWins:
    """Simulate the studies of one draw, and enumerate what is to be had exactly.

    Parameters
    ----------
    task : AssuranceTask
        What determines the numbers.
    draw : int
        The draw's index, 0 or more.

    Returns
    -------
    DrawWins
        Of one draw.

    Raises
    ------
    StudyError
        Where the rule that has to be exact cannot be.
    """
    part = draw // TOGETHER
    several = _TOGETHER.recall((task.digest, part), partial(_drawn, task, part))
    drawn, limits = several[draw % TOGETHER]
    limit = np.array([[bounds.low, bounds.high] for bounds in limits])
    exact = exact_wins(task, drawn)
    parts = range(draw * task.parts, (draw + 1) * task.parts)
    won = sum(simulate_wins(drawn, part) for part in parts)
    return DrawWins(np.asarray(won)[None], limit[None], exact[None])


_Drawn = list[tuple[BlockTask, tuple[PowerLimit, ...]]]
_TOGETHER: Memory[_Drawn] = Memory(2)


def _drawn(task: AssuranceTask, part: int) -> _Drawn:
    """Give one part of the draws, and what their powers tend to, which is quicker together."""
    draws = range(task.draws)[part * TOGETHER : (part + 1) * TOGETHER]
    tasks = [task.drawn(draw) for draw in draws]
    return list(zip(tasks, limits_of_several(tasks), strict=True))


def exact_wins(task: AssuranceTask, drawn: BlockTask) -> FloatArray:
    """Exact probability that each rule is met, by size; NaN where it is not to be had; (K, Q)."""
    analysis = drawn.analysis
    power = np.full((drawn.number_of_sizes, len(drawn.rules)), np.nan)
    if task.work_limit <= 0:
        return power
    treated = [arms[0] for arms in drawn.roles]
    sums = task.required is not None  # of many draws, sums take too long to work out unasked
    people = [Changes.of(arm.population, drawn.endpoints, analysis, sums=sums) for arm in treated]
    sizes = [arm.sizes for arm in treated]
    table = _DrawTable(analysis, task.work_limit)
    exact = known_rules(drawn.rules, people, sizes, drawn.endpoints, table, task.required)
    for q, powers in exact.items():
        power[:, q] = powers.win.value
    return power


class _DrawTable(ExactTable):
    """Exact powers under one draw, of which there are many."""

    def compute(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float
    ) -> ExactPower:
        """Refuse sizes whose tables alone take too long: they are made before work is counted."""
        if TABLE_STEPS * (max(sizes) + 1) ** 2 > self.work_limit:
            raise StudyError(
                f"engine: exact tables for {max(sizes)} participants take more than "
                f"{self.work_limit:.0e} steps; use engine=monte_carlo or smaller sizes"
            )
        return super().compute(pmf, sizes, alpha, gone)


def work_limit(
    engine: str,
    draws: int,
    rules: tuple[DecisionRule, ...],
    endpoints: Endpoints,
    analysis: Analysis,
) -> float:
    """Work allowed for the exact powers of one endpoint under one draw.

    Where the engine is a choice, all draws together may take as long as one
    endpoint may at a single effect: seconds. Where it is demanded, each may.

    Parameters
    ----------
    engine : {'auto', 'exact', 'monte_carlo'}
        Which engine is wanted.
    draws : int
        Draws of all priors together, at least 1.
    rules : tuple of DecisionRule
        The rules, of which some may look at one domain.
    endpoints : Endpoints
        What is tested of each role.
    analysis : Analysis
        Level and adjustment.

    Returns
    -------
    float
        Elementary steps; 0 where all powers are simulated.
    """
    if engine == "monte_carlo":
        return 0.0
    if engine == "exact":
        return WORK_LIMIT
    places = set()
    for rule in rules:
        try:
            place = exact_place(rule, endpoints, analysis)
        except StudyError:
            continue
        if endpoints.members[place[1]].sum() == 1:
            places.add(place)
    return AUTO_LIMIT / (draws * len(places)) if places else 0.0
