"""Answers before and after as stacked bars, with the share who cannot improve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.cohorts import TrueEffects
from sim.power.target import answer_shares
from sim.report.charts.figure import Figure, Omitted, datum, layered, limited, single
from sim.report.charts.labels import (
    distinct,
    label_axis,
    percent,
    plain,
    right_room,
    room,
    two_lines,
)
from sim.report.charts.theme import DIVERGING, Spec, blended
from sim.report.document.numbers import ROUNDING, span
from sim.report.document.phrases import best_end, sentence_case
from sim.report.results.answer import DesignFacts
from sim.study import Study

MOST_DOMAINS = 30
"""Most domains of one figure: a page's height."""
DARK_ENDS = 0.28
"""Share of the scale at either end whose colours are dark."""
NARROW = 0.14
"""Segments below this share have no room for a number."""
LETTERS = 26
"""Pixels that a number in a segment takes; narrower, as on a phone, it is left out."""
TIME = 24
"""Most letters of a time that stands right of a bar."""


def answer_bars(answer: DesignFacts, role: str) -> Figure | Omitted:
    """Shares of every answer before and after, per item, as assumed.

    Parameters
    ----------
    answer : DesignFacts
        Of a study.
    role : str
        Whose answers.

    Returns
    -------
    Figure or Omitted
        A sentence where no answer changes.
    """
    effects, study = answer.effects[role], answer.study
    words, people, side = study.words, study.words.people(role), study.analysis.side
    end, ceilings = best_end(side), span(effects.ceiling.tolist(), percent)
    if _unchanged(effects):
        return Omitted(
            f"answers_{role}",
            f"The {people}' answers are assumed to be spread {words.after} as they are "
            f"{words.before}: {ceilings} are at the {end}.",
        )
    domains = study.domains
    shown = domains[:MOST_DOMAINS]
    bars = answer_shares(effects).tolist()
    labels = two_lines(shown)
    at_end = f"at the {end} {words.before}, and cannot improve"
    title = f"Assumed of the {people}: {ceilings} are {at_end}"
    bars_are = f"Upper bar {words.before}, lower bar {words.after}."
    below = [f"{bars_are} The assumption, not data: no simulation error."]
    if study.has_controls:
        below.append(f"{sentence_case(words.after)}: of the {words.treated} arm.")
    below.append(limited(len(domains), MOST_DOMAINS, words.items, "summary.json"))
    best = -1 if side > 0 else 0
    tops = "; ".join(
        f"{plain(name)} {percent(first[best])} {words.before}, {percent(last[best])} {words.after}"
        for name, (first, last) in zip(shown, bars, strict=False)
    )
    said = (title, below, f"At the {end} point: {tops}.")
    return stacked_bars(study, f"answers_{role}", said, labels, bars)


def stacked_bars(
    study: Study,
    name: str,
    said: tuple[str, Sequence[str], str],
    labels: Sequence[str],
    bars: Sequence[tuple[list[float], list[float]]],
) -> Figure:
    """Draw a bar before and a bar after for every item, and write the share at the best end.

    Parameters
    ----------
    study : Study
        Says the scale, the times, and which change is the success.
    name : str
        The figure's.
    said : (str, sequence of str, str)
        Title, the lines below it, and what is seen for those who do not.
    labels : sequence of str
        Of the items, in two lines at most.
    bars : sequence of (list of float, list of float)
        Shares of the points before and after, an item each; further ones are left out.
    """
    side, lowest = study.analysis.side, study.questionnaire.lowest
    times = distinct((study.words.before, study.words.after), TIME)
    best = -1 if side > 0 else 0
    rows = [
        row
        for label, shares in zip(labels, bars, strict=False)
        for row in _rows(label, times, shares, best, lowest)
    ]
    places = _places(labels, times)
    layers = [
        _bars(places, len(bars[0][0]), lowest),
        _numbers(places, "pale"),
        _numbers(places, "dark"),
        *_head(side),
        _tops(places, times),
    ]
    height = {"step": 36, "for": "position"}
    return layered(name, said, layers, rows, height=height, two_axes=True)


