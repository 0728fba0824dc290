"""Answers as people have them, to the data of a pilot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import Fault, StudyError
from sim.pilot.data import PilotData
from sim.reading.assemble import (
    assembled,
    check_once,
    never_change,
    roles_of,
    scores_of,
    who_answered,
)
from sim.reading.coding import Coding, Expected
from sim.reading.column_map import ColumnMap
from sim.reading.complaints import Complaints
from sim.reading.files import read_sheets
from sim.reading.gather import Answer, answers_of
from sim.reading.guess import Guess, guess_columns
from sim.reading.kinds import kind_of, strangers
from sim.reading.people import merged_note, without_summaries
from sim.reading.scale import coding_of, contradictions
from sim.reading.table import Table, table_of
from sim.study.refusals import listed, nearest, shown


@dataclass(frozen=True, eq=False)
class Reading:
    """What files of answers hold.

    Attributes
    ----------
    data : PilotData
        The answers.
    columns : ColumnMap
        Which column was read as what.
    notes : tuple of str
        What a reader should know: columns that are left out, ids that are one person's, people
        who answer once only. Whole sentences.
    reasons : dict of str to str
        Why, by field of the map; empty where the map was given.
    """

    data: PilotData
    columns: ColumnMap
    notes: tuple[str, ...]
    reasons: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say how many answered what."""
        people = " and ".join(f"{self.data.n(role)} {role}s" for role in self.data.roles)
        items = listed(self.data.domains)
        return f"<Reading: {people} on {items}, of {self.data.points} points>"


def read_answers(
    files: Any,
    *,
    columns: ColumnMap | Mapping[str, Any] | Path | str | None = None,
    questionnaire: Expected | Mapping[str, Any] | None = None,
) -> Reading:
    """Read answers before and after from what a survey tool or a spreadsheet wrote.

    Parameters
    ----------
    files : path, pandas.DataFrame, or a sequence of one or two
        One file of both times, or two: before and after. Text or ``.xlsx``; a data frame is taken
        like the file that it would be saved to.
    columns : ColumnMap, mapping, or path, optional
        Which column holds what, or the file that says so; told from headings and cells where it is
        not given.
    questionnaire : Expected or mapping, optional
        The questionnaire that the answers are of, such as ``{"points": 7}``.

    Returns
    -------
    Reading

    Raises
    ------
    StudyError
        A line for everything that cannot be read, with file, line and column; and for every
        question that the map has to answer.
    """
    columns = None if columns is None else ColumnMap.of(columns)
    questionnaire = None if questionnaire is None else Expected.of(questionnaire)
    is_one = isinstance(files, str | PathLike) or hasattr(files, "columns")
    tables = _tables([files] if is_one else files, columns)
    complaints = Complaints(fault for table in tables for fault in table.faults)
    guess = _mapped(tables, columns, questionnaire)
    complaints.add(*guess.faults)
    tables, skipped = without_summaries(_in_order(tables, guess.columns), guess.columns)
    if columns is None:
        complaints.add(*_shifted(tables, guess.columns))
    if not _are_there(tables, guess.columns):
        complaints.refuse()
    reading = _reading(tables, guess, questionnaire, complaints)
    reasons = reading.reasons if columns is None else {}
    return replace(reading, notes=(*skipped, *reading.notes), reasons=reasons)


def suggested(files: Sequence[Path], questionnaire: Expected | None = None) -> Guess:
    """Give the best guess of a map, with what could not be told.

    Raises
    ------
    StudyError
        Where a file cannot be read at all.
    """
    tables = _tables(files, None)
    Complaints(fault for table in tables for fault in table.faults).refuse()
    guess = _guessed(tables, questionnaire)
    if not guess.faults:
        people, _ = without_summaries(_in_order(tables, guess.columns), guess.columns)
        coding = coding_of(
            answers_of(people, guess.columns, Complaints()), guess.columns, questionnaire
        )
        if isinstance(coding, Fault):
            guess.faults.append(coding)
        else:
            guess.columns = _with_scale(guess.columns, coding)
            guess.reasons |= coding.reasons
    return guess


def _tables(files: Sequence[Any], columns: ColumnMap | None) -> list[Table]:
    if not 1 <= len(files) <= 2:
        raise StudyError(f"{len(files)} files of answers: give one, or two (before and after)")
    complaints, tables = Complaints(), list[Table]()
    for number, source in enumerate(files, start=1):
        try:
            sheets = read_sheets(source, columns.sheet if columns else None, number)
            tables += map(table_of, sheets)
        except StudyError as error:
            complaints.add(*error.faults)
    complaints.refuse()
    if len(tables) > 2:  # two workbooks, with a sheet of each time
        raise StudyError(f"{len(tables)} sheets of answers: name one of each file in the map")
    return tables


def _mapped(tables: Sequence[Table], columns: ColumnMap | None, expected: Expected | None) -> Guess:
    """Guess the map, or check the one that is given against the files."""
    if columns is None:
        return _guessed(tables, expected)
    wanted = 2 if columns.layout == "two_files" else 1
    faults = []
    points = expected.points if expected else columns.points
    if columns.points and points != columns.points:
        faults.append(Fault(f"points: {columns.points} in the map, {points} in the questionnaire"))
    if len(tables) != wanted:
        faults.append(Fault(f"layout: {columns.layout} needs {wanted} file(s), not {len(tables)}"))
    for table in tables:
        for name in [*columns.named, *columns.left_out]:
            may_lack = (len(tables) > 1 and name == columns.role) or (
                name in columns.left_out and (len(tables) > 1 or columns.layout == "long")
            )
            if table.column(name) is None and not may_lack:
                known = nearest(name, [each.name for each in table.columns])
                faults.append(
                    table.fault(None, name, f"is in the map, and not in the file; {known}")
                )
    missing = [name for name in (expected.items if expected else ()) if name not in columns.items]
    faults += [Fault(f"items: the map has none that is called {shown(name)}") for name in missing]
    return Guess(columns, faults=faults)


