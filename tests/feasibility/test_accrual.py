"""Simulated pilots are what exact probabilities, and an independent simulation, say."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.cohorts import role_arms
from sim.feasibility.accrual import PilotTally, simulate_pilots
from sim.feasibility.learnt import icc_width, sd_interval, wilson_width
from sim.feasibility.pilot import criterion_colours
from sim.feasibility.tally_bytes import from_bytes, to_bytes
from sim.jobs.pilot_tasks import accrual_task, pilot_of
from sim.study import Study

BLOCKS = 8
ERRORS = 4.0
SHARES = [0.05, 0.2, 0.5, 0.2, 0.05]


def study(criteria: dict[str, Any], sizes: list[int], **sections: Any) -> Study:
    """Make a small study with a pilot."""
    sites = sections.pop("sites", None)
    return Study(
        words={"participant": "nurse"},
        questionnaire={"items": {"listening": SHARES, "asking": SHARES}},
        effect={"shift": 0.5},
        feasibility={"criteria": criteria, "sizes": sizes, "sites": sites},
        **sections,
    )


@cache
def independent() -> tuple[Study, PilotTally]:
    """Play pilots whose criteria are independent but for whom they look at."""
    criteria = {
        "rate": {"measure": "rate", "red": 1, "green": 2, "expected": 2.2, "variation": 0.4},
        "kept": {"measure": "retention", "red": 0.6, "green": 0.8, "expected": 0.8, "by": "test"},
        "whole": {"measure": "completeness", "red": 0.6, "green": 0.8, "expected": 0.8},
        "asking": {
            "measure": "answers", "item": "asking", "at_least": 4, "red": 0.3, "green": 0.45,
        },
    }  # fmt: skip
    made = study(criteria, [8, 20], sites=3)
    return made, played(made)


def played(made: Study) -> PilotTally:
    """Simulate some blocks."""
    task = accrual_task(made)
    tally = simulate_pilots(task, 0)
    for block in range(1, BLOCKS):
        tally = tally + simulate_pilots(task, block)
    return tally


def within(share: Any, expected: Any, number: int) -> bool:
    """Tell whether simulated shares are within four errors of what is expected."""
    p = np.asarray(expected)
    allowed = ERRORS * np.sqrt(p * (1 - p) / number) + 1 / number
    return bool((np.abs(np.asarray(share) - p) <= allowed).all())


def test_colours_are_the_exact_ones() -> None:
    """Each criterion's colours, on random numbers of people, are simulated as often as computed."""
    made, tally = independent()
    pilot = pilot_of(made)
    for place, judged in enumerate(pilot.criteria):
        exact = criterion_colours(pilot, judged, np.array([judged.expected]))
        expected = np.stack([exact.red[0], exact.amber[0], exact.green[0]], axis=1)
        assert within(tally.colours[:, place] / tally.pilots, expected, tally.pilots), judged


def test_joint_probabilities_of_independent_criteria_are_products() -> None:
    """With a fixed number of people, retention and the mean of nothing else: go is a product."""
    criteria = {
        "first": {"measure": "retention", "red": 0.5, "green": 0.7, "expected": 0.75},
        "second": {"measure": "recruitment", "red": 0.5, "green": 0.7, "expected": 1.0},
    }
    made = study(criteria, [12, 25])
    tally, pilot = played(made), pilot_of(made)
    green = [
        criterion_colours(pilot, of, np.array([of.expected])).green[0] for of in pilot.criteria
    ]
    assert within(tally.decisions[:, 2] / tally.pilots, np.prod(green, axis=0), tally.pilots)
    everybody = {name: {**of, "expected": 1.0} for name, of in criteria.items()}
    assert (played(study(everybody, [12])).decisions[:, 2] == tally.pilots).all()


