"""Latent correlation matrices: built as stated, factored also where singular, refused otherwise."""

import re

import numpy as np
import pytest
from oracles.studies import small_study

from sim.cohorts import role_arms
from sim.cohorts.correlation import loading_matrix
from sim.errors import StudyError

IMPOSSIBLE = ((1.0, 0.9, 0.1), (0.9, 1.0, 0.9), (0.1, 0.9, 1.0))


def latent(**correlation: object) -> np.ndarray:
    """Latent matrix of a study of three domains."""
    return role_arms(small_study(correlation=correlation), 0)[0].correlation


@pytest.mark.parametrize("pre_post", [-1.0, -0.3, 0.0, 0.6, 1.0])
@pytest.mark.parametrize("domains", [-0.5, 0.0, 0.5, 1.0])
def test_default_is_a_product(pre_post: float, domains: float) -> None:
    """Without tables the matrix is T (x) C, and its factor gives it back."""
    between = np.full((3, 3), domains) + (1 - domains) * np.eye(3)
    expected = np.kron([[1, pre_post], [pre_post, 1]], between)
    population = role_arms(small_study(correlation={"pre_post": pre_post, "items": domains}), 0)[0]
    assert np.allclose(population.correlation, expected, rtol=0, atol=1e-12)
    factor = population.loading
    assert np.allclose(factor @ factor.T, expected, rtol=0, atol=1e-8)
    assert not np.triu(factor, 1).any()


def test_full_matrix_is_taken_as_stated() -> None:
    """A full matrix replaces both simple correlations."""
    full = 0.2 * np.ones((6, 6)) + 0.8 * np.eye(6)
    full[0, 5] = full[5, 0] = -0.4
    assert np.array_equal(latent(full=tuple(map(tuple, full.tolist()))), full)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_factor_of_a_singular_matrix(rank: int) -> None:
    """Matrices of deficient rank are factored too."""
    rng = np.random.default_rng(rank)
    rows = rng.standard_normal((6, rank))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    factor = loading_matrix(rows @ rows.T)
    assert np.allclose(factor @ factor.T, rows @ rows.T, rtol=0, atol=1e-7)


def test_too_negative_between_all() -> None:
    """Three domains cannot all be correlated below -1/2; the interval is said."""
    with pytest.raises(StudyError, match=r"correlation\.items: -0\.6 .* -0\.5 to 1"):
        latent(items=-0.6)


def refusal(matrix: np.ndarray) -> str:
    """Message with which a matrix between domains is refused."""
    with pytest.raises(StudyError) as caught:
        latent(items=tuple(map(tuple, matrix.tolist())))
    return str(caught.value)


def named(message: str) -> tuple[int, int, float, float]:
    """Pair and attainable interval that a message names."""
    pair = re.search(r"between '(\w)' and '(\w)'", message)
    interval = re.search(r"attainable: (\S+) to (\S+)$", message)
    assert pair
    assert interval
    low, high = map(float, interval.groups())
    return "abc".index(pair[1]), "abc".index(pair[2]), low, high


def with_pair(matrix: np.ndarray, i: int, j: int, value: float) -> np.ndarray:
    """Replace one correlation."""
    changed = matrix.copy()
    changed[i, j] = changed[j, i] = value
    return changed


def impossible_matrix(seed: int) -> np.ndarray:
    """Draw correlations of three domains until no scores can have them."""
    rng = np.random.default_rng(seed)
    while True:
        upper = np.triu(rng.uniform(-1, 1, (3, 3)).round(2), 1)
        matrix = upper + upper.T + np.eye(3)
        if np.linalg.eigvalsh(matrix)[0] < -0.05:
            return matrix


@pytest.mark.parametrize("seed", range(6))
def test_named_interval_is_attainable(seed: int) -> None:
    """The named pair has the whole named interval, to the four digits shown, and no more."""
    matrix = impossible_matrix(seed)
    i, j, low, high = named(refusal(matrix))
    for inside in np.linspace(low + 1e-3, high - 1e-3, 5):
        assert np.linalg.eigvalsh(with_pair(matrix, i, j, inside))[0] >= -1e-9
        latent(items=tuple(map(tuple, with_pair(matrix, i, j, float(inside)).tolist())))
    for outside in (low - 1e-3, high + 1e-3):
        assert abs(outside) > 1 or np.linalg.eigvalsh(with_pair(matrix, i, j, outside))[0] < 0


def test_no_single_pair_can_mend_it() -> None:
    """Where two groups of domains are impossible on their own, the smallest eigenvalue is said."""
    block = np.kron(np.eye(2), np.array(IMPOSSIBLE))
    with pytest.raises(StudyError, match=r"not positive semi-definite \(smallest eigenvalue -"):
        role_arms(
            small_study(
                questionnaire={"items": tuple("abcdef")},
                correlation={"items": tuple(map(tuple, block.tolist()))},
            ),
            0,
        )[0]


def test_full_matrix_names_score_and_time() -> None:
    """In a full matrix the refused pair is named with its times."""
    full = np.eye(6)
    full[0, 3] = full[3, 0] = 0.9
    full[0, 4] = full[4, 0] = 0.9
    with pytest.raises(
        StudyError, match=r"correlation\.full: 0\.9 between 'a' before and '.' after"
    ):
        latent(full=tuple(map(tuple, full.tolist())))


def test_full_matrix_and_tables_do_not_go_together() -> None:
    """A table has a pre-post correlation of its own, which a full matrix would contradict."""
    table = tuple(tuple(0.04 for _ in range(5)) for _ in range(5))
    study = small_study(
        effect={"joint": table},
        correlation={"full": tuple(map(tuple, np.eye(6).tolist()))},
    )
    with pytest.raises(StudyError, match=r"correlation\.full.*joint"):
        role_arms(study, 0)[0]
