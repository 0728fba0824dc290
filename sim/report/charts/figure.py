"""A figure: what is drawn, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import StudyError, reason_of
from sim.report.charts.labels import titled
from sim.report.charts.theme import SCHEMA, WIDTH, Spec

HEIGHT = 210
"""Height of the plotting area of a curve, in pixels."""
Z95 = 1.96
"""Monte Carlo standard errors on either side of a value within which a band is drawn."""


@dataclass(frozen=True)
class Omitted:
    """A figure that would show nothing.

    Attributes
    ----------
    name : str
        The figure's.
    words : str
        A sentence in its place.
    """

    name: str
    words: str


@dataclass(frozen=True, repr=False)
class Figure:
    """One figure.

    Attributes
    ----------
    name : str
        Fixed by what it shows, never by the user's text: also its file's name.
    title : str
        The finding, in words.
    below : str
        What is drawn, how precise it is, and what is left out.
    alt : str
        The same for those who cannot see it.
    spec : dict
        Vega-Lite specification without colours; see
        :func:`sim.report.charts.theme.themed`.
    """

    name: str
    title: str
    below: str
    alt: str
    spec: Spec

    @property
    def caption(self) -> str:
        """Title and what stands below it, as one paragraph."""
        return f"{self.title}. {self.below}".rstrip()

    def save(self, path: str | Path) -> None:
        """Write it as SVG, or as PNG where the file's name ends so.

        Raises
        ------
        StudyError
            Where the name ends otherwise, or the file cannot be written.
        """
        from sim.report.charts.render import as_png

        path, svg = Path(path), self._repr_svg_()
        if path.suffix not in (".svg", ".png"):
            raise StudyError(f"save: {path.name!r} must end in .svg or .png")
        try:
            path.write_bytes(svg.encode() if path.suffix == ".svg" else as_png(svg))
        except OSError as error:
            raise StudyError(f"{path}: cannot be written ({reason_of(error)})") from None

    def __repr__(self) -> str:
        return f"<Figure {self.name}: {self.title}>"

    def _repr_svg_(self) -> str:
        """Show it in a notebook."""
        from sim.report.charts.render import as_svg

        return as_svg(self.spec)


def layered(
    name: str,
    said: tuple[str, Sequence[str], str],
    layers: Sequence[Spec],
    rows: Sequence[Spec],
    *,
    height: int | Spec = HEIGHT,
    two_axes: bool = False,
) -> Figure:
    """Put layers over one another, as wide as a page.

    Parameters
    ----------
    name : str
        The figure's name.
    said : (str, sequence of str, str)
        Title, the lines below it, and what is seen for those who do not.
    layers : sequence of dict
        Vega-Lite layers over the common data.
    rows : sequence of dict
        The data.
    height : int or dict
        Of the plotting area, in pixels; or a step per band.
    two_axes : bool
        Whether the last layer has an upright axis of its own; the first has
        that of all others.

    Returns
    -------
    Figure
    """
    title, below, seen = said
    alt = f"{title}. {seen}"
    spec = {
        "$schema": SCHEMA,
        "title": titled(title, below),
        "description": alt,
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": list(rows)},
        "layer": [*_upright_once(layers[:-1]), layers[-1]] if two_axes else list(layers),
        **({"resolve": {"axis": {"y": "independent"}}} if two_axes else {}),
    }
    return Figure(name, title, " ".join(filter(None, below)), alt, spec)


def datum(x: object = None, y: object = None, **more: object) -> Spec:
    """Encode one place that is no row of the data."""
    return {key: {"datum": value} for key, value in (("x", x), ("y", y), *more.items())
            if value is not None}  # fmt: skip


def single(mark: Spec, encoding: Spec) -> Spec:
    """Draw a layer once, not for every row of the data."""
    return {"data": {"values": [{}]}, "mark": mark, "encoding": encoding}


def limited(number: int, most: int, what: str, file: str) -> str:
    """Say that not all is drawn; empty where all is."""
    return f"The first {most} of {number:,} {what} are drawn; all are in {file}." * (number > most)


def _upright_once(layers: Sequence[Spec]) -> Iterator[Spec]:
    """Leave the upright axis to the first layer."""
    yield layers[0]
    for layer in layers[1:]:
        encoding = layer["encoding"]
        upright = {"y": {**encoding["y"], "axis": None}} if "y" in encoding else {}
        yield {**layer, "encoding": {**encoding, **upright}}
