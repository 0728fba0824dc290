"""The answer of a justification, what was allowed for in it, and what it depends on."""

from __future__ import annotations

from sim.report.assurance import PRIOR_NAMES
from sim.report.justification_fields import ONE
from sim.report.justification_parts import (
    Item,
    Line,
    Paragraph,
    Part,
    Table,
    Words,
    clean,
    line,
    listed,
    text,
)
from sim.report.justification_precision import precision_line
from sim.report.justification_run import Plan, interval_ends, pairs_line, requirement
from sim.report.sizes import at_least, interval, is_known
from sim.report.soundness import is_usable
from sim.report.wording import has_saw_teeth

SIDES = {"two_sided": "two-sided", "greater": "one-sided", "less": "one-sided"}
NEAR = (0.8, 0.9, 1.0, 1.1, 1.2)
"""Sizes shown with the answer, as shares of it."""


def answer_item(plan: Plan) -> Item:
    """Say how large the study must be, in a sentence and by role."""
    blocks: list[Paragraph | Table] = [_answer(plan)]
    if plan.usable:
        blocks.append(text(*_interval(plan)))
    elif not is_usable(plan.fields.get(*plan.size)):
        blocks.append(_unusable(plan))
    blocks.append(_people(plan))
    if plan.fields.get("summary", "precision") is not None:  # a run of an earlier version has none
        blocks.append(text(*precision_line(plan)))
    if len(plan.fields.get("summary", "sample_sizes")) > 1:
        blocks.append(_other_rules(plan))
    said = requirement("SPIRIT 2025, item 19", "How sample size was determined", there=plan.usable)
    size = requirement("DELTA2, item 5", "Sample size", there=plan.usable)
    report = requirement(
        "CONSORT 2025, item 16a", "How sample size was determined", there=plan.usable
    )
    return Item("Sample size", tuple(blocks), (size, said, report))


def _answer(plan: Plan) -> Paragraph:
    fields, size = plan.fields, plan.size
    rule, target = fields.name(*size, "rule"), fields.number(*size, "target", form="g")
    power = fields.number(*size, "power", form=".3f")
    clauses = fields.get(*size).get("unusable") or ()
    if clauses:
        reasons = [line(plan.sentence(*size, "unusable", i)) for i in range(len(clauses))]
        return Paragraph(
            line(
                "This design does not justify a sample size as it stands. For a power of ", target,
                " for the criterion ‘", rule, "’ no size can be given: ", *listed(reasons), ".",
            ),
            "answer",
        )  # fmt: skip
    if not plan.reached:
        limit = fields.number(*size, "limit")
        return Paragraph(
            line(
                "No size up to ", limit, " pairs reaches and keeps a power of ", target,
                " for the criterion ‘", rule, "’; at ", limit, " pairs the power is ", power, ".",
                *_impossible(plan),
                " This design does not justify a sample size as it stands.",
            ),
            "answer",
        )  # fmt: skip
    people = listed([line(plan.people(role).shown(), f" {role}s") for role in plan.roles])
    return Paragraph(
        line(
            "The study needs ", *pairs_line(plan, size), " pairs", *_between(plan), ": ",
            *people, *_arms(plan),
            ". With them the criterion of success ‘", rule, "’ is met with probability ", power,
            " (power; target ", target, ") if the assumptions below hold, at a ",
            SIDES[plan.config("analysis", "alternative")], " significance level of ",
            plan.setting("analysis", "alpha", form="g"), ".",
        ),
        "answer",
    )  # fmt: skip


def _unusable(plan: Plan) -> Paragraph:
    """Say what is simulated all the same, and that it is no size."""
    power = plan.fields.number(*plan.size, "power", form=".3f")
    reach = " reach and keep that power at " if plan.reached else " do not reach that power by "
    return text(
        "As it is, the simulated studies", reach, plan.pairs().shown(), " pairs (there it is ",
        power, "). That is not the number that the study needs; what is said below of such a "
        "study is for the record.",
    )  # fmt: skip


