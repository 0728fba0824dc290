"""What the points of a sweep share: one executor for all their blocks, populations, effects."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import numpy as np

from sim.cohorts import Population, role_population
from sim.cohorts.participants import IDLE_SECTIONS
from sim.compute.blocks import IN_FLIGHT, PER_WORKER
from sim.compute.fingerprint import fingerprint
from sim.compute.shelf import Shelf
from sim.compute.store import Store
from sim.errors import StudyError
from sim.jobs.posterior_effect import with_plain_effects
from sim.jobs.tasks import controls_of
from sim.power.monte_carlo import simulate_block
from sim.power.sweep import Wins
from sim.power.tally import Tally
from sim.power.tally_bytes import from_bytes, tally_layout, to_bytes
from sim.power.task import BlockTask
from sim.study import Study

T = TypeVar("T")

REMEMBERED = 256
"""Most different populations that are kept for further points; bounds memory."""


# ------------------------------------------------------------------------------- blocks


@dataclass(frozen=True)
class _Handed:
    """A block that was handed out."""

    key: str
    block: int
    future: Future[Tally]
    shelf: Shelf[Tally] | None


class ManyTasks:
    """Blocks of many tasks in one executor, each task once; workers wait for no task's end.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Where blocks are computed.
    blocks : int
        Number of blocks of each task.
    store : Store or None
        Where finished blocks are looked up and kept.
    on_block : callable
        Called after each block.
    """

    def __init__(
        self, executor: Executor, blocks: int, store: Store | None, on_block: Callable[[], None]
    ) -> None:
        self._executor, self._blocks, self._store = executor, blocks, store
        self._on_block = on_block
        self._most = max(IN_FLIGHT, PER_WORKER * getattr(executor, "workers", 1))
        self._finished: SimpleQueue[_Handed] = SimpleQueue()
        self._open = 0
        self._wins: dict[str, Wins] = {}

    def add(self, task: BlockTask) -> Wins:
        """Hand out a task's blocks, unless an equal task's have been.

        Parameters
        ----------
        task : BlockTask
            What determines the numbers.

        Returns
        -------
        ndarray of int16, shape (B, K, Q)
            Wins per block, filled by the end of :meth:`finish`; the same
            array for an equal task.
        """
        key = fingerprint(task)
        if key in self._wins:
            for _ in range(self._blocks):
                self._on_block()
            return self._wins[key]
        shape = (self._blocks, len(task.sizes[0]), len(task.rules))
        wins = self._wins[key] = np.zeros(shape, np.int16)
        every = range(self._blocks)
        shelf = self._shelf(key, task)
        todo = ((block, None) for block in every) if shelf is None else shelf.look_up(every)
        for block, found in todo:
            if found is None:
                self._hand_out(key, task, block, shelf)
            else:
                wins[block] = found.rule_won
                self._on_block()
        return wins

    def finish(self) -> None:
        """Wait for every block that is still open."""
        while self._open:
            self._take(self._finished.get())

    def keep_finished(self) -> None:
        """Store what is finished by now; for a run that ends early."""
        with suppress(Empty, StudyError):
            while True:
                handed = self._finished.get_nowait()
                if not handed.future.cancelled() and handed.future.exception() is None:
                    self._take(handed)

    @property
    def tasks(self) -> int:
        """Number of different tasks."""
        return len(self._wins)

    def _shelf(self, key: str, task: BlockTask) -> Shelf[Tally] | None:
        if self._store is None or not self._store.keeps:
            return None
        return Shelf(self._store, key, to_bytes, partial(from_bytes, Tally, tally_layout(task)))

    def _hand_out(self, key: str, task: BlockTask, block: int, shelf: Shelf[Tally] | None) -> None:
        while self._open >= self._most:
            self._take(self._finished.get())
        future: Future[Tally] = self._executor.submit(simulate_block, task, block)
        handed = _Handed(key, block, future, shelf)
        self._open += 1
        future.add_done_callback(lambda _: self._finished.put(handed))
        with suppress(Empty):  # at once: what is in this process is computed by now
            while True:
                self._take(self._finished.get_nowait())

    def _take(self, handed: _Handed) -> None:
        self._open -= 1
        tally = handed.future.result()
        self._wins[handed.key][handed.block] = tally.rule_won
        if handed.shelf is not None:
            handed.shelf.keep(handed.block, tally)
        self._on_block()


# -------------------------------------------------------------------------- who exists


@dataclass(frozen=True)
class People:
    """Who exists at a point.

    Attributes
    ----------
    study : Study
        The point's study, a posterior's medians in the place of its name.
    populations, controls : tuple of Population
        Per role; the latter empty without a control arm.
    """

    study: Study
    populations: tuple[Population, ...]
    controls: tuple[Population, ...]


class _Memory(Generic[T]):
    """Outcomes by key, failures among them; the oldest are forgotten."""

    def __init__(self) -> None:
        self._found: dict[str, T | StudyError] = {}

    def recall(self, key: str, work_out: Callable[[], T]) -> T:
        if key not in self._found:
            if len(self._found) >= REMEMBERED:
                del self._found[next(iter(self._found))]
            try:
                self._found[key] = work_out()
            except StudyError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, StudyError):
            raise found
        return found


class Census:
    """Who exists at each point; worked out once for points that differ in other things only."""

    def __init__(self) -> None:
        self._roles: _Memory[Any] = _Memory()
        self._people: _Memory[tuple[tuple[Population, ...], tuple[Population, ...]]] = _Memory()

    def people(self, study: Study) -> People:
        """Work out who exists.

        Parameters
        ----------
        study : Study
            The study of a point.

        Returns
        -------
        People

        Raises
        ------
        StudyError
            Where such people cannot exist.
        """
        stated = fingerprint((study.scale, study.roles, study.effect))
        roles = self._roles.recall(stated, lambda: with_plain_effects(study).roles)
        plain = study.model_copy(update={"roles": roles})
        return People(plain, *self._people.recall(people_key(plain), lambda: _worked_out(plain)))


def people_key(study: Study) -> str:
    """Hash of all that determines who exists."""
    stated = study.model_dump(exclude={*IDLE_SECTIONS, "design"})
    return fingerprint((stated, study.design.ratio))


def _worked_out(study: Study) -> tuple[tuple[Population, ...], tuple[Population, ...]]:
    populations = tuple(role_population(study, role) for role in study.role_names)
    return populations, controls_of(study)
