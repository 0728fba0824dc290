"""Correlations stated as those of the scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.latent import cell_table
from oracles.studies import small_study
from scipy import stats

from sim.cohorts import draw_cohort, role_arms
from sim.cohorts.marginals import cut_points
from sim.cohorts.observed import (
    Kind,
    attainable_correlations,
    inward,
    latent_for_observed,
    observed_correlation,
)
from sim.errors import StudyError

KINDS: tuple[Kind, ...] = ("pearson", "spearman")
SKEWED = [0.1, 0.2, 0.3, 0.4]
LOWERED = [0.4, 0.3, 0.2, 0.1]


def distributions() -> st.SearchStrategy[np.ndarray]:
    """Distributions over 2 to 7 points, none of them rare."""
    weights = st.lists(st.integers(1, 9), min_size=2, max_size=7)
    return weights.map(lambda found: np.array(found) / sum(found))


def of_table(table: np.ndarray, kind: Kind) -> float:
    """Correlation of two scores with a table of probabilities, by its definition."""
    people = np.array([table.sum(axis=1), table.sum(axis=0)], dtype=object)
    values = [
        np.arange(len(share)) if kind == "pearson" else np.cumsum(share) - share / 2
        for share in people
    ]
    centred = [v - v @ share for v, share in zip(values, people, strict=True)]
    spread = [share @ c**2 for c, share in zip(centred, people, strict=True)]
    return float(centred[0] @ table @ centred[1] / np.sqrt(spread[0] * spread[1]))


def measured(first: np.ndarray, second: np.ndarray, kind: Kind) -> float:
    """Correlation of drawn scores."""
    return getattr(stats, f"{kind}r")(first, second).statistic


def coupled(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Table of two scores that rise together: people in order of the one and of the other."""
    table = np.zeros((len(rows), len(columns)))
    left, right, i, j = rows.copy(), columns.copy(), 0, 0
    while i < len(rows) and j < len(columns):
        moved = min(left[i], right[j])
        table[i, j] += moved
        left[i] -= moved
        right[j] -= moved
        i, j = (i + 1, j) if left[i] <= right[j] else (i, j + 1)
    return table


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rho", [-0.95, -0.4, 0.0, 0.3, 0.8, 0.99])
def test_observed_against_integration(kind: Kind, rho: float) -> None:
    """The correlation is that of the table which plain numerical integration gives."""
    table = cell_table(cut_points(np.array(SKEWED)), cut_points(np.array([0.5, 0.2, 0.3])), rho)
    found = observed_correlation(SKEWED, [0.5, 0.2, 0.3], rho, kind)
    assert abs(found - of_table(table, kind)) < 1e-10


@given(distributions(), distributions(), st.floats(-0.95, 0.95), st.sampled_from(KINDS))
def test_there_and_back(rows: np.ndarray, columns: np.ndarray, rho: float, kind: Kind) -> None:
    """The latent correlation that is solved for gives the observed one again."""
    observed = observed_correlation(rows, columns, rho, kind)
    found = latent_for_observed(rows, columns, observed, kind)
    assert abs(observed_correlation(rows, columns, found, kind) - observed) < 1e-11
    # where the two distributions differ much the curve is flat near its ends
    slope = (observed_correlation(rows, columns, rho + 1e-4, kind) - observed) / 1e-4
    assert abs(found - rho) * max(slope, 0.0) < 1e-9


@given(distributions(), distributions(), st.sampled_from(KINDS))
def test_rises_between_its_bounds(rows: np.ndarray, columns: np.ndarray, kind: Kind) -> None:
    """The observed correlation rises with the latent one, from bound to bound, through 0."""
    curve = [observed_correlation(rows, columns, rho, kind) for rho in np.linspace(-1, 1, 21)]
    assert np.all(np.diff(curve) > -1e-13)
    assert np.all(np.diff(curve)[5:15] > 0)
    assert abs(curve[10]) < 1e-14
    assert np.allclose([curve[0], curve[-1]], attainable_correlations(rows, columns, kind))


@given(distributions(), distributions(), st.sampled_from(KINDS))
def test_bounds_are_reached(rows: np.ndarray, columns: np.ndarray, kind: Kind) -> None:
    """Pairing people in order of their scores reaches the bounds; beyond is refused."""
    low, high = attainable_correlations(rows, columns, kind)
    assert abs(of_table(coupled(rows, columns), kind) - high) < 1e-12
    assert abs(of_table(coupled(rows, columns[::-1])[:, ::-1], kind) - low) < 1e-12
    for beyond in (low - 1e-6, high + 1e-6):
        with pytest.raises(StudyError, match="attainable: "):
            latent_for_observed(rows, columns, beyond, kind)


def test_constant_scores_have_none() -> None:
    """Where everybody answers alike there is no correlation to speak of."""
    always = [0.0, 1.0, 0.0]
    assert np.isnan(observed_correlation(always, SKEWED, 0.5))
    assert np.isnan(attainable_correlations(SKEWED, always, "spearman")).all()
    with pytest.raises(StudyError, match="everybody answers alike"):
        latent_for_observed(always, SKEWED, 0.0)


