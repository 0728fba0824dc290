"""Any set of runs side by side, from what they saved."""

import csv
from pathlib import Path

import pytest
from oracles.saved import rows_of, saved_plan, summary_of
from oracles.studies import small_study

from sim import compose_study
from sim.app import main
from sim.errors import StudyError
from sim.jobs.report import check, saved_runs
from sim.jobs.sweep import sweep
from sim.report.combined import COLUMNS, combined_csv, combined_summary, run_names
from sim.report.outputs import write_report
from sim.report.saved import SavedRun, read_run
from sim.report.sweep import write_sweep

SWEEP = [
    "effect=shift", "effect.prior=null", "design.n=[12,24]", "monte_carlo.replicates=200",
    "monte_carlo.block_size=100", "sweep=grid", "engine=monte_carlo",
    "sweep.factors={effect.shift: [0.3, 0.5], correlation.pre_post: [0.3, 0.5]}",
]  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[SavedRun, ...]:
    """Two plans and a sweep."""
    folder = tmp_path_factory.mktemp("runs")
    for name in ("a", "b", "c"):
        (folder / name).mkdir()
    first = saved_plan(folder / "a")
    second = saved_plan(folder / "b", title="=cmd()", seed=7)
    write_sweep(sweep(compose_study(SWEEP)), folder / "c")
    return first, second, read_run(folder / "c")


def test_every_row_of_every_run_is_there(runs: tuple[SavedRun, ...]) -> None:
    """Rows of a plan as saved, those of a sweep with their points; text harmless."""
    lines = list(csv.DictReader(combined_csv(runs).splitlines()))
    assert tuple(lines[0]) == COLUMNS
    by_run = {name: [line for line in lines if line["run"] == name] for name in ("a", "b", "c")}
    for name, run in zip(("a", "b"), runs, strict=False):
        values = [(row.name, row.size, repr(row.value)) for row in rows_of(run.answer)]
        found = [(line["name"], int(line["size"]), line["value"]) for line in by_run[name]]
        assert found == values
    assert {line["title"] for line in by_run["b"]} == {"'=cmd()"}
    points = {line["point"] for line in by_run["c"]}
    assert points == {str(point["number"]) for point in summary_of(runs[2])["points"]}
    assert len(by_run["c"]) == len(points) * 2 * 4  # sizes and rules


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a,b\n1,2\n", "not the columns of a sweep.csv"),
        (b"", "not the columns of a sweep.csv"),
        (b"\xff", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_sweep_that_is_not_whole_is_one_line(
    content: bytes | None, line: str, runs: tuple[SavedRun, ...], tmp_path: Path
) -> None:
    """The rows of a sweep are read from its table: the line names the file and what is wrong."""
    for file in runs[2].folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "sweep.csv").unlink()
    if content is not None:
        (tmp_path / "sweep.csv").write_bytes(content)
    with pytest.raises(StudyError, match=line) as raised:
        combined_csv([read_run(tmp_path)])
    assert "sweep.csv" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_sweep_cut_off_is_one_line(runs: tuple[SavedRun, ...], tmp_path: Path) -> None:
    """A line with fewer cells than the table has columns is no row."""
    for file in runs[2].folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    path = tmp_path / "sweep.csv"
    path.write_text(path.read_text().rstrip().rpartition(",")[0].rpartition(",")[0][:-30])
    with pytest.raises(StudyError, match="cannot be read"):
        combined_csv([read_run(tmp_path)])


def test_each_run_is_said(runs: tuple[SavedRun, ...]) -> None:
    """The answer of a plan in its own words, points and powers of a sweep; 80 columns."""
    text = combined_summary(runs)
    said = " ".join(text.split())
    assert " ".join(summary_of(runs[0])["answer"].split()) in said
    assert f"{len(runs[2].report.points)} points, power " in said
    assert max(map(len, text.splitlines())) <= 80


def test_runs_are_told_apart_by_their_folders(runs: tuple[SavedRun, ...]) -> None:
    """As little of the path as tells them apart; the same folder twice is numbered."""
    assert run_names(runs) == ["a", "b", "c"]
    assert run_names([runs[0], runs[0]])[0] != run_names([runs[0], runs[0]])[1]


def test_several_runs_have_folders_of_their_own(runs: tuple[SavedRun, ...], tmp_path: Path) -> None:
    """Each is drawn as it would be alone, in a folder that no name of the user's chooses."""
    files = write_report(runs, tmp_path, ("page",))
    names = {path.relative_to(tmp_path).as_posix() for path in files}
    assert names == {"combined.csv", *(f"run_{number}/report.html" for number in (1, 2, 3))}
    alone = tmp_path / "alone"
    alone.mkdir()
    (page,) = write_report(runs[:1], alone, ("page",))
    assert page.read_bytes() == (tmp_path / "run_1" / "report.html").read_bytes()


@pytest.mark.parametrize(
    ("stated", "line"),
    [
        (None, r"^report.runs: null must name folders of runs, as in "),
        (("nowhere",), r"^report.runs: 'nowhere' is no folder, nor a pattern of any$"),
        (("n" * 5000,), r"^report.runs: 'n+\.\.\.n+' is no folder, nor a pattern of any$"),
        (("a**",), r"^report.runs: 'a\*\*' is no folder, nor a pattern of any$"),
        (("no*where",), r"^report.runs: 'no\*where' is no folder, nor a pattern of any$"),
        ((".",), r"^'\.': no results of plan, calibrate, sweep or feasibility in this folder$"),
    ],
)
def test_what_is_no_run_is_one_line(
    stated: tuple[str, ...] | None, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing named, nothing found, or found something else."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match=line):
        check(small_study(report={"runs": stated}))


def test_patterns_name_many(runs: tuple[SavedRun, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of their names, each once."""
    monkeypatch.chdir(runs[0].folder.parent)
    study = small_study(report={"runs": ("c", "*", "a")})
    assert [run.folder.name for run in saved_runs(study)] == ["c", "a", "b"]
    whole = small_study(report={"runs": (str(runs[0].folder.parent / "?"),)})
    assert len(saved_runs(whole)) == 3


def test_the_command_checks_before_it_writes(
    runs: tuple[SavedRun, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An incomplete justification is refused in one line, with status 2 and no file."""
    words = [f"report.runs=[{runs[0].folder}]", f"hydra.run.dir={tmp_path / 'new'}"]
    assert main(["report", *words, "report.check=true"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "lacks" in error
    assert "sample size" in error.lower()
    assert error.endswith("state them in report.reasons, plan again\n")
    assert not (tmp_path / "new").exists()
    assert main(["report", *words, "report.files=[justification]"]) == 0
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == [
        "sample_size_justification.docx", "sample_size_justification.md", "statement.txt"
    ]  # fmt: skip


def test_a_run_that_cannot_be_drawn_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer is printed and its data are kept, whatever becomes of the drawing."""

    def fail(*_: object) -> None:
        raise StudyError("no figure today")

    monkeypatch.setattr("sim.report.outputs.write_figures", fail)
    monkeypatch.chdir(tmp_path)
    words = ["design.n=[6,12]", "monte_carlo.replicates=200", "effect.prior=null"]
    words += ["monte_carlo.block_size=100", "store.file=null", "hydra.run.dir=run"]
    assert main([*words, "report.files=[figures]"]) == 2
    said = capsys.readouterr()
    assert "Answer\n------" in said.out
    assert said.err.strip().endswith("mentorsim: no figure today")
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "results.csv", "summary.json", "manifest.json", "answer.json.gz",
    }  # fmt: skip
