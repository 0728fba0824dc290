"""Power from sampled absolute changes: signs written out, the exact engine, and its errors."""

from itertools import product

import numpy as np
import pytest
from oracles.samples import ONE_GROUP
from oracles.studies import analysis_id, make_analysis, offered_analyses
from scipy.stats import binom

from sim.errors import StudyError
from sim.power.exact import exact_rejection
from sim.power.sampled import TILE, _tails, sampled_rejection
from sim.study import Analysis

PMF = np.array([0.02, 0.05, 0.2, 0.3, 0.25, 0.13, 0.05])
RISE = np.array([0.6, 0.7, 0.9])
SAMPLED = [analysis for analysis in offered_analyses() if analysis.test_facts.by != "signs"
           and analysis.test_facts.enumerated]  # fmt: skip


def given(absolute: list[int], analysis: Analysis, rise: np.ndarray) -> np.ndarray:
    """Give P(rejected low), P(rejected high) of one list of absolute changes, as computed."""
    people = np.full((len(absolute), TILE), -1, np.int16)
    people[:, 0] = absolute
    sizes = np.array([len(absolute)])
    return _tails(people, sizes, np.array([1]), analysis, rise)[1][0, 0]


def written_out(absolute: list[int], analysis: Analysis, rise: np.ndarray) -> np.ndarray:
    """Give the same by testing the changes under every combination of signs."""
    seen = [change for change in absolute if change >= 0]
    signs = np.array(list(product([-1, 1], repeat=len(seen))))
    changes = (signs * seen).astype(np.int16)
    chance = np.where(signs > 0, np.append(0.5, rise)[seen], 1 - np.append(0.5, rise)[seen])
    result = ONE_GROUP[analysis.test](changes[:, :, None], np.array([len(seen)]), analysis)
    rejected = result.pvalue[:, 0, 0] <= analysis.alpha
    direction = result.direction[:, 0, 0]
    # in the middle it is away from the side that wins
    high = direction > 0 if analysis.side > 0 else direction >= 0
    weight = chance.prod(axis=1)
    return np.array([weight @ (rejected & ~high), weight @ (rejected & high)])


@pytest.mark.parametrize("analysis", SAMPLED, ids=analysis_id)
@pytest.mark.parametrize("alpha", [0.05, 0.0625, 0.3, 0.6])
def test_signs_are_summed_out(analysis: Analysis, alpha: float) -> None:
    """Given the absolute changes, both tails are those over all combinations of signs."""
    stated = analysis.model_copy(update={"alpha": alpha})
    for absolute in ([1, 1, 2, 3, 0, 2, 1, 3], [3, 3, 3, -1, 3], [0, 0, -1], [2], [1, 0, 2, 2]):
        found, expected = (of(absolute, stated, RISE) for of in (given, written_out))
        assert np.allclose(found, expected, rtol=0, atol=1e-12), (absolute, found, expected)


@pytest.mark.parametrize(
    "options",
    [{}, {"p_value": "asymptotic"}, {"zeros": "pratt"}, {"test": "paired_t"},
     {"test": "sign_flip", "p_value": "auto", "alternative": "greater"}],
    ids=str,
)  # fmt: skip
def test_it_has_the_exact_power(options: dict[str, str]) -> None:
    """Estimates lie about the exact power as far as their errors say, also of missing changes."""
    analysis, sizes = make_analysis(**options), (8, 12, 30)
    exact = exact_rejection(PMF, sizes, analysis)
    found = [sampled_rejection(PMF, sizes, analysis, 1000, seed=seed) for seed in range(40)]
    for name in ("power", "win"):
        estimates = [getattr(one, name) for one in found]
        z = np.array([(e.value - getattr(exact, name)) / e.mcse for e in estimates])
        assert (np.abs(z.mean(axis=0)) < 4 / np.sqrt(40)).all()
        assert ((z.std(axis=0) > 0.6) & (z.std(axis=0) < 1.5)).all()


def random_design(rng: np.random.Generator) -> tuple[np.ndarray, tuple[int, ...], Analysis]:
    """Draw a distribution of changes, three sizes and a test."""
    reach = int(rng.integers(2, 5))
    values = np.arange(-reach, reach + 1)
    pmf = rng.dirichlet(np.full(len(values), 2.0)) * np.exp(rng.uniform(-0.1, 0.5) * values)
    test = str(rng.choice(["signed_rank", "sign_flip", "paired_t"]))
    p_value = "auto" if test == "paired_t" else str(rng.choice(["exact", "asymptotic", "auto"]))
    sizes = tuple(np.sort(rng.choice(np.arange(5, 25), 3, replace=False)).tolist())
    alternative = str(rng.choice(["two_sided", "greater"]))
    return pmf / pmf.sum(), sizes, make_analysis(
        test=test, p_value=p_value, alternative=alternative, exact_limit=12
    )  # fmt: skip


def covered(seed: int, repeats: int) -> tuple[int, int]:
    """Count the 95% intervals of one random design that hold the exact power, and all of them."""
    pmf, sizes, analysis = random_design(np.random.default_rng([8, seed]))
    exact = exact_rejection(pmf, sizes, analysis)
    hits = total = 0
    for repeat in range(repeats):
        found = sampled_rejection(pmf, sizes, analysis, 500, seed=repeat).win
        middling = (exact.win > 0.02) & (exact.win < 0.98)  # else hardly a draw has any power
        hits += int(((found.low <= exact.win) & (exact.win <= found.high))[middling].sum())
        total += int(middling.sum())
    return hits, total


