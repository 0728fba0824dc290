"""The job of showing: every output again from saved results, without simulating."""

from __future__ import annotations

from pathlib import Path

from sim.errors import StudyError
from sim.report.justification import justification, missing_items
from sim.report.saved import SavedRun, read_run
from sim.study import Study
from sim.study.refusals import shown


def check(study: Study) -> None:
    """Refuse runs that cannot be read, before anything is written.

    Raises
    ------
    StudyError
        One line that names the field or the file and what would be right.
    """
    runs = saved_runs(study)
    if study.report.check:
        for run in runs:
            _require_complete(run)


def _require_complete(run: SavedRun) -> None:
    missing = missing_items(justification(run))
    if missing:
        raise StudyError(
            f"report.check: the justification of {shown(str(run.folder))} lacks {len(missing)} "
            f"items, among them {'; '.join(missing[:2])}; state them in report.reasons, plan again"
        )


def saved_runs(study: Study) -> tuple[SavedRun, ...]:
    """Read the runs that a study names.

    Parameters
    ----------
    study : Study
        Names them by ``report.runs``.

    Returns
    -------
    tuple of SavedRun
        In the order named, those of one pattern by name, each once.

    Raises
    ------
    StudyError
        Where nothing is named or nothing is there, or what is there is no run.
    """
    if study.report.runs is None:
        raise StudyError(
            "report.runs: null must name folders of runs, as in 'report.runs=[outputs/a,outputs/b]'"
        )
    folders = [folder for pattern in study.report.runs for folder in _folders(pattern)]
    return tuple(read_run(folder) for folder in dict.fromkeys(folders))


def _folders(pattern: str) -> list[Path]:
    """Find the folders of a name or pattern."""
    path = Path(pattern)
    base = Path(path.anchor)
    try:
        if path.is_dir():
            return [path]
        folders = sorted(
            folder for folder in base.glob(str(path.relative_to(base))) if folder.is_dir()
        )
    except (ValueError, OSError):  # no pattern, or nothing that the file system takes
        folders = []
    if not folders:
        raise StudyError(f"report.runs: {shown(pattern)} is no folder, nor a pattern of any")
    return folders
