"""What each test converges to: by brute force, and by the tests themselves in large samples."""

from itertools import product

import numpy as np
import pytest
from oracles.samples import FITTED, ONE_GROUP, TWO_ARMS, Arm
from oracles.studies import make_analysis

from sim.inference.answer_distribution import AnswerDistribution
from sim.inference.registry import ESTIMANDS
from sim.inference.signed_rank import signed_rank_estimand
from sim.study.sections import Analysis

POINTS = 4


def random_table(seed: int) -> np.ndarray:
    """Draw probabilities of before by after on 4 points."""
    return np.random.default_rng(seed).dirichlet(np.full(POINTS**2, 0.7)).reshape(POINTS, POINTS)


def pairs_of(table: np.ndarray) -> list[tuple[float, int, int]]:
    """List every cell as probability, before, after."""
    return [(float(table[a, b]), a + 1, b + 1) for a, b in product(range(len(table)), repeat=2)]


def of_changes(chance: dict[int, float]) -> AnswerDistribution:
    """Everybody starts alike and changes so."""
    change = np.array([list(chance)])
    start = np.full_like(change, 10)
    return AnswerDistribution(start, start + change, np.array([list(chance.values())]))


def sign_of_two(table: np.ndarray, zeros: str) -> float:
    """P(d1 + d2 > 0) + P(= 0) / 2 - 1/2, by all pairs of people."""
    changes = [(p, after - before) for p, before, after in pairs_of(table)]
    if zeros == "wilcox":
        changes = [(p, change) for p, change in changes if change]
    whole = sum(p for p, _ in changes)
    twice = sum(p * q * np.sign(d + e) for (p, d), (q, e) in product(changes, repeat=2))
    return float(twice / 2 / whole**2)


@pytest.mark.parametrize("seed", range(5))
def test_estimands_of_one_group_by_brute_force(seed: int) -> None:
    """Each estimand is the sum over all people, or pairs of people, that defines it."""
    table = random_table(seed)
    answers, cells = AnswerDistribution.of_tables(table[None]), pairs_of(table)
    plain = make_analysis()
    for zeros in ("wilcox", "pratt"):
        expected = sign_of_two(table, zeros)
        assert signed_rank_estimand((answers,), make_analysis(zeros=zeros)) == pytest.approx(
            expected
        )
    mean = sum(p * (after - before) for p, before, after in cells)
    for test in ("paired_t", "sign_flip", "cluster_mean_t"):
        assert ESTIMANDS[test]((answers,), plain) == pytest.approx(mean)
    sign = sum(p * np.sign(after - before) for p, before, after in cells)
    assert ESTIMANDS["sign"]((answers,), plain) == pytest.approx(sign)
    crossed = sum(p * ((after >= 3) - int(before >= 3)) for p, before, after in cells)
    at = AnswerDistribution.of_tables(table[None], 3)
    assert ESTIMANDS["mcnemar"]((at,), plain) == pytest.approx(crossed)


@pytest.mark.parametrize("seed", range(5))
def test_estimands_of_two_arms_by_brute_force(seed: int) -> None:
    """Relative effect by all pairs of people; the arm's coefficient by weighted least squares."""
    tables = random_table(seed), random_table(seed + 50)
    ratio = 3.0, 1.0
    plain = make_analysis()
    arms = tuple(
        AnswerDistribution.of_tables(part * table[None])
        for part, table in zip(ratio, tables, strict=True)
    )
    first, second = map(pairs_of, tables)
    ahead = sum(
        p * q * np.sign((b - a) - (d - c)) for (p, a, b), (q, c, d) in product(first, second)
    )
    assert ESTIMANDS["mann_whitney"](arms, plain) == pytest.approx(ahead / 2)
    means = [sum(p * (b - a) for p, a, b in cells) for cells in (first, second)]
    assert ESTIMANDS["two_sample_t"](arms, plain) == pytest.approx(means[0] - means[1])
    rows = [
        (np.sqrt(part * p), arm, a, b)
        for arm, part, cells in ((1, ratio[0], first), (0, ratio[1], second))
        for p, a, b in cells
    ]
    root, arm, before, after = map(np.array, zip(*rows, strict=True))
    design = np.column_stack([np.ones(len(arm)), arm, before]) * root[:, None]
    coefficient = np.linalg.lstsq(design, after * root, rcond=None)[0][1]
    assert ESTIMANDS["ancova"](arms, plain) == pytest.approx(coefficient)


