"""The facts of tests and adjustments: complete, and true of what they name."""

from typing import get_args

import pytest

from sim.inference import adjust
from sim.inference.registry import ESTIMANDS, THRESHOLD_COUNTS
from sim.inference.registry import TESTS as FUNCTIONS
from sim.pilot.candidates import CANDIDATES
from sim.report.document.references import REFERENCES
from sim.study.calibration import CandidateName
from sim.study.methods import (
    ADJUSTMENTS,
    TESTS,
    AdjustmentName,
    OneGroupTest,
    TestName,
)


def test_every_name_that_can_be_chosen_has_facts() -> None:
    """The choices of the schema are the names that have facts, in the same order."""
    assert get_args(TestName) == tuple(TESTS)
    assert get_args(AdjustmentName) == tuple(ADJUSTMENTS)
    assert get_args(CandidateName) == tuple(CANDIDATES)
    of_changes = [t for t, own in TESTS.items() if own.arms == 1 and own.reads == "changes"]
    assert list(get_args(OneGroupTest)) == of_changes


def test_every_registered_method_has_facts() -> None:
    """A test with facts is a registered function, and the other way round; so is an adjustment."""
    assert tuple(FUNCTIONS) == tuple(TESTS)
    assert set(THRESHOLD_COUNTS) <= set(TESTS)
    assert set(ESTIMANDS) == {name for name, facts in TESTS.items() if not facts.fitted}
    by_pvalues = {name for name, own in ADJUSTMENTS.items() if own.needs in {None, "sequence"}}
    assert set(adjust.ADJUSTMENTS) == by_pvalues


@pytest.mark.parametrize("name", TESTS)
def test_what_is_left_without_sites_looks_at_people(name: str) -> None:
    """A test of sites, and no other, has a counterpart of people with as many arms."""
    plain = TESTS[name].without_sites
    assert (plain is not None) == (TESTS[name].unit == "site")
    if plain is not None:
        assert (TESTS[plain].unit, TESTS[plain].arms) == ("person", TESTS[name].arms)


@pytest.mark.parametrize("name", [*TESTS, *ADJUSTMENTS])
def test_what_is_cited_is_listed(name: str) -> None:
    """Every reference of a method stands in the list of references."""
    cited = {**TESTS, **ADJUSTMENTS}[name].references
    assert set(cited) | set(getattr(TESTS.get(name), "exact_references", ())) <= set(REFERENCES)
    assert bool(cited) == (name != "none")
