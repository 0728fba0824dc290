"""What was allowed for, in a justification: each adjustment, and the size before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report.adjustments import LARGER_BEFORE, larger_without
from sim.report.justification_parts import (
    Item,
    Line,
    Paragraph,
    Requirement,
    Table,
    line,
    listed,
    text,
)
from sim.report.justification_run import Plan, interval_ends, pairs_line, requirement
from sim.report.participation import LEVELS, MECHANISMS
from sim.report.sizes import interval
from sim.study.methods import ADJUSTMENTS, TESTS

Row = tuple[Line, Line, Line, Line]
"""Adjustment, its settings, pairs before, pairs after."""
BEFORE = ("summary", "before_adjustments")
GUIDELINE = "DELTA2, item 5"
NOT_COMPUTED = line("not computed")
UNCHANGED = line("unchanged")
NOT_HELD = text(
    "What is stated is part of every simulated study, so the size found allows for it already and "
    "nothing is added to it afterwards. Where the number before an adjustment is given as not "
    "computed, this run does not hold it: a second run without that adjustment would give it."
)
HEAD = tuple(map(line, ("Adjustment", "What is stated", "Pairs before", "Pairs after")))


def adjustments_item(plan: Plan) -> Item:
    """Show each adjustment with the number before and after it, where the run has it."""
    rows = list(_rows(plan))
    blocks: list[Paragraph | Table] = [Table((), HEAD, tuple(rows), left=len(HEAD))]
    unknown = any(row[2] == NOT_COMPUTED for row in rows)
    all_before = plan.fields.get(*BEFORE) or []
    if unknown:
        blocks.append(NOT_HELD)
    elif all_before:
        blocks.extend(_explained(plan, all_before))
    # the size before each is this document's offer; the guideline does not ask for it
    wanted = "Adjustments for missing answers, clusters and multiplicity"
    reason = Requirement(GUIDELINE, "Why these adjustments", "not applicable")
    if unknown or all_before:
        said, there = plan.reason("adjustments", "why these adjustments, with references")
        blocks.append(text(said))
        reason = requirement(GUIDELINE, reason.text, there=there)
    return Item("Adjustments", tuple(blocks), (requirement(GUIDELINE, wanted), reason))


def _rows(plan: Plan) -> Iterator[Row]:
    yield _missing_row(plan)
    yield _cluster_row(plan)
    yield _multiplicity_row(plan)
    if _place(plan, "all") is not None:
        others = _otherwise(plan, "all")
        assumed = line("The same study without any of these", *others)
        yield line("All of these together"), assumed, _before(plan, "all"), _after(plan)
    if plan.fields.get("summary", "one_group") is not None:
        yield _control_row(plan)


def _explained(plan: Plan, all_before: list[dict[str, Any]]) -> Iterator[Paragraph]:
    """Say what the numbers before are, and how sure they are."""
    simulated = any(before["size"]["replicates"] for before in all_before)
    errors = (
        " Where a number is simulated, the sizes in brackets are an interval that holds it with a "
        "confidence of at least 95%, from the simulation’s error alone; there is none where it "
        "would hold no other size studied."
        if simulated
        else ""
    )
    yield text(
        "The number before an adjustment is the size of the same study without that adjustment, "
        "all else equal: the same criterion, target, sizes studied, search and seed. What is "
        "stated is part of every simulated study, so the number after allows for it already and "
        f"nothing is added to it.{errors} The differences need not add up."
    )
    if larger_without(all_before, plan.fields.get(*plan.size)):
        yield text(LARGER_BEFORE)


def _place(plan: Plan, name: str) -> int | None:
    """Place of an adjustment's number before among those of the run."""
    all_before = plan.fields.get(*BEFORE) or []
    return next((i for i, before in enumerate(all_before) if before["adjustment"] == name), None)


def _before(plan: Plan, name: str) -> Line:
    """Pairs before an adjustment; unchanged where it does not bear on the criterion."""
    if plan.fields.get(*BEFORE) is None:  # a run of an earlier version
        return NOT_COMPUTED
    place = _place(plan, name)
    if place is None:
        return UNCHANGED
    return _pairs(plan, (*BEFORE, place, "size"))


def _after(plan: Plan) -> Line:
    """Pairs with every adjustment."""
    return _pairs(plan, plan.size)


def _pairs(plan: Plan, keys: tuple[str | int, ...]) -> Line:
    """Write a sample size with its interval; where the smallest size is enough, as a limit."""
    size, pairs = plan.fields.get(*keys), pairs_line(plan, keys)
    if not size["replicates"]:
        return line(*pairs, " (exact)")
    if not interval(size):
        return pairs
    low, high = interval_ends(plan, keys)
    below: Line = line(*low, " to ") if low else line("up to ")
    return line(*pairs, " (", *below, *high, ")")


