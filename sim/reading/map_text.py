"""The map of files of answers as a file to be corrected: guesses, reasons, questions."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.reading.read import suggested


def map_text(files: Sequence[Path]) -> str:
    """Write the best guess of a map, each with its reason, and what it leaves open.

    Parameters
    ----------
    files : sequence of Path
        One file of answers, or two: before and after.

    Returns
    -------
    str
        YAML that `ColumnMap.from_yaml` reads once its questions are answered.

    Raises
    ------
    StudyError
        Where a file cannot be read at all.
    """
    guess = suggested(files)
    return (
        "\n".join(_head(len(guess.faults)))
        + "\n"
        + "".join(f"# open: {' '.join(str(fault.words).split())}\n" for fault in guess.faults)
        + guess.columns.to_yaml(guess.reasons)
    )


def _head(questions: int) -> Iterator[str]:
    yield "# Which column of the answers holds what: a guess, each with its reason. Correct it."
    if questions:
        yield f"# {questions} {'question is' if questions == 1 else 'questions are'} open:"
