"""From a specification to SVG and PNG; nothing is fetched from anywhere."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from sim.report.charts.theme import VEGA_LITE, Spec, Theme, themed

SCALE, PRINTED = 3, 300
"""Pixels of a PNG per pixel of the figure, and per inch of paper: 16.5 cm wide."""


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
        Pixels per pixel of the figure; the file says that 300 make an inch.

    Returns
    -------
    bytes
    """
    import vl_convert

    return packed(vl_convert.svg_to_png(svg, scale=scale * 72 / PRINTED, ppi=PRINTED))


def packed(png: bytes) -> bytes:
    """Pack the same picture into about a third: it is packed for speed before.

    Parameters
    ----------
    png : bytes
        A PNG file.

    Returns
    -------
    bytes
        The same pixels.

    References
    ----------
    W3C (2003). Portable Network Graphics, 2nd edition: chunk layout and CRC.
    """
    chunks = list(_chunks(png))
    data = zlib.compress(zlib.decompress(b"".join(b for k, b in chunks if k == b"IDAT")), 6)
    kept = [(kind, body) for kind, body in chunks if kind not in {b"IDAT", b"IEND"}]
    parts = [*kept, (b"IDAT", data), (b"IEND", b"")]
    return png[:8] + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8  # after the signature
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _chunk(kind: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(kind + body)
    return len(body).to_bytes(4) + kind + body + crc.to_bytes(4)
