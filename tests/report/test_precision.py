"""Widths of intervals, wherever they are printed: whose they are, and how often they cover."""

import re
from functools import cache
from math import isnan
from pathlib import Path

import pytest
from oracles.studies import PRE, small_study

from sim import plan
from sim.page.answers import answer_part
from sim.power.precision import half_width_reached, interval_at
from sim.report.files import summary_data, write_run
from sim.report.justification import justification
from sim.report.printers.html.page import page
from sim.report.printers.markdown import markdown
from sim.report.results.answer import PlanAnswer
from sim.report.saved import read_run
from sim.report.telling import summary

SITES = {
    "stated_as": "observed", "icc": 0.2, "shared_icc": 0.0,
    "accrual": "round_robin", "sites": 6, "per_site": 10, "size_variation": 0.0,
    "assumption": None,
}  # fmt: skip
BY_SITE = {"test": "cluster_mean_t", "p_value": "auto"}
TOTAL = {"primary": "total", "success": {"total": "total"}}
WIDE = 3.0
"""Half-width that people would reach early, and six sites never."""


@cache
def sized(accrual: str, test: str = "cluster_mean_t", half_width: float = WIDE) -> PlanAnswer:
    """Plan a study that is to be precise, in sites."""
    return plan(
        small_study(
            clusters={"site": {**SITES, "accrual": accrual}}, **TOTAL,
            analysis={"test": test, "p_value": "auto"}, target={"half_width": half_width},
            design={"n": (6, 11, 30, 60, 120)},
        )
    )  # fmt: skip


def said(answer: PlanAnswer) -> str:
    """Everything on screen, on one line."""
    return " ".join(summary(answer).split())


@pytest.mark.parametrize("test", ["cluster_mean_t", "paired_t"])
def test_six_sites_are_not_narrow_by_adding_people(test: str) -> None:
    """A half-width that six sites never reach is promised at no size, whatever the test."""
    answer = sized("round_robin", test, 1.0)
    own = answer.precision
    assert own.unit == "site"
    assert own.reached is None
    assert own.at is not None
    assert own.at.width > 2 * 1.0
    assert abs(own.at.coverage - 0.95) < 4 * own.at.coverage_mcse + 0.01
    text = said(answer)
    assert "No size up to 120 pairs brings the expected half-width" in text
    assert "More pairs at as many sites narrow it only so far" in text


def test_no_size_is_promised_below_two_sites() -> None:
    """Where one site is filled first there is no interval, and none is promised, until a second."""
    answer = sized("in_turn", half_width=1000.0)
    assert answer.precision.reached is not None
    assert answer.precision.reached.size == 11
    assert "only so far" not in said(answer)


def test_every_width_has_its_coverage(tmp_path: Path) -> None:
    """On screen, on both pages, in the justification and in summary.json, the two go together."""
    answer = sized("in_turn")
    write_run(answer, tmp_path)
    run, own = read_run(tmp_path), answer.precision
    assert own.reached is not None
    assert own.at is not None
    texts = {
        "screen": said(answer),
        "justification": " ".join(markdown(justification(run)).split()),
    }
    for name, text in texts.items():
        together = re.findall(r"points wide on average and covers the true value", text)
        assert len(together) == text.count("points wide") == 2, name
        assert f"{own.at.coverage:.3f}" in text
        assert f"{own.reached.coverage:.3f}" in text
    for html in (page(run), str(answer_part(answer, ""))):
        assert "width in points" in html
        assert "covers the truth" in html
        assert f"{own.at.coverage:.3f} ±{own.at.coverage_mcse:.3f}" in html
    data = summary_data(answer)["precision"]
    assert {"width", "coverage"} <= data["at"].keys()
    assert {"width", "coverage"} <= data["reached"].keys()


@pytest.mark.parametrize(
    ("rule", "role", "endpoint", "among"),
    [
        ("all of items for [mentor, mentee]", "mentee", "b", 6),
        ("c for mentee", "mentee", "c", 1),
        ("any of [a, total]", "mentor", "total", 2),
    ],
)
def test_the_interval_is_that_of_the_primary_rule(
    rule: str, role: str, endpoint: str, among: int
) -> None:
    """Not of a total that nobody asked of; of several endpoints it is the widest, which is said."""
    extreme = (0.5, 0.0, 0.0, 0.0, 0.5)
    roles = {
        "mentor": {"pre": PRE},
        "mentee": {"pre": (PRE, extreme, PRE), "effect": None},
    }
    stated = {"primary": "it", "success": {"it": rule}, "target": {"half_width": 0.8}}
    answer = plan(small_study(roles=roles, **stated))
    own = answer.precision
    assert (own.role, own.endpoint, own.among) == (role, endpoint, among)
    named = endpoint if endpoint == "total" else f"'{endpoint}'"
    widest = f", the widest of the rule's {among} endpoints," if among > 1 else ""
    text = said(answer)
    assert f"the 95% interval of the {own.role}s' mean change in {named}{widest} is" in text
    assert ("mean change in total" in text) == (endpoint == "total")


def test_precision_of_any_endpoint() -> None:
    """Each endpoint has an interval at each size, and the first size from which it is narrow."""
    main = sized("in_turn").characteristics
    (role,) = main.roles
    widths = role.measures.width.value
    for e, endpoint in enumerate(role.endpoints):
        known = [interval_at(main, role, endpoint, size) for size in main.sizes]
        assert [of and of.width for of in known] == [
            None if isnan(width) else width for width in widths[:, e]
        ]
        half_width = widths[3, e] / 2 + 1e-9
        reached = half_width_reached(main, role, endpoint, half_width)
        assert reached == interval_at(main, role, endpoint, 60)
        assert half_width_reached(main, role, endpoint, 0.5 * widths[-1, e] - 1e-9) is None
        assert half_width_reached(main, role, endpoint, None) is None


def precise(half_width: float, limit: int = 100_000) -> PlanAnswer:
    """Seek the size for a half-width, from sizes that are too small for most."""
    return plan(
        small_study(
            **TOTAL, analysis={"test": "paired_t", "p_value": "auto"},
            target={"half_width": half_width},
            design={"n": None, "smallest": 6, "up_to": 20, "search_limit": limit,
                    "solve": "precision"},
        )
    )  # fmt: skip


def test_the_size_for_a_half_width_is_searched_for() -> None:
    """It lies beyond the first sizes, is the fewest that suffice, and is the answer."""
    answer = precise(0.8)
    (size,) = answer.characteristics.sizes
    width = answer.precision.at
    assert width is not None
    assert answer.precision.reached == width
    assert width.width / 2 <= 0.8
    assert size > 20
    smaller = plan(answer.study.with_(design={"n": size - 1})).precision
    assert smaller.reached is None
    assert f"From {size} pairs, and not from fewer, the expected half-width" in said(answer)
    assert "given, not searched" not in said(answer)


def test_a_search_for_precision_ends_at_its_limit() -> None:
    """Where the limit does not suffice, that is said of it."""
    answer = precise(0.1, 40)
    assert answer.characteristics.sizes == (40,)
    assert "No size up to 40 pairs brings the expected half-width" in said(answer)