def test_joint_probabilities_where_dropping_out_depends_on_answers() -> None:
    """Where those with low totals drop out, go is as often as in an independent simulation."""
    criteria = {
        "kept": {"measure": "retention", "red": 0.6, "green": 0.75},
        "high": {"measure": "answers", "item": "asking", "at_least": 3, "red": 0.7, "green": 0.9},
    }
    missing = {"kind": "mar", "rate": 0.2, "slope": -1.5}
    made, n, number = study(criteria, [20], missing=missing), 20, 4000
    tally = played(made)
    people = role_arms(made, 0)[0]
    rng = np.random.default_rng(3)
    normals = rng.standard_normal((number, n, 4)) @ people.loading.T
    points = [(normals[..., d, None] > cuts).sum(-1) for d, cuts in
              enumerate([*people.pre_cuts, *people.post_cuts[:, 0]])]  # fmt: skip
    assert people.missing is not None
    total = (points[0] + points[1] + 2 - people.missing.centre) / people.missing.scale
    log_odds = people.missing.intercept + people.missing.slope * total
    stays = rng.random((number, n)) >= 1 / (1 + np.exp(-log_odds))
    after = points[3] if people.post_cuts.ndim == 3 else None
    assert after is not None
    kept, high = stays.sum(1), (stays & (after + 1 >= 3)).sum(1)
    goes = ((kept / n >= 0.75) & (high / np.maximum(kept, 1) >= 0.9 - 1e-12)).mean()
    error = np.sqrt(goes * (1 - goes) * (1 / number + 1 / tally.pilots))
    assert abs(goes - tally.decisions[0, 2] / tally.pilots) < ERRORS * error


def test_joint_probabilities_by_site() -> None:
    """With an ICC of .05 by site, go is as often as where sites' shares are drawn by hand."""
    of = {"red": 0.6, "green": 0.75, "expected": 0.8, "icc": 0.05}
    criteria = {"a": {"measure": "retention", **of}, "b": {"measure": "completeness", **of}}
    tally, n, sites, number = played(study(criteria, [30], sites=3)), 30, 3, 4000
    rng, total = np.random.default_rng(5), 1 / 0.05 - 1
    shares = rng.beta(0.8 * total, 0.2 * total, (2, number, sites))
    kept = rng.binomial(n // sites, shares[0])
    whole = rng.binomial(kept, shares[1]).sum(1)
    kept = kept.sum(1)
    goes = ((kept / n >= 0.75) & (whole / kept >= 0.75 - 1e-12)).mean()
    error = np.sqrt(goes * (1 - goes) * (1 / number + 1 / tally.pilots))
    assert abs(goes - tally.decisions[0, 2] / tally.pilots) < ERRORS * error


def test_intervals_are_the_textbooks() -> None:
    """Widths are those of the chi-squared, Wilson's and Searle's intervals."""
    low, high = sd_interval(np.array([[36.0]]), np.array([[9]]))
    assert low[0, 0] == pytest.approx(np.sqrt(36 / stats.chi2.isf(0.025, 9)))
    assert high[0, 0] == pytest.approx(np.sqrt(36 / stats.chi2.ppf(0.025, 9)))
    known = stats.binomtest(7, 20).proportion_ci(method="wilson")
    assert wilson_width(np.array([7]), np.array([20]))[0] == pytest.approx(known.high - known.low)
    ratio, ends = 4.0, [stats.f.ppf(tail, 4, 20) for tail in (0.975, 0.025)]
    wanted = [(ratio / end - 1) / (ratio / end + 4) for end in ends]
    found = icc_width(*(np.array([value]) for value in (ratio, 4.0, 20.0, 5.0)))
    assert found[0] == pytest.approx(wanted[1] - max(wanted[0], 0))


def test_more_people_teach_more() -> None:
    """Widths of known parameters shrink with the pilot; one of the SD is about as expected."""
    _, tally = independent()
    learnt = tally.precision
    widths = learnt.width[:5] / learnt.number[:5]
    assert (widths[:, 1] < widths[:, 0]).all()
    assert (learnt.number[5] == 0).all()  # one site's people are as alike as all others'


def test_tallies_are_read_back() -> None:
    """A tally comes back from its bytes; damaged ones are refused."""
    _, tally = independent()
    data = to_bytes(tally)
    again = from_bytes(PilotTally, data)
    assert again.pilots == tally.pilots
    assert (again.precision.width == tally.precision.width).all()
    with pytest.raises(ValueError, match="damaged"):
        from_bytes(PilotTally, data[:-40])
