"""What all figures share: colours that colour-blind people tell apart, type, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one, as plain data."""
Theme = Literal["light", "dark", "print"]
"""Light and dark are transparent, for a page; print is the light one on white, for files."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
VEGA_LITE = "6.4"
"""Version of Vega-Lite that figures are written for."""
WIDTH = 650
"""Whole width in pixels: a page's text, 16.5 cm wide, has letters of 11 pixels at 8 points."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first comes with vl-convert; the others have letters of the same widths."""

LIGHT = ("#0072B2", "#D55E00", "#007D5A", "#B8578F", "#9A6B00", "#2E94D0", "#7A7A7A", "#1A1A1A")
DARK = ("#56B4E9", "#FF8A33", "#2CC295", "#E79BC5", "#F0C03C", "#9CC9FF", "#A8A8A8", "#FFFFFF")
"""Okabe M, Ito K (2008), Color universal design, without yellow and black; its hues are darkened
on white and lightened on black until each stands out by 3:1."""
DASHES: list[list[int]] = [[1, 0], [6, 2], [2, 2]]
"""Beside colour, so that lines are told apart in grey."""
DIVERGING = ("#B35806", "#F1A340", "#FEE0B6", "#E3E3E3", "#D8DAEB", "#998EC3", "#542788")
"""Brewer's PuOr: low answers orange, high ones purple."""
SEQUENTIAL = ("#F7FBFF", "#C6DBEF", "#6BAED6", "#2171B5", "#08306B")
"""Brewer's Blues."""
LOWER, HIGHER, UNCLEAR = "#E08A3C", "#4A90C4", "#9E9E9E"
"""Bars below and above what they are compared with, and those not told apart from it."""
STOPS, AMENDS, GOES = "#B8432F", "#E6B84A", "#2F8F83"
"""A traffic light whose green is bluish and whose amber is light, told apart without hues too."""

_INKS = {"light": "#333333", "dark": "#DDDDDD"}
_HUES = {"light": list(LIGHT), "dark": list(DARK)}


def themed(spec: Spec, theme: Theme) -> Spec:
    """Give a figure its colours and type.

    Parameters
    ----------
    spec : dict
        A figure's specification, which has no colours.
    theme : {'light', 'dark', 'print'}
        For a page in light or dark, or for a file on white.

    Returns
    -------
    dict
        A specification that can be drawn.
    """
    return {**spec, "config": config(theme)}


def config(theme: Theme) -> Spec:
    """Colours and type of one theme, as Vega-Lite's config."""
    shade = "dark" if theme == "dark" else "light"
    ink, hues = _INKS[shade], _HUES[shade]
    text = {"labelColor": ink, "titleColor": ink, "labelFontSize": 11, "titleFontSize": 11}
    return {
        "background": "white" if theme == "print" else "transparent",
        "font": FONT,
        "padding": 6,
        "view": {"stroke": None},
        "mark": {"aria": False},
        "axis": {
            **text, "domainColor": ink, "tickColor": ink, "gridColor": "#9E9E9E",
            "gridOpacity": 0.25, "titleFontWeight": "normal", "titlePadding": 6,
            "labelFlush": False, "labelLimit": 0, "titleLimit": 0,
        },
        "legend": {
            **text, "titleFontWeight": "normal", "labelLimit": 0, "titleLimit": 0,
            "orient": "bottom", "symbolStrokeWidth": 2, "rowPadding": 3, "offset": 8,
            "columnPadding": 12,
        },
        "title": {
            "color": ink, "fontSize": 13, "anchor": "start", "frame": "bounds",
            "subtitleColor": ink, "subtitleFontSize": 11, "subtitlePadding": 4, "offset": 10,
            "lineHeight": 16, "subtitleLineHeight": 14,
        },
        "text": {"color": ink, "fontSize": 11},
        "range": {"category": hues},
        "style": _styles(ink, hues),
    }  # fmt: skip


def _styles(ink: str, hues: Sequence[str]) -> Spec:
    """Colours of marks by what they mean, so that a specification names none."""
    return {
        "target": {"color": ink, "strokeDash": [4, 3], "strokeWidth": 1},
        "answer": {"color": ink, "strokeWidth": 1},
        "answer-point": {"color": ink, "size": 45, "opacity": 1},
        "interval": {"color": ink, "opacity": 0.13},
        "main-line": {"color": hues[0], "strokeWidth": 2},
        "main-band": {"color": hues[0], "opacity": 0.25},
        "main-point": {"color": hues[0], "size": 40, "opacity": 1},
        "main-error": {"color": hues[0], "strokeWidth": 1.5},
        "error": {"color": ink, "strokeWidth": 1.5},
        "note": {"color": ink, "fontSize": 11},
        "empty": {"color": "#9E9E9E", "opacity": 0.2},
        "on-dark": {"color": "#FFFFFF", "fontSize": 10},
        "on-pale": {"color": "#222222", "fontSize": 10},
        "small-note": {"color": ink, "fontSize": 10},
        "strong-note": {"color": ink, "fontSize": 11, "fontWeight": "bold"},
    }


def blended(anchors: Sequence[str], number: int) -> list[str]:
    """Take colours at equal steps from a row of anchors, the first and the last among them.

    Parameters
    ----------
    anchors : sequence of str
        Colours as ``#RRGGBB``.
    number : int
        How many.

    Returns
    -------
    list of str
    """
    if number == 1:
        return [anchors[-1]]
    colours = []
    for place in range(number):
        at = place * (len(anchors) - 1) / (number - 1)
        start = min(int(at), len(anchors) - 2)
        colours.append(_between(anchors[start], anchors[start + 1], at - start))
    return colours


def _between(first: str, second: str, share: float) -> str:
    parts = [
        round(int(first[i : i + 2], 16) * (1 - share) + int(second[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02X}" for part in parts)
