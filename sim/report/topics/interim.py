"""Interim looks: what is planned, where studies end, what it costs and gains."""

from __future__ import annotations

from collections.abc import Iterator

from sim.power.interim import ExpectedSize, InterimGain, InterimMeasures, InterimPlan, Look
from sim.power.sample_size import SampleSize
from sim.report.document.guidelines import cite
from sim.report.document.model import Block, Table, by_columns, text
from sim.report.document.numbers import at_most, estimate, exact_or_not, number
from sim.report.document.sizes import is_known, power_cell, size_with_interval
from sim.report.document.words import listed_words, short
from sim.report.results.answer import DesignFacts, PlanAnswer
from sim.report.topics.least_favourable import level_null_words
from sim.report.topics.look_levels import (
    boundary_words,
    level_cell,
    level_columns,
    levels_words,
)
from sim.study import Study
from sim.study.words import Words

EFFECTS = {"planned": "as assumed", "half": "half of it", "none": "none"}
"""Effects under which studies are counted."""
MOST_ENDPOINTS = 3
"""Most endpoints of which bias and coverage are shown by look."""


def interim_blocks(answer: PlanAnswer, *, cited: bool = False) -> tuple[Block, ...]:
    """Say what looks are planned, where studies end, and what that costs and gains.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.
    cited : bool
        Whether references are cited, as in a form.

    Returns
    -------
    tuple of Paragraph or Table
        Empty where the study is looked at once.
    """
    planned, measures = answer.interim, answer.characteristics.interim
    if planned is None or measures is None:
        return ()
    return (
        *map(text, plan_sentences(answer, cited=cited)),
        ends_table(
            answer.words, planned, measures, answer.place, answer.null_characteristics.interim
        ),
        _expected_table(answer),
        *map(text, gain_sentences(answer)),
        *_estimates_tables(answer, measures),
    )


def plan_sentences(facts: DesignFacts, *, cited: bool = False) -> Iterator[str]:
    """Say when the study is looked at, and what ends it; nothing where it is looked at once.

    Parameters
    ----------
    facts : DesignFacts
        What is known of the study before any power.
    cited : bool
        Whether references are cited.
    """
    planned, study = facts.interim, facts.study
    if planned is None:
        return
    units = study.words.units
    yield (
        f"The study is looked at after {listed_words(looks_at(planned))} {units} of "
        f"{planned.size}; {boundary_words(study, cited=cited)}: {levels_words(planned)}."
    )
    yield (
        f"It ends at the first look at which the rule '{short(study.primary)}' is met, in either "
        "direction; whatever else is concluded is concluded there."
    )
    if planned.stops_for_futility:
        yield _futility_words(study, planned)
    if study.looks is not None and study.looks.lag:
        yield f"Meanwhile {study.looks.lag} more {units} are recruited before it ends there."
    yield from _multiplicity(study, cited=cited)
    if study.clusters or study.missing.any:
        yield (
            f"Levels are worked out for the share of {units}, which is not that of the "
            "information where people are alike or missing: what counts is the level attained."
        )


def looks_at(planned: InterimPlan) -> list[str]:
    """List the units at the looks."""
    return [str(look.analysed) for look in planned.looks]


def _futility_words(study: Study, planned: InterimPlan) -> str:
    needed = study.success[study.primary]
    what = "its endpoint has" if needed.kind == "one" else "too many of its endpoints have"
    bounds = listed_words(list(dict.fromkeys(map(_futility_cell, planned.looks[:-1]))))
    binds = "It must end then" if planned.binding else "It may go on all the same"
    return (
        f"It ends for futility where {what} a one-sided p-value above {bounds}. "
        f"{binds}: levels {'count' if planned.binding else 'do not count'} on its ending."
    )


def _futility_cell(look: Look) -> str:
    return "–" if look.futility_p is None else number(look.futility_p)


def _multiplicity(study: Study, *, cited: bool) -> Iterator[str]:
    """Say how an adjustment holds over looks."""
    facts = study.analysis.adjustment_facts
    if len(study.domains) == 1 or not facts.adjusts:
        return
    if facts.steps in ("single", "down"):
        source = cite("Maurer 2013") if cited else ""
        yield f"Each share of the level has a boundary that is solved for it{source}."
    elif facts.needs != "sequence":
        yield (
            f"At each look {study.words.items} are {facts.words} at the level of that look: there "
            "is no proof that the level holds over all looks, so that what counts is the level "
            "attained."
        )


def ends_table(
    words: Words,
    planned: InterimPlan,
    measures: InterimMeasures,
    k: int,
    null: InterimMeasures | None = None,
) -> Table:
    """Tabulate the looks of one size, the k-th studied, and how many studies end at each.

    `null` is of studies without effect, where there are such.
    """
    taken = measures.sizes.analysed[k].tolist()
    at = [look for look, units in enumerate(taken) if units not in taken[look + 1 :]]
    columns = [
        (words.units, looks_at(planned)),
        *level_columns(planned),
        ("met", [estimate(measures.met, k, look) for look in at]),
    ]
    if planned.stops_for_futility:
        columns.append(("futile", [estimate(measures.futile, k, look) for look in at]))
    if null is not None:
        columns.append(("met, no effect", [estimate(null.met, k, look) for look in at]))
    caption = (
        f"Looks of {words.count(planned.size)}: levels, and the share of studies that end there, ± "
        "Monte Carlo standard error"
    )
    return by_columns(caption, *columns, left=0)


