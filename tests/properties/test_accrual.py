"""A longer accrual begins with the shorter one, draws included."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.samples import ONE_GROUP
from oracles.studies import make_analysis, make_task, small_study

from sim.cohorts import Population, draw_cohort, role_arms
from sim.compute.streams import Purpose, generator
from sim.power.monte_carlo import simulate_block

KINDS = ["correlated", "independent", "joint", "one domain"]
"""Populations that are drawn by different means."""
TABLE = ((0.2, 0.1, 0.0), (0.05, 0.3, 0.15), (0.0, 0.1, 0.1))


def population(kind: str) -> Population:
    """People to be drawn in one of the ways that there are."""
    three = {"questionnaire": {"points": 3}, "effect": {"joint": TABLE}}
    changes = {
        "correlated": {},
        "independent": {"correlation": {"items": 0.0}},
        "joint": {**three, "roles": {"mentor": {"pre": (0.3, 0.5, 0.2)}, "mentee": None}},
        "one domain": {"questionnaire": {"items": ("a",)}},
    }[kind]
    return role_arms(small_study(**changes), 0)[0]


def draw(kind: str, n: int, replicates: int) -> np.ndarray:
    """Scores of n people from a fixed stream."""
    rng = generator(11, Purpose.MAIN, 0, 0)
    return draw_cohort(population(kind), n, replicates, rng).scores


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(n=st.integers(1, 12), more=st.integers(0, 20), replicates=st.sampled_from([1, 7, 128, 300]))
def test_prefix_of_the_draws(kind: str, n: int, more: int, replicates: int) -> None:
    """The first n of N people are the n people drawn from an equal generator."""
    assert np.array_equal(draw(kind, n, replicates), draw(kind, n + more, replicates)[:, :n])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("test", ONE_GROUP)
def test_prefix_of_the_tally(kind: str, test: str) -> None:
    """The tally at size 10 is the same whether or not 20 and 40 are studied too."""
    analysis = make_analysis(test=test, adjustment="holm")
    people = population(kind)
    short = simulate_block(make_task(people, (10,), analysis, block_size=200), 3)
    long = simulate_block(make_task(people, (10, 20, 40), analysis, block_size=200), 3)
    middle = simulate_block(make_task(people, (7, 10, 11), analysis, block_size=200), 3)
    for field in fields(short):
        if field.name != "replicates":
            assert np.array_equal(getattr(short, field.name)[0], getattr(long, field.name)[0])
            assert np.array_equal(getattr(short, field.name)[0], getattr(middle, field.name)[1])


def test_repeated_sizes() -> None:
    """A role whose size does not grow from one size to the next has the same counts at both."""
    task = make_task(population("correlated"), (5, 5, 6), make_analysis())
    tally = simulate_block(task, 0)
    assert np.array_equal(tally.rejected[0], tally.rejected[1])
    assert not np.array_equal(tally.change[1], tally.change[2])


def test_scenarios_share_their_random_numbers() -> None:
    """A study with a larger shift has the same people before, who then score no lower."""
    seen = []
    for shift in (0.2, 0.6):
        study = small_study(effect={"shift": shift})
        rng = generator(11, Purpose.MAIN, 0, 0)
        seen.append(draw_cohort(role_arms(study, 0)[0], 30, 50, rng).scores)
    assert np.array_equal(seen[0][..., 0], seen[1][..., 0])
    assert (seen[1][..., 1] >= seen[0][..., 1]).all()
    assert (seen[1][..., 1] > seen[0][..., 1]).any()


def test_replicates_and_generators_differ() -> None:
    """Replicates differ from each other, and so do blocks, roles, purposes and seeds."""
    people = population("correlated")
    places = [
        (11, Purpose.MAIN, 0, 0), (11, Purpose.MAIN, 0, 1), (11, Purpose.MAIN, 1, 0),
        (11, Purpose.NULL, 0, 0), (12, Purpose.MAIN, 0, 0),
    ]  # fmt: skip
    drawn = [draw_cohort(people, 20, 2, generator(*place)).scores for place in places]
    rows = [row.tobytes() for scores in drawn for row in scores]
    assert len(set(rows)) == 2 * len(places)


def test_a_generator_moves_on() -> None:
    """Two cohorts from one generator are not the same people."""
    rng = generator(11, Purpose.MAIN, 0, 0)
    people = population("correlated")
    first, second = (draw_cohort(people, 20, 2, rng).scores for _ in range(2))
    assert not np.array_equal(first, second)
