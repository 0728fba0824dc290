"""Interim looks: boundaries by size, and where studies end."""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.interim import InterimMeasures, InterimPlan, Look
from sim.report.charts.figure import Figure, datum, layered, single
from sim.report.charts.labels import label_axis, legend, percent
from sim.report.charts.theme import Spec
from sim.report.document.words import listed_words
from sim.report.results.answer import DesignFacts, PlanAnswer
from sim.report.topics.interim import looks_at
from sim.report.topics.look_levels import boundary_words, level_cell, most_words
from sim.study import Study

SUCCESS, FUTILITY = "success", "futility"
ROOM = 0.7
"""Share of the size after which a look's words stand on its left, below the falling line."""
FLOOR = -1.0
"""Lowest z that is drawn: where there is hope below it, the bound is left out."""


def boundary_chart(facts: DesignFacts) -> Figure | None:
    """Draw what z ends the study at which look; None where it is looked at once.

    Parameters
    ----------
    facts : DesignFacts
        What is known of the study before any power.

    Returns
    -------
    Figure or None
        None, too, where the level is spent exactly: then it is by no z alone.
    """
    planned, words, study = facts.interim, facts.words, facts.study
    if planned is None or planned.spent_exactly:
        return None
    size = words.count(planned.size)
    title = f"Of {size}, looks after {listed_words(looks_at(planned))}: p {most_words(planned)}"
    below = [
        f"Upper line: z that is significant ({boundary_words(study)}).",
        "Lower: z below which it ends for futility." * planned.stops_for_futility,
        "Beside each look: p, and the mean change that has it at the standard deviation assumed."
        * any(look.smallest_change is not None for look in planned.looks),
        _example(planned, study),
    ]
    seen = "; ".join(f"{look.analysed}: z {look.critical:.2f}" for look in planned.looks)
    return layered(
        "looks",
        (title, below, f"{seen}."),
        list(_lines(planned, words.units)),
        [*_rows(planned, study)],
    )


def _end(planned: InterimPlan, study: Study) -> tuple[int, str]:
    """Tell where the simulated study ends whose course is drawn, and why."""
    known, sided = dict(planned.path), study.analysis.alternative == "two_sided"
    for look in planned.looks:
        z = known.get(look.analysed)
        if z is None:
            continue
        if z >= look.critical:
            return look.analysed, "with success"
        if sided and z <= -look.critical:
            return look.analysed, "significant in the wrong direction"
        if look.futility is not None and z < look.futility:
            return look.analysed, "for futility"
    return planned.size, "without success"


def _example(planned: InterimPlan, study: Study) -> str:
    """Say what the thin line is; nothing where there is none."""
    at, why = _end(planned, study)
    told = f"Thin line: one simulated study, which ends at {at} {why}"
    return (told + (", pale from there." if at < planned.size else ".")) * bool(planned.path)


def _rows(planned: InterimPlan, study: Study) -> Iterator[Spec]:
    end, _ = _end(planned, study)
    for n, z in planned.path:
        yield {"n": n, "path": max(z, FLOOR), "ended": n >= end}
        if n == end:  # the two parts meet
            yield {"n": n, "path": max(z, FLOOR), "ended": False}
    for look in planned.looks:
        yield {"n": look.analysed, "z": look.critical, "for": SUCCESS, "said": _said(look)}
    futile = [
        {"n": look.analysed, "z": look.futility, "for": FUTILITY, "said": ""}
        for look in planned.looks
        if look.futility is not None and look.futility > FLOOR
    ]
    if len(futile) == 1:  # a point, by no line that tells what it is
        futile[0]["said"] = f"ends for futility below z {futile[0]['z']:.2f}"
    yield from futile


def _said(look: Look) -> str:
    change = look.smallest_change
    p = f"p {level_cell(look.level)}"
    return p if change is None else f"{p}, change {change:+.2f}"


