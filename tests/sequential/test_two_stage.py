"""Two-stage designs against Simon's, and one that never stops against one stage."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from sim.sequential.two_stage import TwoStage

FILE = Path(__file__).parent.parent / "data" / "planned_cases.jsonl"
SIMON = [
    case
    for case in map(json.loads, FILE.read_text("utf-8").splitlines())
    if case["id"].startswith("ST")
]


@pytest.mark.parametrize("case", SIMON, ids=lambda case: case["id"])
def test_simons_designs(case: dict[str, Any]) -> None:
    """Level, power, expected size and early stopping of Simon's optimal designs."""
    given, expected, near = case["inputs"], case["expected"], case["tolerance"]
    design = TwoStage(
        given["n1"], given["n"], given["stop_if_at_most"], given["reject_H0_if_more_than"]
    )
    level, power = design.power([given["p0"], given["p1"]])
    assert abs(level - expected["alpha"]) < near["alpha"]
    assert abs(power - expected["power"]) < near["power"]
    size, early = design.expected_size(given["p0"]), design.stops_early(given["p0"])
    assert abs(size - expected["EN"]) < near["EN"]
    assert abs(early - expected["PET"]) < near["PET"]
    assert abs(size - expected["EN_published"]) < near["EN_published"]


def test_a_design_that_never_stops_has_one_stage() -> None:
    """Without a bound for stopping the power is that of all people at once, at 0 and 1 too."""
    design, chances = TwoStage(7, 20, -1, 8), np.array([0.0, 0.3, 0.5, 1.0])
    np.testing.assert_allclose(design.power(chances), binom.sf(8, 20, chances), atol=1e-12)
    assert design.expected_size(chances).tolist() == [20.0] * 4
