"""The console command: what it prints, where it writes, what it leaves behind."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hydra
import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig

from sim import __version__
from sim.app import main
from sim.command import NO_GROUPS
from sim.compose import compose_study
from sim.errors import StudyError
from sim.folders import remove_empty, try_folder
from sim.sources import CONF
from sim.study import Study
from sim.verbs import VERBS, Verb


def run_one(study: Study, folder: Path) -> None:
    """Stand in for a job: fails as the title says, otherwise writes a file."""
    if study.title == "bug":
        raise ZeroDivisionError("a bug")
    if study.title == "mistake":
        raise StudyError("title: found out late")
    if study.title == "ctrl-c":
        raise KeyboardInterrupt
    (folder / "result").write_text(str(study.seed))
    print("ran", study.seed)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Replace the job by a quick one, in an empty folder."""

    def run_point(study: Study, folder: Path, point: str) -> None:
        run_one(study, folder)
        print("point", point)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(VERBS, "plan", Verb("plans", lambda _: None, run_one, run_point))


def printed(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """Run the command without a mistake; give what it prints."""
    assert main(argv) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return str(out)


def test_help_lists_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    """The command's help names every verb and its purpose."""
    text = printed(capsys, "--help")
    for name, verb in VERBS.items():
        assert name in text
        assert verb.purpose in text


def test_help_of_a_verb_explains_every_group(capsys: pytest.CaptureFixture[str]) -> None:
    """The verb's help names every group, choice and section, in 80 columns."""
    text = printed(capsys, "plan", "--help")
    groups = text.partition("\nGroups: ")[2]
    folders = [path for path in CONF.iterdir() if path.is_dir() and path.name not in NO_GROUPS]
    for folder in folders:
        assert groups.count(f"\n  {folder.name} ") == 1
        assert all(path.stem in text for path in folder.glob("*.yaml"))
    for section in set(Study.model_fields) - {folder.name for folder in folders}:
        assert f"\n  {section} " in text
    assert max(map(len, text.splitlines())) <= 80


def test_examples_in_the_help_are_valid(capsys: pytest.CaptureFixture[str], stub: None) -> None:
    """The four examples that the help gives do run, with the shipped file copied here."""
    Path("nurses.yaml").write_bytes((CONF / "examples" / "nurses.yaml").read_bytes())
    lines = printed(capsys, "plan", "--help").splitlines()
    examples = [line.split()[1:] for line in lines if line.startswith("  mentorsim plan ")]
    examples = [words for words in examples if any("=" in word for word in words[:3])]
    examples = [words for words in examples if "name=value,value" not in words]
    assert len(examples) == 4
    for words in examples:
        assert "ran 2022" in printed(capsys, *words)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is ours, not Hydra's."""
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"mentorsim {__version__}\n"


@pytest.mark.parametrize("words", [[], ["plan"], ["seed=2022"], ["--run"], ["plan", "-r"]])
def test_plan_is_the_default(
    words: list[str], capsys: pytest.CaptureFixture[str], stub: None
) -> None:
    """Without a verb, plan runs."""
    assert printed(capsys, *words) == "ran 2022\n"


def test_a_named_folder(capsys: pytest.CaptureFixture[str], stub: None, tmp_path: Path) -> None:
    """A run writes to the folder that it is told, odd names included, and nowhere else."""
    printed(capsys, "hydra.run.dir='a folder/it\\'s {new}'")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / "a folder" / "it's {new}" / "result"]


def test_multirun(capsys: pytest.CaptureFixture[str], stub: None, tmp_path: Path) -> None:
    """Every point of a sweep runs, in a folder and on a line of its own."""
    out = printed(capsys, "seed=1,2", "-m", "design.up_to=9", "hydra.sweep.dir=s")
    points = [line for line in out.splitlines() if line.startswith("point")]
    assert points == [f"point seed={seed} design.up_to=9" for seed in (1, 2)]
    assert [(tmp_path / "s" / str(k) / "result").read_text() for k in (0, 1)] == ["1", "2"]


def test_points_know_their_number(capsys: pytest.CaptureFixture[str], stub: None) -> None:
    """Hydra's own settings may be used in a value, the number of the point too."""
    out = printed(capsys, "-m", "seed=${hydra:job.num}", "design.up_to=8,9")
    assert [line for line in out.splitlines() if line.startswith("ran")] == ["ran 0", "ran 1"]


def test_a_config_folder_of_ones_own(
    capsys: pytest.CaptureFixture[str], stub: None, tmp_path: Path
) -> None:
    """An experiment may live in a folder of the user's, and may declare a sweep."""
    (tmp_path / "my conf" / "experiment").mkdir(parents=True)
    sweep = "hydra: {mode: MULTIRUN, sweeper: {params: {seed: '5,6'}}}"
    (tmp_path / "my conf" / "experiment" / "mine.yaml").write_text(
        f"# @package _global_\ndesign: {{up_to: 33}}\n{sweep}\n"
    )
    out = printed(capsys, "--config-dir", "my conf", "experiment=mine")
    assert [line for line in out.splitlines() if line.startswith("ran")] == ["ran 5", "ran 6"]


