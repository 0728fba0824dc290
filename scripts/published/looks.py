"""Interim looks: rpact's designs, enumerated cases, and the levels that are attained."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from published.data import read
from sim import compose_study
from sim.sequential.boundaries import Boundaries, solve_boundaries
from sim.sequential.characteristics import characterise
from sim.sequential.exact_looks import ExactLooks
from sim.sequential.exact_spending import exact_spending_stops, spendable
from sim.sequential.futility import BetaSpending, solve_with_futility

KINDS: dict[str, Any] = {
    "asOF": "obrien_fleming_spending",
    "asP": "pocock_spending",
    "asHSD": "hwang_shih_decani",
    "asKD": "kim_demets",
    "asUser": "spent",
    "WT": "wang_tsiatis",
    "OF": "obrien_fleming",
    "P": "pocock",
    "bsOF": "obrien_fleming_spending",
    "bsP": "pocock_spending",
    "bsHSD": "hwang_shih_decani",
    "HP": "haybittle_peto",
}
"""Boundaries by the name that rpact gives them."""
FUTILITY: dict[str, list[float] | None] = {
    "none": None,
    "stop at look 1 unless p<=.5 and rising (binding)": [-float(ndtri(0.25))],
}
"""Bounds of the enumerated cases."""
CLOSE, SIZES, EXACT = 1e-5, 1e-4, 1e-9
"""Differences allowed: relative ones of levels, of sizes and stopping; of what is enumerated."""
SHOWN = ("reject_look1", "reject_total", "expected_pairs")
"""What of an enumerated case is shown, published and ours; the difference is of all of it."""
NULL = (0.1, 0.2, 0.4, 0.2, 0.1)
"""Changes from -2 to 2 where nothing is gained."""
ATTAINED = (("pocock", (8, 16)), ("pocock", (10, 20)), ("obrien_fleming", (10, 20)),
            ("obrien_fleming_spending", (8, 16, 24)), ("pocock_spending", (8, 16, 24)))  # fmt: skip
"""Boundaries and looks of which the attained level is shown."""


@dataclass(frozen=True)
class Line:
    """One row of a table, and whether its difference is allowed."""

    cells: tuple[str, ...]
    difference: float
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether the difference is allowed."""
        return self.difference <= self.tolerance


def boundaries_of(case: dict[str, Any]) -> Boundaries:
    """Solve the boundaries of one of rpact's designs."""
    given, spent = case["inputs"], case["expected"]["alpha_spent"]
    design = (
        given["information_rates"], given["alpha"], given["sided"], KINDS[given["type"]],
        given.get("gamma"), spent if given["type"] == "asUser" else None,
    )  # fmt: skip
    if "beta_type" not in given:
        return solve_boundaries(*design)
    bounds = BetaSpending(given["beta"], KINDS[given["beta_type"]], given["gamma_beta"])
    return solve_with_futility(*design, bounds=bounds, binding=given["binding"])


def compared(case: dict[str, Any]) -> Iterator[tuple[str, float, float]]:
    """Quantities of one of rpact's designs: largest relative difference, and what is allowed."""
    solved, expected = boundaries_of(case), case["expected"]
    costs = characterise(solved, 1 - case["inputs"]["beta"])
    sizes = [costs.expected_none, costs.expected_half, costs.expected_planned]
    asn = [expected[f"asn_factor_{under}"] for under in ("h0", "h01", "h1")]
    yield "critical values", _apart(solved.critical, expected["critical_z"]), CLOSE
    yield "levels", _apart(solved.levels, expected["stage_levels_one_sided"]), CLOSE
    yield "level spent", _apart(solved.spent, expected["alpha_spent"]), CLOSE
    yield "inflation", _apart(costs.inflation, expected["inflation_factor"]), SIZES
    yield "expected sizes", _apart(sizes, asn), SIZES
    if solved.futility is None:
        yield "power by look", _apart(costs.power, expected["power_by_stage"]), SIZES
    else:
        yield "bounds for futility", _apart(solved.futility, expected["futility_z"]), CLOSE
        lost = _apart(costs.futility[:-1], expected["beta_spent"][:-1])
        yield "type II error spent", lost, SIZES


def _apart(ours: ArrayLike, theirs: ArrayLike) -> float:
    """Largest relative difference."""
    known: NDArray[np.float64] = np.asarray(theirs, np.float64)
    return float(np.max(np.abs(np.asarray(ours) / known - 1)))


def designs() -> list[Line]:
    """Compare all of rpact's designs, quantity by quantity."""
    found: dict[str, list[tuple[float, float]]] = {}
    for case in read("group_sequential_reference.jsonl"):
        for name, difference, allowed in compared(case):
            found.setdefault(name, []).append((difference, allowed))
    return [
        Line((name, str(len(each))), max(apart for apart, _ in each), each[0][1])
        for name, each in found.items()
    ]


def enumerated() -> list[Line]:
    """Compare what is enumerated of two looks with published enumerations."""
    analysis, lines = compose_study(["analysis.p_value=exact"]).analysis, []
    for case in read("planned_cases.jsonl"):
        if not case["id"].startswith("GX"):
            continue
        given = case["inputs"]
        for truth, expected in case["expected"].items():
            stops = ExactLooks(given[truth], 20, analysis).stops(
                given["looks"], given["two_sided_nominal_levels"], FUTILITY[given["futility"]]
            )
            ours = {
                "reject_look1": stops.rejected[0], "reject_look2": stops.rejected[1],
                "reject_total": stops.rejected.sum(), "win_look1": stops.won[0],
                "win_total": stops.won.sum(), "futility_look1": stops.futility[0],
                "expected_pairs": stops.expected_size,
            }  # fmt: skip
            apart = max(abs(float(ours[name]) - value) for name, value in expected.items())
            shown = (f"{expected[name]:.7f}, {float(ours[name]):.7f}" for name in SHOWN)
            lines.append(Line((case["id"], truth, *shown), apart, EXACT))
    return lines


def attained() -> Iterator[tuple[str, ...]]:
    """Levels that exact signed-rank tests attain at looks, enumerated: as usual, spent exactly."""
    analysis = compose_study(["analysis.p_value=exact"]).analysis
    for kind, at in ATTAINED:
        looks = solve_boundaries([n / at[-1] for n in at], 0.05, 2, kind)  # type: ignore[arg-type]
        usual = ExactLooks(NULL, at[-1], analysis).stops(at, looks.nominal).rejected.sum()
        exact = exact_spending_stops(NULL, at, analysis, spendable(looks)).rejected.sum()
        levels = ", ".join(f"{level:.4f}" for level in looks.nominal)
        yield f"`{kind}`", ", ".join(map(str, at)), levels, f"{usual:.4f}", f"{exact:.4f}"


@cache
def lines() -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Compare designs, and enumerated cases; once."""
    return tuple(designs()), tuple(enumerated())
