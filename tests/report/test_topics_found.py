"""What a sweep and a calibration have to say is the same on screen, on the page and as saved."""

import pytest
from oracles.studies import small_study

from sim import compose_study
from sim.errors import StudyError
from sim.jobs.calibrate import calibrate
from sim.jobs.sweep import sweep
from sim.report.calibration import write_calibration
from sim.report.charts.figures import figures
from sim.report.document.model import Table
from sim.report.document.words import words_of
from sim.report.printers.html.page import page
from sim.report.printers.terminal import table_text
from sim.report.saved import SavedRun, read_run
from sim.report.sweep import write_sweep
from sim.report.telling import sections_of, summary
from sim.report.topics.sweep import points_table

FACTORS = {"effect.shift": (0.3, 0.8), "analysis.alpha": (0.02, 0.1)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[SavedRun, str]]:
    """A saved sweep and a saved calibration, each with its summary on screen."""
    folder = tmp_path_factory.mktemp("runs")
    stated = {"kind": "one_at_a_time", "at": 12, "factors": FACTORS}
    swept = sweep(small_study(sweep=stated, monte_carlo={"replicates": 100, "block_size": 20}))
    words = ["calibration.draws=8192", "calibration.kept=20", "calibration.tests=[paired_t]"]
    read = calibrate(compose_study(words))
    for name in ("sweep", "calibrate"):
        (folder / name).mkdir()
    write_sweep(swept, folder / "sweep")
    write_calibration(read, folder / "calibrate")
    summaries = {"sweep": summary(swept), "calibrate": summary(read)}
    return {name: (read_run(folder / name), text) for name, text in summaries.items()}


@pytest.mark.parametrize("job", ["sweep", "calibrate"])
def test_screen_and_page_have_every_cell(job: str, told: dict[str, tuple[SavedRun, str]]) -> None:
    """Each number of each table stands on screen and on the page, from what is saved alone."""
    run, screen = told[job]
    html = page(run).replace("&#39;", "'")
    sections = sections_of(run.report, is_drawn=True)
    tables = [block for own in sections for block in own.blocks if isinstance(block, Table)]
    assert len(tables) >= 2
    for table in tables:
        for row in table.rows:
            for cell in map(words_of, row):
                assert cell in screen
                assert cell in html
    for own in sections:
        assert own.heading in " ".join(screen.split())


def test_points_have_the_numbers_of_the_answer(told: dict[str, tuple[SavedRun, str]]) -> None:
    """Power, difference and size of every point are those that are reported of it."""
    report = told["sweep"][0].report
    rows = points_table(report).rows
    assert len(rows) == len(report.points) == 5
    for row, point in zip(rows, report.points, strict=True):
        assert point.power is not None
        assert point.difference is not None
        assert row[0] == point.label
        assert row[1] == f"{point.power.value:.3f} ±{point.power.mcse:.3f}"
        assert not point.number or words_of(row[2]).startswith(f"{point.difference.value:+.3f}")


def test_two_factors_one_at_a_time_are_no_map(told: dict[str, tuple[SavedRun, str]]) -> None:
    """A map is of every combination; of one factor at a time there are bars and a list."""
    assert [figure.name for figure in figures(told["sweep"][0])] == ["tornado", "points"]


@pytest.mark.parametrize("job", ["sweep", "calibrate"])
def test_no_other_job_has_a_plans_answer(job: str, told: dict[str, tuple[SavedRun, str]]) -> None:
    """It is refused in one line, that names the folder and the job."""
    run = told[job][0]
    with pytest.raises(StudyError, match=f"^'{run.folder}': of {job}, not of plan$"):
        _ = run.answer


def test_a_long_name_stands_on_a_line_by_itself() -> None:
    """Nothing of a row's name is cut; where there is room it stands in its row."""
    name, longer = "x" * 40, "y" * 75
    narrow = table_text(Table("", ("point", "power"), ((name, "0.5"), (longer, "0.25"))))
    assert narrow.splitlines()[1].split() == [name, "0.5"]
    assert [line.split() for line in narrow.splitlines()[2:]] == [[longer], ["0.25"]]
