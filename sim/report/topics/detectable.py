"""The smallest effects that a study of a given size detects."""

from __future__ import annotations

from sim.power.detectable import DetectableEffect
from sim.report.document.model import LONG_NAME, Table, clean
from sim.report.document.numbers import number
from sim.report.results.answer import PlanAnswer


def detectable_table(answer: PlanAnswer) -> tuple[Table, ...]:
    """Smallest detectable effect of every domain and role, where the study asks for it.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.

    Returns
    -------
    tuple of Table
        One, or none.
    """
    size, words = answer.study.target.detectable_at, answer.study.words
    if not answer.detectable or size is None:
        return ()
    rows = tuple(
        (clean(effect.domain, LONG_NAME), words.counted(effect.role, effect.n), *_effect(effect))
        for effect in answer.detectable
    )
    return (
        Table(
            f"Smallest effects that {words.count(size)} detect with power "
            f"{answer.study.target.power:g}, one domain tested on its own (exact)",
            ("domain", "people", "shift in SD", "mean change in points"),
            rows,
            left=2,
        ),
    )


def _effect(effect: DetectableEffect) -> tuple[str, str]:
    if effect.shift is None or effect.mean_change is None:
        return "none suffices", "–"
    return number(effect.shift, 2, "+"), number(effect.mean_change, 2, "+")
