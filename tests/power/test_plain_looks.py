"""Sequential designs against an independent plain simulation of them."""

import numpy as np
import pytest
from oracles.plain_looks import Design, drawn_design, simulated
from oracles.studies import small_study
from oracles.tasks import tally_of

from sim.power.tally import LookTally
from sim.study import Study

SUCCESS = {"any": "any of items", "all": "all of items", "total": "total"}


def study_of(design: Design, block_size: int = 2000) -> Study:
    """State a drawn design as a study."""
    people = design.people
    missing = {"kind": people.missing, "rate": people.rate, "slope": people.slope}
    depends = people.missing in ("mar", "mnar")
    site = {"icc": people.icc, "stated_as": "latent", "sites": max(people.sites, default=0) + 1}
    return small_study(
        roles={"mentor": {"pre": people.pre}, "mentee": None},
        effect={"shift": people.shifts[0]},
        correlation={"pre_post": people.pre_post, "items": people.between},
        clusters={"ward": site} if people.sites else None,
        missing=missing | {"slope": people.slope if depends else 0.0}
        if people.missing != "none" else {},
        analysis={
            "test": design.test, "adjustment": design.adjustment, "alpha": design.alpha,
            "alternative": "two_sided" if design.sides == 2 else "greater",
            "p_value": {"signed_rank": "asymptotic", "sign": "exact"}.get(design.test, "auto"),
        },
        success={"the rule": SUCCESS[design.rule]}, primary="the rule",
        design={"n": (design.size,)},
        interim={
            "looks": design.shares, "boundary": design.spending,
            "futility": None if design.futility is None else {"p": design.futility},
        },
        monte_carlo={"block_size": block_size},
    )  # fmt: skip


CHEAP = (2, 4)
"""Designs that are simulated in every run: one of sites, one with futility and drop-out."""


def run(seed: int, studies: int, blocks: int) -> None:
    """Compare one design's ends, and its power, within 4 errors."""
    design = drawn_design(seed)
    ends, tally = simulated(design, studies, seed), tally_of(study_of(design), blocks)
    assert isinstance(tally, LookTally)
    pairs = [(sum(ends.won), tally.rule_won[0, 0])]
    for name in ("met", "won", "futile"):
        theirs = getattr(ends, name)
        pairs += zip(theirs, getattr(tally, f"ended_{name}")[0], strict=True)
    for theirs, ours in pairs:
        both = (theirs + ours) / (studies + tally.replicates)
        error = np.sqrt(both * (1 - both) * (1 / studies + 1 / tally.replicates))
        assert abs(theirs / studies - ours / tally.replicates) <= 4 * error + 1e-12, pairs


@pytest.mark.parametrize("seed", CHEAP)
def test_ends_are_those_of_a_plain_simulation(seed: int) -> None:
    """Power, and what ends a study at each look, agree within 4 errors."""
    run(seed, 1500, 2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_ends_of_many_designs_are_those_of_a_plain_simulation(seed: int) -> None:
    """So they do of ten designs drawn at random, to half the errors."""
    run(seed, 10_000, 10)
