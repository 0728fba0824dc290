"""The search of a sweep: every point, then larger studies where a point has no answer yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import replace

from sim.compute.fingerprint import fingerprint
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.jobs.census import Census, task_of
from sim.jobs.many_sizes import EVERY, block_size, grown, thinned
from sim.jobs.progress import Progress
from sim.jobs.search import SCREENED, may_grow
from sim.jobs.sweep_curves import curve_task
from sim.power.contrast import Wins
from sim.power.curve import CurveTask, KnownCurve
from sim.power.limits import impossible_rules
from sim.power.sample_size import SampleSize, smallest_sizes
from sim.power.simulate import known_curves, simulate_wins
from sim.power.sweep import PointResult, SweepPoint
from sim.power.task import BlockTask
from sim.study import Study

Points = dict[int, SweepPoint]
"""Points by their number."""
Results = dict[int, PointResult]
"""What is known of points, by their number."""


class SweepSearch:
    """One sweep's search: as many simulated studies at every size, in blocks that all share.

    Parameters
    ----------
    stated : iterable of SweepPoint
        The points as stated.
    points : iterable of SweepPoint
        The same, with the sizes and blocks in which they begin.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress
        Told of each block.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.
    """

    def __init__(
        self,
        stated: Iterable[SweepPoint],
        points: Iterable[SweepPoint],
        executor: Executor,
        progress: Progress,
        store: BlockStore | None = None,
    ) -> None:
        self._stated: Points = {point.number: point for point in stated}
        self._first: Points = {point.number: point for point in points}
        self._executor, self._progress, self._store = executor, progress, store
        self._census = Census()
        self._impossible: dict[int, tuple[str | None, ...]] = {}
        self._curves: dict[str, KnownCurve] = {}
        carlo = self._first[0].study
        self._block_size, self._blocks = carlo.monte_carlo.block_size, carlo.blocks
        self._screened = min(self._blocks, carlo.blocks_of(SCREENED))

    def run(self, at: int | None) -> tuple[Results, int]:
        """Study every point, further where it has no answer yet; all at one size, to be compared.

        Parameters
        ----------
        at : int or None
            That size; None = the one that the first point needs, or its largest.

        Returns
        -------
        Results, in the order of the points, and that size.
        """
        rest = dict(self._stated)
        self._progress.planned += len(rest)  # a step each, less what needs none of its own
        known = self._by_curve({0: rest.pop(0)}, at)
        if not known:
            simulated = [n for n, point in rest.items() if point.study.engine != "auto"]
            self._progress.planned -= len(simulated)
            known = self._simulated([0, *simulated])
        size = at or _needed(known[0])
        known |= self._by_curve({n: point for n, point in rest.items() if n not in known}, size)
        known |= self._simulated([n for n in rest if n not in known])
        known |= self._at_size(known, size)
        return {n: known[n] for n in self._stated}, size

    def _by_curve(self, points: Points, at: int | None) -> Results:
        """Study those of the points whose power is known without simulating studies."""
        keys: dict[int, str] = {}
        tasks = self._curve_tasks(points, at, keys)
        curves = known_curves(tasks, self._executor, self._progress.step, self._store)
        self._curves |= {keys[n]: curve for n, curve in curves.items()}
        results = (self._on_curve(self._stated[n], self._curves[key]) for n, key in keys.items())
        return {result.point.number: result for result in results if result is not None}

    def _curve_tasks(
        self, points: Points, at: int | None, keys: dict[int, str]
    ) -> Iterator[tuple[int, CurveTask]]:
        """State what is worked out of each point, equal ones once; note under which key it is."""
        worked = set(self._curves)
        for n, point in points.items():
            task = self._curve_task(n, point, at)
            if task is not None:
                keys[n] = fingerprint(replace(task, also={}))
            if task is None or keys[n] in worked:
                self._progress.planned -= 1
            else:
                worked.add(keys[n])
                yield n, task

    def _curve_task(self, number: int, point: SweepPoint, at: int | None) -> CurveTask | None:
        """State what is worked out of a point; None where studies must be simulated."""
        try:
            people = self._census.people(point.study)
        except StudyError:
            return None  # said where it is simulated
        self._note_impossible(number, task_of(people))
        task = curve_task(people, point.rule, self._blocks * self._block_size, at)
        if task is None or not self._impossible_by_rule(point):
            return task
        return replace(task, limits=task.limits[:1])

    def _on_curve(self, point: SweepPoint, curve: KnownCurve) -> PointResult | None:
        """Answer a point; None where its power, or its answer, is not known in this way."""
        if not curve.sizes.size:
            return None
        study, impossible = point.study, self._impossible_by_rule(point)
        size = curve.sample_size(point.rule, study.target.power, impossible)
        searched = study.design.model_copy(update={"up_to": curve.limit})
        if may_grow(size, searched):
            return None
        return PointResult(point, curve=curve, sizes=(size,))

    def _simulated(self, numbers: Iterable[int]) -> Results:
        """Simulate points as stated; then larger studies of those that have no answer yet."""
        known = self._studied({n: self._first[n] for n in numbers}, self._blocks)
        ahead = dict(self._larger(self._stated, known))
        while ahead:
            far = {n: point for n, point in ahead.items() if point.study.design.up_to > EVERY}
            beyond = self._beyond(far)
            now = {n: point for n, point in ahead.items() if n not in beyond}
            studied = self._studied(self._thinned(now), self._blocks)
            known |= studied
            ahead = beyond | dict(self._larger(now, studied))
        return known

    def _at_size(self, known: Results, size: int) -> Results:
        """Study those at a size as well that were not, where no sizes are stated for them."""
        lacking = {
            n: replace(result.point, study=_with_size(result.point.study, size))
            for n, result in known.items()
            if result.failure is None
            and size not in result.studied
            and self._stated[n].study.design.n is None
        }
        studied = self._studied(lacking, self._blocks)
        # whether a point has its answer does not depend on where it is compared with others
        return {n: replace(result, sizes=known[n].sizes) for n, result in studied.items()}

    def _beyond(self, far: Points) -> Points:
        """Give the next larger studies of those whose answer, by few studies, lies beyond."""
        few = self._studied(self._thinned(far), self._screened)
        lie_beyond = {n: far[n] for n, result in few.items() if _size(result).low is None}
        return dict(self._larger(lie_beyond, few))

    def _larger(self, stated: Points, known: Results) -> Iterator[tuple[int, SweepPoint]]:
        """Give points with sizes twice as large, of those whose answer may lie there."""
        for n, result in known.items():
            if n in stated and result.failure is None:
                study = stated[n].study
                if may_grow(_size(result), study.design):
                    larger = study.model_copy(update={"design": grown(study.design)})
                    yield n, replace(stated[n], study=larger)

    def _thinned(self, stated: Points) -> Points:
        """Give points with the sizes that are studied, and the blocks that all points share."""
        carlo = self._first[0].study.monte_carlo
        return {
            n: replace(point, study=thinned(point.study).model_copy(update={"monte_carlo": carlo}))
            for n, point in stated.items()
        }

    def _studied(self, points: Points, blocks: int) -> Results:
        """Simulate points in so many blocks, all of them in one go."""
        self._progress.planned += blocks * len(points)
        failures: dict[int, str] = {}
        tasks = self._tasks(points, failures, blocks)
        wins = simulate_wins(
            tasks,
            blocks,
            self._block_size,
            self._executor,
            self._progress.step,
            self._store,
            ahead=blocks * len(points),
        )
        won = dict(zip((n for n in points if n not in failures), wins, strict=True))
        return {
            n: PointResult(point, failure=failures[n])
            if n in failures
            else self._result(point, won[n])
            for n, point in points.items()
        }

    def _tasks(self, points: Points, failures: dict[int, str], blocks: int) -> Iterator[BlockTask]:
        """State what each point's blocks share; large studies are in smaller ones."""
        for n, point in points.items():
            try:
                task = task_of(self._census.people(point.study))
            except StudyError as error:
                if n == 0:
                    raise
                failures[n] = str(error)
                self._progress.step(blocks)
            else:
                self._note_impossible(n, task)
                size = _divisor(
                    self._block_size,
                    block_size(point.study, self._block_size, point.study.sizes[-1]),
                )
                self._progress.planned += blocks * (self._block_size // size - 1)
                yield replace(task, block_size=size)

    def _note_impossible(self, number: int, task: BlockTask) -> None:
        """Note why no size can meet each rule of a point."""
        if number not in self._impossible:
            target = self._stated[number].study.target.power
            self._impossible[number] = impossible_rules(task, target)

    def _impossible_by_rule(self, point: SweepPoint) -> str | None:
        """Why no size can meet the rule that is compared; None where one can."""
        return self._impossible[point.number][list(point.study.success).index(point.rule)]

    def _result(self, point: SweepPoint, wins: Wins) -> PointResult:
        bare, study = PointResult(point, wins), point.study
        target, power = study.target.power, bare.power()
        impossible = self._impossible[point.number]
        sizes = smallest_sizes(bare.rules, target, study.sizes, power, impossible)
        return PointResult(point, wins, sizes=sizes)


def _size(result: PointResult) -> SampleSize:
    """Sample size of a point that did not fail, by the rule that is compared."""
    return next(size for size in result.sizes if size.rule == result.point.rule)


def _needed(base: PointResult) -> int:
    """Size that the base needs by its rule, or its largest."""
    size = base.sample_size
    if size is not None and size.size is not None:
        return size.size
    return base.studied[-1]


def _with_size(study: Study, size: int) -> Study:
    sizes = tuple(sorted({*study.sizes, size}))
    return study.model_copy(update={"design": study.design.model_copy(update={"n": sizes})})


def _divisor(whole: int, most: int) -> int:
    """Largest divisor that is at most so large."""
    return next(size for size in range(most, 0, -1) if whole % size == 0)
