"""How endpoints are tested, at which level, and how power was calculated, in words."""

from __future__ import annotations

from sim.report.document.guidelines import cite
from sim.report.document.model import Paragraph, Requirement, Section, text
from sim.report.document.numbers import basis
from sim.report.document.phrases import CHANGES, sums_words, the_endpoint, together_words
from sim.report.document.words import short
from sim.report.results.answer import PlanAnswer
from sim.study import Analysis, Study

Detail = tuple[str, tuple[str, ...]]
"""Words, and the references that a form cites for them."""


def test_title(analysis: Analysis) -> str:
    """Name the test, with the cut where it looks at one."""
    at_cut = "" if analysis.cut is None else f" of answers at {analysis.cut} or above"
    return analysis.test_facts.title + at_cut


def test_sentence(study: Study) -> str:
    """Name the test and how its p-value is computed, or what takes the place of one."""
    details = ", ".join(words for words, _ in _details(study))
    return test_title(study.analysis) + (f" ({details})" if details else "")


def _totals_tested(study: Study) -> str:
    """Say how sums are tested; nothing where there is none."""
    analysis, sums = study.analysis, sums_words(study.totals)
    if not sums:
        return ""
    if not analysis.test_facts.has_total:
        return f", {sums} not tested"
    if analysis.cut is None:
        return f", {sums} {'each ' * (len(study.totals) > 1)}tested on its own"
    return "".join(f", {_tested_at_cut(study, name)}" for name in study.totals)


def _tested_at_cut(study: Study, name: str) -> str:
    cut = study.total_cut(name)
    if cut is None:
        return f"{the_endpoint(name)} not tested, for no cut of it is stated"
    return f"{the_endpoint(name)} tested on its own, at {cut} or above"


def multiplicity_words(study: Study, *, cited: bool = False) -> str:
    """Say what is adjusted for multiplicity, how, and how sums are tested.

    Parameters
    ----------
    study : Study
        The study.
    cited : bool
        Whether references are cited.
    """
    analysis, facts = study.analysis, study.analysis.adjustment_facts
    source = cite(*facts.references) if cited else ""
    if analysis.sequence:
        order = ", ".join(short(name) for name in analysis.sequence)
        return f"tested one after the other while significant{source}: {order}"
    if analysis.graph:
        first = [f"{short(name)} with {100 * share:.3g}%"
                 for name, share in analysis.graph.weights.items()]  # fmt: skip
        return (
            f"{together_words(study)} by the graphical procedure{source}, starting from "
            f"{', '.join(first)} of the level"
        )
    if len(study.domains) == 1:
        return f"one {study.words.item}, nothing to adjust for multiplicity"
    return f"{study.words.items} {facts.words}{source}{_totals_tested(study)}"


def level_words(analysis: Analysis) -> str:
    """State sidedness and level, and which change is the success where that needs saying."""
    level = f"level {analysis.alpha:g}"
    if analysis.alternative != "two_sided":
        return f"one-sided (scores {CHANGES[analysis.side]}) {level}"
    return f"two-sided {level}" + (", success being a fall" if analysis.side < 0 else "")


def aim(study: Study) -> str:
    """State level, sidedness and the power aimed at."""
    level = level_words(study.analysis)
    return f"The tests are at {level}; the power aimed at is {study.target.power:g}."


def method_section(answer: PlanAnswer) -> Section:
    """Say how it is tested and how power was calculated, with references."""
    required = Requirement("DELTA2, item 5", "How the size was calculated, with references")
    blocks = (_tested(answer.study), _calculated(answer))
    return Section("Test and method of calculation", blocks, (required,))


def _tested(study: Study) -> Paragraph:
    analysis = study.analysis
    facts = analysis.test_facts
    details = [words + cite(*names) for words, names in _details(study)]
    source = "; ".join([cite(*facts.references).strip(), *details]).strip("; ")
    return text(
        f"Each outcome is tested by {facts.article}{test_title(analysis)} {source}. "
        f"Multiplicity: {multiplicity_words(study, cited=True)}."
    )


def _calculated(answer: PlanAnswer) -> Paragraph:
    size = answer.sample_size
    how = (
        f"The power was estimated by simulating {size.replicates:,} complete studies with the "
        f"effect stated above, all sizes from the same accrual{cite('Morris 2019')}."
    )
    if size.sampled:
        how = (
            f"The power was estimated from {size.replicates:,} {basis(sampled=True)} under the "
            "effect stated above, all sizes from the same accrual. Given each of them the "
            "probability of rejection was worked out over all signs that the changes can have, so "
            "that its error is far smaller than that of counting the studies that reject."
        )
    if not size.replicates:
        how = (
            "The power of the criterion is exact: every sample of changes that can occur was "
            "enumerated."
        )
    if len(answer.study.sizes) == 1:
        return text(how)
    stays = "The size given is the smallest from which the power stays at the target or above."
    return text(f"{how} {stays}")


def _details(study: Study) -> list[Detail]:
    """List what must be said of the test and of its p-value, which exact spending has none of."""
    analysis, looks = study.analysis, study.looks
    facts, details = analysis.test_facts, list[Detail]()
    if facts.ranks_zeros and analysis.zeros == "wilcox":
        details.append(("zeros dropped before ranking", ()))
    elif facts.ranks_zeros:
        details.append(("zeros ranked, then dropped", ("Pratt 1959",)))
    details += [(words, ()) for words in (facts.caution, facts.pvalue_words) if words]
    if looks is not None and looks.spend == "exact":
        return [*details, ("rejecting at each look by exact spending of the level", ())]
    if facts.has_exact:
        details.append(_p_value(analysis))
    if analysis.continuity:
        details.append(("continuity-corrected", ()))
    return details


def _p_value(analysis: Analysis) -> Detail:
    """Say how p is computed, of a test that offers an exact one."""
    facts = analysis.test_facts
    informative = "discordant pairs" if facts.has_cut else "changes that are not zero"
    words = {
        "exact": "exact p",
        "asymptotic": "normal approximation",
        "mid_p": "mid-p",
        "auto": f"exact p up to {analysis.exact_limit} {informative}, normal approximation beyond",
    }[analysis.p_value]
    return words, facts.exact_references if words.startswith("exact") else ()
