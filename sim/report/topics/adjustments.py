"""What was allowed for: each adjustment, and the size before and after it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.sample_size import SizeBefore
from sim.report.document.guidelines import reasoned
from sim.report.document.model import Block, Requirement, Section, Table, by_columns, text
from sim.report.document.numbers import number
from sim.report.document.phrases import sentence_case, sums_words, the_endpoint
from sim.report.document.sizes import CONFIDENCE, power_cell, size_with_interval
from sim.report.document.words import listed_words, short
from sim.report.results.answer import PlanAnswer
from sim.report.topics.arms import one_group_blocks
from sim.report.topics.participation import cluster_noun, cluster_words, missing_words
from sim.report.topics.size import is_fixed
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
    size, sizes = answer.sample_size, [before.size for before in answer.before_adjustments]
    usable, fixed = not briefly(answer, size), is_fixed(answer)
    caption, written = "How large the study would be", size_with_interval
    head = f"{answer.words.units} needed (interval of {CONFIDENCE})"
    if fixed:
        caption, written, head = "The power", power_cell, f"power with {answer.counted}"
    names = [NAMES[before.adjustment] for before in answer.before_adjustments]
    names.append("as planned" if usable else "as planned (not usable)")
    table = by_columns(
        f"{caption} before each adjustment, all else equal, rule '{short(size.rule)}'",
        ("before allowing for", names),
        (head, map(written, [*sizes, size])),
        marked=len(sizes) if usable and size.size is not None and not fixed else None,
    )
    return (table, *_caveats(answer))


def _caveats(answer: PlanAnswer) -> Iterator[Block]:
    """Say which sizes are those of another test."""
    names: dict[str, list[str]] = {}
    for before in answer.before_adjustments:
        otherwise = _otherwise(answer.study, before)
        if otherwise:
            names.setdefault(otherwise, []).append(NAMES[before.adjustment])
    for otherwise, of in names.items():
        what = f"The {_sought(answer)} before allowing for {' or for '.join(of)}"
        yield text(f"{what} is {otherwise}.")


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
        said, needed = reasoned(answer.study, "adjustments", "why these adjustments, with "
                                "references", GUIDELINE, needed.text)  # fmt: skip
        blocks += [text(_explanation(answer)), *before_blocks(answer), said]
    blocks += one_group_blocks(answer)
    return Section("Adjustments", tuple(blocks), (Requirement(GUIDELINE, wanted), needed))


def _sought(answer: PlanAnswer) -> str:
    return "power" if is_fixed(answer) else "size"


def _explanation(answer: PlanAnswer) -> str:
    """Say what the sizes before are, or the powers at the one size, and how sure they are."""
    what, search, errors = _sought(answer), " sizes studied, search", ""
    simulated = any(before.size.replicates for before in answer.before_adjustments)
    if is_fixed(answer):
        search = " size"
    elif simulated:
        errors = (
            " Where a size is simulated, those in brackets are an interval that holds it with a "
            "confidence of at least 95%, from the simulation's error alone; there is none where it "
            "would hold no other size studied."
        )
    return (
        f"The {what} before an adjustment is that of the same study without it, all else equal: "
        f"the same criterion, target,{search} and seed. What is stated is part of every simulated "
        f"study, so the {what} as planned allows for it already and nothing is added to it."
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
    words, e = answer.words, answer.study.endpoints.index(total)
    by = {"site": words.site, "shared": cluster_noun(answer.study, "shared")}
    each = [
        f"{number(level.observed[e])} ({words.people(role)}, by {by[level.level]})"
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
