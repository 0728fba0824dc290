"""Answers as the rows of a pilot's file state them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sim.errors import StudyError
from sim.pilot.delimited import Row, folded
from sim.study.refusals import nearest, shown

LONG = ("participant", "role", "domain", "pre", "post")
FORMS = (
    "the long form has the columns participant, role, domain, pre, post; the wide form "
    "participant, role and, for each domain, '<domain> pre' and '<domain> post'"
)


@dataclass(frozen=True)
class Answer:
    """What one participant says of one domain, and where it stands.

    Attributes
    ----------
    row : Row
        The line it stands on.
    columns : mapping of str to int
        Number of each column by its folded name.
    participant, role, domain : str
        Who, and of what.
    pre, post : int
        Scores, 0 where missing.
    """

    row: Row
    columns: Mapping[str, int]
    participant: str
    role: str
    domain: str
    pre: int
    post: int

    def wrong(self, column: str, right: str) -> StudyError:
        """Error that shows the value in a named column and says what would be right."""
        return self.row.wrong(self.columns[column], right)


def known_domains(domains: tuple[str, ...]) -> dict[str, str]:
    """Names of the domains by the form in which they are compared."""
    known: dict[str, str] = {}
    for name in domains:
        if known.setdefault(folded(name), name) != name:
            raise StudyError(
                f"questionnaire.items: {shown(known[folded(name)])} and {shown(name)} differ "
                "only in capitals, spaces or underscores, which a pilot file does not tell apart"
            )
    return known


def find_columns(header: Row, domains: Mapping[str, str]) -> dict[str, int]:
    """Number of each column by its folded name, after the header has been checked."""
    columns: dict[str, int] = {}
    for index, cell in enumerate(header.cells):
        if not cell:
            raise header.complaint(index, "has no name; name it, or delete the column")
        if columns.setdefault(folded(cell), index) != index:
            raise header.complaint(index, f"is named twice; {FORMS}")
    is_long = not columns.keys().isdisjoint(LONG[2:])
    wide = [f"{name} {time}" for name in domains for time in ("pre", "post")]
    known = list(LONG) if is_long else [*LONG[:2], *wide]
    for name, index in columns.items():
        if name not in known:
            close = nearest(name[:100], known)
            raise header.complaint(index, f"is not known; {close if '?' in close else FORMS}")
    for name in known:
        if name not in columns:
            raise header.complaint(name, _absent(name, columns))
    return columns


def _absent(name: str, columns: Mapping[str, int]) -> str:
    """Say that a column is missing, and which one waits for it as its partner."""
    stem, _, time = name.rpartition(" ")
    partner = f"{stem} {'post' if time == 'pre' else 'pre'}"
    waits = stem and partner in columns
    return f"is missing, though {shown(partner)} is there" if waits else f"is missing; {FORMS}"


def answers_of(
    row: Row,
    columns: dict[str, int],
    domains: Mapping[str, str],
    *,
    roles: tuple[str, ...],
    points: int,
) -> list[Answer]:
    """Answers of one row: one in the long form, one for each domain in the wide form."""
    participant = _participant(row, columns["participant"])
    role = _role(row, columns["role"], roles)
    if "domain" in columns:
        places = {_domain(row, columns["domain"], domains): ("pre", "post")}
    else:
        places = {name: (f"{key} pre", f"{key} post") for key, name in domains.items()}
    return [
        Answer(
            row,
            columns,
            participant,
            role,
            name,
            _score(row, columns[pre], points),
            _score(row, columns[post], points),
        )
        for name, (pre, post) in places.items()
    ]


def _participant(row: Row, column: int) -> str:
    # one person must not become two by how a letter is encoded or by what cannot be seen
    name = " ".join(unicodedata.normalize("NFC", row.cells[column]).split())
    if not name:
        raise row.wrong(column, "must name a participant")
    if not name.isprintable():
        raise row.wrong(column, "must hold no character that cannot be seen")
    return name


def _role(row: Row, column: int, roles: tuple[str, ...]) -> str:
    word = folded(row.cells[column])
    for role in roles:
        if word == folded(role):
            return role
    raise row.wrong(column, f"must be {' or '.join(roles)}; {nearest(word[:100], list(roles))}")


def _domain(row: Row, column: int, domains: Mapping[str, str]) -> str:
    word = folded(row.cells[column])
    if word not in domains:
        raise row.wrong(column, f"is not a domain; {nearest(word[:100], list(domains.values()))}")
    return domains[word]


def _score(row: Row, column: int, points: int) -> int:
    """Score of a cell, 0 where it is missing."""
    text = row.cells[column]
    if text.casefold() in {"", "na"}:
        return 0
    right = f"must be a whole number from 1 to {points}, or empty where the answer is missing"
    if not text.isascii() and any(char.isdigit() for char in text):
        raise row.wrong(column, f"is not written in the digits 0 to 9; it {right}")
    if not re.fullmatch(r"[+-]?[0-9]*[.,]?[0-9]+", text):
        raise row.wrong(column, f"is not a number; it {right}")
    whole = re.fullmatch(r"([+-]?[0-9]+)(\.0+)?", text)
    if not whole:
        raise row.wrong(column, right)
    value = float(whole[1])  # never too long, as text of digits may be for an int
    if not 1 <= value <= points:
        raise row.wrong(column, f"is {'below 1' if value < 1 else f'above {points}'}; it {right}")
    return int(value)
