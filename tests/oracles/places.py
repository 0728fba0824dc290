"""A small study of many blocks, planned somewhere."""

from collections.abc import Callable
from typing import Any

from oracles.studies import SMALL, default_study, merged
from sim.jobs.plan import plan
from sim.report.files import results_csv
from sim.study import parse_study

MANY = {"monte_carlo": {"replicates": 2000, "block_size": 50}}
SINGLE = {"kind": "in_process"}


def found(compute: Any, on_block: Callable[[int, int], None] | None = None, **more: Any) -> str:
    """Plan the small study somewhere; give its results.csv."""
    study = parse_study(
        merged(merged(default_study().model_dump(), SMALL), {**MANY, "compute": compute})
    )
    return results_csv(plan(study, on_block, **more))


def after(blocks: int, act: Callable[[], None]) -> Callable[[int, int], None]:
    """Do something once, when that many blocks are done."""

    def on_block(done: int, _total: int) -> None:
        if done == blocks:
            act()

    return on_block
