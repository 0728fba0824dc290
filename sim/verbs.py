"""The jobs that the console command offers, by name; each is imported when it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.endings import say, show
from sim.errors import NotWritten, StudyError
from sim.study import PilotStudy, Study

if TYPE_CHECKING:
    from sim.compute.run_store import RunStore
    from sim.compute.stored import NoStore
    from sim.page.scenario import Compose


@dataclass(frozen=True)
class Verb:
    """A job of the console command; all take their settings from conf/plan.yaml."""

    purpose: str
    check: Callable[[Study], None]
    """Refuses a study whose numbers cannot work, before anything is written."""
    run: Callable[..., None]
    """Runs one study (Study, Path), with progress and a summary."""
    run_point: Callable[[Study, Path, str], None]
    """Runs one point of a --multirun, quietly: one line."""
    kind: type[Study] = Study
    """What of a study must fit together for it."""
    composes: bool = False
    """Whether `run` composes further studies, and is handed what does so."""


def _show(
    study: Study,
    folder: Path,
    write: Callable[[Path], Sequence[Path]],
    summarise: Callable[[Sequence[Path]], str],
    notes: Sequence[str] = (),
) -> None:
    """Write and draw what a run found; print summary and notes whatever comes of that."""
    from sim.report.outputs import draw_run
    from sim.report.progress import progress_bar

    files: list[Path] = []
    try:
        files += write(folder)
        with progress_bar("Drawing") as on_file:
            files += draw_run(folder, study.report.files, on_file)
    finally:
        show(summarise(files))
        for note in notes:
            say(note)


def _show_point(
    folder: Path, write: Callable[[Path], Sequence[Path]], line: str, note: str | None = None
) -> None:
    """Write what one of many runs found; print its line, and a note, whatever comes of that."""
    try:
        write(folder)
    finally:
        show(line)
        if note is not None:
            say(note)


def _store_notes(study: Study, store: RunStore | NoStore) -> list[str]:
    """Say what is to be known of the store when a run has ended."""
    from sim.report.blocks import others_line

    lines = (others_line(study.store.file, store.summary()), store.trouble)
    return [line for line in lines if line is not None]


def _check_plan(study: Study) -> None:
    from sim.jobs.blocks import check_store
    from sim.jobs.plan import check

    check_store(study)
    check(study)


def _plan(study: Study, folder: Path) -> None:
    from sim.jobs.blocks import store_for_run
    from sim.jobs.plan import plan
    from sim.report.files import write_run
    from sim.report.progress import progress_bar
    from sim.report.terminal import summary

    with store_for_run(study) as store:
        with progress_bar(study.title) as on_block:
            answer = plan(study, on_block, store)
        notes = _store_notes(study, store)
    _show(study, folder, partial(write_run, answer), partial(summary, answer), notes)


def _plan_point(study: Study, folder: Path, point: str) -> None:
    from sim.jobs.blocks import store_for_run
    from sim.jobs.plan import plan
    from sim.report.files import write_run
    from sim.report.terminal import one_line

    with store_for_run(study) as store:
        answer = plan(study, store=store)
    line = f"{point}: {one_line(answer)}"
    _show_point(folder, partial(write_run, answer), line, store.trouble)


def _check_calibrate(study: Study) -> None:
    from sim.jobs.calibrate import check

    check(study)


def _calibrate(study: Study, folder: Path) -> None:
    from sim.jobs.calibrate import calibrate
    from sim.report.calibration import calibration_summary, write_calibration
    from sim.report.progress import progress_bar

    with progress_bar("Reading the pilot") as on_stage:
        answer = calibrate(study, on_stage)
    _show(study, folder, partial(write_calibration, answer), partial(calibration_summary, answer))


def _calibrate_point(study: Study, folder: Path, point: str) -> None:
    from sim.jobs.calibrate import calibrate
    from sim.report.calibration import calibration_line, write_calibration

    answer = calibrate(study)
    _show_point(folder, partial(write_calibration, answer), f"{point}: {calibration_line(answer)}")


def _check_blocks(study: Study) -> None:
    from sim.jobs.blocks import check

    check(study)


def _blocks(study: Study, _folder: Path) -> None:
    from sim.jobs.blocks import blocks
    from sim.report.blocks import blocks_summary

    show(blocks_summary(blocks(study)))


def _blocks_point(study: Study, _folder: Path, point: str) -> None:
    from sim.jobs.blocks import blocks
    from sim.report.blocks import blocks_line

    show(f"{point}: {blocks_line(blocks(study))}")


def _check_report(study: Study) -> None:
    from sim.jobs.report import check

    check(study)


def _report(study: Study, folder: Path) -> None:
    from sim.jobs.report import saved_runs
    from sim.report.outputs import report_summary, write_report
    from sim.report.progress import progress_bar

    runs = saved_runs(study)
    files: tuple[Path, ...] = ()
    try:
        with progress_bar("Drawing") as on_file:
            files = write_report(runs, folder, study.report.files, on_file)
    except NotWritten:
        show(report_summary(runs))
        raise
    show(report_summary(runs, files))


def _report_point(study: Study, folder: Path, point: str) -> None:
    from sim.jobs.report import saved_runs
    from sim.report.outputs import write_report

    runs = saved_runs(study)
    files = write_report(runs, folder, study.report.files)
    show(f"{point}: {len(runs)} runs, {len(files)} files")


def _check_sweep(study: Study) -> None:
    from sim.jobs.blocks import check_store
    from sim.jobs.sweep import check

    check_store(study)
    check(study)


def _sweep(study: Study, folder: Path) -> None:
    from sim.jobs.blocks import store_for_run
    from sim.jobs.sweep import sweep
    from sim.report.progress import progress_bar
    from sim.report.sweep import sweep_summary, write_sweep

    with store_for_run(study) as store:
        with progress_bar(study.title) as on_block:
            answer = sweep(study, on_block, store=store)
        notes = _store_notes(study, store)
    _show(study, folder, partial(write_sweep, answer), partial(sweep_summary, answer), notes)


def _sweep_point(study: Study, folder: Path, point: str) -> None:
    from sim.jobs.blocks import store_for_run
    from sim.jobs.sweep import sweep
    from sim.report.sweep import sweep_line, write_sweep

    with store_for_run(study) as store:
        answer = sweep(study, store=store)
    line = f"{point}: {sweep_line(answer)}"
    _show_point(folder, partial(write_sweep, answer), line, store.trouble)


def _check_serve(study: Study) -> None:
    from sim.page.serve import check

    check(study)


def _serve(study: Study, _folder: Path, compose: Compose) -> None:
    from sim.page.serve import serve

    serve(study, compose, lambda address: show(f"{address} {_SERVED}"))


_SERVED = "(open it in a browser; Ctrl-C here ends it)"


def _serve_point(_study: Study, _folder: Path, _point: str) -> None:
    raise StudyError("--multirun: serve has one page; leave it out")


DEFAULT_VERB = "plan"
VERBS: dict[str, Verb] = {
    "plan": Verb(
        "what can this design achieve, and how large must it be?", _check_plan, _plan, _plan_point
    ),
    "calibrate": Verb(
        "what does the pilot say?", _check_calibrate, _calibrate, _calibrate_point, PilotStudy
    ),
    "sweep": Verb("which assumptions matter?", _check_sweep, _sweep, _sweep_point),
    "report": Verb(
        "show saved results again, or side by side", _check_report, _report, _report_point
    ),
    "blocks": Verb("which finished blocks are kept?", _check_blocks, _blocks, _blocks_point),
    "serve": Verb(
        "let me play: a page on this computer", _check_serve, _serve, _serve_point, composes=True
    ),
}
