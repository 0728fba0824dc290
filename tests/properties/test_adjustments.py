"""What every multiplicity adjustment and decision rule must obey."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles.deciding import rules_met

from sim.inference.adjust import ADJUSTMENTS, adjust
from sim.inference.rules import DecisionRule

EVERY = pytest.mark.parametrize("method", ADJUSTMENTS)
ALIKE = pytest.mark.parametrize("method", [m for m in ADJUSTMENTS if m != "fixed_sequence"])
"""Adjustments to which the order of the hypotheses means nothing."""
FAMILY = st.integers(1, 8).flatmap(
    lambda m: st.lists(
        st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 1.0])), min_size=m, max_size=m
    )
)
SLACK = 1e-12


@EVERY
@settings(max_examples=50)
@given(family=FAMILY)
def test_never_below_raw_never_above_one(method: str, family: list[float]) -> None:
    """Adjusting never makes a p-value smaller, nor larger than 1."""
    found = adjust(family, method)
    assert (found >= np.array(family) - SLACK).all()
    assert (found <= 1).all()


@ALIKE
@settings(max_examples=50)
@given(family=FAMILY)
def test_order_is_kept(method: str, family: list[float]) -> None:
    """A smaller p-value never has the larger adjusted one; equal ones stay equal."""
    order = np.argsort(family, kind="stable")
    found = adjust(family, method)[order]
    assert (np.diff(found) >= -SLACK).all()
    ties = np.diff(np.array(family)[order]) == 0
    assert np.allclose(np.diff(found)[ties], 0, atol=SLACK)


@ALIKE
@settings(max_examples=50)
@given(family=FAMILY, data=st.data())
def test_permuted_family(method: str, family: list[float], data: st.DataObject) -> None:
    """The order in which hypotheses are named does not matter."""
    order = data.draw(st.permutations(range(len(family))))
    permuted = adjust(np.array(family)[order], method)
    assert np.array_equal(permuted, adjust(family, method)[order])


@EVERY
@settings(max_examples=50)
@given(family=FAMILY, data=st.data())
def test_rises_with_each_pvalue(method: str, family: list[float], data: st.DataObject) -> None:
    """Raising one p-value lowers no adjusted one, which the best case of a design relies on."""
    raised = list(family)
    place = data.draw(st.integers(0, len(family) - 1))
    raised[place] = data.draw(st.floats(family[place], 1))
    assert (adjust(raised, method) >= adjust(family, method) - SLACK).all()


@settings(max_examples=50)
@given(family=FAMILY)
@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("none", "sidak"),
        ("sidak", "bonferroni"),
        ("holm", "bonferroni"),
        ("hochberg", "holm"),
        ("hommel", "hochberg"),
        ("benjamini_hochberg", "hommel"),
        ("benjamini_hochberg", "benjamini_yekutieli"),
    ],
)
def test_known_order_of_power(stronger: str, weaker: str, family: list[float]) -> None:
    """Where one procedure is uniformly stronger its adjusted p-values are never larger."""
    assert (adjust(family, stronger) <= adjust(family, weaker) + SLACK).all()


WINS = arrays(np.bool_, st.tuples(st.integers(1, 4), st.just(6)))
COLUMNS = st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True)


@given(won=WINS, columns=COLUMNS, data=st.data())
def test_rules_are_monotone(won: np.ndarray, columns: list[int], data: st.DataObject) -> None:
    """One more win never loses a rule, and one more needed win never meets it."""
    needed = data.draw(st.integers(1, len(columns)))
    rules = [DecisionRule(str(k), (0,), tuple(columns), k) for k in (needed, needed + 1)]
    more = won.copy()
    more[:, data.draw(st.integers(0, 5))] = True
    before, after = rules_met(won, rules), rules_met(more, rules)
    assert (after >= before).all()
    assert (before[:, 0] >= before[:, 1]).all()


@given(won=WINS, columns=COLUMNS)
def test_any_and_all(won: np.ndarray, columns: list[int]) -> None:
    """At least one is `any`, at least as many as there are is `all`."""
    rules = [DecisionRule("", (0,), tuple(columns), k) for k in (1, len(columns))]
    own = won[:, columns]
    assert np.array_equal(
        rules_met(won, rules), np.stack([own.any(axis=1), own.all(axis=1)], axis=1)
    )
