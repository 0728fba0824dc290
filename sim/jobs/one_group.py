"""The same study without its control arm: how large it would be, and how often it would mislead."""

from __future__ import annotations

from concurrent.futures import Executor

from sim.compute.store import BlockStore
from sim.jobs.many_sizes import thinned
from sim.jobs.missing_by_chance import search_sizes, versions
from sim.jobs.progress import Progress
from sim.jobs.search import SearchResult
from sim.power.change_parts import OneGroup, Probability
from sim.study import Study


def without_control(study: Study) -> Study | None:
    """State the study with everybody treated, or None where that is not wanted.

    Parameters
    ----------
    study : Study
        Perhaps with a control arm.

    Returns
    -------
    Study or None
    """
    if study.control is None or study.control.beside is None:
        return None
    analysis = study.analysis.model_copy(update={"test": study.control.beside, "continuity": False})
    return study.model_copy(update={"control": None, "analysis": analysis})


def one_group_blocks(study: Study) -> int:
    """Blocks that the comparison takes at the least, for the progress bar."""
    plain = without_control(study)
    return 0 if plain is None else 2 * study.blocks * len(versions(plain))


def one_group(
    study: Study,
    controlled: SearchResult,
    executor: Executor,
    progress: Progress,
    store: BlockStore | None = None,
) -> OneGroup | None:
    """Size the study without control arm, and see what it makes of treatment that does nothing.

    Parameters
    ----------
    study : Study
        With a control arm.
    controlled : SearchResult
        The result of its search.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress
        In which these blocks are planned already.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    OneGroup or None
        None where there is no control arm, or no comparison is wanted.
    """
    plain = without_control(study)
    if plain is None:
        return None
    primary = study.primary
    pairs = controlled.primary_size.size or controlled.primary_size.limit
    # at least as far as the study with a control arm, so that both are known at its size
    if plain.design.n is None:
        most = max(plain.design.up_to, pairs)
        design = plain.design.model_copy(update={"up_to": most})
        plain = thinned(plain.model_copy(update={"design": design}), also=[pairs])
    progress.planned -= one_group_blocks(study)  # the search adds what it comes to need
    other, _ = search_sizes(plain, executor, progress, store)
    q = other.main.rule_index(primary)
    k, there = other.main.sizes.index(pairs), controlled.main.sizes.index(pairs)
    alone = other.primary_size
    at = None if alone.size is None else other.null.sizes.index(alone.size)
    null = other.null.rule_win
    return OneGroup(
        test=plain.analysis.test,
        size=alone,
        compared_at=pairs,
        win=Probability.of(other.main.rule_win, k, q),
        null_win=Probability.of(null, k, q),
        null_rejection=Probability.of(other.null.rule_rejection, k, q),
        null_win_at_own=None if at is None else Probability.of(null, at, q),
        controlled_null_win=Probability.of(controlled.null.rule_win, there, q),
        controlled_null_rejection=Probability.of(controlled.null.rule_rejection, there, q),
    )
