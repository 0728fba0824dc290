"""How small an effect may be for a study of a given size to meet its primary rule."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import reduce
from math import nan

import numpy as np

from sim.cohorts import Arms, arms_by_role
from sim.cohorts.participants import TREATED
from sim.compute.executors import open_executor
from sim.compute.store import BlockStore
from sim.compute.streams import Purpose
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.allowances import primary_alone
from sim.jobs.missing_by_chance import versions
from sim.jobs.posterior_effect import with_plain_effects
from sim.jobs.progress import OnBlock, Progress
from sim.jobs.tasks import block_task
from sim.power.crossing import crossing
from sim.power.detectable_rule import DetectableForRule, detectable_for, larger_effect
from sim.power.effect_scale import EffectScale
from sim.power.estimates import EXACT, SAMPLED, Estimate, proportion
from sim.power.known import Draws, known_rules
from sim.power.simulate import KeptExactTable, simulate
from sim.power.thinned import Changes
from sim.study import Study

POWERS = 8
"""Powers that it takes at the least, for the progress bar."""
EXACT_TOLERANCE = 1e-6
"""Difference from the target that is near enough where power is exact."""
SIMULATED_TOLERANCE = 0.1
"""The same in Monte Carlo standard errors of the power."""
SHARPER = 7
"""Times by which the error is smaller where absolute changes are sampled, about."""


def check_detectable_rule(study: Study) -> None:
    """Refuse to look for the smallest effect where an effect is a table of before by after.

    Raises
    ------
    StudyError
        Says what to state instead.
    """
    if study.detectable_at is not None:
        EffectScale.of(study)


def detectable_blocks(study: Study) -> int:
    """Blocks that the smallest effect takes about, for the progress bar."""
    asked = study.detectable_at is not None
    return POWERS * study.blocks * len(versions(study)) if asked else 0


def detectable_for_rule(
    study: Study, n: int, on_block: OnBlock | None = None, store: BlockStore | None = None
) -> DetectableForRule:
    """Find the smallest effect with which a study of a given size meets its primary rule.

    The effect is made smaller or larger as a whole, on the scale on which the study gives
    it, until the power of the rule is the target.

    Parameters
    ----------
    study : Study
        The design; its effect tells the scale, and what domains have relative to one another.
    n : int
        Size of the study.
    on_block : callable, optional
        Called with (blocks done, blocks in all) after each block.
    store : BlockStore, optional
        Where finished blocks are looked up and kept; by default nowhere.

    Returns
    -------
    DetectableForRule
        Where dropping out depends on the answers, the larger of two: under that, and with
        as many missing by chance.

    Raises
    ------
    StudyError
        Where the effect is a table of before by after, or the engine wanted cannot answer.

    Examples
    --------
    >>> from sim import compose_study
    >>> study = compose_study(["effect=shift", "monte_carlo.replicates=500"])
    >>> detectable = detectable_for_rule(study, 40)
    >>> detectable.low < detectable.multiple < detectable.high
    True
    """
    study = with_plain_effects(study)
    progress = Progress(on_block, POWERS * study.blocks * len(versions(study)))
    with open_executor(**study.compute.model_dump()) as executor:
        return detectable_rule(study, n, executor, progress, store)


def detectable_rule(
    study: Study,
    n: int,
    executor: Executor,
    progress: Progress,
    store: BlockStore | None = None,
) -> DetectableForRule:
    """Do the same within a run.

    Parameters
    ----------
    study, n, store
        As of :func:`detectable_for_rule`; no effect is a posterior.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress
        In which `POWERS` times the blocks are planned already.
    """
    found = []
    for place, version in enumerate(versions(study)):
        progress.planned -= POWERS * version.blocks  # every power adds what it takes
        search = _Search.of(version, n, executor, progress, store)
        found.append(replace(search.run(), by_chance=place > 0))
    return reduce(larger_effect, found)


@dataclass(frozen=True, eq=False)
class _Search:
    """A study's search for the multiple of its effect, from the same random numbers throughout."""

    scale: EffectScale
    size: int
    executor: Executor
    progress: Progress
    table: KeptExactTable
    store: BlockStore | None

    @classmethod
    def of(
        cls,
        study: Study,
        size: int,
        executor: Executor,
        progress: Progress,
        store: BlockStore | None,
    ) -> _Search:
        alone = primary_alone(study)
        design = alone.design.model_copy(update={"n": (size,)})
        scale = EffectScale.of(alone.model_copy(update={"design": design}))
        table = KeptExactTable.of(study.scored_analysis, study.power_engine, store)
        return cls(scale, size, executor, progress, table, store)

    def run(self) -> DetectableForRule:
        """Solve by powers that are known where they are, otherwise by simulation."""
        engine = self.scale.study.power_engine
        if engine != "monte_carlo":
            try:
                return self._solved(self._known_win)
            except _NotKnownError as refused:
                if engine == "exact":
                    raise StudyError(str(refused)) from None
        return self._solved(self._simulated_win)

    @property
    def _target(self) -> float:
        return self.scale.study.target.power

    def _solved(self, win: Callable[[float], Estimate | None]) -> DetectableForRule:
        """Solve by the probability (1,) of meeting the rule at a multiple; None: it cannot be."""
        known: dict[float, Estimate] = {}

        def power(multiple: float) -> float:
            found = known.get(multiple) or win(multiple)
            if found is None:
                return nan
            known[multiple] = found
            return float(found.value[0])

        start = min(1.0 if self.scale.assumed else 0.5, self.scale.largest)
        power(start)
        tolerance = self._tolerance(known.get(start))
        solved = crossing(power, self._target, start, self.scale.largest, tolerance)
        at = next(found for found in known.values() if found.value[0] == solved.power)
        return detectable_for(self.scale, self.size, self._target, solved, at)

    def _tolerance(self, win: Estimate | None) -> float:
        """Difference from the target that is near enough, by the error that power has there."""
        if win is not None and win.engine((0,)) == EXACT:
            return EXACT_TOLERANCE
        study, target = self.scale.study, self._target
        error = np.sqrt(target * (1 - target) / (study.blocks * study.monte_carlo.block_size))
        is_sampled = win is not None and win.engine((0,)) == SAMPLED
        return float(SIMULATED_TOLERANCE * error) / (SHARPER if is_sampled else 1)

    def _arms(self, multiple: float) -> tuple[Study, tuple[Arms, ...]] | None:
        """Who exists with a multiple of the effect; None where nobody can."""
        study = self.scale.study_at(multiple)
        try:
            return study, arms_by_role(study)
        except StudyError:  # such as clusters that cannot share so much of such answers
            return None

    def _known_win(self, multiple: float) -> Estimate | None:
        there = self._arms(multiple)
        if there is None:
            return None
        study, arms = there
        endpoints, analysis = study.endpoint_sets, study.scored_analysis
        people = [Changes.of(role[TREATED], endpoints, analysis) for role in arms]
        sizes = [(study.participants(role, self.size),) for role in range(len(arms))]
        rules = decision_rules(study)
        try:
            required = rules[0].name
            known = known_rules(rules, people, sizes, endpoints, self.table, required, self._draws)
        except StudyError as refused:
            raise _NotKnownError(str(refused)) from None
        return known[0].win

    @property
    def _draws(self) -> Draws | None:
        """Draw as many absolute changes as studies would be simulated; none under engine=exact."""
        study = self.scale.study
        if study.engine == "exact":
            return None
        return Draws(study.blocks * study.monte_carlo.block_size, study.seed)

    def _simulated_win(self, multiple: float) -> Estimate | None:
        there = self._arms(multiple)
        if there is None:
            return None
        study, arms = there
        task = block_task(study, arms, Purpose.MAIN, study.monte_carlo.block_size)
        self.progress.planned += study.blocks
        tally = simulate(task, range(study.blocks), self.executor, self.progress.step, self.store)
        return proportion(tally.rule_won[:, 0], tally.replicates)


class _NotKnownError(Exception):
    """The rule has no power that is known without simulating studies."""
