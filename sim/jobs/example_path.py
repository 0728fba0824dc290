"""One simulated study with looks, as its answers come in."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sim.arrays import FloatArray
from sim.cohorts import arms_by_role
from sim.compute.streams import Purpose
from sim.errors import StudyError
from sim.inference.registry import TESTS
from sim.inference.result import TestResult
from sim.jobs.allowances import primary_alone
from sim.jobs.tasks import block_task
from sim.power.known import exact_place
from sim.power.role import draw_samples, prepared
from sim.study import Study

LEAST = 2
"""Fewest people in every arm from which a study is tested."""


def example_path(study: Study, size: int) -> tuple[tuple[int, float], ...]:
    """Test one simulated study, the first of its random stream, after every unit.

    Parameters
    ----------
    study : Study
        With or without looks, which change nothing.
    size : int
        Its largest number of units.

    Returns
    -------
    tuple of (int, float)
        Units, and the z of the primary rule's endpoint in the direction of
        success, where it can be tested; empty where the rule looks at several
        endpoints, or at one that is not tested at the whole level.
    """
    alone = primary_alone(study)
    design = alone.design.model_copy(update={"n": tuple(range(LEAST, size + 1))})
    alone = alone.model_copy(update={"design": design, "interim": None})
    task = block_task(alone, arms_by_role(alone), Purpose.MAIN, 1)
    analysis = task.analysis.model_copy(update={"alpha": 1.0})  # exact, however large they are
    try:
        role, endpoint, level = exact_place(task.rules[0], task.endpoints, task.analysis)
    except StudyError:
        return ()
    if level != task.analysis.alpha:
        return ()
    samples = [sample.as_tested(analysis) for sample in draw_samples(task, role, 0)]
    sizes = prepared(task, role).sizes
    result = TESTS[analysis.test](samples, sizes, analysis)
    z = _directed(result, endpoint, analysis.side, two_sided=analysis.alternative == "two_sided")
    enough = np.all([rising >= LEAST for rising in sizes], axis=0)
    z = np.where(enough, z, np.nan)[prepared(task, role).place]
    return tuple((n, float(at)) for n, at in zip(alone.sizes, z, strict=True) if np.isfinite(at))


def _directed(result: TestResult, endpoint: int, side: int, *, two_sided: bool) -> FloatArray:
    """Turn the one study's p-values (1, K, E) into z in the direction of success; NaN: none."""
    p, direction = result.pvalue[0, :, endpoint], result.direction[0, :, endpoint]
    z = -ndtri(p / 2) * direction * side if two_sided else -ndtri(p)
    return np.where(result.informative[0, :, endpoint] > 0, z, np.nan)
