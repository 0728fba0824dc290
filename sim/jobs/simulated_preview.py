"""A preview from the first simulated studies of a design, while it is being thought about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sim.compute.executors import InProcessExecutor
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.census import Census, task_of
from sim.jobs.interim import interim_plan
from sim.jobs.posterior_effect import with_plain_effects
from sim.jobs.preview import PRIMARY, Criterion, criteria_of, endpoint_of
from sim.jobs.search import Search
from sim.jobs.sweep_curves import endpoint_task
from sim.power.curve import known_curve
from sim.power.estimates import Estimate, column
from sim.power.interim import InterimMeasures, InterimPlan
from sim.power.limits import impossible_rules
from sim.power.operating import OperatingCharacteristics
from sim.power.sample_size import SampleSize, smallest_size
from sim.study import Study

DRAWS = 1000
"""Absolute changes that are sampled: the error of a power is that of ten thousand studies."""
MOST = 8
"""Most previews of one design: each ends soon, so that another design need not wait."""


@dataclass(frozen=True, eq=False)
class SimulatedPreview:
    """What some simulated studies say of every rule and endpoint.

    Attributes
    ----------
    sizes : tuple of int
        Sizes K.
    answers : dict of str to (Estimate of shape (K,), SampleSize)
        By key of the criterion: its power, a rule's on adjusted p-values and an
        endpoint's without adjustment, and its answer up to the largest size studied.
    replicates : int
        Simulated studies, or draws of absolute changes.
    last : bool
        Whether no further one follows.
    planned : InterimPlan or None
        The looks of a study of the primary rule's size, or of the largest studied; None where
        it is looked at once.
    interim : InterimMeasures or None
        What looks do at every size.
    """

    sizes: tuple[int, ...]
    answers: dict[str, tuple[Estimate, SampleSize]]
    replicates: int
    last: bool
    planned: InterimPlan | None = None
    interim: InterimMeasures | None = None


def simulated_previews(study: Study, most: int) -> Iterator[SimulatedPreview]:
    """Simulate ever more studies of a design, with a preview of its answer a few times.

    They are the first that ``plan`` would simulate of it, so that its answer
    goes on from these.

    Parameters
    ----------
    study : Study
        The design.
    most : int
        Simulated studies after which it ends, rounded up to whole blocks.

    Yields
    ------
    SimulatedPreview

    Raises
    ------
    StudyError
        Where people cannot exist, or one block takes longer than a preview may.

    Examples
    --------
    >>> from sim import compose_study
    >>> study = compose_study(["design.n=[12,24]", "monte_carlo.block_size=100"])
    >>> [preview.replicates for preview in simulated_previews(study, 400)]
    [100, 200, 300, 400]
    """
    plain = with_plain_effects(study).model_copy(update={"engine": "monte_carlo"})
    with InProcessExecutor() as executor:
        search = Search(plain, decision_rules(plain), executor)
        blocks = _steps(search.study.blocks_of(most))
        for number, (main, sizes) in zip(blocks, search.previews(blocks), strict=True):
            answers = {
                criterion.key: _answer(criterion, main, sizes, plain.target.power)
                for group in criteria_of(plain).values()
                for criterion in group
            }
            size = answers[PRIMARY][1]
            planned = interim_plan(search.study, size.size or size.limit)
            is_last = number == blocks[-1]
            yield SimulatedPreview(
                main.sizes, answers, main.replicates, is_last, planned, main.interim
            )


def sampled_preview(study: Study, criterion: Criterion) -> SimulatedPreview | None:
    """Answer a criterion at once from sampled absolute changes; None where they do not tell it.

    As far as the study's largest size: a tenth of a second where a sum of domains is sampled.
    """
    people = Census().people(study)
    try:
        where = endpoint_of(people.study, criterion)
    except StudyError:
        return None
    task = endpoint_task(people, where, DRAWS)
    if task is None:
        return None
    curve = known_curve(replace(task, limits=task.limits[:1]))
    if not curve.sizes.size:
        return None
    target, rule = study.target.power, criterion.rule
    impossible = None if rule is None else impossible_rules(task_of(people), target)[rule]
    size = curve.sample_size(criterion.name, target, impossible)
    answers = {criterion.key: (curve.power, size)}
    return SimulatedPreview(tuple(curve.sizes.tolist()), answers, DRAWS, last=True)


def _answer(
    criterion: Criterion,
    main: OperatingCharacteristics,
    rule_sizes: tuple[SampleSize, ...],
    target: float,
) -> tuple[Estimate, SampleSize]:
    if criterion.rule is not None:
        return column(main.rule_win, criterion.rule), rule_sizes[criterion.rule]
    win, e = main.roles[criterion.role].measures.win, criterion.endpoint
    return column(win, e), smallest_size(criterion.name, target, main.sizes, win, e)


def _steps(most: int) -> list[int]:
    """Numbers of blocks with a preview: a few, at even distances, the last at the most."""
    step = -(-most // MOST)
    return [*range(step, most, step), most]
