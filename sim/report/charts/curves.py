"""Power against the sample size, with its Monte Carlo band, the target and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.power.operating import RoleCharacteristics
from sim.power.sample_size import SampleSize
from sim.report.charts.curve_layers import FEW_SIZES, coloured, lone, marks, pairs_axis, target_line
from sim.report.charts.end_labels import end_labels
from sim.report.charts.figure import HEIGHT, Figure, Omitted, layered, limited
from sim.report.charts.labels import distinct, plain, quoted
from sim.report.charts.series import (
    Series,
    endpoint_series,
    error_words,
    free_corner,
    points,
    power_series,
    rule_series,
    sizes,
    span_words,
)
from sim.report.charts.theme import Spec
from sim.report.document.numbers import span
from sim.report.document.phrases import sentence_case
from sim.report.document.sizes import is_known, pairs_words
from sim.report.results.answer import PlanAnswer
from sim.report.topics.drop_out import BY_ANSWERS, BY_CHANCE
from sim.report.topics.soundness import joined, reasons

MOST_WORDS = 600
"""Most characters of the reasons why a size cannot be used."""
MOST_CURVES = 14
"""Most curves of one figure; more cannot be told apart."""
NAME = 60
"""Most characters of a name at a curve's end."""
CLEAR = 4
"""Monte Carlo errors by which a probability must be above the level to be told from it: many
endpoints at many sizes are looked at together."""


def power_curve(answer: PlanAnswer) -> Figure | Omitted:
    """Power of the primary rule."""
    size, units = answer.sample_size, answer.words.units
    curves = power_series(answer, size.rule)
    studied, said = sizes(curves), _size_words(answer, size)
    if len(studied) < 2:
        return Omitted("power_curve", f"{said}. A curve takes two sizes or more.")
    below = [*unusable_words(answer), error_words(curves), *unit_words(answer)]
    usable = not reasons(answer, size)
    free = free_corner(curves, size.target)
    marked = list(marks(size, studied, units, free, usable=usable))
    labels, layers, two = [quoted(size.rule)], lone(studied, units) + marked, len(curves) > 1
    if two:  # the study as it is, and with as many answers missing by chance
        labels = [curve.name for curve in curves]
        x, few = pairs_axis(studied, units), len(studied) <= FEW_SIZES
        drawn = coloured(labels, x, few=few, named=_end_labels(labels, curves))
        layers = [*drawn[:2], *marked, *drawn[2:]]
    words = (said, below, span_words(curves, units))
    data = list(points(curves, labels))
    return layered("power_curve", words, layers, data, two_axes=two)


def rule_curves(answer: PlanAnswer) -> Figure | None:
    """Power of every rule; None where there is only one, or one size."""
    curves = [rule_series(answer, size.rule) for size in answer.sample_sizes]
    if len(curves) < 2 or len(sizes(curves)) < 2:
        return None
    every, usable = answer.sample_sizes, _usable(answer)
    reached = [size for size in usable if size.size is not None]
    missed, unusable = len(usable) - len(reached), len(every) - len(usable)
    limit = answer.words.count(every[0].limit)
    below = []
    if missed and reached:
        below.append(f"Not reached by {limit}: {missed} of {len(every)} rules.")
    if unusable:
        below.append(f"No usable size: {unusable} of {len(every)} rules; see the warnings.")
    if answer.missing_by_chance is not None:
        below.append(f"Curves: {BY_ANSWERS}; sizes: the larger of that and {BY_CHANCE}.")
    return many(answer, "rule_curves", _rules_words(answer, usable), curves, ("rules", below))


def endpoint_curves(answer: PlanAnswer, role: RoleCharacteristics) -> Figure | Omitted | None:
    """Power of every endpoint of one role, unadjusted.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    role : RoleCharacteristics
        Whose endpoints.

    Returns
    -------
    Figure, Omitted or None
        A sentence where there is no effect and all curves lie at the level; None
        where one size was studied.
    """
    every, name = endpoint_series(answer, role), f"endpoint_curves_{role.role}"
    flat = _flat(answer, role.role, every)
    curves = [series for series in every if series not in flat]
    people = answer.words.people(role.role)
    if not curves:
        return Omitted(name, _flat_words(answer, people, flat))
    if len(sizes(curves)) < 2:
        return None
    title = f"Power of the {people}' endpoints, each tested on its own"
    if not reasons(answer, answer.sample_size):
        powers = [series.at(answer.size) for series in curves]
        with_ = answer.counted
        reach = span(powers, ".2f")
        title = f"With {with_} the {people}' endpoints have power {reach}, each on its own"
    words = " ".join(["Not adjusted for multiplicity.", *_null_words(answer, role, flat)])
    if answer.missing_by_chance is not None:
        words += f" Power {BY_ANSWERS}, its bias included."
    below = [words, *unusable_words(answer)]
    return many(answer, name, title, curves, ("endpoints", below))


