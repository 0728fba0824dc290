"""What a pilot says: data sets that fit its numbers, their exact p, and shifts believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.pilot.candidates import CANDIDATES
from sim.report.charts.figure import Figure, layered, limited
from sim.report.charts.labels import AXIS_LABEL, distinct, legend, listed, plain, span, two_lines
from sim.report.charts.theme import Spec
from sim.report.saved import MARKS, PATTERNS, SavedRun, saved_lines
from sim.study.spreadsheet import harmless

MOST_OUTCOMES, MOST_DOMAINS = 6, 30


def data_set_counts(role: Mapping[str, Any]) -> Figure | None:
    """How many data sets fit each published outcome, by test; None where none is published."""
    counts = dict(list(role["data_sets"].items())[:MOST_OUTCOMES])
    if not counts:
        return None
    tests, outcomes = _tests(counts)
    rows: list[Spec] = [
        {
            "test": tests[test], "outcome": outcomes[outcome], "number": number or 0,
            "said": "too many to list" if number is None else f"{number:,}",
        }
        for outcome, by_test in counts.items() for test, number in by_test.items()
    ]  # fmt: skip
    fitting = [test for test in tests if all(by_test[test] != 0 for by_test in counts.values())]
    title = f"{len(fitting)} of {len(tests)} tests can have given every published p"
    names = listed(_line(_test(test)) for test in fitting) if fitting else "none"
    below = [
        f"Data sets on the scale that print the published numbers, by the test that gave the p. "
        f"Every p fits: {names}.",
        "All are listed and counted: no simulation error.",
        limited(len(role["data_sets"]), MOST_OUTCOMES, "outcomes", "summary.json"),
    ]
    seen = "; ".join(f"{row['outcome']}, {_line(row['test'])}: {row['said']}" for row in rows)
    most = max([row["number"] for row in rows] + [1])
    across = {
        "field": "number", "type": "quantitative", "title": "Data sets that fit",
        "scale": {"domain": [0, 1.25 * most], "nice": False},
        "axis": {"tickCount": 4, "format": ",d"},
    }  # fmt: skip
    places = _grouped("test", list(tests.values()), "outcome", list(outcomes.values()))
    text = {"type": "text", "style": "small-note", "align": "left", "dx": 4}
    said = {"x": across, "text": {"field": "said", "type": "nominal"}}
    colour = _coloured("outcome", list(outcomes.values()), "square")
    layers = [
        {"mark": {"type": "bar"}, "encoding": {**places, "x": across, "color": colour}},
        {"mark": text, "encoding": {**places, **said}},
    ]
    step = 16 * len(counts) + 8
    height = {"step": max(step, 30), "for": "position"}
    return layered(f"data_sets_{role['role']}", (title, below, seen), layers, rows, height=height)


def exact_p_values(run: SavedRun, role: Mapping[str, Any]) -> Figure | None:
    """Exact signed-rank p of the data sets that fit, and the published p; None without any."""
    counts = dict(list(role["data_sets"].items())[:MOST_OUTCOMES])
    rows = _by_p([row for row in _patterns(run) if row["role"] == role["role"]], counts)
    if not rows:
        return None
    tests, outcomes = _tests(counts)
    tests = {test: label for test, label in tests.items() if any(r["of"] == test for r in rows)}
    for row in rows:
        row |= {"test": tests[row["of"]], "outcome": outcomes[row["outcome"]]}
    published = list(_published(run, role["role"], outcomes))
    values = [row["p"] for row in rows]
    title = (
        f"Data sets that fit the published p have an exact signed-rank p of {span(values, '.3g')}"
    )
    printed = ", ".join(f"{row['p']:g} ({row['outcome']})" for row in published)
    below = [
        "Number beside each mark: data sets with that exact p, by the test that gave the "
        f"published p. Ticks: the published p: {printed}.",
        limited(len(role["data_sets"]), MOST_OUTCOMES, "outcomes", "patterns.csv"),
    ]
    seen = "; ".join(f"{r['outcome']}, {_line(r['test'])}: {r['number']} at {r['p']:.4f}"
                     for r in rows)  # fmt: skip
    height = {"step": max(22 * len(counts), 30), "for": "position"}
    layers = _p_layers(list(tests.values()), list(outcomes.values()), rows, published)
    return layered(f"exact_p_{role['role']}", (title, below, seen), layers, rows, height=height)


def _p_layers(
    tests: list[str], outcomes: list[str], rows: Sequence[Spec], published: Sequence[Spec]
) -> list[Spec]:
    highest = max([row["p"] for row in [*rows, *published]])
    across = {
        "field": "p", "type": "quantitative", "title": "Exact p, signed-rank test",
        "scale": {"domain": [0, 1.15 * highest], "nice": False}, "axis": {"tickCount": 6},
    }  # fmt: skip
    colour = _coloured("outcome", outcomes, "circle")
    places = _grouped("test", tests, "outcome", outcomes)
    ticks = [{**row, "test": test} for row in published for test in tests]
    return [
        {
            "data": {"values": ticks},
            "mark": {"type": "tick", "thickness": 2, "size": 16, "opacity": 1},
            "encoding": {**places, "x": across, "color": colour},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
            "encoding": {**places, "x": across, "color": colour},
        },
        {
            "mark": {"type": "text", "style": "small-note", "align": "left", "dx": 6},
            "encoding": {**places, "x": across, "text": {"field": "number"}},
        },
    ]


def believed_shifts(role: Mapping[str, Any]) -> Figure | None:
    """Median and 95% interval of every domain's latent shift under each prior."""
    posterior = role["posterior"]
    if not posterior:
        return None
    domains = list(next(iter(posterior.values()))["domains"])
    names = dict(zip(domains, two_lines(domains), strict=True))
    priors = dict(zip(posterior, distinct(list(posterior)), strict=True))
    shown = domains[:MOST_DOMAINS]
    rows = [
        dict(zip(("low", "middle", "high"), belief["domains"][domain]["shift"], strict=True))
        | {"domain": names[domain], "prior": priors[prior]}
        for domain in shown for prior, belief in posterior.items()
    ]  # fmt: skip
    open_ = sum(row["low"] <= 0 <= row["high"] for row in rows)
    title = f"{open_} of {len(rows)} intervals of what the pilot leaves possible include no effect"
    least = min(belief["effective_sample"] for belief in posterior.values())
    below = [
        f"Latent shift of the {role['role']}s: median and 95% interval, by prior. Rests on "
        f"{least:,.0f} effective draws or more.",
        limited(len(domains), MOST_DOMAINS, "domains", "summary.json"),
    ]
    seen = "; ".join(
        f"{_line(r['domain'])}, {r['prior']}: {r['middle']:.2f} ({r['low']:.2f} to {r['high']:.2f})"
        for r in rows
    )
    said = (title, below, f"{seen}.")
    height = {"step": max(12 * len(priors) + 8, 30), "for": "position"}
    layers = _interval_layers([names[domain] for domain in shown], list(priors.values()))
    return layered(f"shifts_{role['role']}", said, layers, rows, height=height)


