"""Decision rules: which endpoints they look at and how many wins they need."""

import numpy as np
from oracles.deciding import rules_met
from oracles.studies import PRE, small_study

from sim.inference.rules import DecisionRule, decision_rules, successes

RULES = {
    "total": "total",
    "mentee b": "b for mentee",
    "any": "any of items for [mentor, mentee]",
    "all": "all of [a, total] for [mentor, mentee]",
    "two": "at least 2 of items for mentee",
}


def test_rules_find_their_columns() -> None:
    """Roles stand side by side, each with its domains and then its total."""
    study = small_study(
        roles={"mentor": {"pre": PRE}, "mentee": {"pre": PRE}},
        primary="any",
        success=RULES,
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
    rules = [DecisionRule(str(k), (0,), (0, 2), k) for k in (1, 2)]
    assert rules_met(won, rules).tolist() == [[True, True], [False, False], [True, True]]


def test_roles_stand_side_by_side() -> None:
    """A rule on two roles counts the wins of both, study by study and size by size."""
    rng = np.random.default_rng(61)
    mentors, mentees = rng.random((2, 5, 3, 4)) < 0.5
    rules = [DecisionRule("both", (0, 1), (0, 3, 4, 6), k) for k in (1, 2, 4)]
    own = np.concatenate([mentors, mentees], axis=-1)[..., [0, 3, 4, 6]].sum(axis=-1)
    expected = np.stack([own >= k for k in (1, 2, 4)], axis=-1)
    assert np.array_equal(successes([mentors, mentees], rules), expected)
