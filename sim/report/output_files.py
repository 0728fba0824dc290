"""The files that a folder of results can hold, and how they come to stand there: all or none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

from sim.folders import replace_files

RESULTS = (
    "answer.json.gz",  # what all else is drawn from
    "results.csv", "summary.json", "manifest.json",  # of a plan
    "posterior.csv", "patterns.csv",                 # of a calibration, with the last two above
    "sweep.csv", "sweep.json",                       # of a sweep, with the manifest
    "feasibility.csv",                               # of a pilot, with summary and manifest
)  # fmt: skip
"""What the jobs find."""
FIGURES = (
    "power_curve", "rule_curves", "endpoint_curves_*", "answers_*", "assurance", "power_spread",
    "looks", "looks_ends",
    "first_look_*", "data_sets_*", "exact_p_*", "shifts_*",
    "traffic_light_*", "programme", "programme_people",
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
    """Write outputs, all or none, in the place of outdated ones.

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

    def listed(stage: Path) -> list[Path]:
        made = [path.relative_to(stage) for path in write(stage)]
        unknown = [path for path in made if not any(_matches(path, o) for o in OUTPUTS)]
        if unknown:
            raise RuntimeError(f"{unknown[0]} is on no list of outputs")
        return made

    return replace_files(folder, what, listed, _outputs(folder, outdated))


def _outputs(folder: Path, patterns: Collection[str]) -> Iterator[Path]:
    """Find files of these names in a folder that holds outputs."""
    marked = ((path, mark) for name, mark in MARKS.items() for path in folder.glob(name))
    if patterns and any(path.is_file() and mark in path.read_bytes() for path, mark in marked):
        files = chain.from_iterable(folder.glob(pattern) for pattern in patterns)
        yield from (path for path in files if path.is_file())


def _matches(path: Path, pattern: str) -> bool:
    return len(path.parts) == pattern.count("/") + 1 and fnmatchcase(path.as_posix(), pattern)
