"""Which columns say who answers, and which are none of a study's business."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.reading.kinds import HIGHEST_CODE, kind_of
from sim.reading.sheet import folded
from sim.reading.table import Column, Table
from sim.reading.times import timed

_PERSON = frozenset(
    ("participant", "participant id", "participant code", "participantid", "subject", "subject id",
     "person", "person id", "pid", "record id", "study id", "student id", "patient id", "code",
     "id code", "pseudonym", "identifier", "token", "linking id", "link id", "personal code")
)  # fmt: skip
_CODE = re.compile(r"\b(your|personal|own|participant|study|anonymous|unique)\b.*\b(code|id)\b")
_RESPONSE = frozenset(("id", "responseid", "response id", "respondent id", "respondent", "no", "nr",
                       "number", "#", "user id", "key"))  # fmt: skip
_PERSONAL = re.compile(
    r"(e-? ?mail|(first |last |full |recipient )?names?|surname|phone|telephone|address|"
    r"recipient (first|last) name|date of birth|birthday)( address| number)?", re.IGNORECASE
)  # fmt: skip
_SURVEY_TOOL = re.compile(
    r"start ?date|end ?date|recorded ?date|status|ip ?address|progress|duration.*|finished|"
    r"external.*reference|location ?(latitude|longitude)|distribution ?channel|user ?language|"
    r"timestamp|(start|completion|last modified) time|collector( id)?|date (created|modified)|"
    r"custom data.*|(?!.*i ).*complete|redcap (repeat|data|survey).*|consent.*|score|points"
)
_BACKGROUND = re.compile(
    r"age.*|gender|sex|years?( .*)?|.*years of experience.*|experience|department|ward|site|"
    r"hospital|grade|group|cohort|arm|comments?( .*)?|class|team|unit|"
    r"education|profession|occupation|post ?code|zip.*|country.*|nationality|ethnicity|month"
)
_TOTAL = re.compile(
    r"((sum|total|mean|average|avg)\b.*|(.* )?(sum|total|mean|average|avg|sumscore|total score))"
)
_FIXED = re.compile(r"age( .*)?|gender|sex|date( .*)?")
"""What describes people, and is no answer though it be told before and after."""
_ADDED_UP = "because it is a sum or a mean of answers"
_DESCRIBES = "because it describes people and is no answer"
_OF_KIND = {
    "dates": "because it holds times or dates",
    "addresses": "because it holds internet addresses",
    "e-mail": "because it holds e-mail addresses",
    "empty": "because nothing stands in it",
    "text": "because it holds free text",
    "numbers": "because it holds numbers that are no answers",
    "choices": "because it holds words that are no answers",
    "answers": "because nothing pairs it with answers before and after",
}


def person_column(tables: Sequence[Table]) -> Column | None:
    """Find the column that says who answers, in all the tables; None where there is none."""
    first = tables[0]
    ranked = [(_rank(column, tables), column) for column in first.columns]
    shared = [
        (rank, column)
        for rank, column in ranked
        if rank and all(table.column(column.name) for table in tables)
    ]
    best = max((rank for rank, _ in shared), default=0)
    return next((column for rank, column in shared if rank == best), None)


def _rank(column: Column, tables: Sequence[Table]) -> int:
    name, text = folded(column.name), folded(column.text)
    if name in _PERSON:
        return 4
    if any(_CODE.search(words) for words in (name, text)):
        return 3 if all(_tells_people(table, column.name) for table in tables) else 0
    if name in _RESPONSE:
        # such a number counts the answers of one file, and would link those of two by chance
        alone = len(tables) == 1
        return 1 if alone else 0
    if re.fullmatch(r"e-? ?mail.*", name) and len(tables) > 1:
        return 1
    return 0


def _tells_people(table: Table, name: str) -> bool:
    """Tell whether a column may be of codes, being of more than the answers to a question."""
    column = table.column(name)
    values = table.values(column) if column else []
    return kind_of(values) != "answers" or len(set(values)) > HIGHEST_CODE + 1


def none_of_its_business(column: Column) -> str | None:
    """Say why a column's name, or question, alone leaves it out; None where it does not."""
    for name in map(folded, (column.name, column.text)):
        if _PERSONAL.fullmatch(name):
            return "because it is personal"
        if _SURVEY_TOOL.fullmatch(name) or name in _RESPONSE:
            return "because the survey tool adds it"
        if _TOTAL.fullmatch(name):
            return _ADDED_UP
        if _BACKGROUND.fullmatch(name):
            return _DESCRIBES
    return None


def no_item(name: str) -> str | None:
    """Say why what is told before and after is no answer all the same; None where it is one."""
    if _TOTAL.fullmatch(folded(name)):
        return _ADDED_UP
    return _DESCRIBES if _FIXED.fullmatch(folded(name)) else None


def reason_left(table: Table, column: Column) -> str:
    """Say why a column is not read."""
    stems = (split.stem for split in timed(column.text).values())
    by_name = none_of_its_business(column) or next(filter(None, map(no_item, stems)), None)
    return by_name or _OF_KIND[kind_of(table.values(column))]
