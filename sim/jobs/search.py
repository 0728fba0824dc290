"""The search for the sample size: simulate, look, double replicates or limit, look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from sim.cohorts import Population, role_population, without_effect
from sim.cohorts.truth import mean_changes, true_nulls
from sim.compute.store import Store
from sim.compute.streams import Purpose
from sim.inference.registry import MODELS
from sim.inference.rules import DecisionRule
from sim.jobs.tasks import block_task, controls_of
from sim.power.choice import ExactTable, with_exact
from sim.power.compared_arms import effect_of_mentoring
from sim.power.limits import PowerLimit, impossible_rule, power_limits
from sim.power.monte_carlo import simulate
from sim.power.operating import OperatingCharacteristics
from sim.power.sample_size import SampleSize, smallest_size
from sim.power.summarise import RoleTruth, summarise
from sim.power.tally import Tally
from sim.study import TOTAL, RoleName, Study

OnBlock = Callable[[int, int], None]
"""Called with the blocks done and the blocks in all."""
FEWEST_BLOCKS = 20
"""Fewest blocks from which a sample size is searched."""
NARROW = 1
"""Width in pairs at which the interval of the sample size is narrow enough."""


@dataclass(frozen=True, eq=False)
class Found:
    """Outcome of the search.

    Attributes
    ----------
    study : Study
        The study, its largest size grown where the search went on.
    main, null : OperatingCharacteristics
        Under the stated effect, and with it removed.
    sizes : tuple of SampleSize
        One per rule.
    """

    study: Study
    main: OperatingCharacteristics
    null: OperatingCharacteristics
    sizes: tuple[SampleSize, ...]


class Search:
    """One study's search.

    Parameters
    ----------
    study : Study
        What is asked.
    rules : tuple of DecisionRule
        Its rules.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    on_block : callable, optional
        Called with (blocks done, blocks planned so far).
    further : int
        Blocks of other work that will be reported through :meth:`step`.
    store : Store, optional
        Where finished blocks are looked up and kept.
    """

    def __init__(
        self,
        study: Study,
        rules: tuple[DecisionRule, ...],
        executor: Executor,
        on_block: OnBlock | None = None,
        further: int = 0,
        store: Store | None = None,
    ) -> None:
        self.study, self.rules, self.executor, self.store = study, rules, executor, store
        self.populations = tuple(role_population(study, role) for role in study.role_names)
        self.controls = controls_of(study)
        # the null of two arms: what the mentored get does what the controls get
        self._nulls = self.controls or tuple(map(without_effect, self.populations))
        self._exact = ExactTable.of(study.analysis, study.engine, store)
        self._side = study.analysis.side
        self._on_block, self._done = on_block, 0
        self._planned = further  # this search's own are added as they come

    def people(self) -> Iterator[tuple[RoleName, Population, Population | None]]:
        """Give every role's name, mentored people and control arm."""
        yield from zip_longest(self.study.role_names, self.populations, self.controls)

    def run(self) -> Found:
        """Search until the answer is as narrow and as far as the study allows."""
        self._planned += self._blocks(self.study.replicates)  # the null run
        while True:
            main, sizes = self._main()
            primary = self._primary(sizes)
            if not self._may_grow(primary):
                null = self._summarised(self._tally(self._nulls, Purpose.NULL), self._nulls)
                return Found(self.study, main, null, sizes)
            design = self.study.design
            limit = min(2 * design.max_pairs, design.search_limit)
            grown = design.model_copy(update={"max_pairs": limit})
            self.study = self.study.model_copy(update={"design": grown})

    def looks(
        self, blocks: Iterable[int]
    ) -> Iterator[tuple[OperatingCharacteristics, tuple[SampleSize, ...]]]:
        """Give what is known under the stated effect after so many blocks, ever more of them."""
        tally, done = None, 0
        for number in blocks:
            more = self._tally(self.populations, Purpose.MAIN, range(done, number))
            tally, done = more if tally is None else tally + more, number
            main = self._summarised(tally, self.populations)
            yield main, self._sizes(main)

    def primary_size(self) -> SampleSize:
        """Search among the sizes as they are, with no null run, for the primary rule alone."""
        return self._primary(self._main()[1])

    def _primary(self, sizes: tuple[SampleSize, ...]) -> SampleSize:
        return next(s for s in sizes if s.rule == self.study.decision.primary)

    def _may_grow(self, primary: SampleSize) -> bool:
        design = self.study.design
        beyond = primary.pairs is None or primary.high is None
        possible = primary.impossible is None
        return (
            beyond and possible and design.sizes is None and design.max_pairs < design.search_limit
        )

    def _main(self) -> tuple[OperatingCharacteristics, tuple[SampleSize, ...]]:
        """Simulate under the stated effect, doubling until the primary answer is narrow."""
        blocks = self._blocks(self.study.replicates)
        tally = self._tally(self.populations, Purpose.MAIN, range(blocks))
        most = self._blocks(max(self.study.monte_carlo.search_replicates, self.study.replicates))
        while True:
            main = self._summarised(tally, self.populations)
            sizes = self._sizes(main)
            primary = self._primary(sizes)
            if blocks >= most or _settled(primary, blocks):
                return main, sizes
            further = min(max(2 * blocks, FEWEST_BLOCKS), most)
            tally += self._tally(self.populations, Purpose.MAIN, range(blocks, further))
            blocks = further

    def _blocks(self, replicates: int) -> int:
        """Whole blocks that hold at least so many replicates."""
        return -(-replicates // self.study.monte_carlo.block_size)

    def _tally(
        self,
        populations: tuple[Population, ...],
        purpose: Purpose,
        blocks: range | None = None,
    ) -> Tally:
        study = self.study
        task = block_task(study, populations, self.controls, purpose, study.monte_carlo.block_size)
        every = range(self._blocks(study.replicates))
        wanted = every if blocks is None else blocks
        if purpose is Purpose.MAIN:
            self._planned += len(wanted)
        return simulate(task, wanted, self.executor, self.step, self.store)

    def step(self) -> None:
        """Report one more block done."""
        self._done += 1
        if self._on_block is not None:
            self._on_block(self._done, self._planned)

    def beside(self, expected: int) -> OnBlock:
        """Count another search's blocks with this one's.

        Parameters
        ----------
        expected : int
            Its blocks that are among the `further` ones; it may come to need more.

        Returns
        -------
        callable
            To be that search's `on_block`.
        """
        counted = expected

        def heard(_done: int, planned: int) -> None:
            nonlocal counted
            self._planned += planned - counted
            counted = planned
            self.step()

        return heard

    def _summarised(
        self, tally: Tally, populations: tuple[Population, ...]
    ) -> OperatingCharacteristics:
        study = self.study
        found = summarise(
            tally,
            self._truth(populations),
            study.sizes,
            tuple(
                tuple(study.participants(role, pairs) for pairs in study.sizes)
                for role in study.role_names
            ),
            study.role_names,
            (*study.scale.domains, TOTAL),
            self.rules,
            [
                *(["narrow"] if study.target.half_width is not None else []),
                *(["failed"] if study.analysis.test in MODELS else []),
            ],
        )
        return with_exact(found, populations, self._exact, study.decision.primary, study.engine)

    def _truth(self, populations: tuple[Population, ...]) -> tuple[RoleTruth, ...]:
        if self.controls:
            pairs = list(zip(populations, self.controls, strict=True))
            return tuple(
                RoleTruth(effect_of_mentoring(*both), true_nulls(*both), self._side)
                for both in pairs
            )
        return tuple(RoleTruth(mean_changes(p), true_nulls(p), self._side) for p in populations)

    @cached_property
    def _limits(self) -> tuple[PowerLimit, ...]:
        """What the power of every rule tends to, however far the search goes."""
        task = block_task(self.study, self.populations, self.controls, Purpose.MAIN, 1)
        return power_limits(task)

    def _sizes(self, main: OperatingCharacteristics) -> tuple[SampleSize, ...]:
        target = self.study.target.power
        return tuple(
            smallest_size(
                rule.name,
                target,
                main.pairs,
                main.rule_win,
                q,
                impossible_rule(rule, self._limits[q], target),
            )
            for q, rule in enumerate(self.rules)
        )


def _settled(answer: SampleSize, blocks: int) -> bool:
    """Tell whether more replicates would not help: no end in sight, or narrow enough."""
    width = answer.interval_width
    return answer.pairs is None or width is None or (width <= NARROW and blocks >= FEWEST_BLOCKS)
