"""The files of the form: statement, and the justification in Markdown and for Word."""

from __future__ import annotations

from pathlib import Path

from sim.errors import StudyError
from sim.folders import write_whole
from sim.manifest import provenance
from sim.report.contents import STATEMENT, form, pilot_form
from sim.report.document.model import Document, Paragraph
from sim.report.document.words import typeset, words_of
from sim.report.printers.markdown import markdown
from sim.report.results.feasibility import FeasibilityAnswer
from sim.report.saved import SavedRun

NAME = "sample_size_justification"


def justification(run: SavedRun) -> Document:
    """Justify the sample size of a saved run of `plan` or `feasibility`; nothing is simulated.

    Raises
    ------
    StudyError
        Where the run is of another job.
    """
    computed = provenance(run.manifest)
    if run.job == "feasibility" and isinstance(run.report, FeasibilityAnswer):
        return pilot_form(run.report, computed)
    if run.job != "plan":
        raise StudyError(f"{str(run.folder)!r}: no plan, but {run.job}; it justifies no size")
    return form(run.answer, computed)


def missing_items(document: Document) -> tuple[str, ...]:
    """Name what guidelines ask for and the justification lacks.

    Returns
    -------
    tuple of str
        Empty where it is complete.
    """
    every = (required for section in document.sections for required in section.requirements)
    return tuple(str(required) for required in every if required.status == "missing")


def write_justification(run: SavedRun, folder: Path) -> tuple[Path, ...]:
    """Write statement.txt and sample_size_justification.md and .docx, each whole or not at all.

    Parameters
    ----------
    run : SavedRun
        A run of `plan` or `feasibility`.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
        The files written.
    """
    from sim.report.printers.word import word

    document = justification(run)
    contents: dict[str, str | bytes] = {
        f"{NAME}.md": markdown(document),
        f"{NAME}.docx": word(document),
        "statement.txt": statement_text(document),
    }
    return tuple(write_whole(folder / name, data) for name, data in contents.items())


def statement_text(document: Document) -> str:
    """Give the statement alone, for the field of a form."""
    (section,) = (of for of in document.sections if of.heading == STATEMENT)
    return "".join(
        words_of(typeset(block.parts)) + "\n"
        for block in section.blocks
        if isinstance(block, Paragraph)
    )
