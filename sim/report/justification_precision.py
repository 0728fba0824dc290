"""How precise the study will be, in a justification."""

from __future__ import annotations

from sim.report.justification_parts import Line, line
from sim.report.justification_run import Plan

PRECISION = ("summary", "precision")
BY = {
    "person": "",
    "site": " (a t interval that takes each site as one observation)",
    "shared": " (a t interval that takes those who share a mentee as one observation)",
}


def precision_line(plan: Plan) -> Line:
    """Say how wide the 95% interval of the primary rule's endpoint is, with its coverage.

    Parameters
    ----------
    plan : Plan
        Of a run that holds it.

    Returns
    -------
    tuple
        Of several endpoints, on that with the widest interval; then from which
        size the interval is as narrow as the planner wants.
    """
    return line(*_at(plan), *_half_width(plan))


def _named(plan: Plan) -> Line:
    """Name what is estimated."""
    precision = plan.fields.get(*PRECISION)
    total = precision["endpoint"] == "total"
    of = line("the total") if total else line("‘", plan.fields.name(*PRECISION, "endpoint"), "’")
    two_arms = plan.config("control", "kind") == "parallel"
    what = "difference between the arms in" if two_arms else "mean change in"
    widest: Line = ()
    if precision["among"] > 1:
        count = plan.fields.number(*PRECISION, "among")
        widest = line(", the widest of the ", count, " of the criterion,")
    return line(f"the {precision['role']}s’ {what} ", *of, *widest, BY[precision["unit"]])


def _at(plan: Plan) -> Line:
    pairs = plan.pairs().shown()
    if plan.fields.get(*PRECISION, "at") is None:
        return line("With ", pairs, " pairs there is no 95% interval of ", *_named(plan), ".")
    return line(
        "With ", pairs, " pairs the 95% interval of ", *_named(plan), " is ",
        *_width(plan, "at"), ".",
    )  # fmt: skip


def _width(plan: Plan, where: str) -> Line:
    return line(
        "expected to be ", plan.fields.number(*PRECISION, where, "width", form=".1f"),
        " points wide, and covers the true value with probability ",
        plan.fields.number(*PRECISION, where, "coverage", form=".3f"),
    )  # fmt: skip


def _half_width(plan: Plan) -> Line:
    """Say from which size the interval is as narrow as the planner wants."""
    if plan.fields.get(*PRECISION, "half_width") is None:
        return ()
    half = plan.fields.number(*PRECISION, "half_width", form="g")
    if plan.fields.get(*PRECISION, "reached") is None:
        limit = plan.fields.number(*plan.size, "limit")
        return line(
            " No size up to ", limit, " pairs is expected to bring half of that width down to ",
            half, " points.",
        )  # fmt: skip
    return line(
        " Half of that width is expected to be at most ", half, " points from ",
        plan.fields.number(*PRECISION, "reached", "pairs"), " pairs: there the interval is ",
        *_width(plan, "reached"), ".",
    )  # fmt: skip