def _lines(planned: InterimPlan, units: str) -> Iterator[Spec]:
    last = planned.size
    x = {"field": "n", "type": "quantitative", "title": f"{units.capitalize()} analysed",
         "scale": {"domain": [0, round(1.05 * last)], "nice": False},
         "axis": {"grid": False}}  # fmt: skip
    y = {"field": "z", "type": "quantitative", "title": "z in the direction of success",
         "scale": {"zero": True}}  # fmt: skip
    names = [SUCCESS, FUTILITY] if planned.stops_for_futility else [SUCCESS]
    colour = {"field": "for", "type": "nominal", "title": "Ends for",
              "legend": legend(names, "stroke") if len(names) > 1 else None,
              "scale": {"domain": names, "range": "category"}}  # fmt: skip
    yield {
        "mark": {"type": "line", "strokeWidth": 2, "point": True},
        "encoding": {"x": x, "y": y, "color": colour},
    }
    yield {
        "mark": {"type": "line", "style": "answer"},
        "transform": [{"filter": "isValid(datum.path)"}],
        "encoding": {
            "x": x,
            "y": {**y, "field": "path"},
            "opacity": {
                "field": "ended",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": [False, True], "range": [0.9, 0.35]},
            },
        },
    }
    late = f"datum.n > {ROOM * last}"
    text = {
        "type": "text",
        "style": "note",
        "align": {"expr": f"{late} ? 'right' : 'left'"},
        "dx": {"expr": f"{late} ? -6 : 6"},
        "dy": {"expr": f"{late} ? 14 : -8"},
    }
    yield {
        "mark": text,
        "encoding": {"x": x, "y": y, "text": {"field": "said", "type": "nominal"}},
    }
    yield single({"type": "rule", "style": "target"}, datum(last))


def ends_chart(answer: PlanAnswer) -> Figure | None:
    """Draw how many studies end at which look, and why; None where they are looked at once.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    Returns
    -------
    Figure or None
    """
    planned, gain, measures = answer.interim, answer.interim_gain, answer.characteristics.interim
    none = answer.null_characteristics.interim
    if planned is None or gain is None or measures is None or none is None:
        return None
    rows = [*_ends(answer, "as assumed", measures), *_ends(answer, "no effect", none)]
    early = sum(row["share"] for row in rows if row["early"] and row["effect"] == "as assumed")
    expected = gain.expected[0].analysed
    title = (
        f"With the effect assumed {percent(early)} of studies end before {answer.counted}, and "
        f"{expected:.1f} are analysed on average"
    )
    is_exact = not measures.met.replicates.any()
    below = [
        "Exact: enumerated, without simulation error."
        if is_exact
        else f"{answer.characteristics.replicates:,} simulated studies with the effect, "
        f"{answer.null_characteristics.replicates:,} without any."
    ]
    seen = "; ".join(f"{row['name']}: {row['for']} {percent(row['share'])}" for row in rows)
    labels = list(dict.fromkeys(row["name"] for row in rows))
    layers = list(_bars(labels))
    height = {"step": 26}
    return layered("looks_ends", (title, below, f"{seen}."), layers, rows, height=height)


def _ends(answer: PlanAnswer, effect: str, measures: InterimMeasures) -> Iterator[Spec]:
    """Give the shares of studies that end at each look, stacked."""
    k = answer.place
    for look, analysed in enumerate(measures.sizes.analysed[k].tolist()):
        start = 0.0
        for why, shares in ((SUCCESS, measures.met), (FUTILITY, measures.futile)):
            share = float(shares.value[k, look])
            yield {
                "effect": effect, "name": f"{effect}, {analysed}", "for": why, "share": share,
                "early": look + 1 < measures.looks, "start": start, "stop": start + share,
                "text": percent(start + share) if start + share else "",
            }  # fmt: skip
            start += share


def _bars(labels: list[str]) -> Iterator[Spec]:
    y = {"field": "name", "type": "nominal", "title": None, "axis": label_axis(labels),
         "scale": {"domain": labels}}  # fmt: skip
    x = {"field": "start", "type": "quantitative", "title": "Share of studies that end there",
         "axis": {"format": ".0%"}, "scale": {"domain": [0, 1], "nice": False}}  # fmt: skip
    colour = {"field": "for", "type": "nominal", "title": "Ends for",
              "legend": legend([SUCCESS, FUTILITY], "square"),
              "scale": {"domain": [SUCCESS, FUTILITY], "range": "category"}}  # fmt: skip
    yield {
        "mark": {"type": "bar"},
        "encoding": {"y": y, "x": x, "x2": {"field": "stop"}, "color": colour},
    }
    yield {
        "mark": {"type": "text", "style": "note", "align": "left", "dx": 4},
        "transform": [{"filter": f"datum.for == '{FUTILITY}'"}],
        "encoding": {"y": y, "x": {**x, "field": "stop"},
                     "text": {"field": "text", "type": "nominal"}},
    }  # fmt: skip
