"""The summary on screen fits 80 columns and says what the answer says."""

from pathlib import Path
from typing import Any

import pytest
from oracles.studies import PRE, small_study

from sim import plan
from sim.report.telling import summary
from sim.report.topics.size import one_line

RULES = {
    f"rule {i} which is named at length by a careful planner": "any of items" for i in range(6)
}
BOTH = {"mentor": {"pre": PRE}, "mentee": {"pre": PRE}}
SITES = {
    "stated_as": "latent", "icc": 0.1, "shared_icc": 0.0,
    "accrual": "in_turn", "sites": 5, "per_site": 3, "size_variation": 0.0,
}  # fmt: skip
STUDIES: dict[str, dict[str, Any]] = {
    "small": {},
    "two roles": {"roles": BOTH},
    "no effect": {"effect": {}},
    "one size": {"design": {"n": (5000,)}, "questionnaire": {"items": ("a",)},
                 "monte_carlo": {"replicates": 100, "block_size": 10}},
    "many sizes": {"design": {"n": None, "smallest": 2, "up_to": 90}},
    "long rules": {"primary": next(iter(RULES)), "success": RULES},
    "long title": {"title": "A title that goes on " * 9},
    "one unbroken word": {"title": "x" * 200},
    "one-sided t": {"analysis": {"test": "paired_t", "p_value": "auto", "alternative": "less"}},
    "corrected": {"analysis": {"p_value": "asymptotic", "continuity": True, "zeros": "pratt"}},
    "McNemar": {"analysis": {"test": "mcnemar", "cut": 4, "total_cut": 11}},
    "adjusted": {"missing": {"kind": "mcar", "rate": 0.2}, "clusters": {"site": SITES},
                 "analysis": {"test": "clustered_signed_rank"}},
    "one mentee": {"roles": BOTH, "design": {"n": (2, 3), "ratio": (3, 1)},
                   "analysis": {"alpha": 0.5, "alternative": "greater"}},
    "nobody changes": {"effect": {}, "correlation": {"pre_post": 1.0}},
}  # fmt: skip


@pytest.mark.parametrize("name", STUDIES)
def test_fits_eighty_columns(name: str) -> None:
    """No line is longer than 80 columns or ends in blanks, and no number is NaN."""
    text = summary(plan(small_study(**STUDIES[name])))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "nan" not in text.lower().replace("finance", "")
    assert "inf" not in text.replace("information", "")


def test_answer_and_error_are_printed() -> None:
    """The answer's size and the Monte Carlo error of its power are in the text."""
    answer = plan(small_study(effect={"shift": 1.5}))
    text = " ".join(summary(answer).split())
    assert answer.sample_size.size in (6, 12)
    assert answer.sample_size.at_least == 7
    assert "Of 6 and 12 pairs, 12 is the smallest that suffices" in text
    assert f"Monte Carlo error {answer.sample_size.mcse:.3f}" in text
    assert one_line(answer).startswith("any: 7 to 12 pairs, power ")


def test_not_reached_is_said() -> None:
    """Where no size reaches the target, that is said, not a number."""
    answer = plan(small_study(effect={"shift": 0.01}))
    assert answer.sample_size.size is None
    assert "Neither of 6 and 12 pairs reaches power 0.8" in " ".join(summary(answer).split())
    assert "not reached" in one_line(answer)


def test_files_are_named() -> None:
    """Where files were written, the summary ends with them."""
    text = summary(plan(small_study()), [Path("out/results.csv"), Path("out/summary.json")])
    assert text.splitlines()[-1].strip() == "results.csv, summary.json"
    assert "Files in out" in text


def test_asymptotic_level_is_stated() -> None:
    """An approximate test at small sizes has its true level said, where it is beyond noise."""
    many = {"replicates": 4000, "search_replicates": 4000, "block_size": 500}
    answer = plan(small_study(analysis={"p_value": "asymptotic"}, monte_carlo=many))
    level = answer.null_characteristics.roles[0].measures.rejection.value[0].mean()
    text = " ".join(summary(answer).split())
    assert "The p-value is approximate at small sizes with ties: with 6 mentors" in text
    assert f"is rejected with probability {level:.3f} where mentoring does nothing" in text
    two_arms = {
        "ratio": (1, 1), "unit": "person", "effect": {},
        "beside": None,
    }  # fmt: skip
    noise = small_study(
        control=two_arms, analysis={"test": "two_sample_t", "p_value": "auto"},
        design={"n": tuple(range(10, 40))},
    )  # fmt: skip
    assert "approximate" not in " ".join(plan(noise).warnings)
    exact = " ".join(summary(plan(small_study(analysis={"p_value": "exact"}))).split())
    assert "approximate" not in exact
