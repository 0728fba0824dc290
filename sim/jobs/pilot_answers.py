"""What is told of a study's pilot: its people's answers, where a file of them is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from sim.cohorts.posterior_file import find_shipped
from sim.jobs.pilot_example import score_example
from sim.pilot.describe import PilotDescription, describe
from sim.report.results.answer import PilotScore
from sim.study import Study

if TYPE_CHECKING:
    from sim.reading import Reading


class PilotFacts(TypedDict):
    """What a plan tells of its pilot, as fields of the answer."""

    pilot_scores: tuple[PilotScore, ...]
    pilot_answers: tuple[PilotDescription, ...]
    pilot_notes: tuple[str, ...]


def pilot_answers(study: Study) -> Reading | None:
    """Read the pilot's answers where it states a file of them."""
    if study.pilot is None or study.pilot.data is None:
        return None
    from sim.reading import ColumnMap, Expected, read_answers

    pilot, questionnaire = study.pilot, study.questionnaire
    expected = Expected(
        study.points,
        questionnaire.lowest,
        study.domains,
        tuple(pilot.sizes),
        questionnaire.labels or (),
    )
    columns = ColumnMap.from_file(find_shipped(pilot.map)) if pilot.map else None
    files = [find_shipped(name) for name in pilot.data or ()]
    return read_answers(files, columns=columns, questionnaire=expected)


def pilot_facts(study: Study) -> PilotFacts:
    """Score the pilot's example, and describe its answers, a role of the study each."""
    reading = pilot_answers(study)
    roles = [role for role in study.role_names if reading and role in reading.data.roles]
    return {
        "pilot_scores": score_example(study),
        "pilot_answers": tuple(describe(reading.data, role) for role in roles if reading),
        "pilot_notes": reading.notes if reading else (),
    }
