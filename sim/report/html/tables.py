"""Tables of the page, from saved results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.power.result_rows import Row
from sim.report.adjustments import NAMES
from sim.report.assurance import PRIOR_NAMES
from sim.report.charts.curves import primary
from sim.report.charts.labels import plain
from sim.report.direction import best_end, side_of
from sim.report.saved import SavedRun
from sim.report.sizes import CONFIDENCE, interval_cell, pairs_cell
from sim.report.soundness import is_usable, usable_pairs
from sim.report.tables import sizes_shown
from sim.study.methods import TESTS

NAMED = 60
"""Most characters of a name in a table."""


@dataclass(frozen=True)
class Table:
    """A table of plain text: the first cell of every row names it.

    Attributes
    ----------
    caption : str
        What is shown.
    header : tuple of str
        Names of the columns.
    rows : tuple of tuple of str
        Cells.
    marked : int or None
        Row that holds the answer.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: int | None = None


class Results:
    """Rows of results.csv, looked up by what they are of.

    Parameters
    ----------
    rows : sequence of Row
        All of them.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._found = {
            (row.kind, row.role if row.kind == "endpoint" else "", row.name, row.measure,
             row.pairs): row
            for row in rows
        }  # fmt: skip
        self.pairs = tuple(sorted({row.pairs for row in rows}))

    def rule(self, name: str, measure: str, pairs: int) -> Row | None:
        """One measure of a rule at one size; None where it is not defined."""
        return self._found.get(("rule", "", name, measure, pairs))

    def endpoint(self, role: str, name: str, measure: str, pairs: int) -> Row | None:
        """One measure of a role's endpoint at one size; None where it is not defined."""
        return self._found.get(("endpoint", role, name, measure, pairs))


def shown(name: object) -> str:
    """Write a name for a table."""
    return plain(name, NAMED)


def cell(row: Row | None) -> str:
    """Write an estimate with its Monte Carlo error; a dash where there is none."""
    if row is None:
        return "–"
    return f"{row.value:.3f}" + (f" ±{row.mcse:.3f}" if row.replicates else " (exact)")


def answer_size(run: SavedRun) -> int:
    """The primary rule's sample size, or the largest studied, in pairs."""
    size = primary(run)
    return int(size["pairs"] or size["limit"])


def _places(run: SavedRun, results: Results) -> tuple[list[int], int | None]:
    """Places of round sizes and of the answer, and which of them is marked as the answer."""
    at = results.pairs.index(answer_size(run))
    places = sizes_shown(results.pairs, at, int(run.config["report"]["table_rows"]))
    return places, None if usable_pairs(primary(run)) is None else places.index(at)


def power_table(run: SavedRun, results: Results) -> Table:
    """Power of every rule at round sizes and at the answer."""
    rules = [size["rule"] for size in run.summary["sample_sizes"]]
    pairs, (places, marked) = results.pairs, _places(run, results)
    return Table(
        "Power of each rule (± Monte Carlo standard error)",
        ("pairs", *map(shown, rules)),
        tuple(
            (str(pairs[k]), *(cell(results.rule(rule, "win", pairs[k])) for rule in rules))
            for k in places
        ),
        marked,
    )


def endpoint_table(run: SavedRun, results: Results, role: str) -> Table:
    """Power and level of every endpoint of one role at the answer's size."""
    at = answer_size(run)
    measures = ("win", "null_rejection", "adjusted_win")
    return Table(
        f"Endpoints of the {role}s with {at} pairs (± Monte Carlo standard error)",
        ("endpoint", "power, unadjusted", "level, unadjusted", "power, adjusted"),
        tuple(
            (shown(name), *(cell(results.endpoint(role, name, own, at)) for own in measures))
            for name in run.summary["endpoints"]
        ),
    )


def precision_table(run: SavedRun, results: Results) -> Table | None:
    """Width of the 95% interval of the primary rule's endpoint, with its coverage, by size."""
    own = run.summary.get("precision")  # a run of an earlier version has none
    if own is None:
        return None
    pairs, (places, marked) = results.pairs, _places(run, results)
    measures = ("width", "coverage", *(["narrow"] if own["half_width"] is not None else []))
    narrow = f"half-width at most {own['half_width']:g}" if len(measures) > 2 else ""
    widest = f", the widest of the rule's {own['among']}" if own["among"] > 1 else ""
    by = {"person": "", "site": " by sites", "shared": " by shared mentees"}[own["unit"]]
    return Table(
        f"95% t interval{by} of the estimate for {shown(own['endpoint'])}, {own['role']}s{widest} "
        "(± Monte Carlo standard error)",
        ("pairs", "width in points", "covers the truth", narrow)[: 1 + len(measures)],
        tuple(
            (
                str(pairs[k]),
                *(cell(results.endpoint(own["role"], own["endpoint"], name, pairs[k]))
                  for name in measures),
            )
            for k in places
        ),
        marked,
    )  # fmt: skip