def _interval_layers(domains: list[str], priors: list[str]) -> list[Spec]:
    places = _grouped("domain", domains, "prior", priors)
    colour = _coloured("prior", priors, "circle")
    across: Spec = {"type": "quantitative", "title": "Latent shift (standard deviations)"}
    zero = {"data": {"values": [{}]}, "mark": {"type": "rule", "style": "target"},
            "encoding": {"x": {"datum": 0}}}  # fmt: skip
    bar = {"x": {**across, "field": "low"}, "x2": {"field": "high"}, "color": colour}
    dot = {"x": {**across, "field": "middle"}, "color": colour}
    point = {"type": "point", "filled": True, "size": 40, "opacity": 1}
    return [
        zero,
        {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": {**places, **bar}},
        {"mark": point, "encoding": {**places, **dot}},
    ]


# ------------------------------------------------------------------------------ the rows


def _patterns(run: SavedRun) -> list[dict[str, str]]:
    with saved_lines(run.folder / MARKS["calibrate"], PATTERNS) as lines:
        return [dict(zip(PATTERNS, line, strict=True)) for line in lines]


def _by_p(patterns: Sequence[Mapping[str, str]], counts: Mapping[str, Any]) -> list[Spec]:
    """Number of data sets by outcome, test and exact p."""
    numbers: dict[tuple[str, str, float], int] = {}
    by_written = {harmless(outcome): outcome for outcome in reversed([*counts])}
    for row in patterns:
        if row["outcome"] in by_written:
            key = (by_written[row["outcome"]], row["test"], float(row["exact_p"]))
            numbers[key] = numbers.get(key, 0) + int(row["data_sets"])
    return [
        {"outcome": outcome, "of": test, "p": p, "number": number}
        for (outcome, test, p), number in numbers.items()
    ]


def _published(run: SavedRun, role: str, outcomes: Mapping[str, str]) -> Iterator[Spec]:
    pilot = run.config.get("pilot") or {}
    for outcome in pilot.get("outcomes") or ():
        if outcome["role"] == role and outcome["outcome"] in outcomes and outcome.get("p"):
            try:
                yield {
                    "outcome": outcomes[outcome["outcome"]],
                    "p": float(outcome["p"].strip("<=> ")),
                }
            except ValueError:
                continue  # printed in another way; it stands in the tables


def _tests(counts: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Labels of tests and of outcomes."""
    tests = list(next(iter(counts.values())))
    outcomes = dict(zip(counts, distinct(list(counts)), strict=True))
    return {test: _test(test) for test in tests}, outcomes


def _test(name: str) -> str:
    return CANDIDATES[name].chart if name in CANDIDATES else plain(name)


def _line(label: str) -> str:
    return label.replace("\n", " ")


# ----------------------------------------------------------------------------- the layers


def _grouped(field: str, labels: list[str], within: str, groups: list[str]) -> Spec:
    """Places of bars: one below another, in groups."""
    scale = {"domain": labels, "paddingInner": 0.25, "paddingOuter": 0.1}
    axis = {**AXIS_LABEL, "ticks": False, "labelPadding": 4}
    y = {"y": {"field": field, "type": "nominal", "title": None, "axis": axis, "scale": scale}}
    return {**y, "yOffset": {"field": within, "type": "nominal", "scale": {"domain": groups}}}


def _coloured(field: str, labels: list[str], symbol: str) -> Spec:
    drawn = {**legend(labels, symbol), "symbolSize": 70}
    scale = {"domain": labels, "range": "category"}
    return {"field": field, "type": "nominal", "title": None, "scale": scale, "legend": drawn}
