"""What a simulation study states of itself: aims, data, estimands, methods, performance.

References
----------
Morris TP, White IR, Crowther MJ (2019). Using simulation studies to evaluate statistical methods.
Statistics in Medicine 38, 2074-2102.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.html.tables import Table, shown
from sim.report.saved import SavedRun


def ademp_table(run: SavedRun) -> Table:
    """Describe a run of `plan` as a simulation study.

    Parameters
    ----------
    run : SavedRun
        The run.

    Returns
    -------
    Table
        A row each: aims, data-generating mechanism, estimands, methods,
        performance measures.
    """
    size = run.primary
    return Table(
        "The simulation study in ADEMP form (Morris, White & Crowther 2019)",
        ("item", "here"),
        (
            ("Aims", f"The smallest number of pairs from which the rule '{shown(size['rule'])}' "
             f"has power {size['target']:g} or more, and what the design achieves at other sizes."),
            ("Data-generating mechanism", " ".join(_mechanism(run.config))),
            ("Estimands", _estimands(run.config)),
            ("Methods", str(run.summary["design"])),
            ("Performance measures", _performance(run)),
        ),
    )  # fmt: skip


def _mechanism(config: Mapping[str, Any]) -> Iterator[str]:
    correlation = config["correlation"]
    yield (
        "Every answer is a normal score cut at fixed points, so that answers before have the "
        "stated distribution; those after follow from the stated effect "
        f"({config['effect']['kind'].replace('_', ' ')})."
    )
    if correlation["full"] is None:
        yield (
            f"Correlation ({correlation['stated_as']}): {_said(correlation['pre_post'])} before to "
            f"after, {_said(correlation['domains'])} between domains."
        )
    clusters, missing, control = config["clusters"], config["missing"], config["control"]
    if clusters["kind"] != "none":
        yield (
            f"People of one site share part of their change: intraclass correlation "
            f"{clusters['site_icc']:g} ({clusters['stated_as']}), of one mentee "
            f"{clusters['shared_icc']:g}."
        )
    if missing["kind"] != "none":
        yield f"{missing['rate']:.0%} drop out ({missing['kind'].upper()})."
    if missing["item_rate"]:
        yield f"{missing['item_rate']:.0%} of single answers are missing."
    if config["selection"]["kind"] != "none":
        yield f"People take part by their total ({config['selection']['kind']})."
    if control["kind"] != "none":
        mentored, controls = control["ratio"]
        yield (
            f"Two arms, {mentored}:{controls} by {control['unit']}; effect on controls: "
            f"{control['effect']['kind']}."
        )


def _said(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "stated by domain"


def _estimands(config: Mapping[str, Any]) -> str:
    compared = "mean change from before to after"
    if config["control"]["kind"] != "none":
        compared = "difference of the arms' mean changes"
    return (
        f"The {compared}, in points, of each domain and of the total; and the probability that "
        "each decision rule is met."
    )


def _performance(run: SavedRun) -> str:
    at, rule = run.at, run.summary["primary_rule"]
    power, level = run.results.rule(rule, "win", at), run.results.rule(rule, "null_win", at)
    said = [
        "Power and level (share of studies that meet a rule, with the effect and without), mean "
        "change, bias, coverage and width of 95% intervals, type S and type M errors; each with "
        "its Monte Carlo standard error in results.csv."
    ]
    for name, row in (("power", power), ("level", level)):
        if row is not None and row.replicates:
            said.append(
                f"At {at} pairs the {name} of '{shown(rule)}' has Monte Carlo error {row.mcse:.4f} "
                f"from {row.replicates:,} simulated studies."
            )
        elif row is not None:
            said.append(f"At {at} pairs the {name} of '{shown(rule)}' is computed exactly.")
    return " ".join(said)
