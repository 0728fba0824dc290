"""What a pilot says: data sets that fit its numbers, their exact p, and shifts believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.pilot.candidates import CANDIDATES
from sim.report.charts.figure import Figure, layered, limited
from sim.report.charts.labels import distinct, label_axis, legend, listed, plain, two_lines
from sim.report.charts.theme import Spec
from sim.report.document.numbers import span
from sim.report.results.calibration import CalibrationReport, OutcomeReport, RoleReport

MOST_OUTCOMES, MOST_DOMAINS = 6, 30


def data_set_counts(role: RoleReport) -> Figure | None:
    """How many data sets fit each published outcome, by test; None where none is published."""
    shown = role.outcomes[:MOST_OUTCOMES]
    if not shown:
        return None
    tests, outcomes = _tests(shown)
    rows: list[Spec] = [
        {
            "test": tests[test], "outcome": label, "number": fit.data_sets if fit else 0,
            "said": f"{fit.data_sets:,}" if fit else "too many to list",
        }
        for label, outcome in zip(outcomes, shown, strict=True)
        for test, fit in outcome.fits.items()
    ]  # fmt: skip
    fitting = [
        test
        for test in tests
        if all((fit := outcome.fits[test]) is None or fit.data_sets for outcome in shown)
    ]
    title = f"{len(fitting)} of {len(tests)} tests can have given every published p"
    names = listed(_line(_test(test)) for test in fitting) if fitting else "none"
    below = [
        f"Data sets on the scale that print the published numbers, by the test that gave the p. "
        f"Every p fits: {names}.",
        "All are listed and counted: no simulation error.",
        limited(len(role.outcomes), MOST_OUTCOMES, "outcomes", "summary.json"),
    ]
    seen = "; ".join(f"{row['outcome']}, {_line(row['test'])}: {row['said']}" for row in rows)
    most = max([row["number"] for row in rows] + [1])
    across = {
        "field": "number", "type": "quantitative", "title": "Data sets that fit",
        "scale": {"domain": [0, 1.25 * most], "nice": False},
        "axis": {"tickCount": 4, "format": ",d"},
    }  # fmt: skip
    places = _grouped("test", list(tests.values()), "outcome", outcomes)
    text = {"type": "text", "style": "small-note", "align": "left", "dx": 4}
    said = {"x": across, "text": {"field": "said", "type": "nominal"}}
    colour = _coloured("outcome", outcomes, "square")
    layers = [
        {"mark": {"type": "bar"}, "encoding": {**places, "x": across, "color": colour}},
        {"mark": text, "encoding": {**places, **said}},
    ]
    step = 16 * len(shown) + 8
    height = {"step": max(step, 30), "for": "position"}
    return layered(f"data_sets_{role.role}", (title, below, seen), layers, rows, height=height)


def exact_p_values(role: RoleReport) -> Figure | None:
    """Exact signed-rank p of the data sets that fit, and the published p; None without any."""
    shown = role.outcomes[:MOST_OUTCOMES]
    if not any(fit and fit.patterns for outcome in shown for fit in outcome.fits.values()):
        return None
    tests, outcomes = _tests(shown)
    named = list(zip(outcomes, shown, strict=True))
    rows = [row for label, outcome in named for row in _by_p(label, outcome)]
    tests = {test: label for test, label in tests.items() if any(r["of"] == test for r in rows)}
    for row in rows:
        row["test"] = tests[row["of"]]
    published = [row for label, outcome in named for row in _published(label, outcome)]
    values = [row["p"] for row in rows]
    title = (
        f"Data sets that fit the published p have an exact signed-rank p of {span(values, '.3g')}"
    )
    printed = ", ".join(f"{row['p']:g} ({row['outcome']})" for row in published)
    below = [
        "Number beside each mark: data sets with that exact p, by the test that gave the "
        f"published p. Ticks: the published p: {printed}.",
        limited(len(role.outcomes), MOST_OUTCOMES, "outcomes", "patterns.csv"),
    ]
    seen = "; ".join(f"{r['outcome']}, {_line(r['test'])}: {r['number']} at {r['p']:.4f}"
                     for r in rows)  # fmt: skip
    height = {"step": max(22 * len(shown), 30), "for": "position"}
    layers = _p_layers(list(tests.values()), outcomes, rows, published)
    return layered(f"exact_p_{role.role}", (title, below, seen), layers, rows, height=height)


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


ENDS = ("low", "middle", "high")
"""Names of the quantiles of a shift."""


def believed_shifts(report: CalibrationReport, role: RoleReport) -> Figure:
    """Median and 95% interval of every item's latent shift under each prior."""
    domains = report.study.domains
    names, priors = two_lines(domains), distinct([own.prior for own in role.posteriors])
    rows: list[Spec] = [
        {**dict(zip(ENDS, belief.domains[d].shift_quantiles.tolist(), strict=True)),
         "domain": name, "prior": prior}
        for d, name in enumerate(names[:MOST_DOMAINS])
        for prior, belief in zip(priors, role.posteriors, strict=True)
    ]  # fmt: skip
    open_ = sum(row["low"] <= 0 <= row["high"] for row in rows)
    title = f"{open_} of {len(rows)} intervals of what the pilot leaves possible include no effect"
    least = min(belief.effective for belief in role.posteriors)
    people = report.study.words.people(role.role)
    below = [
        f"Latent shift of the {people}: median and 95% interval, by prior. Rests on "
        f"{least:,.0f} effective draws or more.",
        limited(len(domains), MOST_DOMAINS, report.study.words.items, "summary.json"),
    ]
    seen = "; ".join(
        f"{_line(r['domain'])}, {r['prior']}: {r['middle']:.2f} ({r['low']:.2f} to {r['high']:.2f})"
        for r in rows
    )
    said = (title, below, f"{seen}.")
    height = {"step": max(12 * len(priors) + 8, 30), "for": "position"}
    layers = _interval_layers(names[:MOST_DOMAINS], priors)
    return layered(f"shifts_{role.role}", said, layers, rows, height=height)


