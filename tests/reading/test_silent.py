"""Readings that would be wrong in silence: each is right, said, or asked about."""

from pathlib import Path

import pytest

from sim.errors import StudyError
from sim.reading import ColumnMap, Expected, Reading, read_answers

Q = "participant,q pre,q post"
PEOPLE = "a,1,2\nb,2,3\nc,3,4\nd,4,5\ne,5,1"
SCORES = [[[1, 2]], [[2, 3]], [[3, 4]], [[4, 5]], [[5, 1]]]
MAP = "layout: wide\nid: participant\nitems: {q: {before: q pre, after: q post}}\n"
WORDS = f"{Q}\na,low,high\nb,high,mid\nc,mid,low"


def read(folder: Path, *contents: str, names: tuple[str, ...] = (), **given: object) -> Reading:
    """Write files, and read them."""
    paths = [folder / name for name in names or ("one.csv", "two.csv")[: len(contents)]]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content, encoding="utf-8")
    return read_answers(paths, **given)  # type: ignore[arg-type]


def scores(reading: Reading) -> list[list[list[int]]]:
    """Give the answers of the only role."""
    return reading.data.scores[reading.data.roles[0]].tolist()


TOTALS = [
    # heading of what comes along, words of the note
    ("total", "because it is a sum or a mean of answers"),
    ("Confidence sum", "because it is a sum or a mean of answers"),
    ("mean", "because it is a sum or a mean of answers"),
    ("age", "because it describes people and is no answer"),
    ("date", "because it describes people and is no answer"),
]


@pytest.mark.parametrize(("name", "why"), TOTALS)
def test_columns_before_and_after_that_are_no_answers(tmp_path: Path, name: str, why: str) -> None:
    """Sums, means, ages and dates are left out and named, also where they are told twice."""
    lines = (f"{line},{3 + i % 2},4" for i, line in enumerate(PEOPLE.splitlines()))
    reading = read(tmp_path, "\n".join([f"{Q},{name} pre,{name} post", *lines]))
    assert reading.data.domains == ("q",)
    assert any(f"{why}: {name} pre, {name} post." in note for note in reading.notes)


@pytest.mark.parametrize("row", ["Mean,3,3", "Total:,15,15\nSD,2,2\nN,5,5", "average,3.0,2.9"])
def test_rows_below_that_are_no_people(tmp_path: Path, row: str) -> None:
    """Rows of means and sums are skipped, and said to be."""
    reading = read(tmp_path, f"{Q}\n{PEOPLE}\n{row}")
    assert scores(reading) == SCORES
    assert any("no person is on line 7" in note for note in reading.notes)


def test_who_answers_nothing_is_said(tmp_path: Path) -> None:
    """A row without answers may be a remark."""
    notes = read(tmp_path, f"{Q}\n{PEOPLE}\n1 = low,,").notes
    assert "1 person answers nothing: 1 = low." in notes


REFUSED = [
    # content, words of the complaint
    (f"{Q}\n{PEOPLE}\n,3,3", "line 7, column 'participant': is empty; name the person"),
    (f"{Q}\na,1 - agree,2 - agree", "column 'q post': '2 - agree' says two things"),
    (f"{Q}\na,2 - agree,2 - often", "column 'q post': '2 - often' says two things"),
    (f"{Q}\na,1 - Agree,2 - Disagree", "the numbers do not run from least to most; add to the"),
    (f"{Q}\na,Agree,Disagree\nb,Strongly agree,7", "such as '7' (one.csv, line 3, column 'q post"),
    (f"{Q}\na,1,x\nb,5,y\nc,4,z\nd,2,1", "line 2, column 'q post': 'x' is not a number"),
    (f"{Q}\na,yes,no\nb,no,yes\nc,no,yes", "of no scale that is known (the first: one.csv, line 2"),
    (f"{Q}\n{PEOPLE}\nf,9,1", "(one.csv, line 2, column 'q pre'; one.csv, line 7, column 'q pre')"),
    ("id,q_1,q_2\n" + PEOPLE, "items before (_1) and after (_2), or a number of items?"),
    ("id,q t1,q t2,q t3\na,1,2,3", "the headings name 3 times; name the columns of two"),
    ("id,session,q pre,q post\na,1,2,3\na,2,3,4", "'session': tells times, and so do headings"),
    (
        "id,a pre,a post,b pre,b post\n" + "\n".join(f"{i},1,2,3,4" for i in range(101, 106))
        + "\n4,3,5,1,",
        "line 7, column 'id': '4' looks like an answer",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "words"), REFUSED)
