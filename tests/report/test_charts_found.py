"""Figures of calibrations and sweeps: the numbers that were saved, and no order beyond noise."""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from oracles.saved import summary_of
from oracles.studies import small_study

from sim import compose_study
from sim.jobs.calibrate import calibrate
from sim.jobs.sweep import sweep
from sim.report.calibration import write_calibration
from sim.report.charts.figure import Figure
from sim.report.charts.figures import figures
from sim.report.charts.labels import told_apart
from sim.report.charts.pilot import data_set_counts
from sim.report.charts.render import as_svg
from sim.report.charts.tornado import tornado_bars
from sim.report.saved import SavedRun, read_run
from sim.report.sweep import write_sweep

SHIFTS = tuple({"shift": shift} for shift in (0.3, 0.8))
HOSTILE = ("<script>alert(1)</script>", "a.b[0]", "../x", "x" * 10_000, "two lines \\x1b[31m")
SWEEPS: dict[str, dict[str, Any]] = {
    "one": {"kind": "grid", "at": 12, "factors": {"effect": SHIFTS}},
    "two": {
        "kind": "grid", "at": 12,
        "factors": {"effect": SHIFTS, "correlation.pre_post": (0.1, 0.5, 0.9)},
    },
    "three": {
        "kind": "grid",
        "factors": {"effect": SHIFTS, "seed": (1, 2), "design.n": ((6, 12), (8, 30))},
    },
    "tornado": {
        "kind": "one_at_a_time", "at": 12,
        "factors": {
            "effect": SHIFTS, "analysis.alpha": (0.02, 0.1), "target.power": (0.5, 0.9),
            "title": HOSTILE[:3],
        },
    },
    "scenarios": {
        "kind": "scenarios", "at": 12,
        "scenarios": {
            "good": {"effect.shift": 1.0}, "larger": {"design.n": (8, 30)},
            **{name: {"title": name[:200]} for name in HOSTILE},
        },
    },
    "many": {"kind": "grid", "at": 12, "factors": {"title": tuple(map(str, range(45)))}},
}  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SavedRun]:
    """Sweeps of every kind, saved."""
    few = {"replicates": 100, "block_size": 20}
    found = {}
    for name, stated in SWEEPS.items():
        folder = tmp_path_factory.mktemp("sweep")
        write_sweep(sweep(small_study(sweep=stated, monte_carlo=few)), folder)
        found[name] = read_run(folder)
    return found


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """A calibration with few draws, saved."""
    words = ["calibration.draws=8192", "calibration.kept=20"]
    tests = "calibration.tests=[signed_rank_asymptotic,signed_rank_exact,paired_t]"
    folder = tmp_path_factory.mktemp("pilot")
    write_calibration(calibrate(compose_study([*words, tests])), folder)
    return read_run(folder)


def named(run: SavedRun) -> dict[str, Figure]:
    """Figures of a run by name."""
    return {figure.name: figure for figure in figures(run)}


def values(figure: Figure) -> list[dict[str, Any]]:
    """Rows that a figure draws."""
    rows: list[dict[str, Any]] = figure.spec["data"]["values"]
    return rows


