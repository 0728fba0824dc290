"""What survey tools write is read as the same answers in the plain form are."""

from pathlib import Path

import numpy as np
import pytest
from oracles.exports import EXPORTS, FILES, as_read, right

from sim.errors import StudyError
from sim.reading import ColumnMap, Expected, Reading, read_answers


def read(tool: str) -> Reading:
    """Read an export as it is."""
    return read_answers([EXPORTS / name for name in FILES[tool]])


@pytest.mark.parametrize("tool", FILES)
def test_exports_are_read_as_they_are(tool: str, tmp_path: Path) -> None:
    """Everybody's answers are those of the file; the plain form of them reads alike."""
    reading = read(tool)
    assert as_read(reading.data) == right(tool)
    assert reading.data.points == 5
    assert reading.data.lowest == (0 if tool in {"redcap", "wide"} else 1)
    items = [f"item {i}" for i in "abc"]
    heads = ",".join(f"{item} {time}" for item in items for time in ("pre", "post"))
    lines = [
        ",".join([name, *(str(score or "") for pair in pairs for score in pair)])
        for name, pairs in as_read(reading.data).items()
    ]
    (tmp_path / "plain.csv").write_text("\n".join([f"participant,{heads}", *lines]))
    plain = read_answers([tmp_path / "plain.csv"]).data
    assert np.array_equal(plain.scores["participant"], reading.data.scores["participant"])


def test_what_is_left_out_is_named() -> None:
    """Columns that are none of a study's business are in the notes, their cells are not."""
    notes = " ".join(read("qualtrics").notes)
    assert all(name in notes for name in ("IPAddress", "StartDate", "UserLanguage", "ResponseId"))
    assert "203.0.113" not in notes
    assert "2 people answer before only: ab03, ab09." in read("google").notes
    assert any("'ab06' and 'AB06'" in note for note in read("google").notes)


def test_the_map_that_was_guessed_reads_the_same() -> None:
    """Written as YAML and read back, with its reasons, a guess gives the same answers."""
    for tool, names in FILES.items():
        reading = read(tool)
        text = reading.columns.to_yaml(reading.reasons)
        assert "because" in text
        columns = ColumnMap.from_yaml(text)
        assert columns == reading.columns
        again = read_answers([EXPORTS / name for name in names], columns=columns)
        assert as_read(again.data) == as_read(reading.data)


def test_a_file_of_the_other_time_first() -> None:
    """The files' names tell before from after, whatever the order."""
    files = [EXPORTS / name for name in reversed(FILES["google"])]
    assert as_read(read_answers(files).data) == right("google")


@pytest.mark.parametrize(
    ("name", "scores"),
    [
        ("tidy_time_rows.csv", [[[3, 4]], [[2, 4]]]),
        ("excel_sep_line.csv", [[[3, 4]], [[3, 5]]]),
        ("decimal_comma.csv", [[[3, 4]], [[3, 5]]]),
        ("missing_NaN.csv", [[[0, 4]], [[3, 5]]]),
        ("id_1_and_1.0.csv", [[[3, 4], [3, 4]], [[2, 2], [2, 3]]]),
    ],
)
def test_small_files(name: str, scores: list[list[list[int]]]) -> None:
    """Dialects of spreadsheets are read once the scale is known, and ask for it where it is not."""
    data = read_answers([EXPORTS / name], questionnaire=Expected(5)).data
    assert data.scores[data.roles[0]].tolist() == scores
    with pytest.raises(StudyError, match="does not tell where the scale ends"):
        read_answers([EXPORTS / name])


def test_a_heading_with_a_comma_between_tabs() -> None:
    """Tabs that split the rows evenly are the delimiter; there are too few people."""
    with pytest.raises(StudyError, match=r"^mentor: has one participant only"):
        read_answers([EXPORTS / "tab_with_comma.csv"], questionnaire=Expected(5))
