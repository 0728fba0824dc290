"""Exports that were changed read right, or are refused with every place: never wrong in silence."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from oracles.exports import FILES, LABELS, as_read, right, rows

from sim.errors import StudyError
from sim.reading import ColumnMap, Expected, read_answers
from sim.study.refusals import shown

Table = list[list[str]]
HEADS = {"qualtrics": 3, "google": 1, "redcap": 1}
"""Rows of headings."""
CODE = {"qualtrics": 11, "google": 1, "redcap": 0}
"""Place of the code that people gave."""
ANSWERS = {"qualtrics": range(12, 18), "google": range(2, 5), "redcap": range(2, 5)}
"""Places of answers."""
GERMAN = ("lehne völlig ab", "lehne ab", "unentschieden", "stimme zu", "stimme völlig zu")
OFTEN = ("Never", "Rarely", "Sometimes", "Often", "Always")
PLACE = re.compile(r"([\w.]+), line (\d+), column ('[^']*'|\d+)")


@dataclass
class Export:
    """An export that is being changed.

    Attributes
    ----------
    tool : str
        Who wrote it.
    tables : list of Table
        Its files' rows.
    places : set of (str, int, str)
        File, line and column of each fault that was made.
    labels : dict of str to int
        What a map has to say of the labels.
    taken : set of int
        Places of rows, from 0, that are damaged.
    """

    tool: str
    tables: list[Table]
    places: set[tuple[str, int, str]] = field(default_factory=set)
    labels: dict[str, int] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)

    def every_cell(self, change: Callable[[str], str], columns: range) -> None:
        """Change what stands in some columns below the headings."""
        for table in self.tables:
            for row in table[HEADS[self.tool] :]:
                for column in columns:
                    row[column] = change(row[column])

    def note(self, table: Table, line: int, column: int) -> None:
        """Remember where a fault is, lines being counted from 1."""
        name = FILES[self.tool][next(i for i, each in enumerate(self.tables) if each is table)]
        self.places.add((name, line, shown(table[0][column])))


# --------------------------------------------------------------------- still to be read


def columns(export: Export, rng: random.Random) -> None:
    """Put the columns in another order."""
    for table in export.tables:
        order = rng.sample(range(len(table[0])), len(table[0]))
        table[:] = [[row[i] for i in order] for row in table]


def order_of_rows(export: Export, rng: random.Random) -> None:
    """Put the rows below the headings in another order, with a blank one and one of means."""
    above = HEADS[export.tool]
    for table in export.tables:
        mean = ["3"] * len(table[0])
        mean[CODE[export.tool]] = rng.choice(["Mean", "Total", "average"])
        blank = [""] * len(mean)
        table[above:] = [*rng.sample(table[above:], len(table) - above), blank, mean]


def more_columns(export: Export, rng: random.Random) -> None:
    """Let columns come along that are no answers: a number of the row, sums, ages."""
    for table in export.tables:
        for i, row in enumerate(table):
            head = i < HEADS[export.tool]
            number = "" if head else str(i - HEADS[export.tool] + 1)
            total, age = ("Total", "Age") if head else (str(rng.randint(3, 9)), "4")
            row[:] = [number, *row, total, age]


def spaces(export: Export, rng: random.Random) -> None:
    """Put spaces around codes, and write some in capitals."""
    column = CODE[export.tool]
    export.every_cell(
        lambda cell: f" {rng.choice([cell.upper(), cell.lower()])}  ", range(column, column + 1)
    )


def other_labels(export: Export, rng: random.Random) -> None:
    """Write the answers in other words, which are known or stand in the map."""
    low = 0 if export.tool == "redcap" else 1
    known = dict(zip(LABELS, range(low, low + 5), strict=True))
    spelt = rng.choice(["german", "often", "before", "after", "spaced", "decimal"])

    def written(cell: str) -> str:
        if not cell:
            return rng.choice(["", "N/A", "Prefer not to say", "-99"])
        code = known[cell] if cell in known else int(cell)
        words = {"german": GERMAN, "often": OFTEN}.get(spelt, LABELS)[code - low]
        return {
            "before": f"{code} - {words}", "after": f"{words} ({code})",
            "spaced": f"{code} {words}", "decimal": f"{code},0",
        }.get(spelt, words)  # fmt: skip

    export.every_cell(written, ANSWERS[export.tool])  # type: ignore[arg-type]
    if spelt == "german":
        export.labels = {word: code for code, word in enumerate(GERMAN, low)}


def merged_headings(export: Export, _: random.Random) -> None:
    """Put a heading that spans several columns above the others."""
    for table in export.tables:
        names, above = table[0], [""] * len(table[0])
        if export.tool == "qualtrics":
            texts = [text.partition(": ")[2] for text in table[1]]
            names = [*names[:12], *texts[12:]]
            above[12], above[15] = "Before the course", "After the course"
        else:
            above[2] = "Please say how far you agree"
        table[: HEADS[export.tool]] = [above, names]


def letters(export: Export, _: random.Random) -> None:
    """Let codes hold a letter that each encoding writes in its way."""
    column = CODE[export.tool]
    export.every_cell(lambda cell: re.sub("(?i)ab", "äb", cell), range(column, column + 1))


# ------------------------------------------------------------------------- to be refused


def a_row(export: Export, rng: random.Random) -> tuple[Table, int]:
    """Choose a file, and the place of a row in it, never twice the same."""
    table = rng.choice(export.tables)
    free = [i for i in range(HEADS[export.tool], len(table)) if i not in export.taken]
    export.taken.add(place := rng.choice(free))
    return table, place


def outside(export: Export, rng: random.Random) -> None:
    """Put a number that is none of the scale into a cell."""
    cell(export, rng, ["7", "-3", "12", "55", "3.5"])


def stranger(export: Export, rng: random.Random) -> None:
    """Put a text that is no answer into a cell."""
    cell(export, rng, ["Maybe", "٣", "1e0", "Agreee"])


def cell(export: Export, rng: random.Random, texts: list[str]) -> None:
    """Put one of some texts into a cell of answers."""
    table, place = a_row(export, rng)
    column = rng.choice(ANSWERS[export.tool])
    table[place] = [*table[place]]
    table[place][column] = rng.choice(texts)
    export.note(table, place + 1, column)


def duplicate(export: Export, rng: random.Random) -> None:
    """Let somebody stand in the file a second time."""
    table, place = a_row(export, rng)
    export.taken.add(len(table))
    table.append([*table[place]])
    export.note(table, len(table), CODE[export.tool])


def short(export: Export, rng: random.Random) -> None:
    """Lose the last cell of a row."""
    table, place = a_row(export, rng)
    del table[place][-1]
    export.note(table, place + 1, -1)


def long(export: Export, rng: random.Random) -> None:
    """Shift a row to the right, by a cell that is one too many."""
    table, place = a_row(export, rng)
    table[place].insert(0, "")
    name = FILES[export.tool][export.tables.index(table)]
    export.places.add((name, place + 1, str(len(table[0]) + 1)))


def left(export: Export, rng: random.Random) -> None:
    """Shift a row to the left, so that its first cell is lost."""
    table, place = a_row(export, rng)
    table[place] = [*table[place][1:], ""]
    export.note(table, place + 1, CODE[export.tool])


def heading(export: Export, rng: random.Random) -> None:
    """Lose the name of a column of answers."""
    table, column = export.tables[0], rng.choice(ANSWERS[export.tool])
    for row in table[: HEADS[export.tool]]:
        row[column] = ""
    name = FILES[export.tool][0]
    export.places.add((name, 1, shown(f"column {column + 1}")))


READABLE = (columns, order_of_rows, more_columns, spaces, other_labels, merged_headings, letters)
REFUSED = (outside, stranger, duplicate, short, long)
ALONE = (left, heading)
"""Changes by which a row, or a column, is none any more, so that more than one line may say so."""


# -------------------------------------------------------------------------------- checks


def written(path: Path, table: Table, rng: random.Random) -> None:
    """Write a table in one of the encodings and dialects."""
    delimiter, end = rng.choice(",;\t|"), rng.choice(["\n", "\r\n"])
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    lines = [
        delimiter.join('"' + cell.replace('"', '""') + '"' if cell else "" for cell in row)
        for row in table
    ]
    text = end.join(lines) + end
    path.write_bytes(text.encode(encoding if encoding != "cp1252" or "٣" not in text else "utf-8"))


def paths_of(export: Export, folder: Path, rng: random.Random) -> list[Path]:
    """Write an export's files, and give them in either order."""
    paths = [folder / name for name in FILES[export.tool]]
    for path, table in zip(paths, export.tables, strict=True):
        written(path, table, rng)
    return rng.sample(paths, len(paths))


