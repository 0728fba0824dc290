"""Decision rules: which endpoints they look at and how many wins they need."""

import numpy as np
from oracles.studies import PRE, small_study

from sim.inference.rules import DecisionRule, decision_rules, successes

BOTH = ("mentor", "mentee")
RULES = {
    "total": {"kind": "one", "endpoints": "total", "roles": ("mentor",)},
    "mentee b": {"kind": "one", "endpoints": ("b",), "roles": ("mentee",)},
    "any": {"kind": "any", "endpoints": "domains", "roles": BOTH},
    "all": {"kind": "all", "endpoints": ("a", "total"), "roles": BOTH},
    "two": {"kind": "at_least", "k": 2, "endpoints": "domains", "roles": ("mentee",)},
}


def test_rules_find_their_columns() -> None:
    """Roles stand side by side, each with its domains and then its total."""
    study = small_study(
        roles={"mentor": {"pre": PRE}, "mentee": {"pre": PRE}},
        decision={"primary": "any", "rules": RULES},
    )
    found = {rule.name: (rule.columns, rule.needed) for rule in decision_rules(study)}
    assert found == {
        "total": ((3,), 1),
        "mentee b": ((5,), 1),
        "any": ((0, 1, 2, 4, 5, 6), 1),
        "all": ((0, 3, 4, 7), 4),
        "two": ((4, 5, 6), 2),
    }


def test_successes_count_their_own_columns() -> None:
    """A rule looks at its own endpoints only and needs its own number of them."""
    won = np.array([[True, False, True], [False, True, False], [True, True, True]])
    rules = [DecisionRule(str(k), ("mentor",), (0, 2), k) for k in (1, 2)]
    assert successes(won, rules).tolist() == [[True, True], [False, False], [True, True]]
