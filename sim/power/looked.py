"""A block of studies with looks: where each ends, what is decided there, and what is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.inference.decide import Decisions, decided, marks_at_once
from sim.inference.look_path import (
    LookEvidence,
    Path,
    SpentExactly,
    decisions_where,
    first_look,
    path_of,
)
from sim.inference.looks import Looks
from sim.power.count_kernels import count_both
from sim.power.counting import (
    Ends,
    count_decisions,
    count_rules,
    family_counts,
)
from sim.power.role import RoleTests, count_estimates, draw_and_test, estimation, prepared
from sim.power.tally import Counts, LookTally
from sim.power.task import BlockTask
from sim.sequential.exact_spending import exact_decisions

BY_LOOK = ("estimable", "change", "change_squared", "covered")
"""Sums that are kept by the look at which a replicate ends."""


def count_looks(task: BlockTask, looks: Looks, block: int) -> LookTally:
    """Draw one block of replicates, look at them as planned, and count where each ends.

    A study ends at the first look at which its rule is met by rejections, in
    either direction, or has become hopeless; all else is decided there.

    Parameters
    ----------
    task : BlockTask
        Everything else.
    looks : Looks
        Its looks.
    block : int
        The block's index, 0 or more.

    Returns
    -------
    LookTally
    """
    roles = range(len(task.roles))
    tests = [draw_and_test(task, role, block) for role in roles]
    places = [prepared(task, role).place for role in roles]
    evidence = [_evidence(task, role, part, looks) for role, part in zip(roles, tests, strict=True)]
    path = path_of(evidence, looks, places, task.analysis.side)
    ends = first_look(path.met | path.futile)
    decided_there = [decisions_where(path, role, ends) for role in roles]
    level, side = task.analysis.alpha, task.analysis.side
    fixed = [
        marks_at_once(part.evidence, level, side)[place[looks.place[:, -1]]]
        for part, place in zip(tests, places, strict=True)
    ]
    return LookTally(
        replicates=task.block_size,
        rule_rejected=count_rules(task.rules, [role.adjusted_rejected for role in decided_there]),
        rule_won=count_rules(task.rules, [role.adjusted_won for role in decided_there]),
        fixed_rejected=count_rules(task.rules, [decided(of, "adjusted_rejected") for of in fixed]),
        fixed_won=count_rules(task.rules, [decided(of, "adjusted_won") for of in fixed]),
        **_by_look(path, ends, futile=looks.futile),
        **_by_role(task, looks, tests, decided_there, ends),
    )


def _by_look(path: Path, ends: NDArray[np.int8], *, futile: bool) -> dict[str, Counts]:
    """Count studies by the look at which they end, and of those by the looks that win alone."""
    (number, sizes, replicates), alone = path.met.shape, path.won
    if futile:
        alone = np.concatenate([alone, path.futile])
    at = np.arange(number, dtype=np.int8)[:, None, None]
    here, first = ends == at, first_look(path.met) == at  # (J, K, R)
    ended = here & path.met, here & path.won, here & path.futile & ~path.met
    ever = ((first & part).any(axis=0, keepdims=True) for part in (path.met, path.won))
    happened = np.concatenate([alone, *ended, *ever])
    given = np.concatenate([alone, np.ones((1, sizes, replicates), np.bool_)])
    counts = np.empty((sizes, len(happened), len(given)), np.int64)
    count_both(happened, given, counts)
    by_end = counts[:, len(alone) : -2].reshape(sizes, 3, number, -1)
    names = "ended_met", "ended_won", "ended_futile"
    return {
        **{name: by_end[:, place, :, -1] for place, name in enumerate(names)},
        "unstopped_rejected": counts[:, -2, -1],
        "unstopped_won": counts[:, -1, -1],
        "alone": counts[:, : len(alone), :-1],
        "ended_alone": by_end[..., :-1],
        "unstopped_alone": counts[:, -2:, :-1],
    }


def _evidence(task: BlockTask, role: int, part: RoleTests, looks: Looks) -> LookEvidence:
    """Give what a role's looks decide by: where the level is spent exactly, the decisions."""
    if looks.budget is None:
        return part.evidence
    known, changes = prepared(task, role), part.samples[0].as_tested(task.analysis).changes
    replicates, _, endpoints = changes.shape
    decided = np.zeros((replicates, *looks.place.shape, endpoints), np.int8)
    budgets = np.broadcast_to(looks.budget, looks.place.shape)
    for k, (at, taken, budget) in enumerate(zip(looks.place, looks.taken, budgets, strict=True)):
        sizes = known.sizes[0][known.place[at[taken]]].tolist()
        for e in range(endpoints):  # each has as many absolute changes as it has
            alone = exact_decisions(changes[..., e : e + 1], sizes, task.analysis, budget[taken])
            decided[:, k, taken, e] = alone[..., 0]
    return SpentExactly(part.evidence, decided)


def _by_role(
    task: BlockTask,
    looks: Looks,
    tests: list[RoleTests],
    decisions_by_role: list[Decisions],
    ends: NDArray[np.int8],
) -> dict[str, Counts]:
    """Count decisions, families and estimates of all roles at their ends, side by side."""
    parts, at = [], Ends.at(looks.place, ends)
    for role, (part, decisions) in enumerate(zip(tests, decisions_by_role, strict=True)):
        of_role = replace(at, place=prepared(task, role).place[looks.place])
        sums = count_estimates(task, role, part, decisions.rejected, of_role)
        by_look = {f"ended_{name}": sums[name] for name in BY_LOOK}
        together = {name: count.sum(axis=1) for name, count in sums.items()}
        parts.append(count_decisions(decisions) | together | by_look)
    counts = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    nulls = [estimation(task, role).nulls for role in range(len(tests))]
    families = (
        family_counts(decisions.adjusted_rejected, of_role)
        for decisions, of_role in zip(decisions_by_role, nulls, strict=True)
    )
    return counts | {"families": np.stack(list(families), axis=1)}
