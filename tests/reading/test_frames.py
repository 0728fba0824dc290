"""Data frames are taken like the files that they would be saved to."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mentorsim
from sim.errors import StudyError
from sim.reading import Expected

FRAME = pd.DataFrame(
    {"code": ["a", "b", "c"], "q pre": [1, 5, None], "q post": pd.Categorical(["2", "4", "3"])}
)
SCORES = [[[1, 2]], [[5, 4]], [[0, 3]]]
KNOWN = {"points": 5}


def test_a_frame_is_read_as_its_file(tmp_path: Path) -> None:
    """Gaps, categories, an index with a name and several rows of headings are as in a file."""
    several = FRAME.set_index("code")
    several.columns = pd.MultiIndex.from_tuples([("q", "pre"), ("q", "post")])
    path = tmp_path / "answers.csv"
    FRAME.to_csv(path)  # with a column of numbers of the rows, which has no name
    for given in (FRAME, FRAME.set_index("code"), several, [FRAME], str(path), path):
        reading = mentorsim.read_answers(given, questionnaire=KNOWN)
        assert reading.data.scores["participant"].tolist() == SCORES
        assert reading.data.participants == {"participant": ("a", "b", "c")}
    assert repr(reading) == "<Reading: 3 participants on q, of 5 points>"


def test_two_frames() -> None:
    """Two frames are before and after, in this order unless a column tells another."""
    wave = np.repeat(["post", "pre"], 3)
    both = pd.DataFrame({"code": list("abc") * 2, "wave": wave, "q": [2, 4, 3, 1, 5, np.nan]})
    after, before = both[:3], both[3:]
    for given in (both, [after, before], [before, after]):
        reading = mentorsim.read_answers(given, questionnaire=Expected(5))
        assert reading.data.scores["participant"].tolist() == SCORES
    bare = [each.drop(columns="wave") for each in (before, after)]
    notes = mentorsim.read_answers(bare, questionnaire=KNOWN).notes
    assert "frame 1 is read as before and frame 2 as after." in notes


def test_what_is_wrong_with_a_frame() -> None:
    """Complaints count the headings as line 1; a map and a questionnaire are checked."""
    high = FRAME.assign(**{"q pre": [1, 9, 2]})
    with pytest.raises(StudyError, match=r"^frame 1, line 3, column 'q pre': '9' is above 5"):
        mentorsim.read_answers(high, questionnaire=KNOWN)
    with pytest.raises(StudyError, match=r"^questionnaire\.pts: is none of its fields"):
        mentorsim.read_answers(FRAME, questionnaire={"pts": 5})
    with pytest.raises(StudyError, match=r"^questionnaire\.points: is missing"):
        mentorsim.read_answers(FRAME, questionnaire={})
    pair = {"before": "q pre", "after": "q pst"}
    wrong = {"layout": "wide", "id": "code", "items": {"q": pair}, "points": 5}
    with pytest.raises(StudyError, match=r"'q pst': is in the map, and not in the file"):
        mentorsim.read_answers(FRAME, columns=wrong)
    pair["after"] = "q post"
    reading = mentorsim.read_answers(FRAME, columns=wrong)
    assert reading.data.scores["participant"].tolist() == SCORES
    with pytest.raises(StudyError, match=r"^layout: |map: layout"):
        mentorsim.read_answers(FRAME, columns={**wrong, "layout": "broad"})
