"""What a simulation study states of itself: aims, data, estimands, methods, performance.

References
----------
Morris TP, White IR, Crowther MJ (2019). Using simulation studies to evaluate statistical methods.
Statistics in Medicine 38, 2074-2102.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.estimates import Estimate
from sim.report.document.model import LONG_NAME, Table, clean
from sim.report.results.answer import PlanAnswer
from sim.report.topics.assumptions import effect_words, selection_words, stated
from sim.report.topics.design import allocation_words, design_sentence
from sim.report.topics.participation import cluster_words, missing_words
from sim.study import Study
from sim.study.clusters import SiteClusters
from sim.study.control import NoSelection, ParallelControl


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
            ("Data-generating mechanism", " ".join(_mechanism(study, answer.pairs))),
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
    return f"'{clean(answer.sample_size.rule, LONG_NAME)}'"


def _mechanism(study: Study, size: int) -> Iterator[str]:
    words = study.words
    effects = "; ".join(
        f"{words.people(name)}, {effect_words(study.effect_of(r)[1], study.scale.domains)}"
        for r, name in enumerate(study.role_names)
    )
    yield (
        "Every answer is a normal score cut at fixed points, so that answers before have the "
        f"stated distribution; those after follow from the effect of {words.intervention} "
        f"({effects})."
    )
    yield _sentence(*stated(study, "correlation"))
    if isinstance(study.clusters, SiteClusters):
        yield _sentence("Clusters", "; ".join(cluster_words(study, study.clusters)))
    if missing := missing_words(study):
        yield _sentence("Missing answers", "; ".join(missing))
    if not isinstance(study.selection, NoSelection):
        yield _sentence("Who takes part", selection_words(study.selection))
    if isinstance(study.control, ParallelControl):
        yield allocation_words(study, size)
        yield _sentence(*stated(study, "control.effect"))


def _sentence(name: str, value: str) -> str:
    return f"{name[:1].upper()}{name[1:]}: {value}."


def _estimands(study: Study) -> str:
    compared = "mean change from before to after"
    if study.has_controls:
        compared = "difference of the arms' mean changes"
    return (
        f"The {compared}, in points, of each domain and of the total; and the probability that "
        "each decision rule is met."
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
    at = answer.place, answer.characteristics.rule_index(answer.sample_size.rule)
    where = f"With {answer.study.words.count(answer.pairs)} the {name} of {_rule(answer)}"
    if not of.replicates[at]:
        return f"{where} is computed exactly."
    return (
        f"{where} has Monte Carlo error {of.mcse[at]:.4f} from {of.replicates[at]:,} simulated "
        "studies."
    )
