"""The reference data, and one comparison with it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "data"
STANDARD_ERRORS = 4.4
"""Monte Carlo errors allowed: exceeded once in 100,000 correct comparisons."""


def read(name: str) -> list[dict[str, Any]]:
    """Read a file of one record a line."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in read("published_cases.jsonl")}


@dataclass(frozen=True, eq=False)
class Comparison:
    """A published quantity, and ours.

    Attributes
    ----------
    case, name : str
        Which.
    published, ours : ndarray
        Values, of one shape.
    tolerance : float
        Largest difference allowed.
    simulated : bool
        Whether ours is a simulation, and the tolerance its error.
    """

    case: str
    name: str
    published: NDArray[np.float64]
    ours: NDArray[np.float64]
    tolerance: float
    simulated: bool

    @property
    def difference(self) -> float:
        """Largest difference."""
        return float(np.abs(self.published - self.ours).max())

    @property
    def passed(self) -> bool:
        """Whether the difference is allowed."""
        return self.difference <= self.tolerance


def compare(
    case: str,
    name: str,
    ours: ArrayLike,
    *,
    published: ArrayLike | None = None,
    tolerance: float | None = None,
    error: float = 0.0,
) -> Comparison:
    """Compare with a case's expected value, or with one that stands in its notes.

    Parameters
    ----------
    case, name : str
        The case and its quantity.
    ours : array_like
        Our value.
    published : array_like, optional
        The published value, where it stands in the notes.
    tolerance : float, optional
        Where it differs from the case's own.
    error : float
        Monte Carlo standard error of ours; it widens the tolerance.
    """
    stated = CASES[case]["tolerance"]
    if isinstance(stated, dict):
        stated = stated.get(name, stated.get("*", 0.0))
    allowed = max(stated if tolerance is None else tolerance, STANDARD_ERRORS * error)
    theirs = CASES[case]["expected"][name] if published is None else published
    return Comparison(
        case, name, np.asarray(theirs, np.float64), np.asarray(ours, np.float64), allowed, error > 0
    )


Evaluation = Callable[[], list[Comparison]]
