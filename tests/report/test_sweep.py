"""What a sweep found is written in full, harmlessly, and fits the screen."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from oracles.studies import small_study

from sim.jobs.sweep import sweep
from sim.power.sweep import SweepAnswer, differences
from sim.report.sweep import sweep_csv, write_sweep
from sim.report.telling import in_one_line, summary
from sim.study.spreadsheet import harmless

SHIFTS = tuple({"shift": shift} for shift in (0.3, 0.8))
HOSTILE = (
    "<script>alert(1)</script>", "=cmd()", "+1", "-1", "@x", "  =x", "../x", "x" * 10_000,
    "two lines \\x1b[31mred", 'quoted " , comma',
)  # fmt: skip
SWEEPS: dict[str, dict[str, Any]] = {
    "one factor": {"kind": "grid", "factors": {"correlation.pre_post": (0.3, 0.5, 0.7)}},
    "two factors": {
        "kind": "grid",
        "factors": {
            "effect": ({"shift": 0.4}, {"shift": 0.8, "selected_for_significance": True}),
            "correlation.pre_post": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.12345678901),
        },
    },
    "two plain factors": {
        "kind": "grid", "at": 6, "factors": {"correlation.items": (0.1, -0.9), "seed": (1, 2)},
    },
    "three factors": {
        "kind": "grid",
        "factors": {"effect": SHIFTS, "seed": (1, 2), "design.n": ((6, 12), (8, 30))},
    },
    "one at a time": {
        "kind": "one_at_a_time",
        "at": 12,
        "factors": {
            "effect": SHIFTS,
            "analysis.alpha": (0.02, 0.1),
            "correlation.items": (-0.9, 0.2),
            "target.power": (0.5, 0.9),
            "design.n": ((7,), (8,)),
        },
    },
    "scenarios": {
        "kind": "scenarios",
        "scenarios": {
            "good": {"effect.shift": 1.0},
            "bad": {"effect.shift": 0.1, "correlation.items": -0.9},
            **{name: {"title": name[:200]} for name in HOSTILE},
        },
    },
    "hostile values": {"kind": "one_at_a_time", "factors": {"title": HOSTILE[:5]}},
    "many": {"kind": "grid", "factors": {"seed": tuple(range(70))}},
    "a large grid": {
        "kind": "grid", "factors": {"seed": tuple(range(63)), "title": ("a", "b")},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> dict[str, SweepAnswer]:
    """Answers to all of them."""
    few = {"replicates": 100, "block_size": 20}
    return {
        name: sweep(small_study(sweep=stated, monte_carlo=few)) for name, stated in SWEEPS.items()
    }


def table(answer: SweepAnswer) -> list[dict[str, str]]:
    """Read sweep.csv as somebody else's program would."""
    return list(csv.DictReader(io.StringIO(sweep_csv(answer))))


def joined(answer: SweepAnswer) -> str:
    """Give the summary on one line."""
    return " ".join(summary(answer).split())


@pytest.mark.parametrize("name", SWEEPS)
def test_fits_eighty_columns(name: str, answers: dict[str, SweepAnswer]) -> None:
    """No line is longer than 80 columns, ends in blanks or holds a control character or NaN."""
    lines = summary(answers[name], [Path("out/sweep.csv")]).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert all(line == line.rstrip() for line in lines)
    assert all(line.isprintable() for line in lines)
    assert not any("nan" in line for line in lines)
    assert len(lines) < 300
    assert "\n" not in in_one_line(answers[name])
    assert len(in_one_line(answers[name])) < 80


def test_columns(answers: dict[str, SweepAnswer]) -> None:
    """One table has point, label, a column for each factor, and the columns of results.csv."""
    first = sweep_csv(answers["one at a time"]).splitlines()[0]
    assert first == (
        "point,label,effect,analysis.alpha,correlation.items,target.power,design.n,"
        "role,size,n,kind,name,measure,value,mcse,replicates,difference,difference_mcse"
    )


def test_rows_are_what_was_found(answers: dict[str, SweepAnswer]) -> None:
    """Each point has a row for each size and rule, with its power and difference in full."""
    answer = answers["one at a time"]
    rows = table(answer)
    studied = [own for own in answer.points if own.wins is not None]
    assert len(rows) == sum(len(own.point.study.sizes) * 3 for own in studied)
    by_place = {(row["point"], row["size"], row["name"]): row for row in rows}
    for own in studied:
        apart = differences(own, answer.base)
        for k, pairs in enumerate(own.point.study.sizes):
            row = by_place[str(own.point.number), str(pairs), "total"]
            assert float(row["value"]) == own.power().value[k, 2]
            assert float(row["mcse"]) == own.power().mcse[k, 2]
            assert (row["role"], row["n"], row["kind"]) == ("mentor", str(pairs), "rule")
            assert (row["measure"], row["replicates"]) == ("win", "100")
            if pairs in answer.study.sizes:
                assert float(row["difference"]) == apart.value[k, 2]
                assert float(row["difference_mcse"]) == apart.mcse[k, 2]
            else:
                assert row["difference"] == row["difference_mcse"] == ""


