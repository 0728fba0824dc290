"""What survey tools write is read as the same answers in the plain form are."""

import csv
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.errors import StudyError
from sim.pilot.data import PilotData
from sim.reading import ColumnMap, Expected, Reading, read_answers

EXPORTS = Path(__file__).resolve().parent.parent / "data" / "exports"
LABELS = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
FILES = {
    "qualtrics": ["export_qualtrics.csv"],
    "google": ["export_google_forms_before.csv", "export_google_forms_after.csv"],
    "redcap": ["export_redcap.csv"],
}
Answers = dict[str, list[list[int]]]
"""Scores of the items, before and after, by the id in small letters."""


def rows(name: str) -> list[list[str]]:
    """Rows of a file, as a plain reader gives them."""
    with (EXPORTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def right(tool: str) -> Answers:
    """Work out the answers of an export by hand: columns and codes are known here."""
    if tool == "qualtrics":
        codes = {label: code for code, label in enumerate(LABELS, 1)} | {"": 0}
        return {
            row[11]: [[codes[row[12 + i]], codes[row[15 + i]]] for i in range(3)]
            for row in rows("export_qualtrics.csv")[3:]
        }
    if tool == "redcap":
        answers: Answers = {}
        for row in rows("export_redcap.csv")[1:]:
            side = int(row[1] == "followup_arm_1")
            person = answers.setdefault(row[0], [[0, 0], [0, 0], [0, 0]])
            for i in range(3):
                person[i][side] = int(row[2 + i]) + 1 if row[2 + i] else 0
        return answers
    answers = {}
    for side, name in enumerate(FILES["google"]):
        for row in rows(name)[1:]:
            person = answers.setdefault(row[1].strip().lower(), [[0, 0], [0, 0], [0, 0]])
            for i in range(3):
                person[i][side] = int(row[2 + i] or 0)
    return answers


def as_read(data: PilotData) -> Answers:
    """Answers of the only role."""
    (role,) = data.roles
    people = (name.strip().lower() for name in data.participants[role])
    order = sorted(range(len(data.domains)), key=lambda i: place_of(data.domains[i]))
    return dict(zip(people, data.scores[role][:, order].tolist(), strict=True))


def place_of(item: str) -> int:
    """Give an item's place in the exports, whatever the order of their columns."""
    words = ("conf", "concern", "approach")
    return next((i for i, word in enumerate(words) if word in item), -1)


def read(tool: str) -> Reading:
    """Read an export as it is."""
    return read_answers([EXPORTS / name for name in FILES[tool]])


@pytest.mark.parametrize("tool", FILES)
def test_exports_are_read_as_they_are(tool: str, tmp_path: Path) -> None:
    """Everybody's answers are those of the file; the plain form of them reads alike."""
    reading = read(tool)
    assert as_read(reading.data) == right(tool)
    assert reading.data.points == 5
    assert reading.data.lowest == (0 if tool == "redcap" else 1)
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


# ------------------------------------------------------------------------------- mutations

Table = list[list[str]]


def heads(tool: str) -> int:
    """Count the rows of headings."""
    return 3 if tool == "qualtrics" else 1


def answer_columns(tool: str) -> list[int]:
    """Give the places of answers."""
    return list(range(12, 18)) if tool == "qualtrics" else [2, 3, 4]


def mutated(tool: str, tables: list[Table], kind: str, rng: random.Random) -> None:
    """Change an export, or damage it."""
    table = rng.choice(tables)
    row = rng.choice(table[heads(tool) :])
    column = rng.choice(answer_columns(tool))
    changes: dict[str, Callable[[], Table]] = {
        "columns": lambda: reordered(table, rng),
        "rows": lambda: shuffled(table, heads(tool), rng),
        "blank": lambda: [*table[:-1], [""] * len(row), table[-1]],
        "spaces": lambda: with_spaces(table, {"qualtrics": 11, "google": 1, "redcap": 0}[tool]),
        "duplicate": lambda: [*table, row],
        "outside": lambda: replaced(table, row, column, rng.choice(["7", "-3", "12", "55"])),
        "other": lambda: replaced(table, row, column, rng.choice(["Maybe", "3.5", "٣", "1e0"])),
        "left": lambda: [[*each[1:], ""] if each is row else each for each in table],
        "right": lambda: [["", *each] if each is row else each for each in table],
        "short": lambda: [each[:-1] if each is row else each for each in table],
        "heading": lambda: replaced(table, table[0], column, ""),
    }
    table[:] = changes[kind]()


def reordered(table: Table, rng: random.Random) -> Table:
    """Put the columns in another order."""
    order = rng.sample(range(len(table[0])), len(table[0]))
    return [[each[i] for i in order] for each in table]


def shuffled(table: Table, above: int, rng: random.Random) -> Table:
    """Put the rows below the headings in another order."""
    return [*table[:above], *rng.sample(table[above:], len(table) - above)]


def with_spaces(table: Table, column: int) -> Table:
    """Put spaces around what a column holds."""
    return [[f" {cell}  " if i == column else cell for i, cell in enumerate(row)] for row in table]


def replaced(table: Table, row: list[str], column: int, new: str) -> Table:
    """Put another text into a cell."""
    return [
        [new if each is row and i == column else cell for i, cell in enumerate(each)]
        for each in table
    ]


KINDS = ("columns", "rows", "blank", "spaces", "duplicate", "outside", "other", "left", "right",
         "short", "heading")  # fmt: skip
READABLE = KINDS[:4]
"""Changes after which the answers are still to be had."""
WRITTEN: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "bom": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
}


def written(path: Path, table: Table, rng: random.Random) -> None:
    """Write a table in one of the encodings and dialects."""
    delimiter, encoding = rng.choice(",;\t|"), rng.choice(list(WRITTEN))
    end = rng.choice(["\n", "\r\n"])
    lines = [
        delimiter.join('"' + cell.replace('"', '""') + '"' if cell else "" for cell in row)
        for row in table
    ]
    path.write_bytes(WRITTEN[encoding](end.join(lines) + end))


@pytest.mark.parametrize("seed", range(200))
def test_mutations_are_right_or_refused(seed: int, tmp_path: Path) -> None:
    """An export that was changed reads right, or is refused: never wrong in silence."""
    rng = random.Random(seed)  # noqa: S311 - as good as any
    tool, kind = rng.choice(list(FILES)), KINDS[seed % len(KINDS)]
    tables = [rows(name) for name in FILES[tool]]
    mutated(tool, tables, kind, rng)
    paths = [tmp_path / name for name in FILES[tool]]
    for path, table in zip(paths, tables, strict=True):
        written(path, table, rng)
    if kind not in READABLE:
        with pytest.raises(StudyError) as caught:
            read_answers(paths)
        assert all(": " in str(fault) for fault in caught.value.faults)
    else:
        assert as_read(read_answers(paths).data) == right(tool)
