"""Levels of interim looks: what shares them out, and what is significant at each look."""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.interim import InterimPlan
from sim.report.document.guidelines import cite
from sim.report.document.numbers import at_most, number
from sim.report.document.words import listed_words
from sim.study import Study

BOUNDARIES = {
    "obrien_fleming_spending": ("spending of O'Brien-Fleming type", ("Lan 1983",)),
    "pocock_spending": ("spending of Pocock type", ("Lan 1983",)),
    "hwang_shih_decani": ("Hwang, Shih and DeCani's spending", ("Hwang 1990",)),
    "kim_demets": ("Kim and DeMets' spending", ("Kim 1987",)),
    "obrien_fleming": ("O'Brien and Fleming's design", ("O'Brien 1979",)),
    "pocock": ("Pocock's design", ("Pocock 1977",)),
    "wang_tsiatis": ("Wang and Tsiatis' design", ("Wang 1987",)),
    "haybittle_peto": ("Haybittle and Peto's design", ("Haybittle 1971",)),
    "levels": ("levels as stated", ()),
    "spent": ("spending as stated", ()),
}
"""Boundaries in prose, and where they come from."""
AT_MOST = "at most "
"""Words that need not be said again of the next look."""
PARAMETERS = {"hwang_shih_decani": "gamma", "kim_demets": "rho", "wang_tsiatis": "delta"}
"""What the parameters of those that have one are called."""


def boundary_words(study: Study, *, cited: bool = False) -> str:
    """Name how the level is shared among the looks."""
    interim = study.looks
    if interim is None:
        return ""
    words, references = BOUNDARIES[interim.boundary]
    if interim.parameter is not None and interim.boundary in PARAMETERS:
        words += f" ({PARAMETERS[interim.boundary]} {interim.parameter:g})"
    return words + (cite(*references) if cited else "")


def levels_words(planned: InterimPlan) -> str:
    """Say what is significant at each look."""
    if not planned.spent_exactly:
        return f"significant is p {most_words(planned)}"
    return (
        f"each look rejects as much as a level spent by then of {most_words(planned)} allows, "
        "given how many changes there are of each size, rises and falls alike; what one cannot "
        "spend is left to the next"
    )


def most_words(planned: InterimPlan) -> str:
    """List the levels of all looks: at most 0.014 and 0.045."""
    parts = [at_most(level_cell(look.level)) for look in planned.looks]
    alike = zip(parts, ["", *parts], strict=False)
    return listed_words(
        [part.removeprefix(AT_MOST) if before.startswith(AT_MOST) else part
         for part, before in alike]
    )  # fmt: skip


def level_cell(level: float) -> str:
    """Write a level to two digits that count, or as a bound.

    Examples
    --------
    >>> level_cell(0.0294), level_cell(0.00305), level_cell(1e-7)
    ('0.029', '0.0031', '<0.0001')
    """
    if level < 1e-4:
        return "<0.0001"
    return f"{level:.4f}" if level < 0.01 else number(level)


def level_columns(planned: InterimPlan) -> Iterator[tuple[str, list[str]]]:
    """Give the columns of a table of looks that say their levels."""
    levels = [level_cell(look.level) for look in planned.looks]
    if planned.spent_exactly:
        yield "spent by then", levels
        return
    yield "level", levels
    yield "z", [number(look.critical, 2) for look in planned.looks]