def test_what_is_asked(tmp_path: Path, content: str, words: str) -> None:
    """What may be read in two ways is refused, with the place or the question."""
    with pytest.raises(StudyError) as caught:
        read(tmp_path, content)
    assert words in str(caught.value)


READ = [
    # content, answers
    ("track,id,q pre,q post\npre-registration,a,1,2\npost-registration,b,5,4\nx,c,2,4", [1, 5, 2]),
    ("id,following rules pre,following rules post\na,1,2\nb,5,4\nc,2,4", [1, 5, 2]),
    ("q pre,q post,I know my study code\n1,2,3\n5,4,3\n2,4,1", [1, 5, 2]),
    ('id,"q\npre",q \u200bpost\na,1,2\nb,5,4\nc,2,4', [1, 5, 2]),
    ("id,T1,T2\na,1,2\nb,5,4\nc,2,4", [1, 5, 2]),
    ("id,item,pre,post\na,q,1,2\na,total,2,2\nb,q,5,4\nb,mean,2,4\nc,q,2,3", [1, 5, 2]),
    (",id,q pre,q post\n0,a,1,2\n1,b,5,4\n2,c,2,4", [1, 5, 2]),
    ("id,q pre,q post\na,1 Never,2 Rarely\nb,5 Always,4 Often\nc,2 Rarely,4 Often", [1, 5, 2]),
    ('id,q pre,q post\na,1,2\nb,5,4\nc,"99,0",4\nd,2,9 - N/A', [1, 5, 0, 2]),
    ("id;I listen, always pre;I listen, always post\na;1,0;2,0\nb;5,0;4,0\nc;2,0;4,0", [1, 5, 2]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "before"), READ)
def test_what_is_read(tmp_path: Path, content: str, before: list[int]) -> None:
    """A word of time elsewhere, a code in a question and a number of the row mislead nobody."""
    assert [item[0][0] for item in scores(read(tmp_path, content))] == before


def test_words_and_missing_codes(tmp_path: Path) -> None:
    """A code of no answer may stand among words."""
    content = f"{Q}\na,Strongly agree,Agree\nb,Neutral,Disagree\nc,Strongly disagree,-99"
    reading = read(tmp_path, content)
    assert scores(reading) == [[[5, 4]], [[3, 2]], [[1, 0]]]
    assert "No answer is what is coded -99." in reading.notes


def test_a_map_states_one_scale(tmp_path: Path) -> None:
    """Codes outside the map's scale, or of another than the questionnaire's, are refused."""
    with pytest.raises(StudyError, match=r"labels\.low: 0 is no code of a scale from 1 to 3"):
        ColumnMap.from_yaml(f"{MAP}labels: {{low: 0, mid: 2, high: 3}}\nlowest: 1\npoints: 3")
    with pytest.raises(StudyError, match="the label 'low' is named twice"):
        ColumnMap.from_yaml(f"{MAP}labels: {{low: 1, Low: 2}}")
    with pytest.raises(StudyError, match="the column 'q pre' is named twice"):
        ColumnMap.from_yaml(MAP.replace("post", "pre"))
    with pytest.raises(StudyError, match="the time 't1' is named twice"):
        ColumnMap.from_yaml(f"{MAP}time: {{column: wave, before: t1, after: T1}}")
    columns = ColumnMap.from_yaml(f"{MAP}points: 7\nlowest: 1")
    with pytest.raises(StudyError, match="points: 7 in the map, 5 in the questionnaire"):
        read(tmp_path, f"{Q}\n{PEOPLE}", columns=columns, questionnaire=Expected(5))
    labels = ColumnMap.from_yaml(f"{MAP}labels: {{low: 3, mid: 2, high: 1}}\nreversed: [q]")
    assert scores(read(tmp_path, WORDS, columns=labels)) == [[[1, 3]], [[3, 2]], [[2, 1]]]


def test_numbers_and_words_of_the_questionnaire(tmp_path: Path) -> None:
    """A number that the questionnaire gives to other words is refused, unless the map says so."""
    content, known = f"{Q}\na,1 - high,2 - mid\nb,3 - low,1 - high", ("low", "mid", "high")
    with pytest.raises(StudyError, match="'1 - high' says two things: elsewhere 'high' is 3"):
        read(tmp_path, content, questionnaire=Expected(3, labels=known))
    columns = ColumnMap.from_yaml(f"{MAP}labels: {{low: 1, mid: 2, high: 3}}")
    assert scores(read(tmp_path, content, columns=columns)) == [[[3, 2]], [[1, 3]]]