def test_points_that_nobody_scores_do_no_harm() -> None:
    """Points of probability 0, at the ends and inside, change Spearman in nothing."""
    padded = [0.0, 0.1, 0.2, 0.0, 0.3, 0.4, 0.0]
    bare = observed_correlation(SKEWED, LOWERED, 0.5, "spearman")
    assert abs(observed_correlation(padded, LOWERED, 0.5, "spearman") - bare) < 1e-14


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_scores_have_the_stated_correlations(kind: Kind) -> None:
    """Between domains before and within a domain over time, drawn scores are as stated."""
    pre = (SKEWED, LOWERED, (0.25, 0.25, 0.25, 0.25))
    study = small_study(
        questionnaire={"points": 4},
        roles={"mentor": {"pre": tuple(map(tuple, pre))}, "mentee": None},
        correlation={"stated_as": kind, "pre_post": 0.6, "items": 0.45},
    )
    people = role_arms(study, 0)[0]
    scores = draw_cohort(people, 100_000, 1, np.random.default_rng(3)).scores[0]  # (N, D, 2)
    found = [measured(scores[:, i, 0], scores[:, j, 0], kind) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert np.allclose(found, 0.45, atol=0.012)
    over_time = [measured(scores[:, d, 0], scores[:, d, 1], kind) for d in range(3)]
    assert np.allclose(over_time, 0.6, atol=0.012)


def test_full_matrix_of_the_scores() -> None:
    """Every pair of a full observed matrix is solved with its own two distributions."""
    full = np.full((6, 6), 0.3)
    np.fill_diagonal(full, 1)
    stated = {"stated_as": "pearson", "full": tuple(map(tuple, full.tolist()))}
    people = role_arms(small_study(correlation=stated), 0)[0]
    marginals = [*people.pre, *people.post]
    for i, j in zip(*np.triu_indices(6, 1), strict=True):
        found = observed_correlation(marginals[i], marginals[j], people.correlation[i, j])
        assert abs(found - 0.3) < 1e-10


def test_latent_stays_as_it_was() -> None:
    """Stated as latent, the matrix is T (x) C to the last bit."""
    stated = {"stated_as": "latent", "pre_post": 0.4, "items": 0.3}
    found = role_arms(small_study(correlation=stated), 0)[0].correlation
    between = np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    over_time = np.array([[1, 0.4], [0.4, 0.4**2 + np.sqrt(1 - 0.4**2) ** 2]])
    assert np.array_equal(found, np.kron(over_time, between))


def test_tables_keep_their_own_pre_post_correlation() -> None:
    """A domain with a table of before by after is not touched by the stated pre-post value."""
    table = np.diag([0.2] * 5)
    study = small_study(
        effect={"joint": tuple(map(tuple, table.tolist()))},
        correlation={"stated_as": "pearson", "pre_post": -1.0, "items": 0.3},
    )
    people = role_arms(study, 0)[0]
    assert np.array_equal(people.tables[0], table)
    assert abs(observed_correlation([0.2] * 5, [0.2] * 5, people.correlation[0, 1]) - 0.3) < 1e-12


ABOVE = "is impossible with these distributions of scores; attainable: "
LINES = [
    (
        {"pre_post": 0.97},
        f"correlation.pre_post: 0.97 between 'a' before and 'a' after (mentor) {ABOVE}"
        "-0.8935 to 0.8935",
    ),
    (
        {"items": -0.9},
        "correlation.items: -0.9 is impossible between all pairs from 'a' before (mentor) to "
        "'c' before (mentor); attainable: at least -0.4576",
    ),
    (
        {"items": ((1.0, 0.9, -0.5), (0.9, 1.0, 0.5), (-0.5, 0.5, 1.0))},
        "correlation.items: 0.9 between 'a' before (mentor) and 'b' before (mentor) is "
        "impossible given the other correlations; attainable: -1 to 0.3694",
    ),
]


@pytest.mark.parametrize(("stated", "line"), LINES)
def test_the_line_of_a_refusal(stated: dict[str, object], line: str) -> None:
    """What the scores cannot have is named with the interval that they can have."""
    study = small_study(correlation={"stated_as": "pearson", **stated})
    with pytest.raises(StudyError) as caught:
        role_arms(study, 0)[0]
    assert str(caught.value) == line


def test_the_interval_of_a_pair_mends_it() -> None:
    """Within the interval named for a pair, in terms of the scores, the matrix is accepted."""
    for value, accepted in ((0.45, True), (0.62, False)):
        rows = ((1.0, value, -0.5), (value, 1.0, 0.3), (-0.5, 0.3, 1.0))
        study = small_study(correlation={"stated_as": "pearson", "items": rows})
        if accepted:
            role_arms(study, 0)[0]
        else:
            with pytest.raises(StudyError, match="attainable: "):
                role_arms(study, 0)[0]


def test_limit_of_a_common_correlation_is_sharp() -> None:
    """The limit for three alike domains is what a latent -1/2 gives; beyond it is refused."""
    pre = small_study().roles["mentor"].pre
    assert 0 <= -0.4576 - observed_correlation(pre, pre, -0.5) < 1e-4
    for value, accepted in ((-0.4576, True), (-0.458, False)):
        study = small_study(correlation={"stated_as": "pearson", "items": value})
        if accepted:
            role_arms(study, 0)[0]
        else:
            with pytest.raises(StudyError, match="all pairs"):
                role_arms(study, 0)[0]


def test_what_is_written_lies_within() -> None:
    """Bounds are rounded inward, so that the number that is read is accepted."""
    assert inward(-0.56871112, 0.85306669) == "-0.5687 to 0.853"
    assert inward(-1.0, 0.8) == "-1 to 0.8"
