"""How precise a study is, in words: no width without the coverage that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.precision import Interval, Precision
from sim.report.results.answer import PlanAnswer
from sim.report.wording import estimated, number, with_error
from sim.study import TOTAL, Study
from sim.study.clusters import SiteClusters


def precision_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Say what a study of the answer's size would report, and how precisely.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Yields
    ------
    str
        On the endpoint of the primary rule; of several, on that with the
        widest interval. Then, where a half-width is a target, which size
        reaches it.
    """
    study, width = answer.study, answer.precision
    uncontrolled = width.role in answer.change_parts and not study.has_controls
    also = " (mentoring's part and the rest)" if uncontrolled else ""
    named = (
        f"{estimated(study, width.role, width.endpoint)}{also}{_among(width)}{_by(study, width)}"
    )
    if width.at is not None:
        errors = _errors(study, width)
        yield f"At that size the 95% interval of {named} is {_width(width.at)}{errors}."
    if width.half_width is not None:
        which = f"the 95% interval of {named}" if width.at is None else "that interval"
        yield _half_width(answer, which)


def _among(width: Precision) -> str:
    return f", the widest of the rule's {width.among} endpoints," if width.among > 1 else ""


def _by(study: Study, width: Precision) -> str:
    """Name the t interval, where it is not that of people."""
    of = {
        "person": "",
        "site": "the differences within sites" if _cancels(study) else "the sites' means",
        "shared": "the means of those who share a mentee",
    }[width.unit]
    return f" (t interval of {of})" if of else ""


def _width(interval: Interval) -> str:
    return (
        f"{interval.width:.1f} points wide on average and covers the true value with probability "
        f"{with_error(interval.coverage, interval.coverage_mcse)}"
    )


def _errors(study: Study, width: Precision) -> str:
    if width.type_m is None or width.type_s is None:
        return ""
    tested = "the total" if width.endpoint == TOTAL else "it"
    significant = "it" if study.analysis.cut is None else f"McNemar's test of {tested}"
    return (
        f"; where {significant} is significant it is overstated {width.type_m:.2f} times on "
        f"average (type M) and has the wrong sign with probability {number(width.type_s)} (type S)"
    )


def _half_width(answer: PlanAnswer, which: str) -> str:
    width, pairs = answer.precision, answer.characteristics.pairs
    half = f"the expected half-width of {which}"
    if width.reached is None:
        said = f"No size up to {pairs[-1]} pairs brings {half} down to {width.half_width:g} points"
    else:
        least = ", the smallest studied" if width.reached.pairs == pairs[0] else ""
        said = (
            f"From {width.reached.pairs} pairs{least}, {half} is at most {width.half_width:g} "
            f"points: there the interval is {_width(width.reached)}"
        )
    if width.narrow is not None and width.at is not None:
        said += (
            f"; at {width.at.pairs} pairs it is as narrow with probability "
            f"{with_error(width.narrow.value, width.narrow.mcse)}"
        )
    return f"{said}.{_only_so_far(answer)}"


def _only_so_far(answer: PlanAnswer) -> str:
    """Say that more people of as many sites cannot make an interval as narrow as one likes."""
    width, clusters = answer.precision, answer.study.clusters
    fixed = isinstance(clusters, SiteClusters) and clusters.accrual == "round_robin"
    alike = any(level.level == "site" for level in answer.participation[width.role].levels)
    if width.reached is not None or not (fixed and alike) or _cancels(answer.study):
        return ""
    return " More pairs at as many sites narrow it only so far; more sites narrow it further."


def _cancels(study: Study) -> bool:
    """Tell whether what the people of a site share is in both arms."""
    return study.allocation_unit == "person"