# ----------------------------------------------------------------------------- two files

BEFORE, AFTER = "code,q\na,1\nb,5\nc,2", "code,q\na,2\nb,4\nc,4"
RIGHT = [[[1, 2]], [[5, 4]], [[2, 4]]]


@pytest.mark.parametrize(
    "names", [("post.csv", "survey.csv"), ("survey.csv", "pre course.csv"), ("T2.csv", "T1.csv")]
)
def test_a_name_of_one_file_is_enough(tmp_path: Path, names: tuple[str, ...]) -> None:
    """One of two names that tells its time tells that of the other."""
    assert scores(read(tmp_path, AFTER, BEFORE, names=names)) == RIGHT


def dated(content: str, date: str) -> str:
    """Let a column of dates stand in a file."""
    head, *lines = content.splitlines()
    return "\n".join([f"Timestamp,{head}", *(f"{date},{line}" for line in lines)])


def test_dates_tell_the_order(tmp_path: Path) -> None:
    """Dates tell which file is before, unless they may be read as both; they may deny names."""
    early, late = dated(BEFORE, "2025-01-20 09:00"), dated(AFTER, "2025-03-01")
    reading = read(tmp_path, late, early)
    assert scores(reading) == RIGHT
    assert "two.csv is read as before and one.csv as after." in reading.notes
    with pytest.raises(StudyError, match="their names and their dates or times tell different"):
        read(tmp_path, late, early, names=("pre.csv", "post.csv"))
    unclear = dated(AFTER, "05/04/2025"), dated(BEFORE, "04/05/2025")
    assert scores(read(tmp_path, *unclear)) != RIGHT  # as they are given
    clear = dated(AFTER, "05/13/2025"), dated(BEFORE, "04/12/2025")
    assert scores(read(tmp_path, *clear)) == RIGHT
    waves = [
        "\n".join(f"{line},{'wave' if i == 0 else time}" for i, line in enumerate(text.split()))
        for text, time in ((AFTER, "T2"), (BEFORE, "T1"))
    ]
    assert scores(read(tmp_path, *waves)) == RIGHT
    with pytest.raises(StudyError, match="the names of both tell before"):
        read(tmp_path, BEFORE, AFTER, names=("pre 1.csv", "pre 2.csv"))


def test_ids_of_two_files(tmp_path: Path) -> None:
    """01 in a file is 1 in one from which Excel took the nought; 1,000 is another person."""
    after = "code,q\n01,2\n02,4\n03,4"
    reading = read(tmp_path, "code,q\n1,1\n2,5\n3.0,2", after)
    assert scores(reading) == RIGHT
    assert any("'1' and '01'" in note for note in reading.notes)
    notes = read(tmp_path, 'code,q\n"1,000",1\n2,5\n3,2\n4,4', after).notes
    assert any("2 people answer before only: 1,000, 4." in note for note in notes)


def test_what_nobody_changes_is_asked_about(tmp_path: Path) -> None:
    """A column of small numbers that are the same at both times may be no answer."""
    ids = "abcde"
    before = "\n".join(["code,q,floor", *(f"{name},{i + 1},{i + 1}" for i, name in enumerate(ids))])
    after = "\n".join(["code,q,floor", *(f"{name},3,{i + 1}" for i, name in enumerate(ids))])
    with pytest.raises(StudyError, match="'floor' is the same before and after for everybody"):
        read(tmp_path, before, after)
    columns = ColumnMap(layout="two_files", id="code", items={"q": "q"}, points=5, lowest=1)
    assert read(tmp_path, before, after, columns=columns).data.domains == ("q",)


def test_a_role_that_one_file_tells(tmp_path: Path) -> None:
    """Roles may stand in one file; who is in the other alone has none."""
    before = "code,role,q\na,mentor,1\nb,mentee,5\nc,mentor,2\nd,mentee,3"
    reading = read(tmp_path, before, f"{AFTER}\nd,1")
    assert reading.data.participants == {"mentor": ("a", "c"), "mentee": ("b", "d")}
    with pytest.raises(StudyError, match=r"two\.csv, line 5.*no file tells the role of 'x'"):
        read(tmp_path, before, f"{AFTER}\nx,1")
