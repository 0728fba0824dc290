"""Correlation of the latent scores: domains before, then domains after."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts.marginals import DomainMarginals
from sim.cohorts.observed import (
    EIGENVALUE_TOLERANCE,
    Kind,
    common_latent,
    latent_for_observed,
    latent_matrix,
    observed_correlation,
)
from sim.errors import StudyError
from sim.study import Correlations


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of one role, between which correlations are given.

    Attributes
    ----------
    domains : tuple of str
        Names of the D domains.
    marginals : tuple of DomainMarginals, length D
        How each is answered before and after.
    people : str
        Whose scores they are, to name in an error.
    """

    domains: tuple[str, ...]
    marginals: tuple[DomainMarginals, ...]
    people: str

    def labels(self, *times: str) -> tuple[str, ...]:
        """Names of the scores at the times named, the domains of one time together."""
        return tuple(f"{name!r} {time}" for time in times for name in self.domains)

    def labels_of_people(self, *times: str) -> tuple[str, ...]:
        """Names of the scores with those of the people, on whose distributions they depend."""
        return tuple(f"{label} ({self.people})" for label in self.labels(*times))


def latent_correlation(correlations: Correlations, scores: Scores) -> FloatArray:
    """Correlation matrix R of all latent scores.

    Where the correlations are those of the scores, each is first solved
    for the latent one: ``domains`` between the scores before, ``pre_post`` for
    each domain alone.

    Parameters
    ----------
    correlations : Correlations
        The study's correlations.
    scores : Scores
        What they are correlations of. The latent score after of a domain with
        a table of before by after is the part that the score before does not
        explain, so that its correlation with the one before is 0.

    Returns
    -------
    ndarray, shape (2 D, 2 D)
        T (x) C where no domain is joint and all have one latent pre-post
        correlation; the full matrix where given.

    Raises
    ------
    StudyError
        Where two scores cannot be so correlated, the matrix is not
        positive semi-definite, or a full matrix meets a joint table (which has
        its pre-post correlation already).
    """
    if correlations.full is not None:
        return _full_correlation(correlations, scores)
    between = domain_correlation(correlations, scores)
    carried = _pre_post(correlations, scores)  # (D,)
    left = np.sqrt(1 - carried**2)
    across = carried[:, None] * between  # after x before
    after = (np.outer(carried, carried) + np.outer(left, left)) * between
    return np.block([[between, across.T], [across, after]])


def domain_correlation(correlations: Correlations, scores: Scores) -> FloatArray:
    """Latent correlation matrix between the domains, shape (D, D).

    Raises
    ------
    StudyError
        Where the matrix is not positive semi-definite; names what would be.
    """
    place, kind = "correlation.items", correlations.stated_as
    before = tuple(domain.pre for domain in scores.marginals)
    if isinstance(correlations.items, tuple):
        matrix = np.array(correlations.items, dtype=np.float64)
        if kind == "latent":
            labels = tuple(f"{name!r}" for name in scores.domains)
            require_positive_semidefinite(matrix, place, labels)
            return matrix
        return _solved(matrix, before, kind, place, scores.labels_of_people("before"))
    count, common = len(scores.domains), float(correlations.items)
    if kind != "latent":
        return common_latent(common, before, kind, place, scores.labels_of_people("before"))
    lowest = -1.0 if count == 1 else -1 / (count - 1)
    if common < lowest - EIGENVALUE_TOLERANCE:
        raise StudyError(
            f"{place}: {correlations.items} is impossible between all pairs of {count} "
            f"domains; attainable: {lowest:.4g} to 1"
        )
    return np.full((count, count), common) + (1 - common) * np.eye(count)


def _pre_post(correlations: Correlations, scores: Scores) -> FloatArray:
    """Latent correlation of before and after per domain (D,); 0 where a table says it all."""
    before, after = scores.labels("before"), scores.labels_of_people("after")
    carried = np.zeros(len(scores.domains))
    for index, domain in enumerate(scores.marginals):
        if domain.joint is not None:
            continue
        carried[index] = correlations.pre_post
        if correlations.stated_as != "latent":
            pair = f"{before[index]} and {after[index]}"
            carried[index] = latent_for_observed(
                domain.pre,
                domain.post,
                correlations.pre_post,
                correlations.stated_as,
                "correlation.pre_post",
                pair,
            )
    return carried


def _full_correlation(correlations: Correlations, scores: Scores) -> FloatArray:
    if any(domain.joint is not None for domain in scores.marginals):
        raise StudyError(
            "correlation.full: cannot be combined with an effect of kind joint, whose table "
            "holds the pre-post correlation; use correlation.items"
        )
    before, after = zip(*((domain.pre, domain.post) for domain in scores.marginals), strict=True)
    matrix = np.array(correlations.full, dtype=np.float64)
    place, kind = "correlation.full", correlations.stated_as
    if kind == "latent":
        require_positive_semidefinite(matrix, place, scores.labels("before", "after"))
        return matrix
    labels = scores.labels_of_people("before", "after")
    return _solved(matrix, (*before, *after), kind, place, labels)


def _solved(
    matrix: FloatArray,
    marginals: tuple[FloatArray, ...],
    kind: Kind,
    place: str,
    labels: tuple[str, ...],
) -> FloatArray:
    """Latent matrix of an observed one; refused in terms of the observed one."""
    latent = latent_matrix(matrix, marginals, kind, place, labels)

    def observe(i: int, j: int, rho: float) -> float:
        return observed_correlation(marginals[i], marginals[j], rho, kind)

    require_positive_semidefinite(latent, place, labels, observe)
    return latent


def _as_it_is(_i: int, _j: int, rho: float) -> float:
    return rho


def require_positive_semidefinite(
    matrix: FloatArray,
    place: str,
    labels: tuple[str, ...],
    observe: Callable[[int, int, float], float] = _as_it_is,
) -> None:
    """Refuse a matrix that no random vector can have as its correlation.

    The message names the pair of variables whose correlation alone can mend
    it and the interval in which it would, or the smallest eigenvalue where no
    single pair can. ``observe`` says a pair's correlation in the study's terms.
    """
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest >= -EIGENVALUE_TOLERANCE:
        return
    for i, j in _pairs_by_size(matrix):
        interval = _attainable(matrix, i, j)
        if interval is not None:
            value, low, high = (observe(i, j, rho) for rho in (matrix[i, j], *interval))
            raise StudyError(
                f"{place}: {value:g} between {labels[i]} and {labels[j]} is impossible "
                f"given the other correlations; attainable: {low:.4g} to {high:.4g}"
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
    """Lower triangular A with A A' = R, so that z = A e is so correlated; of several R (..., J, J).

    A Cholesky factor that also takes matrices of deficient rank: a column
    whose pivot vanishes is zero.
    """
    loading = np.zeros(correlation.shape)
    for j in range(correlation.shape[-1]):
        row = loading[..., j, :j, None]  # (..., j, 1)
        pivot = correlation[..., j, j, None] - (row.swapaxes(-1, -2) @ row)[..., 0]  # (..., 1)
        rest = correlation[..., j:, j] - (loading[..., j:, :j] @ row)[..., 0]
        root = np.sqrt(np.maximum(pivot, EIGENVALUE_TOLERANCE))
        loading[..., j:, j] = np.where(pivot > EIGENVALUE_TOLERANCE, rest / root, 0.0)
    return loading
