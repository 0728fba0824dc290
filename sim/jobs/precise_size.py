"""The search for the size with which the interval is as narrow as wanted."""

from __future__ import annotations

from concurrent.futures import Executor

from sim.compute.store import BlockStore
from sim.inference.rules import decision_rules
from sim.jobs.many_sizes import EVERY, FINE_STEP, can_grow, grid
from sim.jobs.progress import Progress
from sim.jobs.search import SCREENED, Search
from sim.power.operating import OperatingCharacteristics
from sim.power.precision import rule_reached
from sim.study import Study


def at_precise_size(
    study: Study, executor: Executor, progress: Progress, store: BlockStore | None = None
) -> Study:
    """State a study at the smallest size with which its interval is as narrow as wanted.

    Parameters
    ----------
    study : Study
        The study; it is given back as it is unless that size is sought.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress
        Told of each block.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    Study
        At that size alone, or at the limit where that does not suffice.
    """
    if not study.seeks_precision:
        return study
    search = Search(study, decision_rules(study), executor, progress, store)
    size = _reached(search)
    while size is None and can_grow(search.design):
        search.grow()
        size = _reached(search)
    if size is not None and search.design.up_to > EVERY:
        below = [other for other in search.study.sizes if other < size]
        search.refine(grid(below[-1] if below else size, size, FINE_STEP))
        size = _reached(search)
    sizes = (size or search.study.sizes[-1],)
    return study.model_copy(update={"design": study.design.model_copy(update={"n": sizes})})


def _reached(search: Search) -> int | None:
    """Smallest size studied from which every interval is narrow enough, None where none is."""
    return rule_reached(_simulated(search), search.study.primary, search.study.target.half_width)


def _simulated(search: Search) -> OperatingCharacteristics:
    """Simulate as it stands; widths differ little, so that few studies tell of large ones."""
    study = search.study
    few = study.blocks_of(SCREENED) if search.design.up_to > EVERY else study.blocks
    ((main, _),) = search.previews([min(study.blocks, few)])
    return main
