"""The sample-size justification of a saved plan, as DELTA2, SPIRIT and CONSORT 2025 ask for it."""

from __future__ import annotations

from pathlib import Path

from sim.errors import StudyError
from sim.report.files import write_whole
from sim.report.justification_adjustments import adjustments_item
from sim.report.justification_design import allocation_item, level_item, method_item, outcome_item
from sim.report.justification_effect import choice_item, target_item
from sim.report.justification_markdown import markdown
from sim.report.justification_parts import Justification
from sim.report.justification_record import (
    assumptions_item,
    completeness_item,
    interim_item,
    limits_item,
    recruitment_item,
    replication_item,
)
from sim.report.justification_run import Plan
from sim.report.justification_size import answer_item, sensitivity_item
from sim.report.references import REFERENCES
from sim.report.saved import SavedRun

NAME = "sample_size_justification"
SECTIONS = (
    answer_item,
    outcome_item,
    level_item,
    target_item,
    choice_item,
    allocation_item,
    method_item,
    adjustments_item,
    sensitivity_item,
    interim_item,
    recruitment_item,
    assumptions_item,
    limits_item,
    replication_item,
)
"""The sections in their order."""


def justification(run: SavedRun) -> Justification:
    """Gather what justifies a sample size.

    Parameters
    ----------
    run : SavedRun
        A run of `plan`; nothing is simulated.

    Returns
    -------
    Justification

    Raises
    ------
    StudyError
        Where the run is of another job, or lacks a field that every plan has.
    """
    if run.job != "plan":
        raise StudyError(f"{str(run.folder)!r}: no plan, but {run.job}; it justifies no size")
    try:
        plan = Plan(run)
        items = [section(plan) for section in SECTIONS]
    except (KeyError, IndexError, TypeError, StopIteration) as error:
        raise StudyError(f"{str(run.folder)!r}: not a whole plan ({error!r})") from None
    items.append(completeness_item(plan, items))
    title = plan.fields.prose("summary", "title")
    cited = tuple(text for name, text in REFERENCES.items() if name in plan.cited)
    return Justification(title, tuple(items), cited)


def missing_items(document: Justification) -> tuple[str, ...]:
    """Name what guidelines ask for and the justification lacks.

    Returns
    -------
    tuple of str
        Empty where it is complete.
    """
    return tuple(
        str(requirement)
        for requirement, _ in document.requirements
        if requirement.status == "missing"
    )


def write_justification(run: SavedRun, folder: Path) -> tuple[Path, ...]:
    """Write sample_size_justification.md and .docx, each whole or not at all.

    Parameters
    ----------
    run : SavedRun
        A run of `plan`.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
        The files written.
    """
    from sim.report.justification_word import word

    document = justification(run)
    contents: dict[str, str | bytes] = {
        f"{NAME}.md": markdown(document),
        f"{NAME}.docx": word(document),
    }
    return tuple(write_whole(folder / name, data) for name, data in contents.items())
