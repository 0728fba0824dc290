"""The job of reading a pilot: what do its published numbers, or its answers, support?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.errors import StudyError
from sim.jobs.pilot_answers import pilot_answers
from sim.jobs.progress import Progress
from sim.pilot.calibrated import (
    CalibrationAnswer,
    RoleCalibration,
    between,
    calibrate_role,
    roles_with_figures,
)
from sim.pilot.evidence import printed_outcome
from sim.study import Study
from sim.study.refusals import nearest

if TYPE_CHECKING:
    from sim.pilot.data import PilotData
    from sim.pilot.describe import PilotDescription

STAGES = 5
"""Stages of one role's calibration, for the progress bar."""


def check(study: Study) -> None:
    """Refuse what cannot be read, before anything is run or written.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    pilot = study.pilot
    if pilot is None:
        raise StudyError("pilot: none is stated; choose one, such as pilot=raju_2022")
    reading = pilot_answers(study)
    data = reading.data if reading else None
    known = study.pilot_outcomes
    for index, outcome in enumerate(pilot.outcomes):
        place = f"pilot.outcomes[{index}]"
        if outcome.role not in study.role_names:
            raise StudyError(
                f"{place}.role: {outcome.role!r} is not a role of this study; "
                + nearest(outcome.role, list(study.role_names))
            )
        if outcome.outcome not in known:
            raise StudyError(
                f"{place}.outcome: {outcome.outcome!r} is not an outcome; "
                + nearest(outcome.outcome, known)
            )
        named = [(other.role, other.outcome) for other in pilot.outcomes[:index]]
        if (outcome.role, outcome.outcome) in named:
            raise StudyError(
                f"{place}.outcome: {outcome.outcome!r} of the {outcome.role}s is stated twice"
            )
        printed_outcome(study, index, 1)  # its figures can be read
    for role, n in roles_with_figures(study, data):
        if n < 1:
            raise StudyError(
                f"pilot.sizes.{role}: {n} must be at least 1, since pilot.outcomes has figures "
                "of theirs"
            )
        between(study, role)
    if not any(roles_with_figures(study, data)):
        raise StudyError("pilot: says nothing of any single domain; there is nothing to calibrate")


def calibrate(
    study: Study, on_stage: Callable[[int, int], None] | None = None
) -> CalibrationAnswer:
    """Read a pilot: data sets that fit, posterior of the effects and tests, draws for assurance.

    Parameters
    ----------
    study : Study
        The study with its pilot, as from ``compose_study``.
    on_stage : callable, optional
        Called with (stages done, stages in all).

    Returns
    -------
    CalibrationAnswer
        The same for the same study, always.

    Raises
    ------
    StudyError
        Where the published numbers cannot occur, or too few draws fit them.
    """
    check(study)
    reading = pilot_answers(study)
    data = reading.data if reading else None
    wanted = list(roles_with_figures(study, data))
    progress = Progress(on_stage, STAGES * len(wanted))
    roles = tuple(calibrate_role(study, role, n, data, progress.step) for role, n in wanted)
    return CalibrationAnswer(
        study, roles, _described(data, roles), reading.notes if reading else ()
    )


def _described(
    data: PilotData | None, roles: tuple[RoleCalibration, ...]
) -> dict[str, PilotDescription]:
    if data is None:
        return {}
    from sim.pilot.describe import describe

    return {role_data.role: describe(data, role_data.role) for role_data in roles}
