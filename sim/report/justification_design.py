"""The design in a justification: outcome, level, allocation and test."""

from __future__ import annotations

from sim.report.direction import CHANGES, side_of
from sim.report.justification_fields import ONE
from sim.report.justification_parts import Item, Line, Requirement, line, listed, text
from sim.report.justification_run import CONFIG, Plan, requirement
from sim.report.justification_size import SIDES
from sim.report.soundness import partial_null_words
from sim.study.methods import ADJUSTMENTS, TESTS, AdjustmentFacts, TestFacts

DIFFERENCES = {1: "above zero", -1: "below zero"}
"""Differences between arms by the sign of the change that is the success."""


def outcome_item(plan: Plan) -> Item:
    """Say what is measured, and when the study counts as a success."""
    rule = plan.config("decision", "rules", plan.rule)
    where = ("decision", "rules", plan.rule)
    named = plan.endpoints(rule["endpoints"])
    met = {
        "one": named,
        "any": line("at least one of ", *named),
        "all": line("each of ", *named),
        "at_least": line("at least ", plan.setting(*where, "k"), " of ", *named),
    }[rule["kind"]]
    if rule["kind"] == "all" and rule["endpoints"] == "total":
        met = named
    roles = " and for the ".join(f"{role}s" for role in rule["roles"])
    side = side_of(plan.config("analysis"))
    changes, success = "the change from before to after", f"a {CHANGES[side]}"
    if plan.config("control", "kind") == "parallel":
        changes = "the difference between the arms in the change from before to after"
        success = DIFFERENCES[side]
    criterion = text(
        "The criterion that sizes the study, ‘", plan.fields.name(*plan.size, "rule"),
        "’, is met where ", changes, " is significant and ", success, " for ", *met,
        f", for the {roles}.",
    )  # fmt: skip
    said, there = plan.reason("outcome", "why this is the primary outcome")
    why = (text(said),) * there  # no guideline asks for it where the size is based on the outcome
    requirements = (
        requirement("DELTA2, item 1", "Primary outcome, and any other that the size is based on"),
        Requirement("DELTA2, item 1", "Reason for a size not based on it", "not applicable"),
    )
    return Item("Primary outcome", (criterion, text(*_scale(plan)), *why), requirements)


def _scale(plan: Plan) -> Line:
    count, points = plan.fields.count(*CONFIG, "scale", "domains"), plan.value("scale", "points")
    names = listed(plan.domain_names())
    if len(plan.domains) == 1:
        return line(
            "Answers are given before and after mentoring in one domain (", *names, "), scored 1 "
            "to ", points.shown(), ".",
        )  # fmt: skip
    return line(
        "Answers are given before and after mentoring in ", count.shown(), " domains (", *names,
        "), each scored 1 to ", points.shown(), "; their total runs from ", (count * ONE).shown(),
        " to ", (count * points).shown(), ".",
    )  # fmt: skip


def level_item(plan: Plan) -> Item:
    """Say level, sidedness and power, and the error rate that is attained."""
    alternative = plan.config("analysis", "alternative")
    aim = text(
        "Significance level ", plan.setting("analysis", "alpha", form="g"), ", ",
        SIDES[alternative], "; power aimed at ", plan.setting("target", "power", form="g"), ".",
    )  # fmt: skip
    blocks = [aim]
    if plan.fields.get(*plan.result("null_rejection")) is not None:
        blocks.append(
            text(
                "Attained type I error: the same study without any effect of mentoring, all else "
                "equal, at ", plan.pairs().shown(), " pairs: its tests meet the criterion in "
                "either direction with probability ", *plan.estimate("null_rejection"),
                ", and in the direction that counts with probability ",
                *plan.estimate("null_win"), " (± Monte Carlo standard error).",
            )
        )  # fmt: skip
        said = partial_null_words(*plan.needed())
        blocks += [text(said)] if said else []
    required = requirement("DELTA2, item 2", "Significance level, sidedness and power")
    return Item("Significance level and power", tuple(blocks), (required,))


def allocation_item(plan: Plan) -> Item:
    """Say who is allocated to what."""
    roles = " and ".join(f"{role}s" for role in plan.roles)
    who = line(f"All participants are {roles}.")
    if len(plan.roles) > 1:
        first, second = (plan.setting("design", "ratio", i) for i in (0, 1))
        who = line(f"{roles.capitalize()} take part ", first, ":", second, ".")
    label, unequal = "DELTA2, item 4", "Reason for unequal arms"
    how = line(" There is one group: everybody is mentored, before is compared with after.")
    reason, why = Requirement(label, unequal, "not applicable"), []
    if plan.config("control", "kind") == "parallel":
        how = _allocated(plan)
        mentored, controls = plan.config("control", "ratio")
        if mentored != controls:
            said, there = plan.reason("allocation", "why the arms are of unequal size")
            reason, why = requirement(label, unequal, there=there), [text(said)]
    requirements = (requirement(label, "Allocation ratio"), reason)
    return Item("Allocation", (text(*who, *how), *why), requirements)


