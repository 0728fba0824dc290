"""Answers as people have them, to the data of a pilot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import Fault, StudyError
from sim.pilot.data import PilotData
from sim.reading.assemble import assembled, check_once, one_sided, roles_of, scores_of
from sim.reading.column_map import ColumnMap
from sim.reading.complaints import Complaints
from sim.reading.files import read_sheet
from sim.reading.gather import Answer, answers_of
from sim.reading.guess import Guess, guess_columns, named_columns
from sim.reading.kinds import kind_of, strangers
from sim.reading.people import merged_note
from sim.reading.scale import Coding, Expected, coding_of
from sim.reading.table import Table, table_of
from sim.study.refusals import nearest, shown


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


def read_answers(
    files: Sequence[Path],
    *,
    columns: ColumnMap | None = None,
    questionnaire: Expected | None = None,
) -> Reading:
    """Read answers before and after from what a survey tool or a spreadsheet wrote.

    Parameters
    ----------
    files : sequence of Path
        One file of both times, or two: before and after. Text or ``.xlsx``.
    columns : ColumnMap, optional
        Which column holds what; told from headings and cells where it is not given.
    questionnaire : Expected, optional
        The questionnaire that the answers are of, where a study states one.

    Returns
    -------
    Reading

    Raises
    ------
    StudyError
        A line for everything that cannot be read, with file, line and column; and for every
        question that the map has to answer.
    """
    tables = _tables(files, columns)
    guess = _mapped(tables, columns, questionnaire)
    _refuse(guess.faults)
    return _reading(_in_order(tables, guess.columns), guess, questionnaire, guessed=columns is None)


def suggested(files: Sequence[Path], questionnaire: Expected | None = None) -> Guess:
    """Give the best guess of a map, with what could not be told.

    Raises
    ------
    StudyError
        Where a file cannot be read at all.
    """
    tables = _tables(files, None)
    guess = guess_columns(tables, questionnaire)
    if not guess.faults:
        complaints = Complaints()
        answers = answers_of(_in_order(tables, guess.columns), guess.columns, complaints)
        coding = coding_of([each.text for each in answers], guess.columns, questionnaire)
        if isinstance(coding, Fault):
            guess.faults.append(coding)
        else:
            guess.columns = _with_scale(guess.columns, coding)
            guess.reasons |= _because(coding)
    return guess


def _tables(files: Sequence[Path], columns: ColumnMap | None) -> list[Table]:
    if not 1 <= len(files) <= 2:
        raise StudyError(f"{len(files)} files of answers: give one, or two (before and after)")
    complaints, tables = Complaints(), []
    for path in files:
        try:
            tables.append(table_of(read_sheet(path, columns.sheet if columns else None)))
        except StudyError as error:
            complaints.add(*error.faults)
    complaints.refuse()
    return tables


def _refuse(faults: Sequence[Fault]) -> None:
    complaints = Complaints()
    complaints.add(*faults)
    complaints.refuse()


def _mapped(tables: Sequence[Table], columns: ColumnMap | None, expected: Expected | None) -> Guess:
    """Guess the map, or check the one that is given against the files."""
    if columns is None:
        guess = guess_columns(tables, expected)
        guess.faults += _shifted(tables, guess.columns)
        return guess
    wanted = 2 if columns.layout == "two_files" else 1
    faults = []
    if len(tables) != wanted:
        faults.append(Fault(f"layout: {columns.layout} needs {wanted} file(s), not {len(tables)}"))
    for table in tables:
        for name in named_columns(columns) + list(columns.left_out):
            if table.column(name) is None and (name not in columns.left_out or len(tables) == 1):
                known = nearest(name, [each.name for each in table.columns])
                faults.append(
                    table.fault(None, name, f"is in the map, and not in the file; {known}")
                )
    missing = [name for name in (expected.items if expected else ()) if name not in columns.items]
    faults += [Fault(f"items: the map has none that is called {shown(name)}") for name in missing]
    return Guess(columns, faults=faults)


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


def _reading(
    tables: list[Table], guess: Guess, expected: Expected | None, *, guessed: bool
) -> Reading:
    columns, complaints = guess.columns, Complaints()
    answers = answers_of(tables, columns, complaints)
    check_once(answers, columns, complaints)
    roles = roles_of(answers, expected, complaints)
    coding = coding_of([each.text for each in answers], columns, expected)
    if isinstance(coding, Fault):
        complaints.add(coding)
        complaints.refuse()
        raise StudyError(coding)
    scores = scores_of(answers, coding, columns.reversed, complaints)
    complaints.refuse()
    items = expected.items if expected and expected.items else tuple(columns.items)
    kept = [i for i, answer in enumerate(answers) if answer.item in items]
    answers, scores = [answers[i] for i in kept], [scores[i] for i in kept]
    data = assembled(answers, scores, items, coding, roles, complaints)
    complaints.refuse()
    used = _with_scale(columns, coding)
    notes = tuple(note for note in _notes(tables, used, coding, answers) if note)
    return Reading(data, used, notes, {**guess.reasons, **_because(coding)} if guessed else {})


def _with_scale(columns: ColumnMap, coding: Coding) -> ColumnMap:
    """Let the map state the scale, and the codes for no answer, that were told."""
    missing = tuple(dict.fromkeys((*columns.missing, *sorted(
        each for each in coding.missing if each.lstrip("-").isdigit()))))  # fmt: skip
    return columns.model_copy(
        update={"points": coding.points, "lowest": coding.lowest, "missing": missing}
    )


def _because(coding: Coding) -> dict[str, str]:
    return dict(coding.reasons or {})


def _notes(
    tables: Sequence[Table], columns: ColumnMap, coding: Coding, answers: Sequence[Answer]
) -> Iterator[str]:
    for table in tables:
        yield from table.notes
    if columns.layout == "two_files":
        yield f"{columns.files[0]} is read as before and {columns.files[1]} as after."
    yield _scale_note(coding)
    if columns.reversed:
        yield f"Turned round, the highest code being the least: {', '.join(columns.reversed)}."
    if columns.missing:
        yield f"No answer is what is coded {', '.join(columns.missing)}."
    yield from _left_out(columns)
    if columns.id is None:
        yield "No column says who answers: each row is a person."
    elif unnamed := sorted({a.row.line for a in answers if a.name.startswith("line ")}):
        count = len(unnamed)
        yield f"{count} row{'' if count == 1 else 's'} without an id stand for people of their own."
    yield merged_note((a.person, " ".join(a.name.split())) for a in answers)
    yield one_sided(answers)


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
    reason = (coding.reasons or {}).get("points", "")
    return f"The scale is read as {coding.points} points, {ends}{f', {reason}' if reason else ''}."
