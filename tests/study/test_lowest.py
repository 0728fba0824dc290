"""A scale scored from 0 is the same scale scored from 1: only what is shown and stated moves."""

from typing import Any

import pytest

from sim import plan
from sim.report.results.rows import result_rows
from sim.report.topics.effects import assumed_tables
from sim.study import Study, parse_study

SHARES = (0.1, 0.2, 0.4, 0.2, 0.1)


def study(lowest: int, totals: dict[str, Any] | None) -> Study:
    """State a study at a cut, on a scale that begins at 0 or 1."""
    low = lowest - 1
    return parse_study(
        {
            "questionnaire": {
                "lowest": lowest, "items": {"a": SHARES, "b": SHARES}, "totals": totals,
            },
            "effect": {"responders": {"at_least": 4 + low, "rise": 0.2}},
            "analysis": {
                "test": "mcnemar", "cut": 4 + low,
                "total_cut": None if totals == {} else 7 + 2 * low,
            },
            "success": "all of items",
            "design": {"n": (20,)},
            "monte_carlo": {"replicates": 200, "search_replicates": 200, "block_size": 100},
        }
    )  # fmt: skip


@pytest.mark.parametrize("totals", [None, {}], ids=["total", "none"])
def test_the_lowest_score_changes_no_number(totals: dict[str, Any] | None) -> None:
    """The shares at the cut are those of the same answers, and so is every row of the results."""
    zero, one = (plan(study(lowest, totals)) for lowest in (0, 1))
    rates = [list(result_rows(answer.characteristics)) for answer in (zero, one)]
    assert repr(rates[0]) == repr(rates[1])
    cuts = [assumed_tables(answer, "participant")[-1] for answer in (zero, one)]
    assert cuts[0].rows == cuts[1].rows
    assert [str(row[1]) for row in cuts[0].rows] == ["30.0%", "30.0%"]
    assert [str(row[2]) for row in cuts[0].rows] == ["50.0%", "50.0%"]
