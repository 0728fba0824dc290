"""One process previews what every tab is thinking about, the newest of each, by turns."""

import multiprocessing
import time
from collections.abc import Iterator

import pytest

from sim import compose_study
from sim.jobs.simulated_preview import SimulatedPreview, simulated_previews
from sim.page import preview_process
from sim.page.preview_process import PreviewProcess, Who, kind_of

SMALL = ["design.n=[12,24]", "monte_carlo.block_size=50", "effect=shift"]
A, B = (1, "a"), (2, "a")


@pytest.fixture
def live() -> Iterator[PreviewProcess]:
    """A process that simulates 400 studies, ended afterwards."""
    own = PreviewProcess(400)
    yield own
    own.stop()
    assert multiprocessing.active_children() == []


def hear(live: PreviewProcess, *asking: Who) -> dict[Who, list[SimulatedPreview | str]]:
    """Collect all that is found, until nothing more is to come."""
    found: dict[Who, list[SimulatedPreview | str]] = {who: [] for who in asking}
    while any(live.waits(who) for who in asking):
        for who in asking:
            said = live.take(who)
            if said is not None:
                found[who].append(said)
        time.sleep(0.005)
    return found


def assert_same(found: SimulatedPreview, expected: SimulatedPreview) -> None:
    """Powers and sizes are the same to the last bit."""
    assert found.answers.keys() == expected.answers.keys()
    for key, (power, size) in expected.answers.items():
        assert (found.answers[key][0].value == power.value).all()
        assert found.answers[key][1] == size


def test_what_is_asked_is_answered(live: PreviewProcess) -> None:
    """One process answers one question after the other, each as it should be."""
    it_finds_what_the_job_finds(live)
    only_the_newest_question_is_answered(live)
    a_refusal_is_told(live)


def it_finds_what_the_job_finds(live: PreviewProcess) -> None:
    """The last preview is that of the job, whatever else is wanted meanwhile."""
    one, other = (compose_study([*SMALL, f"effect.shift={shift}"]) for shift in (0.3, 0.6))
    live.ask(A, one)
    live.ask(B, other)
    found = hear(live, A, B)
    for who, study in ((A, one), (B, other)):
        last = found[who][-1]
        assert isinstance(last, SimulatedPreview)
        *_, expected = simulated_previews(study, 400)
        assert last.last
        assert_same(last, expected)


def only_the_newest_question_is_answered(live: PreviewProcess) -> None:
    """What was asked before is not answered any more, nor what is forgotten."""
    for shift in (0.1, 0.2, 0.3, 0.9):
        live.ask(A, compose_study([*SMALL, f"effect.shift={shift}"]))
    live.ask(B, compose_study(SMALL))
    live.forget(B)
    assert not live.waits(B)
    found = hear(live, A, B)
    *_, expected = simulated_previews(compose_study([*SMALL, "effect.shift=0.9"]), 400)
    assert found[B] == []
    for said in found[A]:
        assert isinstance(said, SimulatedPreview)
    assert isinstance(found[A][-1], SimulatedPreview)
    assert_same(found[A][-1], expected)


def a_refusal_is_told(live: PreviewProcess) -> None:
    """Where a design has no preview, the reason is told."""
    live.ask(A, compose_study([*SMALL, "correlation.items=-0.5"]))
    (said,) = hear(live, A)[A]
    assert isinstance(said, str)
    assert said.startswith("correlation.items: -0.5 is impossible")


def test_what_takes_too_long_is_given_up(
    live: PreviewProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preview beyond patience ends the process; the next question has a new one."""
    live.start()
    monkeypatch.setattr(preview_process, "FIRST", 0.0)
    live.ask(A, compose_study([*SMALL, "design.n=[400]", "monte_carlo.block_size=10000"]))
    assert hear(live, A)[A] == [preview_process.TOO_LONG]
    monkeypatch.undo()
    live.ask(A, compose_study(SMALL))
    assert isinstance(hear(live, A)[A][-1], SimulatedPreview)
    assert live._allowed(A, 0) == preview_process.PATIENCE
    live._kind = kind_of(compose_study([*SMALL, "analysis.test=sign"]))
    assert live._allowed(A, 0) == preview_process.FIRST  # it may have to compile


def test_a_kind_is_what_is_compiled() -> None:
    """Another test, or sites, is another kind of preview; another size or effect is not."""
    kinds = [
        kind_of(compose_study([*SMALL, *words]))
        for words in ([], ["design.n=[13]", "effect.shift=0.3"], ["analysis.test=sign"],
                      ["analysis.test=clustered_signed_rank", "clusters=sites"])
    ]  # fmt: skip
    assert kinds[0] == kinds[1]
    assert len(set(kinds)) == 3


def test_what_nobody_wants_any_more_makes_way(
    live: PreviewProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long preview that nobody wants is ended for another one; while wanted, it is not."""
    live.ask(B, compose_study(SMALL))
    hear(live, B)  # what it runs is loaded
    monkeypatch.setattr(preview_process, "GRACE", 0.0)
    long = compose_study([*SMALL, "design.n=[1000]", "monte_carlo.block_size=10000"])
    live.ask(A, long)
    (first,) = multiprocessing.active_children()
    live.ask(B, compose_study(SMALL))
    live.take(B)
    assert multiprocessing.active_children() == [first]
    live.forget(A)
    assert isinstance(hear(live, B)[B][-1], SimulatedPreview)
    assert multiprocessing.active_children() != [first]


def test_a_process_that_dies_is_replaced(live: PreviewProcess) -> None:
    """Where the process is killed, the question it had is given up and others are answered."""
    live.ask(A, compose_study([*SMALL, "design.n=[400]", "monte_carlo.block_size=10000"]))
    live.ask(B, compose_study(SMALL))
    (child,) = multiprocessing.active_children()
    child.kill()
    found = hear(live, A, B)
    assert found[A] == [preview_process.TOO_LONG]
    assert isinstance(found[B][-1], SimulatedPreview)


def test_nothing_is_simulated_where_none_are_wanted() -> None:
    """Without simulated studies while typing there is no process and no answer."""
    none = PreviewProcess(0)
    none.start()
    none.ask(A, compose_study(SMALL))
    assert not none.waits(A)
    assert multiprocessing.active_children() == []
