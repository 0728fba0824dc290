"""A point of a sweep that has no answer yet is studied at larger sizes, and it alone."""

from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.studies import PRE, small_study

from sim import plan
from sim.compute.executors import InProcessExecutor
from sim.compute.store import BlockStore
from sim.jobs import sweep_search
from sim.jobs.blocks import engine_version
from sim.jobs.sweep import sweep
from sim.power.sweep import SweepAnswer
from sim.report.sweep import sweep_rows
from sim.study import Study

SHIFTS = {"effect.shift": (0.5, 0.35, 0.0)}
"""As stated, too small for the first sizes, and none."""


def searching(limit: int = 100_000, **changes: Any) -> Study:
    """One item, a t test, few studies, and sizes that the smaller effect exceeds."""
    stated: dict[str, Any] = {
        "questionnaire": {"items": ("a",)},
        "effect": {"shift": 0.5},
        "roles": {"mentor": {"pre": PRE}, "mentee": None},
        "success": {"a": "a"},
        "primary": "a",
        "design": {"n": None, "smallest": 20, "up_to": 60, "search_limit": limit},
        "analysis": {"test": "paired_t", "p_value": "auto", "adjustment": "none"},
        "sweep": {"kind": "one_at_a_time", "factors": SHIFTS},
    }
    return small_study(**{**stated, **changes})


@pytest.fixture(scope="module")
def grown() -> SweepAnswer:
    """A sweep that goes beyond its first sizes."""
    return sweep(searching())


def sizes(answer: SweepAnswer) -> list[int | None]:
    """Sizes needed, point by point."""
    return [result.sample_size.size for result in answer.points if result.sample_size]


def test_a_point_without_an_answer_is_studied_further(grown: SweepAnswer) -> None:
    """Its size is that of a plan of its study; where nothing can suffice no more is studied."""
    first, last = grown.points[2:]
    assert first.point.study.design.up_to == 120
    assert first.sizes == plan(first.point.study).sample_sizes
    assert first.sizes == plan(searching(effect={"shift": 0.35})).sample_sizes
    assert last.sample_size is not None
    assert last.sample_size.impossible is not None
    assert last.point.study.design.up_to == 60


def test_the_others_stay_as_they_are(grown: SweepAnswer) -> None:
    """Every row of a sweep that does not go on is a row of the one that does."""
    stays = [tuple(row) for row in sweep_rows(sweep(searching(60)))]
    goes_on = {tuple(row) for row in sweep_rows(grown)}
    assert goes_on > set(stays)
    assert {row[0] for row in goes_on - set(stays)} == {2}


def test_where_the_base_goes_on_all_are_compared_there() -> None:
    """A size that no point began with is studied at all of them, and their answers stay."""
    study = searching(effect={"shift": 0.35}, sweep={"kind": "one_at_a_time", "factors": SHIFTS})
    answer = sweep(study)
    assert answer.at == sizes(answer)[0]
    assert answer.at > 60
    assert all(answer.difference(result) is not None for result in answer.points)
    assert answer.points[1].sizes == sweep(searching()).points[1].sizes
    assert answer.points[1].sizes[0].limit == 60


class Counting(InProcessExecutor):
    """Counts what it computes."""

    calls = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Compute at once."""
        self.calls += 1
        return super().submit(fn, *args, **kwargs)


def test_finished_blocks_are_used_again(tmp_path: Path) -> None:
    """A second sweep computes nothing, gives the same and tells as much progress."""
    told: list[list[tuple[int, int]]] = [[], []]
    answers, calls = [], []
    with BlockStore(tmp_path / "blocks.sqlite", engine_version()) as store:
        for heard in told:
            executor = Counting()
            hear = partial(_note, heard)
            answers.append(sweep(searching(), hear, executor=executor, store=store))
            calls.append(executor.calls)
    assert calls == [2 * 3 + 2, 0]  # two blocks of three points, and two beyond; one is the base
    assert sizes(answers[0]) == sizes(answers[1])
    assert told[0] == told[1]
    assert told[0][-1] == (2 * 4 + 2, 2 * 4 + 2)


def _note(heard: list[tuple[int, int]], done: int, planned: int) -> None:
    heard.append((done, planned))


def test_large_studies_stand_in_smaller_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what is studied at every size, few studies tell how far to go; blocks stay as many."""
    monkeypatch.setattr(sweep_search, "EVERY", 60)
    monkeypatch.setattr(sweep_search, "SCREENED", 100)
    monkeypatch.setattr(
        sweep_search, "block_size", lambda _study, _stated, largest: 7000 // largest
    )
    study = searching(sweep={"kind": "one_at_a_time", "factors": {"effect.shift": (0.5, 0.2)}})
    answer = sweep(study)
    result = answer.points[2]
    assert result.wins is not None
    assert (len(result.wins), result.replicates) == (2, 200)
    assert result.sample_size is not None
    assert result.sample_size.size is not None
    assert result.sample_size.size > 120
    plain = plan(searching(effect={"shift": 0.2})).sample_size
    assert plain.low is not None
    assert plain.high is not None
    assert plain.low <= result.sample_size.size <= plain.high
    power = answer.difference(result)
    assert power is not None
    assert np.isfinite(power.mcse)
