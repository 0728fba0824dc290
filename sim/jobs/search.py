"""The search for the sample size: simulate, look, double replicates or limit, look again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property

from sim.cohorts import Arms, Population, arms_by_role, arms_without_effect
from sim.cohorts.participants import TREATED
from sim.cohorts.truth import mean_effects, true_nulls
from sim.compute.store import BlockStore
from sim.compute.streams import Purpose
from sim.inference.rules import DecisionRule
from sim.jobs.looks import looks_of, measures_of
from sim.jobs.many_sizes import EVERY, FINE_STEP, can_grow, grid, grown, thinned
from sim.jobs.progress import Progress
from sim.jobs.tasks import block_task
from sim.power.known import with_exact
from sim.power.known_looks import known_ends, with_known_ends
from sim.power.limits import impossible_rules
from sim.power.looks_table import LooksTable
from sim.power.operating import OperatingCharacteristics
from sim.power.sample_size import SampleSize, smallest_sizes
from sim.power.simulate import KeptExactTable, simulate
from sim.power.summarise import RoleTruth, summarise
from sim.power.tally import LookTally, Tally
from sim.study import Study
from sim.study.sections import Design

FEWEST_BLOCKS = 20
"""Fewest blocks from which a sample size is searched."""
SCREENED = 1000
"""Simulated studies from which it is told whether so large a study can be large enough."""
NARROW = 1
"""Width in pairs at which the interval of the sample size is narrow enough."""
Found = tuple[OperatingCharacteristics, tuple[SampleSize, ...]]
"""Characteristics under the assumed effect, and the size by every rule."""


@dataclass(frozen=True, eq=False)
class SearchResult:
    """Outcome of the search.

    Attributes
    ----------
    study : Study
        The study, its largest size grown where the search went on.
    main, null : OperatingCharacteristics
        Under the assumed effect, and with it removed.
    sizes : tuple of SampleSize
        One per rule.
    """

    study: Study
    main: OperatingCharacteristics
    null: OperatingCharacteristics
    sizes: tuple[SampleSize, ...]

    @property
    def primary_size(self) -> SampleSize:
        """That of the primary rule."""
        return next(size for size in self.sizes if size.rule == self.study.primary)

    @property
    def at_size(self) -> int:
        """Its size, or the largest studied."""
        return self.primary_size.size or self.primary_size.limit


class Search:
    """One study's search.

    Parameters
    ----------
    study : Study
        What is to be sized.
    rules : tuple of DecisionRule
        Its rules.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress, optional
        Told of each block, and of those that the search comes to need.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.
    """

    def __init__(
        self,
        study: Study,
        rules: tuple[DecisionRule, ...],
        executor: Executor,
        progress: Progress | None = None,
        store: BlockStore | None = None,
    ) -> None:
        self._stated, self.study = study, thinned(study)
        self.rules, self.executor, self.store = rules, executor, store
        self.arms = arms_by_role(study)
        self._nulls = tuple(map(arms_without_effect, self.arms))
        self._exact = KeptExactTable.of(study.scored_analysis, study.power_engine, store)
        self._looks = LooksTable.of(study)
        self._side = study.analysis.side
        self._progress = progress or Progress()

    @property
    def design(self) -> Design:
        """The design as stated, its largest size grown where the search went on."""
        return self._stated.design

    @property
    def treated(self) -> tuple[Population, ...]:
        """Populations of the treated, role by role."""
        return tuple(arms[TREATED] for arms in self.arms)

    def run(self) -> SearchResult:
        """Search until the answer is as narrow and as far as the study allows."""
        return search_together([self], self._progress)[0]

    def found(self) -> Found | None:
        """Search among the sizes as they are; None where the search should go on beyond them."""
        main, sizes = self._main()
        return None if may_grow(self._primary(sizes), self.design) else (main, sizes)

    def grow(self) -> None:
        """Let the largest size be twice as large, up to the limit."""
        self._stated = self._stated.model_copy(update={"design": grown(self.design)})
        self._study_at(())

    def screened(self) -> tuple[int, ...] | None:
        """Give sizes near the answer, by few studies, where gaps are; None to go on beyond."""
        if self.design.n is not None or self.design.up_to <= EVERY:
            return ()
        blocks = range(min(self.study.blocks, self.study.blocks_of(SCREENED)))
        main = self._summarised(self._tally(self.arms, Purpose.MAIN, blocks), self.arms)
        size = self._primary(self._sizes(main))
        if size.low is None:
            return None if may_grow(size, self.design) else ()
        return grid(size.low_at_least or size.low, size.high or size.limit, FINE_STEP)

    def refine(self, sizes: Iterable[int]) -> None:
        """Study these sizes as well."""
        if self.design.n is None and self.design.up_to > EVERY:
            self._study_at(sizes)

    def _study_at(self, also: Iterable[int]) -> None:
        before, self.study = self.study.blocks, thinned(self._stated, also)
        self._progress.planned += self.study.blocks - before  # of the null run

    def result(self, found: Found) -> SearchResult:
        """Add the null run to what was found."""
        null = self._summarised(self._tally(self._nulls, Purpose.NULL), self._nulls)
        return SearchResult(self.study, found[0], null, found[1])

    def previews(self, blocks: Iterable[int]) -> Iterator[Found]:
        """Give what is known under the assumed effect after so many blocks, ever more of them."""
        tally, done = None, 0
        for number in blocks:
            more = self._tally(self.arms, Purpose.MAIN, range(done, number))
            tally, done = more if tally is None else tally + more, number
            main = self._summarised(tally, self.arms)
            yield main, self._sizes(main)

    def primary_size(self) -> SampleSize:
        """Search among the sizes as they are, with no null run, for the primary rule alone."""
        return self._primary(self._main()[1])

    def _primary(self, sizes: tuple[SampleSize, ...]) -> SampleSize:
        return next(s for s in sizes if s.rule == self.study.primary)

    def _main(self) -> Found:
        """Simulate under the assumed effect, doubling until the primary answer is narrow."""
        blocks = self.study.blocks
        tally = self._tally(self.arms, Purpose.MAIN, range(blocks))
        most = max(self.study.blocks_of(self.study.monte_carlo.search_replicates), blocks)
        while True:
            main = self._summarised(tally, self.arms)
            sizes = self._sizes(main)
            primary = self._primary(sizes)
            if blocks >= most or _settled(primary, blocks):
                return main, sizes
            further = min(max(2 * blocks, FEWEST_BLOCKS), most)
            tally += self._tally(self.arms, Purpose.MAIN, range(blocks, further))
            blocks = further

    def _tally(
        self, arms: tuple[Arms, ...], purpose: Purpose, blocks: range | None = None
    ) -> Tally:
        study = self.study
        task = block_task(study, arms, purpose, study.monte_carlo.block_size)
        wanted = range(study.blocks) if blocks is None else blocks
        if purpose is Purpose.MAIN:
            self._progress.planned += len(wanted)
        return simulate(task, wanted, self.executor, self._progress.step, self.store)

    def _summarised(self, tally: Tally, arms: tuple[Arms, ...]) -> OperatingCharacteristics:
        study = self.study
        simulated = summarise(
            tally,
            self._truth(arms),
            study.sizes,
            tuple(
                tuple(study.participants(role, pairs) for pairs in study.sizes)
                for role in range(len(arms))
            ),
            study.role_names,
            study.endpoints,
            self.rules,
            [
                *(["narrow"] if study.target.half_width is not None else []),
                *(["failed"] if study.analysis.test_facts.fitted else []),
            ],
        )
        treated = tuple(role[TREATED] for role in arms)
        if isinstance(tally, LookTally) and (looks := looks_of(study)):
            simulated = replace(simulated, interim=measures_of(study, tally, arms))
            known = known_ends(study, treated, looks, (self._looks, self._exact), tally)
            return with_known_ends(simulated, known)
        return with_exact(simulated, treated, study, self._exact)

    def _truth(self, arms: tuple[Arms, ...]) -> tuple[RoleTruth, ...]:
        endpoints = self.study.endpoint_sets
        return tuple(
            RoleTruth(mean_effects(role, endpoints), true_nulls(*role), self._side) for role in arms
        )

    @cached_property
    def _impossible(self) -> tuple[str | None, ...]:
        """Why no size, however far the search goes, can meet each rule."""
        task = block_task(self.study, self.arms, Purpose.MAIN, 1)
        return impossible_rules(task, self.study.target.power)

    def _sizes(self, main: OperatingCharacteristics) -> tuple[SampleSize, ...]:
        names, target = [rule.name for rule in self.rules], self.study.target.power
        return smallest_sizes(names, target, main.sizes, main.rule_win, self._impossible)


def search_together(searches: Sequence[Search], progress: Progress) -> list[SearchResult]:
    """Search in several versions of one study, all as far as the one that goes furthest.

    Parameters
    ----------
    searches : sequence of Search
        One or more, whose studies have the same sizes.
    progress : Progress
        In which their blocks are planned, those of the later ones from the start.

    Returns
    -------
    list of SearchResult
        In the same order, of studies that have the same sizes again.
    """
    blocks = [search.study.blocks for search in searches]
    ahead = sum(blocks[1:])
    progress.planned += sum(blocks) + ahead  # the null runs
    while True:
        if not _refined(searches):
            continue
        known: list[Found] = []
        for place, search in enumerate(searches):
            if place:  # a search plans what it comes to need
                progress.planned, ahead = progress.planned - ahead, 0
            found = search.found()
            if found is None:
                break
            known.append(found)
        else:
            return [search.result(found) for search, found in zip(searches, known, strict=True)]
        _grow(searches)


def _refined(searches: Sequence[Search]) -> bool:
    """Study more sizes near the answers of all; or larger ones, where one's lies beyond."""
    near: set[int] = set()
    for search in searches:
        sizes = search.screened()
        if sizes is None:
            _grow(searches)
            return False
        near.update(sizes)
    for search in searches:
        search.refine(near)
    return True


def _grow(searches: Sequence[Search]) -> None:
    for search in searches:
        search.grow()


def may_grow(size: SampleSize, design: Design) -> bool:
    """Tell whether the search goes on beyond the sizes studied: no answer yet, but one possible."""
    beyond = size.size is None or size.high is None
    return can_grow(design) and beyond and size.impossible is None


def _settled(answer: SampleSize, blocks: int) -> bool:
    """Tell whether more replicates would not help: no end in sight, or narrow enough."""
    width = answer.interval_width
    return answer.size is None or width is None or (width <= NARROW and blocks >= FEWEST_BLOCKS)
