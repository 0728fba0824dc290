"""How often a pilot's criteria err, exactly: sentences and tables, once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.arrays import FloatArray
from sim.report.document.model import Table
from sim.report.document.numbers import number, percent
from sim.report.document.words import Cell, listed_words, short
from sim.report.results.feasibility import ExactCriterion, JudgedPilot
from sim.study import Study

MISSING = {"retention": "missing.rate", "completeness": "missing.item_rate"}
"""Setting from which follows what is expected of a measure."""
MOST_ROWS = 12
"""Most sizes in a table."""


def what_counts(study: Study) -> str:
    """Say of whom the pilot's size is a count: who is approached, planned or recruited."""
    pilot = study.feasibility
    measures = {criterion.measure for criterion in pilot.criteria.values()} if pilot else set()
    if "rate" in measures:
        return "planned to be recruited"
    return "approached" if "recruitment" in measures else "recruited"


def pilot_words(pilot: JudgedPilot, size: int) -> str:
    """Write a size of the pilot: 40 nurses approached."""
    return f"{pilot.words.count(size)} {what_counts(pilot.study)}"


def size_sentence(pilot: JudgedPilot) -> str:
    """Say how large the pilot must be."""
    stated, needed = pilot.feasibility, pilot.needed
    errors = (
        f"goes on wrongly at most {percent(stated.wrong_go, 1)} of the time at its red limit and "
        f"stops wrongly at most {percent(stated.wrong_stop, 1)} of the time at its green limit"
    )
    if needed is not None:
        return (
            f"A pilot of {pilot_words(pilot, needed)} is the smallest of the sizes studied at "
            f"which every criterion {errors}."
        )
    lacking = [short(one.name) for one in pilot.criteria
               if not pilot.suffices(one, len(pilot.sizes) - 1)]  # fmt: skip
    return (
        f"No pilot of the sizes studied, up to {pilot_words(pilot, pilot.sizes[-1])}, is "
        f"large enough that every criterion {errors}: too few people are looked at by "
        f"{listed_words(lacking)}."
    )


def value_words(one: ExactCriterion, value: float) -> str:
    """Write a share or a rate."""
    if one.light.kind == "rate":
        return f"{value:g}"
    return percent(value, 0 if abs(100 * value - round(100 * value)) < 1e-6 else 1)


def shown_sizes(pilot: JudgedPilot) -> list[int]:
    """Places of the sizes that tables show; the one that is needed is among them."""
    places = np.linspace(0, len(pilot.sizes) - 1, min(len(pilot.sizes), MOST_ROWS))
    chosen = {round(place) for place in places}
    if pilot.needed is not None:
        chosen.add(pilot.sizes.index(pilot.needed))
    return sorted(chosen)


def marked(pilot: JudgedPilot) -> int | None:
    """Row of the size that is needed, in tables by size."""
    if pilot.needed is None:
        return None
    return shown_sizes(pilot).index(pilot.sizes.index(pilot.needed))


def error_tables(pilot: JudgedPilot) -> tuple[Table, ...]:
    """Tabulate how often every criterion errs."""
    return tuple(error_table(pilot, one) for one in pilot.criteria)


def error_table(pilot: JudgedPilot, one: ExactCriterion) -> Table:
    """Give a criterion's errors at its limits, and its colours if all is as expected."""
    red, green, expected = one.light.red, one.light.green, one.expected
    at_green, at = one.row_of(green), one.row_of(expected)
    columns: dict[str, list[Cell]] = {
        "pilot": [str(n) for n in pilot.sizes],
        "looked at": [number(float(n), 0) for n in one.looked_at],
        "wrong go": _percents(one.wrong_go),
        "wrong stop": _percents(one.wrong_stop),
        **({} if one.tested is None else {"power": _percents(one.tested[at_green])}),
        **{colour: _percents(getattr(one, colour)[at]) for colour in ("green", "amber", "red")},
    }
    rows = tuple(tuple(cells[k] for cells in columns.values()) for k in shown_sizes(pilot))
    low, high, true = (value_words(one, value) for value in (red, green, expected))
    power = f", power of the test if {high}" * (one.tested is not None)
    looked = "months" if one.light.kind == "rate" else "people"
    caption = (
        f"'{short(one.name)}': wrong go (green) if {low} is true, wrong stop (red) if {high}"
        f"{power}; colours if {true}; looks at so many {looked} on average"
    )
    return Table(caption, tuple(columns), rows, marked=marked(pilot))


def _percents(shares: FloatArray) -> list[Cell]:
    return [percent(float(share), 1) for share in shares]


def light_title(one: ExactCriterion, k: int) -> str:
    """Say how often a criterion errs at the k-th size."""
    wrong_go, wrong_stop = float(one.wrong_go[k]), float(one.wrong_stop[k])
    return (
        f"goes on wrongly {percent(wrong_go, 1)} of the time at its red limit, and stops wrongly "
        f"{percent(wrong_stop, 1)} at its green one"
    )


def light_words(pilot: JudgedPilot, one: ExactCriterion, k: int) -> str:
    """Say of which size a traffic light is, and what is marked in it."""
    expected = float(one.green[one.row_of(one.expected), k])
    return (
        f"With {pilot_words(pilot, pilot.sizes[k])}. Dashed: the limits, "
        f"{value_words(one, one.light.red)} and {value_words(one, one.light.green)}; solid: what "
        f"is expected, {value_words(one, one.expected)}, where it is green "
        f"{percent(expected, 1)} of the time. Exact."
    )


def truth_words(one: ExactCriterion) -> str:
    """Say what the truth is a share or a rate of."""
    return "True rate a month" if one.light.kind == "rate" else "True share"


def criteria_warnings(pilot: JudgedPilot) -> Iterator[str]:
    """Warn of criteria that cannot err, or that are expected to fail."""
    judged = pilot.feasibility.criteria
    for one in pilot.criteria:
        name = f"'{short(one.name)}'"
        if one.light.kind == "share" and one.expected == 1:
            missing = MISSING.get(judged[one.name].measure)
            yield (
                f"{name} is expected to be 100%, so that it is always green: state what is "
                f"expected{f', or {missing}' if missing else ''}."
            )
        elif one.expected <= one.light.red:
            yield f"{name} is expected to be red: the pilot is planned to stop."
        elif one.expected < one.light.green:
            yield f"{name} is expected to be amber, not green."
