"""The smallest effect with which the primary rule is met: power there is the target."""

from itertools import pairwise
from math import hypot, sqrt
from pathlib import Path
from typing import Any

import pytest
from oracles.detectable import DESIGNS, EXACTLY, QUICK, at_effect, design, simulated_power
from oracles.studies import small_study

from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.jobs.detectable import check_detectable_rule, detectable_for_rule

FRESH = 77_001
"""A seed that no answer was made with."""


PRECISE = {"replicates": 20_000, "search_replicates": 100, "block_size": 500}
"""Replicates that show a difference of .016 from the target."""


def check_power(name: str, **run: Any) -> None:
    """Compare the power at the answer, under another seed and in plain settings, with the target.

    Both are simulated, so that the error is that of both; and the interval of the multiple is
    as wide as the error of a power divided by the slope says.
    """
    size, study = design(name, **run)
    known = detectable_for_rule(study, size)
    assert known.replicates > 0
    assert known.multiple is not None
    assert known.multiple > 0
    tried = simulated_power(at_effect(study, size, known, FRESH))
    error = hypot(float(tried.mcse), known.power_mcse)
    assert abs(float(tried.value) - known.target) < 4 * error
    assert abs(known.power - known.target) < 2 * known.power_mcse
    assert known.low is not None
    assert known.high is not None
    assert known.low < known.multiple < known.high


@pytest.mark.parametrize("name", QUICK)
def test_power_at_the_answer(name: str) -> None:
    """With the effect that is the answer the rule is met with the target power."""
    check_power(name)


@pytest.mark.long
@pytest.mark.parametrize("name", DESIGNS)
def test_power_at_every_answer(name: str) -> None:
    """The same of all tests, rules, arms, clusters, drop-out and ways to state an effect."""
    check_power(name, monte_carlo=PRECISE)


@pytest.mark.parametrize("name", EXACTLY)
def test_exact_power_at_the_answer(name: str) -> None:
    """Where power is exact it is the target to 1e-4, and is so found by the engine's simulation."""
    size, study = design(name, engine="auto")
    known = detectable_for_rule(study, size)
    assert known.replicates == 0
    assert known.power == pytest.approx(known.target, abs=1e-4)
    assert known.low == known.multiple == known.high
    tried = simulated_power(at_effect(study, size, known, FRESH))
    assert abs(float(tried.value) - known.target) < 4 * float(tried.mcse)


def test_the_interval_covers_the_exact_answer() -> None:
    """Simulated under 40 seeds, the 95% interval covers the exact effect in all but a few."""
    size, study = design("exact_signed_rank", engine="auto")
    exact = detectable_for_rule(study, size).multiple
    covered, squares = 0, []
    for seed in range(40):
        simulated = study.model_copy(update={"engine": "monte_carlo", "seed": seed})
        known = detectable_for_rule(simulated, size)
        assert None not in (known.low, known.high, known.mcse)
        covered += known.low <= exact <= known.high
        squares.append(((known.multiple - exact) / known.mcse) ** 2)
    assert covered >= 34  # of 40 at .95: fewer once in 3,000
    assert 0.5 < sqrt(sum(squares) / 40) < 1.5  # the error is no smaller than it is said to be


@pytest.mark.parametrize("name", ["total", "ancova", "exact_sign"])
def test_more_people_detect_less(name: str) -> None:
    """The smallest effect shrinks as the study grows."""
    _, study = design(name, engine="auto")
    found = [detectable_for_rule(study, n).multiple for n in (20, 40, 80, 160)]
    assert all(more < fewer for fewer, more in pairwise(found))


def test_a_fall_is_a_mirror_image() -> None:
    """Where a fall is the success the effect is one, though a rise is assumed; and is said so."""
    size, study = design("fall")
    known = detectable_for_rule(study, size)
    assert known.turned
    assert all(on.value < 0 and on.mean_change < 0 for on in known.domains)
    assert all(on.low < on.value < on.high for on in known.domains)


