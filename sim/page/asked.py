"""What the planner asks for besides a size: the power at sizes; or what only a run can solve."""

from __future__ import annotations

from collections.abc import Sequence

from htmltools import Tag, tags

from sim.report.document.numbers import error_words
from sim.report.document.words import listed_words
from sim.study import Study

MOST = 4
"""Most sizes whose power is said; of more it is that of the largest."""
LONGER = {
    "effect": "the smallest detectable effect",
    "precision": "the precision of the estimates",
}
"""What takes longer than a moment, in words."""


def asks_for_size(study: Study) -> bool:
    """Tell whether a size is asked for."""
    return study.design.solve in {None, "size"}


def asked_part(study: Study) -> Tag | None:
    """Say what is shown in the place of what is asked, where that takes longer than a moment."""
    what = LONGER.get(study.design.solve or "")
    if what is None:
        return None
    return tags.p(
        tags.strong(f"“Simulate” answers what is asked, {what} "
                    f"with {study.words.count(study.sizes[-1])}."),
        " That takes longer than a moment; until then, this is the power with the effect as it "
        "is assumed.",
    )  # fmt: skip


def powers_sentence(
    study: Study, sizes: Sequence[int], power: Sequence[float], errors: Sequence[float] = ()
) -> list[Tag | str]:
    """Say the power at the sizes that are asked for, or at the largest of many.

    Parameters
    ----------
    study : Study
        Says the sizes, and the nouns.
    sizes : sequence of int
        Those whose power is known, the study's largest among them.
    power, errors : sequence of float
        At each; no errors where it is exact.
    """
    wanted = study.sizes if study.design.n and len(study.sizes) <= MOST else study.sizes[-1:]
    said = [_written(power, errors, sizes.index(n)) for n in wanted]
    if len(wanted) == 1:
        return ["power ", tags.strong(said[0]), f" with {study.words.count(wanted[0])}"]
    each = [f"{value} with {n}" for value, n in zip(said, wanted, strict=True)]
    return ["power ", tags.strong(listed_words(each)), f" {study.words.units}"]


def _written(power: Sequence[float], errors: Sequence[float], at: int) -> str:
    return f"{power[at]:.3f}" + (f" ±{error_words(errors[at])}" if len(errors) else "")
