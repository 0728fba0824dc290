"""The main job: what can this design achieve, and how large must it be?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from sim.cohorts import Population, role_population, true_effects, without_effect
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose
from sim.inference.attainable import smallest_pvalue, winnable
from sim.inference.rules import DecisionRule, decision_rules
from sim.jobs.assumptions import assumptions_of
from sim.jobs.pilot_example import score_example
from sim.power.answer import Attainable, PlanAnswer
from sim.power.monte_carlo import BlockTask, simulate
from sim.power.operating import OperatingCharacteristics, summarise
from sim.power.sample_size import SampleSize, smallest_size
from sim.report.warnings import warnings_of
from sim.study import TOTAL, Study

OnBlock = Callable[[int, int], None]
"""Called with the blocks done and the blocks in all."""


def check(study: Study) -> None:
    """Refuse a study whose populations cannot exist, before anything is run or written.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    for role in study.role_names:
        role_population(study, role)


def plan(study: Study, on_block: OnBlock | None = None) -> PlanAnswer:
    """Simulate a study design and answer how large it must be.

    Parameters
    ----------
    study : Study
        The design and all that is assumed, as from ``compose_study``.
    on_block : callable, optional
        Called with (blocks done, blocks in all) after each block.

    Returns
    -------
    PlanAnswer
        Effects, operating characteristics with Monte Carlo errors, attained
        levels, sample sizes, warnings. The same for the same study, always.

    Raises
    ------
    StudyError
        Where a population cannot exist.

    Examples
    --------
    >>> from sim import compose_study, plan
    >>> study = compose_study(["design.sizes=[12,24]", "monte_carlo.replicates=200",
    ...                        "monte_carlo.block_size=100"])
    >>> plan(study).characteristics.replicates
    200
    """
    populations = tuple(role_population(study, role) for role in study.role_names)
    nulls = tuple(without_effect(population) for population in populations)
    rules = decision_rules(study)
    with InProcessExecutor() as executor:
        progress = _Progress(on_block, 2 * _block_count(study))
        main = _characteristics(study, populations, rules, Purpose.MAIN, executor, progress.step)
        null = _characteristics(study, nulls, rules, Purpose.NULL, executor, progress.step)
    answer = PlanAnswer(
        study=study,
        effects={
            role: true_effects(population)
            for role, population in zip(study.role_names, populations, strict=True)
        },
        attainable=attainable(study, rules),
        characteristics=main,
        null_characteristics=null,
        sample_sizes=_sample_sizes(study, main),
        assumptions=assumptions_of(study),
        pilot_scores=score_example(study),
    )
    return replace(answer, warnings=warnings_of(answer))


class _Progress:
    """Counts blocks across several runs for one caller."""

    def __init__(self, on_block: OnBlock | None, total: int) -> None:
        self._on_block, self._done, self._total = on_block, 0, total

    def step(self) -> None:
        """Report one more block."""
        self._done += 1
        if self._on_block is not None:
            self._on_block(self._done, self._total)


def _block_count(study: Study) -> int:
    """Whole blocks that hold at least the replicates asked for."""
    return -(-study.replicates // study.monte_carlo.block_size)


def _role_sizes(study: Study) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(study.participants(role, pairs) for pairs in study.sizes) for role in study.role_names
    )


def _characteristics(
    study: Study,
    populations: tuple[Population, ...],
    rules: tuple[DecisionRule, ...],
    purpose: Purpose,
    executor: Executor,
    on_block: Callable[[], None],
) -> OperatingCharacteristics:
    sizes = _role_sizes(study)
    task = BlockTask(
        populations, sizes, study.analysis, rules, study.seed, study.monte_carlo.block_size, purpose
    )
    tally = simulate(task, range(_block_count(study)), executor, on_block)
    truth = tuple(true_effects(population).mean_change for population in populations)
    endpoints = (*study.scale.domains, TOTAL)
    return summarise(tally, truth, study.sizes, sizes, study.role_names, endpoints, rules)


def _sample_sizes(study: Study, found: OperatingCharacteristics) -> tuple[SampleSize, ...]:
    return tuple(
        smallest_size(
            rule.name,
            study.target.power,
            found.pairs,
            found.rule_win.value[:, q],
            found.rule_win.mcse[:, q],
        )
        for q, rule in enumerate(found.rules)
    )


def attainable(study: Study, rules: tuple[DecisionRule, ...]) -> Attainable:
    """Smallest possible p-values per role, and the size from which each rule can be won.

    Parameters
    ----------
    study : Study
        The design.
    rules : tuple of DecisionRule
        Its rules.

    Returns
    -------
    Attainable
    """
    every = range(2, study.sizes[-1] + 1)
    smallest = {
        role: smallest_pvalue([study.participants(role, pairs) for pairs in every], study.analysis)
        for role in study.role_names
    }
    possible = winnable(list(smallest.values()), len(study.scale.domains), rules, study.analysis)
    first = {
        name: int(np.argmax(wins)) + every.start if wins.any() else None
        for name, wins in possible.items()
    }
    at = np.array(study.sizes) - every.start
    return Attainable({role: tuple(best[at].tolist()) for role, best in smallest.items()}, first)