def test_factors_have_their_values(answers: dict[str, SweepAnswer]) -> None:
    """A factor's column holds the value set there, or that of the study as stated."""
    rows = {row["point"]: row for row in table(answers["one at a time"])}
    assert json.loads(rows["2"]["effect"]) == {"shift": 0.8}
    assert [rows[point]["effect"] for point in "03"] == 2 * ["as stated"]
    assert [rows[point]["analysis.alpha"] for point in "034"] == ["0.05", "0.02", "0.1"]
    assert json.loads(rows["0"]["design.n"]) == [6, 12]
    assert "5" not in rows  # it failed


def test_no_cell_is_a_formula(answers: dict[str, SweepAnswer]) -> None:
    """No text of the user's is taken for a formula, none is lost, and numbers stay numbers."""
    for name in ("scenarios", "hostile values"):
        for row in table(answers[name]):
            for column in ("label", "title", "name"):
                assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    labels = {row["label"] for row in table(answers["scenarios"])}
    assert labels == {"as stated", "good", *map(harmless, HOSTILE)}
    changed = [
        float(row["difference"]) for row in table(answers["one at a time"]) if row["difference"]
    ]
    assert min(changed) < 0
    assert harmless("=1+1") == "'=1+1"
    assert harmless("a=b") == "a=b"


def test_files_have_fixed_names(answers: dict[str, SweepAnswer], tmp_path: Path) -> None:
    """Whatever scenarios are called, four files are written, and JSON is strict."""
    folder = tmp_path / "out"
    folder.mkdir()
    written = write_sweep(answers["scenarios"], folder)
    assert [path.name for path in written] == [
        "sweep.csv", "sweep.json", "manifest.json", "answer.json.gz",
    ]  # fmt: skip
    assert sorted(tmp_path.rglob("*")) == sorted([folder, *written])
    data = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    assert [point["label"] for point in data["points"]] == ["as stated", "good", "bad", *HOSTILE]
    failed = data["points"][2]
    assert failed["failure"].startswith("correlation.items: -0.9 is impossible")
    assert failed["power"] is None
    assert data["tornado"] is None


def test_the_tornado_as_data(answers: dict[str, SweepAnswer], tmp_path: Path) -> None:
    """The tornado's numbers are in sweep.json, with which order is claimed."""
    write_sweep(answers["one at a time"], tmp_path)
    data = json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))
    bars = data["tornado"]["influences"]
    effect = bars[0]
    assert effect["factor"] == "effect"
    assert (effect["low"], effect["high"]) == (1, 2)
    gap = effect["to_high"]["value"] - effect["to_low"]["value"]
    assert effect["span"]["value"] == pytest.approx(gap)
    assert data["order"][0] == ["effect"]
    assert "target.power" in [bar["factor"] for bar in bars if not bar["clear"]]
    assert data["tornado"]["left_out"] == ["design.n"]


def test_what_the_summary_says(answers: dict[str, SweepAnswer]) -> None:
    """The summary says what was compared where, in which order, and what failed and why."""
    text = joined(answers["one at a time"])
    assert "Power of the rule 'any' at 12 pairs" in text
    assert "10 points beside the study as stated" in text
    assert "paired by their 5 blocks" in text
    assert "1. effect; " in text
    assert "Not distinguishable from no influence:" in text
    assert "target.power" in text.split("Not distinguishable")[1]
    assert "Not studied at that size: design.n." in text
    assert "- correlation.items=-0.9: correlation.items: -0.9 is impossible" in text
    assert "(not told apart)" not in text or "analysis.alpha" in text


def test_heat_maps_have_every_cell(answers: dict[str, SweepAnswer]) -> None:
    """Two factors give a map of power and one of sizes, wide ones in several parts."""
    answer = answers["two factors"]
    text = summary(answer)
    assert "row 2: {shift: 0.8, selected_for_significance: true}" in text
    assert "col 7: 0.12345678901" in text
    for own in answer.points[1:]:
        power = answer.power(own)
        assert power is not None
        assert f"{float(power.value):.3f}" in text
    assert "failed" in summary(answers["two plain factors"])


def test_what_is_left_out_is_said(answers: dict[str, SweepAnswer]) -> None:
    """A table that is cut says so and where the rest is."""
    assert "11 more points are in sweep.csv" in summary(answers["many"])
    assert "The rest is in sweep.csv" in summary(answers["a large grid"])


def test_one_block_is_said() -> None:
    """Where there is one block only, errors of differences are said to be too large."""
    study = small_study(sweep=SWEEPS["one factor"], monte_carlo={"block_size": 200})
    assert "one block tells nothing of paired errors" in joined(sweep(study))


def test_random_numbers_are_shared_where_the_seed_is(answers: dict[str, SweepAnswer]) -> None:
    """It is not said of points with other seeds that they share their random numbers."""
    for name, answer in answers.items():
        seeds = {own.point.study.seed for own in answer.points}
        assert ("Points of one seed share" in joined(answer)) == (len(seeds) > 1), name
        assert ("Points share" in joined(answer)) == (len(seeds) == 1), name
