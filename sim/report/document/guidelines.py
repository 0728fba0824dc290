"""What guidelines ask for, what only the planner can say, and what is cited."""

from __future__ import annotations

from sim.report.document.model import Document, Paragraph, Requirement, cells_of, text
from sim.report.document.references import REFERENCES
from sim.report.document.words import Blank, clean, words_of
from sim.study import Study


def reasoned(
    study: Study, name: str, wanted: str, label: str = "", asked: str = ""
) -> tuple[Paragraph, Requirement]:
    """Quote a reason that the planner gives in ``report.reasons``, or else leave a marked blank.

    Parameters
    ----------
    study : Study
        The study.
    name : str
        Of the reason.
    wanted : str
        What is to be told there, to follow "to be completed:".
    label, asked : str
        The guideline that asks for it, and in which words.

    Returns
    -------
    Paragraph, Requirement
        The words, and whether there are any.
    """
    words: str | None = getattr(study.report.reasons, name)
    said = Blank(f"[to be completed: {wanted}]") if words is None else clean(words)
    return text(said), Requirement(label, asked, "missing" if words is None else "complete")


def cite(*names: str) -> str:
    """Cite references in brackets, to follow a word; those that are not known are left out.

    Examples
    --------
    >>> cite("Morris 2019", "nobody 1900"), cite("nobody 1900")
    (' (Morris 2019)', '')
    """
    known = [name for name in names if name in REFERENCES]
    return f" ({'; '.join(known)})" if known else ""


def cited(document: Document) -> tuple[str, ...]:
    """List the references that a document cites, in order of the alphabet."""
    blocks = (block for section in document.sections for block in section.blocks)
    said = "\n".join(words_of(cell) for block in blocks for cell in cells_of(block))
    return tuple(text for name, text in REFERENCES.items() if name in said)