def _interval_layers(domains: list[str], priors: list[str]) -> list[Spec]:
    places = _grouped("domain", domains, "prior", priors)
    colour = _coloured("prior", priors, "circle")
    across: Spec = {"type": "quantitative", "title": "Latent shift (standard deviations)",
                    "axis": {"titleAnchor": "end"}}  # fmt: skip
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


def _by_p(label: str, outcome: OutcomeReport) -> list[Spec]:
    """Number of data sets by test and exact p."""
    numbers: dict[tuple[str, float], int] = {}
    for test, fit in outcome.fits.items():
        for pattern in fit.patterns if fit else ():
            key = test, pattern.exact_p
            numbers[key] = numbers.get(key, 0) + pattern.data_sets
    return [
        {"outcome": label, "of": test, "p": p, "number": number}
        for (test, p), number in numbers.items()
    ]


def _published(label: str, outcome: OutcomeReport) -> Iterator[Spec]:
    try:
        yield {"outcome": label, "p": float(outcome.outcome.p.text.strip("<=> "))}
    except ValueError:
        return  # printed in another way; it stands in the tables


def _tests(shown: Sequence[OutcomeReport]) -> tuple[dict[str, str], list[str]]:
    """Labels of tests and of outcomes."""
    names = distinct([outcome.outcome.name for outcome in shown])
    return {test: _test(test) for test in shown[0].fits}, names


def _test(name: str) -> str:
    return CANDIDATES[name].chart if name in CANDIDATES else plain(name)


def _line(label: str) -> str:
    return label.replace("\n", " ")


# ----------------------------------------------------------------------------- the layers


def _grouped(field: str, labels: list[str], within: str, groups: list[str]) -> Spec:
    """Places of bars: one below another, in groups."""
    scale = {"domain": labels, "paddingInner": 0.25, "paddingOuter": 0.1}
    axis = label_axis(labels)
    y = {"y": {"field": field, "type": "nominal", "title": None, "axis": axis, "scale": scale}}
    return {**y, "yOffset": {"field": within, "type": "nominal", "scale": {"domain": groups}}}


def _coloured(field: str, labels: list[str], symbol: str) -> Spec:
    # in one column, for on a phone the names of rows leave room for no more
    drawn = {**legend(labels, symbol), "columns": 1, "symbolSize": 70}
    scale = {"domain": labels, "range": "category"}
    return {"field": field, "type": "nominal", "title": None, "scale": scale, "legend": drawn}