def many(
    answer: PlanAnswer, name: str, title: str, curves: Sequence[Series], what: tuple[str, list[str]]
) -> Figure:
    """Draw curves by name, with the target across.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    name, title : str
        Of the figure.
    curves : sequence of Series
        At least one.
    what : (str, list of str)
        What the curves are of, in the plural, and what is said below the title;
        their precision is said there where nothing else of it is.
    """
    kind, below = what
    shown = curves[:MOST_CURVES]
    names, studied = [series.name for series in shown], sizes(shown)
    named = _end_labels(distinct(names, NAME), shown)
    labels = distinct(names, NAME) if named else distinct(names)
    target, units = answer.sample_size.target, answer.words.units
    lines = [*below, limited(len(curves), MOST_CURVES, kind, "results.csv"), *unit_words(answer)]
    if not any("Monte Carlo" in line or "exactly" in line for line in below):
        lines.insert(len(below), error_words(shown))
    x, few = pairs_axis(studied, units), len(studied) <= FEW_SIZES
    band, line, *written = coloured(labels, x, few=few, named=named)
    layers = [band, line, *target_line(target, free_corner(shown, target)), *written]
    said = (title, lines, span_words(shown, units))
    return layered(name, said, layers, list(points(shown, labels)), two_axes=bool(named))


def _end_labels(labels: Sequence[str], curves: Sequence[Series]) -> list[Spec]:
    ends = [(int(series.sizes[-1]), float(series.value[-1])) for series in curves]
    return end_labels(labels, ends, HEIGHT)


# ------------------------------------------------------------------------------ the words


def _usable(answer: PlanAnswer) -> list[SampleSize]:
    return [size for size in answer.sample_sizes if not reasons(answer, size)]


def _size_words(answer: PlanAnswer, size: SampleSize) -> str:
    rule, words = f"the rule {quoted(size.rule)}", answer.words
    if reasons(answer, size):
        return f"No size can be given for power {size.target:.2f} for {rule}"
    if len(answer.characteristics.sizes) == 1:
        return f"With {words.count(size.limit)} the power is {size.power:.2f} for {rule}"
    if size.size is None:
        limit = words.count(size.limit)
        return f"No size up to {limit} reaches power {size.target:.2f} for {rule}"
    if is_known(size):
        return f"{words.count(size.size)} give power {size.target:.2f} or more for {rule}"
    needed = pairs_words(size)
    return f"{sentence_case(needed)} {words.units} are needed for power {size.target:.2f}, {rule}"


def _rules_words(answer: PlanAnswer, usable: Sequence[SampleSize]) -> str:
    size, units = answer.sample_size, answer.words.units
    reached = sorted(
        (own.size, pairs_words(own), own.rule) for own in usable if own.size is not None
    )
    if not usable:
        return f"Power of each rule: no size for power {size.target:.2f} can be given"
    if not reached:
        return f"No rule reaches power {size.target:.2f} by {size.limit:,} {units}"
    (_, least, first), (_, most, last) = reached[0], reached[-1]
    if len(reached) == 1:
        return f"Power {size.target:.2f}: {least} {units} for the rule {quoted(first)}"
    return (
        f"Power {size.target:.2f} takes {least} {units} for {quoted(first)}, {most} for "
        f"{quoted(last)}"
    )


def _flat(answer: PlanAnswer, role: str, curves: Sequence[Series]) -> list[Series]:
    """Take those on which nothing has an effect and that are nowhere clear of the level."""
    alpha, nulls = answer.study.analysis.alpha, answer.effects[role].true_null
    return [
        curve
        for curve, null in zip(curves, nulls, strict=True)
        if null and (curve.value - CLEAR * curve.mcse <= alpha).all()
    ]


def _chances(curves: Sequence[Series]) -> str:
    return span([value for curve in curves for value in curve.value.tolist()], ".2f")


def _null_words(
    answer: PlanAnswer, role: RoleCharacteristics, flat: Sequence[Series]
) -> Iterator[str]:
    """Say on how many endpoints no effect is assumed, of those left out and those drawn."""
    drawn = int(answer.effects[role.role].true_null.sum()) - len(flat)
    if flat:
        yield (
            f"Left out: {len(flat)} of {len(role.endpoints)} on which no effect is assumed, won "
            f"by chance with probability {_chances(flat)}."
        )
    if drawn:
        yield f"No effect is assumed on {drawn} of those drawn."


def _flat_words(answer: PlanAnswer, people: str, curves: Sequence[Series]) -> str:
    return (
        f"No effect is assumed on the {people}: at every size studied each of their endpoints is "
        f"won by chance alone, with probability {_chances(curves)} (level "
        f"{answer.study.analysis.alpha:g})."
    )


def unusable_words(answer: PlanAnswer) -> list[str]:
    """Say below a title why the primary rule's size cannot be used."""
    why = reasons(answer, answer.sample_size)
    return [f"Not to be used: {plain(joined(why), MOST_WORDS)}."] if why else []


def unit_words(answer: PlanAnswer) -> list[str]:
    """Say what a size counts where there are two arms."""
    units = answer.words.units
    return (
        [f"{sentence_case(units)} of both arms are counted."] if answer.study.has_controls else []
    )
