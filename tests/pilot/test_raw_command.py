"""A malformed file of answers is refused by the command in one line, with status 2."""

from pathlib import Path

import pytest

from sim import compose_study
from sim.app import main
from sim.errors import StudyError
from sim.jobs.calibrate import check
from sim.study import PilotStudy

PILOTS = Path(__file__).resolve().parent.parent / "data" / "pilots"
QUICK = ("calibration.draws=2048", "calibration.kept=20", "report.files=[]")

HEAD = "participant,role,domain,pre,post"
GOOD = "m1,mentor,strengths,3,4"
BAD_ROWS = {
    "m2,mentor,strengths,three,4": "pre",
    "m2,mentor,strengths,3,3.5": "post",
    "m2,mentor,strengths,0,4": "pre",
    "m2,mentor,strengths,-1,4": "pre",
    "m2,mentor,strengths,3,6": "post",
    "m2,mentor,strengths,3,=cmd()": "post",
    "m2,mentor,strengths,٣,4": "pre",
    "m2,mentor,strengths,3,1e0": "post",
    "m2,mentor,strengths,3,inf": "post",
    "m2,mentor,strengths,3,<script>": "post",
    "m2,mentor,strngths,3,4": "domain",
    "m2,mentor,,3,4": "domain",
    "m2,mentor,total,3,4": "domain",
    "m2,mentr,strengths,3,4": "role",
    "m2,,strengths,3,4": "role",
    "m2,both,strengths,3,4": "role",
    ",mentor,strengths,3,4": "participant",
    "m1,mentee,strengths,3,4": "role",
    "m1,mentor,strengths,3,4": "domain",
    "m2,mentor,strengths,3": "post",
}


@pytest.mark.parametrize(("row", "column"), BAD_ROWS.items())
def test_a_bad_row_is_named(
    row: str, column: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The one line names the file, the line and the column; nothing else is written."""
    monkeypatch.chdir(tmp_path)
    Path("answers.csv").write_text(f"{HEAD}\n{GOOD}\n{row}\n", encoding="utf-8")
    assert main(["calibrate", "pilot=synthetic", "pilot.data=answers.csv"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "answers.csv" in err
    assert "line 3" in err
    assert column in err
    assert [path.name for path in tmp_path.iterdir()] == ["answers.csv"]


def test_only_what_is_read_must_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answers on another scale than the plan's are read without the plan being changed to it."""
    monkeypatch.chdir(tmp_path)
    answers = f"pilot.data={PILOTS / '11pt_all_rise_one_n12.csv'}"
    words = ["pilot=synthetic", answers, "questionnaire.points=11", "questionnaire.items=[q]"]
    assert main(["calibrate", *words, *QUICK]) == 0
    assert "Answers of 12 mentors" in capsys.readouterr().out
    assert main(["plan", *words]) == 2
    assert "'total' is no item or total; known: q" in capsys.readouterr().err


def test_a_published_total_needs_correlations_only() -> None:
    """Its check asks for how people answer only where correlations of scores are stated."""
    words = ["questionnaire.points=7"]
    check(compose_study(words, PilotStudy))
    with pytest.raises(StudyError, match=r"^roles\.mentor\.pre: .* must be 7 numbers"):
        compose_study([*words, "correlation.stated_as=spearman"], PilotStudy)
    with pytest.raises(StudyError, match=r"^correlation\.items: -0\.5 is impossible"):
        check(compose_study([*words, "correlation.items=-0.5"], PilotStudy))


@pytest.mark.parametrize("items", [16, pytest.param(60, marks=pytest.mark.long), 61])
def test_sixty_items_are_read(
    items: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A questionnaire of up to 60 items is calibrated; one of more is refused in one line."""
    monkeypatch.chdir(tmp_path)
    names = [f"item {i}" for i in range(items)]
    head = ",".join(f"{name} {time}" for name in names for time in ("pre", "post"))
    rows = [f"m{i},mentor," + ",".join([str(1 + i % 2), str(2 + i % 2)] * items) for i in range(9)]
    text = "\n".join([f"participant,role,{head}", *rows])
    Path("answers.csv").write_text(text, encoding="utf-8")
    words = ["pilot=synthetic", "pilot.data=answers.csv", "questionnaire.points=3"]
    status = main(["calibrate", *words, f"questionnaire.items=[{','.join(names)}]", *QUICK])
    out, err = capsys.readouterr()
    if items <= 60:
        assert status == 0
        assert f"item {items - 1}" in out
    else:
        assert status == 2
        assert err.startswith("mentorsim: questionnaire.items: ")
        assert err.endswith("must have at most 60 items\n")
