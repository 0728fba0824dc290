"""Checks of who takes part, the questions, and what is assumed of their answers."""

from collections.abc import Callable
from typing import Any

from sim.study.control import ParallelControl
from sim.study.draft import Draft
from sim.study.effects import (
    ByDomainEffect,
    Effect,
    JointEffect,
    MedianEffect,
    NoEffect,
    NormalShiftPrior,
    OddsRatioEffect,
    PostEffect,
    PosteriorEffect,
    ShiftEffect,
)
from sim.study.refusals import FieldError, nearest
from sim.study.sections import TOTAL

MARGINAL_TOLERANCE = 1e-6


def check_people(study: Draft) -> None:
    """Run the cross-field checks of who takes part, in the order in which a reader meets them."""
    _check_scale(study)
    _check_roles(study)
    _check_matrices(study)
    _check_sizes(study)


def check_questionnaire(study: Draft) -> None:
    """Run the checks of the questions and of the correlations, whoever answers."""
    _check_scale(study)
    _check_matrices(study)


def _check_scale(study: Draft) -> None:
    domains = study.scale.domains
    twice = [name for name in domains if domains.count(name) > 1]
    if twice:
        raise FieldError("scale.domains", twice[0], "is named twice; domain names must differ")
    if TOTAL in domains:
        raise FieldError("scale.domains", TOTAL, "is kept for the sum of all domains")
    if "domains" in domains:
        raise FieldError("scale.domains", "domains", "is kept for the list of all domains")


def _check_roles(study: Draft) -> None:
    _check_effect(study, "effect", study.effect)
    _check_prior("effect", study.effect)
    if isinstance(study.control, ParallelControl):
        _check_effect(study, "control.effect", study.control.effect)
    for name, role in study.roles.items():
        _per_domain(study, f"roles.{name}.pre", role.pre, _check_marginal)
        if role.effect is not None:
            _check_effect(study, f"roles.{name}.effect", role.effect)
            _check_prior(f"roles.{name}.effect", role.effect)


def _check_prior(place: str, effect: Effect) -> None:
    """Refuse shifts of a table: it has a correlation of before and after already."""
    parts: list[Effect] = [effect]
    if isinstance(effect, ByDomainEffect):
        parts = [*effect.domains.values(), effect.otherwise]
    shifts = isinstance(effect.prior, NormalShiftPrior)
    if shifts and any(isinstance(part, JointEffect) for part in parts):
        right = (
            "draws shifts, and cannot be had where an effect states a table of before by after; "
            "state the distribution after (effect=post) instead"
        )
        raise FieldError(f"{place}.prior", "normal_shift", right)


def _check_effect(study: Draft, place: str, effect: Effect) -> None:
    match effect:
        case NoEffect() | PosteriorEffect():
            return
        case ShiftEffect(shift=values) | OddsRatioEffect(odds_ratio=values):
            check_count(study, f"{place}.{effect.kind}", values)
        case PostEffect():
            _per_domain(study, f"{place}.post", effect.post, _check_marginal)
        case JointEffect():
            _per_domain(study, f"{place}.joint", effect.joint, _check_joint)
        case MedianEffect():
            _check_median(study, f"{place}.median", effect.median)
        case ByDomainEffect():
            _check_by_domain(study, place, effect)


def _check_median(study: Draft, place: str, median: int | tuple[int | None, ...]) -> None:
    check_count(study, place, median)
    for point in median if isinstance(median, tuple) else (median,):
        if point is not None and point > study.scale.points:
            raise FieldError(place, point, f"must be a point from 1 to {study.scale.points}")


def _check_by_domain(study: Draft, place: str, effect: ByDomainEffect) -> None:
    for name, inner in effect.domains.items():
        if name not in study.scale.domains:
            hint = nearest(name, list(study.scale.domains))
            raise FieldError(f"{place}.domains", name, f"is not a domain; {hint}")
        _check_effect(study, f"{place}.domains.{name}", inner)
        if inner.prior is not None:
            right = "belongs to the effect as a whole, not to one domain"
            raise FieldError(f"{place}.domains.{name}.prior", inner.prior.kind, right)
    _check_effect(study, f"{place}.otherwise", effect.otherwise)


def check_count(study: Draft, place: str, values: object) -> None:
    """Refuse a list that has not one value for each domain."""
    count = len(study.scale.domains)
    if isinstance(values, tuple) and len(values) != count:
        raise FieldError(place, values, f"must be one value, or {count} (one per domain)")


def _per_domain(
    study: Draft, place: str, value: Any, check: Callable[[Draft, str, Any, int], None]
) -> None:
    """Check one item, or one item per domain, told apart by nesting depth."""
    depth = 2 if check is _check_joint else 1
    if _depth(value) == depth:
        check(study, place, value, study.scale.points)
        return
    check_count(study, place, value)
    for index, item in enumerate(value):
        check(study, f"{place}[{index}]", item, study.scale.points)


def _depth(value: object) -> int:
    return 1 + _depth(value[0]) if isinstance(value, tuple) and value else 0


def _check_marginal(_study: Draft, place: str, value: Any, points: int) -> None:
    if _depth(value) != 1 or len(value) != points:
        raise FieldError(place, value, f"must be {points} probabilities, one per point")
    if abs(sum(value) - 1) > MARGINAL_TOLERANCE:
        raise FieldError(place, value, f"sums to {sum(value):.6g}; probabilities must sum to 1")


def _check_joint(_study: Draft, place: str, value: Any, points: int) -> None:
    if len(value) != points or any(len(row) != points for row in value):
        raise FieldError(place, value, f"must be a table of {points} x {points} probabilities")
    total = sum(map(sum, value))
    if abs(total - 1) > MARGINAL_TOLERANCE:
        raise FieldError(place, value, f"sums to {total:.6g}; probabilities must sum to 1")


def _check_matrices(study: Draft) -> None:
    count = len(study.scale.domains)
    if isinstance(study.correlation.domains, tuple):
        _check_square("correlation.domains", study.correlation.domains, count)
    if study.correlation.full is not None:
        _check_square("correlation.full", study.correlation.full, 2 * count)


def _check_square(place: str, rows: tuple[tuple[float, ...], ...], size: int) -> None:
    if len(rows) != size or any(len(row) != size for row in rows):
        raise FieldError(place, rows, f"must be a {size} x {size} matrix")
    for i, row in enumerate(rows):
        if row[i] != 1:
            raise FieldError(f"{place}[{i}][{i}]", row[i], "must be 1 (the diagonal)")
        for j in range(i):
            if row[j] != rows[j][i]:
                right = f"must equal [{j}][{i}] = {rows[j][i]} (the matrix is symmetric)"
                raise FieldError(f"{place}[{i}][{j}]", row[j], right)


def _check_sizes(study: Draft) -> None:
    design = study.design
    if design.sizes is None:
        if design.max_pairs < design.min_pairs:
            right = f"must be at least design.min_pairs = {design.min_pairs}"
            raise FieldError("design.max_pairs", design.max_pairs, right)
        return
    if not design.sizes:
        raise FieldError("design.sizes", design.sizes, "must name at least one size, or be null")
    if list(design.sizes) != sorted(set(design.sizes)):
        raise FieldError("design.sizes", design.sizes, "must rise, each size once")
