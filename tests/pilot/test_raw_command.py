"""A malformed file of answers is refused by the command in one line, with status 2."""

from pathlib import Path

import pytest

from sim.app import main

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
    "m2,mentor,strengths,3,nan": "post",
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
