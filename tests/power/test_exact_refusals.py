"""What the exact engine refuses, and in which words."""

from typing import Any

import pytest
from oracles.studies import PRE, make_analysis, small_study

from sim import exact_power
from sim.compute.executors import InProcessExecutor
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.search import Search
from sim.power.exact import exact_rejection
from sim.power.operating import OperatingCharacteristics

WRONG = {
    "even number of probabilities": ({"pmf": [0.5, 0.5]}, "3, 5, 7"),
    "a single probability": ({"pmf": [1.0]}, "3, 5, 7"),
    "a table": ({"pmf": [[0.2, 0.3, 0.5]]}, "3, 5, 7"),
    "negative": ({"pmf": [-0.1, 0.6, 0.5]}, "sum to 1"),
    "not summing to 1": ({"pmf": [0.2, 0.3, 0.6]}, "sum to 1"),
    "not numbers": ({"pmf": [float("nan"), 0.5, 0.5]}, "sum to 1"),
    "no size": ({"sizes": []}, "1 to 5000"),
    "size 0": ({"sizes": [0, 5]}, "1 to 5000"),
    "size beyond": ({"sizes": [5001]}, "1 to 5000"),
    "unknown test": ({"test": "mann_whitney"}, "signed_rank"),
    "unknown zeros": ({"zeros": "split"}, "pratt"),
    "unknown p": ({"p_value": "bootstrap"}, "asymptotic"),
    "unknown alternative": ({"alternative": "both"}, "two_sided"),
    "alpha 0": ({"alpha": 0.0}, "alpha"),
    "alpha 1": ({"alpha": 1.0}, "alpha"),
}


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_wrong_arguments(changes: dict[str, Any], words: str) -> None:
    """A wrong argument is a ValueError that says what would be right."""
    stated: dict[str, Any] = {"pmf": [0.2, 0.3, 0.5], "sizes": [5], **changes}
    with pytest.raises(ValueError, match=words):
        exact_power(**stated)


@pytest.mark.parametrize("test", ["signed_rank", "sign_flip", "paired_t"])
def test_too_much_work(test: str) -> None:
    """An enumeration beyond the work limit is refused, with the limit and a way out."""
    with pytest.raises(StudyError, match=r"takes more than 1e\+06 steps; use engine=monte_carlo"):
        exact_rejection([1 / 9] * 9, [60], make_analysis(test=test), work_limit=1e6)


def search(**changes: Any) -> OperatingCharacteristics:
    """Operating characteristics of a small study."""
    study = small_study(**changes)
    return Search(study, decision_rules(study), InProcessExecutor()).run().main


def rule(stated: str, **others: str) -> dict[str, Any]:
    """Primary rule of a study, and others."""
    return {"primary": "own", "success": {"own": stated, **others}}


ONE = rule("b")
REFUSED = {
    "joint": (rule("any of items"), "joins .*endpoints"),
    "holm": ({**ONE, "analysis": {"adjustment": "holm"}}, "looks at all domains"),
    "hommel": ({**ONE, "analysis": {"adjustment": "hommel"}}, "looks at all domains"),
}


@pytest.mark.parametrize(("changes", "words"), REFUSED.values(), ids=REFUSED)
def test_rules_that_are_not_exact(changes: dict[str, Any], words: str) -> None:
    """Under engine=exact a primary rule that needs simulation is refused, by name and reason."""
    with pytest.raises(StudyError, match=rf"rule 'own': .*{words}.*engine=auto"):
        search(engine="exact", **changes)


@pytest.mark.parametrize("adjustment", ["none", "bonferroni", "sidak"])
def test_rule_on_one_domain_is_exact(adjustment: str) -> None:
    """A rule on one domain under a single threshold is answered exactly; the total is not."""
    found = search(engine="exact", **rule("b", sum="total"), analysis={"adjustment": adjustment})
    assert found.rule_engines == ("exact", "monte_carlo")
    assert found.rule_win.mcse[:, 0].tolist() == [0, 0]
    assert (found.rule_win.mcse[:, 1] > 0).any()
    assert found.roles[0].engines == ("exact", "exact", "exact", "monte_carlo")
    assert found.error_bound < 1e-5


def test_monte_carlo_is_never_exact() -> None:
    """Under engine=monte_carlo nothing is exact."""
    found = search(engine="monte_carlo", **ONE, analysis={"adjustment": "none"})
    assert (found.rule_engines, found.roles[0].engines) == (("monte_carlo",), ("monte_carlo",) * 4)
    assert found.replicates == 200


def test_refusal_does_not_touch_other_rules() -> None:
    """Under engine=exact a secondary rule that joins endpoints is simulated."""
    roles = {"mentor": {"pre": PRE}, "mentee": None}
    found = search(
        engine="exact",
        **rule("b", joint="all of items"),
        roles=roles,
        analysis={"adjustment": "bonferroni"},
    )
    assert found.rule_engines == ("exact", "monte_carlo")
