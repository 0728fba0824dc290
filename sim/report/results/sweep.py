"""What is reported of a sweep: every point at the size compared, without the wins by block."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any

from pydantic import PlainValidator

from sim.power.estimates import Estimate
from sim.power.sample_size import SampleSize
from sim.power.sweep import NamedPoint, PointResult, SweepAnswer
from sim.power.tornado import Tornado, tornado
from sim.report.results.answer import SavedStudy
from sim.report.topics.soundness import study_reasons


def _with_tuples(value: object) -> object:
    """Read plain data back as settings hold it: with tuples, not lists, at every depth."""
    if isinstance(value, dict):
        return {key: _with_tuples(item) for key, item in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list | tuple) else value


Settings = Annotated[dict[str, Any], PlainValidator(_with_tuples)]
"""Value by field, as the sweep states it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PointReport(NamedPoint):
    """What is reported of one point.

    Attributes
    ----------
    seed : int
        Points of one seed share their random numbers.
    failure : str or None
        Why it could not be studied.
    power, difference : Estimate of shape (), or None
        At the size compared, and less that of the base; None where not studied.
    unusable : tuple of str
        Clauses that say why neither power nor size can be used; empty where they can.
    sizes : tuple of SampleSize
        One per rule; empty where the point failed.
    """

    settings: Settings
    seed: int
    failure: str | None
    power: Estimate | None
    difference: Estimate | None
    unusable: tuple[str, ...]
    sizes: tuple[SampleSize, ...]

    @property
    def sample_size(self) -> SampleSize | None:
        """Sample size by the rule that is compared."""
        return next((size for size in self.sizes if size.rule == self.rule), None)


@dataclass(frozen=True, eq=False)
class SweepReport:
    """What is reported of a sweep.

    Attributes
    ----------
    study : Study
        The study as it is.
    at : int
        Size in pairs at which points are compared.
    is_given : bool
        Whether that size was given, rather than searched for.
    blocks, replicates : int
        Blocks, or batches, and simulated studies, or draws of absolute changes, of each point.
    tasks : int
        Number of points that were worked out, those that equal another not counted.
    points : tuple of PointReport
        The base first.
    tornado : Tornado or None
        Factors by influence, where one at a time was varied.
    """

    study: SavedStudy
    at: int
    is_given: bool
    blocks: int
    replicates: int
    tasks: int
    points: tuple[PointReport, ...]
    tornado: Tornado | None

    @property
    def base(self) -> PointReport:
        """The study as it is."""
        return self.points[0]

    @property
    def failed(self) -> tuple[PointReport, ...]:
        """Points that could not be studied."""
        return tuple(point for point in self.points if point.failure is not None)


def sweep_report(answer: SweepAnswer) -> SweepReport:
    """Take from an answer what is reported of it."""
    return SweepReport(
        study=answer.study,
        at=answer.at,
        is_given=answer.is_given,
        blocks=answer.blocks,
        replicates=max(result.replicates for result in answer.points),
        tasks=answer.tasks,
        points=tuple(_point(answer, result) for result in answer.points),
        tornado=tornado(answer),
    )


def _point(answer: SweepAnswer, result: PointResult) -> PointReport:
    point = result.point
    return PointReport(
        **{field.name: getattr(point, field.name) for field in fields(NamedPoint)},
        seed=point.study.seed,
        failure=result.failure,
        power=answer.power(result),
        difference=answer.difference(result),
        unusable=() if result.failure else study_reasons(point.study, point.rule),
        sizes=result.sizes,
    )
