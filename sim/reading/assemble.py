"""From answers to arrays: every person once, every role with people enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.pilot.data import PilotData
from sim.reading.coding import Coding, Expected
from sim.reading.column_map import ColumnMap
from sim.reading.complaints import Complaints
from sim.reading.gather import Answer
from sim.reading.people import few
from sim.reading.sheet import folded
from sim.study.refusals import nearest, shown

FEWEST = 2
"""Fewest participants of a role: one alone says nothing of how people differ."""
MOST_ROLES = 2
ENOUGH = 5
"""People from whom on an item that none of them changed is asked about."""
ONE_ROLE = "participant"
"""Name of the only role, where neither the file nor a questionnaire names one."""


def scores_of(
    answers: Iterable[Answer], coding: Coding, reversed_items: Sequence[str], complaints: Complaints
) -> list[int]:
    """Score every answer, from 1; 0 where it is missing, or is complained of."""
    turned = set(map(folded, reversed_items))
    scores = []
    for answer in answers:
        score = 0
        try:
            score = coding.score(answer.text)
        except ValueError as error:
            complaints.add(answer.fault(f"{shown(answer.text)} {error}"))
        turn = score and folded(answer.item) in turned
        scores.append(coding.points + 1 - score if turn else score)
    return scores


def check_once(answers: Sequence[Answer], columns: ColumnMap, complaints: Complaints) -> None:
    """Complain of a second row of one person at one time (and of one item, in the long layout)."""
    first: dict[tuple[str, str, str, int], Answer] = {}
    place = columns.answers.item if columns.answers else columns.id or "id"
    for answer in answers:
        other = first.setdefault(
            (answer.person, folded(answer.role or ""), answer.item, answer.time), answer
        )
        if other.row is not answer.row:
            who = "this person" if "@" in answer.name else shown(answer.name)
            where = "" if other.table is answer.table else f" of {other.table.file}"
            words = f"{who} stands on line {other.row.line}{where} already; keep one of the two"
            complaints.add(answer.table.fault(answer.row, place, words))


def roles_of(
    answers: Sequence[Answer], expected: Expected | None, complaints: Complaints
) -> dict[str, str]:
    """Give everybody's role, by the key of the person."""
    known = list(expected.roles) if expected else []
    if not any(answer.role for answer in answers):
        if len(known) > 1:
            complaints.add(f"role: no column tells {' from '.join(known)}; name it in the map")
        return dict.fromkeys((a.person for a in answers), known[0] if known else ONE_ROLE)
    spelt: dict[str, str] = {folded(name): name for name in known}
    first: dict[str, Answer] = {}
    roles: dict[str, str] = {}
    for answer in answers:
        if answer.role is None:
            continue
        role = answer.role if known else spelt.setdefault(folded(answer.role), answer.role)
        if folded(answer.role) not in spelt or not answer.role:
            right = f"must be {' or '.join(known)}; {nearest(role[:100], known)}" if known else (
                "must name a role")  # fmt: skip
            complaints.add(answer.table.fault(answer.row, "role", f"{shown(role)} {right}"))
            continue
        other = first.setdefault(answer.person, answer)
        if folded(other.role or "") != folded(answer.role):
            words = f"{shown(answer.role)} differs from {other.role} on line {other.row.line}"
            complaints.add(answer.table.fault(answer.row, "role", f"{words}; "
                           f"{shown(answer.name)} must have one role"))  # fmt: skip
        roles[answer.person] = spelt[folded(answer.role)]
    for answer in {each.person: each for each in answers if each.role is None}.values():
        if answer.person not in roles:
            complaints.add(answer.table.fault(answer.row, "role", f"no file tells the role of "
                           f"{shown(answer.name)}"))  # fmt: skip
    if not known and len(set(roles.values())) > MOST_ROLES:
        complaints.add(f"role: {', '.join(dict.fromkeys(roles.values()))}: at most two are read")
    return roles


def assembled(
    answers: Sequence[Answer],
    scores: Sequence[int],
    items: tuple[str, ...],
    coding: Coding,
    roles: dict[str, str],
    complaints: Complaints,
) -> PilotData:
    """Put scores into arrays, a role each."""
    people: dict[str, dict[str, str]] = {}
    for answer in answers:
        if answer.person in roles:
            people.setdefault(roles[answer.person], {}).setdefault(
                answer.person, " ".join(answer.name.split())
            )
    tables: dict[str, NDArray[np.int8]] = {
        role: np.zeros((len(names), len(items), 2), dtype=np.int8) for role, names in people.items()
    }
    rows = {person: i for names in people.values() for i, person in enumerate(names)}
    columns = {item: i for i, item in enumerate(items)}
    for answer, score in zip(answers, scores, strict=True):
        if answer.person in roles:
            place = rows[answer.person], columns[answer.item], answer.time
            tables[roles[answer.person]][place] = score
    for table in tables.values():
        table.setflags(write=False)
    names = {role: tuple(each.values()) for role, each in people.items()}
    lowest = coding.lowest if coding.lowest in {0, 1} else 1
    data = PilotData(coding.points, items, names, tables, lowest, coding.labels)
    _check_enough(data, complaints)
    return data


def _check_enough(data: PilotData, complaints: Complaints) -> None:
    for role in data.roles:
        if data.n(role) < FEWEST:
            complaints.add(f"{role}: has one participant only; at least {FEWEST} are needed")
            continue
        complete = data.tables(role).sum(axis=(1, 2))
        for name, count in zip(data.domains, complete.tolist(), strict=True):
            if not count:
                complaints.add(
                    f"items: no {role} answered {shown(name)} before and after; at least one must"
                )


def never_change(data: PilotData) -> Iterator[str]:
    """Ask of what nobody changed, among items told by what they hold, whether it is an answer."""
    scores = np.concatenate(list(data.scores.values()))  # (N, D, 2)
    both = np.asarray((scores > 0).all(axis=2))
    same = ~both | (scores[:, :, 0] == scores[:, :, 1])
    several = [len(set(scores[both[:, i], i, 0].tolist())) > 1 for i in range(len(data.domains))]
    fixed = (same.all(axis=0) & (both.sum(axis=0) >= ENOUGH) & several).tolist()
    for name, is_fixed in zip(data.domains, fixed, strict=True):
        if is_fixed and not all(fixed):
            yield (f"items: {shown(name)} is the same before and after for everybody: is it an "
                   "answer? Name the items in the map")  # fmt: skip


def who_answered(data: PilotData) -> Iterator[str]:
    """Say who answered at one time only, or never."""
    there = {
        name: tuple((rows > 0).any(axis=0).tolist())
        for role in data.roles
        for name, rows in zip(data.participants[role], data.scores[role], strict=True)
    }
    for when, sides in (
        ("before only", (True, False)),
        ("after only", (False, True)),
        ("nothing", (False, False)),
    ):
        names = [name for name, each in there.items() if each == sides]
        if names:
            count = "1 person answers" if len(names) == 1 else f"{len(names)} people answer"
            yield f"{count} {when}{f': {listing}' if (listing := few(names)) else ''}."
