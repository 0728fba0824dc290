"""How precise a study is: no width without the coverage that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.precision import Interval, Precision
from sim.report.document.model import Paragraph, Table, text
from sim.report.document.numbers import number, with_error
from sim.report.document.phrases import endpoint_words, estimated
from sim.report.document.words import short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import BY_ANSWERS
from sim.report.topics.participation import cluster_noun
from sim.report.topics.power import by_size
from sim.study import TOTAL, Study


def precision_blocks(answer: PlanAnswer) -> tuple[Paragraph, ...]:
    """Say what a study of the answer's size would report, and how precisely.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    tuple of Paragraph
        On the endpoint of the primary rule; of several, on that with the
        widest interval. Then, where a half-width is a target, which size
        reaches it.
    """
    return tuple(map(text, _sentences(answer)))


def _sentences(answer: PlanAnswer) -> Iterator[str]:
    study, width = answer.study, answer.precision
    named, size = _named(answer), study.words.count(answer.size)
    if width.at is None:
        yield f"With {size} there is no 95% interval of {named}."
    else:
        errors = _errors(study, width)
        yield f"With {size} the 95% interval of {named} is {_width(width.at)}{errors}."
    if width.half_width is not None:
        yield _half_width(answer)


def _named(answer: PlanAnswer) -> str:
    study, width = answer.study, answer.precision
    uncontrolled = width.role in answer.change_parts and not study.has_controls
    also = f" (the part of {study.words.intervention} and the rest)" if uncontrolled else ""
    among = f", the widest of the rule's {width.among} endpoints," if width.among > 1 else ""
    what = estimated(study, width.role, endpoint_words(width.endpoint))
    return f"{what}{also}{among}{_by(study, width)}"


def _by(study: Study, width: Precision) -> str:
    """Name the t interval, where it is not that of people."""
    sites = study.words.sites
    of = {
        "person": "",
        "site": f"the differences within {sites}" if _cancels(study) else f"the means of {sites}",
        "shared": f"the means of those who share a {cluster_noun(study, 'shared')}",
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


def _half_width(answer: PlanAnswer) -> str:
    width, sizes, words = answer.precision, answer.characteristics.sizes, answer.words
    half = "the expected half-width of that interval"
    if width.reached is None:
        said = f"No size up to {words.count(sizes[-1])} brings {half} down to {width.half_width:g}"
        said += " points"
    else:
        least = ", the smallest studied" if width.reached.size == sizes[0] else ""
        least = ", and not from fewer" if answer.original.seeks_precision else least
        said = (
            f"From {words.count(width.reached.size)}{least}, {half} is at most "
            f"{width.half_width:g} points: there the interval is {_width(width.reached)}"
        )
    if width.narrow is not None and width.at is not None:
        said += (
            f"; with {words.count(width.at.size)} it is as narrow with probability "
            f"{with_error(width.narrow.value, width.narrow.mcse)}"
        )
    return f"{said}.{_only_so_far(answer)}"


def _only_so_far(answer: PlanAnswer) -> str:
    """Say that more people of as many sites cannot make an interval as narrow as one likes."""
    width, clusters, words = answer.precision, answer.study.sites, answer.words
    fixed = clusters is not None and clusters.accrual == "round_robin"
    alike = any(level.level == "site" for level in answer.participation[width.role].levels)
    if width.reached is not None or not (fixed and alike) or _cancels(answer.study):
        return ""
    return (
        f" More {words.units} at as many {words.sites} narrow it only so far; more {words.sites} "
        "narrow it further."
    )


def _cancels(study: Study) -> bool:
    """Tell whether what the people of a site share is in both arms."""
    return study.allocation_unit == "person"


def precision_table(answer: PlanAnswer) -> Table:
    """Tabulate the width of that interval and its coverage by size.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    Table
        At round sizes and at the answer's, which is marked where it can be used.
    """
    width = answer.precision
    role = next(role for role in answer.characteristics.roles if role.role == width.role)
    e, measures = role.endpoints.index(width.endpoint), role.measures
    columns = {"width in points": measures.width, "covers the truth": measures.coverage}
    if width.half_width is not None:
        columns[f"half-width at most {width.half_width:g}"] = measures.narrow
    return by_size(answer, _caption(answer), *((name, of, e) for name, of in columns.items()))


def _caption(answer: PlanAnswer) -> str:
    study, width = answer.study, answer.precision
    by = {
        "person": "",
        "site": f" by {study.words.sites}",
        "shared": f" by shared {study.words.people(cluster_noun(study, 'shared'))}",
    }[width.unit]
    under = "" if answer.missing_by_chance is None else f", {BY_ANSWERS}"
    widest = f", the widest of the rule's {width.among}" if width.among > 1 else ""
    return (
        f"95% t interval{by} of the estimate for {short(width.endpoint)}, "
        f"{study.words.people(width.role)}{widest}{under} (± Monte Carlo standard error)"
    )
