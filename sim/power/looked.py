"""A block of studies with looks: where each ends, what is decided there, and what is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.inference.decide import Decisions
from sim.inference.looks import (
    LookEvidence,
    Looks,
    Path,
    SpentExactly,
    decide_fixed,
    decisions_where,
    first_look,
    path_of,
)
from sim.power.counting import (
    count_at_ends,
    count_decisions,
    count_rules,
    family_counts,
    intervals_of_changes,
    intervals_of_difference,
)
from sim.power.role import (
    RoleTests,
    difference_of_arms,
    draw_and_test,
    estimation,
    narrowest,
    prepared,
)
from sim.power.tally import Counts, LookTally
from sim.power.task import BlockTask
from sim.sequential.exact_spending import exact_decisions

BY_LOOK = ("estimable", "change", "change_squared", "covered")
"""Sums that are kept by the look at which a replicate ends."""


def count_looks(task: BlockTask, planned: Looks, block: int) -> LookTally:
    """Draw one block of replicates, look at them as planned, and count where each ends.

    A study ends at the first look at which its rule is met by rejections, in
    either direction, or has become hopeless; all else is decided there.

    Parameters
    ----------
    task : BlockTask
        Everything else.
    planned : Looks
        Its looks.
    block : int
        The block's index, 0 or more.

    Returns
    -------
    LookTally
    """
    roles = range(len(task.roles))
    tests = [draw_and_test(task, role, block) for role in roles]
    places = [prepared(task, role).place[planned.place] for role in roles]
    looks = [replace(planned, place=place) for place in places]
    evidence = [_evidence(task, *role) for role in zip(roles, tests, looks, strict=True)]
    path = path_of(evidence, looks, task.analysis.side)
    ends = first_look(path.met | path.futile)
    decided = [decisions_where(path, role, ends) for role in roles]
    met, won = _at(path.met, ends), _at(path.won, ends)
    unstopped = first_look(path.met)
    fixed = [
        decide_fixed(part.evidence, of, task.analysis)
        for part, of in zip(tests, looks, strict=True)
    ]
    return LookTally(
        replicates=task.block_size,
        rule_rejected=count_rules(task.rules, [role.adjusted_rejected for role in decided]),
        rule_won=count_rules(task.rules, [role.adjusted_won for role in decided]),
        ended_met=_by_look(met, ends, len(path.met)),
        ended_won=_by_look(won, ends, len(path.met)),
        ended_futile=_by_look(_at(path.futile, ends) & ~met, ends, len(path.met)),
        fixed_rejected=count_rules(task.rules, [role.adjusted_rejected for role in fixed]),
        fixed_won=count_rules(task.rules, [role.adjusted_won for role in fixed]),
        unstopped_rejected=_at(path.met, unstopped).sum(axis=1),
        unstopped_won=_at(path.won, unstopped).sum(axis=1),
        **_with_looks_alone(path, ends, unstopped, futile=planned.futile),
        **_by_role(task, tests, places, decided, ends),
    )


def _with_looks_alone(
    path: Path, ends: NDArray[np.int8], unstopped: NDArray[np.int8], *, futile: bool
) -> dict[str, Counts]:
    """Count in how many replicates, of all and of those that end somewhere, a look is won alone."""
    (number, sizes, _), alone = path.won.shape, path.won
    if futile:
        alone = np.concatenate([alone, path.futile])
    here = ends == np.arange(number)[:, None, None]
    ended = path.met & here, path.won & here, path.futile & ~path.met & here
    either = _at(path.met, unstopped)[None], _at(path.won, unstopped)[None]
    happened = np.concatenate([alone, *ended, *either]).transpose(1, 0, 2)  # (K, ..., R)
    by = np.float32  # whole numbers, exact below 2**24
    counts = (happened.astype(by) @ alone.transpose(1, 2, 0).astype(by)).astype(np.int64)
    return {
        "alone": counts[:, : len(alone)],
        "ended_alone": counts[:, len(alone) : -2].reshape(sizes, 3, number, len(alone)),
        "unstopped_alone": counts[:, -2:],
    }


def _evidence(task: BlockTask, role: int, part: RoleTests, looks: Looks) -> LookEvidence:
    """Give what a role's looks decide by: where the level is spent exactly, the decisions."""
    if looks.budget is None:
        return part.evidence
    (sample,), (people,) = part.samples, prepared(task, role).sizes
    changes = sample.as_tested(task.analysis).changes
    replicates, _, endpoints = changes.shape
    decided = np.zeros((replicates, *looks.place.shape, endpoints), np.int8)
    budgets = np.broadcast_to(looks.budget, looks.place.shape)
    for k, (place, taken, budget) in enumerate(zip(looks.place, looks.taken, budgets, strict=True)):
        sizes = people[place[taken]].tolist()
        for e in range(endpoints):  # each has as many absolute changes as it has
            alone = exact_decisions(changes[..., e : e + 1], sizes, task.analysis, budget[taken])
            decided[:, k, taken, e] = alone[..., 0]
    return SpentExactly(part.evidence, decided)


def _by_role(
    task: BlockTask,
    tests: list[RoleTests],
    places: list[NDArray[np.int64]],
    decided: list[Decisions],
    ends: NDArray[np.int8],
) -> dict[str, Counts]:
    """Count decisions, families and estimates of all roles at their ends, side by side."""
    parts = []
    for role, (part, decisions) in enumerate(zip(tests, decided, strict=True)):
        known, true = prepared(task, role), estimation(task, role)
        if len(part.samples) == 1:
            intervals = intervals_of_changes(part.samples[0], known.sizes[0], true.clusters[0])
        else:
            intervals = intervals_of_difference(difference_of_arms(task, role, part))
        sums = count_at_ends(
            intervals, places[role], ends, true.truth, narrowest(task), decisions.rejected
        )
        by_look = {f"ended_{name}": sums[name] for name in BY_LOOK}
        together = {name: count.sum(axis=1) for name, count in sums.items()}
        parts.append(count_decisions(decisions) | together | by_look)
    counts = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    nulls = [estimation(task, role).nulls for role in range(len(tests))]
    families = (
        family_counts(decisions.adjusted_rejected, of_role)
        for decisions, of_role in zip(decided, nulls, strict=True)
    )
    return counts | {"families": np.stack(list(families), axis=1)}


def _at(happened: NDArray[np.bool_], ends: NDArray[np.int8]) -> NDArray[np.bool_]:
    """What happened (J, K, R) at the look at which each replicate ends, (K, R)."""
    return np.asarray(np.take_along_axis(happened, ends[None].astype(np.intp), axis=0)[0])


def _by_look(happened: NDArray[np.bool_], ends: NDArray[np.int8], looks: int) -> Counts:
    """Count the replicates in which something happened by the look at which they end; (K, J)."""
    by_look = [np.count_nonzero(happened & (ends == look), axis=1) for look in range(looks)]
    return np.stack(by_look, axis=1)
