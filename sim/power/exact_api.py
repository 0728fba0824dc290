"""Exact power of a paired test from plain arrays, for notebooks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.inference.arrays import as_numbers, as_whole_numbers
from sim.inference.result import require_choice
from sim.power.estimates import exactly
from sim.power.exact import LARGEST, ExactPower, exact_rejection
from sim.power.operating import (
    EndpointMeasures,
    OperatingCharacteristics,
    RoleCharacteristics,
)
from sim.study import Analysis
from sim.study.methods import TESTS


def exact_power(  # noqa: PLR0913 - the published signature
    pmf: ArrayLike,
    sizes: ArrayLike,
    test: str = "signed_rank",
    zeros: str = "wilcox",
    p_value: str = "auto",
    alpha: float = 0.05,
    alternative: str = "two_sided",
    *,
    continuity: bool = False,
    exact_limit: int = 25,
    direction: str = "rise",
) -> OperatingCharacteristics:
    """Power of a paired test on ordinal changes, by enumeration: no Monte Carlo error.

    Parameters
    ----------
    pmf : array_like, odd length 2 K - 1
        Probabilities of the changes -(K-1) ... K-1 of one participant; for
        McNemar's test the three of falling below the cut, staying on the
        same side, and rising to it.
    sizes : array_like of whole numbers
        Numbers of participants, 1 to 5000.
    test : {'signed_rank', 'sign', 'mcnemar', 'sign_flip', 'paired_t'}
        The paired test; rejects where p <= `alpha`.
    zeros, p_value, alternative
        As for the test itself; p-values by 'mid_p' for the sign and
        McNemar's tests only.
    alpha : float
        Significance level.
    continuity, exact_limit
        As for :func:`sim.signed_rank` and :func:`sim.mcnemar`.
    direction : {'rise', 'fall'}
        What a two-sided test wins by.

    Returns
    -------
    OperatingCharacteristics
        ``power`` is P(p <= alpha), ``win`` that with the statistic on the side
        of `direction`, or of a one-sided `alternative`; both of shape (K,).
        ``error_bound`` is the probability left out of the enumeration.

    Raises
    ------
    ValueError
        Where the probabilities, a size or an option is not as above.
    StudyError
        Where the enumeration would take too long.

    Examples
    --------
    >>> result = exact_power([.03, .12, .35, .35, .15], sizes=[6, 10, 20, 30], p_value="exact")
    >>> result.power.round(6).tolist()
    [0.015636, 0.15241, 0.444005, 0.658133]
    """
    people = _checked_sizes(sizes)
    options = (test, zeros, p_value, alpha, alternative, continuity, exact_limit, direction)
    analysis = _analysis(dict(zip(_OPTIONS, options, strict=True)))
    chances = _checked(pmf, analysis)
    return _characteristics(exact_rejection(chances, people, analysis), tuple(people))


_OPTIONS = (
    "test", "zeros", "p_value", "alpha", "alternative", "continuity", "exact_limit", "direction"
)  # fmt: skip


def _checked_sizes(sizes: ArrayLike) -> list[int]:
    whole = as_whole_numbers(sizes, "sizes")
    if whole.ndim != 1 or not whole.size or whole.min() < 1 or whole.max() > LARGEST:
        raise ValueError(f"sizes must list whole numbers from 1 to {LARGEST}")
    return [int(n) for n in whole]


def _analysis(options: dict[str, Any]) -> Analysis:
    offered = {name: facts for name, facts in TESTS.items() if facts.enumerated}
    require_choice(options["test"], tuple(offered), "test")
    if options["p_value"] == "mid_p":
        names = tuple(name for name, facts in offered.items() if "mid_p" in facts.p_values)
        require_choice(options["test"], names, "p_value='mid_p': test")
    require_choice(options["direction"], ("rise", "fall"), "direction")
    if not offered[options["test"]].has_exact:
        options["p_value"] = "auto"  # t has one p-value, and it is exact
    return Analysis(**options, adjustment="none", flips=99)  # of no use to one endpoint


def _characteristics(exact: ExactPower, people: tuple[int, ...]) -> OperatingCharacteristics:
    measures = EndpointMeasures(
        rejection=exactly(exact.power[:, None]), win=exactly(exact.win[:, None])
    )
    role = RoleCharacteristics("participant", people, ("change",), measures, None)
    none = exactly(np.empty((len(people), 0)))
    error = float(exact.error.max())
    return OperatingCharacteristics(people, (role,), (), none, none, 0, error)


def _checked(pmf: ArrayLike, analysis: Analysis) -> np.ndarray:
    chances = as_numbers(pmf, "pmf").astype(np.float64)
    if chances.ndim != 1 or len(chances) % 2 == 0 or len(chances) < 3:
        raise ValueError("pmf must list 3, 5, 7, ... probabilities, of changes -(K-1) to K-1")
    if analysis.test_facts.has_cut and len(chances) != 3:
        right = "must list P(falls below the cut), stays, rises"
        raise ValueError(f"pmf for test={analysis.test!r} {right}")
    if not (chances >= 0).all() or abs(chances.sum() - 1) > 1e-6:
        raise ValueError("pmf must hold probabilities that sum to 1")
    return chances
