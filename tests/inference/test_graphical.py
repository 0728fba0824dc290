"""The graphical procedure against Holm, sequences and gatekeeping, and against closed testing."""

import pickle
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from oracles.graphs import fixed_sequence_graph, gatekeeping_graph, holm_graph

from sim import adjust
from sim.errors import StudyError
from sim.inference.graphical import (
    MOST_NODES,
    Graph,
    as_written,
    graph_rows,
    graphical,
    subset_weights,
)
from sim.inference.testing_order import graph_of
from sim.study.sections import HypothesisGraph

HALF, NONE = Fraction(1, 2), Fraction(0)


def families(m: int) -> np.ndarray:
    """Families of m p-values: spread out, small, tied, at the ends, and a float apart."""
    rng = np.random.default_rng([81, m])
    spread = rng.random((1500, m))
    coarse = np.round(rng.random((1500, m)), 1)
    ends = rng.choice([0.0, 0.01, 0.05, 1.0], (500, m))
    near = rng.choice([np.nextafter(0.01, 0), 0.01, np.nextafter(0.01, 1)], (500, m))
    return np.concatenate([spread, spread**4, coarse, ends, near])


def random_graph(m: int, seed: int) -> Graph:
    """Draw a graph, some of its shares nothing, some rows passing all on."""
    rng = np.random.default_rng([82, m, seed])
    parts = rng.integers(0, 5, (m + 1, m)) * (rng.random((m + 1, m)) < 0.7)
    parts[1:][np.eye(m, dtype=bool)] = 0
    kept = rng.integers(0, 2, m + 1)
    wholes = np.maximum(parts.sum(axis=1) + kept, 1)
    shares = [
        tuple(Fraction(int(part), int(whole)) for part in row)
        for row, whole in zip(parts, wholes, strict=True)
    ]
    return Graph(shares[0], tuple(shares[1:]))


@pytest.mark.parametrize("m", [1, 2, 3, 7, 12])
def test_holm_as_a_graph(m: int) -> None:
    """Equal shares that pass to the others alike are Holm's procedure, bit for bit."""
    assert np.array_equal(graph_rows(families(m), holm_graph(m)), adjust(families(m), "holm"))


@pytest.mark.parametrize("m", [1, 2, 3, 7, 12])
def test_fixed_sequence_as_a_graph(m: int) -> None:
    """A share that passes down the line is the cumulative maximum, bit for bit."""
    found = graph_rows(families(m), fixed_sequence_graph(m))
    assert np.array_equal(found, np.maximum.accumulate(families(m), axis=1))
    assert np.array_equal(found, adjust(families(m), "fixed_sequence"))


@pytest.mark.parametrize("m", [2, 3, 8, 12])
def test_gatekeeping_as_a_graph(m: int) -> None:
    """The total guards the domains: max(p of the total, Holm of the domains), bit for bit."""
    rows = families(m)
    total, domains = rows[:, -1:], adjust(rows[:, :-1], "holm")
    expected = np.concatenate([np.maximum(total, domains), total], axis=1)
    assert np.array_equal(graph_rows(rows, gatekeeping_graph(m)), expected)


def removed(
    gone: int, weights: dict[int, float], passed: dict[tuple[int, int], float]
) -> tuple[dict[int, float], dict[tuple[int, int], float]]:
    """Reject one hypothesis: the update of Bretz et al., algorithm 1, in floats."""
    left = [j for j in weights if j != gone]
    heirs = {j: weights[j] + weights[gone] * passed[gone, j] for j in left}
    rows = {}
    for j in left:
        around = passed[j, gone] * passed[gone, j]
        for k in left:
            through = passed[j, k] + passed[j, gone] * passed[gone, k]
            rows[j, k] = through / (1 - around) if j != k and around < 1 - 1e-12 else 0.0
    return heirs, rows


def in_floats(graph: Graph) -> tuple[dict[int, float], dict[tuple[int, int], float]]:
    """Write a graph as plain numbers."""
    m = len(graph.weights)
    passed = {(j, k): float(graph.transitions[j][k]) for j in range(m) for k in range(m)}
    return {j: float(weight) for j, weight in enumerate(graph.weights)}, passed


