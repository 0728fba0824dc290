"""The size before each adjustment, in one sentence on screen and in summary.json."""

from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from oracles.studies import small_study

from sim import plan
from sim.report.adjustments import LARGER_BEFORE, before_sentences
from sim.report.files import summary_data, write_run
from sim.report.html.tables import before_table
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.sizes import interval_cell, interval_words, pairs_cell
from sim.report.terminal import summary

SITES = {
    "kind": "sites", "stated_as": "latent", "site_icc": 0.2, "shared_icc": 0.0,
    "accrual": "in_turn", "sites": 5, "per_site": 4, "size_variation": 0.0,
}  # fmt: skip


@cache
def adjusted() -> PlanAnswer:
    """Answer a study with all three."""
    return plan(
        small_study(
            effect={"kind": "shift", "shift": 0.8},
            missing={"kind": "mcar", "rate": 0.3},
            clusters=SITES,
            analysis={"test": "cluster_mean_t"},
            design={"sizes": tuple(range(8, 61, 4))},
        )
    )


def said(answer: PlanAnswer) -> str:
    """What is said of it, in one line."""
    return " ".join(before_sentences(answer))


def test_every_number_is_on_screen() -> None:
    """Sizes and intervals of the answer are in the summary, with the other test in words."""
    answer = adjusted()
    assert said(answer) in " ".join(summary(answer).split())
    endings = {
        "missing": "without missing answers",
        "clusters": "without clusters (paired t test)",
        "multiplicity": "without the multiplicity adjustment",
        "all": "without any of these (paired t test)",
    }
    assert [own.adjustment for own in answer.before_adjustments] == list(endings)
    for own in answer.before_adjustments:
        size = own.size
        assert size.pairs is not None
        assert size.at_least == size.pairs - 3  # every fourth size is studied
        interval = interval_words(vars(size))
        assert f" {size.at_least} to {size.pairs} pairs{interval} {endings[own.adjustment]}" in (
            said(answer)
        )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pairs": 8, "low": 8, "high": 8, "at_least": None}, "at most 8 pairs without missing"),
        ({"pairs": None, "low": None, "high": None}, "need more than 60 pairs without missing"),
        (
            {"pairs": None, "low": None, "high": None, "impossible": "why"},
            "need more than any number of pairs without missing",
        ),
        (
            {"pairs": 12, "low": 12, "high": None, "at_least": 12, "low_at_least": 12},
            "need 12 pairs (12 to more than 60 with at least 95% confidence)",
        ),
        (
            {"pairs": 12, "low": 12, "high": 12, "at_least": 9, "replicates": 0},
            "need 9 to 12 pairs (exact) without",
        ),
    ],
)
def test_limits_are_said(changes: dict[str, Any], expected: str) -> None:
    """A size below the smallest, beyond the largest, or exact, is said to be one."""
    first, *others = adjusted().before_adjustments
    changed = replace(first, size=replace(first.size, **changes))
    assert expected in said(replace(adjusted(), before_adjustments=(changed, *others)))


def test_larger_before_is_no_gain() -> None:
    """Whoever drops out by their change makes a study look smaller: that is warned of."""
    leaving = {"kind": "mnar", "rate": 0.4, "slope": -3.0}
    answer = plan(
        small_study(
            missing=leaving, decision={"primary": "total"}, design={"sizes": (10, 20, 30, 40, 60)}
        )
    )
    (before,) = answer.before_adjustments
    assert answer.sample_size.high is not None
    assert before.size.low is None or before.size.low > answer.sample_size.high
    assert LARGER_BEFORE in said(answer)
    assert LARGER_BEFORE not in said(adjusted())


def test_nothing_is_said_without_adjustments() -> None:
    """A study that has none says nothing of it, and its summary.json has an empty list."""
    answer = plan(small_study(decision={"primary": "total"}))
    assert said(answer) == ""
    assert summary_data(answer)["before_adjustments"] == []


def test_summary_json_has_the_fields() -> None:
    """Each number before is there with what it is of, its test, and the whole of its size."""
    found = summary_data(adjusted())["before_adjustments"]
    for own, data in zip(adjusted().before_adjustments, found, strict=True):
        assert data == {
            "adjustment": own.adjustment,
            "test": own.test,
            "unit": None,
            "size": asdict(own.size),
        }


def test_it_stands_in_the_page_too(tmp_path: Path) -> None:
    """The page's table has every number, with the study as it is last; none where there is none."""
    answer = adjusted()
    write_run(answer, tmp_path)
    found = before_table(read_run(tmp_path))
    assert found is not None
    assert [row[0] for row in found.rows] == [
        "without missing answers", "without clusters", "without the multiplicity adjustment",
        "without any of these", "as it is",
    ]  # fmt: skip
    sizes = [own.size for own in answer.before_adjustments] + [answer.sample_size]
    assert [row[1] for row in found.rows] == [pairs_cell(vars(own)) for own in sizes]
    assert [row[2] for row in found.rows] == [interval_cell(vars(own)) for own in sizes]
    assert [row[3] for row in found.rows] == ["", "paired t test", "", "paired t test", ""]
    plain = tmp_path / "plain"
    plain.mkdir()
    write_run(plan(small_study(analysis={"adjustment": "none"})), plain)
    assert before_table(read_run(plain)) is None
