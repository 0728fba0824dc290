"""Tables of the page, from saved results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.report.adjustments import NAMES
from sim.report.assurance import PRIOR_NAMES
from sim.report.charts.labels import plain
from sim.report.direction import best_end, side_of
from sim.report.results.rows import Row
from sim.report.saved import SavedRun
from sim.report.sizes import CONFIDENCE, interval_cell, pairs_cell
from sim.report.soundness import is_usable, usable_pairs
from sim.report.tables import sizes_shown
from sim.report.wording import with_error
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


def shown(name: object) -> str:
    """Write a name for a table."""
    return plain(name, NAMED)


def cell(row: Row | None) -> str:
    """Write an estimate with its Monte Carlo error; a dash where there is none."""
    if row is None:
        return "–"
    return f"{row.value:.3f}" + (f" ±{row.mcse:.3f}" if row.replicates else " (exact)")


def _by_size(
    run: SavedRun,
    caption: str,
    header: tuple[str, ...],
    rows_at: Callable[[int], Iterable[Row | None]],
    *last: tuple[str, ...],
) -> Table:
    """Lay estimates out at round sizes and at the answer, which is marked where it can be used."""
    pairs = run.results.pairs
    at = pairs.index(run.at)
    places = sizes_shown(pairs, at, int(run.config["report"]["table_rows"]))
    rows = [(str(pairs[k]), *map(cell, rows_at(pairs[k]))) for k in places]
    marked = None if usable_pairs(run.primary) is None else places.index(at)
    return Table(caption, header, (*rows, *last), marked)


def power_table(run: SavedRun) -> Table:
    """Power of every rule at round sizes and at the answer."""
    rules = [size["rule"] for size in run.summary["sample_sizes"]]
    caption, header = "Power of each rule (± Monte Carlo standard error)", map(shown, rules)
    rule = run.results.rule
    return _by_size(
        run, caption, ("pairs", *header), lambda pairs: (rule(name, "win", pairs) for name in rules)
    )


def endpoint_table(run: SavedRun, role: str) -> Table:
    """Power and level of every endpoint of one role at the answer's size."""
    measures = ("win", "null_rejection", "adjusted_win")
    estimates = {
        name: [run.results.endpoint(role, name, measure, run.at) for measure in measures]
        for name in run.summary["endpoints"]
    }
    return Table(
        f"Endpoints of the {role}s with {run.at} pairs (± Monte Carlo standard error)",
        ("endpoint", "power, unadjusted", "level, unadjusted", "power, adjusted"),
        tuple((shown(name), *map(cell, of_name)) for name, of_name in estimates.items()),
    )


def precision_table(run: SavedRun) -> Table | None:
    """Width of the 95% interval of the primary rule's endpoint, with its coverage, by size."""
    width = run.summary.get("precision")  # a run of an earlier version has none
    if width is None:
        return None
    measures = ("width", "coverage", *(["narrow"] if width["half_width"] is not None else []))
    narrow = f"half-width at most {width['half_width']:g}" if len(measures) > 2 else ""
    widest = f", the widest of the rule's {width['among']}" if width["among"] > 1 else ""
    by = {"person": "", "site": " by sites", "shared": " by shared mentees"}[width["unit"]]
    role, endpoint = width["role"], width["endpoint"]
    return _by_size(
        run,
        f"95% t interval{by} of the estimate for {shown(endpoint)}, {role}s{widest} "
        "(± Monte Carlo standard error)",
        ("pairs", "width in points", "covers the truth", narrow)[: 1 + len(measures)],
        lambda pairs: (run.results.endpoint(role, endpoint, name, pairs) for name in measures),
    )


def effect_table(run: SavedRun, role: str) -> Table:
    """What is assumed of one role, an endpoint a row."""
    of_role = run.summary["effects"][role]
    rows = []
    for d, name in enumerate(run.summary["endpoints"]):
        forms = {"mean_change": "+.2f", "sd_change": ".2f", "standardised": ".2f"}
        cells = [_number(of_role[key][d], form) for key, form in forms.items()]
        if d < len(of_role["pre_median"]):
            medians = f"{of_role['pre_median'][d]:g} → {of_role['post_median'][d]:g}"
            shares = [f"{of_role[key][d]:.0%}" for key in ("better", "same", "worse", "ceiling")]
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


def assurance_table(run: SavedRun) -> Table | None:
    """Power at the planned effect and assurance under each prior; None without priors."""
    priors = [prior["prior"] for prior in run.summary["assurance"]]
    if not priors:
        return None
    rule = run.summary["primary_rule"]
    measures = ["win", *(f"assurance_{prior}" for prior in priors)]
    known = (prior["limit"][rule] for prior in run.summary["assurance"])
    limits = ["not known" if limit is None else f"{limit:.2f}" for limit in known]
    return _by_size(
        run,
        f"Power at the stated effect, and assurance, of the rule '{shown(rule)}'",
        ("pairs", "at the stated effect", *(PRIOR_NAMES.get(name, shown(name)) for name in priors)),
        lambda pairs: (run.results.rule(rule, measure, pairs) for measure in measures),
        ("any number", "–", *limits),
    )


def audit_tables(run: SavedRun) -> Iterator[Table]:
    """Where each role's mean change comes from, where that is a question."""
    for role, parts in run.summary["audit"].items():
        columns = ["change", "mentoring", "response_shift", "regression"]
        header = ["endpoint", "change", "mentoring", "response shift", "regression to the mean"]
        if parts["control_change"] is not None:
            columns.append("control_change")
            header.append("controls' change")
        yield Table(
            f"Where the {role}s' mean change comes from, in points",
            tuple(header),
            tuple(
                (shown(name), *(_number(parts[key][name], "+.2f") for key in columns))
                for name in run.summary["endpoints"]
            ),
        )


def one_group_table(run: SavedRun) -> Table | None:
    """Both designs, where both were computed."""
    other = run.summary["one_group"]
    if other is None:
        return None
    size = run.primary
    two_arms = "two arms" if is_usable(size) else "two arms (not to be used)"

    def chance(probability: Mapping[str, float]) -> str:
        return with_error(probability["value"], probability["mcse"])

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
    all_before = run.summary.get("before_adjustments")
    if not all_before:
        return None
    size = run.primary
    rows = [
        (f"without {NAMES[before['adjustment']]}", *_size(before["size"]), _test(run, before))
        for before in all_before
    ]
    rows.append((f"as it is{'' if is_usable(size) else ' (not to be used)'}", *_size(size), ""))
    return Table(
        f"How large the study would be before each adjustment, rule '{shown(size['rule'])}'",
        ("all else equal", "pairs", f"interval ({CONFIDENCE})", "with another test"),
        tuple(rows),
        len(rows) - 1 if is_usable(size) else None,
    )


def _size(size: Mapping[str, Any]) -> tuple[str, str]:
    return pairs_cell(size), interval_cell(size) if size["replicates"] else "exact"


def _test(run: SavedRun, before: Mapping[str, Any]) -> str:
    test = run.config["analysis"]["test"]
    return "" if before["test"] == test else TESTS[before["test"]].title
