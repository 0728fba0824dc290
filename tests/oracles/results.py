"""The results of a plan, read back from the text of results.csv."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from sim.report.files import results_csv
from sim.report.results.answer import PlanAnswer

COLUMNS = ["role", "size", "n", "kind", "name", "measure", "value", "mcse", "replicates", "engine"]


@dataclass(frozen=True)
class Line:
    """One line of results.csv; a value that is not defined is None."""

    role: str
    size: int
    n: int
    kind: str
    name: str
    measure: str
    value: float | None
    mcse: float | None
    replicates: int | None
    engine: str


@dataclass(frozen=True)
class Results:
    """All lines."""

    rows: tuple[Line, ...]

    def where(self, **wanted: Any) -> tuple[Line, ...]:
        """Lines whose columns are as wanted."""
        found = tuple(
            row for row in self.rows if all(getattr(row, k) == v for k, v in wanted.items())
        )
        assert found, f"no line with {wanted}"
        return found

    def only(self, **wanted: Any) -> Line:
        """Return the one such line."""
        (row,) = self.where(**wanted)
        return row

    def value(self, **wanted: Any) -> float:
        """Value of the one such line."""
        value = self.only(**wanted).value
        assert value is not None
        return value


def _number(text: str) -> float | None:
    return None if text in ("", "nan") else float(text)


def _line(row: dict[str, str]) -> Line:
    return Line(
        row["role"], int(row["size"]), int(row["n"]), row["kind"], row["name"], row["measure"],
        _number(row["value"]), _number(row["mcse"]),
        int(row["replicates"]) if row["replicates"] else None, row["engine"],
    )  # fmt: skip


def results_of(answer: PlanAnswer) -> Results:
    """Read an answer's results as somebody else's program would."""
    lines = csv.DictReader(io.StringIO(results_csv(answer)))
    assert lines.fieldnames == COLUMNS
    return Results(tuple(map(_line, lines)))
