"""What a justification rests on, what limits it, how to repeat it, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.justification_parts import Blank, Item, Paragraph, Part, Table, clean, line, text
from sim.report.justification_run import Plan, requirement


def interim_item(plan: Plan) -> Item:
    """Say that one analysis is assumed, and what is planned."""
    said, there = plan.reason("interim", "interim analyses and rules for stopping, or none")
    words = text("The calculation assumes one analysis, after all answers are in.")
    label = "SPIRIT 2025, item 28b; CONSORT 2025, item 16b"
    required = requirement(label, "Interim analyses and stopping guidelines", there=there)
    return Item("Interim analyses", (words, text(said)), (required,))


def recruitment_item(plan: Plan) -> Item:
    """Say how so many people are to be recruited."""
    said, there = plan.reason("recruitment", "how so many people are recruited, where and by when")
    required = requirement("SPIRIT 2025, item 20", "How that many are to be recruited", there=there)
    return Item("Recruitment", (text(said),), (required,))


def assumptions_item(plan: Plan) -> Item:
    """List the assumptions that the study's settings mark as such."""
    assumptions, wanted = plan.fields.get("summary", "assumptions"), "why this is assumed"
    rows = []
    for i, assumption in enumerate(assumptions):
        keys = ("summary", "assumptions", i)
        blank, note = Blank(f"[to be completed: {wanted}]"), plan.fields.prose(*keys, "note")
        value = plan.fields.prose(*keys, "value")
        shown = line(type(value)(clean(value.text, 300), value.path))
        rows.append((line(plan.fields.name(*keys, "field")), shown,
                     line(note if assumption["note"] else blank)))  # fmt: skip
    head = tuple(map(line, ("Setting", "Value", "Why it is assumed")))
    words = text("These settings are assumed, not known; the size holds as far as they do.")
    blocks: tuple[Paragraph | Table, ...] = (words, Table((), head, tuple(rows), left=len(head)))
    if not rows:
        blocks = (text("The settings of the run mark no value as an assumption."),)
    required = requirement("SPIRIT 2025, item 19", "All assumptions behind the sample size")
    return Item("Assumptions", blocks, (required,))


def limits_item(plan: Plan) -> Item:
    """Carry the warnings of the run over."""
    warnings = plan.fields.get("summary", "warnings")
    entries = tuple(
        Paragraph((plan.sentence("summary", "warnings", i),), "entry") for i in range(len(warnings))
    )
    blocks = entries or (text("The run raised no warning."),)
    return Item("Limitations", blocks)


def replication_item(plan: Plan) -> Item:
    """Give what is needed to repeat the calculation."""
    fields = plan.fields
    of_size, of_null = (*plan.size, "replicates"), (*plan.result("null_win"), "replicates")
    rows: list[tuple[str, Part]] = [("Seed", fields.number("summary", "seed"))]
    if fields.get(*of_size):
        rows.append(("Simulated studies with the effect", fields.number(*of_size, form=",d")))
    if fields.get(*of_null):
        rows.append(("Simulated studies without effect", fields.number(*of_null, form=",d")))
    block = plan.setting("monte_carlo", "block_size", form=",d")
    rows.append(("Simulated studies per block", block))
    if fields.get(*of_size):
        error = fields.number(*plan.size, "mcse", form=".4f")
        rows.append(("Monte Carlo standard error of the power", error))
    if fields.get("summary", "error_bound") is not None:
        bound = fields.number("summary", "error_bound", form=".1e")
        rows.append(("Error of exact powers, at most", bound))
    versions = ("manifest", "versions")
    rows += [(f"Version of {clean(o)}", fields.name(*versions, o)) for o in fields.get(*versions)]
    rows.append(("SHA-256 of the settings", fields.prose("manifest", "config_sha256")))
    rows.append(("SHA-256 of the code", fields.prose("manifest", "code_sha256")))
    cells = tuple((line(name), line(value)) for name, value in rows)
    table = Table((), (line("What"), line("Value")), cells, left=2)
    how = text(
        "The settings in manifest.json with these versions give the same numbers again, on any "
        "number of processors. Monte Carlo standard errors are by the usual formulae",
        *plan.cite("Morris 2019"),
        ".",
    )
    required = requirement("DELTA2", "Enough to repeat the calculation")
    return Item("Replication", (how, table), (required,))


def completeness_item(plan: Plan, items: Sequence[Item]) -> Item:
    """List what the guidelines ask for, where it stands, and what is missing."""
    rows = tuple(
        (line(required.label), line(required.text), line(item.heading), line(required.status))
        for item in items
        for required in item.requirements
    )
    head = tuple(map(line, ("Guideline", "What it asks for", "Section", "Status")))
    words = text(
        "Asked for by DELTA2", *plan.cite("Cook 2018"), ", SPIRIT 2025", *plan.cite("Chan 2025"),
        " and CONSORT 2025", *plan.cite("Hopewell 2025"), ", which are written for randomised "
        "trials and are followed here as far as they apply. An item number is given where it was "
        "checked against the guideline.",
    )  # fmt: skip
    return Item("Completeness", (words, Table((), head, rows, left=len(head)), *_missing(items)))


def _missing(items: Sequence[Item]) -> tuple[Paragraph, ...]:
    open_items = [
        required for item in items for required in item.requirements if required.status == "missing"
    ]
    if not open_items:
        return (text("Nothing is missing."),)
    return tuple(Paragraph(line(f"Missing: {required}."), "entry") for required in open_items)
