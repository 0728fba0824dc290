"""Checks of a control arm, of who takes part, and of what is tested."""

from sim.study.checks.people import check_count
from sim.study.clusters import SiteClusters
from sim.study.control import BaselineSelection, ParallelControl, ScreeningSelection
from sim.study.draft import Draft
from sim.study.methods import TESTS
from sim.study.refusals import FieldError

MOST_SHIFT = 4.0
"""Largest response shift, in standard deviations."""


def check_arms(study: Draft) -> None:
    """Run every check of this file."""
    _check_site_sizes(study)
    if study.control is not None:
        _check_control(study, study.control)
    if isinstance(study.selection, BaselineSelection | ScreeningSelection):
        _check_selection(study, study.selection)
    _check_shift(study)
    if not study.analysis.test_facts.has_total:
        _check_tested(study)


def _check_control(study: Draft, control: ParallelControl) -> None:
    if study.analysis.test_facts.unit == "site" and control.unit == "person":
        right = "compares sites of two arms; use control.unit=site, or another test"
        raise FieldError("analysis.test", study.analysis.test, right)
    by_site = control.beside is not None and TESTS[control.beside].unit == "site"
    for name, needed in (("unit", control.unit == "site"), ("beside", by_site)):
        if needed and study.sites is None:
            value = getattr(control, name)
            raise FieldError(f"control.{name}", value, "needs sites; choose clusters=sites")
    if study.missing.total == "prorated":
        right = "is not offered with a control arm; use complete_case"
        raise FieldError("missing.total", "prorated", right)
    if study.sites is not None and control.unit == "person":
        _check_whole_blocks(study, study.sites, sum(control.ratio))
    _check_control_effect(study, control)


def _check_whole_blocks(study: Draft, clusters: SiteClusters, both: int) -> None:
    """Refuse sites that do not hold whole blocks of the allocation, where their size is stated."""
    place = f"clusters.{study.words.site}"
    sizes = {f"{place}.sizes[{site}]": size for site, size in enumerate(clusters.sizes or ())}
    if not sizes and clusters.accrual == "in_turn":
        sizes = {f"{place}.per_site": clusters.per_site}
    for where, size in sizes.items():
        if size % both:
            right = f"must be a multiple of {both}, whole blocks of control.ratio"
            raise FieldError(where, size, right)


def _check_site_sizes(study: Draft) -> None:
    """Refuse sizes that are listed and vary by a coefficient as well."""
    sites, place = study.sites, f"clusters.{study.words.site}"
    if sites is not None and sites.sizes is not None and sites.size_variation > 0:
        right = f"cannot be had where {place}.sizes lists every site's size; use 0, or sizes=null"
        raise FieldError(f"{place}.size_variation", sites.size_variation, right)


def _check_control_effect(study: Draft, control: ParallelControl) -> None:
    if control.effect.kind == "posterior" or control.effect.prior is not None:
        right = "must be stated in numbers, without a posterior or prior"
        raise FieldError("control.effect", control.effect.kind, right)
    if study.has_prior and control.effect.kind != "none":
        right = "must be none where the effect has a prior (or set effect.prior=null)"
        raise FieldError("control.effect", control.effect.kind, right)


def _check_selection(study: Draft, selection: BaselineSelection | ScreeningSelection) -> None:
    lowest = len(study.domains) * study.questionnaire.lowest
    highest = len(study.domains) * study.questionnaire.highest
    for name in ("at_least", "at_most"):
        value = getattr(selection, name)
        if value is not None and not lowest <= value <= highest:
            right = f"must be a total from {lowest} to {highest}"
            raise FieldError(f"selection.{name}", value, right)
    low = lowest if selection.at_least is None else selection.at_least
    high = highest if selection.at_most is None else selection.at_most
    if low > high:
        raise FieldError("selection.at_least", low, f"exceeds selection.at_most, {high}")
    if (low, high) == (lowest, highest):
        right = "excludes nobody; state a limit, or choose selection=none"
        raise FieldError("selection.at_most", selection.at_most, right)
    if study.sites is not None:
        right = "is not offered together with clusters; use selection=none or clusters=none"
        raise FieldError("selection", selection.kind, right)


def _check_shift(study: Draft) -> None:
    shift = study.uncontrolled.response_shift
    check_count(study, "uncontrolled.response_shift", shift)
    for value in shift if isinstance(shift, tuple) else (shift,):
        if abs(value) > MOST_SHIFT:
            right = f"must be from -{MOST_SHIFT:g} to {MOST_SHIFT:g}"
            raise FieldError("uncontrolled.response_shift", value, right)


def _check_tested(study: Draft) -> None:
    """Refuse a rule of what the test does not look at."""
    for endpoint in study.primary_endpoints:
        if not study.is_tested(endpoint):
            right = f"is not tested by analysis.test={study.analysis.test}; name items"
            raise FieldError(f"success.{study.primary}", endpoint, right)
