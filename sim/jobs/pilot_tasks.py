"""From a study to its pilot in numbers, and to the tasks that its blocks share."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts import Arms, role_arms
from sim.cohorts.truth import mean_effects, sd_changes
from sim.errors import StudyError
from sim.feasibility.accrual import AccrualTask
from sim.feasibility.colours import TrafficLight
from sim.feasibility.main_study import MainTest
from sim.feasibility.pilot import Judged, Pilot, most_units
from sim.feasibility.programme import ProgrammeTask
from sim.jobs.assurance import believed_effects
from sim.study import Study
from sim.study.feasibility import Criterion, Feasibility

BLOCK = 500
"""Pilots, and programmes, in a block."""


def feasibility_of(study: Study) -> Feasibility:
    """Give the settings of the pilot.

    Raises
    ------
    StudyError
        Where the study has none.
    """
    if study.feasibility is None:
        raise StudyError(
            "feasibility: none is stated; state its criteria, such as feasibility: {criteria: "
            "{retention: {measure: retention, red: 60%, green: 80%}}}"
        )
    return study.feasibility


def endpoint_of(study: Study) -> int:
    """Place of the endpoint of the main study: the first that the primary rule looks at."""
    return study.endpoints.index(study.primary_endpoints[0])


def members_of(study: Study) -> tuple[int, ...]:
    """Places of the items of that endpoint."""
    return tuple(np.flatnonzero(study.endpoint_sets.members[endpoint_of(study)]).tolist())


def pilot_arms(study: Study) -> tuple[Arms, ...]:
    """Populations of every role's arms; nobody's single answers are missing."""
    return tuple(_role_arms(study, role) for role in range(len(study.roles)))


def _role_arms(study: Study, role: int) -> Arms:
    """Populations of one role, who drop out as often as is expected of its retention."""
    judged = _stated(study, "retention", role)
    missing = study.missing.model_copy(update={"item_rate": 0.0})
    if judged is not None and judged.expected is not None:
        missing = missing.model_copy(update={"rate": 1 - judged.expected})
    if judged is not None and judged.icc:
        missing = missing.model_copy(update={"rate": 0.0})  # sites' shares take its place
    return role_arms(study.model_copy(update={"missing": missing}), role)


def _stated(study: Study, measure: str, role: int = 0) -> Criterion | None:
    """Give the criterion of a measure as it is stated."""
    for criterion in feasibility_of(study).criteria.values():
        if criterion.measure == measure and _role(study, criterion) == role:
            return criterion
    return None


def _role(study: Study, criterion: Criterion) -> int:
    return 0 if criterion.role is None else study.role_names.index(criterion.role)


def item_rate(study: Study) -> float:
    """Rate at which single answers are missing, as is expected of the first completeness."""
    for role in range(len(study.roles)):
        judged = _stated(study, "completeness", role)
        if judged is not None and judged.expected is not None:
            answers = 2 * len(study.domains)
            return float(1 - judged.expected ** (1 / answers))
    return study.missing.item_rate


def pilot_of(study: Study) -> Pilot:
    """State a study's pilot in numbers.

    Parameters
    ----------
    study : Study
        With its section `feasibility`.

    Returns
    -------
    Pilot
    """
    stated, sites = feasibility_of(study), study.feasibility_sites
    judged = tuple(_judged(study, criterion) for criterion in stated.criteria.values())
    most = most_units(stated.sizes, judged, sites)
    units = range(most + 1)
    people = []
    for role in range(len(study.roles)):
        each = np.array([study.arm_participants(role, n) for n in units], np.int64)
        people.append(tuple(each.T))
    retained = tuple(_retained(study, role) for role in range(len(study.roles)))
    return Pilot(stated.sizes, judged, tuple(people), retained, 1 - item_rate(study), sites)


def _retained(study: Study, role: int) -> float:
    judged = _stated(study, "retention", role)
    if judged is not None and judged.expected is not None:
        return judged.expected
    return 1 - study.missing.rate


def _judged(study: Study, criterion: Criterion) -> Judged:
    """State a criterion in numbers."""
    stated, role = feasibility_of(study), _role(study, criterion)
    light = TrafficLight(
        "rate" if criterion.measure == "rate" else "share",
        criterion.red,
        criterion.green,
        stated.wrong_go if criterion.by == "test" else None,
        criterion.icc,
        criterion.variation,
        study.feasibility_sites,
    )
    item = 0 if criterion.item is None else study.domains.index(criterion.item)
    cut = 0 if criterion.at_least is None else study.scored(criterion.at_least)
    expected = _expected(study, criterion, (role, item, cut))
    return Judged(criterion.measure, light, expected, criterion.sure_as, role, item, cut)


def _expected(study: Study, criterion: Criterion, at: tuple[int, int, int]) -> float:
    """Say what is expected to be true: as stated, or as the study has it."""
    if criterion.expected is not None:
        return criterion.expected
    match criterion.measure:
        case "retention":
            return 1 - study.missing.rate
        case "completeness":
            return float((1 - item_rate(study)) ** (2 * len(study.domains)))
        case "answers":
            return reaching(_role_arms(study, at[0]), at[1], at[2], study.arm_pairs(1000))
    return criterion.green


def reaching(arms: Arms, item: int, cut: int, pairs: tuple[int, ...]) -> float:
    """Share of people, of both arms together, whose answer after reaches a score."""
    shares = [population.post[item, cut - 1 :].sum() for population in arms]
    return float(np.average(shares, weights=pairs))


# ---------------------------------------------------------------------------------- tasks


def planned_change(study: Study, arms: Arms) -> tuple[float, float]:
    """Planned effect in the direction that is the success, and standard deviation of the change."""
    at, sets = endpoint_of(study), study.endpoint_sets
    effect = study.analysis.side * mean_effects(arms, sets)[at]
    variances = [sd_changes(population, sets)[at] ** 2 for population in arms]
    return float(effect), float(np.sqrt(np.mean(variances)))


def main_test(study: Study) -> MainTest:
    """State the test of the main study."""
    control = study.control
    return MainTest(
        alpha=study.analysis.alpha,
        sides=2 if study.analysis.alternative == "two_sided" else 1,
        power=study.target.power,
        arms=1 if control is None else 2,
        treated=1.0 if control is None else control.ratio[0] / sum(control.ratio),
    )


def accrual_task(study: Study) -> AccrualTask:
    """State all that determines the simulated pilots."""
    arms = pilot_arms(study)
    effect, _ = planned_change(study, arms[0])
    test = main_test(study)
    return AccrualTask(
        pilot=pilot_of(study),
        arms=arms,
        item_rate=item_rate(study),
        members=members_of(study),
        factor=test.factor(effect),
        seed=study.seed,
        block_size=BLOCK,
    )


def programme_task(study: Study) -> ProgrammeTask:
    """State all that determines the simulated programmes."""
    stated, pilot = feasibility_of(study), pilot_of(study)
    main, arms = stated.main, pilot_arms(study)
    analysed = (1 - item_rate(study)) ** (2 * len(members_of(study)))
    believed, answers = _believed(study, pilot, arms)
    kept = pilot.retained[0] * analysed
    people = sum(study.participants(role, 1000) for role in range(len(study.roles)))
    return ProgrammeTask(
        pilot=pilot,
        test=main_test(study),
        rule=main.sized_by,
        fixed=0 if main.n is None else int(main.n * kept + 1e-9),
        confidence=main.confidence,
        largest=max(3, int(main.largest * kept + 1e-9)),
        goes_after_amber=main.after_amber == "go",
        planned=planned_change(study, arms[0]),
        believed=believed,
        answers=answers,
        analysed=float(analysed),
        per_unit=people / 1000,
        seed=study.seed,
        block_size=BLOCK,
    )


def _believed(study: Study, pilot: Pilot, arms: tuple[Arms, ...]) -> tuple[FloatArray, FloatArray]:
    """List what may be true: effect and standard deviation, and shares of answers."""
    every = [arms]
    drawn = next(iter(believed_effects(study).values()), {})
    if drawn:
        every = [
            tuple((draws.population(d), *arms[role][1:]) if (draws := drawn.get(role)) else
                  arms[role] for role in range(len(arms)))
            for d in range(min(map(len, drawn.values())))
        ]  # fmt: skip
    rows = [planned_change(study, each[0]) for each in every]
    pairs = study.arm_pairs(1000)
    answers = [[reaching(each[of.role], of.item, of.cut, pairs) if of.measure == "answers" else 0.0
                for of in pilot.criteria] for each in every]  # fmt: skip
    return np.array(rows), np.array(answers)
