"""Tallies add up the same in any order, blocks in any order and split."""

from dataclasses import fields, replace

import numpy as np
import pytest
from oracles.samples import analyse, endpoint_changes
from oracles.studies import make_analysis, make_task, small_study, task_of

from sim.cohorts import draw_cohort, role_arms
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose, generator
from sim.inference.rules import DecisionRule
from sim.power.count_kernels import FINE
from sim.power.monte_carlo import simulate_block
from sim.power.simulate import simulate
from sim.power.tally import Tally
from sim.power.task import BlockTask

BLOCKS = 9


@pytest.fixture(scope="module")
def task() -> BlockTask:
    """Two roles, two sizes, 40 replicates a block."""
    population = role_arms(small_study(), 0)[0]
    analysis = make_analysis(adjustment="holm")
    rules = (
        DecisionRule("any", (0,), (0, 1, 2), 1),
        DecisionRule("all of both", (0, 1), (0, 1, 2, 4, 5, 6), 6),
    )
    sizes = ((6, 12), (5, 10))
    return task_of((population, population), sizes, analysis, rules, seed=3, block_size=40)


@pytest.fixture(scope="module")
def tallies(task: BlockTask) -> list[Tally]:
    """Tallies of the first blocks."""
    return [simulate_block(task, block) for block in range(BLOCKS)]


def same(one: Tally, other: Tally) -> bool:
    """Tell whether two tallies are equal, bit for bit, and whole numbers throughout."""
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Tally)]
    whole = all(np.asarray(part).dtype.kind == "i" for pair in pairs for part in pair)
    return whole and all(np.array_equal(*pair) for pair in pairs)


def added(tallies: list[Tally]) -> Tally:
    """Sum in the order given."""
    total = tallies[0]
    for tally in tallies[1:]:
        total = total + tally
    return total


def test_addition_is_associative_and_commutative(tallies: list[Tally]) -> None:
    """However three tallies are added, the sum is the same."""
    a, b, c = tallies[:3]
    assert same((a + b) + c, a + (b + c))
    assert same(a + b, b + a)
    assert not same(a, b)


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_blocks(tallies: list[Tally], seed: int) -> None:
    """Blocks added in any order give the same tally."""
    shuffled = [tallies[i] for i in np.random.default_rng(seed).permutation(BLOCKS)]
    assert same(added(tallies), added(shuffled))


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_any_split_of_blocks(task: BlockTask, tallies: list[Tally], cut: int) -> None:
    """Blocks run in two lots give the tally of one, which is what extending a run relies on."""
    executor = InProcessExecutor()
    parts = simulate(task, range(cut), executor), simulate(task, range(cut, BLOCKS), executor)
    assert same(added(tallies), parts[0] + parts[1])
    assert parts[0].replicates == 40 * cut


def test_a_block_repeats_itself(task: BlockTask, tallies: list[Tally]) -> None:
    """A block is a pure function of task and index."""
    assert same(simulate_block(task, 4), tallies[4])


def test_counts_are_whole_and_ordered(tallies: list[Tally]) -> None:
    """Counts are whole numbers with wins within rejections within replicates."""
    for tally in tallies:
        for name in ("", "adjusted_"):
            rejected, won = getattr(tally, f"{name}rejected"), getattr(tally, f"{name}won")
            assert rejected.dtype.kind == won.dtype.kind == "i"
            assert (won >= 0).all()
            assert (won <= rejected).all()
            assert (rejected <= tally.replicates).all()
        assert (tally.adjusted_rejected <= tally.rejected).all()
        assert (tally.rule_won <= tally.rule_rejected).all()


def test_roles_and_purposes_have_streams_of_their_own(task: BlockTask) -> None:
    """The same people in two roles are drawn apart, and so are main and null runs."""
    tally = simulate_block(task, 0)
    assert not np.array_equal(tally.change[1, :4], tally.change[1, 4:])
    null = replace(task, purpose=Purpose.NULL)
    assert not same(tally, simulate_block(null, 0))


def test_a_role_does_not_move_the_other(task: BlockTask) -> None:
    """Taking the mentees out leaves the mentors' counts as they were."""
    alone = replace(task, roles=task.roles[:1], rules=task.rules[:1])
    both, one = simulate_block(task, 2), simulate_block(alone, 2)
    for name in ("rejected", "won", "adjusted_won", "uninformative", "change", "change_squared"):
        assert np.array_equal(getattr(both, name)[:, :4], getattr(one, name))
    assert np.array_equal(both.rule_won[:, 0], one.rule_won[:, 0])


def test_sums_of_changes(tallies: list[Tally]) -> None:
    """The total's mean change is the sum over the domains, in every block, but for rounding."""
    for tally in tallies:
        off = tally.change[:, 3] - tally.change[:, :3].sum(axis=1)
        assert (np.abs(off) <= 2 * tally.replicates).all()  # each mean is rounded to 1/FINE
        mean, square = tally.change / FINE, tally.change_squared / FINE
        assert (square * tally.replicates >= mean**2 - 1e-3).all()


def test_tally_by_hand() -> None:
    """A block's counts are those of its replicates, drawn and analysed one by one."""
    population = role_arms(small_study(), 0)[0]
    analysis = make_analysis()
    tally = simulate_block(make_task(population, (8,), analysis, block_size=50), 1)
    rng = generator(5, Purpose.MAIN, 0, 1)
    changes = endpoint_changes(draw_cohort(population, 8, 50, rng).scores)
    result = [analyse(changes[r : r + 1], np.array([8]), analysis) for r in range(50)]
    rejected = np.array([row.pvalue[0, 0] <= 0.05 for row in result])
    upwards = np.array([row.direction[0, 0] > 0 for row in result])
    assert np.array_equal(tally.rejected[0], rejected.sum(axis=0))
    assert np.array_equal(tally.won[0], (rejected & upwards).sum(axis=0))
    assert tally.rule_won[0, 0] == (rejected & upwards)[:, :3].any(axis=1).sum()
    means = changes.astype(int).sum(axis=1) / 8
    assert np.array_equal(tally.change[0], np.rint(FINE * means).sum(axis=0))
    assert np.array_equal(tally.change_squared[0], np.rint(FINE * means**2).sum(axis=0))
