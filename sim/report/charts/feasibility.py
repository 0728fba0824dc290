"""A pilot's traffic light against the truth, and what comes of its programme, by its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.arrays import FloatArray
from sim.report.charts.figure import Figure, layered, limited, single
from sim.report.charts.labels import legend, quoted
from sim.report.charts.theme import AMENDS, DASHES, GOES, STOPS, Spec
from sim.report.document.numbers import at_most, error_words, percent
from sim.report.results.feasibility import CriterionAnswer, FeasibilityAnswer
from sim.report.topics.pilot_errors import light_title, light_words, truth_words, what_counts
from sim.report.topics.programme import programmes_words

MOST_LIGHTS = 6
"""Most criteria that are drawn."""
COLOURS = {"red": STOPS, "amber": AMENDS, "green": GOES}
SHARE: Spec = {
    "type": "quantitative", "title": "Probability", "scale": {"domain": [0, 1]},
    "axis": {"format": ".1f", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
}  # fmt: skip


def feasibility_figures(answer: FeasibilityAnswer) -> Iterator[Figure | None]:
    """Draw a pilot's answer; nothing in the place of a figure that it has not got."""
    for place, one in enumerate(answer.criteria[:MOST_LIGHTS], 1):
        yield traffic_light(answer, one, place)
    yield programme_curves(answer)
    yield people_curve(answer)


def traffic_light(answer: FeasibilityAnswer, one: CriterionAnswer, place: int) -> Figure:
    """Draw the probability of each colour of one criterion against the truth."""
    k = answer.drawn
    rows: list[Spec] = [
        {"truth": truth, "colour": colour, "value": float(getattr(one, colour)[t, k]), "order": c}
        for t, truth in enumerate(one.truths.tolist())
        for c, colour in enumerate(COLOURS)
    ]
    below = [
        light_words(answer, one, k),
        limited(len(answer.criteria), MOST_LIGHTS, "criteria", "feasibility.csv") * (place == 1),
    ]
    domain = [float(one.truths[0]), float(one.truths[-1])]
    x = {
        "field": "truth", "type": "quantitative", "title": truth_words(one),
        "scale": {"domain": domain, "nice": False},
        "axis": {"format": "g" if one.light.kind == "rate" else ".0%", "tickCount": 8},
    }  # fmt: skip
    title = f"{quoted(one.name)} {light_title(one, k)}"
    seen = (
        f"Green {percent(float(one.wrong_go[k]), 1)} at the red limit, red "
        f"{percent(float(one.wrong_stop[k]), 1)} at the green limit"
    )
    return layered(f"traffic_light_{place}", (title, below, f"{seen}."), _light(one, x), rows)


def _light(one: CriterionAnswer, x: Spec) -> list[Spec]:
    """Stack the colours, and mark the limits and what is expected."""
    scale = {"domain": list(COLOURS), "range": list(COLOURS.values())}
    colour = {"field": "colour", "type": "nominal", "title": None, "scale": scale,
              "legend": {**legend(list(COLOURS), "square"), "columns": 3}}  # fmt: skip
    order = {"field": "order", "type": "quantitative"}
    y = {**SHARE, "field": "value", "stack": "zero"}
    area = {"mark": {"type": "area", "opacity": 0.85},
            "encoding": {"x": x, "y": y, "color": colour, "order": order}}  # fmt: skip
    marks = [("target", one.light.red), ("target", one.light.green), ("answer", one.expected)]
    return [area, *(single({"type": "rule", "style": style}, {"x": {"datum": at}})
                    for style, at in marks)]  # fmt: skip


# ------------------------------------------------------------------------------ programme


def programme_curves(answer: FeasibilityAnswer) -> Figure | None:
    """Draw success, go and rightly stopping against the pilot's size; None where it is one."""
    if len(answer.sizes) == 1:
        return None
    of = answer.programme
    curves = {"succeeds": of.success, "goes on": of.go, "stops rightly": of.stops_rightly}
    rows: list[Spec] = [
        {"size": size, "name": name, "value": float(values[k])}
        for name, values in curves.items()
        for k, size in enumerate(answer.sizes)
        if values[k] == values[k]  # not where a programme is never bad
    ]
    names = [name for name in curves if any(row["name"] == name for row in rows)]
    best = answer.surest
    title = (
        f"The programme succeeds {percent(float(of.success[best]), 1)} of the time with a pilot "
        f"of {answer.words.count(answer.sizes[best])}"
    )
    below = [
        f"{programmes_words(of)}. Goes on: all criteria are green. Stops rightly: of those in "
        "which one is truly red."
    ]
    seen = "; ".join(f"{name}: {_values(answer, curves[name])}" for name in names)
    return layered("programme", (title, below, f"{seen}."), _curves(answer, names), rows)


def people_curve(answer: FeasibilityAnswer) -> Figure | None:
    """Draw the expected number of people in all against the pilot's size; None where it is one."""
    if len(answer.sizes) == 1:
        return None
    of = answer.programme
    rows: list[Spec] = [
        {"size": size, "name": "people", "value": float(of.people[k])}
        for k, size in enumerate(answer.sizes)
    ]
    fewest = int(of.people.argmin())
    title = (
        f"The programme takes the fewest people, {of.people[fewest]:.0f}, with a pilot of "
        f"{answer.words.count(answer.sizes[fewest])}"
    )
    below = [f"Expected number in pilot and main study; Monte Carlo error "
             f"{at_most(error_words(float(of.people_mcse.max()), 1))}."]  # fmt: skip
    y = {"field": "value", "type": "quantitative", "title": "People in all",
         "scale": {"zero": False}}  # fmt: skip
    x = _sizes_axis(answer)
    layers = [{"mark": {"type": "line", "style": "main-line"}, "encoding": {"x": x, "y": y}},
              {"mark": {"type": "point", "filled": True, "style": "main-point"},
               "encoding": {"x": x, "y": y}}]  # fmt: skip
    return layered("programme_people", (title, below, _values(answer, of.people, 0)), layers, rows)


def _values(answer: FeasibilityAnswer, values: FloatArray, digits: int = 2) -> str:
    return ", ".join(f"{value:.{digits}f} with {size}"
                     for size, value in zip(answer.sizes, values, strict=True))  # fmt: skip


def _sizes_axis(answer: FeasibilityAnswer) -> Spec:
    title = f"Size of the pilot ({answer.words.units} {what_counts(answer.study)})"
    return {
        "field": "size", "type": "quantitative", "title": title,
        "scale": {"domain": [answer.sizes[0], answer.sizes[-1]], "nice": False},
        "axis": {"format": "d", "tickCount": 6},
    }  # fmt: skip


def _curves(answer: FeasibilityAnswer, names: Sequence[str]) -> list[Spec]:
    name = {"field": "name", "type": "nominal", "title": None,
            "legend": {**legend(names, "stroke"), "symbolSize": 350}}  # fmt: skip
    colour = {**name, "scale": {"domain": list(names), "range": "category"}}
    dash = {**name, "scale": {"domain": list(names), "range": DASHES}}
    encoding = {"x": _sizes_axis(answer), "y": {**SHARE, "field": "value"}, "color": colour,
                "strokeDash": dash}  # fmt: skip
    return [{"mark": {"type": "line", "strokeWidth": 2, "point": True}, "encoding": encoding}]
