"""Six questions, and the study's file that comes of the answers."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sim.app import main
from sim.compose import Composer
from sim.jobs.new import QUESTIONS
from sim.study.study_file import StudyFile, read_study_file

pytestmark = pytest.mark.usefixtures("composed_anew")


@pytest.fixture
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Answer from a text, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    text = io.StringIO()
    monkeypatch.setattr("sys.stdin", text)
    return text


def answered(text: io.StringIO, *lines: str) -> None:
    """Put lines where answers are read."""
    text.write("".join(f"{line}\n" for line in lines))
    text.seek(0)


def test_defaults_make_a_study(answer: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    """Empty lines take every default; the file is commented, short and fine; what next is told."""
    answered(answer, *[""] * 6)
    assert main(["new", "nurses.yaml"]) == 0
    out, err = capsys.readouterr()
    text = Path("nurses.yaml").read_text(encoding="utf-8")
    assert err == ""
    assert max(map(len, out.splitlines())) <= 80
    assert "mentorsim plan nurses.yaml" in out
    assert len(text.splitlines()) <= 25
    assert text.count("#") > 5
    study = Composer(file=read_study_file(Path("nurses.yaml")))()
    assert study.role_names == ("nurse",)
    assert study.reason_of(study.roles["nurse"]) is not None
    assert main(["check", "nurses.yaml"]) == 0


@pytest.mark.parametrize("section", ["success", "clusters", "missing", "control"])
def test_comments_of_the_file_can_be_taken_out(section: str, answer: io.StringIO) -> None:
    """What stands in a comment is read once its mark is taken out."""
    answered(answer, *[""] * 6)
    assert main(["new"]) == 0
    text = Path("study.yaml").read_text(encoding="utf-8")
    assert f"\n# {section}: " in text
    Path("study.yaml").write_text(text.replace(f"# {section}", section), encoding="utf-8")
    as_noted = ["analysis.test=ancova"] if section == "control" else []
    assert main(["check", "study.yaml", *as_noted]) == 0
    study = Composer(file=read_study_file(Path("study.yaml")))(as_noted)
    assert getattr(study, section) != getattr(Composer(file=fresh(text))(), section)


def fresh(text: str) -> StudyFile:
    """Read a text as a study's file."""
    Path("other.yaml").write_text(text, encoding="utf-8")
    return read_study_file(Path("other.yaml"))


def test_answers_stand_in_the_file(answer: io.StringIO) -> None:
    """A scale from 0, items one a line, a median, a fall and a size are taken as they are given."""
    answered(answer, "the walk: slow, patient", "pain by day", "pain #2", "", "0 to 10",
             "median 6, sd 2.2", "change -1.5", "power at 40")  # fmt: skip
    assert main(["new", "pain.yaml"]) == 0
    study = Composer(file=read_study_file(Path("pain.yaml")))()
    assert study.words.intervention == "the walk: slow"
    assert study.domains == ("pain by day", "pain #2")
    assert (study.questionnaire.lowest, study.points, study.sizes) == (0, 11, (40,))
    assert study.questionnaire.items["pain by day"].median == 6
    assert (study.analysis.side, study.effect.kind) == (-1, "mean_change")


def test_labels_shares_and_responders(answer: io.StringIO) -> None:
    """Words for the points, percents, and more people at a point."""
    answered(answer, "a film, pupil", "likes school", "", "no, never, sometimes, always",
             "10 20 40 30", "15% at 4", "size")  # fmt: skip
    assert main(["new"]) == 0
    study = Composer(file=read_study_file(Path("study.yaml")))()
    assert study.questionnaire.labels == ("no", "never", "sometimes", "always")
    assert study.marginals(0) == ((0.1, 0.2, 0.4, 0.3),)
    assert (study.effect.kind, study.endpoints) == ("responders", ("likes school",))


def test_a_wrong_answer_is_asked_again(
    answer: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no answer, or makes no study, costs a line, and the question comes again."""
    wrong = [["nurse"], ["a, a"], ["many", "1 to 40"], ["5 5", "median 60, sd 2"],
             ["large", "odds ratio 0", "80% at 4"], ["precision", "power at 1"]]  # fmt: skip
    answered(answer, *[line for lines in wrong for line in [*lines, ""]])
    assert main(["new"]) == 0
    out, err = capsys.readouterr()
    assert len(err.splitlines()) == sum(map(len, wrong))
    assert all(len(line) < 400 for line in err.splitlines())
    for number, (lines, question) in enumerate(zip(wrong, QUESTIONS, strict=True), 1):
        assert out.count(f"{number}. {question.words}") == len(lines) + 1


def test_nothing_is_overwritten(answer: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there stays, and nothing is asked."""
    Path("study.yaml").write_text("mine", encoding="utf-8")
    answered(answer, *[""] * 6)
    assert main(["new"]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert "study.yaml: is there already" in err
    assert Path("study.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("lines", [0, 1, 5])
def test_an_end_of_the_answers_writes_nothing(
    lines: int, answer: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-D, or a text that ends early, is one line."""
    answered(answer, *[""] * lines)
    assert main(["new"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(Path.cwd().iterdir()) == []


def test_ctrl_c_writes_nothing(
    answer: io.StringIO, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C at a question is one line, with the status of an interruption."""

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(answer, "readline", interrupted)
    assert main(["new"]) == 130
    assert capsys.readouterr().err == "mentorsim: interrupted\n"
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["new", "n=40"], "n=40: new takes the name of a file alone"),
        (["new", "study.json"], "name a file that ends in .yaml"),
        (["plan", "nurses.yml"], "nurses.yml: there is no such file; did you mean nurses.yaml?"),
        (["plan", "nurse.yaml"], "nurse.yaml: there is no such file; did you mean nurses.yaml?"),
        (["plan", "nurses"], "nurses: is no setting (name=value); did you mean nurses.yaml?"),
        (["plan", "nurses.yaml", "n=40"], "n: unknown field; did you mean 'design.n'?"),
        (["nurses.yaml", "alpha=.01"], "alpha: unknown field; did you mean 'analysis.alpha'?"),
        (["chek", "nurses.yaml"], "chek: unknown verb; did you mean 'check'?"),
        (["plan", "nurses.yaml", "nurses.yaml"], "nurses.yaml: one study at a time; is named"),
    ],
)
def test_a_wrong_word_says_what_was_meant(
    words: list[str], line: str, answer: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """A word that is nearly right is answered with the right one."""
    answered(answer, *[""] * 6)
    assert main(["new", "nurses.yaml"]) == 0
    capsys.readouterr()
    assert main(words) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert line in told
    assert [path.name for path in Path.cwd().iterdir()] == ["nurses.yaml"]


def test_a_run_s_folder_is_no_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its manifest is, and is named."""
    monkeypatch.chdir(tmp_path)
    Path("run").mkdir()
    Path("run/manifest.json").write_text("{}", encoding="utf-8")
    assert main(["plan", "run"]) == 2
    line = f"run: is a run's folder; {Path('run/manifest.json')} repeats the run"
    assert line in capsys.readouterr().err
