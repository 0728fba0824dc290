"""What the page is made of: the template, words and blocks in it, data and scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from sim.report.charts.figure import Figure
from sim.report.charts.page import for_page
from sim.report.charts.theme import Spec
from sim.report.document.model import Blank, Block, Cell, Table, typeset, words_of

DIGITS = 5
"""Significant digits of numbers that are only drawn."""


SHORT = 24
"""Most characters of a cell that is never broken into lines."""


@cache
def template() -> Any:
    """The page, with what its loops ask of the parts of a document."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    environment.filters.update(
        typeset=typeset, plainly=_plainly, in_runs=_in_runs, number_columns=_number_columns
    )
    environment.tests["blank"] = lambda part: isinstance(part, Blank)
    environment.tests["table"] = lambda block: isinstance(block, Table)
    return environment.from_string(resource("report.html.j2"))


def _plainly(cell: Cell) -> str:
    """Write a cell where there is room for words alone."""
    return words_of(typeset(cell))


def _number_columns(table: Table) -> set[int]:
    """Find the columns whose cells are set to the right and never wrap."""
    return {
        column
        for column in range(table.left, len(table.head))
        if max((len(words_of(row[column])) for row in table.rows), default=0) <= SHORT
    }


def _in_runs(blocks: Iterable[Block]) -> list[tuple[bool, list[Block]]]:
    """Put entries that follow one another together, as they are one list."""
    runs = groupby(blocks, lambda block: getattr(block, "kind", "") in ("entry", "warning"))
    return [(is_list, [*run]) for is_list, run in runs]


def drawing(figure: Figure) -> dict[str, Any]:
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
def bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that makes `vegaEmbed` known."""
    import vl_convert

    text = str(vl_convert.javascript_bundle(_EXPOSED))
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


_EXPOSED = "window.vegaEmbed = vegaEmbed;"


def resource(name: str) -> str:
    """Read a file of the page."""
    return (files("sim.report.printers.html") / name).read_text(encoding="utf-8")