def _allocated(plan: Plan) -> Line:
    first, second = (plan.setting("control", "ratio", i) for i in (0, 1))
    mentored, controls = plan.arms()
    by_person = plan.config("control", "unit") == "person"
    return line(
        " Allocated are pairs within every site" if by_person else " Whole sites are allocated",
        " to mentoring or control ", first, ":", second, ", in blocks in order of accrual: ",
        mentored.shown(), " mentored and ", controls.shown(), " control pairs of ",
        plan.pairs().shown(), ".",
    )  # fmt: skip


def method_item(plan: Plan) -> Item:
    """Say how it is tested and how power was computed, with references."""
    test = TESTS[plan.config("analysis", "test")]
    adjustment = ADJUSTMENTS[plan.config("analysis", "adjustment")]
    tested = text(
        "Each outcome is tested by ", test.in_prose,
        *plan.cite(*test.references), *_details(plan, test), ". ",
        *_adjusted(plan, adjustment), ".",
    )  # fmt: skip
    engine = text(
        "Power was found by simulating ", plan.fields.number(*plan.size, "replicates", form=",d"),
        " complete studies with the effect stated above, all sizes from the same accrual",
        *plan.cite("Morris 2019"), ". The size given is the smallest from which the power stays "
        "at the target or above.",
    )  # fmt: skip
    if not plan.fields.get(*plan.size, "replicates"):
        engine = text(
            "The power of the criterion was found exactly, by enumerating every sample of changes "
            "that can occur. The size given is the smallest from which the power stays at the "
            "target or above."
        )
    required = requirement("DELTA2, item 5", "How the size was calculated, with references")
    return Item("Test and method of calculation", (tested, engine), (required,))


def _details(plan: Plan, test: TestFacts) -> Line:
    details: list[Line] = []
    analysis = plan.config("analysis")
    if test.ranks_zeros:
        zeros = "unchanged pairs are dropped before ranking"
        if analysis["zeros"] == "pratt":
            zeros = "unchanged pairs are ranked, then dropped"
        details.append(line(zeros, *(plan.cite("Pratt 1959") if "then" in zeros else ())))
    if test.has_cut:
        cut, total_cut = (plan.setting("analysis", name) for name in ("cut", "total_cut"))
        details.append(line("a success is an answer of ", cut, " or above"))
        if analysis["total_cut"] is not None:
            details.append(line("for the total a sum of ", total_cut, " or above"))
    if test.caution:
        details.append(line(test.caution))
    if test.has_exact:
        exact: Line = ()
        if analysis["p_value"] in ("exact", "auto"):
            exact = plan.cite(*test.exact_references)
        limit = plan.setting("analysis", "exact_limit")
        details.append(
            {
                "exact": line("exact p-values", *exact),
                "asymptotic": line("p-values by the normal approximation"),
                "mid_p": line("mid-p values"),
                "auto": line(
                    "exact p-values up to ", limit, " informative pairs", *exact,
                    ", the normal approximation beyond",
                ),
            }[analysis["p_value"]]
        )  # fmt: skip
    if analysis["continuity"]:
        details.append(line("with continuity correction"))
    return tuple(part for detail in details for part in line("; ", *detail))


def _adjusted(plan: Plan, adjustment: AdjustmentFacts) -> Line:
    cited = plan.cite(*adjustment.references)
    if adjustment.needs == "sequence":
        where = (*CONFIG, "analysis", "sequence")
        order = [
            line(plan.fields.name(*where, i)) for i in range(len(plan.fields.get(*where) or ()))
        ]
        return line("Tested one after the other while significant", *cited, ": ", *listed(order))
    if adjustment.needs == "graph":
        return line(
            "Domains and total share the level by the graphical procedure", *cited,
            ", whose graph is in the settings of the run",
        )  # fmt: skip
    if len(plan.domains) == 1:
        return line("With one domain there is nothing to adjust for multiplicity")
    total = "; the total is tested on its own" if adjustment.adjusts else ""
    return line("Domains are ", adjustment.words, *cited, total)
