"""A sample size and its interval in a justification, as far as the sizes studied tell."""

from __future__ import annotations

from sim.report.justification_parts import Line, line
from sim.report.justification_run import Plan
from sim.report.sizes import at_least, is_known


def pairs_line(plan: Plan, keys: tuple[str | int, ...]) -> Line:
    """Write a sample size as far as the sizes studied tell, or the one that is not enough."""
    found, pairs = plan.fields.get(*keys), plan.fields.number(*keys, "pairs")
    if found["pairs"] is None:
        return line("over ", plan.fields.number(*keys, "limit"))
    if is_known(found):
        return line(pairs)
    if at_least(found) is None:
        return line("at most ", pairs)
    return line(plan.fields.number(*keys, "at_least"), " to ", pairs)


def interval_ends(plan: Plan, keys: tuple[str | int, ...]) -> tuple[Line, Line]:
    """Write the ends of a sample size's interval; the lower is empty where it is not known."""
    found, fields = plan.fields.get(*keys), plan.fields
    low = "low_at_least" if "low_at_least" in found else "low"
    below = () if found[low] is None else line(fields.number(*keys, low))
    if found["high"] is None:
        return below, line("more than ", fields.number(*keys, "limit"))
    return below, line(fields.number(*keys, "high"))
