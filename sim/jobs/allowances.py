"""The same study without what it allows for: how large it would be before each adjustment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import reduce
from typing import Literal

from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.inference.testing_order import adjustment_matters
from sim.jobs.missing_by_chance import versions
from sim.jobs.progress import Progress
from sim.jobs.search import Search
from sim.power.known import exact_place
from sim.power.sample_size import SampleSize, SizeBefore, larger
from sim.study import Study
from sim.study.methods import TESTS
from sim.study.missing import Missing

Allowance = Literal["missing", "clusters", "multiplicity"]


def allowances_of(study: Study) -> tuple[Allowance, ...]:
    """Name what a study allows for that bears on its primary rule.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    tuple of str
        Of missing, clusters and multiplicity those that there are.
    """
    there: dict[Allowance, bool] = {
        "missing": study.missing.any,
        "clusters": study.sites is not None,
        "multiplicity": adjustment_matters(study),
    }
    return tuple(name for name, allowed in there.items() if allowed)


def without(study: Study, *names: Allowance) -> Study:
    """State the same study without some of its adjustments, and with its primary rule alone.

    What no longer means anything goes as well: with the sites a test of
    sites, whose ordinary counterpart takes its place, and allocation by site.
    Roles that the rule does not look at are left out, for nothing depends on
    them; the others keep their random numbers.

    Parameters
    ----------
    study : Study
        The study.
    *names : {'missing', 'clusters', 'multiplicity'}
        What is left out.

    Returns
    -------
    Study
    """
    study = primary_alone(study)
    for name in names:
        study = _LEFT_OUT[name](study)
    return study


def primary_alone(study: Study) -> Study:
    """State a study with its primary rule alone, and no role after those that it looks at."""
    alone = {study.primary: study.success[study.primary]}
    return with_roles_of(study.model_copy(update={"success": alone}))


def with_roles_of(study: Study) -> Study:
    """Leave roles out at whom no rule looks; those before another stay, for places are streams."""
    last = max(max(study.roles_of(rule)) for rule in study.success.values())
    roles = dict(list(study.roles.items())[: last + 1])
    return study.model_copy(update={"roles": roles})


def _everybody_answers(study: Study) -> Study:
    nobody = Missing(total=study.missing.total)
    return study.model_copy(update={"missing": nobody})


def _independent(study: Study) -> Study:
    analysis, control = study.analysis, study.control
    if (test := analysis.test_facts.without_sites) is not None:
        offered = TESTS[test].p_values
        p_value = analysis.p_value if analysis.p_value in offered else "auto"
        analysis = analysis.model_copy(update={"test": test, "p_value": p_value})
    if control is not None:
        one_group = control.beside and (TESTS[control.beside].without_sites or control.beside)
        control = control.model_copy(update={"unit": "person", "beside": one_group})
    changes = {"clusters": {}, "analysis": analysis, "control": control}
    return study.model_copy(update=changes)


def _at_the_full_level(study: Study) -> Study:
    plain = {"adjustment": "none", "sequence": None, "graph": None}
    return study.model_copy(update={"analysis": study.analysis.model_copy(update=plain)})


_LEFT_OUT: dict[Allowance, Callable[[Study], Study]] = {
    "missing": _everybody_answers,
    "clusters": _independent,
    "multiplicity": _at_the_full_level,
}


def _studies(study: Study) -> dict[Allowance | Literal["all"], Study]:
    """Each adjustment's study without it; of several also the one without any."""
    names = allowances_of(study)
    studies: dict[Allowance | Literal["all"], Study] = {
        name: without(study, name) for name in names
    }
    if len(names) > 1:
        studies["all"] = without(study, *names)
    return studies


def blocks_without(study: Study) -> int:
    """Blocks that all of it takes at the least, for the progress bar."""
    return sum(len(versions(plain)) for plain in _studies(study).values()) * study.blocks


def sizes_without(
    study: Study, executor: Executor, progress: Progress, store: BlockStore | None = None
) -> tuple[SizeBefore, ...]:
    """Size a study without each of its adjustments, and without all of them.

    Parameters
    ----------
    study : Study
        The study, its largest size as far as its search went; these
        searches go no further.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress
        In which these blocks are planned already.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    tuple of SizeBefore
        Missing answers, clusters, multiplicity, all; those that there are.
    """
    sizes = []
    for name, plain in _studies(study).items():
        plain = plain.model_copy(update={"engine": _engine(plain)})  # noqa: PLW2901
        size = _size(plain, executor, progress, store)
        sizes.append(SizeBefore(name, plain.analysis.test, plain.allocation_unit, size))
    return tuple(sizes)


def _size(
    study: Study, executor: Executor, progress: Progress, store: BlockStore | None
) -> SampleSize:
    """Size a study of one rule among the sizes as they are; the larger where there are two."""
    known = []
    for version in reversed(versions(study)):  # of equal sizes that for those missing by chance
        progress.planned -= version.blocks  # the search adds what it comes to need
        search = Search(version, decision_rules(version), executor, progress, store)
        known.append(search.primary_size())
    return reduce(larger, known)


def _engine(study: Study) -> Literal["auto", "exact", "monte_carlo"]:
    """The engine wanted where it may help: exact powers of single domains are not shown."""
    (rule,) = decision_rules(study)
    try:
        exact_place(rule, study.endpoint_sets, study.scored_analysis)
    except StudyError:
        return "monte_carlo"
    return study.power_engine
