"""The same study with as many answers missing by chance, where dropping out depends on them.

The size of a study whose drop-out depends on the answers counts what that drop-out makes of the
answers seen as if it were effect. So two sizes are worked out, from the same random numbers: for
the effect on everybody, as many answers missing by chance, and under the mechanism; the larger
one is the answer.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace

from sim.compute.store import BlockStore
from sim.inference.rules import decision_rules
from sim.jobs.progress import Progress
from sim.jobs.search import Search, SearchResult, search_together
from sim.power.missing_by_chance import MissingByChance
from sim.study import Study


def by_chance(study: Study) -> Study:
    """State a study with as many answers missing by chance; where they are so already, as it is."""
    if not study.missing.depends:
        return study
    missing = study.missing.model_copy(update={"kind": "mcar", "slope": 0.0})
    return study.model_copy(update={"missing": missing})


def versions(study: Study) -> tuple[Study, ...]:
    """Studies whose sizes are worked out: as it is and, where that differs, by chance."""
    other = by_chance(study)
    return (study,) if other is study else (study, other)


def search_sizes(
    study: Study, executor: Executor, progress: Progress, store: BlockStore | None = None
) -> tuple[SearchResult, MissingByChance | None]:
    """Size a study, in two ways where dropping out depends on the answers.

    Parameters
    ----------
    study : Study
        What is to be sized.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress
        Told of each block.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    SearchResult, MissingByChance or None
        The study as it is, with the larger size of every rule; and both sizes.
    """
    searches = [
        Search(version, decision_rules(version), executor, progress, store)
        for version in versions(study)
    ]
    result, *others = search_together(searches, progress)
    if not others:
        return result, None
    (other,) = others
    known = MissingByChance(other.main, other.null, other.sizes, result.sizes)
    return replace(result, sizes=known.answers), known


def planned_study(study: Study, known: MissingByChance | None) -> Study:
    """State the study on whose version the primary rule's size rests."""
    rests = known is not None and known.is_larger(study.primary)
    return by_chance(study) if rests else study
