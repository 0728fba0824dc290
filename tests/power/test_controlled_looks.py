"""Simulated ends of studies with looks, corrected by the known power of each look by itself."""

from typing import Any

import numpy as np
import pytest
from oracles.studies import small_study

from sim.cohorts import arms_by_role
from sim.compute.streams import Purpose
from sim.jobs.looks import looks_of, measures_of
from sim.jobs.tasks import block_task
from sim.power import known_looks
from sim.power.controlled_looks import ControlledLooks, LooksAlone
from sim.power.estimates import exactly
from sim.power.exact_table import ExactTable
from sim.power.interim import InterimMeasures
from sim.power.known import KnownPower
from sim.power.known_looks import KnownLooks, known_ends
from sim.power.looks_table import LooksTable
from sim.power.monte_carlo import simulate_block
from sim.power.tally import LookTally
from sim.study import Study

FUTILE = {"looks": 2, "boundary": "pocock", "futility": {"conditional_power": 0.3}}
ONE: dict[str, Any] = {
    "questionnaire": {"points": 3, "items": ("a",), "totals": {}},
    "roles": {"person": {"pre": (0.3, 0.4, 0.3)}},
    "success": {"it": "any of items"},
    "primary": "it",
    "design": {"n": (16, 20)},
    "engine": "auto",
    "monte_carlo": {"block_size": 2_000},
}


NOTHING = KnownPower(*[exactly(np.zeros(2))] * 2)
Tables = tuple[LooksTable, ExactTable]


def tables(study: Study) -> Tables:
    """Nothing is known yet."""
    return LooksTable.of(study), ExactTable(study.scored_analysis, work_limit=1e8)


def counted(study: Study, block: int) -> LookTally:
    """Simulate one block."""
    task = block_task(study, arms_by_role(study), Purpose.MAIN, study.monte_carlo.block_size)
    tally = simulate_block(task, block)
    assert isinstance(tally, LookTally)
    return tally


def ends(
    study: Study, tally: LookTally, known_before: Tables | None = None
) -> KnownLooks | ControlledLooks:
    """What is known of where studies end."""
    treated = tuple(role[0] for role in arms_by_role(study))
    before = known_before or tables(study)
    known = known_ends(study, treated, looks_of(study), before, tally)
    assert known is not None
    return known


def measured(
    study: Study, known: KnownLooks | ControlledLooks, tally: LookTally
) -> InterimMeasures:
    """Put what is known into what was simulated."""
    return known.measured(measures_of(study, tally, arms_by_role(study)))


