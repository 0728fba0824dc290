"""A data frame of pandas as a file's rows."""

from __future__ import annotations

from typing import Any

from sim.reading.sheet import Row, Sheet, cell_text


def frame_sheet(name: str, frame: Any) -> Sheet:
    """Take a data frame for the file that it would be saved to, an index with a name included.

    Parameters
    ----------
    name : str
        What complaints call it; they count its headings as line 1.
    frame : pandas.DataFrame
        Of which several rows of headings are joined.
    """
    if any(level is not None for level in frame.index.names):
        frame = frame.reset_index()
    heads = [each if isinstance(each, tuple) else (each,) for each in frame.columns]
    names = tuple(": ".join(text for level in head if (text := cell_text(level))) for head in heads)
    cells = frame.astype(object).where(frame.notna(), "").itertuples(index=False, name=None)
    rows = (Row(line, tuple(map(cell_text, values))) for line, values in enumerate(cells, start=2))
    return Sheet(name, (Row(1, names), *(row for row in rows if any(row.cells))))
