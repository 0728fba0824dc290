"""The size before each adjustment, on screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sim.power.answer import PlanAnswer, SizeBefore
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
    found = [_before_words(answer, own) for own in answer.before_adjustments]
    yield f"All else equal, the study would need {'; '.join(found)}."
    if larger_without(map(asdict, answer.before_adjustments), asdict(answer.sample_size)):
        yield LARGER_BEFORE


def _before_words(answer: PlanAnswer, own: SizeBefore) -> str:
    size, study = own.size, answer.study
    pairs = "more than any number of" if size.impossible else pairs_words(vars(size))
    other = []
    if own.test != study.analysis.test:
        other.append(TESTS[own.test].title)
    if own.unit != study.allocation_unit:
        other.append("allocated by person")
    also = f" ({', '.join(other)})" if other else ""
    sure = interval_words(vars(size)) if size.replicates else " (exact)"
    return f"{pairs} pairs{sure} without {NAMES[own.adjustment]}{also}"


def larger_without(before: Iterable[Mapping[str, Any]], after: Mapping[str, Any]) -> bool:
    """Tell whether the study would be larger without missing answers, beyond the error of both.

    Parameters
    ----------
    before : iterable of mapping
        The fields of each :class:`~sim.power.answer.SizeBefore`.
    after : mapping
        The fields of the study's own :class:`~sim.power.sample_size.SampleSize`.

    Returns
    -------
    bool
    """
    found = next((own["size"] for own in before if own["adjustment"] == "missing"), None)
    if found is None or after["high"] is None:
        return False
    return found["low"] is None or bool(found["low"] > after["high"])
