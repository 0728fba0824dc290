"""A run is bounded, tells of itself, and leaves nothing behind."""

import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pytest

from sim import compose_study
from sim.errors import StudyError
from sim.page.runs import Places, Run, bounds_sentence, check_work


def finish(run: Run) -> list[Any]:
    """Collect all that a run says."""
    found: list[Any] = []
    while not any(kind in {"done", "refused", "failed"} for kind, _ in found):
        found += run.news()
        time.sleep(0.02)
    return found


def talks(number: int, say: Any) -> None:
    """Work that says something."""
    say("blocks", (number, number))


def refuses(say: Any) -> None:
    """Work that the user can mend."""
    raise StudyError("x: is wrong")


def sleeps(say: Any) -> None:
    """Work that takes for ever."""
    say("pid", os.getpid())
    time.sleep(3600)


def vanishes(say: Any) -> None:
    """Work that is killed by something else."""
    os._exit(1)


def test_it_tells_and_gives_its_place_back() -> None:
    """Messages come in order; at the end the place is free."""
    places = Places(1)
    assert finish(Run(places, talks, (3,), 1)) == [("blocks", (3, 3)), ("done", None)]
    assert places.taken == 0


@pytest.mark.parametrize(
    ("work", "minutes", "words"),
    [(refuses, 1, "x: is wrong"), (vanishes, 1, "without an answer"), (sleeps, 0.02, "stopped")],
)
def test_every_end_is_told(work: Any, minutes: float, words: str) -> None:
    """A refusal, a crash and too long a run are told in a line, and leave no process."""
    places = Places(1)
    kind, said = finish(Run(places, work, (), minutes))[-1]
    assert kind in {"refused", "failed"}
    assert words in said
    assert places.taken == 0
    assert multiprocessing.active_children() == []


def test_stopping_ends_the_process() -> None:
    """A stopped run is gone when the call returns, and may be stopped again."""
    places = Places(1)
    run = Run(places, sleeps, (), 1)
    with pytest.raises(StudyError, match="runs go on"):
        Run(places, sleeps, (), 1)
    run.stop()
    run.stop()
    assert multiprocessing.active_children() == []
    assert places.taken == 0
    assert run.news() == []


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["monte_carlo.replicates=100001"], "monte_carlo.replicates"),
        (["monte_carlo.mcse=0.0001"], "monte_carlo.replicates"),
        (["monte_carlo.search_replicates=1000000"], "monte_carlo.search_replicates"),
        (["design.n=[2000]"], "design.up_to"),
        (["design.search_limit=2000"], "design.search_limit"),
        (["monte_carlo.block_size=10000"], "monte_carlo.block_size"),
    ],
)
def test_work_is_bounded(words: list[str], name: str) -> None:
    """A run that asks for too much is refused in a line that names the field."""
    study = compose_study(words)
    with pytest.raises(StudyError, match=f"^{name}: .* the page allows"):
        check_work(study, study.page)


def test_ordinary_work_is_not(tmp_path: Path) -> None:
    """Every experiment may be run as it stands, and the bounds are said."""
    for path in (Path(__file__).parents[2] / "conf" / "experiment").glob("*.yaml"):
        study = compose_study([f"experiment='{path.stem}'"])
        check_work(study, study.page)
    assert "100,000 simulated studies" in bounds_sentence(compose_study().page)
