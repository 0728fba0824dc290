"""docs/validation.md: every published case, its value, ours, the difference."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from published import assurances, feasibility, looks, others, powers, pvalues, trials, two_arms
from published.data import CASES, STANDARD_ERRORS, Comparison, Evaluation
from published.vectors import TOLERANCE, Agreement, adjustments, tests_of_changes
from published.waiting import LEFT_OUT, NOT_YET

EVALUATIONS: dict[str, Evaluation] = {
    **pvalues.EVALUATIONS,
    **powers.EVALUATIONS,
    **assurances.EVALUATIONS,
    **trials.EVALUATIONS,
    **others.EVALUATIONS,
    **two_arms.EVALUATIONS,
    **feasibility.EVALUATIONS,
}
"""How each covered case is compared."""
SHOWN = 1e-10
"""Differences below this are shown as 0: rounding in the last places differs between machines."""

_INTRO = f"""\
# Validation

Written by `python scripts/validation.py`, which runs our functions on the data of `tests/data`; no
figure is typed by hand, and a test compares this page with what the script writes.

A tolerance is the published value's own rounding or error. Where ours is simulated (fixed seeds),
it is at least {STANDARD_ERRORS:g} of our Monte Carlo standard errors, and marked \\*. Differences
below 1e-10 are shown as 0. A quantity with several values stands in one line, with its largest
difference.
"""


@cache
def evaluated(case: str) -> tuple[Comparison, ...]:
    """Compare one covered case, once."""
    return tuple(EVALUATIONS[case]())


def comparisons() -> list[Comparison]:
    """Compare every covered case."""
    return [one for case in EVALUATIONS for one in evaluated(case)]


def document() -> str:
    """Text of docs/validation.md."""
    found = comparisons()
    ours, theirs = tests_of_changes(), adjustments()
    designs, enumerated = looks.lines()
    passed = [*(one.passed for one in found), *(one.passed for one in [*ours, *theirs])]
    passed += [line.passed for line in (*designs, *enumerated)]
    verdict = f"**{sum(passed)} of {len(passed)} comparisons pass.**\n"
    areas = dict.fromkeys(case["area"] for case in CASES.values())
    tables = [_area(area, [c for c in found if CASES[c.case]["area"] == area]) for area in areas]
    rest = _vectors(ours, theirs), _looks(), _waiting()
    return "\n".join([_INTRO, verdict, *filter(None, tables), *rest])


def _area(area: str, rows: Sequence[Comparison]) -> str:
    if not rows:
        return ""
    head = [
        f"## {area[0].upper()}{area[1:]}",
        "",
        "| case | quantity | published | ours | difference | tolerance | pass |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    sources = dict.fromkeys(row.case for row in rows)
    listed = [f"- {case}: {_source(case)}" for case in sources]
    return "\n".join([*head, *map(_row, rows), "", "Sources:", "", *listed, ""])


def _row(row: Comparison) -> str:
    tolerance = f"{row.tolerance:.2g}" + (" \\*" if row.simulated else "")
    values = f"{_values(row.published)} | {_values(row.ours)}"
    difference = _difference(row.difference)
    return f"| {row.case} | {row.name} | {values} | {difference} | {tolerance} | {_said(row)} |"


def _values(values: NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.8g}" for value in values.ravel())


def _difference(value: float) -> str:
    return "0" if value < SHOWN else f"{value:.1e}"


def _said(row: Comparison | Agreement | looks.Line) -> str:
    return "yes" if row.passed else "**NO**"


def _source(case: str) -> str:
    source = CASES[case]["source"]
    links = [part for part in source["url"].split() if part.startswith("https://")]
    title = source["title"].replace("|", "\\|")
    linked = ", ".join(f"[link]({url})" for url in links)
    return f"{title} ({source['year']})" + (f", {linked}" if linked else "")


def _vectors(ours: Sequence[Agreement], theirs: Sequence[Agreement]) -> str:
    lines = [
        "## Reference values of R",
        "",
        "Vectors of Likert changes and families of seven p-values, with values of R 4.2.2 and its",
        "package coin 1.4-2 (`tests/data/README.md`).",
        "",
        "| reference | our function | data sets | largest difference | tolerance | pass |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in (*ours, *theirs):
        difference = "below 1e-9" if row.difference < 1e-9 else _difference(row.difference)
        lines.append(
            f"| {row.column} | {row.function} | {row.count} | {difference} | {TOLERANCE:g} "
            f"| {_said(row)} |"
        )
    return "\n".join([*lines, ""])


def _looks() -> str:
    """Tables of interim looks."""
    designs, enumerated = looks.lines()
    lines = [
        "## Interim looks",
        "",
        "Designs of R's package rpact 3.3.4 (`tests/data/README.md`) on one and two sides, with",
        "two to five looks, some with bounds for futility. The largest relative difference:",
        "",
        "| quantity | designs | largest difference | tolerance | pass |",
        "| --- | --- | --- | --- | --- |",
        *map(_look_row, designs),
        "",
        "Two looks at exact signed-rank tests, every multiset of changes written out: as in",
        "`tests/data` and ours, and the largest difference of these and four further quantities.",
        "",
        "| case | truth | rejects at the first look | in all | expected pairs "
        "| largest difference | tolerance | pass |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *map(_look_row, enumerated),
        "",
        "The level that exact signed-rank tests attain, two-sided, of .05, where changes from -2",
        "to 2 have the probabilities .1, .2, .4, .2 and .1: by the levels of the normal process,",
        "and where the level is spent exactly ([how](methods/interim.md)). All is enumerated.",
        "",
        "| boundary | looks | levels | attained | spent exactly |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in looks.attained()),
    ]
    return "\n".join([*lines, ""])


def _look_row(row: looks.Line) -> str:
    ends = _difference(row.difference), f"{row.tolerance:g}", _said(row)
    return f"| {' | '.join((*row.cells, *ends))} |"


def _waiting() -> str:
    lines = ["## Not compared", "", "| case | quantity | why |", "| --- | --- | --- |"]
    lines += [f"| {case} | all | {why} |" for case, why in NOT_YET.items()]
    lines += [f"| {case} | {name} | {why} |" for (case, name), why in LEFT_OUT.items()]
    return "\n".join([*lines, ""])


def write(text: str, path: Path) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    beside = path.with_suffix(".tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
