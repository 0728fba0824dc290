"""The size before each adjustment, on screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sim.report.results.answer import PlanAnswer, SizeBefore
from sim.report.sizes import interval_words, pairs_words
from sim.study.methods import TESTS

NAMES = {
    "missing": "missing answers",
    "clusters": "clusters",
    "multiplicity": "the multiplicity adjustment",
    "all": "any of these",
}
LARGER_BEFORE = (
    "Without missing answers the study would have to be larger. That is no gain: those who are "
    "analysed differ from those whose answers are missing, and what is found of them is taken "
    "for everybody."
)


def before_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Say how large the study would be without each adjustment."""
    if not answer.before_adjustments:
        return
    sizes = [_before_words(answer, before) for before in answer.before_adjustments]
    yield f"All else equal, the study would need {'; '.join(sizes)}."
    if larger_without(map(asdict, answer.before_adjustments), asdict(answer.sample_size)):
        yield LARGER_BEFORE


def _before_words(answer: PlanAnswer, before: SizeBefore) -> str:
    size, study = before.size, answer.study
    pairs = "more than any number of" if size.impossible else pairs_words(vars(size))
    other = []
    if before.test != study.analysis.test:
        other.append(TESTS[before.test].title)
    if before.unit != study.allocation_unit:
        other.append("allocated by person")
    also = f" ({', '.join(other)})" if other else ""
    sure = interval_words(vars(size)) if size.replicates else " (exact)"
    return f"{pairs} pairs{sure} without {NAMES[before.adjustment]}{also}"


def larger_without(before: Iterable[Mapping[str, Any]], after: Mapping[str, Any]) -> bool:
    """Tell whether the study would be larger without missing answers, beyond the error of both.

    Parameters
    ----------
    before : iterable of mapping
        The fields of each :class:`~sim.report.results.answer.SizeBefore`.
    after : mapping
        The fields of the study's :class:`~sim.power.sample_size.SampleSize`.

    Returns
    -------
    bool
    """
    size = next((other["size"] for other in before if other["adjustment"] == "missing"), None)
    if size is None or after["high"] is None:
        return False
    return size["low"] is None or bool(size["low"] > after["high"])
