"""Exports of survey tools, and by hand which answers they hold."""

import csv
from pathlib import Path

from sim.pilot.data import PilotData

EXPORTS = Path(__file__).resolve().parent.parent / "data" / "exports"
LABELS = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
FILES = {
    "qualtrics": ["export_qualtrics.csv"],
    "google": ["export_google_forms_before.csv", "export_google_forms_after.csv"],
    "redcap": ["export_redcap.csv"],
    "surveymonkey": ["export_surveymonkey.csv"],
    "microsoft": ["export_ms_forms_before.xlsx", "export_ms_forms_after.xlsx"],
    "wide": ["export_wide_t1_t2.csv"],
}
SAME = {"surveymonkey": "qualtrics", "microsoft": "google", "wide": "redcap"}
"""Exports that hold the answers of another."""
Answers = dict[str, list[list[int]]]
"""Scores of the items, before and after, by the id in small letters."""


def rows(name: str) -> list[list[str]]:
    """Rows of a file, as a plain reader gives them."""
    with (EXPORTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def right(tool: str) -> Answers:
    """Work out the answers of an export by hand: columns and codes are known here."""
    tool = SAME.get(tool, tool)
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
