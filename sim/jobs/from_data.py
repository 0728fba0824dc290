"""The job of beginning with data: what people answered, and the study's file that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.errors import StudyError, printable
from sim.jobs.plan import check
from sim.pilot.counts import AnswerCounts, count_answers
from sim.pilot.data import PilotData, cross_table
from sim.pilot.describe import describe, smoothed
from sim.pilot.observed_shift import ObservedShift, observed_shift
from sim.pilot.polychoric import Polychoric, common_polychoric
from sim.reading import Reading
from sim.reading.assemble import FEWEST
from sim.report.document.model import Section, text
from sim.report.printers.terminal import screen_text
from sim.report.topics.first_look import first_look
from sim.study import Study, parse_study
from sim.study.refusals import shown
from sim.study.yaml_text import read_yaml

LONGEST_RATIO = 20
"""Largest number in the ratio of two roles."""


@dataclass(frozen=True, eq=False)
class DataSketch:
    """What a study can take from answers.

    Attributes
    ----------
    files : tuple of str
        The files, as the study's file names them.
    columns : str or None
        The file that says which column holds what, named so too.
    reading : Reading
        What they hold.
    counts : tuple of AnswerCounts
        By role.
    before : tuple of ndarray, shape (D, K)
        Probabilities of the points that are planned with, by role.
    shifts : tuple of ObservedShift
        Change, by role.
    pre_post : Polychoric
        Correlation of before and after, of all items and roles.
    items : Polychoric or None
        Correlation between items before; None where there is one item.
    """

    files: tuple[str, ...]
    columns: str | None
    reading: Reading
    counts: tuple[AnswerCounts, ...]
    before: tuple[FloatArray, ...]
    shifts: tuple[ObservedShift, ...]
    pre_post: Polychoric
    items: Polychoric | None

    @property
    def named(self) -> str:
        """Names of the files, without their folders."""
        return " and ".join(printable(Path(file).name) for file in self.files)

    @property
    def falls(self) -> bool:
        """Whether the first role's answers fell on average."""
        return self.shifts[0].points[0] < 0

    @property
    def ratio(self) -> tuple[int, int]:
        """People of the first role to those of the second, in small numbers."""
        first, second = (counts.participants for counts in self.counts)
        near = Fraction(first, second).limit_denominator(LONGEST_RATIO)
        return (near.numerator, near.denominator) if 0 < near <= LONGEST_RATIO else (1, 1)

    @property
    def lost(self) -> tuple[int, int]:
        """People who answered before and never after, and all who answered before."""
        began = [counts.people[1] for counts in self.counts]
        return sum(int(people[0]) for people in began), sum(int(p.sum()) for p in began)

    @property
    def gaps(self) -> tuple[int, int]:
        """Single answers missing, and all that could be."""
        missing, possible = zip(*(counts.gaps for counts in self.counts), strict=True)
        return sum(missing), sum(possible)


def sketch_of(reading: Reading, files: Sequence[str], columns: str | None = None) -> DataSketch:
    """Take from answers what a study can take.

    Raises
    ------
    StudyError
        A line for every item and role of which nothing can be said.
    """
    data = reading.data
    counts = tuple(count_answers(data, role) for role in data.roles)
    _check_answered(counts)
    before = tuple(np.array([planned_before(item) for item in own.before]) for own in counts)
    return DataSketch(
        files=tuple(files),
        columns=columns,
        reading=reading,
        counts=counts,
        before=before,
        shifts=tuple(
            observed_shift(data.scores[own.role], pre)
            for own, pre in zip(counts, before, strict=True)
        ),
        pre_post=common_polychoric([own.pairs for own in counts]),
        items=common_polychoric([_between(data, role) for role in data.roles])
        if len(data.domains) > 1
        else None,
    )


def planned_before(counts: IntArray) -> FloatArray:
    """Shares of the points before: as counted, but that a point nobody chose stays possible.

    A point without people before can have none after either, whatever the
    effect; so there one answer more is spread evenly over the points.
    """
    return smoothed(counts, float((counts == 0).any()))


def _check_answered(counts: Sequence[AnswerCounts]) -> None:
    """Refuse items that nobody answered twice, and roles with too few people."""
    if not 1 <= len(counts) <= 2:
        raise StudyError(f"the answers are of {len(counts)} roles; a study has one or two")
    faults = []
    for own in counts:
        for name, number in zip(own.domains, own.complete.tolist(), strict=True):
            if not number:
                faults.append(
                    f"no {own.role} answered {shown(name)} both before and after; leave it out"
                )
        if own.people[1, 1] < FEWEST and not faults:
            faults.append(
                f"{own.people[1, 1]} {own.role} answered before and after; at least {FEWEST} must"
            )
    if faults:
        raise StudyError(*faults)


def _between(data: PilotData, role: str) -> list[IntArray]:
    """Tables of all pairs of items before."""
    scores = data.scores[role][:, :, 0]
    places = range(scores.shape[1])
    return [
        cross_table(scores[:, i], scores[:, j], data.points) for i in places for j in places[:i]
    ]


def checked_study(text: str) -> Study:
    """Read a study's file that was written from answers; it can be planned as it is.

    Raises
    ------
    StudyError
        Where the answers make no study, such as a scale that is too long.
    """
    study = parse_study(read_yaml(text))
    check(study)
    return study


def first_look_sections(
    study: Study, reading: Reading, *, is_drawn: bool = False
) -> tuple[Section, ...]:
    """Show what people answered, a section a role; in numbers where the bars are drawn."""
    data = reading.data
    return tuple(first_look(study, describe(data, role), is_drawn=is_drawn) for role in data.roles)


def first_look_text(study: Study, reading: Reading) -> str:
    """Show the same on a screen of 80 columns."""
    notes = tuple(map(text, reading.notes))
    return screen_text(
        "A first look at the answers", notes, first_look_sections(study, reading), ()
    )
