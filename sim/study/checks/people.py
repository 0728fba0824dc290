"""Checks of who takes part, the questions, and what is assumed of their answers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sim.study.draft import Draft
from sim.study.effects import (
    ByDomainEffect,
    Effect,
    JointEffect,
    MeanChangeEffect,
    MedianEffect,
    NoEffect,
    NormalShiftPrior,
    OddsRatioEffect,
    PostEffect,
    PosteriorEffect,
    RespondersEffect,
    ShiftEffect,
)
from sim.study.questionnaire import EVERY, MARGINAL_TOLERANCE, shares_of
from sim.study.refusals import FieldError, check_all, nearest
from sim.study.success import ITEMS


def check_people(study: Draft) -> None:
    """Run the cross-field checks of who takes part, in the order in which a reader meets them."""
    check_all((_check_effects, _check_roles, _check_matrices, _check_sizes), study)


def check_questionnaire(study: Draft) -> None:
    """Run the checks of the questions and of the correlations, whoever answers."""
    check_items(study)
    _check_matrices(study)


def check_items(study: Draft) -> None:
    """Check the names of items and totals, and that every item is answered somehow."""
    items = [partial(_check_item, name=name) for name in study.domains]
    totals = [partial(_check_total, name=name) for name in study.questionnaire.sums]
    check_all((*items, *totals, _check_members, _check_answered), study)


def _check_item(study: Draft, name: str) -> None:
    if name == ITEMS:
        raise FieldError("questionnaire.items", name, "is kept for the list of all items")
    if name in study.questionnaire.sums:
        raise FieldError("questionnaire.items", name, "is the name of a total")
    study.questionnaire.answers(name)


def _check_total(study: Draft, name: str) -> None:
    summed = study.questionnaire.sums[name]
    if name == ITEMS:
        raise FieldError("questionnaire.totals", name, "is kept for the list of all items")
    if not summed or len(set(summed)) < len(summed):
        raise FieldError(f"questionnaire.totals.{name}", summed, "must name items, each once")


def _check_members(study: Draft) -> None:
    """Refuse totals of items that are not there."""
    _ = study.endpoint_sets


def _check_answered(study: Draft) -> None:
    for name, role in study.roles.items():
        by_item = role.pre or {}
        if not isinstance(by_item, dict):
            continue
        check_all([partial(_check_answer, role=name, item=item) for item in by_item], study)
        for item in () if EVERY in by_item else study.domains:
            if item not in by_item and study.questionnaire.answers(item) is None:
                right = f"must be stated, or roles.{name}.pre: how it is answered before"
                raise FieldError(f"questionnaire.items.{item}", None, right)


def _check_answer(study: Draft, role: str, item: str) -> None:
    """Refuse what a role answers to an item that is not there, or not so."""
    place = f"roles.{role}.pre"
    if item != EVERY and item not in study.domains:
        raise FieldError(place, item, f"is no item; {nearest(item, study.domains)}")
    which = study.domains[0] if item == EVERY else item
    if study.answered_by(role).answers(which, place) is None:
        raise FieldError(f"{place}.{item}", None, "must say how it is answered before")


def _check_effects(study: Draft) -> None:
    _check_effect(study, "effect", study.effect)
    _check_prior("effect", study.effect)
    if study.control is not None:
        _check_effect(study, "control.effect", study.control.effect)


def _check_roles(study: Draft) -> None:
    for name, role in study.roles.items():
        if isinstance(role.pre, tuple):
            _per_domain(study, f"roles.{name}.pre", role.pre, _check_marginal)
        if role.effect is not None:
            _check_effect(study, f"roles.{name}.effect", role.effect)
            _check_prior(f"roles.{name}.effect", role.effect)


def _check_prior(place: str, effect: Effect) -> None:
    """Refuse shifts of a table: it has a correlation of before and after already."""
    parts: list[Effect] = [effect]
    if isinstance(effect, ByDomainEffect):
        parts = [*effect.items.values(), effect.otherwise]
    shifts = isinstance(effect.prior, NormalShiftPrior)
    if shifts and any(isinstance(part, JointEffect) for part in parts):
        right = (
            "draws shifts, and cannot be had where an effect states a table of before by after; "
            "state the distribution after (effect.post) instead"
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
        case MeanChangeEffect():
            check_count(study, f"{place}.mean_change", effect.mean_change)
        case RespondersEffect(responders=responders):
            low, high = study.questionnaire.lowest + 1, study.questionnaire.highest
            if not low <= responders.at_least <= high:
                right = f"must be a point from {low} to {high}"
                raise FieldError(f"{place}.responders.at_least", responders.at_least, right)
        case MedianEffect():
            _check_median(study, f"{place}.median", effect.median)
        case ByDomainEffect():
            _check_by_domain(study, place, effect)


def _check_median(study: Draft, place: str, median: int | tuple[int | None, ...]) -> None:
    check_count(study, place, median)
    for point in median if isinstance(median, tuple) else (median,):
        low, high = study.questionnaire.lowest, study.questionnaire.highest
        if point is not None and not low <= point <= high:
            raise FieldError(place, point, f"must be a point from {low} to {high}")


def _check_by_domain(study: Draft, place: str, effect: ByDomainEffect) -> None:
    for name, inner in effect.items.items():
        if name not in study.domains:
            hint = nearest(name, list(study.domains))
            raise FieldError(f"{place}.items", name, f"is not an item; {hint}")
        _check_effect(study, f"{place}.items.{name}", inner)
        if inner.prior is not None:
            right = "belongs to the effect as a whole, not to one item"
            raise FieldError(f"{place}.items.{name}.prior", inner.prior.kind, right)
    _check_effect(study, f"{place}.otherwise", effect.otherwise)


def check_count(study: Draft, place: str, values: object) -> None:
    """Refuse a list that has not one value for each item."""
    count = len(study.domains)
    if isinstance(values, tuple) and len(values) != count:
        raise FieldError(place, values, f"must be one value, or {count} (one per item)")


def _per_domain(
    study: Draft, place: str, value: Any, check: Callable[[Draft, str, Any, int], None]
) -> None:
    """Check one item, or one per item, told apart by nesting depth."""
    depth = 2 if check is _check_joint else 1
    if _depth(value) == depth:
        check(study, place, value, study.points)
        return
    check_count(study, place, value)
    for index, item in enumerate(value):
        check(study, f"{place}[{index}]", item, study.points)


def _depth(value: object) -> int:
    return 1 + _depth(value[0]) if isinstance(value, tuple) and value else 0


def _check_marginal(_study: Draft, place: str, value: Any, points: int) -> None:
    if _depth(value) != 1:
        raise FieldError(place, value, f"must be {points} numbers, one per point")
    try:
        shares_of(value, points)
    except ValueError as error:
        raise FieldError(place, value, str(error)) from None


def _check_joint(_study: Draft, place: str, value: Any, points: int) -> None:
    if len(value) != points or any(len(row) != points for row in value):
        raise FieldError(place, value, f"must be a table of {points} x {points} probabilities")
    total = sum(map(sum, value))
    if abs(total - 1) > MARGINAL_TOLERANCE:
        raise FieldError(place, value, f"sums to {total:.6g}; probabilities must sum to 1")


def _check_matrices(study: Draft) -> None:
    count = len(study.domains)
    if isinstance(study.correlation.items, tuple):
        _check_square("correlation.items", study.correlation.items, count)
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
    if design.n is None:
        if design.solve in ("power", "effect"):
            raise FieldError("design.solve", design.solve, "needs a size; state design.n")
        if study.seeks_precision and study.target.half_width is None:
            right = "needs a size, design.n, or what to reach, target.half_width"
            raise FieldError("design.solve", design.solve, right)
        if design.up_to < design.smallest:
            right = f"must be at least design.smallest = {design.smallest}"
            raise FieldError("design.up_to", design.up_to, right)
        return
    if not design.n:
        raise FieldError("design.n", design.n, "must name at least one size, or be null")
    if list(design.n) != sorted(set(design.n)):
        raise FieldError("design.n", design.n, "must rise, each size once")