def _unchanged(effects: TrueEffects) -> bool:
    """Tell whether as many people are at every point after as before."""
    moved = effects.rising_to - effects.falling_below
    return bool(abs(moved).max() < ROUNDING)


def _rows(
    label: str, times: Sequence[str], bars: Sequence[Sequence[float]], best: int, lowest: int
) -> Iterator[Spec]:
    for time, shares in zip(times, bars, strict=True):
        start = 0.0
        for point, share in enumerate(shares, 1):
            place = (point - 0.5) / len(shares)
            outside = best != 0 and point == len(shares)  # its number stands right of the bar
            dark = not DARK_ENDS <= place <= 1 - DARK_ENDS
            yield {
                "domain": label, "time": time, "answer": str(lowest + point - 1), "point": point,
                "share": share, "start": start, "stop": start + share,
                "middle": start + share / 2, "top": point == len(shares),
                "tone": "dark" if dark else "pale",
                "said": f"{share:.0%}" if share >= NARROW and not outside else "",
                "full": f"{time} {percent(shares[best])}",
            }  # fmt: skip
            start += share


def _places(labels: Sequence[str], times: Sequence[str]) -> Spec:
    axis = {**label_axis(labels), "domain": False}
    return {
        "y": {
            "field": "domain", "type": "nominal", "title": None, "axis": axis,
            "scale": {"domain": list(labels), "paddingInner": 0.22, "paddingOuter": 0.1},
        },
        "yOffset": {"field": "time", "type": "nominal", "scale": {"domain": times}},
    }  # fmt: skip


def _across(field: str) -> Spec:
    values = [0, 0.25, 0.5, 0.75, 1]
    return {
        "field": field, "type": "quantitative", "title": "Share of people",
        "scale": {"domain": [0, 1], "nice": False},
        "axis": {"format": ".0%", "values": values, "titleAnchor": "start", "domain": False},
    }  # fmt: skip


def _bars(places: Spec, number: int, lowest: int) -> Spec:
    names = [str(lowest + place) for place in range(number)]
    colour = {
        "field": "answer",
        "type": "nominal",
        "title": "Answer, lowest to highest",
        "scale": {"domain": names, "range": blended(DIVERGING, number)},
        "legend": {"columns": number, "symbolType": "square", "columnPadding": 6},
    }
    encoding = {"x": _across("start"), "x2": {"field": "stop"}, "color": colour}
    return {
        "mark": {"type": "bar", "stroke": "#FFFFFF", "strokeWidth": 0.5},
        "encoding": {**places, **encoding},
    }


def _numbers(places: Spec, tone: str) -> Spec:
    """Write shares into the bars of one tone."""
    text = {"field": "said", "type": "nominal"}
    return {
        "transform": [
            {"filter": {"field": "tone", "equal": tone}},
            {"filter": f"datum.share * width >= {LETTERS}"},
        ],
        "mark": {"type": "text", "style": f"on-{tone}"},
        "encoding": {**places, "x": _across("middle"), "text": text},
    }


def _tops(places: Spec, times: Sequence[str]) -> Spec:
    """Write the share that cannot improve right of each bar."""
    longest = [f"{time} 100%" for time in times]
    return {
        "transform": [{"filter": "datum.top"}],
        "mark": {"type": "text", "style": "small-note", "align": "left", "dx": 5},
        "encoding": {
            **places,
            "y": {**places["y"], "axis": right_room(room(longest) + 5)},
            "x": _across("stop"),
            "text": {"field": "full", "type": "nominal"},
        },
    }


def _head(side: int) -> Iterator[Spec]:
    mark = {"type": "text", "style": "strong-note", "align": "left", "dx": 5, "dy": -8}
    text = {"text": {"value": f"at the {best_end(side)}"}, "y": {"value": 0}}
    yield single(mark, {**datum(1.0), **text})
