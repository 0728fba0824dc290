"""A figure on a page: in light or dark, with its numbers under the pointer."""

from __future__ import annotations

from functools import cache

from sim.report.charts.figure import Figure
from sim.report.charts.theme import Spec, Theme, themed

_NUMBERS = {"value": "Power", "low": "from", "high": "to", "mcse": "Monte Carlo error"}


def for_page(figure: Figure, theme: Theme) -> Spec:
    """Give a figure a theme, and the values of its curves under the pointer.

    Parameters
    ----------
    figure : Figure
        From :func:`sim.report.charts.figures.figures`.
    theme : {'light', 'dark', 'print'}
        Of the page.

    Returns
    -------
    dict
        A Vega-Lite specification; what is seen at rest is what is printed.
    """
    # the page writes title and caption as text: that wraps whatever fonts there are
    spec = {name: part for name, part in figure.spec.items() if name != "title"}
    spec["width"] = "container"
    rows = spec.get("data", {}).get("values", [])
    if "layer" in spec and rows:
        hovers = [_hover(layer, rows[0]) for layer in spec["layer"] if _is_curve(layer)]
        spec["layer"] = [*spec["layer"], *hovers]
    return themed(spec, theme)


def drawing(figure: Figure) -> Spec:
    """Split a figure into its specification, without colours, and its data as a table."""
    spec: Spec = {
        name: part for name, part in for_page(figure, "light").items() if name != "config"
    }
    rows = spec.pop("data", {}).get("values", [])
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return {"spec": spec, "keys": keys, "rows": [[row.get(key) for key in keys] for row in rows]}


@cache
def bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that makes `vegaEmbed` known."""
    import vl_convert

    text = str(vl_convert.javascript_bundle(_EXPOSED))
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


_EXPOSED = "window.vegaEmbed = vegaEmbed;"


def _is_curve(layer: Spec) -> bool:
    return bool(layer["mark"]["type"] == "line")


def _hover(layer: Spec, row: Spec) -> Spec:
    """Lay unseen points over a curve, whose values show under the pointer."""
    x, y = layer["encoding"]["x"], layer["encoding"]["y"]
    shown = [{"field": x["field"], "type": "quantitative", "title": x["title"]}]
    shown += [{"field": "name", "type": "nominal", "title": " "}] if "name" in row else []
    shown += [
        {"field": field, "type": "quantitative", "title": title, "format": ".3f"}
        for field, title in _NUMBERS.items()
        if field in row
    ]
    mark = {"type": "point", "filled": True, "size": 80, "opacity": 0}
    return {"mark": mark, "encoding": {"x": x, "y": y, "tooltip": shown}}
