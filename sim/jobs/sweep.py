"""The job of a sweep: how far does the answer move where the assumptions move?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from itertools import product
from typing import Any

from sim.compute.executors import open_executor
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.jobs.census import Census
from sim.jobs.many_sizes import thinned
from sim.jobs.progress import OnBlock, Progress
from sim.jobs.sweep_search import SweepSearch
from sim.power.sweep import SweepAnswer, SweepPoint
from sim.study import Study, parse_study
from sim.study.refusals import nearest, shown
from sim.study.sweep import (
    GridSweep,
    NoSweep,
    OneAtATimeSweep,
    ScenarioSweep,
    replaced,
    turned,
    words,
)

BASE = "as stated"
"""Label of the base."""

_Stated = tuple[str, str | None, dict[str, Any]]
"""Label, factor if one alone is set, value by field."""


def check(study: Study) -> None:
    """Refuse what cannot be swept, before anything is run or written.

    That the people of a point cannot exist is not refused: that point alone fails.

    Raises
    ------
    StudyError
        One line that names the point, the field and what would be right.
    """
    points(study)
    Census().people(study)


def points(study: Study) -> tuple[SweepPoint, ...]:
    """State every point of a study's sweep; the first is the study as it is.

    Parameters
    ----------
    study : Study
        With its sweep.

    Returns
    -------
    tuple of SweepPoint
        The base; then, of a grid, every combination, the last factor's values
        changing fastest; one at a time, each factor's values; or the scenarios.

    Raises
    ------
    StudyError
        Where nothing is swept, the size or rule compared is not the study's,
        or a point is no valid study, which it names.
    """
    stated = stated_points(study)
    at = None if isinstance(study.sweep, NoSweep) else study.sweep.at
    also, largest = [at] if at else [], max(point.study.sizes[-1] for point in stated)
    return tuple(replace(point, study=thinned(point.study, also, largest)) for point in stated)


def stated_points(study: Study) -> tuple[SweepPoint, ...]:
    """State the points as :func:`points` does, each with every size, however large it is."""
    sweep = study.sweep
    if isinstance(sweep, NoSweep):
        raise StudyError("sweep: none is stated; choose one, such as sweep=assumptions")
    if study.engine == "exact":
        raise StudyError(
            "engine: exact does not apply to a sweep, some of whose points may not be; use auto"
        )
    if sweep.at is not None and sweep.at not in study.sizes:
        raise StudyError(f"sweep.at: {sweep.at} must be one of the sizes studied")
    base = study.model_dump()
    settings: list[_Stated] = [(BASE, None, {}), *_stated(sweep, study.analysis.side)]
    return tuple(_point(study, base, number, *one) for number, one in enumerate(settings))


def _stated(sweep: GridSweep | OneAtATimeSweep | ScenarioSweep, side: int) -> Iterator[_Stated]:
    falls = sweep.improving and side < 0
    for name, factor, values in _settings(sweep):
        settings = {field: turned(field, v) for field, v in values.items()} if falls else values
        yield name or _worded(settings), factor, settings


def _settings(sweep: GridSweep | OneAtATimeSweep | ScenarioSweep) -> Iterator[_Stated]:
    """List what is set at each point; one without a name is called after its settings."""
    match sweep:
        case GridSweep():
            for values in product(*sweep.factors.values()):
                yield "", None, dict(zip(sweep.factors, values, strict=True))
        case OneAtATimeSweep():
            for factor, values in sweep.factors.items():
                yield from (("", factor, {factor: value}) for value in values)
        case ScenarioSweep():
            for name, settings in sweep.scenarios.items():
                yield name, None, settings


def _worded(settings: dict[str, Any]) -> str:
    return ", ".join(f"{name}={words(value)}" for name, value in settings.items())


def _point(
    study: Study,
    base: dict[str, Any],
    number: int,
    label: str,
    factor: str | None,
    settings: dict[str, Any],
) -> SweepPoint:
    """Build one point's study; a complaint of it names the point."""
    try:
        data = base
        for name, value in settings.items():
            data = replaced(data, name, value)
        swept = parse_study(data) if settings else study
        rule = _rule(swept)
    except StudyError as error:
        if not settings:
            raise
        raise StudyError(f"sweep point {number} ({words(label, 80)}): {error}") from None
    return SweepPoint(
        number=number, label=label, factor=factor, settings=settings, rule=rule, study=swept
    )


def _rule(study: Study) -> str:
    """Name the rule by which a point is compared."""
    sweep = study.sweep
    if isinstance(sweep, NoSweep) or sweep.rule is None:
        return study.primary
    if sweep.rule not in study.success:
        hint = nearest(sweep.rule, list(study.success))
        raise StudyError(f"sweep.rule: {shown(sweep.rule)} is not a rule; {hint}")
    return sweep.rule


def sweep(
    study: Study,
    on_block: OnBlock | None = None,
    *,
    executor: Executor | None = None,
    store: BlockStore | None = None,
) -> SweepAnswer:
    """Study every point of a sweep.

    Where the power of the rule that is compared is known without simulating
    studies, exactly or from sampled absolute changes, that rule alone is
    studied; other points are simulated, with all their rules.
    All points draw from the same random streams, so that their differences
    hold much less noise than their powers; and all their blocks go through
    one executor, so that no worker waits for a point's end. Where a point has
    no answer yet, it alone is studied at sizes twice as large, and so on up to
    the limit, as a plan is. The number of simulated studies is the study's:
    unlike a plan, a sweep does not look for a narrower answer.

    Parameters
    ----------
    study : Study
        With its sweep, as from ``compose_study(["sweep=assumptions"])``.
    on_block : callable, optional
        Called with (blocks done, blocks in all) after each block.
    executor : concurrent.futures.Executor, optional
        Where blocks are computed; by default what the study's compute section states.
    store : BlockStore, optional
        Where finished blocks are looked up and kept; by default nowhere.
        A plan's are looked up too.

    Returns
    -------
    SweepAnswer
        The same for the same study, always.

    Raises
    ------
    StudyError
        Where the study as it is, or its sweep, cannot be.
        A point whose people cannot exist is part of the answer instead.

    Examples
    --------
    >>> from sim import compose_study
    >>> study = compose_study(["sweep=scenarios", "design.n=[12,24]", "sweep.at=24",
    ...                        "monte_carlo.replicates=100", "monte_carlo.block_size=50"])
    >>> [result.point.label for result in sweep(study).points]
    ['as stated', 'optimistic', 'likely', 'sceptical']
    """
    if executor is None:
        with open_executor(**study.compute.model_dump()) as opened:
            return _swept(study, on_block, opened, store)
    return _swept(study, on_block, executor, store)


def _swept(
    study: Study,
    on_block: OnBlock | None,
    executor: Executor,
    store: BlockStore | None,
) -> SweepAnswer:
    search = SweepSearch(stated_points(study), points(study), executor, Progress(on_block), store)
    at = study.sweep.at if not isinstance(study.sweep, NoSweep) else None
    known, size = search.run(at)
    different = len({result.source for result in known.values() if result.failure is None})
    return SweepAnswer(study, size, at is not None, tuple(known.values()), different)