def _expected_table(answer: PlanAnswer) -> Table:
    gain, units = answer.interim_gain, answer.words.units
    expected: tuple[ExpectedSize, ...] = () if gain is None else gain.expected
    columns = [
        ("effect", [EFFECTS[size.effect] for size in expected]),
        ("analysed", [_cell(size, size.analysed, size.analysed_mcse, 1) for size in expected]),
        ("rule met", [_cell(size, size.win, size.win_mcse) for size in expected]),
    ]
    if answer.study.looks is not None and answer.study.looks.lag:
        recruited = [_cell(size, size.recruited, size.recruited_mcse, 1) for size in expected]
        columns.insert(2, ("recruited", recruited))
    return by_columns(f"Expected {units} of {answer.counted} at the most, by effect", *columns)


def _cell(size: ExpectedSize, value: float, mcse: float, digits: int = 3) -> str:
    return exact_or_not(value, mcse, 0 if size.exact else 1, digits)


def gain_sentences(answer: PlanAnswer) -> Iterator[str]:
    """Compare the study with the same without looks, and say which level is attained."""
    gain, planned, words = answer.interim_gain, answer.interim, answer.words
    if gain is None or planned is None:
        return
    fixed, size = gain.fixed, answer.sample_size
    if fixed.size is not None and size.size is not None and len(answer.study.sizes) > 1:
        yield (
            f"Without looks the study needs {size_with_interval(fixed)} {words.units}, with "
            f"power {power_cell(fixed)} there; with them {size_with_interval(size)} at the most, "
            f"with power {power_cell(size)} there{_saved(gain, size)}."
        )
    yield from _same_size_sentence(answer, gain)
    yield (
        f"By the normal process the largest size is {number(planned.inflation)} times that without "
        "looks."
    )
    yield from _level_sentences(answer)


def _saved(gain: InterimGain, size: SampleSize) -> str:
    """Say how many are analysed beside the fixed size; of sizes far apart powers are not alike."""
    fixed = gain.fixed
    if fixed.size is None or not (is_known(fixed) and is_known(size)):
        return ""
    analysed = gain.expected[0].analysed
    saved = analysed - fixed.size
    more = f"{number(abs(saved), 1)} {'fewer' if saved < 0 else 'more'}"
    return f", and {number(analysed, 1)} on average, {more}"


def _same_size_sentence(answer: PlanAnswer, gain: InterimGain) -> Iterator[str]:
    """Say what looks cost in power and save in people at one and the same size."""
    main, at = answer.characteristics, (answer.place, answer.rule_place)
    if main.interim is not None:
        yield (
            f"Of {answer.counted} all are analysed without looks, with power "
            f"{estimate(main.interim.fixed_win, *at)}, and {number(gain.expected[0].analysed, 1)} "
            f"on average with them, with power {estimate(main.rule_win, *at)}."
        )


def _level_sentences(answer: PlanAnswer) -> Iterator[str]:
    null, k = answer.level_characteristics, answer.place
    measures, q = null.interim, answer.rule_place
    if measures is None:
        return
    digits = 3 if null.rule_rejection.replicates[k, q] else 4
    level = estimate(null.rule_rejection, k, q, digits=digits)
    fixed = estimate(measures.fixed_rejection, k, q, digits=digits)
    ignored = ""
    if answer.interim is not None and answer.interim.stops_for_futility:
        ignored = f" ({estimate(measures.unstopped_rejection, k)} where futility ends no study)"
    yield (
        f"{level_null_words(answer)} the rule is met in either direction with probability "
        f"{level}{ignored}, and without looks with {fixed}."
    )


def _estimates_tables(answer: PlanAnswer, measures: InterimMeasures) -> Iterator[Block]:
    """Tabulate what is estimated by where a study ends."""
    if len(measures.endpoints) > MOST_ENDPOINTS:
        return
    k, rows = answer.place, list[tuple[str, str, str, str]]()
    for place, (role, endpoint) in enumerate(measures.endpoints):
        of = answer.characteristics.roles[role]
        who = f"{answer.words.people(of.role)}, {short(of.endpoints[endpoint])}"
        for look, analysed in enumerate(measures.sizes.analysed[k]):
            bias = estimate(measures.bias, k, look, place, digits=2)
            coverage = estimate(measures.coverage, k, look, place)
            rows.append((who if look == 0 else "", str(analysed), bias, coverage))
    head = ("endpoint", f"ends at ({answer.words.units})", "bias", "coverage")
    caption = (
        "Mean change less the true one, in points, and how often its 95% interval covers that, "
        "among studies that end there"
    )
    yield Table(caption, head, tuple(rows))


def brief(answer: PlanAnswer) -> str:
    """Say for a form what looks are planned; empty where there are none."""
    planned, gain = answer.interim, answer.interim_gain
    if planned is None or gain is None:
        return ""
    expected = number(gain.expected[0].analysed, 0)
    futility = " or futility" if planned.stops_for_futility else ""
    early = [str(look.analysed) for look in planned.looks[:-1]]
    looks = "Interim looks" if len(early) > 1 else "An interim look"
    return (
        f"{looks} after {listed_words(early)} {answer.words.units} may end it early, for "
        f"success{futility} ({boundary_words(answer.study)}; {expected} expected)."
    )


def interim_warnings(facts: DesignFacts) -> Iterator[str]:
    """Say which looks cannot be significant, and from which size they can."""
    planned, words = facts.interim, facts.words
    if planned is None:
        return
    for look in planned.looks[:-1]:
        first = look.possible_from
        if first is not None and first <= planned.size:
            continue
        when = "at no size studied" if first is None else f"only from {words.count(first)} in all"
        yield (
            f"The look at {look.analysed} of {words.count(planned.size)} cannot end the study with "
            f"success: its p-value must be {at_most(level_cell(look.level))}, which can be "
            f"had {when}."
        )
