"""From a specification to SVG and PNG; nothing is fetched from anywhere."""

from __future__ import annotations

from sim.report.charts.theme import VEGA_LITE, Spec, Theme, themed

SCALE = 3
"""Pixels of a PNG per pixel of the figure: 300 an inch in a column of 8.5 cm or more."""


def as_svg(spec: Spec, theme: Theme = "print") -> str:
    """Draw a figure as SVG.

    Parameters
    ----------
    spec : dict
        A figure's specification.
    theme : {'light', 'dark', 'print'}
        Its colours.

    Returns
    -------
    str
    """
    import vl_convert

    return vl_convert.vegalite_to_svg(
        themed(spec, theme), vl_version=VEGA_LITE, allowed_base_urls=[]
    )


def as_png(svg: str, scale: float = SCALE) -> bytes:
    """Turn a drawn figure into a PNG.

    Parameters
    ----------
    svg : str
        From :func:`as_svg`.
    scale : float
        Pixels per pixel of the figure.

    Returns
    -------
    bytes
    """
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=scale)