def _guessed(tables: Sequence[Table], expected: Expected | None) -> Guess:
    try:
        return guess_columns(tables, expected)
    except ValidationError as error:  # of a name that a map cannot hold
        where, told = listed([table.file for table in tables]), error.errors()[0]
        raise StudyError(f"{where}: {shown(told['input'])} {told['msg']}") from None


def _shifted(tables: Sequence[Table], columns: ColumnMap) -> list[Fault]:
    """Complain of a date, or such, that is none, where a row may be shifted."""
    return [
        table.fault(table.rows[row], column, f"is none of the {kind} that the column holds; is the "
                    "row shifted?")
        for table in tables
        for name in columns.left_out
        if (column := table.column(name)) is not None
        for kind in [kind_of(table.values(column))]
        for row in strangers(table.values(column), kind)
    ]  # fmt: skip


def _in_order(tables: Sequence[Table], columns: ColumnMap) -> list[Table]:
    """Put the tables in the order of the map's files."""
    names = [table.file for table in tables]
    if sorted(names) == sorted(columns.files) and len(set(names)) == len(names):
        return [tables[names.index(name)] for name in columns.files]
    return list(tables)


def _are_there(tables: Sequence[Table], columns: ColumnMap) -> bool:
    """Tell whether answers can be read though something be wrong, so that all of it is told."""
    names = [name for name in columns.named if name != columns.role]
    wanted = 2 if columns.layout == "two_files" else 1
    return bool(columns.items) and len(tables) == wanted and all(
        table.column(name) for table in tables for name in names
    )  # fmt: skip


def _reading(
    tables: list[Table], guess: Guess, expected: Expected | None, complaints: Complaints
) -> Reading:
    columns = guess.columns
    answers = answers_of(tables, columns, complaints)
    check_once(answers, columns, complaints)
    roles = roles_of(answers, expected, complaints)
    coding = coding_of(answers, columns, expected)
    if not columns.labels:
        complaints.add(*contradictions(answers, coding))
    if isinstance(coding, Fault):
        if not any(table.faults for table in tables):  # else the rows that are torn may tell
            complaints.add(coding)
        complaints.refuse()
        raise StudyError(coding)
    scores = scores_of(answers, coding, columns.reversed, complaints)
    complaints.refuse()
    items = expected.items if expected and expected.items else tuple(columns.items)
    kept = [i for i, answer in enumerate(answers) if answer.item in items]
    answers, scores = [answers[i] for i in kept], [scores[i] for i in kept]
    data = assembled(answers, scores, items, coding, roles, complaints)
    if guess.reasons and columns.layout != "wide" and not (expected and expected.items):
        complaints.add(*never_change(data))
    complaints.refuse()
    used = _with_scale(columns, coding)
    notes = (*_notes(tables, used, coding, answers), *who_answered(data))
    return Reading(data, used, tuple(filter(None, notes)), {**guess.reasons, **coding.reasons})


def _with_scale(columns: ColumnMap, coding: Coding) -> ColumnMap:
    """Let the map state the scale, and the codes for no answer, that were told."""
    missing = tuple(dict.fromkeys((*columns.missing, *sorted(
        each for each in coding.missing if each.lstrip("-").isdigit()))))  # fmt: skip
    return columns.model_copy(
        update={"points": coding.points, "lowest": coding.lowest, "missing": missing}
    )


def _notes(
    tables: Sequence[Table], columns: ColumnMap, coding: Coding, answers: Sequence[Answer]
) -> Iterator[str]:
    for table in tables:
        yield from table.notes
    if columns.layout == "two_files":
        yield f"{tables[0].file} is read as before and {tables[1].file} as after."
    yield _scale_note(coding)
    if columns.reversed:
        yield f"Turned round, the highest code being the least: {', '.join(columns.reversed)}."
    if columns.missing:
        yield f"No answer is what is coded {', '.join(columns.missing)}."
    yield from _left_out(columns)
    if columns.id is None:
        yield "No column says who answers: each row is a person."
    elif unnamed := tuple(dict.fromkeys(a.name for a in answers if a.name.startswith("line "))):
        yield f"Each row without an id is a person: {listed(unnamed)}."
    yield merged_note((a.person, " ".join(a.name.split())) for a in answers)


def _left_out(columns: ColumnMap) -> Iterator[str]:
    """Name the columns that are not read, those of one reason together."""
    for reason in dict.fromkeys(columns.left_out.values()):
        names = [name for name, why in columns.left_out.items() if why == reason]
        count = "1 column is" if len(names) == 1 else f"{len(names)} columns are"
        each = "each " if len(names) > 1 else ""
        yield f"{count} left out, {each}{reason}: {', '.join(names)}."


def _scale_note(coding: Coding) -> str:
    ends = f"{coding.lowest} to {coding.highest}"
    if coding.labels:
        ends += f", from {coding.labels[0]} to {coding.labels[-1]}"
    reason = coding.reasons.get("points", "")
    return f"The scale is read as {coding.points} points, {ends}{f', {reason}' if reason else ''}."
