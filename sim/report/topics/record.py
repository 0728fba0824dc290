"""What else a form is asked for: interim looks, recruitment, limits, completeness; ADEMP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.manifest import Provenance
from sim.power.estimates import SAMPLED, Estimate
from sim.report.document.guidelines import cite, reasoned
from sim.report.document.model import Paragraph, Requirement, Section, Table, entries, text
from sim.report.document.numbers import basis, error_words
from sim.report.document.phrases import sentence_case, sums_words
from sim.report.document.words import LONG_NAME, Cell, clean, short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.assumptions import effect_words, selection_words, stated
from sim.report.topics.design import allocation_words, design_sentence
from sim.report.topics.interim import interim_blocks
from sim.report.topics.participation import cluster_words, missing_words
from sim.study import Study
from sim.study.control import NoSelection

Rows = tuple[tuple[str, str], ...]


def interim_section(answer: PlanAnswer) -> Section:
    """Say that one analysis is assumed, or which looks are planned; who decides is a reason."""
    spirit, consort = "SPIRIT 2025, item 28b", "CONSORT 2025, item 16b"
    asked, heading = "Interim analyses and stopping guidelines", "Interim analyses"
    if planned := interim_blocks(answer, cited=True):
        wanted = "who sees the interim results, and who decides whether the study ends"
        who = f"{asked}: who has access to the results, and who decides"
        words, required = reasoned(answer.study, "interim", wanted, spirit, who)
        return Section(heading, (*planned, words), (Requirement(consort, asked), required))
    wanted = "interim analyses and rules for stopping, or none"
    words, required = reasoned(answer.study, "interim", wanted, f"{spirit}; {consort}", asked)
    assumed = text("The calculation assumes one analysis, after all answers are in.")
    return Section(heading, (assumed, words), (required,))


def recruitment_section(answer: PlanAnswer) -> Section:
    """Say how so many people are to be recruited."""
    wanted = "how so many people are recruited, where and by when"
    asked = "SPIRIT 2025, item 20", "How that many are to be recruited"
    words, required = reasoned(answer.study, "recruitment", wanted, *asked)
    return Section("Recruitment", (words,), (required,))


def limits_section(answer: PlanAnswer) -> Section:
    """Carry the warnings over."""
    warnings = entries((_short_names(answer.study, said) for said in answer.warnings), "warning")
    return Section("Limitations", warnings or (text("The calculation raised no warning."),))


def _short_names(study: Study, sentence: str) -> str:
    """Shorten the planner's long names within a sentence."""
    for name in sorted({*study.endpoints, *study.success}, key=len, reverse=True):
        if len(clean(name)) > LONG_NAME:
            sentence = sentence.replace(name, short(name))
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
    required = Requirement("DELTA2", "Enough to repeat the calculation")
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
    at = answer.place, null.rule_index(size.rule)
    of_null = null.rule_win.replicates[at]
    bound = answer.characteristics.error_bound
    is_sampled = null.rule_win.engine(at) == SAMPLED
    with_effect, without = (
        sentence_case(basis(sampled=sampled)) for sampled in (size.sampled, is_sampled)
    )
    rows = (
        (size.replicates, f"{with_effect} with the effect", f"{size.replicates:,}"),
        (of_null, f"{without} without effect", f"{of_null:,}"),
        (True, "Simulated studies per block", f"{answer.study.monte_carlo.block_size:,}"),
        (size.replicates, "Monte Carlo standard error of the power", error_words(size.mcse, 4)),
        (bound, "Error of exact powers, at most", f"{bound:.1e}"),
    )
    return tuple((what, value) for is_there, what, value in rows if is_there)


OF_TRIALS = (
    f"DELTA2{cite('Cook 2018')}, SPIRIT 2025{cite('Chan 2025')} and CONSORT 2025"
    f"{cite('Hopewell 2025')}, which are written for randomised trials and are followed here as "
    "far as they apply"
)
"""Guidelines of a study's form, and how they are followed."""