def _between(plan: Plan) -> Line:
    """Say that sizes between were not studied, where they were not."""
    size = plan.fields.get(*plan.size)
    if is_known(size) or at_least(size) is None:
        return ()
    few = plan.fields.needed(*plan.size, "at_least") - ONE
    below, above = " are too few, ", " suffice"
    if (size["low"], size["high"]) != (size["pairs"], size["pairs"]):
        below, above = " simulated fall short of that power, ", " reach it"
    return line(
        " (", few.shown(), below, plan.pairs().shown(),
        above, ", the sizes between were not studied), and with ", plan.pairs().shown(), " pairs",
    )  # fmt: skip


def _impossible(plan: Plan) -> Line:
    if plan.fields.get(*plan.size, "impossible") is None:
        return ()
    return line(" No size can: ", plan.sentence(*plan.size, "impossible"), ".")


def _arms(plan: Plan) -> Line:
    if plan.config("control", "kind") != "parallel":
        return ()
    mentored, controls = plan.arms()
    return line(", in ", mentored.shown(), " mentored and ", controls.shown(), " control pairs")


def _interval(plan: Plan) -> Line:
    fields, size = plan.fields, plan.size
    limit = fields.number(*size, "limit")
    analysis = plan.config("analysis")
    uneven: Line = line("a simulated power does not rise evenly with size")
    if has_saw_teeth(analysis["test"], analysis["p_value"]):
        cited = plan.cite("Chernick 2002")
        uneven = line("the power of an exact test does not rise evenly with size", *cited)
    stays: Line = line(
        "The power is at the target or above at every larger size studied, up to ", limit,
        " pairs; that is asked because ", *uneven, ".",
    )  # fmt: skip
    if plan.at == plan.sizes()[0]:
        stays = line("This is the smallest size studied; a smaller one may do. ", *stays)
    if not fields.get(*size, "replicates"):
        return line(*stays, " The power is exact: it is enumerated, not simulated.")
    error = fields.number(*size, "mcse", form=".4f")
    between: Line = ()
    if interval(fields.get(*size)):
        low, high = interval_ends(plan, size)
        ends = line("between ", *low, " and ", *high) if low else line("at most at ", *high)
        between = line(
            " Given that error the size lies ", *ends, " pairs, with a confidence of at least "
            "95%, by Wilson limits of the power", *plan.cite("Wilson 1927"), ".",
        )  # fmt: skip
    return line(*stays, " The power has a Monte Carlo standard error of ", error, ".", *between)


def _people(plan: Plan) -> Table:
    sites = any(plan.fields.get("summary", "participation", role, "sites") for role in plan.roles)
    names = ("Role", "Recruited", "Expected to be analysed (total)", "Sites")
    head = tuple(map(line, names if sites else names[:-1]))
    rows = []
    for role in plan.roles:
        where: tuple[str | int, ...] = ("summary", "participation", role)
        people = plan.people(role)
        analysed = people * plan.fields.value(*where, "analysable", "total")
        cells = [line(f"{role}s".capitalize()), line(people.shown()), line(analysed.shown(".0f"))]
        rows.append((*cells, line(plan.fields.number(*where, "sites", str(plan.at)))))
    caption = line("Participants at ", plan.pairs().shown(), " pairs")
    return Table(caption, head, tuple(row[: len(head)] for row in rows))


def _other_rules(plan: Plan) -> Table:
    rows = []
    for i, size in enumerate(plan.fields.get("summary", "sample_sizes")):
        keys: tuple[str | int, ...] = ("summary", "sample_sizes", i)
        if keys == plan.size:
            continue
        pairs = pairs_line(plan, keys)
        if size["pairs"] is None:
            pairs = line("none up to ", plan.fields.number(*keys, "limit"))
        if not is_usable(size):
            pairs = line(*pairs, " (not to be used)")
        power = plan.fields.number(*keys, "power", form=".3f")
        rows.append((line(plan.fields.name(*keys, "rule")), pairs, line(power)))
    caption = line("The other criteria studied (power at that size, or at the largest)")
    return Table(caption, (line("Criterion"), line("Pairs"), line("Power")), tuple(rows))


