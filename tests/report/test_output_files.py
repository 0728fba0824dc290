"""What a folder of results holds: one run's outputs, all or none, beside what is not ours."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from oracles.saved import saved_plan

from sim.app import main
from sim.errors import NotWritten, StudyError
from sim.folders import claim_folder, write_whole
from sim.report.charts.figures import FOLDER
from sim.report.output_files import DRAWINGS, OUTPUTS, RESULTS, write_together
from sim.report.outputs import write_report
from sim.report.saved import MARKS, SavedRun
from sim.study import Study
from sim.verbs import VERBS, Verb

MANIFEST = '{"code_sha256": ""}'
FOREIGN = ("notes.txt", "figures/mine.svg", "run_1/mine.txt", "results.csv.bak")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """A small plan."""
    return saved_plan(tmp_path_factory.mktemp("run"))


def filled(folder: Path, *names: str) -> None:
    """Write files of these names."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("old", encoding="utf-8")


def held(folder: Path) -> list[str]:
    """Name the files in a folder."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def write_anew(folder: Path, **tables: str) -> None:
    """Write results in the place of all earlier outputs: a manifest, and tables by name."""
    contents = {"manifest.json": MANIFEST, **{f"{name}.csv": tables[name] for name in tables}}
    write_together(
        folder,
        "results",
        lambda stage: [write_whole(stage / name, text) for name, text in contents.items()],
        OUTPUTS,
    )


def test_old_outputs_go_and_foreign_files_stay(tmp_path: Path) -> None:
    """A run into a folder of another leaves nothing of that one beside its own results."""
    old = ("report.html", "figures/power_curve.svg", "figures/shifts_mentor.png", "sweep.csv")
    filled(tmp_path, *FOREIGN, *old, "run_2/report.html", "run_2/figures/points.svg")
    write_anew(tmp_path, results="new")
    assert set(held(tmp_path)) >= {*FOREIGN, *old}  # nothing yet shows that they are ours
    write_anew(tmp_path, results="newer")
    assert held(tmp_path) == sorted([*FOREIGN, "results.csv", "manifest.json"])
    assert (tmp_path / "results.csv").read_text() == "newer"
    assert not (tmp_path / "run_2").exists()


def test_the_command_leaves_no_drawing_of_another_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page of an earlier run is gone when another has written its results there."""
    monkeypatch.chdir(tmp_path)
    words = ["design.n=[6]", "monte_carlo.replicates=100", "monte_carlo.block_size=100"]
    words += ["engine=monte_carlo", "effect.prior=null", "store.file=null", "hydra.run.dir=run"]
    assert main([*words, "report.files=[justification]"]) == 0
    assert len(held(tmp_path / "run")) == 7
    assert main([*words, "report.files=[]", "seed=1"]) == 0
    assert held(tmp_path / "run") == [
        "answer.json.gz", "manifest.json", "results.csv", "summary.json"
    ]  # fmt: skip
    assert capsys.readouterr().err == ""


def test_a_report_replaces_another(run: SavedRun, tmp_path: Path) -> None:
    """What was drawn from another run goes; the results of a run are never mixed with others."""
    write_report([run, run], tmp_path, ("justification",))
    filled(tmp_path, "notes.txt", "figures/tornado.svg")
    files = write_report([run], tmp_path, ("justification",))
    assert held(tmp_path) == sorted(["notes.txt", *(path.name for path in files)])
    filled(tmp_path, MARKS["sweep"])
    with pytest.raises(StudyError, match=r"^hydra.run.dir: .* holds the results of another run; "):
        write_report([run], tmp_path, ("justification",))


def test_a_report_into_the_folder_of_its_run(tmp_path: Path) -> None:
    """Results, and what was drawn from them before, stay."""
    run = saved_plan(tmp_path)
    filled(tmp_path, "figures/power_curve.svg")
    write_report([run], tmp_path, ("justification",))
    assert {*MARKS.values()} & {*held(tmp_path)} == {MARKS["plan"]}
    assert "figures/power_curve.svg" in held(tmp_path)


def failing(stage: Path) -> list[Path]:
    """Write one file, and fail at the next."""
    write_whole(stage / "report.html", "new")
    raise OSError("disk full")


def interrupted(stage: Path) -> list[Path]:
    """Write one file, and be interrupted."""
    write_whole(stage / "report.html", "new")
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("write", "error"), [(failing, NotWritten), (interrupted, KeyboardInterrupt)]
)
def test_all_or_nothing(
    write: Callable[[Path], list[Path]], error: type[BaseException], tmp_path: Path
) -> None:
    """Writing that fails or is interrupted leaves the folder as it was."""
    filled(tmp_path, "report.html", "notes.txt", "sample_size_justification.md")
    with pytest.raises(error):
        write_together(tmp_path, "page", write, OUTPUTS)
    assert held(tmp_path) == ["notes.txt", "report.html", "sample_size_justification.md"]
    assert {path.read_text() for path in tmp_path.iterdir()} == {"old"}


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    """Where a folder has the name of an output, none is written, in one line."""
    (tmp_path / "results.csv").mkdir()
    with pytest.raises(NotWritten, match=r"results could not be written \(a folder has the name"):
        write_anew(tmp_path, results="")
    assert held(tmp_path) == []


def test_what_is_on_no_list_is_no_output(tmp_path: Path) -> None:
    """A writer cannot leave a file that a later run would not know as ours."""
    with pytest.raises(RuntimeError, match=r"new\.csv is on no list of outputs"):
        write_together(tmp_path, "x", lambda stage: [write_whole(stage / "new.csv", "")])
    assert not set(RESULTS) & set(DRAWINGS)
    assert not any(fnmatchcase(name, pattern) for name in FOREIGN for pattern in OUTPUTS)
    assert FOLDER == "figures"


# -------------------------------------------------------------------------------- folders


def test_folders_are_claimed_once(tmp_path: Path) -> None:
    """Whoever asks for the same folder at the same time is given one of their own."""
    made: list[list[Path]] = [[] for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda own: claim_folder(tmp_path / "a" / "b", "x", own), made))
    assert sorted(path.name for path in found) == sorted(["b", *(f"b_{k}" for k in range(2, 17))])
    assert [own[0] for own in made] == found
    filled(tmp_path, "file")
    for place in ("file/a", "file/a/b"):
        with pytest.raises(StudyError, match=r"^x: cannot write to '.*' \("):
            claim_folder(tmp_path / place, "x", [])


def test_runs_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs whose folders are named by the same time, one or many at once, keep their results."""

    def run(study: Study, folder: Path, *_: object) -> None:
        (folder / "seed").write_text(str(study.seed), encoding="utf-8")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(VERBS, "plan", Verb("plans", lambda _: None, run, run))
    for seed in range(2):
        assert main([f"seed={seed}", "hydra.run.dir='one/${now:%Y}'"]) == 0
        points = [f"seed={seed},{seed + 10}", "-m", "hydra.sweep.dir='many/${now:%Y}'"]
        assert main(points) == 0
    assert capsys.readouterr().err == ""
    kept = {place: sorted(int(path.read_text()) for path in (tmp_path / place).rglob("seed"))
            for place in ("one", "many")}  # fmt: skip
    assert kept == {"one": [0, 1], "many": [0, 1, 10, 11]}
    assert main(["seed=3", "hydra.run.dir=one"]) == 0  # a folder that is named is taken as it is
    assert (tmp_path / "one" / "seed").read_text() == "3"
