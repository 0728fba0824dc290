"""Who exists at the points of a sweep; worked out once for points that share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.cohorts import Arms, arms_by_role
from sim.cohorts.participants import IDLE_SECTIONS
from sim.compute.fingerprint import fingerprint
from sim.compute.memory import Memory
from sim.compute.streams import Purpose
from sim.jobs.posterior_effect import with_plain_effects
from sim.jobs.tasks import block_task
from sim.power.task import BlockTask
from sim.study import Study

REMEMBERED = 256
"""Most different populations that are kept for further points; bounds memory."""


@dataclass(frozen=True)
class People:
    """Who exists at a point.

    Attributes
    ----------
    study : Study
        The point's study, a posterior's medians in the place of its name.
    arms : tuple of tuple of Population
        Per role, the populations of its arms.
    """

    study: Study
    arms: tuple[Arms, ...]


class Census:
    """Who exists at each point; worked out once for points that differ in other things only."""

    def __init__(self) -> None:
        self._roles: Memory[Any] = Memory(REMEMBERED)
        self._people: Memory[tuple[Arms, ...]] = Memory(REMEMBERED)

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
        people = fingerprint((study.questionnaire, tuple(study.roles.items()), study.effect))
        roles = self._roles.recall(people, lambda: with_plain_effects(study).roles)
        plain = study.model_copy(update={"roles": roles})
        return People(plain, self._people.recall(people_key(plain), lambda: arms_by_role(plain)))


def task_of(people: People) -> BlockTask:
    """State what determines the numbers of the blocks of a point."""
    study, size = people.study, people.study.monte_carlo.block_size
    return block_task(study, people.arms, Purpose.MAIN, size)


def people_key(study: Study) -> str:
    """Hash of all that determines who exists."""
    sections = study.model_dump(exclude={*IDLE_SECTIONS, "design"})
    return fingerprint((sections, study.role_names, study.design.ratio))
