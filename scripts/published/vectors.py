"""Reference values of other software for many data sets, and ours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from published.data import read
from published.others import METHODS
from sim import adjust, paired_t, sign_test, signed_rank
from sim.inference.sign_flip import sign_flip

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Agreement:
    """How closely a column of reference values is met."""

    column: str
    function: str
    count: int
    difference: float

    @property
    def passed(self) -> bool:
        """Whether the largest difference is allowed."""
        return self.difference <= TOLERANCE


Ours = Callable[[Any], ArrayLike]
RANK: dict[str, dict[str, Any]] = {
    "Wilcoxon_asym": {"p_value": "asymptotic"},
    "Wilcoxon_exact": {"p_value": "exact"},
    "Wilcoxon_exact_greater": {"p_value": "exact", "alternative": "greater"},
    "Pratt_asym": {"p_value": "asymptotic", "zeros": "pratt"},
    "Pratt_exact": {"p_value": "exact", "zeros": "pratt"},
    "Pratt_exact_greater": {"p_value": "exact", "zeros": "pratt", "alternative": "greater"},
    "R_cc": {"p_value": "asymptotic", "continuity": True},
}


def _ranked(options: dict[str, Any]) -> Ours:
    return lambda changes: signed_rank(changes, **options).pvalue


def _procedure(name: str) -> Ours:
    return lambda pvalues: adjust(pvalues, name)


def _agreement(column: str, function: str, ours: Ours, rows: list[dict[str, Any]]) -> Agreement:
    given = "p" if "p" in rows[0] else "d"
    found = np.array([ours(row[given]) for row in rows], np.float64)
    known = np.array([row[column] for row in rows], np.float64)
    return Agreement(column, function, len(rows), float(np.abs(found - known).max()))


def tests_of_changes() -> list[Agreement]:
    """Every paired test on the vectors of changes."""
    rows = read("signed_rank_reference.jsonl")
    others: dict[str, tuple[str, Ours]] = {
        "R_V": ("signed_rank, statistic", lambda d: signed_rank(d).statistic),
        "sign_exact": ("sign_test", lambda d: sign_test(d).pvalue),
        "perm_two": ("sign_flip", lambda d: sign_flip(d).pvalue),
        "perm_greater": (
            "sign_flip, greater",
            lambda d: sign_flip(d, alternative="greater").pvalue,
        ),
        "t_p": ("paired_t", lambda d: paired_t(d).pvalue),
    }
    said = {c: ", ".join(["signed_rank", *map(_option, o.items())]) for c, o in RANK.items()}
    found = [_agreement(c, said[c], _ranked(options), rows) for c, options in RANK.items()]
    return found + [_agreement(c, name, ours, rows) for c, (name, ours) in others.items()]


def _option(stated: tuple[str, Any]) -> str:
    return "continuity" if stated[1] is True else str(stated[1])


def adjustments() -> list[Agreement]:
    """Every procedure on the families of p-values."""
    rows = read("p_adjust_reference.jsonl")
    return [
        _agreement(column, f"adjust, {name}", _procedure(name), rows)
        for column, name in METHODS.items()
        if column in rows[0]
    ]
