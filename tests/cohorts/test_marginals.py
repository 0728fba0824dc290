"""Every way of stating an effect, against its definition."""

import numpy as np
import pytest
from oracles.studies import PRE, small_study
from scipy import stats

from sim.cohorts import role_arms
from sim.errors import StudyError

SKEWED = (0.05, 0.10, 0.20, 0.25, 0.40)
GAPPED = (0.0, 0.5, 0.0, 0.5, 0.0)


def marginals(effect: dict, pre: tuple = PRE) -> tuple[np.ndarray, np.ndarray]:
    """Distributions before and after of the first domain."""
    study = small_study(effect=effect, roles={"mentor": {"pre": pre}, "mentee": None})
    population = role_arms(study, 0)[0]
    return population.pre[0], population.post[0]


def moved(pre: tuple, shift: float) -> np.ndarray:
    """Distribution of a cut normal after a shift, by SciPy."""
    cuts = stats.norm.ppf(np.cumsum(pre)[:-1])
    return np.diff(np.concatenate(([0], stats.norm.cdf(cuts, loc=shift), [1])))


@pytest.mark.parametrize("pre", [PRE, SKEWED])
@pytest.mark.parametrize("shift", [-1.5, 0.0, 0.3, 4.0])
def test_shift(pre: tuple, shift: float) -> None:
    """A shift moves the latent normal under fixed cut points."""
    before, after = marginals({"shift": shift}, pre)
    assert np.allclose(before, pre, rtol=0, atol=1e-12)
    assert np.allclose(after, moved(pre, shift), rtol=0, atol=1e-12)


@pytest.mark.parametrize("pre", [PRE, SKEWED, GAPPED])
@pytest.mark.parametrize("ratio", [0.2, 1.0, 3.0])
def test_odds_ratio(pre: tuple, ratio: float) -> None:
    """The odds of scoring above each point are multiplied."""
    _, after = marginals({"odds_ratio": ratio}, pre)
    above = [1 - np.cumsum(m)[:-1] for m in (np.array(pre), after)]
    inside = (above[0] > 1e-9) & (above[0] < 1 - 1e-9)
    odds = [a[inside] / (1 - a[inside]) for a in above]
    assert np.allclose(odds[1], ratio * odds[0], rtol=1e-9)
    assert np.allclose(above[0][~inside], above[1][~inside], atol=1e-9)


def test_post_and_none() -> None:
    """A stated distribution after is taken as it is, and no effect leaves the one before."""
    assert np.allclose(marginals({"post": SKEWED})[1], SKEWED, rtol=0, atol=1e-12)
    assert np.allclose(marginals({}, SKEWED)[1], SKEWED, rtol=0, atol=1e-12)


def is_median(marginal: np.ndarray, point: int, slack: float = 1e-9) -> bool:
    """At least half score the point or less, and at least half the point or more."""
    return marginal[:point].sum() >= 0.5 - slack and marginal[point - 1 :].sum() >= 0.5 - slack


@pytest.mark.parametrize("pre", [PRE, SKEWED])
@pytest.mark.parametrize("point", [1, 2, 3, 4, 5])
def test_median_by_the_smallest_shift(pre: tuple, point: int) -> None:
    """The point is a median after, and would not be after any smaller shift."""
    _, after = marginals({"median": point}, pre)
    assert is_median(after, point)
    shifts = np.linspace(-4, 4, 801)
    reaching = [abs(shift) for shift in shifts if is_median(moved(pre, shift), point, 0)]
    smallest = min(reaching)
    sign = 1 if point >= np.argmax(np.cumsum(pre) >= 0.5) + 1 else -1
    found = stats.norm.ppf(pre[0]) - stats.norm.ppf(after[0])
    assert -1e-9 <= sign * found <= smallest + 1e-9
    assert smallest - sign * found <= 0.01 + 1e-9  # the grid's step


def test_median_that_nobody_can_reach() -> None:
    """A median at a point beyond everybody is refused, by field, value and remedy."""
    low = (0.5, 0.5, 0.0, 0.0, 0.0)
    with pytest.raises(StudyError, match=r"effect: median 4 cannot be reached.*state effect\.post"):
        marginals({"median": 4}, low)


def test_median_where_the_point_has_no_mass() -> None:
    """Between two halves every point is a median already; nothing needs to move."""
    assert np.allclose(marginals({"median": 3}, GAPPED)[1], GAPPED)


TABLE = ((0.1, 0.1, 0.0), (0.0, 0.3, 0.2), (0.05, 0.0, 0.25))


def test_joint_table_is_reproduced() -> None:
    """A stated table is the population's table exactly, and sets the distribution before."""
    study = small_study(
        questionnaire={"points": 3},
        effect={"joint": TABLE},
        roles={"mentor": {"pre": (0.2, 0.5, 0.3)}, "mentee": None},
    )
    population = role_arms(study, 0)[0]
    assert np.allclose(population.tables, np.array(TABLE)[None], rtol=0, atol=1e-15)
    assert np.allclose(population.pre[0], np.sum(TABLE, axis=1), rtol=0, atol=1e-15)


def test_by_domain() -> None:
    """Each named domain has its own effect, the others the common one."""
    effect = {
        "items": {"b": {"post": SKEWED}},
        "otherwise": {"shift": 0.4},
    }
    population = role_arms(small_study(effect=effect), 0)[0]
    assert np.allclose(population.post[[0, 2]], moved(PRE, 0.4))
    assert np.allclose(population.post[1], SKEWED)


def test_a_role_has_its_own_effect() -> None:
    """A role's own effect stands before the study's."""
    mentee = {"pre": PRE, "effect": {"shift": -0.2}}
    study = small_study(roles={"mentor": {"pre": PRE}, "mentee": mentee})
    assert np.allclose(role_arms(study, 0)[0].post[0], moved(PRE, 0.5))
    assert np.allclose(role_arms(study, 1)[0].post[0], moved(PRE, -0.2))
