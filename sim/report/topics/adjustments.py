"""What was allowed for: each adjustment, and the size before and after it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.document.guidelines import reason, requirement
from sim.report.document.model import (
    Block,
    Paragraph,
    Requirement,
    Section,
    Table,
    listed_words,
    short,
    text,
)
from sim.report.document.numbers import number
from sim.report.document.phrases import sentence_case, sums_words, the_endpoint
from sim.report.document.sizes import CONFIDENCE, size_with_interval
from sim.report.results.answer import PlanAnswer, SizeBefore
from sim.report.topics.arms import one_group_blocks
from sim.report.topics.participation import cluster_noun, cluster_words, missing_words
from sim.report.topics.soundness import briefly
from sim.study import Study
from sim.study.methods import TESTS

NAMES = {
    "missing": "missing answers",
    "clusters": "clusters",
    "multiplicity": "multiplicity",
    "all": "all of these",
}
GUIDELINE = "DELTA2, item 5"


def before_blocks(answer: PlanAnswer) -> tuple[Block, ...]:
    """The size before each adjustment that bears on the primary rule, as a table; or nothing.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.

    Returns
    -------
    tuple of Paragraph or Table
    """
    if not answer.before_adjustments:
        return ()
    size = answer.sample_size
    usable = not briefly(answer, size)
    known = usable and size.size is not None
    rows = [(NAMES[before.adjustment], size_with_interval(before.size))
            for before in answer.before_adjustments]  # fmt: skip
    planned = "as planned" if usable else "as planned (not usable)"
    rows.append((planned, size_with_interval(size)))
    rule = short(size.rule)
    table = Table(
        f"How large the study would be before each adjustment, all else equal, rule '{rule}'",
        ("before allowing for", f"{answer.study.words.units} needed (interval of {CONFIDENCE})"),
        tuple(rows),
        marked=len(rows) - 1 if known else None,
    )
    return (table, *_caveats(answer))


def _caveats(answer: PlanAnswer) -> Iterator[Paragraph]:
    """Say which sizes are those of another test."""
    names: dict[str, list[str]] = {}
    for before in answer.before_adjustments:
        otherwise = _otherwise(answer.study, before)
        if otherwise:
            names.setdefault(otherwise, []).append(NAMES[before.adjustment])
    for otherwise, of in names.items():
        yield text(f"The size before allowing for {' or for '.join(of)} is {otherwise}.")


def _otherwise(study: Study, before: SizeBefore) -> str:
    """Say by which other test or allocation a size is computed; empty if by the study's."""
    told = []
    if before.test != study.analysis.test:
        told.append(f"by {TESTS[before.test].in_prose}")
    if before.unit != study.allocation_unit:
        told.append(f"with {study.words.units} allocated instead of {study.words.sites}")
    return listed_words(told)


# ------------------------------------------------------------------------------- in the form


def adjustments_section(answer: PlanAnswer) -> Section:
    """What is stated of each adjustment, with the size before and after it.

    Parameters
    ----------
    answer : PlanAnswer
        Of any study.

    Returns
    -------
    Section
    """
    stated = {"Missing answers": _missing(answer.study), "Clustering": _clusters(answer),
              "Multiplicity": _multiplicity(answer)}  # fmt: skip
    head = ("Adjustment", "What is stated")
    blocks: list[Block] = [Table((), head, tuple(stated.items()), left=2)]
    # the size before each is this document's offer; the guideline does not ask for it
    wanted = "Adjustments for missing answers, clusters and multiplicity"
    needed = Requirement(GUIDELINE, "Why these adjustments", "not applicable")
    if answer.before_adjustments:
        said, there = reason(answer.study, "adjustments", "why these adjustments, with references")
        blocks += [text(_explanation(answer)), *before_blocks(answer), text(said)]
        needed = requirement(GUIDELINE, needed.text, there=there)
    blocks += one_group_blocks(answer)
    return Section("Adjustments", tuple(blocks), (requirement(GUIDELINE, wanted), needed))


def _explanation(answer: PlanAnswer) -> str:
    """Say what the sizes before are, and how sure they are."""
    errors = (
        " Where a size is simulated, those in brackets are an interval that holds it with a "
        "confidence of at least 95%, from the simulation's error alone; there is none where it "
        "would hold no other size studied."
        if any(before.size.replicates for before in answer.before_adjustments)
        else ""
    )
    return (
        "The size before an adjustment is that of the same study without it, all else equal: the "
        "same criterion, target, sizes studied, search and seed. What is stated is part of every "
        "simulated study, so the size as planned allows for it already and nothing is added to it."
        f"{errors} One that is not in the table does not bear on the criterion. The differences "
        "need not add up."
    )


def _missing(study: Study) -> str:
    stated = missing_words(study)
    if not stated:
        return "None: everybody is taken to answer"
    if not study.totals:
        return listed_words(stated)
    total = "prorated" if study.missing.total == "prorated" else "missing too"
    return f"{listed_words(stated)}; a total with missing answers is {total}"


def _clusters(answer: PlanAnswer) -> str:
    study, clusters = answer.study, answer.study.sites
    if clusters is None:
        return f"None: {study.words.units} are taken as independent"
    observed = [_observed(answer, name) for name in study.totals]
    return "; ".join([*cluster_words(study, clusters), *observed])


def _observed(answer: PlanAnswer, total: str) -> str:
    """Give the correlations that follow for the change of a sum in points."""
    words, e = answer.study.words, answer.study.endpoints.index(total)
    by = {"site": words.site, "shared": cluster_noun(answer.study, "shared")}
    each = [
        f"{number(float(level.observed[e]))} ({words.people(role)}, by {by[level.level]})"
        for role, people in answer.participation.items()
        for level in people.levels
    ]
    return f"that of {the_endpoint(total)} in points: {listed_words(each)}"


def _multiplicity(answer: PlanAnswer) -> str:
    study, bears = answer.study, {before.adjustment for before in answer.before_adjustments}
    adjustment = study.analysis.adjustment_facts
    if len(study.domains) == 1 and not adjustment.with_total:
        return f"None: there is one {study.words.item}"
    if not adjustment.adjusts:
        return "None: each outcome at the full level"
    rule = study.success[study.primary]
    looked_at = study.endpoints_of(rule)
    if all(map(study.is_sum, looked_at)) and not adjustment.with_total:
        each = "each " * (len(looked_at) > 1)
        return (
            f"None for this criterion: {sums_words(looked_at)} {each or 'is '}tested on its own "
            "at the full level"
        )
    words = "" if adjustment.with_total else f"{study.words.items} "
    words = sentence_case(words + adjustment.words)
    if "multiplicity" not in bears:
        words += "; what this criterion looks at is tested at the full level all the same"
    return words
