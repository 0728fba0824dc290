"""What else a form is asked for: interim looks, recruitment, limits, replication, completeness."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.document.guidelines import cite, reason, requirement
from sim.report.document.model import LONG_NAME, Cell, Paragraph, Section, Table, clean, text
from sim.report.document.numbers import number
from sim.report.results.answer import PlanAnswer
from sim.report.saved import Provenance
from sim.study import Study

Rows = tuple[tuple[str, str], ...]


def interim_section(answer: PlanAnswer) -> Section:
    """Say that one analysis is assumed, and what is planned."""
    wanted = "interim analyses and rules for stopping, or none"
    words, there = reason(answer.study, "interim", wanted)
    assumed = text("The calculation assumes one analysis, after all answers are in.")
    label = "SPIRIT 2025, item 28b; CONSORT 2025, item 16b"
    required = requirement(label, "Interim analyses and stopping guidelines", there=there)
    return Section("Interim analyses", (assumed, text(words)), (required,))


def recruitment_section(answer: PlanAnswer) -> Section:
    """Say how so many people are to be recruited."""
    wanted = "how so many people are recruited, where and by when"
    words, there = reason(answer.study, "recruitment", wanted)
    required = requirement("SPIRIT 2025, item 20", "How that many are to be recruited", there=there)
    return Section("Recruitment", (text(words),), (required,))


def limits_section(answer: PlanAnswer) -> Section:
    """Carry the warnings over."""
    entries = tuple(
        Paragraph((_short_names(answer.study, warning),), "warning") for warning in answer.warnings
    )
    return Section("Limitations", entries or (text("The calculation raised no warning."),))


def _short_names(study: Study, sentence: str) -> str:
    """Shorten the planner's long names within a sentence."""
    for name in sorted({*study.endpoints, *study.decision.rules}, key=len, reverse=True):
        if len(clean(name)) > LONG_NAME:
            sentence = sentence.replace(name, clean(name, LONG_NAME))
    return clean(sentence)


def replication_section(answer: PlanAnswer, provenance: Provenance) -> Section:
    """Give what is needed to repeat the calculation.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    provenance : Provenance
        What it was computed with.
    """
    how = text(
        "The settings in manifest.json with these versions give the same numbers again, on any "
        "number of processors. Monte Carlo standard errors are by the usual formulae"
        f"{cite('Morris 2019')}."
    )
    required = requirement("DELTA2", "Enough to repeat the calculation")
    return Section(
        "Replication", (how, replication_table(provenance, simulated(answer))), (required,)
    )


def replication_table(provenance: Provenance, counts: Rows = ()) -> Table:
    """List seed, number of simulated studies, versions and hashes.

    Parameters
    ----------
    provenance : Provenance
        What a run was computed with.
    counts : tuple of (str, str)
        How much was simulated: what, and how many.
    """
    rows = [
        ("Seed", str(provenance.seed)),
        *counts,
        *((f"Version of {clean(name)}", clean(of)) for name, of in provenance.versions.items()),
        ("SHA-256 of the settings", provenance.config_sha256),
        ("SHA-256 of the code", provenance.code_sha256),
    ]
    return Table("", ("What", "Value"), tuple(rows), left=2)


def simulated(answer: PlanAnswer) -> Rows:
    """Count what was simulated, and say how exact it is."""
    size, null = answer.sample_size, answer.null_characteristics
    of_null = null.rule_win.replicates[answer.place, null.rule_index(size.rule)]
    bound = answer.characteristics.error_bound
    rows = []
    if size.replicates:
        rows.append(("Simulated studies with the effect", f"{size.replicates:,}"))
    if of_null:
        rows.append(("Simulated studies without effect", f"{of_null:,}"))
    rows.append(("Simulated studies per block", f"{answer.study.monte_carlo.block_size:,}"))
    if size.replicates:
        rows.append(("Monte Carlo standard error of the power", number(size.mcse, 4)))
    if bound:
        rows.append(("Error of exact powers, at most", f"{bound:.1e}"))
    return tuple(rows)


def completeness_section(sections: Sequence[Section]) -> Section:
    """List what the guidelines ask for, where it stands, and what is missing."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (required.label, required.text, section.heading, required.status)
        for section in sections
        for required in section.requirements
    )
    words = text(
        f"Asked for by DELTA2{cite('Cook 2018')}, SPIRIT 2025{cite('Chan 2025')} and CONSORT 2025"
        f"{cite('Hopewell 2025')}, which are written for randomised trials and are followed here "
        "as far as they apply. An item number is given where it was checked against the guideline."
    )
    head = ("Guideline", "What it asks for", "Section", "Status")
    return Section("Completeness", (words, Table("", head, rows, left=4), _missing(sections)))


def _missing(sections: Sequence[Section]) -> Paragraph:
    status = [required.status for section in sections for required in section.requirements]
    if "missing" not in status:
        return text("Nothing is missing.")
    return text(
        f"Missing: {status.count('missing')} of these {len(status)} items; what is to be completed "
        "is marked in its section."
    )
