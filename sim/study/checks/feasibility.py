"""Checks of a pilot's progression criteria against one another and against the study."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from sim.study.draft import Draft
from sim.study.feasibility import Criterion, Feasibility
from sim.study.refusals import FieldError, FieldErrors, check_all, nearest

OF_ROLES = ("retention", "completeness", "answers")
"""What is judged of a role's people."""
LEAST_RETAINED = 0.1
"""Smallest share that can be expected to be retained, as the largest of `missing.rate` has it."""


def check_feasibility(study: Draft) -> None:
    """Run the checks of `feasibility`, where there is such a section."""
    feasibility = study.feasibility
    if feasibility is None:
        return
    each = [partial(_check_criterion, name=name) for name in feasibility.criteria]
    check_all((_check_sizes, _check_sites, _check_main, _check_once, *each), study)


def _section(study: Draft) -> Feasibility:
    if study.feasibility is None:
        raise TypeError("there is no pilot")
    return study.feasibility


def _check_sizes(study: Draft) -> None:
    sizes = _section(study).sizes
    if any(second <= first for first, second in pairwise(sizes)):
        raise FieldError("feasibility.sizes", sizes, "must rise, each size once")


def _check_sites(study: Draft) -> None:
    sites, pilot, clusters = study.feasibility_sites, _section(study), study.sites
    if clusters is not None and clusters.accrual == "round_robin" and pilot.sites is not None:
        listed = clusters.sites if clusters.sizes is None else len(clusters.sizes)
        if pilot.sites != listed:
            right = f"must be the {listed} sites of clusters; leave it out"
            raise FieldError("feasibility.sites", pilot.sites, right)
    for name, criterion in pilot.criteria.items():
        if criterion.icc and sites < 2:
            right = "needs two sites or more; state feasibility.sites"
            raise FieldError(f"feasibility.criteria.{name}.icc", criterion.icc, right)


def _check_main(study: Draft) -> None:
    main = _section(study).main
    if (main.sized_by == "fixed") != (main.n is not None):
        right = "must be stated with sized_by: fixed, and with no other"
        raise FieldError("feasibility.main.n", main.n, right)
    if main.sized_by == "assurance" and not study.has_prior:
        right = "averages over what is believed; state effect.prior"
        raise FieldError("feasibility.main.sized_by", main.sized_by, right)


def _check_once(study: Draft) -> None:
    """Refuse two criteria of one thing where the second would contradict the first."""
    seen: Counter[tuple[str, str | None]] = Counter()
    for name, criterion in _section(study).criteria.items():
        whose = (criterion.measure, criterion.role or study.role_names[0])
        seen[whose] += criterion.measure != "answers"
        if seen[whose] > 1:
            right = "is judged by another criterion already"
            raise FieldError(f"feasibility.criteria.{name}.measure", criterion.measure, right)


def _check_criterion(study: Draft, name: str) -> None:
    criterion = _section(study).criteria[name]
    place = f"feasibility.criteria.{name}"
    faults = tuple(_faults(study, place, criterion))
    if faults:
        raise FieldErrors(faults)


def _faults(study: Draft, place: str, criterion: Criterion) -> Iterator[FieldError]:
    measure = criterion.measure
    if criterion.red >= criterion.green:
        yield FieldError(f"{place}.red", criterion.red, f"must be below green = {criterion.green}")
    if measure != "rate":
        for field in ("red", "green", "expected"):
            if (getattr(criterion, field) or 0) > 1:
                right = "must be a share of at most 1, or a percent with its %"
                yield FieldError(f"{place}.{field}", getattr(criterion, field), right)
    elif criterion.expected == 0:
        yield FieldError(f"{place}.expected", criterion.expected, "must be above 0")
    if criterion.icc and measure == "rate":
        yield FieldError(f"{place}.icc", criterion.icc, "is of shares; a rate has its variation")
    if criterion.variation and measure != "rate":
        yield FieldError(f"{place}.variation", criterion.variation, "is of a rate alone")
    yield from _role_faults(study, place, criterion)
    yield from _answer_faults(study, place, criterion)


def _role_faults(study: Draft, place: str, criterion: Criterion) -> Iterator[FieldError]:
    role, known = criterion.role, study.role_names
    if role is not None and criterion.measure not in OF_ROLES:
        right = f"is judged with {', '.join(OF_ROLES)} only; leave it out"
        yield FieldError(f"{place}.role", role, right)
    elif role is not None and role not in known:
        yield FieldError(f"{place}.role", role, f"is no role; {nearest(role, known)}")
    if criterion.measure == "retention" and criterion.icc and study.missing.depends:
        right = "cannot be had where dropping out depends on answers; use missing.kind=mcar"
        yield FieldError(f"{place}.icc", criterion.icc, right)
    if criterion.measure == "retention" and (criterion.expected or 1) < LEAST_RETAINED:
        right = f"must be at least {LEAST_RETAINED}"
        yield FieldError(f"{place}.expected", criterion.expected, right)


def _answer_faults(study: Draft, place: str, criterion: Criterion) -> Iterator[FieldError]:
    if criterion.measure != "answers":
        for field in ("item", "at_least"):
            value = getattr(criterion, field)
            if value is not None:
                yield FieldError(f"{place}.{field}", value, "is of answers only; leave it out")
        return
    lowest = study.questionnaire.lowest
    first, last = lowest + 1, lowest + study.points - 1
    if criterion.item not in study.domains:
        right = f"must name an item; {nearest(criterion.item or '', study.domains)}"
        yield FieldError(f"{place}.item", criterion.item, right)
    if criterion.at_least is None or not first <= criterion.at_least <= last:
        right = f"must be a point from {first} to {last}"
        yield FieldError(f"{place}.at_least", criterion.at_least, right)
    if criterion.expected is not None:
        right = "follows from the effect for answers; leave it out"
        yield FieldError(f"{place}.expected", criterion.expected, right)
