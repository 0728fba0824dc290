"""Whether a multiplicity adjustment can matter to the primary rule, against random p-values."""

from typing import Any

import numpy as np
import pytest
from oracles.studies import small_study

from sim.inference.rules import decision_rules
from sim.inference.testing_order import adjusted_pvalues, adjustment_matters, order_of
from sim.study import Study

TOTAL_FIRST = {"weights": {"total": 1.0}, "transitions": {"total": {"items": 1.0}}}
SHARED = {"weights": {"total": 0.5, "a": 0.5}, "transitions": {}}
DOMAIN_FIRST = {"weights": {"b": 1.0}, "transitions": {"b": {"total": 1.0}}}
ALIKE: dict[str, tuple[str, dict[str, Any]]] = {
    "Holm, total": ("total", {"adjustment": "holm"}),
    "Hommel, total in a list": ("all of [total]", {"adjustment": "hommel"}),
    "none, a domain": ("all of [a]", {"adjustment": "none"}),
    "Bonferroni, the only domain": (
        "all of items", {"adjustment": "bonferroni", "items": ("a",)}
    ),
    "sequence, its first": ("b", {"adjustment": "fixed_sequence", "sequence": ("b", "total")}),
    "graph, which starts with it": (
        "total", {"adjustment": "graphical", "graph": TOTAL_FIRST}
    ),
    "graph, which starts with a domain": (
        "b", {"adjustment": "graphical", "graph": DOMAIN_FIRST}
    ),
}  # fmt: skip
UNLIKE: dict[str, tuple[str, dict[str, Any]]] = {
    "Holm, a domain": ("a", {"adjustment": "holm"}),
    "Hochberg, two domains": ("all of [a, b]", {"adjustment": "hochberg"}),
    "Bonferroni, a domain and the total": ("all of [a, total]", {"adjustment": "bonferroni"}),
    "sequence, its second": (
        "total", {"adjustment": "fixed_sequence", "sequence": ("b", "total")}
    ),
    "graph, another first": ("total", {"adjustment": "graphical", "graph": DOMAIN_FIRST}),
    "graph, a share": ("total", {"adjustment": "graphical", "graph": SHARED}),
}  # fmt: skip


def stated(rule: str, items: tuple[str, ...] = ("a", "b", "c"), **analysis: Any) -> Study:
    """State a study with one rule."""
    success = {"primary": "only", "success": {"only": rule}}
    return small_study(questionnaire={"items": items}, analysis=analysis, **success)


def met(study: Study) -> tuple[list[bool], list[bool]]:
    """Whether the rule is met with adjusted and with raw p-values, of many studies at random."""
    domains = len(study.domains)
    pvalues = np.random.default_rng(1).uniform(0, 0.12, (4000, domains + 1))
    adjusted = adjusted_pvalues(pvalues, domains, study.analysis, order_of(study))
    ((columns, needed),) = [(rule.columns, rule.needed) for rule in decision_rules(study)]
    both = [
        (own[:, list(columns)] <= study.analysis.alpha).sum(axis=1) >= needed
        for own in (adjusted, pvalues)
    ]
    assert both[1].any()
    return both[0].tolist(), both[1].tolist()


@pytest.mark.parametrize("name", ALIKE)
def test_an_adjustment_that_does_not_matter(name: str) -> None:
    """Where it is said not to matter, the rule is met by the very same studies without it."""
    rule, analysis = ALIKE[name]
    study = stated(rule, **analysis)
    assert not adjustment_matters(study)
    adjusted, raw = met(study)
    assert adjusted == raw


@pytest.mark.parametrize("name", UNLIKE)
def test_an_adjustment_that_matters(name: str) -> None:
    """Where it is said to matter, some studies meet the rule only without it."""
    rule, analysis = UNLIKE[name]
    study = stated(rule, **analysis)
    assert adjustment_matters(study)
    adjusted, raw = met(study)
    assert adjusted != raw


def test_it_is_the_primary_rule_that_counts() -> None:
    """Another rule that looks at domains does not make the adjustment matter to the total."""
    assert not adjustment_matters(small_study(primary="total"))
    assert adjustment_matters(small_study(primary="all"))