def effect_table(run: SavedRun, role: str) -> Table:
    """What is assumed of one role, an endpoint a row."""
    own = run.summary["effects"][role]
    rows = []
    for d, name in enumerate(run.summary["endpoints"]):
        cells = [_number(own["mean_change"][d], "+.2f"), _number(own["sd_change"][d], ".2f"),
                 _number(own["standardised"][d], ".2f")]  # fmt: skip
        if d < len(own["pre_median"]):
            medians = f"{own['pre_median'][d]:g} → {own['post_median'][d]:g}"
            shares = [f"{own[key][d]:.0%}" for key in ("better", "same", "worse", "ceiling")]
            rows.append((shown(name), medians, *cells, *shares))
        else:
            rows.append((shown(name), "–", *cells, *("–",) * 4))
    return Table(
        f"What is assumed of the {role}s",
        ("endpoint", "median", "mean change", "SD of change", "d_z", "better", "same", "worse",
         f"at the {best_end(side_of(run.config['analysis']))} before"),
        tuple(rows),
    )  # fmt: skip


def _number(value: float | None, form: str) -> str:
    if value is None:
        return "–"
    return "0" if abs(value) < 1e-9 else format(value, form)


def assurance_table(run: SavedRun, results: Results) -> Table | None:
    """Power at the stated effect beside assurance under each prior; None without priors."""
    priors = [own["prior"] for own in run.summary["assurance"]]
    if not priors:
        return None
    rule = run.summary["primary_rule"]
    pairs, (places, marked) = results.pairs, _places(run, results)
    measures = ["win", *(f"assurance_{prior}" for prior in priors)]
    known = (own["limit"][rule] for own in run.summary["assurance"])
    limits = ["not known" if limit is None else f"{limit:.2f}" for limit in known]
    return Table(
        f"Power at the stated effect, and assurance, of the rule '{shown(rule)}'",
        ("pairs", "at the stated effect", *(PRIOR_NAMES.get(own, shown(own)) for own in priors)),
        (
            *((str(pairs[k]), *(cell(results.rule(rule, own, pairs[k])) for own in measures))
              for k in places),
            ("any number", "–", *limits),
        ),
        marked,
    )  # fmt: skip


def audit_tables(run: SavedRun) -> Iterator[Table]:
    """Where each role's mean change comes from, where that is a question."""
    for role, own in run.summary["audit"].items():
        columns = ["change", "mentoring", "response_shift", "regression"]
        header = ["endpoint", "change", "mentoring", "response shift", "regression to the mean"]
        if own["control_change"] is not None:
            columns.append("control_change")
            header.append("controls' change")
        yield Table(
            f"Where the {role}s' mean change comes from, in points",
            tuple(header),
            tuple(
                (shown(name), *(_number(own[key][name], "+.2f") for key in columns))
                for name in run.summary["endpoints"]
            ),
        )


def one_group_table(run: SavedRun) -> Table | None:
    """Both designs beside each other, where that was asked for."""
    other = run.summary["one_group"]
    if other is None:
        return None
    size = primary(run)
    two_arms = "two arms" if is_usable(size) else "two arms (not to be used)"

    def chance(found: Mapping[str, float]) -> str:
        return f"{found['value']:.3f} ±{found['mcse']:.3f}"

    return Table(
        f"With and without a control arm, rule '{shown(size['rule'])}'",
        ("design", "pairs needed", f"met where mentoring does nothing, {other['pairs']} pairs"),
        (
            (two_arms, pairs_cell(size), chance(other["controlled_null_win"])),
            ("one group", pairs_cell(other["size"]), chance(other["null_win"])),
        ),
    )


def before_table(run: SavedRun) -> Table | None:
    """The size without each adjustment, where the run has any that bear on the primary rule."""
    found = run.summary.get("before_adjustments")
    if not found:
        return None
    own = primary(run)
    rows = [
        (f"without {NAMES[before['adjustment']]}", *_size(before["size"]), _test(run, before))
        for before in found
    ]
    rows.append((f"as it is{'' if is_usable(own) else ' (not to be used)'}", *_size(own), ""))
    return Table(
        f"How large the study would be before each adjustment, rule '{shown(own['rule'])}'",
        ("all else equal", "pairs", f"interval ({CONFIDENCE})", "with another test"),
        tuple(rows),
        len(rows) - 1 if is_usable(own) else None,
    )


def _size(found: Mapping[str, Any]) -> tuple[str, str]:
    return pairs_cell(found), interval_cell(found) if found["replicates"] else "exact"


def _test(run: SavedRun, before: Mapping[str, Any]) -> str:
    stated = run.config["analysis"]["test"]
    return "" if before["test"] == stated else TESTS[before["test"]].title
