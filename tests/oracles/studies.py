"""Small studies, populations and tasks to test with."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from oracles.samples import ONE_GROUP
from oracles.totals import with_total_of
from sim import compose_study
from sim.cohorts.marginals import DomainMarginals
from sim.cohorts.population import Population, build_population
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.power.task import Arm, BlockTask
from sim.study import Analysis, Study, parse_study

PRE = (0.10, 0.20, 0.40, 0.20, 0.10)
SMALL = {
    "questionnaire": {"points": 5, "items": ("a", "b", "c")},
    "effect": {"shift": 0.5},
    "roles": {"mentor": {"pre": PRE}, "mentee": None},
    "success": {"any": "any of items", "all": "all of items", "total": "total"},
    "primary": "any",
    "design": {"n": (6, 12)},
    "engine": "monte_carlo",
    "monte_carlo": {"replicates": 200, "search_replicates": 100, "block_size": 100},
    "pilot": None,
}
CONTROL: dict[str, Any] = {
    "ratio": (1, 1),
    "unit": "person",
    "effect": {},
    "beside": None,
    "assumption": None,
}
"""A control arm of the same size, by person, that gets nothing."""
CUTS = {"cut": 3, "total_cut": 10}
"""What McNemar's test needs, in a study of three domains."""
WHOLE = {"effect", "roles", "success", "items"}
"""Sections that replace the default rather than add to it."""


@cache
def default_study() -> Study:
    """Compose the study that the command runs without arguments."""
    return compose_study()


def merged(base: Any, changes: Any) -> Any:
    """Lay changes over nested plain data."""
    if not isinstance(base, Mapping) or not isinstance(changes, Mapping):
        return changes
    own = {
        key: value if key in WHOLE else merged(base.get(key), value)
        for key, value in changes.items()
    }
    return {**base, **own}


def small_study(**changes: Any) -> Study:
    """Parse a study of three domains and mentors only, with changes by section.

    A one-sided test for a fall says that a fall is the success, as it must.
    """
    if changes.get("analysis", {}).get("alternative") == "less":
        changes["analysis"] = {"direction": "fall", **changes["analysis"]}
    stated = merged(merged(default_study().model_dump(), SMALL), changes)
    questionnaire = stated["questionnaire"]
    if len(questionnaire["items"]) == 1 and questionnaire.get("totals") is None:
        # one item has no total of its own: tests of one state it
        questionnaire = {**questionnaire, "totals": {"total": tuple(questionnaire["items"])}}
    return parse_study({**stated, "questionnaire": questionnaire})


def make_analysis(**changes: Any) -> Analysis:
    """State an analysis: by default exact, two-sided, .05, not adjusted."""
    plain = {"p_value": "exact", "adjustment": "none"}
    if changes.get("test") == "paired_t":
        plain["p_value"] = "auto"
    plain |= CUTS if changes.get("test") == "mcnemar" else {}
    base = default_study().analysis.model_dump()
    return Analysis.model_validate({**base, **plain, **changes})


@cache
def offered_analyses() -> tuple[Analysis, ...]:
    """List every registered test with every combination of options that a study accepts."""
    combinations = product(
        ONE_GROUP,
        ("auto", "exact", "asymptotic", "mid_p"),
        ("wilcox", "pratt"),
        (False, True),
        ("two_sided", "greater", "less"),
    )
    names = ("test", "p_value", "zeros", "continuity", "alternative")
    found = []
    for values in combinations:
        stated = dict(zip(names, values, strict=True))
        try:
            cuts = CUTS if stated["test"] == "mcnemar" else {}
            options = {**stated, **cuts, "exact_limit": 4, "adjustment": "none"}
            study = small_study(analysis=options)
        except StudyError:
            continue
        found.append(study.analysis)
    return tuple(found)


def analysis_id(analysis: Analysis) -> str:
    """Name an analysis in a test's id."""
    parts = [analysis.test, analysis.p_value, analysis.zeros, analysis.alternative]
    return "-".join([*parts, "cc"] if analysis.continuity else parts)


def population_of_changes(probabilities: Mapping[int, float], domains: int = 1) -> Population:
    """People whose change has the stated distribution, in every domain, domains independent."""
    reach = max(map(abs, probabilities))
    table = np.zeros((2 * reach + 1, 2 * reach + 1))
    for change, probability in probabilities.items():
        table[reach, reach + change] = probability
    marginals = DomainMarginals(table.sum(axis=1), table.sum(axis=0), table)
    return build_population([marginals] * domains, np.eye(2 * domains))


def make_task(
    population: Population, sizes: tuple[int, ...], analysis: Analysis, **changes: Any
) -> BlockTask:
    """Set one role up for simulation, with one rule: any domain is won."""
    rule = DecisionRule("any", (0,), tuple(range(len(population.tables))), 1)
    stated = {"rules": (rule,), "seed": 5, "block_size": 500, **changes}
    return task_of((population,), (sizes,), analysis, **stated)


def task_of(
    populations: Sequence[Population],
    sizes: Sequence[tuple[int, ...]],
    analysis: Analysis,
    rules: tuple[DecisionRule, ...],
    seed: int,
    block_size: int,
    **changes: Any,
) -> BlockTask:
    """Set roles of one arm each up for simulation, every domain and the total being tested."""
    return BlockTask(
        roles=tuple((Arm(*arm),) for arm in zip(populations, sizes, strict=True)),
        endpoints=with_total_of(populations[0], analysis),
        analysis=analysis,
        rules=rules,
        seed=seed,
        block_size=block_size,
        **changes,
    )


def sizes_of(task: BlockTask) -> tuple[tuple[int, ...], ...]:
    """Sizes of the first arm of every role."""
    return tuple(arms[0].sizes for arms in task.roles)


def two_arm_study(test: str, **changes: Any) -> Study:
    """State a study of three domains and two arms, not adjusted, with changes by section."""
    control = {**CONTROL, **changes.pop("control", {})}
    stated = {"test": test, "p_value": "auto", "adjustment": "none", **changes.pop("analysis", {})}
    return small_study(control=control, analysis=stated, **changes)
