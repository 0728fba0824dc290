"""Graphs of procedures that can be had without a graph."""

from fractions import Fraction

from sim.inference.graphical import Graph, Transitions


def holm_graph(m: int) -> Graph:
    """Graph of Holm's procedure: equal shares, passed on to the others alike."""
    each = Fraction(1, m) if m else Fraction(0)
    return Graph((each,) * m, _alike(m, m))


def fixed_sequence_graph(m: int) -> Graph:
    """Graph of tests in their order, the next only after a rejection."""
    weights = tuple(Fraction(j == 0) for j in range(m))
    return Graph(weights, tuple(tuple(Fraction(k == j + 1) for k in range(m)) for j in range(m)))


def gatekeeping_graph(m: int) -> Graph:
    """Graph that tests the total, the last, first; and if it is rejected the others by Holm."""
    weights = tuple(Fraction(j == m - 1) for j in range(m))
    total = tuple(Fraction(j < m - 1, max(m - 1, 1)) for j in range(m))
    return Graph(weights, (*_alike(m - 1, m), total))


def _alike(members: int, m: int) -> Transitions:
    """Rows of the first few of m hypotheses, each of which passes to the others of them alike."""
    each = Fraction(1, max(members - 1, 1))
    return tuple(
        tuple(each if k < members and k != j else Fraction(0) for k in range(m))
        for j in range(members)
    )