def closed_test(row: np.ndarray, graph: Graph) -> np.ndarray:
    """Adjust by closed testing: a weighted Bonferroni test of every set of hypotheses."""
    m = len(row)
    found = np.zeros(m)
    for members in range(1, 2**m):
        weights, passed = in_floats(graph)
        for j in range(m):
            if not members >> j & 1:
                weights, passed = removed(j, weights, passed)
        own = [row[j] / weight for j, weight in weights.items() if weight > 1e-12]
        for j in weights:
            found[j] = max(found[j], min([1.0, *own]))
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_agrees_with_closed_testing(m: int, seed: int) -> None:
    """The adjusted p is the largest weighted Bonferroni p of all sets with the hypothesis."""
    graph = random_graph(m, seed)
    rows = families(m)[:: 5500 // (40 if m < 5 else 15)]
    expected = [closed_test(row, graph) for row in rows]
    assert np.allclose(graph_rows(rows, graph), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("alpha", [Fraction(1, 20), Fraction(1, 5)])
@pytest.mark.parametrize("seed", range(15))
def test_agrees_with_rejecting_in_sequence(seed: int, alpha: Fraction) -> None:
    """Adjusted p <= alpha are what is rejected one by one, p <= alpha w, whoever goes first."""
    m = 4
    graph = random_graph(m, 100 + seed)
    rows = families(m)[:3000:25]  # none of them at a level up to rounding, asserted below
    adjusted = graph_rows(rows, graph) <= float(alpha)
    rng = np.random.default_rng(83)
    for row, expected in zip(rows, adjusted, strict=True):
        weights, passed = in_floats(graph)
        while True:
            level = {j: float(alpha) * w for j, w in weights.items() if w > 1e-12}
            assert all(abs(row[j] - own) > 1e-14 for j, own in level.items())
            open_now = [j for j, own in level.items() if row[j] <= own]
            if not open_now:
                break
            weights, passed = removed(int(rng.choice(open_now)), weights, passed)
        assert [j not in weights for j in range(m)] == expected.tolist()


@pytest.mark.parametrize("seed", range(8))
def test_order_of_removal_is_nothing(seed: int) -> None:
    """A set's weights are those that removing the others gives, in any order."""
    graph = random_graph(5, 200 + seed)
    table = subset_weights(graph)
    for order in permutations(range(5)):
        weights, passed = in_floats(graph)
        left = 31
        for gone in order:
            weights, passed = removed(gone, weights, passed)
            left ^= 1 << gone
            found = [1 / table[left, j] for j in weights]
            assert np.allclose(found, list(weights.values()), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_order_of_hypotheses_is_nothing(seed: int) -> None:
    """A graph drawn in another order gives each hypothesis the same p, bit for bit, at ties too."""
    graph = random_graph(5, 300 + seed)
    order = np.random.default_rng(seed).permutation(5)
    weights = tuple(graph.weights[j] for j in order)
    other = Graph(weights, tuple(tuple(graph.transitions[j][k] for k in order) for j in order))
    rows = families(5)
    assert np.array_equal(graph_rows(rows[:, order], other), graph_rows(rows, graph)[:, order])


def test_raising_a_pvalue_lowers_none() -> None:
    """Raising one p-value lowers no adjusted one, and adjusting lowers none."""
    rng = np.random.default_rng(84)
    for seed in range(10):
        graph, rows = random_graph(4, 400 + seed), families(4)
        raised = rows.copy()
        place = rng.integers(0, 4, len(rows))
        line = np.arange(len(rows))
        raised[line, place] += (1 - raised[line, place]) * rng.random(len(rows))
        before = graph_rows(rows, graph)
        assert (graph_rows(raised, graph) >= before).all()
        assert (before >= rows).all()
        assert (before <= 1).all()


def test_rows_do_not_leak() -> None:
    """A family alone, and one deep inside an array, are adjusted alike; the input is left alone."""
    graph, rows = random_graph(4, 500), families(4)[:120].reshape(2, 3, 20, 4)
    copy, batch = rows.copy(), graph_rows(rows, graph)
    for place in np.ndindex(2, 3, 20):
        assert np.array_equal(graph_rows(rows[place], graph), batch[place])
    assert np.array_equal(rows, copy)
    assert np.array_equal(graph_rows(np.asfortranarray(rows), graph), batch)
    assert graph_rows(np.empty((0, 4)), graph).shape == (0, 4)


def test_without_a_share_nothing_is_rejected() -> None:
    """A hypothesis that no share ever reaches has p = 1, be its own p zero."""
    found = graphical([0.0, 0.0, 0.2], [0.5, 0, 0], [[0, 0, 1], [0, 0, 1], [0, 0, 0]])
    assert found.tolist() == [0.0, 1.0, 0.4]


def test_loop_of_two_keeps_its_share() -> None:
    """Two that pass all to each other leave the last one without heirs, by 0 not by 0 / 0."""
    found = graphical([0.01, 0.02, 0.001], [0.5, 0.5, 0], [[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    assert found.tolist() == [0.02, 0.02, 1.0]


def test_no_room_for_a_reciprocal() -> None:
    """A weight whose reciprocal no float holds counts as none."""
    graph = Graph((Fraction(1, 10**320), HALF), ((NONE, NONE), (NONE, NONE)))
    assert graph_rows(np.array([1e-3, 0.1]), graph).tolist() == [1.0, 0.2]


def test_numbers_as_they_are_written() -> None:
    """Floats are the decimals they are written as, long ones the fraction they mean."""
    assert as_written(0.1) == Fraction(1, 10)
    assert as_written(0.333) == Fraction(333, 1000)
    assert as_written(1e-13) == Fraction(1, 10**13)
    assert as_written(Fraction(1, 100_003)) == Fraction(1, 100_003)
    for m in range(2, MOST_NODES + 1):
        assert Graph.from_numbers([1 / m] * m, holm_graph(m).transitions) == holm_graph(m)


def test_shares_a_rounding_above_the_level_are_all_of_it() -> None:
    """Weights that exceed 1 by what was rounded off are taken in proportion; others are refused."""
    weights = {"a": 0.123456789, "b": 0.876543212}
    graph = graph_of(HypothesisGraph(weights=weights, transitions={}), ("a", "b", "total"), 2)
    assert graph.weights[:2] == (Fraction(123456789, 10**9 + 1), Fraction(876543212, 10**9 + 1))
    with pytest.raises(StudyError, match=r"^analysis.graph: "):
        graph_of(HypothesisGraph(weights={"a": 0.6, "b": 0.5}, transitions={}), ("a", "b"), 2)


def test_graph_travels() -> None:
    """Equal graphs are one key, and a pickled graph comes back equal."""
    graph = gatekeeping_graph(4)
    assert pickle.loads(pickle.dumps(graph)) == graph  # noqa: S301 - our own bytes
    assert hash(gatekeeping_graph(4)) == hash(graph)
    assert subset_weights(gatekeeping_graph(4)) is subset_weights(graph)


@pytest.mark.parametrize(
    ("weights", "transitions", "message"),
    [
        ([], [], "1 to 12 hypotheses"),
        ([0.05] * 13, [[0] * 13] * 13, "1 to 12 hypotheses"),
        ([0.5, 0.5], [[0, 1]], "2 rows of 2"),
        ([0.5, 0.5], [[0, 1], [1]], "2 rows of 2"),
        ([0.5, 0.6], [[0, 1], [1, 0]], "weights must sum to at most 1"),
        ([-0.5, 0.5], [[0, 1], [1, 0]], "weights must not be negative"),
        ([0.5, 0.5], [[0, 1.1], [1, 0]], "hypothesis 0 must sum to at most 1"),
        ([0.5, 0.5], [[0, 1], [-0.1, 0]], "hypothesis 1 must not be negative"),
        ([0.5, 0.5], [[0, 1], [0.5, 0.5]], "hypothesis 1 must not pass to itself"),
        ([np.nan, 0.5], [[0, 1], [1, 0]], "nan"),
    ],
)
def test_refuses_what_is_no_graph(weights: list, transitions: list, message: str) -> None:
    """Shares that are negative, too many, or passed to oneself are refused."""
    with pytest.raises(ValueError, match=message):
        graphical([0.1, 0.1], weights, transitions)


@pytest.mark.parametrize(
    ("pvalues", "message"),
    [
        ([0.1, 1.2], "between 0 and 1"),
        ([np.nan, 0.5], "between 0 and 1"),
        ([0.1], "2 hypotheses"),
        (0.1, "2 hypotheses"),
    ],
)
def test_refuses_what_is_no_family(pvalues: object, message: str) -> None:
    """P-values outside 0 to 1, and families of another size, are refused."""
    with pytest.raises(ValueError, match=message):
        graphical(pvalues, [0.5, 0.5], [[0, 1], [1, 0]])