def test_cfg_shows_the_composed_config(
    capsys: pytest.CaptureFixture[str], stub: None, tmp_path: Path
) -> None:
    """--cfg job prints the settings and writes nothing."""
    out = printed(capsys, "--cfg", "job", "--package", "target", "target.power=0.7")
    assert out == "# @package target\npower: 0.7\nhalf_width: null\n"
    assert list(tmp_path.iterdir()) == []


def test_a_field_that_the_yaml_leaves_out(capsys: pytest.CaptureFixture[str], stub: None) -> None:
    """A field of the schema may be set although no YAML file mentions it."""
    assert printed(capsys, "effect=shift", "effect.assumption=a guess") == "ran 2022\n"


def test_info_still_works(tmp_path: Path) -> None:
    """--info prints Hydra's view of the configuration (in a process: it sets up logging)."""
    words = [sys.executable, "-m", "sim.app", "--info", "defaults"]
    run = subprocess.run(words, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert "Defaults List" in run.stdout + run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_late_mistake(capsys: pytest.CaptureFixture[str], stub: None, tmp_path: Path) -> None:
    """A mistake that only the job can find is one line too, and leaves no empty folder."""
    assert main(["title=mistake"]) == 2
    assert capsys.readouterr().err == "mentorsim: title: found out late\n"
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run(capsys: pytest.CaptureFixture[str], stub: None, tmp_path: Path) -> None:
    """Ctrl-C gives status 130, one line, and no empty folder."""
    assert main(["title=ctrl-c"]) == 130
    assert capsys.readouterr().err == "mentorsim: interrupted\n"
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_sweep_keeps_what_is_done(stub: None, tmp_path: Path) -> None:
    """Of a sweep that is interrupted, the finished points stay."""
    assert main(["-m", "title=fine,ctrl-c,never", "hydra.sweep.dir=s"]) == 130
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == ["0", "multirun.yaml"]


def test_a_bug_shows_itself(stub: None, tmp_path: Path) -> None:
    """Any other exception comes out as it is, with its traceback."""
    with pytest.raises(ZeroDivisionError, match="a bug"):
        main(["title=bug"])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def around() -> Callable[[], tuple[object, object]]:
    """Give Hydra's global state."""
    return lambda: (GlobalHydra.instance().hydra, HydraConfig.instance().cfg)


def test_composing_leaves_hydra_clean(around: Callable[[], tuple[object, object]]) -> None:
    """Composing, well or in vain, leaves no trace in Hydra's global state."""
    for words in (["seed=1"], ["seed=-1"], ["desing=1"], ["seed=[1"]):
        try:
            compose_study(words)
        except StudyError:
            assert words != ["seed=1"]
        assert around() == (None, None)


def test_composing_inside_another_hydra(around: Callable[[], tuple[object, object]]) -> None:
    """A notebook that uses Hydra itself keeps its own state."""
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        before = around()
        assert before[0] is not None
        assert compose_study(["seed=7"]).seed == 7
        assert around() == before


def test_running_leaves_hydra_clean(
    around: Callable[[], tuple[object, object]], stub: None
) -> None:
    """A run in this process leaves no trace in Hydra's global state."""
    assert main(["--cfg", "job"]) == 0
    assert main(["seed=1"]) == 0
    assert around() == (None, None)


def test_composing_in_threads() -> None:
    """Several threads may compose at once, each its own study."""
    with ThreadPoolExecutor(4) as pool:
        studies = list(pool.map(lambda k: compose_study([f"seed={k}"]), range(8)))
    assert [study.seed for study in studies] == list(range(8))


@pytest.mark.parametrize("path", sorted((CONF / "experiment").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_experiment_is_valid(path: Path) -> None:
    """Each worked example composes and passes the checks."""
    study = compose_study([f"experiment={path.stem}"])
    VERBS["plan"].check(study)
    assert study != compose_study()


@pytest.mark.parametrize("path", sorted((CONF / "effect").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_effect_is_valid(path: Path) -> None:
    """Each way of stating the effect composes and passes the checks, for both roles.

    The published pilot and its posterior speak of mentors only.
    """
    both = [f"effect={path.stem}", f"effect@roles.mentee.effect={path.stem}"]
    VERBS["plan"].check(compose_study(both[: 1 if path.stem in ("pilot", "posterior") else 2]))


def test_trying_a_folder_leaves_no_trace(tmp_path: Path) -> None:
    """A folder is tried out and taken away again; what was there stays."""
    deep = tmp_path / "a" / "b"
    assert try_folder(deep, "x") == (deep, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    assert try_folder(tmp_path, "x") == ()
    assert tmp_path.is_dir()


def test_only_empty_folders_are_removed(tmp_path: Path) -> None:
    """Clearing up never removes a folder that holds something."""
    full, empty = tmp_path / "full", tmp_path / "empty"
    full.mkdir()
    empty.mkdir()
    (full / "result").write_text("kept")
    remove_empty([full, empty, tmp_path / "never made"])
    assert list(tmp_path.iterdir()) == [full]
