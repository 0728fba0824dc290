"""The files that a folder of results can hold, and how they come to stand there: all or none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from errno import EISDIR
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.compute.interruption import held_back
from sim.errors import NotWritten, reason_of
from sim.report.folders import remove_empty

RESULTS = (
    "answer.json.gz",  # what all else is drawn from
    "results.csv", "summary.json", "manifest.json",  # of a plan
    "posterior.csv", "patterns.csv",                 # of a calibration, with the last two above
    "sweep.csv", "sweep.json",                       # of a sweep, with the manifest
)  # fmt: skip
"""What the jobs find."""
FIGURES = (
    "power_curve", "rule_curves", "endpoint_curves_*", "answers_*", "assurance", "power_spread",
    "first_look_*", "data_sets_*", "exact_p_*", "shifts_*",
    "tornado", "points", "factor_curve", "power_map", "size_map",
)  # fmt: skip
"""Names of the figures of every job."""
DRAWN = (
    "report.html", "sample_size_justification.md", "sample_size_justification.docx",
    "statement.txt",
    *(f"figures/{name}.{kind}" for name in FIGURES for kind in ("svg", "png")),
)  # fmt: skip
"""What is drawn from the results of one run."""
OF_SEVERAL = ("combined.csv", *(f"run_*/{name}" for name in DRAWN))
"""What is drawn from several."""
DRAWINGS = (*DRAWN, *OF_SEVERAL)
"""What can be drawn again from what is saved."""
OUTPUTS = (*RESULTS, *DRAWINGS)
"""Every output, as patterns of paths within the folder."""

MARKS = {
    "manifest.json": b'"code_sha256"',
    "report.html": b'content="mentorsim"',
    "combined.csv": b"run,job,title,point,label,",
    "sample_size_justification.md": b"",
    "figures/*.svg": b'<svg class="marks"',
    "run_*/report.html": b'content="mentorsim"',
    "run_*/figures/*.svg": b'<svg class="marks"',
}
"""What shows that a folder holds outputs, not files of somebody else's that have their names."""


def write_together(
    folder: Path, what: str, write: Callable[[Path], Iterable[Path]], outdated: Collection[str] = ()
) -> tuple[Path, ...]:
    """Write files, all or none, in the place of outdated ones.

    Parameters
    ----------
    folder : Path
        Existing folder.
    what : str
        Names the files in a complaint.
    write : callable
        Writes them into the folder that it is given, and returns them.
    outdated : collection of str
        Patterns of :data:`OUTPUTS` that are not to stay with the new files.
        Files of other names stay, and so does everything where no output was.

    Returns
    -------
    tuple of Path
        The files, in `folder`.

    Raises
    ------
    NotWritten
        Where the machine does not take them; what was there is there still.
    """
    try:
        with TemporaryDirectory(prefix=".unfinished-", dir=folder) as stage:
            made = [path.relative_to(stage) for path in write(Path(stage))]
            unknown = [path for path in made if not any(_matches(path, o) for o in OUTPUTS)]
            if unknown:
                raise RuntimeError(f"{unknown[0]} is on no list of outputs")
            with held_back():
                _move(Path(stage), folder, made, outdated)
    except OSError as error:
        raise NotWritten(
            f"{str(folder)!r}: the {what} could not be written ({reason_of(error)})"
        ) from None
    return tuple(folder / path for path in made)


def _move(stage: Path, folder: Path, made: list[Path], outdated: Collection[str]) -> None:
    for path in made:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if (folder / path).is_dir():
            raise IsADirectoryError(EISDIR, f"a folder has the name of {path.name}")
    gone = list(_outputs(folder, outdated))
    for path in gone:
        path.unlink()
    for path in made:
        (stage / path).replace(folder / path)
    below = {parent for path in gone for parent in path.relative_to(folder).parents} - {Path()}
    remove_empty([folder / parent for parent in sorted(below, reverse=True)])


def _outputs(folder: Path, patterns: Collection[str]) -> Iterator[Path]:
    """Find files of these names in a folder that holds outputs."""
    marked = ((path, mark) for name, mark in MARKS.items() for path in folder.glob(name))
    if patterns and any(path.is_file() and mark in path.read_bytes() for path, mark in marked):
        files = chain.from_iterable(folder.glob(pattern) for pattern in patterns)
        yield from (path for path in files if path.is_file())


def _matches(path: Path, pattern: str) -> bool:
    return len(path.parts) == pattern.count("/") + 1 and fnmatchcase(path.as_posix(), pattern)
