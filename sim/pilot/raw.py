"""Raw answers of a pilot: participant, role, domain, score before, score after."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.pilot.answers import Answer, answers_of, find_columns, known_domains
from sim.pilot.delimited import Row, folded, read_rows
from sim.study.refusals import shown

FEWEST = 2
"""Fewest participants of a role: one alone says nothing of how people differ."""


@dataclass(frozen=True, eq=False)
class PilotData:
    """Answers of a pilot's participants.

    Attributes
    ----------
    points : int
        Points K of the scale.
    domains : tuple of str, length D
        Names of the domains.
    participants : mapping of role to tuple of str, length N
        Ids, in the order in which the file first names them; of the roles
        that take part.
    scores : mapping of role to ndarray of int8, shape (N, D, 2)
        Participant, domain, time (0 = pre, 1 = post), of the same roles.
        Scores run from 1; 0 means missing. Read-only.
    """

    points: int
    domains: tuple[str, ...]
    participants: Mapping[str, tuple[str, ...]]
    scores: Mapping[str, NDArray[np.int8]]

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles that take part, in the order in which they were named."""
        return tuple(self.scores)

    def n(self, role: str) -> int:
        """Count the participants of a role; 0 where it does not take part."""
        return len(self.participants.get(role, ()))

    def tables(self, role: str) -> NDArray[np.int64]:
        """Count the complete pairs of scores (pre, post) of a role that takes part.

        Returns
        -------
        ndarray of int64, shape (D, K, K)
            Pre on the rows, post on the columns.
        """
        pairs = self.scores[role].transpose(1, 2, 0)  # (D, 2, N)
        return np.array([cross_table(pre, post, self.points) for pre, post in pairs])


def cross_table(
    first: NDArray[np.int8], second: NDArray[np.int8], points: int
) -> NDArray[np.int64]:
    """Count people by two scores, shape (K, K), without those who miss one of the two."""
    counts = np.zeros((points + 1, points + 1), dtype=np.int64)
    np.add.at(counts, (first, second), 1)
    return counts[1:, 1:]


def read_pilot(
    path: Path, points: int, domains: tuple[str, ...], roles: tuple[str, ...]
) -> PilotData:
    """Read the answers of a pilot from a CSV file.

    The long form has the columns participant, role, domain, pre and post, in
    any order; the wide form has participant, role and, for each domain, the
    columns "<domain> pre" and "<domain> post". Names of columns, roles and
    domains are read without regard to capitals, and an underscore is a space.
    Commas or semicolons separate the cells. An empty cell, or NA, is an answer
    that is missing; so is, in the long form, a domain for which a participant
    has no line. A whole score may be written as 3.0.

    Parameters
    ----------
    path : Path
        The file, UTF-8 with or without a byte order mark.
    points : int
        Points of the scale, 2 to 11.
    domains : tuple of str
        Names of the domains, all of which the file must hold.
    roles : tuple of str
        Names of the roles that the file may hold.

    Returns
    -------
    PilotData
        Each role that takes part has at least two participants and, in every
        domain, at least one complete pair of scores.

    Raises
    ------
    StudyError
        One line that names the file, line and column, the value and what
        would be right.
    """
    header, rows = read_rows(path)
    known = known_domains(domains)
    columns = find_columns(header, known)
    answers = [
        answer
        for row in rows
        for answer in answers_of(row, columns, known, roles=roles, points=points)
    ]
    _check_people(answers)
    _check_once(answers)
    return _assembled(header, answers, points, domains, roles)


def _check_people(answers: list[Answer]) -> None:
    """Refuse a participant in two roles, and ids that only capitals tell apart."""
    first: dict[str, Answer] = {}
    for answer in answers:
        other = first.setdefault(answer.participant.casefold(), answer)
        before = f"on line {other.row.line}"
        if other.participant != answer.participant:
            right = f"is {shown(other.participant)} {before}; write one person's id in one way"
            raise answer.wrong("participant", right)
        if other.role != answer.role:
            person = shown(answer.participant)
            raise answer.wrong(
                "role", f"differs from {other.role} {before}; {person} must have one role"
            )


def _check_once(answers: list[Answer]) -> None:
    """Refuse a second answer of a participant in a domain."""
    first: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        other = first.setdefault((answer.participant, answer.domain), answer)
        if other is not answer:
            column = "domain" if "domain" in answer.columns else "participant"
            person = shown(answer.participant)
            right = f"stands on line {other.row.line} already for {person}; keep one of the two"
            raise answer.wrong(column, right)


def _assembled(
    header: Row,
    answers: list[Answer],
    points: int,
    domains: tuple[str, ...],
    roles: tuple[str, ...],
) -> PilotData:
    """Arrays of each role that takes part, which must have people and pairs enough."""
    participants: dict[str, tuple[str, ...]] = {}
    scores: dict[str, NDArray[np.int8]] = {}
    for role in roles:
        theirs = [answer for answer in answers if answer.role == role]
        if not theirs:
            continue
        people = {name: i for i, name in enumerate(dict.fromkeys(a.participant for a in theirs))}
        if len(people) < FEWEST:
            raise theirs[0].wrong("role", f"has one participant only; at least {FEWEST} are needed")
        table = np.zeros((len(people), len(domains), 2), dtype=np.int8)
        for answer in theirs:
            place = people[answer.participant], domains.index(answer.domain)
            table[place] = answer.pre, answer.post
        table.setflags(write=False)
        participants[role], scores[role] = tuple(people), table
    data = PilotData(points, domains, participants, scores)
    _check_answered(header, data)
    return data


def _check_answered(header: Row, data: PilotData) -> None:
    for role in data.roles:
        complete = data.tables(role).sum(axis=(1, 2))  # (D,)
        for name, count in zip(data.domains, complete.tolist(), strict=True):
            if not count:
                # in the wide form the domain's column, in the long form that of all domains
                column = next(
                    place
                    for place, cell in enumerate(header.cells)
                    if folded(cell) in {"domain", f"{folded(name)} pre"}
                )
                complaint = f"no {role} answered {shown(name)} before and after; at least one must"
                raise header.complaint(column, complaint)
