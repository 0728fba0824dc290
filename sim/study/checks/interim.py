"""Checks of interim looks: what they must be to one another, and to the rest of a study."""

from collections.abc import Sequence
from itertools import pairwise

from sim.study.draft import Draft
from sim.study.interim import Futility, Interim
from sim.study.refusals import FieldError, check_all

PARAMETERS = {
    "hwang_shih_decani": "gamma, such as -4",
    "kim_demets": "rho, above 0, such as 3",
    "wang_tsiatis": "delta, such as 0.25",
}
"""What the boundaries that have a parameter take."""
BY_LEVELS = ("levels", "spent")
"""Boundaries that are stated look by look."""


def check_interim(study: Draft) -> None:
    """Run every check of this file."""
    if study.interim is not None:
        check_all(
            (_check_looks, _check_boundary, _check_futility, _check_spend, _check_company), study
        )


def _stated(study: Draft) -> Interim:
    return study.interim or Interim()


def _check_looks(study: Draft) -> None:
    """Refuse looks stated in no way or in two, and those that do not rise."""
    interim = _stated(study)
    if (interim.looks is None) == (interim.sizes is None):
        right = "must be stated, as shares or their number; or as interim.sizes"
        if interim.looks is not None:
            right = "cannot be had together with interim.sizes; state one of them"
        raise FieldError("interim.looks", interim.looks, right)
    for place, stated in (("looks", interim.looks), ("sizes", interim.sizes)):
        if isinstance(stated, tuple) and not _rising(stated):
            raise FieldError(f"interim.{place}", stated, "must rise from look to look")
    if interim.sizes is not None and interim.sizes[0] < 2:
        raise FieldError("interim.sizes[0]", interim.sizes[0], "must be at least 2")


def _rising(values: Sequence[float]) -> bool:
    return all(first < second for first, second in pairwise(values))


def _check_boundary(study: Draft) -> None:
    interim, alpha = _stated(study), study.analysis.alpha
    _check_parameter("interim", interim.boundary, interim.parameter)
    by_levels = interim.boundary in BY_LEVELS
    if by_levels != (interim.levels is not None):
        right = f"goes with interim.boundary={' or '.join(BY_LEVELS)} only"
        if by_levels:
            right = f"must be given, for each look, for interim.boundary={interim.boundary}"
        raise FieldError("interim.levels", interim.levels, right)
    if interim.levels is None:
        return
    if len(interim.levels) != interim.number:
        right = f"must be {interim.number} levels, one for each look, the last at the end"
        raise FieldError("interim.levels", interim.levels, right)
    if max(interim.levels) > alpha:
        right = f"must be at most analysis.alpha={alpha}"
        raise FieldError("interim.levels", interim.levels, right)
    if interim.boundary == "spent" and not (
        _rising(interim.levels) and interim.levels[-1] == alpha
    ):
        right = f"must rise, up to analysis.alpha={alpha} at the end"
        raise FieldError("interim.levels", interim.levels, right)


def _check_parameter(place: str, name: str, value: float | None) -> None:
    """Refuse a parameter where there is none, none where there is one, and what it cannot be."""
    what = PARAMETERS.get(name)
    if what is None and value is not None:
        raise FieldError(f"{place}.parameter", value, f"does not apply to {name}; use null")
    if what is not None and value is None:
        raise FieldError(f"{place}.parameter", None, f"must be given for {name}: {what}")
    if name == "kim_demets" and value is not None and value <= 0:
        raise FieldError(f"{place}.parameter", value, "must be above 0")


def _check_futility(study: Draft) -> None:
    interim = _stated(study)
    futility = interim.futility
    if futility is None:
        return
    stated = [name for name in WAYS if getattr(futility, name) is not None]
    if len(stated) != 1:
        place = f"interim.futility.{stated[1] if stated else WAYS[0]}"
        value = getattr(futility, stated[1]) if stated else None
        raise FieldError(place, value, f"must be the only one of {', '.join(WAYS)} that is stated")
    _check_spending(futility)
    if futility.p is not None and len(futility.p) not in (1, interim.number - 1):
        right = f"must be one p-value, or {interim.number - 1}, one for each look before the last"
        raise FieldError("interim.futility.p", futility.p, right)


WAYS = ("p", "conditional_power", "effect", "beta_spending")
"""Ways of stating when a study is stopped for futility."""


def _check_spending(futility: Futility) -> None:
    _check_parameter("interim.futility", futility.beta_spending or "", futility.parameter)


def _check_spend(study: Draft) -> None:
    """Refuse to spend exactly what does not rest on independent signs, or would take too long."""
    interim, analysis = _stated(study), study.analysis
    if interim.spend != "exact":
        return
    sums = [name for name in study.tested_totals if len(study.totals[name]) > 1]
    by_rank = analysis.test_facts.by == "ranks"
    refused = {
        f"with analysis.test={analysis.test}, which does not rest on signs alone; use signed_rank, "
        "sign, mcnemar or sign_flip": not analysis.test_facts.rests_on_signs,
        "of sums by ranks; use analysis.test=sign_flip, or questionnaire.totals={}": by_rank
        and bool(sums),
        f"with analysis.adjustment={analysis.adjustment}; use none": len(study.domains) > 1
        and analysis.adjustment_facts.adjusts,
        "where people resemble each other; use clusters=none": bool(study.clusters),
        "with interim.boundary=levels; state what is spent by each look, as boundary=spent": (
            interim.boundary == "levels"
        ),
        "with interim.futility.binding=true; use false": interim.futility is not None
        and interim.futility.binding,
        "by ranks of a search over all sizes; state some sizes in design.n": by_rank
        and study.design.n is None,
    }
    for right, holds in refused.items():
        if holds:
            raise FieldError("interim.spend", "exact", f"cannot be had {right}")


def _check_company(study: Draft) -> None:
    """Refuse what cannot be had, or is not known, under looks."""
    if study.looks is None:
        return
    place, boundary = "interim.boundary", _stated(study).boundary
    if study.analysis.adjustment_facts.needs == "graph":
        right = (
            "cannot be had with analysis.adjustment=graphical: a graph over looks is not offered; "
            "use fixed_sequence or holm, or interim=none"
        )
        raise FieldError(place, boundary, right)
    if study.design.solve == "precision":
        right = "cannot be had with design.solve=precision; use interim=none"
        raise FieldError(place, boundary, right)