def test_intervals_cover() -> None:
    """Over random designs the 95% intervals cover the exact power as often as they say."""
    hits, total = np.sum([covered(seed, 20) for seed in range(12)], axis=0)
    assert 0.92 < hits / total < 0.98


@pytest.mark.long
def test_intervals_cover_in_many_designs() -> None:
    """The same of 100 designs by 100 seeds: 94 to 96 of a hundred."""
    hits, total = np.sum([covered(seed, 100) for seed in range(100)], axis=0)
    assert 0.94 < hits / total < 0.96


def of_signs(absolute: np.ndarray, analysis: Analysis, rise: np.ndarray) -> np.ndarray:
    """Tails of an asymptotic rank test from the distribution of W+, by convolution."""
    changed = np.sort(absolute[absolute > 0])
    values, counts = np.unique(changed, return_counts=True)
    scores = 2 * np.cumsum(counts) - counts + 1  # doubled midranks
    tails = []
    whole, squares = int(counts @ scores), float(counts @ scores**2)
    last = int(np.floor((whole - 1.959963984540054 * np.sqrt(squares)) / 2))
    for chances in (rise[values - 1], 1 - rise[values - 1]):
        distribution = np.ones(1)
        for count, score, chance in zip(counts, scores, chances, strict=True):
            part = np.zeros(count * score + 1)
            part[::score] = binom.pmf(np.arange(count + 1), count, chance)
            distribution = np.convolve(distribution, part)
        tails.append(distribution[: last + 1].sum())
    return np.array(tails)


@pytest.mark.parametrize(
    ("span", "people", "tilt"), [(28, 41, 0.0), (28, 45, 0.4), (28, 60, 1.2), (4, 50, 0.4)]
)
def test_series_beyond_few_changes(span: int, people: int, tilt: float) -> None:
    """Where a series stands in for the sums over signs, power is off by less than 1e-4."""
    rng, draws = np.random.default_rng([span, people]), 120
    analysis = make_analysis(p_value="asymptotic")
    rise = 1 / (1 + np.exp(-tilt * (1 + np.arange(span) / span)))
    absolute = rng.integers(1, span + 1, (people, TILE)).astype(np.int16)
    found = _tails(absolute, np.array([people]), np.array([draws]), analysis, rise)[0][0, :draws]
    expected = np.array([of_signs(column, analysis, rise) for column in absolute.T[:draws]])
    difference = (found - expected).sum(axis=1)
    # of few values W+ leaps over its critical one, now early, now late
    assert abs(difference.mean()) < 1e-4 + 4 * difference.std() / np.sqrt(draws)
    assert np.abs(difference).max() < (1e-3 if span > 4 else 2e-2)


def test_sizes_and_draws_do_not_move_each_other() -> None:
    """A size's power is the same among others; more draws go on where fewer ended."""
    analysis = make_analysis()
    alone, among = (
        sampled_rejection(PMF, sizes, analysis, 700, seed=5).win.value
        for sizes in ((12,), (6, 12, 31))
    )
    assert alone[0] == among[1]
    few, many = (
        sampled_rejection(PMF, (12,), analysis, draws, seed=5).win.value[0] * draws
        for draws in (TILE, 2 * TILE)
    )
    assert few < many < few + TILE
    other = sampled_rejection(PMF, (12,), analysis, 700, seed=6).win.value
    assert other[0] != alone[0]


def test_batches_tell_the_error_of_a_difference() -> None:
    """They average to the power; between distributions of one seed they differ as the powers do."""
    analysis, sizes = make_analysis(), (12, 31)
    turned = np.roll(PMF, 1) * 0.05 + PMF * 0.95
    apart, errors, alone = [], [], []
    for seed in range(40):
        one, other = (
            sampled_rejection(pmf, sizes, analysis, 400, seed=seed) for pmf in (PMF, turned)
        )
        np.testing.assert_allclose(one.batches.mean(axis=0), one.win.value, atol=1e-12)
        apart.append(other.win.value - one.win.value)
        errors.append((other.batches - one.batches).var(axis=0, ddof=1) / len(one.batches))
        alone.append(one.win.mcse)
    spread, expected = np.std(apart, axis=0), np.sqrt(np.mean(errors, axis=0))
    assert (np.abs(spread / expected - 1) < 4 / np.sqrt(2 * 40)).all()
    assert (spread < np.sqrt(2) * np.mean(alone, axis=0)).all()


def test_sizes_may_repeat_and_stand_in_any_order() -> None:
    """Of two roles in a ratio, one has the same number of people at several sizes of the study."""
    analysis, sizes = make_analysis(), (12, 6, 6, 31, 12)
    found = sampled_rejection(PMF, sizes, analysis, 700, seed=5)
    expected = sampled_rejection(PMF, (6, 12, 31), analysis, 700, seed=5)
    for name in ("value", "mcse", "low", "high"):
        apart = getattr(expected.win, name)
        assert getattr(found.win, name).tolist() == apart[[1, 0, 0, 2, 1]].tolist()


def test_crowds_are_simulated() -> None:
    """Beyond the people whose changes fit into memory there is no answer, in words."""
    with pytest.raises(StudyError, match="sampled of at most 5000 participants, not 5001"):
        sampled_rejection(PMF, (20, 5001), make_analysis(), 1000)


def test_missing_changes_are_as_if_nobody_had_come() -> None:
    """With a share missing, power averages over the binomial number of changes seen."""
    analysis = make_analysis()
    found = sampled_rejection(PMF, (15,), analysis, 4000, gone=0.3).win
    seen = exact_rejection(PMF, range(1, 16), analysis).win
    expected = binom.pmf(np.arange(1, 16), 15, 0.7) @ seen
    assert abs(found.value[0] - expected) < 4 * found.mcse[0]
