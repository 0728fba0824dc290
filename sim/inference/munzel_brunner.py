"""Munzel and Brunner's rank test of the answers after against those before.

Its effect is the paired relative effect: the probability that the answer after
of one person is above the answer before of another, ties counting half. Only
the order of the answers counts, not the size of changes.

References
----------
Munzel U, Brunner E (2002). An exact paired rank test. Biometrical Journal 44, 584-593.
"""

import numpy as np

from sim.arrays import FloatArray
from sim.inference.answer_distribution import Arms
from sim.inference.munzel_brunner_kernels import fill_placements
from sim.inference.result import MISSING, SIDE, IntArray, TestResult, t_pvalue
from sim.inference.sample import Samples, Sizes
from sim.study import Analysis


def munzel_brunner_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Test at every size whether the paired relative effect is one half, by t of n - 1.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        The one group and its sizes.
    analysis : Analysis
        Its alternative; `greater` looks for higher answers after.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is t. Below two people, or
        where the placements do not vary and the effect is one half, there is
        no information; where they do not vary and it is another, p = 0.
    """
    (sample,), (rising,) = samples, sizes
    changes, before = (
        np.ascontiguousarray(part.transpose(0, 2, 1)) for part in (sample.changes, sample.before)
    )  # (R, E, N)
    seen = changes != MISSING
    pre, post = before[seen], (before + changes)[seen]
    lowest = int(min(pre.min(initial=0), post.min(initial=0)))
    span = int(max(pre.max(initial=0), post.max(initial=0))) - lowest + 1
    shape = len(changes), len(rising), changes.shape[1]
    number, total, squares = (np.empty(shape, np.int64) for _ in range(3))
    fill_placements(
        changes, before, lowest, span, np.asarray(rising, np.int64), number, total, squares
    )
    spread = _spread(number, total, squares)
    enough = number >= 2
    with np.errstate(divide="ignore", invalid="ignore"):
        finite = total * np.sqrt((number - 1) / spread) / 2
    infinite = np.where(total == 0, 0.0, np.copysign(np.inf, total))
    t = np.where(spread == 0, infinite, finite)
    known = enough & ((spread > 0) | (total != 0))
    pvalue = t_pvalue(t, np.maximum(number - 1, 1), SIDE[analysis.alternative])
    return TestResult(
        np.where(known, pvalue, 1.0),
        np.where(enough, t, 0.0),
        np.where(known, np.sign(total), 0).astype(np.int8),
        np.where(known, number, 0).astype(np.int32),
    )


def _spread(number: IntArray, total: IntArray, squares: IntArray) -> IntArray | FloatArray:
    """Variance of placements times n (n - 1), from their sums; exactly 0 where they are all equal.

    In whole numbers as far as 64 bits hold them. Beyond, about the whole number
    next to the mean, so that nothing is lost where sums are subtracted.
    """
    if 4 * int(number.max(initial=0)) ** 4 < 2**63:
        return number * squares - total * total
    centre = total // np.maximum(number, 1)
    left = (total - number * centre).astype(np.float64)
    about = squares - 2 * centre * total + number * centre * centre
    return np.asarray(number * about.astype(np.float64) - left * left)


def munzel_brunner_estimand(arms: Arms, _analysis: Analysis) -> FloatArray:
    """Relative effect of after over before in two different people, less 1/2; (B,)."""
    (answers,) = arms
    lowest = int(min(answers.before.min(), answers.after.min()))
    span = int(max(answers.before.max(), answers.after.max())) - lowest + 1
    shares = np.zeros((2, len(answers.weight), span))
    for time, values in enumerate((answers.before, answers.after)):
        np.add.at(shares[time], (np.arange(len(values))[:, None], values - lowest), answers.weight)
    before, after = shares / answers.weight.sum(axis=1)[:, None]
    below = np.cumsum(before, axis=1) - before / 2
    return np.asarray((after * below).sum(axis=1) - 0.5)
