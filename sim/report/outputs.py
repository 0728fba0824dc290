"""Everything that is drawn from saved results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.report.combined import combined_csv, combined_summary
from sim.report.files import write_whole
from sim.report.layout import file_part
from sim.report.saved import SavedRun


def write_report(runs: Sequence[SavedRun], folder: Path) -> tuple[Path, ...]:
    """Write what shows saved runs; of several also their results in one table.

    Parameters
    ----------
    runs : sequence of SavedRun
        Which.
    folder : Path
        Existing folder.

    Returns
    -------
    tuple of Path
        The files written.
    """
    return (write_whole(folder / "combined.csv", combined_csv(runs)),)


def report_summary(runs: Sequence[SavedRun], files: Sequence[Path] = ()) -> str:
    """Say what the runs found and what was written, in at most 80 columns."""
    return "\n\n".join([combined_summary(runs), *file_part(files)])
