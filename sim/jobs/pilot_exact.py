"""What a pilot's criteria show, exactly and at once: nothing is simulated."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.arrays import FloatArray
from sim.errors import Fault, StudyError, printable
from sim.feasibility.colours import TrafficLight
from sim.feasibility.counts import most_recruits
from sim.feasibility.pilot import KEPT, Judged, Pilot, criterion_colours
from sim.feasibility.sizes import PilotSize, pilot_size
from sim.jobs.pilot_tasks import feasibility_of, pilot_of
from sim.report.results.feasibility import ExactCriterion, JudgedPilot
from sim.study import Study
from sim.study.checks.feasibility import check_feasibility
from sim.study.feasibility import Feasibility
from sim.study.refusals import FieldError, FieldErrors, check_all

TRUTHS = 41
"""Truths, evenly spaced, of which a curve is made."""
MOST_REACHED = 10_000
"""Most people whom a pilot that recruits at a rate may reach."""


MOST_AT_ONCE = 400
"""Most people of whom a page judges criteria by site: more take seconds."""


def judged_at_once(study: Study) -> JudgedPilot | None:
    """Do as :func:`judged_pilot` does; None where that takes longer than an instant."""
    check_section(study)
    by_site = any(of.icc for of in feasibility_of(study).criteria.values())
    if by_site and pilot_of(study).most_units > MOST_AT_ONCE:
        return None
    return judged_pilot(study)


def judged_pilot(study: Study) -> JudgedPilot:
    """Work out how often each criterion of a study's pilot errs, and how large it must be.

    Parameters
    ----------
    study : Study
        With its section `feasibility`.

    Raises
    ------
    StudyError
        Where the criteria cannot be, a line for each fault.
    """
    stated = feasibility_of(study)
    check_section(study)
    pilot = pilot_of(study)
    named = zip(stated.criteria, pilot.criteria, strict=True)
    criteria = tuple(exact_criterion(stated, pilot, name, of) for name, of in named)
    return JudgedPilot(study=study, criteria=criteria)


def check_section(study: Study) -> None:
    """Refuse criteria that do not fit one another or the study; other jobs do not look at them."""
    try:
        check_all((check_feasibility, _check_reached), study)
    except FieldErrors as several:
        faults = (Fault(printable(str(fault)), fault.place) for fault in several.faults)
        raise StudyError(*faults) from None


def _check_reached(study: Study) -> None:
    """Refuse a pilot with a rate that may reach more people than can be looked through."""
    stated = feasibility_of(study)
    by_measure = {of.measure: (name, of) for name, of in stated.criteria.items()}
    if "rate" not in by_measure:
        return
    (_, rate), (name, share) = by_measure["rate"], by_measure.get("recruitment", ("", None))
    expected = 1.0 if share is None else share.green if share.expected is None else share.expected
    if expected == 0:
        right = "must be above 0 where a rate is judged too"
        raise FieldError(f"feasibility.criteria.{name}.expected", expected, right)
    largest = stated.sizes[-1]
    most = most_recruits(largest / expected, rate.variation, study.feasibility_sites)
    if most > MOST_REACHED:
        right = (
            f"may reach {most:,} people, more than the {MOST_REACHED:,} that are looked through: "
            "state smaller sizes, a larger share that is recruited or less variation of the rate"
        )
        raise FieldError("feasibility.sizes", largest, right)


def exact_criterion(stated: Feasibility, pilot: Pilot, name: str, of: Judged) -> ExactCriterion:
    """Work out how often a criterion shows each colour, and how many people it must look at."""
    truths = _truths(of)
    colours = criterion_colours(pilot, of, truths)
    amounts, weights = pilot.looked_at(of)
    return ExactCriterion(
        name=name,
        light=of.light,
        expected=of.expected,
        looked_at=weights @ amounts,
        truths=truths,
        red=colours.red,
        amber=colours.amber,
        green=colours.green,
        tested=colours.tested,
        size=_size(of.light, of.expected, stated.wrong_go, stated.wrong_stop),
    )


def _truths(of: Judged) -> FloatArray:
    """Truths of which a curve is made, with the limits and what is expected."""
    light = of.light
    top = 1.0 if light.kind == "share" else 2 * max(light.green, of.expected)
    low = 0.0
    if light.kind == "share":  # where nothing but red is to be seen, nothing is drawn
        low = max(0.0, light.red - 2 * (light.green - light.red))
        top = min(1.0, light.green + 2 * (light.green - light.red))
        low, top = min(low, of.expected), max(top, of.expected)
    return np.unique([*np.linspace(low, top, TRUTHS), light.red, light.green, of.expected])


@lru_cache(KEPT)
def _size(light: TrafficLight, expected: float, wrong_go: float, wrong_stop: float) -> PilotSize:
    """How many people a criterion must look at; for a rate, units at the expected rate."""
    per_person = 1 / expected if light.kind == "rate" else 1.0
    limit = 500 if light.icc else 2000
    return pilot_size(light, wrong_go, 1 - wrong_stop, per_person=per_person, limit=limit)
