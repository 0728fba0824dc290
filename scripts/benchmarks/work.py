"""The work of design/benchmarks.md, as tasks of the simulator, with what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

from benchmarks.timing import Answer, Known
from sim import compose_study
from sim.cohorts import arms_by_role
from sim.compute.streams import Purpose
from sim.jobs.tasks import block_task
from sim.power.monte_carlo import simulate_block
from sim.power.task import BlockTask
from sim.study import Analysis, Study, parse_study

ALPHA = 0.05
PMF = (0.03, 0.12, 0.35, 0.35, 0.15)
"""Probabilities of the changes -2 ... 2 in B1 and B2."""
TABLE = ((0.15, 0.20, 0.15), (0.06, 0.10, 0.15), (0.03, 0.06, 0.10))
"""Before by after on three points; its diagonals sum to `PMF`."""
PRE = (0.10, 0.20, 0.40, 0.20, 0.10)
SHIFT, BETWEEN_DOMAINS, PRE_POST = 0.5, 0.5, 0.6
ELEVEN = (0.01, 0.03, 0.06, 0.11, 0.18, 0.22, 0.18, 0.11, 0.06, 0.03, 0.01)
TWO_ARMS_SHIFT = 0.51
"""Latent shift that makes the means of two arms' changes differ by half a standard deviation."""
B1_SIZE, B1_REPLICATES, B3_SIZE, B3_REPLICATES = 30, 10_000, 30, 2_000
B1_POWER = 0.68767
"""Of the normal approximation without continuity correction, by enumeration."""
B1_EXACT_POWER = 0.65813
B3_POWERS = (0.520, 0.855, 0.252)
"""Of one domain, any domain, all domains, by Holm; from 200,000 replicates of SciPy."""
B3_SLACK = 0.003

_RULES = {"any": "any of items", "all": "all of items"}


ANALYSIS = {"p_value": "asymptotic", "adjustment": "none", "alpha": ALPHA}
"""Signed-rank, normal approximation, two-sided, no adjustment."""


@cache
def _default() -> Study:
    return compose_study()


def default_block_size() -> int:
    """Replicates in a block where nothing else is stated."""
    return _default().monte_carlo.block_size


def analysis(**changes: Any) -> Analysis:
    """State an analysis: `ANALYSIS` with changes; the t test has one p-value only."""
    plain = {"p_value": "auto"} if changes.get("test") == "paired_t" else {}
    base = _default().analysis.model_dump()
    return Analysis.model_validate({**base, **ANALYSIS, **plain, **changes})


def b1_task(sizes: tuple[int, ...] = (B1_SIZE,), block_size: int = B1_REPLICATES) -> BlockTask:
    """B1: one domain, drawn straight from its table of before by after."""
    return _task(
        questionnaire={"points": 3, "items": ("change",)},
        effect={"joint": TABLE},
        roles={"mentor": {"pre": tuple(sum(line) for line in TABLE)}, "mentee": None},
        design={"n": sizes},
        monte_carlo={"block_size": block_size},
    )


def b3_task(
    sizes: tuple[int, ...] = (B3_SIZE,), domains: int = 7, p_value: str = "asymptotic"
) -> BlockTask:
    """B3: correlated domains, Holm, in blocks of the size that users get by default."""
    return _task(
        questionnaire={
            "points": len(PRE),
            "items": tuple(f"domain {d + 1}" for d in range(domains)),
        },
        effect={"shift": SHIFT},
        correlation={"stated_as": "latent", "pre_post": PRE_POST, "items": BETWEEN_DOMAINS},
        roles={"mentor": {"pre": PRE}, "mentee": None},
        design={"n": sizes},
        analysis={**ANALYSIS, "adjustment": "holm", "p_value": p_value},
    )


def two_arms_task(per_arm: tuple[int, ...]) -> BlockTask:
    """One domain of eleven points and its total, tested between two arms of equal size.

    The means of the changes differ by half their standard deviation, as in `TWO_ARMS_SHIFT`.
    """
    return _task(
        questionnaire={"points": len(ELEVEN), "items": ("change",)},
        effect={"shift": TWO_ARMS_SHIFT},
        roles={"mentor": {"pre": ELEVEN}, "mentee": None},
        correlation={"stated_as": "latent", "pre_post": 0.5, "items": 0.0},
        control={"ratio": (1, 1)},
        design={"n": tuple(2 * n for n in per_arm)},
        analysis={**ANALYSIS, "test": "two_sample_t", "p_value": "auto"},
    )


def default_task() -> BlockTask:
    """Task of the study that is planned where nothing else is stated."""
    study = _default()
    arms = arms_by_role(study)
    return block_task(study, arms, Purpose.MAIN, study.monte_carlo.block_size)


def _task(**stated: dict[str, Any]) -> BlockTask:
    """Task of mentors alone; what is not stated is as it is by default."""
    base = _default().model_dump()
    plain = {"analysis": ANALYSIS, **stated}
    changed = {section: {**(base[section] or {}), **fields} for section, fields in plain.items()}
    whole = {"effect": stated["effect"], "primary": "any", "success": _RULES}
    study = parse_study({**base, **changed, **whole, "pilot": None})
    return block_task(study, arms_by_role(study), Purpose.MAIN, study.monte_carlo.block_size)


def blocks(task: BlockTask, replicates: int) -> Callable[[], Answer]:
    """Work of a call: so many replicates in blocks never used before.

    Returns
    -------
    callable
        Gives, at the last size, the adjusted power of the first domain, and of
        the rules any and all.
    """
    number, indices = -(-replicates // task.block_size), count()

    def call() -> Answer:
        total = simulate_block(task, next(indices))
        for _ in range(number - 1):
            total += simulate_block(task, next(indices))
        any_domain, all_domains = (total.rule_rejected[-1] / total.replicates).tolist()
        return float(total.adjusted_rejected[-1, 0]) / total.replicates, any_domain, all_domains

    return call


def b1_known(replicates: int) -> Known:
    """Power of B1 by the normal approximation."""
    return Known((B1_POWER,), 5e-6, replicates)


def b3_known(replicates: int) -> Known:
    """Powers of B3: marginal, any, all."""
    return Known(B3_POWERS, B3_SLACK, replicates)
