"""What a justification rests on, what limits it, how to repeat it, and what it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.justification_parts import (
    Blank,
    Item,
    Line,
    Paragraph,
    Requirement,
    Table,
    clean,
    line,
    text,
)
from sim.report.justification_run import Plan, asked


def interim_item(plan: Plan) -> Item:
    """Say that one analysis is assumed, and what is planned."""
    said, there = plan.reason("interim", "interim analyses and rules for stopping, or none")
    words = text("The calculation assumes one analysis, after all answers are in.")
    label = "SPIRIT 2025, item 28b; CONSORT 2025, item 16b"
    own = asked(label, "Interim analyses and stopping guidelines", there=there)
    return Item("Interim analyses", (words, text(said)), (own,))


def recruitment_item(plan: Plan) -> Item:
    """Say how so many people are to be recruited."""
    said, there = plan.reason("recruitment", "how so many people are recruited, where and by when")
    own = asked("SPIRIT 2025, item 20", "How that many are to be recruited", there=there)
    return Item("Recruitment", (text(said),), (own,))


def assumptions_item(plan: Plan) -> Item:
    """List the assumptions that the study's settings mark as such."""
    found, wanted = plan.fields.get("summary", "assumptions"), "why this is assumed"
    rows = []
    for i, own in enumerate(found):
        keys = ("summary", "assumptions", i)
        note = line(Blank(f"[to be completed: {wanted}]"))
        if own["note"]:
            note = line(plan.fields.prose(*keys, "note"))
        value = plan.fields.prose(*keys, "value")
        shown = line(type(value)(clean(value.text, 300), value.path))
        rows.append((line(plan.fields.name(*keys, "field")), shown, note))
    head = tuple(map(line, ("Setting", "Value", "Why it is assumed")))
    blocks: tuple[Paragraph | Table, ...] = (
        text("The settings of the run mark no value as an assumption."),
    )
    if rows:
        blocks = (
            text("These settings are assumed, not known; the size holds as far as they do."),
            Table((), head, tuple(rows), left=len(head)),
        )
    own_item = asked("SPIRIT 2025, item 19", "All assumptions behind the sample size")
    return Item("Assumptions", blocks, (own_item,))


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
    rows: list[tuple[Line, Line]] = [
        (line("Seed"), line(fields.number("summary", "seed"))),
    ]
    if fields.get(*plan.size, "replicates"):
        simulated = line(fields.number(*plan.size, "replicates", form=",d"))
        rows.append((line("Simulated studies with the effect"), simulated))
    if fields.get(*plan.result("null_win"), "replicates"):
        keys = plan.result("null_win")
        simulated = line(fields.number(*keys, "replicates", form=",d"))
        rows.append((line("Simulated studies without effect"), simulated))
    rows.append((line("Simulated studies per block"), line(plan.setting(*BLOCK, form=",d"))))
    if fields.get(*plan.size, "replicates"):
        error = fields.number(*plan.size, "mcse", form=".4f")
        rows.append((line("Monte Carlo standard error of the power"), line(error)))
    if fields.value("summary", "error_bound") is not None:
        bound = fields.number("summary", "error_bound", form=".1e")
        rows.append((line("Error of exact powers, at most"), line(bound)))
    for name in fields.get("manifest", "versions"):
        version = fields.name("manifest", "versions", name)
        rows.append((line("Version of ", clean(name)), line(version)))
    for name, words in (("config_sha256", "settings"), ("code_sha256", "code")):
        digest = fields.prose("manifest", name)
        rows.append((line(f"SHA-256 of the {words}"), line(digest)))
    table = Table((), (line("What"), line("Value")), tuple(rows), left=2)
    how = text(
        "The settings in manifest.json with these versions give the same numbers again, on any "
        "number of processors. Monte Carlo standard errors are by the usual formulae",
        *plan.cite("Morris 2019"),
        ".",
    )
    own = asked("DELTA2", "Enough to repeat the calculation")
    return Item("Replication", (how, table), (own,))


BLOCK = ("monte_carlo", "block_size")


def completeness_item(plan: Plan, items: Sequence[Item]) -> Item:
    """List what the guidelines ask for, where it stands, and what is missing."""
    rows = tuple(
        (line(own.label), line(own.text), line(item.heading), line(own.status))
        for item in items
        for own in item.requirements
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
    open_items = [own for item in items for own in item.requirements if own.status == "missing"]
    if not open_items:
        return (text("Nothing is missing."),)
    return tuple(Paragraph(line("Missing: ", *named(own), "."), "entry") for own in open_items)


def named(own: Requirement) -> Line:
    """Name what is asked for."""
    return line(f"{own.text} ({own.label})")
