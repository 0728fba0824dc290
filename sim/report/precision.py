"""How precise a study is, in words: no width without the coverage that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.answer import PlanAnswer
from sim.power.precision import Interval, Precision
from sim.report.wording import estimated, number
from sim.study import TOTAL, Study
from sim.study.clusters import SiteClusters


def precision_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Say what a study of the answer's size would report, and how precisely.

    Parameters
    ----------
    answer : PlanAnswer
        What was found.

    Yields
    ------
    str
        On the endpoint of the primary rule; of several, on that with the
        widest interval. Then, where a half-width was asked for, which size
        reaches it.
    """
    study, own = answer.study, answer.precision
    uncontrolled = own.role in answer.change_parts and not study.has_controls
    also = " (mentoring's part and the rest)" if uncontrolled else ""
    named = f"{estimated(study, own.role, own.endpoint)}{also}{_among(own)}{_by(study, own)}"
    if own.at is not None:
        yield f"At that size the 95% interval of {named} is {_width(own.at)}{_errors(study, own)}."
    if own.half_width is not None:
        which = f"the 95% interval of {named}" if own.at is None else "that interval"
        yield _half_width(answer, which)


def _among(own: Precision) -> str:
    return f", the widest of the rule's {own.among} endpoints," if own.among > 1 else ""


def _by(study: Study, own: Precision) -> str:
    """Name the t interval, where it is not that of people."""
    of = {
        "person": "",
        "site": "the differences within sites" if _cancels(study) else "the sites' means",
        "shared": "the means of those who share a mentee",
    }[own.unit]
    return f" (t interval of {of})" if of else ""


def _width(own: Interval) -> str:
    return (
        f"{own.width:.1f} points wide on average and covers the true value with probability "
        f"{number(own.coverage)} ±{number(own.coverage_mcse)}"
    )


def _errors(study: Study, own: Precision) -> str:
    if own.type_m is None or own.type_s is None:
        return ""
    tested = "the total" if own.endpoint == TOTAL else "it"
    significant = "it" if study.analysis.cut is None else f"McNemar's test of {tested}"
    return (
        f"; where {significant} is significant it is overstated {own.type_m:.2f} times on average "
        f"(type M) and has the wrong sign with probability {number(own.type_s)} (type S)"
    )


def _half_width(answer: PlanAnswer, which: str) -> str:
    own, pairs = answer.precision, answer.characteristics.pairs
    half = f"the expected half-width of {which}"
    if own.reached is None:
        found = f"No size up to {pairs[-1]} pairs brings {half} down to {own.half_width:g} points"
    else:
        least = ", the smallest studied" if own.reached.pairs == pairs[0] else ""
        found = (
            f"From {own.reached.pairs} pairs{least}, {half} is at most {own.half_width:g} points: "
            f"there the interval is {_width(own.reached)}"
        )
    if own.narrow is not None and own.at is not None:
        found += (
            f"; at {own.at.pairs} pairs it is as narrow with probability "
            f"{number(own.narrow.value)} ±{number(own.narrow.mcse)}"
        )
    return f"{found}.{_only_so_far(answer)}"


def _only_so_far(answer: PlanAnswer) -> str:
    """Say that more people of as many sites cannot make an interval as narrow as one likes."""
    own, clusters = answer.precision, answer.study.clusters
    fixed = isinstance(clusters, SiteClusters) and clusters.accrual == "round_robin"
    alike = any(level.level == "site" for level in answer.participation[own.role].levels)
    if own.reached is not None or not (fixed and alike) or _cancels(answer.study):
        return ""
    return " More pairs at as many sites narrow it only so far; more sites narrow it further."


def _cancels(study: Study) -> bool:
    """Tell whether what the people of a site share is in both arms."""
    return study.allocation_unit == "person"