def sensitivity_item(plan: Plan) -> Item:
    """Show the power at other sizes, and what is left of it where the effect is uncertain."""
    blocks: list[Paragraph | Table] = [_near(plan)]
    assured = bool(plan.fields.get("summary", "assurance"))
    if assured:
        blocks += _assurance(plan)
    if plan.usable and plan.fields.get("summary", "inflations"):
        blocks.append(text(*_rules_of_thumb(plan)))
    said, there = plan.reason("sensitivity", "how the size depends on the other assumptions")
    blocks.append(text(said))
    required = requirement(
        "DELTA2, item 5", "Sensitivity of the sample size to its assumptions", there=there
    )
    return Item("Sensitivity", tuple(blocks), (required,))


def _near(plan: Plan) -> Table:
    sizes = plan.sizes()
    shares = NEAR if plan.reached else (0.25, 0.5, 0.75, 1.0)
    shown = sorted({min(sizes, key=lambda n: (abs(n - share * plan.at), n)) for share in shares})
    rows = []
    for n in shown:
        people = [
            line(plan.fields.number("results", role, n, "endpoint", "total", "win", "n"))
            for role in plan.roles
        ]
        pairs = line(plan.fields.number(*plan.result("win", n), "pairs"))
        rows.append((pairs, *people, plan.estimate("win", n), plan.estimate("null_win", n)))
    names = [line(f"{role}s".capitalize()) for role in plan.roles]
    head = (line("Pairs"), *names, line("Power"), line("Met without any effect"))
    caption = line("Power at other sizes, ± Monte Carlo standard error")
    return Table(caption, head, tuple(rows), left=0)


def _assurance(plan: Plan) -> list[Paragraph | Table]:
    rows = []
    for i, assurance in enumerate(plan.fields.get("summary", "assurance")):
        keys: tuple[str | int, ...] = ("summary", "assurance", i)
        pairs: Line = line(plan.fields.number(*keys, "pairs", plan.rule))
        least = assurance.get("at_least", assurance["pairs"])[plan.rule]
        if least is None:
            pairs = line("at most ", *pairs)
        elif least != assurance["pairs"][plan.rule]:
            pairs = line(plan.fields.number(*keys, "at_least", plan.rule), " to ", *pairs)
        if assurance["pairs"][plan.rule] is None:
            pairs = line("none up to ", plan.fields.number(*plan.size, "limit"))
        prior: Part = plan.fields.name(*keys, "prior")
        if assurance["prior"] in PRIOR_NAMES:
            prior = Words(PRIOR_NAMES[assurance["prior"]].capitalize())
        measures = (f"assurance_{assurance['prior']}", f"power_at_target_{assurance['prior']}")
        limit = line(plan.fields.number(*keys, "limit", plan.rule, form=".2f"))
        rows.append((line(prior), *map(plan.estimate, measures), pairs, limit))
    target = plan.fields.number(*plan.size, "target", form="g")
    head = (
        line("What is believed of the effect"),
        line("Assurance at ", plan.pairs().shown(), " pairs"),
        line("Probability that the power is ", target, " or more"),
        line("Pairs for assurance ", target),
        line("What it tends to as the study grows"),
    )
    words = text(
        "Assurance is the power averaged over what is believed of the effect",
        *plan.cite("O'Hagan 2005"), ", here over ",
        plan.fields.number("summary", "assurance", 0, "draws"),
        " draws of the effect (of the prior in the first line).",
    )  # fmt: skip
    return [words, Table(line("Assurance, ± its standard error"), head, tuple(rows))]


def _rules_of_thumb(plan: Plan) -> Line:
    rules: list[Line] = []
    for i, inflation in enumerate(plan.fields.get("summary", "inflations")):
        keys: tuple[str | int, ...] = ("summary", "inflations", i)
        factor = plan.fields.needed(*keys, "factor")
        plan.cite(clean(inflation["name"]))
        rules.append(
            line(
                plan.fields.name(*keys, "name"), " (", plan.fields.prose(*keys, "meaning"), ") × ",
                factor.shown(".2f"), " = ", (factor * plan.pairs()).up().shown(), " pairs",
            )
        )  # fmt: skip
    first = ("summary", "inflations", 0)
    return line(
        "Rules of thumb that allow for a standard deviation taken from a pilot of ",
        plan.fields.number(*first, "participants"), " ", plan.fields.prose(*first, "who"),
        ", though not for its effect: ", *listed(rules),
        ". They are shown for comparison and are not part of the answer.",
    )  # fmt: skip
