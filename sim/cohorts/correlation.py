"""Correlation of the latent scores: domains before, then domains after."""

import numpy as np

from sim.cohorts.normal import FloatArray
from sim.errors import StudyError
from sim.study import Correlations

EIGENVALUE_TOLERANCE = 1e-10
"""A smallest eigenvalue above minus this counts as not negative."""


def domain_correlation(stated: Correlations, domains: tuple[str, ...]) -> FloatArray:
    """Correlation matrix between the domains, shape (D, D).

    Raises
    ------
    StudyError
        Where the matrix is not positive semi-definite; names what would be.
    """
    count = len(domains)
    if isinstance(stated.domains, tuple):
        matrix = np.array(stated.domains, dtype=np.float64)
        labels = tuple(f"{name!r}" for name in domains)
        require_positive_semidefinite(matrix, "correlation.domains", labels)
        return matrix
    lowest = -1.0 if count == 1 else -1 / (count - 1)
    if stated.domains < lowest - EIGENVALUE_TOLERANCE:
        raise StudyError(
            f"correlation.domains: {stated.domains} is impossible between all pairs of {count} "
            f"domains; attainable: {lowest:.4g} to 1"
        )
    return np.full((count, count), float(stated.domains)) + (1 - stated.domains) * np.eye(count)


def latent_correlation(
    stated: Correlations, domains: tuple[str, ...], joint: tuple[bool, ...]
) -> FloatArray:
    """Correlation matrix R of all latent scores.

    Parameters
    ----------
    stated : Correlations
        The study's correlations.
    domains : tuple of str
        Names of the D domains.
    joint : tuple of bool
        Which domains state a table of before by after. Their latent score
        after is the part that the score before does not explain, so that its
        correlation with the one before is 0.

    Returns
    -------
    ndarray, shape (2 D, 2 D)
        T (x) C where no domain is joint; the stated full matrix where given.

    Raises
    ------
    StudyError
        Where the matrix is not positive semi-definite, or a full matrix meets
        a joint table (which has a pre-post correlation of its own).
    """
    if stated.full is not None:
        if any(joint):
            raise StudyError(
                "correlation.full: cannot be combined with an effect of kind joint, whose table "
                "holds the pre-post correlation; use correlation.domains"
            )
        full = np.array(stated.full, dtype=np.float64)
        labels = tuple(f"{name!r} {time}" for time in ("before", "after") for name in domains)
        require_positive_semidefinite(full, "correlation.full", labels)
        return full
    between = domain_correlation(stated, domains)
    carried = np.where(joint, 0.0, stated.pre_post)  # (D,)
    left = np.sqrt(1 - carried**2)
    across = carried[:, None] * between  # after x before
    after = (np.outer(carried, carried) + np.outer(left, left)) * between
    return np.block([[between, across.T], [across, after]])


def require_positive_semidefinite(matrix: FloatArray, place: str, labels: tuple[str, ...]) -> None:
    """Refuse a matrix that no random vector can have as its correlation.

    The message names the pair of variables whose correlation alone can mend
    it and the interval in which it would, or the smallest eigenvalue where no
    single pair can.
    """
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest >= -EIGENVALUE_TOLERANCE:
        return
    for i, j in _pairs_by_size(matrix):
        interval = _attainable(matrix, i, j)
        if interval is not None:
            raise StudyError(
                f"{place}: {matrix[i, j]:g} between {labels[i]} and {labels[j]} is impossible "
                f"given the other correlations; attainable: {interval[0]:.4g} to {interval[1]:.4g}"
            )
    raise StudyError(
        f"{place}: is not positive semi-definite (smallest eigenvalue {smallest:.3g}), so no "
        "scores can have these correlations; bring them closer to 0 or to each other"
    )


def _pairs_by_size(matrix: FloatArray) -> list[tuple[int, int]]:
    rows, columns = np.triu_indices(len(matrix), 1)
    order = np.argsort(-np.abs(matrix[rows, columns]), kind="stable")
    return [(int(rows[k]), int(columns[k])) for k in order]


def _attainable(matrix: FloatArray, i: int, j: int) -> tuple[float, float] | None:
    """Interval of one correlation that makes the matrix positive semi-definite, if any.

    With the rest Q of the variables fixed, r_ij must lie within
    b_i Q^-1 b_j -+ sqrt((1 - b_i Q^-1 b_i)(1 - b_j Q^-1 b_j)) (Schur complement).
    """
    rest = [k for k in range(len(matrix)) if k not in (i, j)]
    if not rest:
        return -1.0, 1.0
    core = matrix[np.ix_(rest, rest)]
    if np.linalg.eigvalsh(core)[0] <= EIGENVALUE_TOLERANCE:
        return None
    with_i, with_j = matrix[rest, i], matrix[rest, j]
    solved = np.linalg.solve(core, np.column_stack([with_i, with_j]))  # (rest, 2)
    spare_i, spare_j = 1 - with_i @ solved[:, 0], 1 - with_j @ solved[:, 1]
    if spare_i < 0 or spare_j < 0:
        return None
    centre, reach = with_i @ solved[:, 1], np.sqrt(spare_i * spare_j)
    return float(max(centre - reach, -1)), float(min(centre + reach, 1))


def loading_matrix(correlation: FloatArray) -> FloatArray:
    """Lower triangular A with A A' = R, so that z = A e is correlated as stated.

    A Cholesky factor that also takes matrices of deficient rank: a column
    whose pivot vanishes is zero.
    """
    size = len(correlation)
    loading = np.zeros((size, size))
    for j in range(size):
        pivot = correlation[j, j] - loading[j, :j] @ loading[j, :j]
        if pivot > EIGENVALUE_TOLERANCE:
            loading[j, j] = np.sqrt(pivot)
            below = correlation[j + 1 :, j] - loading[j + 1 :, :j] @ loading[j, :j]
            loading[j + 1 :, j] = below / loading[j, j]
    return loading