def _otherwise(plan: Plan, name: str) -> Line:
    """Say with which other test or allocation the number before is computed, if with another."""
    place = _place(plan, name)
    if place is None:
        return ()
    before: Mapping[str, Any] = plan.fields.get(*BEFORE, place)
    said = []
    if before["test"] != plan.config("analysis", "test"):
        said.append(line(f"by {TESTS[before['test']].in_prose}"))
    if before["unit"] is not None and before["unit"] != plan.config("control", "unit"):
        said.append(line("with pairs allocated instead of sites"))
    return line("; the number before is ", *listed(said)) if said else ()


def _missing_row(plan: Plan) -> Row:
    name, missing = line("Missing answers"), plan.config("missing")
    if missing["kind"] == "none" and not missing["item_rate"]:
        return name, line("None: everybody is taken to answer"), UNCHANGED, _after(plan)
    said: list[Line] = []
    if missing["kind"] != "none":
        rate = plan.setting("missing", "rate", form=".1%")
        said.append(line(rate, " without answers after, ", MECHANISMS[missing["kind"]]))
    if missing["item_rate"]:
        said.append(line(plan.setting("missing", "item_rate", form=".1%"), " of single answers"))
    prorated = "prorated" if missing["total"] == "prorated" else "missing too"
    assumed = line(*listed(said), f"; a total with missing answers is {prorated}")
    return name, assumed, _before(plan, "missing"), _after(plan)


def _cluster_row(plan: Plan) -> Row:
    name = line("Clustering")
    if plan.config("clusters", "kind") == "none":
        return name, line("None: pairs are taken as independent"), UNCHANGED, _after(plan)
    scale = plan.config("clusters", "stated_as")
    said = [
        line(
            f"Intraclass correlation of the {scale} change: ",
            plan.setting("clusters", "site_icc", form="g"), " within sites and ",
            plan.setting("clusters", "shared_icc", form="g"), " further within a mentee; ",
            *_sites_words(plan), "; coefficient of variation of their sizes ",
            plan.setting("clusters", "size_variation", form="g"),
        )
    ]  # fmt: skip
    for role in plan.roles:
        where = ("summary", "participation", role, "intraclass_correlation")
        for i, level in enumerate(plan.fields.get(*where) or ()):
            observed = plan.fields.number(*where, i, "observed", "total", form=".3f")
            said.append(line(f"; {role}s’ observed total, by {LEVELS[level['level']]}: ", observed))
    said.append(_otherwise(plan, "clusters"))
    words = tuple(part for part_line in said for part in part_line)
    return name, words, _before(plan, "clusters"), _after(plan)


def _sites_words(plan: Plan) -> Line:
    """Say how many sites or pairs per site are planned."""
    if plan.config("clusters", "accrual") == "in_turn":
        each = plan.setting("clusters", "per_site")
        return line("sites filled in turn, ", each, " pairs each on average")
    return line(plan.setting("clusters", "sites"), " sites taking turns")


def _multiplicity_row(plan: Plan) -> Row:
    name, adjustment = line("Multiplicity"), ADJUSTMENTS[plan.config("analysis", "adjustment")]
    endpoints = plan.config("decision", "rules", plan.rule, "endpoints")
    if len(plan.domains) == 1 and not adjustment.with_total:
        return name, line("None: there is one domain"), UNCHANGED, _after(plan)
    if not adjustment.adjusts:
        return name, line("None: each outcome at the full level"), UNCHANGED, _after(plan)
    if endpoints in ("total", ["total"]) and not adjustment.with_total:
        words = "None for this criterion: the total is tested on its own at the full level"
        return name, line(words), UNCHANGED, _after(plan)
    words = adjustment.words
    words = words.capitalize() if adjustment.with_total else f"Domains {words}"
    before = _before(plan, "multiplicity")
    if before == UNCHANGED:
        words += "; what this criterion looks at is tested at the full level all the same"
    return name, line(words), before, _after(plan)


def _control_row(plan: Plan) -> Row:
    """Compare with the same study without its control arm."""
    keys = ("summary", "one_group")
    test = TESTS[plan.fields.get(*keys, "test")].title
    assumed = line(
        "Compared with one group and its ", test, ", which where mentoring does nothing would "
        "meet the criterion with probability ",
        plan.fields.number(*keys, "null_win", "value", form=".3f"), " at ",
        plan.fields.number(*keys, "pairs"), " pairs",
    )  # fmt: skip
    before = _pairs(plan, (*keys, "size"))
    return line("Control arm"), assumed, before, _after(plan)