def an_export(rng: random.Random) -> Export:
    """One of the exports, as it is."""
    tool = rng.choice(list(HEADS))
    return Export(tool, [rows(name) for name in FILES[tool]])


@pytest.mark.parametrize("seed", range(105))
def test_changed_exports_are_read(seed: int, tmp_path: Path) -> None:
    """What does not matter does not matter, also with columns in another order after it."""
    rng = random.Random(seed)  # noqa: S311 - as good as any
    export = an_export(rng)
    READABLE[seed % len(READABLE)](export, rng)
    if rng.random() < 0.5 and READABLE[seed % len(READABLE)] is not merged_headings:
        columns(export, rng)
    paths = paths_of(export, tmp_path, rng)
    given = None
    if export.labels:
        with pytest.raises(StudyError, match="of no scale that is known"):
            read_answers(paths)
        guess = read_answers(paths, questionnaire=Expected(5, labels=GERMAN)).columns
        lowest = min(export.labels.values())
        given = ColumnMap(**{**guess.model_dump(), "labels": export.labels, "lowest": lowest})
    reading = read_answers(paths, columns=given)
    read = as_read(reading.data)
    assert {name.replace("ä", "a"): scores for name, scores in read.items()} == right(export.tool)


@pytest.mark.parametrize("seed", range(105))
def test_damaged_exports_are_refused_with_every_place(seed: int, tmp_path: Path) -> None:
    """Up to three faults of different kinds are told at once, each with its place, and no more."""
    rng = random.Random(seed)  # noqa: S311 - as good as any
    export = an_export(rng)
    for damage in rng.sample(REFUSED, rng.randint(1, 3)):
        damage(export, rng)
    paths = paths_of(export, tmp_path, rng)
    labels = LABELS if export.tool == "qualtrics" else ()
    known = Expected(5, 0 if export.tool == "redcap" else 1, labels=labels)
    with pytest.raises(StudyError) as caught:
        read_answers(paths, questionnaire=known)
    told = [PLACE.match(str(fault)) for fault in caught.value.faults]
    assert {(m[1], int(m[2]), m[3]) for m in told if m} == export.places
    assert len(told) == len(export.places)


@pytest.mark.parametrize("seed", range(30))
def test_damage_is_refused_whatever_is_known(seed: int, tmp_path: Path) -> None:
    """Without a questionnaire too a fault is never read, and its line is named."""
    rng = random.Random(seed)  # noqa: S311 - as good as any
    export = an_export(rng)
    damage = (*REFUSED, *ALONE)[seed % 7]
    damage(export, rng)
    with pytest.raises(StudyError) as caught:
        read_answers(paths_of(export, tmp_path, rng))
    told = {(m[1], int(m[2])) for m in PLACE.finditer(str(caught.value))}
    assert {place[:2] for place in export.places} <= told
