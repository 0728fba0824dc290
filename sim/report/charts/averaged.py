"""Power at the planned effect, and power averaged over what is believed of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.power.assurance import QUANTILES, Assurance
from sim.report.charts.curve_layers import POWER
from sim.report.charts.curves import many, unit_words, unusable_words
from sim.report.charts.figure import Figure, Omitted, datum, layered, limited, single
from sim.report.charts.labels import distinct, label_axis, listed, quoted, two_lines
from sim.report.charts.series import assurance_series, error_words, rule_series, sizes
from sim.report.charts.theme import Spec
from sim.report.document.numbers import at_most, span
from sim.report.document.numbers import error_words as written_error
from sim.report.results.answer import PlanAnswer
from sim.report.topics.soundness import reasons

PLANNED = "stated effect"
MOST_PRIORS = 6
_FIELDS = tuple(f"q{100 * share:02.0f}" for share in QUANTILES)


def assurance_curves(answer: PlanAnswer) -> Figure | None:
    """Power and assurance of the primary rule; None where no prior is given, or one size."""
    assurances = answer.assurances[:MOST_PRIORS]
    curves = [rule_series(answer, answer.sample_size.rule, answer.planned)]
    curves += [assurance_series(answer, assurance) for assurance in assurances]
    if len(curves) < 2 or len(sizes(curves)) < 2:
        return None
    curves = [replace(curves[0], name=PLANNED), *curves[1:]]
    below = [
        error_words(curves[:1], "Band of the stated effect"),
        error_words(curves[1:], "Bands of the priors", "effects drawn"),
        limited(len(answer.assurances), MOST_PRIORS, "priors", "results.csv"),
        *unusable_words(answer),
    ]
    return many(answer, "assurance", _finding(answer), curves, ("curves", below))


def power_spread(answer: PlanAnswer) -> Figure | Omitted | None:
    """Quantiles of the power over each prior at the answer's size, as bars.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    Figure, Omitted or None
        A sentence where there is one prior alone; None where there is none.
    """
    assurances = answer.assurances[:MOST_PRIORS]
    if not assurances:
        return None
    labels = two_lines(distinct([assurance.prior for assurance in assurances]))
    rows = [_quantiles(answer, *own) for own in zip(assurances, labels, strict=True)]
    if len(rows) == 1:
        return Omitted("power_spread", _one_spread_words(answer, rows[0]))
    title, seen = _spread_words(answer, rows)
    worst = max(row["worst"] for row in rows)
    below = [
        f"Dot: median; thick bar: middle half; thin bar: middle 90%; at the {PLANNED} power is "
        f"{answer.sample_size.power:.2f}. Monte Carlo error of these "
        f"{at_most(written_error(worst, 2))}: "
        f"{max(own.draws for own in assurances):,} effects drawn{_each(answer)}.",
        limited(len(answer.assurances), MOST_PRIORS, "priors", "results.csv"),
        *unusable_words(answer),
        *unit_words(answer),
    ]
    layers = _layers(answer, labels)
    height = {"step": 44}
    return layered("power_spread", (title, below, f"{seen}."), layers, rows, height=height)


def _finding(answer: PlanAnswer) -> str:
    size, place = answer.sample_size, answer.rule_place
    if reasons(answer, size):
        return f"Power and assurance of the rule {quoted(size.rule)}"
    averaged = [float(own.value.value[answer.place, place]) for own in answer.assurances]
    return (
        f"With {answer.counted} power is {size.power:.2f} at the stated "
        f"effect, and {span(averaged, '.2f')} averaged over what is believed"
    )


def _spread_words(answer: PlanAnswer, rows: Sequence[Spec]) -> tuple[str, str]:
    size, with_ = answer.sample_size, answer.counted
    title = f"Power of {quoted(size.rule)} with {with_}, over what each prior leaves possible"
    if not reasons(answer, size):
        medians = listed(f"{row['q50']:.2f} ({_line(row['name'])})" for row in rows)
        title = f"With {with_}, the median of the powers believed is {medians}"
    seen = "; ".join(
        f"{_line(row['name'])}: middle half {row['q25']:.2f} to {row['q75']:.2f}, middle 90% "
        f"{row['q05']:.2f} to {row['q95']:.2f}"
        for row in rows
    )
    return title, seen


def _one_spread_words(answer: PlanAnswer, row: Spec) -> str:
    return (
        f"Under the {_line(row['name'])} prior the median power with {answer.counted} is "
        f"{row['q50']:.2f}; the middle half of the powers believed is {row['q25']:.2f} to "
        f"{row['q75']:.2f}, the middle 90% {row['q05']:.2f} to {row['q95']:.2f}."
    )


def _line(label: str) -> str:
    return label.replace("\n", " ")


def _each(answer: PlanAnswer) -> str:
    """Say how the power at each effect drawn is computed, where it is simulated."""
    place = answer.rule_place
    if all(assurance.exact_rules[place] for assurance in answer.assurances):
        return ""
    prior = answer.study.effect.prior
    number = f", each with {prior.replicates} simulated studies" if prior else ", each simulated"
    return f"{number}, which widens the bars"


def _quantiles(answer: PlanAnswer, assurance: Assurance, label: str) -> Spec:
    at = (slice(None), answer.place, answer.rule_place)
    powers = assurance.power_quantiles[at].tolist()
    return {
        "name": label,
        **dict(zip(_FIELDS, powers, strict=True)),
        "worst": float(assurance.quantile_mcse[at].max()),
        "text": f"{powers[2]:.2f}",
    }


def _layers(answer: PlanAnswer, labels: Sequence[str]) -> list[Spec]:
    target = answer.sample_size.target
    axis = label_axis(labels)
    y = {"field": "name", "type": "nominal", "title": None, "axis": axis,
         "scale": {"domain": list(labels)}}  # fmt: skip
    x = {**POWER, "title": f"Power with {answer.counted}"}

    def bar(low: str, high: str, thick: float) -> Spec:
        mark = {"type": "rule", "style": "main-error", "strokeWidth": thick}
        return {"mark": mark, "encoding": {"y": y, "x": {**x, "field": low}, "x2": {"field": high}}}

    median = {"y": y, "x": {**x, "field": "q50"}}
    text = {"type": "text", "style": "note", "dy": -13}
    note = {"type": "text", "style": "note", "align": "right", "dx": -4, "dy": -7}
    words = {"y": {"value": "height"}, "text": {"value": f"target {target:.2f}"}}
    return [
        bar("q05", "q95", 1.5),
        bar("q25", "q75", 6),
        {"mark": {"type": "point", "filled": True, "style": "answer-point"}, "encoding": median},
        {"mark": text, "encoding": {**median, "text": {"field": "text", "type": "nominal"}}},
        single({"type": "rule", "style": "target"}, datum(target)),
        single(note, {**datum(target), **words}),
    ]
