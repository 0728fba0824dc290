"""Everything that is drawn from saved results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sim.errors import StudyError
from sim.folders import write_whole
from sim.report.charts.figures import write_figures
from sim.report.combined import combined_csv, combined_summary
from sim.report.justification import write_justification
from sim.report.layout import file_part
from sim.report.output_files import DRAWINGS, write_together
from sim.report.printers.html.page import write_page
from sim.report.saved import MARKS, SavedRun, read_run

DRAWN_WORDS = "figures, page and justification"
"""What is drawn, in words."""
OnFile = Callable[[int, int], None]
"""Called with how much is drawn, and how much there is to draw."""


def draw_run(
    folder: Path, wanted: Collection[str], on_file: OnFile | None = None
) -> tuple[Path, ...]:
    """Draw what a run has just written, into its folder: all or nothing.

    Parameters
    ----------
    folder : Path
        The run's.
    wanted : collection of {'figures', 'page', 'justification'}
        What is drawn.
    on_file : callable, optional
        Told of progress.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    NotWritten
        Where the machine does not take them.
    """
    return write_report([read_run(folder)], folder, wanted, on_file) if wanted else ()


def write_outputs(
    run: SavedRun, folder: Path, wanted: Collection[str], on_file: OnFile | None = None
) -> tuple[Path, ...]:
    """Draw what shows one run.

    Parameters
    ----------
    run : SavedRun
        Of any job; only `plan` and `feasibility` have a justification.
    folder : Path
        Existing folder.
    wanted : collection of {'figures', 'page', 'justification'}
        What is drawn.
    on_file : callable, optional
        Told of progress.

    Returns
    -------
    tuple of Path
        The files written, each whole or not at all.

    Raises
    ------
    StudyError
        Where the saved results are not what this version writes.
    """
    writers: dict[str, Callable[[SavedRun, Path], tuple[Path, ...]]] = {
        "page": lambda run, folder: (write_page(run, folder),),
        "figures": write_figures,
    }
    if run.job in ("plan", "feasibility"):
        writers["justification"] = write_justification
    chosen = [write for name, write in writers.items() if name in wanted]
    # most of the work is done outside Python, where threads run side by side
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(write, run, folder) for write in chosen]
        files: list[Path] = []
        for done, written in enumerate(waiting, 1):
            files += written.result()
            if on_file is not None:
                on_file(done, len(waiting))
    return tuple(files)


def write_report(
    runs: Sequence[SavedRun], folder: Path, wanted: Collection[str], on_file: OnFile | None = None
) -> tuple[Path, ...]:
    """Write what shows saved runs; of several each in a folder, and all in one table.

    Parameters
    ----------
    runs : sequence of SavedRun
        Which.
    folder : Path
        Existing folder.
    wanted : collection of {'figures', 'page', 'justification'}
        What is drawn.
    on_file : callable, optional
        Told of progress.

    Returns
    -------
    tuple of Path
        The files written, all or none; what was drawn there from other runs is gone.

    Raises
    ------
    NotWritten
        Where the machine does not take them.
    StudyError
        Where the folder holds the results of another run, or the saved results
        are not what this version writes.
    """
    here = any(run.folder.resolve() == folder.resolve() for run in runs)
    if not here and any((folder / mark).is_file() for mark in MARKS.values()):
        raise StudyError(
            f"hydra.run.dir: {str(folder)!r} holds the results of another run; name another folder"
        )

    def write(stage: Path) -> Sequence[Path]:
        if len(runs) == 1:
            return write_outputs(runs[0], stage, wanted, on_file)
        return _write_several(runs, stage, wanted, on_file)

    return write_together(folder, DRAWN_WORDS, write, () if here else DRAWINGS)


def _write_several(
    runs: Sequence[SavedRun], folder: Path, wanted: Collection[str], on_file: OnFile | None
) -> list[Path]:
    files = [write_whole(folder / "combined.csv", combined_csv(runs))]
    for number, run in enumerate(runs, 1):
        if wanted:
            subfolder = folder / f"run_{number:0{len(str(len(runs)))}d}"  # never the user's text
            subfolder.mkdir()
            files += write_outputs(run, subfolder, wanted)
        if on_file is not None:
            on_file(number, len(runs))
    return files


def report_summary(runs: Sequence[SavedRun], files: Sequence[Path] = ()) -> str:
    """Give each run's answer, and what was written, in at most 80 columns."""
    return "\n\n".join([combined_summary(runs), *file_part(files)])