@pytest.mark.parametrize(
    "interim",
    [{"looks": 2}, {"looks": 3, "boundary": "pocock_spending"}, FUTILE],
    ids=["late", "early", "futile"],
)
def test_intervals_cover_what_enumeration_gives(
    interim: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 100 blocks, for every measure, within 4 errors of 95 in 100; and they are narrower."""
    study = small_study(**ONE, interim=interim)
    tallies = [counted(study, block) for block in range(100)]
    exact = study.model_copy(update={"engine": "exact"})
    truth = measured(study, ends(exact, tallies[0]), tallies[0])
    assert not truth.met.mcse.any()
    monkeypatch.setattr(known_looks, "known_looks", lambda *_: None)
    plain = [measures_of(study, tally, arms_by_role(study)) for tally in tallies]
    before = tables(study)
    corrected = [measured(study, ends(study, tally, before), tally) for tally in tallies]
    sizes = truth.sizes.analysed
    for name in ("won", "futile", "expected_analysed", "unstopped_win"):
        true = getattr(truth, name).value
        parts = [getattr(one, name) for one in corrected]
        values, errors, low, high = (np.array([getattr(part, of) for part in parts])
                                     for of in ("value", "mcse", "low", "high"))  # fmt: skip
        covered = (low <= true + 1e-9) & (true - 1e-9 <= high)
        assert (covered.mean(axis=0) >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 100)).all()
        error = np.maximum(errors.mean(axis=0), 1 / 2_000)  # what no block saw is not corrected
        assert (np.abs(values.mean(axis=0) - true) <= 4 * error / 10).all()
        simple = np.array([getattr(one, name).mcse for one in plain])
        assert (errors.mean(axis=0) <= 1.01 * simple.mean(axis=0) + np.ptp(sizes) / 2_000).all()
    gain = np.mean([one.unstopped_win.mcse for one in plain], axis=0) / np.mean(
        [one.unstopped_win.mcse for one in corrected], axis=0
    )
    assert (gain > 1.5).all()


def test_an_end_alone_has_the_power_that_is_known() -> None:
    """Where no study ends before, nothing of the simulation is left."""
    interim = {"looks": 2, "boundary": "levels", "levels": (1e-12, 0.05)}
    study = small_study(**ONE, interim=interim)
    tally, looks = counted(study, 0), looks_of(study)
    assert looks is not None
    alone = LooksAlone(np.array([[0.0, 0.3], [0.0, 0.4]]), np.full((2, 2), 1e-4))
    win = ControlledLooks(looks, tally, alone, NOTHING, 0, 0, unadjusted=True).total.win
    np.testing.assert_allclose(win.value, [0.3, 0.4], atol=1e-12)
    np.testing.assert_allclose(win.mcse, np.hypot(1e-4, 1 / 2_000), rtol=1e-6)


def test_what_is_not_known_corrects_nothing() -> None:
    """Without known looks the estimates are the plain ones."""
    study = small_study(**ONE, interim=FUTILE)
    tally = counted(study, 0)
    nothing = np.full(tally.alone.shape[:2], np.nan)
    looks = looks_of(study)
    assert looks is not None
    unknown = ControlledLooks(
        looks, tally, LooksAlone(nothing, nothing), NOTHING, 0, 0, unadjusted=True
    )
    plain = measures_of(study, tally, arms_by_role(study))
    for name in ("met", "futile", "unstopped_win"):
        ours, theirs = getattr(measured(study, unknown, tally), name), getattr(plain, name)
        np.testing.assert_allclose(ours.value, theirs.value, atol=1e-12)
        more = np.where(theirs.mcse > 0, 1 / 2_000, 0)
        np.testing.assert_allclose(ours.mcse, np.hypot(theirs.mcse, more), rtol=1e-9)


def test_a_total_under_looks_has_less_than_half_the_error() -> None:
    """And corrected ends add up to the corrected power."""
    study = small_study(primary="total", engine="auto", interim={"looks": 2},
                        monte_carlo={"block_size": 2_000})  # fmt: skip
    tally = counted(study, 0)
    known = ends(study, tally)
    assert isinstance(known, ControlledLooks)
    assert (known.fixed.win.mcse < 0.005).all()
    plain = measures_of(study, tally, arms_by_role(study))
    win, of_looks = known.total.win, measured(study, known, tally)
    assert (2.5 * win.mcse < plain.unstopped_win.mcse).all()
    np.testing.assert_allclose(of_looks.won.value.sum(axis=1), win.value, atol=1e-12)
    analysed = of_looks.sizes.analysed
    first = of_looks.met.value[:, 0]
    np.testing.assert_allclose(
        of_looks.expected_analysed.value,
        analysed[:, 1] - first * (analysed[:, 1] - analysed[:, 0]),
        atol=1e-9,
    )


@pytest.mark.parametrize("changes", [{"engine": "monte_carlo"}, {"primary": "any"}])
def test_where_nothing_is_known_studies_are_simulated(changes: dict[str, Any]) -> None:
    """As demanded, or as the rule joins endpoints."""
    base = {"primary": "total", "engine": "auto", "interim": {"looks": 2}}
    study = small_study(**base | changes)
    treated = tuple(role[0] for role in arms_by_role(study))
    assert known_ends(study, treated, looks_of(study), tables(study), counted(study, 0)) is None