def drawn(figure: Figure) -> set[str]:
    """Draw a figure and read its text back."""
    root = ET.fromstring(as_svg(figure.spec))  # noqa: S314
    assert not any(element.tag.endswith("script") for element in root.iter())
    return {"".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")}


def test_figures_of_each_kind(runs: Mapping[str, SavedRun]) -> None:
    """A curve for one factor, maps for two, bars for one at a time, else a list of points."""
    assert {name: list(named(run)) for name, run in runs.items()} == {
        "one": ["factor_curve"],
        "two": ["power_map", "size_map"],
        "three": ["points"],
        "tornado": ["tornado", "points"],
        "scenarios": ["points"],
        "many": ["points"],
    }


def test_every_figure_can_be_drawn(runs: Mapping[str, SavedRun]) -> None:
    """User text is text, and 10,000 characters of it are shortened."""
    for run in runs.values():
        for figure in figures(run):
            assert "x" * 100 not in json.dumps(figure.spec)
            assert drawn(figure)


def test_a_curve_over_one_factor(runs: Mapping[str, SavedRun]) -> None:
    """Power and its interval at every value, on an axis of numbers."""
    rows = values(named(runs["one"])["factor_curve"])
    points = summary_of(runs["one"])["points"][1:]
    assert [row["at"] for row in rows] == [0.3, 0.8]
    assert [(row["value"], row["low"], row["high"]) for row in rows] == [
        tuple(point["power"][key] for key in ("value", "low", "high")) for point in points
    ]


def test_maps_over_two_factors(runs: Mapping[str, SavedRun]) -> None:
    """Each cell is its point, with its error; a size that does not suffice is said."""
    run = runs["two"]
    power, pairs = named(run)["power_map"], named(run)["size_map"]
    for cell, size, point in zip(
        values(power), values(pairs), summary_of(run)["points"][1:], strict=True
    ):
        assert cell["down"] == f"{point['settings']['effect']['shift']}"
        assert cell["across"] == f"{point['settings']['correlation.pre_post']}"
        assert cell["value"] == point["power"]["value"]
        assert cell["error"] == f"±{point['power']['mcse']:.3f}"
        needed = next(own for own in point["sizes"] if own["rule"] == point["rule"])
        assert size["value"] == needed["size"]
        assert (size["said"] == "over 12") == (needed["size"] is None)
    assert {row["said"] for row in values(power)} <= drawn(power)


def test_points_that_cannot_be_studied_are_counted(runs: Mapping[str, SavedRun]) -> None:
    """What is not drawn is said, for whatever reason."""
    assert (
        "Failed, or not to be studied at that size: 1 of 8 points."
        in named(runs["scenarios"])["points"].caption
    )
    many = named(runs["many"])["points"]
    assert "The first 40 of 46 points are drawn; all are in sweep.csv." in many.caption
    assert len(values(many)) == 40


def test_bars_of_the_tornado_carry_their_intervals(runs: Mapping[str, SavedRun]) -> None:
    """Ends, intervals and order are those that were saved."""
    found = summary_of(runs["tornado"])["tornado"]
    rows = values(named(runs["tornado"])["tornado"])
    ends = [
        (*(own[f"to_{side}"][key] for key in ("value", "low", "high")), own["clear"])
        for own in found["influences"] for side in ("low", "high") if own[side]
    ]  # fmt: skip
    assert [
        (row["value"], row["low"], row["high"], row["side"] != "not clear of noise") for row in rows
    ] == ends
    assert {own["clear"] for own in found["influences"]} == {True, False}


def test_an_order_is_claimed_only_where_it_is_clear(runs: Mapping[str, SavedRun]) -> None:
    """Factors not told apart share a place; those not told from none have none."""
    report = runs["tornado"].report
    found = report.tornado
    assert found is not None
    clear = [bar for bar in found.influences if bar.clear]
    assert (len(clear), clear) == (2, list(found.influences[:2]))
    name = clear[0].factor
    unclear = tuple(replace(bar, clear=False) for bar in found.influences)
    rest = found.ahead[1:]
    for changes, title, places in (
        ({"ahead": (True, *rest)}, f"'{name}' moves the power most", ["1. ", "2. "]),
        ({"ahead": (False, *rest)}, "which of them more is not clear", 2 * ["1\N{EN DASH}2. "]),
        ({"influences": unclear}, "No factor moves the power clear of", 2 * ["\N{EN DASH} "]),
    ):
        figure = tornado_bars(replace(report, tornado=replace(found, **changes)))
        assert figure is not None
        assert title in figure.title
        labels = list(dict.fromkeys(row["factor"] for row in values(figure)))
        assert [label.startswith(place) for label, place in zip(labels, places, strict=False)] == [
            True,
            True,
        ]


def test_data_sets_and_exact_p_are_those_saved(pilot: SavedRun) -> None:
    """Counts by test, and by exact p, add up to the same numbers."""
    found = named(pilot)
    assert list(found) == ["data_sets_mentor", "exact_p_mentor", "shifts_mentor"]
    counts = {
        own["outcome"]["name"]: {test: fit["data_sets"] for test, fit in own["fits"].items()}
        for own in summary_of(pilot)["roles"][0]["outcomes"]
    }
    bars = {(row["outcome"], row["number"]) for row in values(found["data_sets_mentor"])}
    assert bars == {(outcome, n) for outcome, own in counts.items() for n in own.values()}
    with (pilot.folder / "patterns.csv").open(encoding="utf-8") as file:
        patterns = list(csv.DictReader(file))
    rows = values(found["exact_p_mentor"])
    for outcome, own in counts.items():
        for test, number in own.items():
            marks = [row for row in rows if (row["outcome"], row["of"]) == (outcome, test)]
            assert sum(row["number"] for row in marks) == number
            saved = {float(row["exact_p"]) for row in patterns
                     if (row["outcome"], row["test"]) == (outcome, test)}  # fmt: skip
            assert {row["p"] for row in marks} == saved
    assert "0.041 (clinical practice)" in found["exact_p_mentor"].caption


def test_shifts_are_those_saved(pilot: SavedRun) -> None:
    """Median and interval of every domain under every prior."""
    figure = named(pilot)["shifts_mentor"]
    saved = [
        (own["prior"], domain, belief["shift_quantiles"])
        for own in summary_of(pilot)["roles"][0]["posteriors"]
        for domain, belief in zip(pilot.report.study.domains, own["domains"], strict=True)
    ]
    shown = [
        (row["prior"], row["domain"], [row["low"], row["middle"], row["high"]])
        for row in values(figure)
    ]
    assert sorted(shown) == sorted(saved)
    for own in figures(pilot):
        assert drawn(own)


def test_too_many_data_sets_to_list_are_no_zero(pilot: SavedRun) -> None:
    """Where they are not listed, it is said; the bar is no claim that there are none."""
    role = pilot.report.roles[0]
    outcomes = tuple(
        replace(own, fits={**own.fits, "paired_t": None})
        if own.outcome.name == "clinical practice" else own
        for own in role.outcomes
    )  # fmt: skip
    figure = data_set_counts(replace(role, outcomes=outcomes))
    assert figure is not None
    rows = values(figure)
    said = [row["said"] for row in rows if row["outcome"] == "clinical practice"]
    assert said.count("too many to list") == 1


def test_sections_are_told_apart_by_one_field() -> None:
    """Only where they differ in one field alone is that field their name."""
    assert told_apart([{"a": 1, "b": 2}, {"a": 1, "b": 3}]) == ("b", [2, 3])
    assert told_apart([{"a": 1, "b": 2}, {"a": 2, "b": 3}])[0] == ""
    assert told_apart([1, 2]) == ("", [1, 2])
    assert told_apart([{"a": 1}, {"a": 1, "b": 3}])[0] == ""
