"""How many people a pilot's criteria must look at, by several designs: once."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.document.model import Table
from sim.report.document.numbers import number, percent
from sim.report.document.words import short
from sim.report.results.feasibility import CriterionAnswer, FeasibilityAnswer


def sizes_table(answer: FeasibilityAnswer) -> Table:
    """List how many people each criterion must look at, by several designs."""
    rows = tuple(
        (
            short(one.name),
            _or_none(one.size.stays, one.size.limit),
            _or_none(one.size.first, one.size.limit),
            "–" if one.size.formula is None else number(one.size.formula, 1),
            _three(one),
            _two(one),
        )
        for one in answer.criteria
    )
    head = ("criterion", "stays from", "first", "Lewis's formula", "three outcomes", "two stages")
    return Table("", head, rows)


def _or_none(size: int | None, limit: int) -> str:
    return f"over {limit}" if size is None else str(size)


def _three(one: CriterionAnswer) -> str:
    of = one.three_outcomes
    return "–" if of is None else f"{of.n}: stop to {of.stop:.0f}, pause to {of.pause:.0f}"


def _two(one: CriterionAnswer) -> str:
    if not one.two_stages:
        return "–"
    of = one.two_stages[0]
    return (
        f"{of.design.first_n}, stop to {of.design.stop_at}; {of.design.n}, stop to "
        f"{of.design.reject_above} (expected {of.at_red.expected_n:.1f})"
    )


def size_notes(answer: FeasibilityAnswer) -> Iterator[str]:
    """Say what the sizes promise."""
    stated = answer.feasibility
    wrong, right = percent(stated.wrong_go), percent(1 - stated.wrong_stop)
    yield (
        f"By the estimate: P(green) at the red limit at most {wrong}, P(red) at the green limit "
        f"at most {percent(stated.wrong_stop)}. Tested: one-sided at {wrong}, with power {right} "
        "at the green limit. Probabilities of counts have saw-teeth: from the first size that "
        "does, a larger one may not; from the one that stays, all do."
    )
    yield (
        "Lewis's formula (Lewis 2021) is the normal approximation of the test. Three outcomes "
        f"(Wilson 2024): each wrong decision at most as often, a pause counting half, and at most "
        f"{percent(stated.gamma)} decided at once halfway. Two stages (Simon 1989): the fewest "
        "people expected where the red limit is the truth."
    )
