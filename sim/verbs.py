"""The jobs that the console command offers, by name; each is imported when it is called."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from sim.beginning import Files, new, new_map
from sim.endings import say, show
from sim.errors import NotWritten, StudyError
from sim.study import PilotStudy, Study

if TYPE_CHECKING:
    from sim.compute.run_store import RunStore
    from sim.jobs.progress import OnBlock
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
    simulates: bool = False
    """Whether it counts simulated studies, in blocks that are stored."""
    composes: bool = False
    """Whether `run` composes further studies, and is handed what does so."""
    begins: Callable[[Files], None] | None = None
    """Runs where there is no study yet, in place of all above."""


@dataclass(frozen=True)
class Answering:
    """A job that answers a study.

    What it takes is imported when it is called: ``check`` and the job itself from its
    file in ``sim/jobs/``, what writes the answer from ``module:function`` in ``sim/report/``.
    """

    job: str
    write: str
    """Writes the answer's files (answer, folder), and gives their paths."""
    stores: bool = True
    """Whether finished blocks are looked up and kept."""
    title: str | None = None
    """What its progress is called, by default as the study is."""

    def verb(self, purpose: str, kind: type[Study] = Study) -> Verb:
        """Make it a verb."""
        return Verb(purpose, self.check, self.run, self.run_point, kind, simulates=self.stores)

    def check(self, study: Study) -> None:
        """Refuse a study whose numbers cannot work, or its store."""
        if self.stores:
            _late("jobs.blocks:check_store")(study)
        _late(f"jobs.{self.job}:check")(study)

    def run(self, study: Study, folder: Path) -> None:
        """Answer, write and draw; print summary and notes whatever comes of the files."""
        from sim.jobs.blocks_text import others_line
        from sim.progress_bar import progress_bar

        with self._store(study) as store:
            with progress_bar(self.title or study.title) as on_block:
                answer = self._answer(study, store, on_block)
            notes = (
                others_line(study.store.file, store.summary() if store else ()),
                store.trouble if store else None,
            )
        files: list[Path] = []
        try:
            files += _late(self.write)(answer, folder)
            with progress_bar("Drawing") as on_file:
                files += _late("report.outputs:draw_run")(folder, study.report.files, on_file)
        finally:
            show(_late("report.telling:summary")(answer, files))
            for note in filter(None, notes):
                say(note)

    def run_point(self, study: Study, folder: Path, point: str) -> None:
        """Answer one of many studies, and write; print a line whatever comes of the files."""
        with self._store(study) as store:
            answer = self._answer(study, store)
        try:
            _late(self.write)(answer, folder)
        finally:
            show(f"{point}: {_late('report.telling:in_one_line')(answer)}")
            if store is not None and store.trouble is not None:
                say(store.trouble)

    def _store(self, study: Study) -> AbstractContextManager[RunStore | None]:
        from sim.jobs.blocks import store_for_run

        return store_for_run(study) if self.stores else nullcontext()

    def _answer(self, study: Study, store: RunStore | None, *on_block: OnBlock) -> Any:
        from sim.progress_bar import told_meanwhile

        kept = {"store": store} if self.stores else {}
        with told_meanwhile():
            return _late(f"jobs.{self.job}:{self.job}")(study, *on_block, **kept)


def _late(name: str) -> Callable[..., Any]:
    """Give a function of ours that is imported when it is called."""

    def call(*arguments: Any, **settings: Any) -> Any:
        module, _, function = name.partition(":")
        return getattr(import_module(f"sim.{module}"), function)(*arguments, **settings)

    return call


def _blocks(study: Study, _folder: Path) -> None:
    from sim.jobs.blocks import blocks
    from sim.jobs.blocks_text import blocks_summary

    show(blocks_summary(blocks(study)))


def _blocks_point(study: Study, _folder: Path, point: str) -> None:
    from sim.jobs.blocks import blocks
    from sim.jobs.blocks_text import blocks_line

    show(f"{point}: {blocks_line(blocks(study))}")


def _report(study: Study, folder: Path) -> None:
    from sim.jobs.report import saved_runs
    from sim.progress_bar import progress_bar
    from sim.report.outputs import report_summary, write_report

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


def _check(study: Study, _folder: Path) -> None:
    from sim.jobs.check import outline
    from sim.jobs.check_text import outline_text

    show(outline_text(outline(study)))


def _check_point(study: Study, _folder: Path, point: str) -> None:
    from sim.jobs.check import outline
    from sim.jobs.check_text import outline_line

    show(f"{point}: {outline_line(outline(study))}")


def _serve(study: Study, _folder: Path, compose: Compose) -> None:
    from sim.page.serve import serve

    serve(study, compose, lambda address: show(f"{address} {_SERVED}"))


def _no_study(*_: object) -> NoReturn:
    raise StudyError("takes the names of files alone")


_SERVED = "(open it in a browser; Ctrl-C here ends it)"


def _serve_point(_study: Study, _folder: Path, _point: str) -> None:
    raise StudyError("--multirun: serve has one page; leave it out")


DEFAULT_VERB = "plan"
VERBS: dict[str, Verb] = {
    "plan": Answering(
        "plan",
        write="report.files:write_run",
    ).verb("what can this design achieve, and how large must it be?"),
    "calibrate": Answering(
        "calibrate",
        write="report.calibration:write_calibration",
        stores=False,
        title="Reading the pilot",
    ).verb("what does the pilot say?", PilotStudy),
    "feasibility": Answering(
        "feasibility",
        write="report.feasibility:write_feasibility",
    ).verb("how large must the pilot be, and how often does it err?"),
    "sweep": Answering(
        "sweep",
        write="report.sweep:write_sweep",
    ).verb("which assumptions matter?"),
    "new": Verb(
        "write a study's file: from six questions, or from answers",
        _no_study,
        _no_study,
        _no_study,
        begins=new,
    ),
    "map": Verb(
        "which column of a file of answers holds what? writes its best guess",
        _no_study,
        _no_study,
        _no_study,
        begins=new_map,
    ),
    "check": Verb(
        "is a study fine, and what would a plan do?",
        _late("jobs.plan:check"),
        _check,
        _check_point,
    ),
    "report": Verb(
        "show saved results again, or side by side",
        _late("jobs.report:check"),
        _report,
        _report_point,
    ),
    "blocks": Verb(
        "which finished blocks are kept?", _late("jobs.blocks:check"), _blocks, _blocks_point
    ),
    "serve": Verb(
        "let me play: a page on this computer",
        _late("page.serve:check"),
        _serve,
        _serve_point,
        composes=True,
    ),
}
