"""Tasks of blocks with most of the parts that there are."""

from collections.abc import Callable
from functools import cache
from typing import Any

from oracles.studies import make_analysis, make_task, small_study
from sim import compose_study
from sim.cohorts import arms_by_role, arms_without_effect, role_arms
from sim.cohorts.drawn import normal_shifts
from sim.compute.streams import Purpose
from sim.jobs.tasks import block_task
from sim.power.assurance_draws import AssuranceTask
from sim.power.monte_carlo import simulate_block
from sim.power.tally import Tally
from sim.power.task import BlockTask
from sim.study import Study


@cache
def rich_task() -> BlockTask:
    """Task with most of the parts that there are: sites, two arms, missing answers."""
    study = compose_study(
        ["clusters=sites", "missing=mar", "control=parallel", "analysis.test=ancova",
         "target.half_width=2", "design.n=[20,30]"]
    )  # fmt: skip
    return block_task(study, arms_by_role(study), Purpose.MAIN, 100)


def graph_task() -> BlockTask:
    """Task with a graph, which is in fractions."""
    study = compose_study(["graph=gatekeeping", "analysis.adjustment=graphical", *SIZES])
    return block_task(study, arms_by_role(study), Purpose.MAIN, 100)


def draws_task() -> AssuranceTask:
    """Task of assurance."""
    (people,) = role_arms(small_study(), 0)
    drawn = normal_shifts(0.3, 0.2, 0.1, 4, people, 0)
    return AssuranceTask((drawn,), make_task(people, (6,), make_analysis()), 1e6, "any")


SIZES = ("design.n=[20]",)
TASKS: dict[str, Callable[[], Any]] = {
    "rich": rich_task,
    "graph": graph_task,
    "draws": draws_task,
}


def tally_of(study: Study, blocks: int = 1, *, null: bool = False) -> Tally:
    """Tally of some blocks of a study."""
    arms = arms_by_role(study)
    arms = tuple(map(arms_without_effect, arms)) if null else arms
    task = block_task(study, arms, Purpose.MAIN, study.monte_carlo.block_size)
    tally = simulate_block(task, 0)
    for block in range(1, blocks):
        tally += simulate_block(task, block)
    return tally
