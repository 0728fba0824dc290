"""Studies of thousands of people: on a grid of sizes, in small blocks, as right as others."""

import numpy as np
import pytest
from oracles.checks import within_error
from oracles.studies import PRE, small_study
from scipy.special import ndtr, ndtri

from sim import compose_study
from sim.cohorts import role_arms
from sim.compute.executors import InProcessExecutor
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.many_sizes import EVERY, MOST_ANSWERS, grid, thinned
from sim.jobs.plan import check
from sim.jobs.progress import Progress
from sim.jobs.search import Search, SearchResult
from sim.jobs.sweep import points
from sim.power.exact import LARGEST, exact_rejection
from sim.study import Study

TOTAL = "total"


def wide_study(shift: float, **changes: object) -> Study:
    """One domain, a t test, and a search from sizes that are far too small."""
    stated: dict[str, object] = {
        "roles": {"mentor": {"pre": PRE}, "mentee": None},
        "questionnaire": {"items": ("a",)},
        "effect": {"shift": shift},
        "design": {"n": None, "smallest": 50, "up_to": 4000, "search_limit": 100_000},
        "analysis": {"test": "paired_t", "p_value": "auto", "adjustment": "none"},
        "primary": "total",
        "success": {"total": TOTAL},
        "monte_carlo": {"replicates": 200, "search_replicates": 200, "block_size": 100},
        "engine": "monte_carlo",
    }
    return small_study(**{**stated, **changes})


def searched(study: Study) -> tuple[SearchResult, list[tuple[int, int]]]:
    """Search, and keep what the progress was told."""
    told: list[tuple[int, int]] = []
    progress = Progress(lambda done, planned: told.append((done, planned)))
    search = Search(study, decision_rules(study), InProcessExecutor(), progress)
    return search.run(), told


def test_nothing_changes_up_to_five_thousand() -> None:
    """Where every size can be studied the study is given back as it is."""
    study = wide_study(0.1)
    assert thinned(study) is study
    at_limit = study.model_copy(update={"design": study.design.model_copy(update={"up_to": EVERY})})
    assert thinned(at_limit) is at_limit


@pytest.mark.parametrize("domains", [1, 7, 60])
@pytest.mark.parametrize("largest", [5001, 7680, 61_440, 100_000])
def test_beyond_it_sizes_and_blocks_are_few(largest: int, domains: int) -> None:
    """Sizes are about 1% apart, a block fits into memory, and as many studies are simulated."""
    names = tuple(f"d{place}" for place in range(domains))
    design = {"n": None, "smallest": 6, "up_to": largest, "search_limit": largest}
    stated = wide_study(0.1, questionnaire={"items": names}, design=design)
    study = thinned(stated, also=[4321])
    sizes = np.array(study.sizes)
    assert (sizes[0], sizes[-1]) == (6, largest)
    assert 4321 in study.sizes
    assert (np.diff(sizes) <= 1 + 0.0101 * sizes[1:]).all()
    assert len(sizes) < 1000
    size = study.monte_carlo.block_size
    assert size * largest * domains <= MOST_ANSWERS
    assert stated.replicates <= size * study.blocks < stated.replicates + size
    assert thinned(study) == study


def test_grids_have_their_sizes_in_common() -> None:
    """What a longer grid adds lies beyond the shorter one."""
    short, long = grid(6, 7680, 0.01), grid(6, 100_000, 0.01)
    assert set(short[:-1]) <= set(long)
    assert set(grid(6000, 7000, 0.01)[1:-1]) <= set(short)


@pytest.mark.parametrize("replicates", [250, pytest.param(1000, marks=pytest.mark.long)])
def test_the_search_finds_what_the_normal_approximation_says(replicates: int) -> None:
    """A t test of a small shift needs the size of the closed form, within the interval given."""
    many = {"replicates": replicates, "search_replicates": replicates, "block_size": 250}
    study = wide_study(0.03, monte_carlo=many)
    result, told = searched(study)
    size, population = result.primary_size, role_arms(study, 0)[0]
    chance = population.tables[0]  # (before, after)
    change = np.subtract.outer(np.arange(5), np.arange(5)) * -1
    mean = float((chance * change).sum())
    variance = float((chance * change**2).sum()) - mean**2
    needed = (ndtri(0.975) + ndtri(0.8)) ** 2 * variance / mean**2
    assert EVERY < needed < 40_000
    assert size.size is not None
    assert size.low is not None
    assert size.high is not None
    assert size.low_at_least is not None
    assert size.low_at_least <= needed <= size.high
    # known to a thousandth, far finer than the simulation's interval
    assert size.at_least is not None
    assert size.size - size.at_least <= 0.0015 * size.size
    power = ndtr(np.sqrt(size.size / variance) * mean - ndtri(0.975))
    assert within_error(size.power, power, np.sqrt(power * (1 - power) / size.replicates))
    done, planned = zip(*told, strict=True)
    assert list(done) == list(range(1, len(done) + 1))
    assert all(d <= p for d, p in told)
    assert done[-1] == planned[-1]


def test_a_search_that_ends_at_its_limit_says_so() -> None:
    """Where the limit does not suffice there is no answer, and the limit is the largest studied."""
    design = {"n": None, "smallest": 50, "up_to": 4000, "search_limit": 6000}
    result, _ = searched(wide_study(0.02, design=design))
    size = result.primary_size
    assert (size.size, size.limit, size.impossible) == (None, 6000, None)


def test_a_search_stops_early_only_where_no_size_can_do() -> None:
    """Without an effect the search does not go on to the limit, and says that nothing suffices."""
    result, _ = searched(wide_study(0.0))
    assert result.primary_size.impossible is not None
    assert result.primary_size.limit == 4000


def test_points_of_a_sweep_share_blocks_and_the_size_compared() -> None:
    """A point whose studies are large does not make its differences unpaired."""
    words = [
        "sweep=grid", "sweep.factors={design.up_to: [120, 20000]}", "sweep.at=61",
    ]  # fmt: skip
    studies = [point.study for point in points(compose_study(words))]
    assert len({study.monte_carlo.block_size for study in studies}) == 1
    assert all(61 in study.sizes for study in studies)
    assert len(studies[-1].sizes) < 1000


def test_exact_power_is_refused_where_its_tables_would_not_fit() -> None:
    """Beyond the largest that is enumerated there is a line, and no table of 80 gigabytes."""
    analysis = compose_study(["analysis.test=sign"]).analysis
    with pytest.raises(StudyError, match=r"^engine: exact power is enumerated for at most 5000"):
        exact_rejection([0.2, 0.5, 0.3], [LARGEST + 1], analysis)
    words = ["engine=exact", "primary=any domain", "design.search_limit=100000"]
    with pytest.raises(StudyError, match=r"^design.search_limit: 100000 exceeds 5000"):
        check(compose_study(words))
