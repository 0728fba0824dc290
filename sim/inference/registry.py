"""The paired tests by name."""

from collections.abc import Callable

from sim.inference.paired_t import paired_t_curve
from sim.inference.result import IntArray, TestResult
from sim.inference.sign import sign_curve
from sim.inference.signed_rank import signed_rank_curve
from sim.study import Analysis

Curve = Callable[[IntArray, IntArray, Analysis], TestResult]
"""changes (R, N, E), rising sizes (K,), options -> fields of shape (R, K, E)."""

TESTS: dict[str, Curve] = {
    "signed_rank": signed_rank_curve,
    "sign": sign_curve,
    "paired_t": paired_t_curve,
}
