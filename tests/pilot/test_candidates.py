"""Tests from which a p-value can have come, against SciPy and against all signs written out."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
from oracles.published import PAIRED, Scores, mann_whitney_p

from sim.pilot.candidates import CANDIDATES, mann_whitney
from sim.study.calibration import CandidateName


def test_every_name_has_a_candidate() -> None:
    """The names that a study may state are the candidates there are."""
    assert set(get_args(CandidateName)) == set(CANDIDATES)


@pytest.mark.parametrize("n", [1, 2, 5, 6, 12, 30])
@pytest.mark.parametrize("points", [2, 5, 29])
def test_mann_whitney_against_scipy(n: int, points: int) -> None:
    """Mann-Whitney p equals SciPy's for tied data of any size, each row for itself."""
    rng = np.random.default_rng((n, points))
    pre, post = rng.integers(1, points + 1, (2, 40, n))
    pre[0] = post[0] = 1
    expected = [
        mann_whitney_p(tuple(a), tuple(b)) for a, b in zip(pre.tolist(), post.tolist(), strict=True)
    ]
    assert mann_whitney(pre, post) == pytest.approx(expected, abs=1e-12)
    alone = [float(mann_whitney(a[None], b[None])[0]) for a, b in zip(pre, post, strict=True)]
    assert alone == mann_whitney(pre, post).tolist()


@pytest.mark.parametrize("name", PAIRED)
def test_paired_candidates(name: str) -> None:
    """Every paired candidate equals its independent source, for few points and for totals."""
    rng = np.random.default_rng(3)
    reference: Callable[[Scores], float] = PAIRED[name]
    for reach, n in ((1, 6), (4, 6), (4, 9), (28, 7)):
        pre = rng.integers(1, reach + 2, (30, n))
        post = rng.integers(1, reach + 2, (30, n))
        post[0] = pre[0]
        expected = [reference(tuple(row)) for row in (post - pre).tolist()]
        assert CANDIDATES[name].of(pre, post) == pytest.approx(expected, abs=1e-12)