LOPSIDED = {
    "mean 0, ranks up": {-4: 0.1, 0: 0.5, 1: 0.4},
    "mean up, ranks down": {3: 0.15, 0: 0.45, -1: 0.4},
    "ranks by zeros": {-4: 0.105, 0: 0.7, 1: 0.195},
    "more rises, mean down": {1: 0.45, -3: 0.35, 2: 0.2},
}


@pytest.mark.parametrize("chance", LOPSIDED.values(), ids=LOPSIDED)
@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
@pytest.mark.parametrize("test", sorted(ONE_GROUP))
def test_large_samples_find_the_estimand(test: str, zeros: str, chance: dict[int, float]) -> None:
    """With 20,000 people every test finds the side on which its estimand lies, beyond doubt."""
    analysis = make_analysis(
        test=test, p_value="auto", zeros=zeros if test == "signed_rank" else "wilcox"
    )
    answers = of_changes(chance)
    if test == "mcnemar":  # who rises to the cut was below it, who falls above
        change = answers.after - answers.before
        answers = AnswerDistribution((change < 0) * 1, (change > 0) * 1, answers.weight)
    estimand = float(ESTIMANDS[test]((answers,), analysis)[0])
    rng = np.random.default_rng(7)
    changes = rng.choice(list(chance), (1, 20_000, 1), p=list(chance.values())).astype(np.int16)
    if test == "mcnemar":
        changes = np.sign(changes)
    found = ONE_GROUP[test](changes, np.array([20_000]), analysis)
    if abs(estimand) < 1e-12:
        assert found.pvalue[0, 0, 0] > 1e-4
    else:
        assert found.direction[0, 0, 0] == np.sign(estimand)
        assert found.pvalue[0, 0, 0] < 1e-4


def test_unchanged_people_decide_between_the_ways_with_zeros() -> None:
    """Ranks among all people and ranks among those who changed can point to different sides."""
    answers = of_changes(LOPSIDED["ranks by zeros"])
    dropped, ranked = (
        float(signed_rank_estimand((answers,), make_analysis(zeros=zeros))[0])
        for zeros in ("wilcox", "pratt")
    )
    assert dropped < -0.005
    assert ranked > 0.005


@pytest.mark.parametrize("seed", [4, 14, 23])
@pytest.mark.parametrize("test", sorted(TWO_ARMS))
def test_large_arms_find_the_estimand(test: str, seed: int) -> None:
    """With 30,000 people every test of two arms finds the side of its estimand."""
    rng = np.random.default_rng(seed)
    arms, answers = [], []
    for part, number in enumerate((20_000, 10_000)):
        table = random_table(seed + 20 * part)
        before, after = np.divmod(rng.choice(table.size, number, p=table.ravel()), POINTS)
        shaped = (own.astype(np.int16)[None, :, None] for own in (after - before, before + 1))
        sites = np.arange(number) % 500
        arms.append(Arm(*shaped, np.array([number]), sites))
        answers.append(AnswerDistribution.of_tables(number * table[None]))
    estimand = float(ESTIMANDS[test](answers, make_analysis())[0])
    assert abs(estimand) > 0.04  # beyond doubt at this size
    found = TWO_ARMS[test](*arms, make_analysis(test=test, p_value="auto"))
    assert found.direction[0, 0, 0] == np.sign(estimand)
    assert found.pvalue[0, 0, 0] < 1e-4


def test_every_test_but_models_says_what_it_estimates() -> None:
    """A registered test has an estimand, unless it is a model, of which nothing is claimed."""
    offered = set(Analysis.model_fields["test"].annotation.__args__)
    assert set(ESTIMANDS) == offered - set(FITTED)
