"""The graphical procedure: a level that is shared, and passed on when a hypothesis is rejected.

References
----------
Bretz F, Maurer W, Brannath W, Posch M (2009). Statistics in Medicine 28, 586-604.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from sim.arrays import FloatArray
from sim.inference import graphical_kernels as kernels
from sim.inference.arrays import as_probabilities

MOST_NODES = 12
"""Most hypotheses in a graph: the weights of all their subsets are tabulated."""

_WIDEST = 1000  # largest denominator of a fraction that a long decimal is taken to mean
_CLOSE = Fraction(1, 10**11)  # how near it must lie, relative to its size

Share = float | Fraction
Transitions = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Graph:
    """Hypotheses, the share of the level of each, and who inherits it.

    Shares are exact fractions, so that thirds add up to one.

    Attributes
    ----------
    weights : tuple of Fraction
        Share of the level with which each hypothesis starts; at most 1 in all.
    transitions : tuple of tuple of Fraction
        Row j: the parts of its share that hypothesis j passes to each other
        one once it is rejected; at most 1 in all.

    Raises
    ------
    ValueError
        Where there are no hypotheses or more than `MOST_NODES`, where shapes
        differ, a share is negative or too large, or a hypothesis passes to
        itself.
    """

    weights: tuple[Fraction, ...]
    transitions: Transitions

    def __post_init__(self) -> None:
        m = len(self.weights)
        if not 1 <= m <= MOST_NODES:
            raise ValueError(f"weights: there must be 1 to {MOST_NODES} hypotheses, not {m}")
        if len(self.transitions) != m or any(len(row) != m for row in self.transitions):
            raise ValueError(f"transitions must have {m} rows of {m}, one for each hypothesis")
        _require_shares(self.weights, "weights")
        for j, row in enumerate(self.transitions):
            _require_shares(row, f"transitions of hypothesis {j}")
            if row[j] != 0:
                raise ValueError(f"transitions: hypothesis {j} must not pass to itself")

    def reached(self, rejected: Sequence[bool] | None = None) -> tuple[bool, ...]:
        """Tell for each hypothesis whether any level comes to it, by way of those rejected.

        By default any can be.
        """
        passes = [True] * len(self.weights) if rejected is None else rejected
        reached = [weight > 0 for weight in self.weights]
        for _ in reached:
            passing = [here and gone for here, gone in zip(reached, passes, strict=True)]
            for heirs in [row for row, here in zip(self.transitions, passing, strict=True) if here]:
                reached = [here or heir > 0 for here, heir in zip(reached, heirs, strict=True)]
        return tuple(reached)

    @classmethod
    def from_numbers(
        cls, weights: Sequence[Share], transitions: Sequence[Sequence[Share]]
    ) -> Graph:
        """Build a graph from numbers as they are written, see :func:`as_written`."""
        rows = tuple(tuple(as_written(share) for share in row) for row in transitions)
        return cls(tuple(as_written(weight) for weight in weights), rows)


def _require_shares(shares: Sequence[Fraction], name: str) -> None:
    if any(share < 0 for share in shares):
        raise ValueError(f"{name} must not be negative")
    if sum(shares) > 1:
        raise ValueError(f"{name} must sum to at most 1")


def as_written(share: Share) -> Fraction:
    """Take a number for the fraction that it is meant to be.

    A float is the decimal that it is written as, 0.1 one tenth; a decimal that
    agrees with a fraction of small denominator in eleven figures is that
    fraction, so that eleven times 1 / 11 is 1 and not more.

    Parameters
    ----------
    share : float or Fraction
        The number.

    Returns
    -------
    Fraction

    Raises
    ------
    ValueError
        Where the number is not finite.

    Examples
    --------
    >>> as_written(0.025), as_written(1 / 11), as_written(0.142857142857)
    (Fraction(1, 40), Fraction(1, 11), Fraction(1, 7))
    """
    exact = share if isinstance(share, Fraction) else Fraction(str(share))
    near = exact.limit_denominator(_WIDEST)
    return near if abs(near - exact) <= _CLOSE * abs(exact) else exact


@lru_cache(maxsize=32)
def subset_weights(graph: Graph) -> FloatArray:
    """Reciprocal weights of every hypothesis in every set of hypotheses still in.

    Computed in fractions and rounded once.

    Parameters
    ----------
    graph : Graph
        A graph of m hypotheses.

    Returns
    -------
    ndarray, shape (2^m, m)
        1 / w; infinite where the weight is 0 or the hypothesis is no longer in.
        Row s is the set whose members are the bits of s. Not to be written to.
    """
    m = len(graph.weights)
    table = np.full((2**m, m), np.inf)
    for left, weights in _subsets(graph):
        table[left] = [_reciprocal(weight) for weight in weights]
    table.flags.writeable = False
    return table


def _reciprocal(weight: Fraction) -> float:
    if weight * Fraction(sys.float_info.max) < 1:
        return np.inf
    return float(1 / weight)


def _subsets(graph: Graph) -> Iterator[tuple[int, list[Fraction]]]:
    """Walk through all sets of hypotheses, each once, with their weights (0 of those removed)."""
    m = len(graph.weights)
    waiting = [(0, (1 << m) - 1, list(graph.weights), [list(row) for row in graph.transitions])]
    while waiting:
        first, left, weights, transitions = waiting.pop()
        yield left, weights
        waiting += [
            (j + 1, left ^ 1 << j, *_without(j, weights, transitions)) for j in range(first, m)
        ]


def _without(
    gone: int, weights: list[Fraction], transitions: list[list[Fraction]]
) -> tuple[list[Fraction], list[list[Fraction]]]:
    """Weights and transitions once a hypothesis is rejected (algorithm 1 of the paper)."""
    nothing, everyone = Fraction(0), range(len(weights))
    passed, weight = transitions[gone], weights[gone]
    heirs = [nothing if k == gone else weights[k] + weight * passed[k] for k in everyone]
    rows = []
    for j in everyone:
        to_gone = transitions[j][gone]
        stays = 1 - to_gone * passed[j]
        if j == gone or stays == 0:
            rows.append([nothing] * len(weights))
        elif to_gone == 0:
            rows.append(transitions[j])
        else:
            row = transitions[j]
            rows.append(
                [
                    nothing if k in (j, gone) else (row[k] + to_gone * passed[k]) / stays
                    for k in everyone
                ]
            )
    return heirs, rows


def graphical(
    pvalues: ArrayLike, weights: Sequence[Share], transitions: Sequence[Sequence[Share]]
) -> FloatArray:
    """Adjust p-values by the graphical procedure of Bretz et al. (2009).

    The level is shared among hypotheses by their weights. When one is
    rejected, its share passes to others by its row of the transitions, and the
    graph closes over the gap. The family's level is kept whatever the
    dependence of the p-values.

    Parameters
    ----------
    pvalues : array_like, shape (..., m)
        P-values between 0 and 1, one family on the last axis.
    weights : sequence of float or Fraction, length m
        Share of the level of each hypothesis, from 0; they sum to at most 1.
    transitions : m sequences of m float or Fraction
        Row j: what hypothesis j passes to each other one, from 0, to itself 0;
        each row sums to at most 1. Floats are taken as they are written, see
        :func:`as_written`.

    Returns
    -------
    ndarray, shape (..., m)
        Adjusted p-values, at most 1; reject where they are at most alpha.
        1 where no share ever comes.

    Raises
    ------
    ValueError
        Where a p-value lies outside 0 to 1, the graph is not valid or has more
        than 12 hypotheses, or their numbers differ.

    Examples
    --------
    Two domains by Holm, once their total is significant:

    >>> graphical([0.02, 0.01, 0.015], [0, 0, 1], [[0, 1, 0], [1, 0, 0], [0.5, 0.5, 0]]).tolist()
    [0.02, 0.02, 0.015]
    """
    graph = Graph.from_numbers(weights, transitions)
    array = as_probabilities(pvalues, "pvalues")
    if array.ndim == 0 or array.shape[-1] != len(graph.weights):
        raise ValueError(f"pvalues must have {len(graph.weights)} hypotheses on the last axis")
    return graph_rows(array, graph)


def graph_rows(pvalues: FloatArray, graph: Graph) -> FloatArray:
    """Adjust p-values known to be valid by a graph; shape (..., m) in and out."""
    rows = np.ascontiguousarray(pvalues).reshape(-1, len(graph.weights))  # (rows, m)
    adjusted = np.empty_like(rows)
    kernels.graphical(rows, subset_weights(graph), adjusted)
    return adjusted.reshape(pvalues.shape)