def test_one_scale_for_all() -> None:
    """Stated as an odds ratio it is one; without any effect it is a shift that all share."""
    size, study = design("total")
    ratio = detectable_for_rule(study, size).common
    assert (ratio.scale, ratio.low < ratio.value < ratio.high) == ("odds_ratio", True)
    shift = detectable_for_rule(study.model_copy(update={"effect": none_of(study)}), size)
    assert not shift.assumed
    assert shift.common.value == shift.multiple
    assert shift.on_scale == (shift.multiple, shift.mcse)
    assert shift.common.mean_change == pytest.approx(ratio.mean_change, rel=0.03)


def none_of(study: object) -> object:
    """No effect, as a section."""
    return small_study(effect={}).effect


def test_nothing_suffices() -> None:
    """Where a domain of a rule over all has no effect no multiple of it is enough."""
    size, study = design("paired_t", effect={"shift": (0.5, 0.0, 0.5)})
    known = detectable_for_rule(study, size)
    assert (known.multiple, known.low, known.high, known.domains) == (None, None, None, ())
    assert known.power < 0.1


def test_too_few_people() -> None:
    """Five people cannot reach the exact level, whatever the effect."""
    _, study = design("exact_signed_rank", engine="auto")
    known = detectable_for_rule(study, 5)
    assert (known.multiple, known.power) == (None, 0.0)


def test_nothing_is_needed() -> None:
    """Where all answers rise without it, the rule is met without any effect."""
    size, study = design("total", uncontrolled={"response_shift": 1.5})
    known = detectable_for_rule(study, size)
    assert known.multiple == 0
    assert known.power == known.without_effect > 0.8


def test_a_table_is_refused() -> None:
    """A table of before by after is no one number, and the check says what to state instead."""
    table = [[0.1, 0.1, 0, 0, 0], [0, 0.1, 0.1, 0, 0], [0, 0, 0.2, 0.1, 0], [0, 0, 0, 0.1, 0.1],
             [0, 0, 0, 0, 0.1]]  # fmt: skip
    effect = {"joint": tuple(map(tuple, table))}
    study = small_study(effect=effect, design={"n": (20,), "solve": "effect"})
    with pytest.raises(StudyError, match=r"^design.solve=effect: .*effect=post"):
        check_detectable_rule(study)


def test_blocks_are_kept_and_counted(tmp_path: Path) -> None:
    """A second run computes nothing anew and gives the same; progress ends at what is planned."""
    size, study = design("total")
    seen: list[tuple[int, int]] = []
    with BlockStore(tmp_path / "blocks.sqlite", "code") as store:
        first = detectable_for_rule(study, size, lambda *at: seen.append(at), store)
        kept = store.summary()
        assert detectable_for_rule(study, size, store=store) == first
        assert store.summary() == kept
    assert seen[-1][0] == seen[-1][1] == len(seen)


@pytest.mark.parametrize("name", ["total", "sign_flip"])
def test_a_sum_is_solved_from_sampled_changes(name: str) -> None:
    """By engine=auto the effect on a sum is that of simulated studies, with a smaller error."""
    size, study = design(name, engine="auto")
    known = detectable_for_rule(study, size)
    simulated = detectable_for_rule(design(name)[1], size)
    assert (known.engine, simulated.engine) == ("sampled", "monte_carlo")
    assert known.multiple is not None
    assert simulated.multiple is not None
    assert known.mcse is not None
    assert simulated.mcse is not None
    assert abs(known.multiple - simulated.multiple) < 4 * hypot(known.mcse, simulated.mcse)
    assert known.mcse < simulated.mcse / 2
    tried = simulated_power(at_effect(study, size, known, FRESH))
    assert abs(float(tried.value) - known.target) < 4 * hypot(float(tried.mcse), known.power_mcse)


def test_exact_where_it_must_be() -> None:
    """engine=exact is refused where the rule has no exact power."""
    size, study = design("total", engine="exact")
    with pytest.raises(StudyError, match=r"^engine: exact cannot answer: a sum of several"):
        detectable_for_rule(study, size)
