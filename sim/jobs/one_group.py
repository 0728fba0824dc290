"""The same study without its control arm: how large it would be, and how often it would mislead."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from sim.compute.store import Store
from sim.inference.rules import decision_rules
from sim.jobs.search import Found, Search
from sim.power.audit import OneGroup
from sim.study import Study
from sim.study.control import NoControl, ParallelControl


def without_control(study: Study) -> Study | None:
    """State the study with all pairs mentored, or None where that is not asked for.

    Parameters
    ----------
    study : Study
        Perhaps with a control arm.

    Returns
    -------
    Study or None
    """
    if not isinstance(study.control, ParallelControl) or study.control.beside is None:
        return None
    analysis = study.analysis.model_copy(update={"test": study.control.beside, "continuity": False})
    none = NoControl(kind="none")
    return study.model_copy(update={"control": none, "analysis": analysis})


def one_group_blocks(study: Study) -> int:
    """Blocks that the comparison takes at the least, for the progress bar."""
    blocks = -(-study.replicates // study.monte_carlo.block_size)
    return 0 if without_control(study) is None else 2 * blocks


def one_group(
    study: Study,
    found: Found,
    executor: Executor,
    on_block: Callable[[], None],
    store: Store | None = None,
) -> OneGroup | None:
    """Size the study without control arm, and see what it makes of mentoring that does nothing.

    Parameters
    ----------
    study : Study
        With a control arm.
    found : Found
        What its own search found.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    on_block : callable
        Called after each block.
    store : Store, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    OneGroup or None
        None where there is no control arm, or no comparison is asked for.
    """
    plain = without_control(study)
    if plain is None:
        return None
    primary = study.decision.primary
    size = next(s for s in found.sizes if s.rule == primary)
    pairs = size.pairs or size.limit
    # at least as far as the study with a control arm, so that both are known at its size
    if plain.design.sizes is None:
        most = max(plain.design.max_pairs, pairs)
        design = plain.design.model_copy(update={"max_pairs": most})
        plain = plain.model_copy(update={"design": design})
    other = Search(
        plain, decision_rules(plain), executor, lambda _done, _planned: on_block(), store=store
    ).run()
    q = other.main.rule_index(primary)
    k, own = other.main.pairs.index(pairs), found.main.pairs.index(pairs)
    return OneGroup(
        test=plain.analysis.test,
        size=next(s for s in other.sizes if s.rule == primary),
        pairs=pairs,
        win=float(other.main.rule_win.value[k, q]),
        win_mcse=float(other.main.rule_win.mcse[k, q]),
        null_win=float(other.null.rule_win.value[k, q]),
        null_win_mcse=float(other.null.rule_win.mcse[k, q]),
        own_null_win=float(found.null.rule_win.value[own, q]),
        own_null_win_mcse=float(found.null.rule_win.mcse[own, q]),
    )
