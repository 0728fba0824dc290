"""Long domain names do not push the summary beyond 80 columns, nor become the same name."""

import pytest
from oracles.studies import small_study

from sim import plan
from sim.report.telling import summary

LONG = tuple(f"a domain with quite a long name, number {i} of twenty of them" for i in range(20))


@pytest.mark.parametrize("domains", [LONG, ("y" * 80,), ("exactly twenty-two char",)])
def test_long_names_fit_eighty_columns(domains: tuple[str, ...]) -> None:
    """No line is longer than 80 columns, whatever the domains are called."""
    lines = summary(plan(small_study(questionnaire={"items": domains}))).splitlines()
    assert max(map(len, lines)) <= 80
