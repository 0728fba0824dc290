"""How an answer shows itself in Python: on one screen, as data frames, as the report's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sim import Figure, Showing


class Shown:
    """What an answer of a job offers a notebook; none of it is computed before it is wanted."""

    def to_frame(self, kind: str | None = None) -> pd.DataFrame:
        """Give a table of the answer as a tidy data frame, a row an estimate.

        Parameters
        ----------
        kind : str, optional
            Of a plan "power" (every rule), "endpoints", "curve" (the primary rule), or "results",
            all of results.csv; of a sweep "points" or "results", all of sweep.csv; of a
            calibration "posterior" (draws) or "patterns". By default the first of them.

        Raises
        ------
        StudyError
            For another kind, or where pandas is not installed.
        """
        return self._showing.frame(kind)

    def plot(self, kind: str | None = None) -> Figure:
        """Draw a figure of the report, which a notebook shows and ``save`` writes.

        Parameters
        ----------
        kind : str, optional
            Name of the figure, or how it begins; by default the first.

        Raises
        ------
        StudyError
            Where the answer has no such figure.
        """
        return self._showing.figure(kind)

    def __repr__(self) -> str:
        return self._showing.text

    def _repr_html_(self) -> str:
        return self._showing.html

    @property
    def _showing(self) -> Showing:
        from sim import showing  # by the package: what words and draws an answer stands above

        return showing(self)