def completeness_section(sections: Sequence[Section], guidelines: str = OF_TRIALS) -> Section:
    """List what the guidelines ask for, where it stands, and what is missing."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (required.label, required.text, section.heading, required.status)
        for section in sections
        for required in section.requirements
    )
    words = text(
        f"Asked for by {guidelines}. An item number is given where it was checked against the "
        "guideline."
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


# -------------------------------------------------------------------------------- simulation study


def ademp_table(answer: PlanAnswer) -> Table:
    """Describe an answer as a simulation study.

    Returns
    -------
    Table
        A row each: aims, data-generating mechanism, estimands, methods, performance measures.
    """
    study = answer.study
    return Table(
        "The simulation study in ADEMP form (Morris, White & Crowther 2019)",
        ("Item", "Here"),
        (
            ("Aims", _aims(answer)),
            ("Data-generating mechanism", " ".join(_mechanism(study, answer.size))),
            ("Estimands", _estimands(study)),
            ("Methods", design_sentence(study)),
            ("Performance measures", " ".join(_performance(answer))),
        ),
        left=2,
    )


def _aims(answer: PlanAnswer) -> str:
    study, rule = answer.study, _rule(answer)
    if len(study.sizes) == 1:
        return f"The power of the rule {rule} with {study.words.count(study.sizes[0])}."
    return (
        f"The smallest number of {study.words.units} from which the rule {rule} has power "
        f"{study.target.power:g} or more, and what the design achieves at other sizes."
    )


def _rule(answer: PlanAnswer) -> str:
    return f"'{short(answer.sample_size.rule)}'"


def _mechanism(study: Study, size: int) -> Iterator[str]:
    words = study.words
    effects = "; ".join(
        f"{words.people(name)}, {effect_words(study, study.effect_of(r)[1])}"
        for r, name in enumerate(study.role_names)
    )
    yield (
        f"Every answer is a normal score cut at fixed points, so that answers {words.before} have "
        f"the stated distribution; those {words.after} follow from the effect of "
        f"{words.intervention} ({effects})."
    )
    yield _sentence(*stated(study, "correlation"))
    if study.sites is not None:
        yield _sentence("Clusters", "; ".join(cluster_words(study, study.sites)))
    if missing := missing_words(study):
        yield _sentence("Missing answers", "; ".join(missing))
    if not isinstance(study.selection, NoSelection):
        yield _sentence("Who takes part", selection_words(study))
    if study.control is not None:
        yield allocation_words(study, size)
        yield _sentence(*stated(study, "control.effect"))


def _sentence(name: str, value: str) -> str:
    return f"{sentence_case(name)}: {value}."


def _estimands(study: Study) -> str:
    compared = f"mean change {study.words.from_to}"
    if study.has_controls:
        compared = "difference of the arms' mean changes"
    of_sums = f" and of {sums_words(study.totals)}" if study.totals else ""
    return (
        f"The {compared}, in points, of each {study.words.item}{of_sums}; and the "
        "probability that each decision rule is met."
    )


def _performance(answer: PlanAnswer) -> Iterator[str]:
    yield (
        "Power and level (share of studies that meet a rule, with the effect and without), mean "
        "change, bias, coverage and width of 95% intervals, type S and type M errors; each with "
        "its Monte Carlo standard error in results.csv."
    )
    main, null = answer.planned, answer.level_characteristics
    yield _error(answer, "power", main.rule_win)
    yield _error(answer, "level", null.rule_win)


def _error(answer: PlanAnswer, name: str, of: Estimate) -> str:
    at = answer.place, answer.rule_place
    where = f"With {answer.counted} the {name} of {_rule(answer)}"
    if not of.replicates[at]:
        return f"{where} is computed exactly."
    return (
        f"{where} has Monte Carlo error {error_words(of.mcse[at], 4)} from {of.replicates[at]:,} "
        f"{basis(sampled=of.engine(at) == SAMPLED)}."
    )
