"""Write docs/gallery.md and its figures from real runs; takes two minutes."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sim import compose_study, plan
from sim.folders import write_whole
from sim.jobs.calibrate import calibrate
from sim.jobs.sweep import sweep
from sim.report.calibration import write_calibration
from sim.report.charts.figure import Figure
from sim.report.charts.figures import figures
from sim.report.charts.render import as_png, as_svg
from sim.report.files import write_run
from sim.report.saved import SavedRun, read_run
from sim.report.sweep import write_sweep

PAGE = Path(__file__).resolve().parent.parent / "docs" / "gallery.md"
FOLDER = PAGE.parent / "figures"
SCALE = 1.5
"""Pixels of a picture per pixel of its figure: small files."""
INTRO = """\
# Gallery

Written by `python scripts/gallery.py` from the runs named. Every figure is drawn from saved
results alone, as SVG and PNG, 16.5 cm wide: a page's text. Its title says what was found.
"""
RUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "plan": ("How large must the study be?", ()),
    "controlled": ("With a control arm", ("experiment=controlled", "monte_carlo.replicates=2000")),
    "calibrate": ("What the pilot says", ()),
    "map": ("Two assumptions at once", ("sweep=grid", "monte_carlo.replicates=2000")),
    "tornado": (
        "Which assumption matters?",
        ("sweep=assumptions", "monte_carlo.replicates=2000"),
    ),
}
"""Heading and overrides of each run."""
SHOWN = {"controlled": ("power_curve",), "tornado": ("tornado",)}
"""Figures of those runs of which not all are shown."""
VERBS = {"plan": "plan", "controlled": "plan", "calibrate": "calibrate"}


def saved(name: str, folder: Path) -> SavedRun:
    """Run, save and read back."""
    study = compose_study(list(RUNS[name][1]))
    verb = VERBS.get(name, "sweep")
    if verb == "plan":
        write_run(plan(study), folder)
    elif verb == "calibrate":
        write_calibration(calibrate(study), folder)
    else:
        write_sweep(sweep(study), folder)
    return read_run(folder)


def pictures(name: str) -> Iterator[str]:
    """Draw the figures of one run into the folder, and show each with its caption."""
    heading, words = RUNS[name]
    yield f"## {heading}\n"
    yield f"```sh\n{' '.join(['mentorsim', VERBS.get(name, 'sweep'), *words])}\n```\n"
    with TemporaryDirectory() as folder:
        for figure in figures(saved(name, Path(folder))):
            if figure.name in SHOWN.get(name, (figure.name,)):
                yield picture(name, figure)


def picture(run: str, figure: Figure) -> str:
    """Draw one figure, and refer to it."""
    file = f"{run}_{figure.name}.png"
    write_whole(FOLDER / file, as_png(as_svg(figure.spec), SCALE))
    alt = figure.alt.replace("[", "(").replace("]", ")")
    return f"![{alt}](figures/{file})\n\n{figure.caption}\n"


def main() -> None:
    """Write the page."""
    FOLDER.mkdir(exist_ok=True)
    parts = [INTRO, *(part for name in RUNS for part in pictures(name))]
    write_whole(PAGE, "\n".join(parts))


if __name__ == "__main__":
    main()
