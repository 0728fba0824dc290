"""The page of a run, as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.report.charts.figure import Figure
from sim.report.charts.figures import figures
from sim.report.charts.page import for_page
from sim.report.charts.theme import Spec, config
from sim.report.files import write_whole
from sim.report.html.ademp import ademp_table
from sim.report.html.interactive import interactive_curve
from sim.report.html.tables import (
    Table,
    assurance_table,
    audit_tables,
    before_table,
    effect_table,
    endpoint_table,
    one_group_table,
    power_table,
    precision_table,
)
from sim.report.saved import SavedRun, drawn_from
from sim.report.sizes import pairs_words

DIGITS = 5
"""Significant digits of numbers that are only drawn."""


@dataclass(frozen=True)
class Section:
    """One part of the page.

    Attributes
    ----------
    heading : str
        In plain words.
    name : str
        Its place in the page's address.
    figures : tuple of Figure
        Drawn first.
    tables : tuple of Table
        Below them.
    """

    heading: str
    name: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


def write_page(run: SavedRun, folder: Path) -> Path:
    """Write report.html.

    Parameters
    ----------
    run : SavedRun
        Of any job.
    folder : Path
        Existing folder.

    Returns
    -------
    Path
        The file, whole or not there.

    Raises
    ------
    StudyError
        Where the saved results are not what this version writes.
    """
    return write_whole(folder / "report.html", page(run))


def page(run: SavedRun) -> str:
    """Write the page of a run: one file, nothing fetched, the same for the same results.

    Parameters
    ----------
    run : SavedRun
        Of any job.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    StudyError
        Where the saved results are not what this version writes.
    """
    from jinja2 import TemplateError

    drawn = figures(run)
    with drawn_from(run, "page can be made", TemplateError):
        return _rendered(run, drawn)


def _rendered(run: SavedRun, drawn: Sequence[Figure]) -> str:
    from jinja2 import Environment, StrictUndefined

    curve = interactive_curve(run) if run.job == "plan" else None
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    template = environment.from_string(_resource("report.html.j2"))
    return template.render(
        run=run,
        summary=run.summary,
        size=run.primary if run.job == "plan" else None,
        needed=pairs_words(run.primary) if run.job == "plan" else "",
        sections=_sections(run, drawn),
        curve=curve,
        style=_resource("report.css"),
        script=_resource("report.js"),
        bundle=_bundle() if drawn else "",
        data=as_script(
            {
                "figures": {figure.name: _drawing(figure) for figure in drawn},
                "configs": {theme: config(theme) for theme in ("light", "dark")},
                "curve": curve,
            }
        ),
        config_text=json.dumps(run.config, indent=2, ensure_ascii=False),
    )


def _sections(run: SavedRun, drawn: Sequence[Figure]) -> tuple[Section, ...]:
    if run.job != "plan":
        return (Section("Figures", "figures", tuple(drawn)),)
    by_name = {figure.name: figure for figure in drawn}

    def take(*starts: str) -> tuple[Figure, ...]:
        return tuple(figure for name, figure in by_name.items() if name.startswith(starts))

    roles = list(run.summary["effects"])
    resting = [precision_table(run), *audit_tables(run), one_group_table(run),
              before_table(run), assurance_table(run)]  # fmt: skip
    sections = (
        Section("Power of every rule", "rules", take("rule_curves"), (power_table(run),)),
        Section(
            "What is assumed", "assumed", take("answers"),
            tuple(effect_table(run, role) for role in roles),
        ),
        Section(
            "Each domain", "domains", take("endpoint_curves"),
            tuple(endpoint_table(run, role) for role in roles),
        ),
        Section(
            "What it rests on", "sensitivity", take("assurance", "power_spread"),
            tuple(table for table in resting if table is not None),
        ),
        Section("The simulation study", "ademp", (), (ademp_table(run),)),
    )  # fmt: skip
    return tuple(section for section in sections if section.figures or section.tables)


def _drawing(figure: Figure) -> dict[str, Any]:
    """Split a figure into its specification, without colours, and its data as a table."""
    spec: Spec = {
        name: part for name, part in for_page(figure, "light").items() if name != "config"
    }
    rows = spec.pop("data", {}).get("values", [])
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return {"spec": spec, "keys": keys, "rows": [[row.get(key) for key in keys] for row in rows]}


def as_script(data: Any) -> str:
    """Write data so that it can stand in a script element, whatever the text in it.

    Parameters
    ----------
    data : object
        Plain data.

    Returns
    -------
    str
        JSON without ``<``, numbers to :data:`DIGITS` significant digits.
    """
    text = json.dumps(_short(data), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _short(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
    return value


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that makes `vegaEmbed` known."""
    import vl_convert

    text = str(vl_convert.javascript_bundle(_EXPOSED))
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


_EXPOSED = "window.vegaEmbed = vegaEmbed;"


def _resource(name: str) -> str:
    return (files("sim.report.html") / name).read_text(encoding="utf-8")
