"""How often the primary rule is met under its least favourable null, at the answer's size.

Of a rule that needs k of its endpoints, k - 1 keep their effect and the others have none.
"""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts import Arms, arms_by_role
from sim.cohorts.partial_null import arms_without_effect_on
from sim.compute.store import BlockStore
from sim.compute.streams import Purpose
from sim.inference.rules import decision_rules
from sim.jobs.allowances import primary_alone
from sim.jobs.progress import Progress
from sim.jobs.tasks import block_task
from sim.power.estimates import Estimate, proportion
from sim.power.least_favourable import LeastFavourable, kept_columns, without_effect_by_role
from sim.power.operating import OperatingCharacteristics
from sim.power.simulate import simulate
from sim.study import Study


def least_favourable_blocks(study: Study) -> int:
    """Blocks that it takes, for the progress bar."""
    (rule,) = decision_rules(primary_alone(study))
    return study.blocks if rule.needed > 1 else 0


def least_favourable(
    study: Study,
    main: OperatingCharacteristics,
    pairs: int,
    executor: Executor,
    progress: Progress,
    store: BlockStore | None = None,
) -> LeastFavourable | None:
    """Simulate the primary rule's least favourable null, from the random numbers of the null run.

    Parameters
    ----------
    study : Study
        The study.
    main : OperatingCharacteristics
        Under the assumed effect, which tells the endpoints of highest power.
    pairs : int
        The size: one of those studied.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress
        In which these blocks are planned already.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    LeastFavourable or None
        None of a rule that one endpoint meets: its null is the full one.
    """
    alone = primary_alone(study)
    (rule,) = decision_rules(alone)
    if rule.needed == 1:
        return None
    endpoints = study.endpoint_sets
    kept = kept_columns(rule, _powers(main, pairs), endpoints)
    without = tuple(column for column in rule.columns if column not in kept)
    nulls = without_effect_by_role(without, len(alone.roles), endpoints)
    of_role = zip(arms_by_role(alone), nulls, strict=True)
    arms = tuple(arms_without_effect_on(*role) for role in of_role)
    met = _met(alone, arms, pairs, executor, progress, store)
    # a sum that keeps its effect though none of its domains does has none
    left = tuple(c for c in rule.columns if c in kept and _has_effect(c, nulls, study))
    gone = tuple(c for c in rule.columns if c not in left)
    return LeastFavourable(
        rule.name, pairs, _named(study, left), _named(study, gone),
        float(met.value), float(met.mcse), int(met.replicates),
    )  # fmt: skip


def _met(
    study: Study,
    arms: tuple[Arms, ...],
    pairs: int,
    executor: Executor,
    progress: Progress,
    store: BlockStore | None,
) -> Estimate:
    """Probability that a study's one rule is met at one size; shape ()."""
    design = study.design.model_copy(update={"n": (pairs,)})
    at_size = study.model_copy(update={"design": design})
    task = block_task(at_size, arms, Purpose.NULL, study.monte_carlo.block_size)
    tally = simulate(task, range(study.blocks), executor, progress.step, store)
    return proportion(tally.rule_won[0, 0], tally.replicates)


def _powers(main: OperatingCharacteristics, pairs: int) -> FloatArray:
    """Unadjusted power of the endpoints of all roles at one size, side by side."""
    k = main.sizes.index(pairs)
    return np.concatenate([role.measures.win.value[k] for role in main.roles])


def _has_effect(column: int, nulls: np.ndarray, study: Study) -> bool:
    role, endpoint = divmod(column, len(study.endpoint_sets))
    return not bool(nulls[role][study.endpoint_sets.members[endpoint]].all())


def _named(study: Study, columns: tuple[int, ...]) -> tuple[tuple[str, str], ...]:
    places = (divmod(column, len(study.endpoints)) for column in columns)
    return tuple((study.role_names[role], study.endpoints[e]) for role, e in places)
