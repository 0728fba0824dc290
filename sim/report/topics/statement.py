"""The statement of a sample size, in as many words as a form gives it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from sim import __version__
from sim.power.sample_size import SampleSize
from sim.power.target import crossing_shares, target_changes
from sim.report.document.model import Paragraph
from sim.report.document.numbers import ROUNDING, basis, error_words, number, percent, span
from sim.report.document.phrases import sentence_case, significance, the_endpoint
from sim.report.document.sizes import interval, is_known, pairs_words
from sim.report.document.words import Blank, Line, Part, clean, line, listed, listed_words, words_of
from sim.report.results.answer import PlanAnswer
from sim.report.topics.design import role_words, scored_words, success
from sim.report.topics.interim import brief
from sim.report.topics.participation import mechanism_words, missing_words
from sim.report.topics.size import is_fixed, people_words, size_words
from sim.report.topics.soundness import briefly
from sim.study import Study

MOST_WORDS = 120
"""Words that a form takes."""
LISTED = 3
"""Most endpoints that are named one by one."""
Sentence = tuple[int, *tuple[Line, ...]]
"""Its rank, by which details have room, and its forms, the shortest first."""


def statement(answer: PlanAnswer) -> Paragraph:
    """State design, effect and its basis, test, level, power, number, allowances and method.

    Parameters
    ----------
    answer : PlanAnswer
        The answer.

    """
    return fitted(_sentences(answer))


def fitted(sentences: Iterable[Sentence]) -> Paragraph:
    """Put sentences together in at most :data:`MOST_WORDS` words.

    Those of rank 0 always stand; of the others as many as have room in few words, then in more.
    """
    ranked = sorted(enumerate(sentences), key=lambda one: one[1][0])
    kept = dict[int, Line]()
    for form in (0, -1):
        for place, (rank, *forms) in ranked:
            longer = {**kept, place: forms[form]}
            is_needed = rank == 0 and place not in kept
            if is_needed or count_words(_joined(longer)) <= MOST_WORDS:
                kept = longer
    return Paragraph(_joined(kept), "statement")


def _joined(kept: Mapping[int, Line]) -> Line:
    """Put the sentences that are kept one after the other."""
    said = [kept[place] for place in sorted(kept)]
    return line(*(part for words in said for part in (*words, " ")))[:-1]


def count_words(parts: Line) -> int:
    """Count words, as the fields of forms do: what stands between blanks."""
    return len(words_of(parts).split())


def _sentences(answer: PlanAnswer) -> Iterator[Sentence]:
    study, size = answer.study, answer.sample_size
    yield 0, line(_design(study))
    yield 0, line(_success(study))
    yield 0, _effect(answer)
    yield 0, line(_number(answer, size))
    losses = list(_two_sizes(answer, size))
    yield from ((0, line(said)) for said in losses)
    if (looks := brief(answer)) and not briefly(answer, size):
        yield 1, line(looks)
    if allowances := list(_allowances(study))[len(losses) :]:
        told = *listed(allowances), "."
        yield 2, line("Allowed for: ", *told), line("The number allows for ", *told)
    yield 3, line(_method(answer, size, is_brief=True)), line(_method(answer, size))


def _design(study: Study) -> str:
    words, count = study.words, len(study.domains)
    who = role_words(study)
    asked = f"{count} {study.words.items}" if count > 1 else f"one {study.words.item}"
    how = f"answer a questionnaire of {asked}, {scored_words(study)}"
    if study.control is None:
        return f"In one group, {who} {how}, {words.around}."
    first, second = study.control.ratio
    allocated = words.units if study.control.unit == "person" else f"{words.sites}"
    return (
        f"{sentence_case(who)} {how}, {words.both_times}, {allocated} being allocated "
        f"{first}:{second} to {words.intervention} or control."
    )


def _success(study: Study) -> str:
    analysis, rule = study.analysis, study.success[study.primary]
    names = [the_endpoint(name, 40) for name in study.endpoints_of(rule)]
    tellable = len(set(names)) == len(names) <= LISTED  # long names, cut, can be the same
    among = listed_words(names) if tellable else f"{len(names)} outcomes"
    adjusted = f", {analysis.adjustment_facts.words}" if len(names) > 1 else ""
    return (
        f"Success is {success(study, among)}, by {analysis.test_facts.in_prose} "
        f"({significance(study)}{adjusted})."
    )


def _effect(answer: PlanAnswer) -> Line:
    """Say what effect is assumed on the endpoints of the primary rule, and why."""
    study = answer.study
    rule = study.success[study.primary]
    places = [study.endpoints.index(name) for name in study.endpoints_of(rule)]
    changes, standardised = list[float](), list[float]()
    for role in rule.roles:
        effects = answer.effects[role]
        change = target_changes(effects, answer.change_parts.get(role))[places]
        changes += change.tolist()
        standardised += (change / effects.sd_change[places]).tolist()
    if max(map(abs, changes)) < ROUNDING:
        return line("No effect is assumed.")
    if shares := _shares(answer):
        return line(
            f"The effect assumed is a change of {_span(shares, 0)} percentage points in the share "
            f"of {study.words.people(rule.roles[0])} who score "
            f"{study.analysis.cut} or above, ", _basis(study), ".",
        )  # fmt: skip
    what = "difference between the arms" if study.has_controls else "mean change"
    return line(
        f"The effect assumed is a {what} of {_span(changes)} points "
        f"(standardised {_span(standardised)}), ", _basis(study), ".",
    )  # fmt: skip


def _shares(answer: PlanAnswer) -> list[float]:
    """Changes of the share at a cut, in percentage points; none where another thing is tested."""
    study, rule = answer.study, answer.study.success[answer.study.primary]
    names = study.endpoints_of(rule)
    crossed = study.analysis.cut is not None and set(names) <= set(study.domains)
    if not crossed or study.has_controls or len(rule.roles) > 1:
        return []
    shares = crossing_shares(study, answer.effects[rule.roles[0]])
    return [100 * float(shares[study.domains.index(name)]) for name in names]


def _span(values: list[float], places: int = 2) -> str:
    return span(values, partial(number, digits=places, sign="+"))


def _basis(study: Study) -> Part:
    """Name what the effect rests on, where that is known."""
    effect, pilot = study.effect, study.pilot
    if effect.selected_for_significance and effect.as_explained and pilot is not None:
        return f"taken from the pilot{_short(pilot.cited or '')}"
    why = study.report.reasons.difference_why
    if why is not None and len(why.split()) <= 20:
        return clean(why).rstrip(".")
    return "for reasons given below" if why else Blank("[to be completed: why this effect]")


def _short(reference: str) -> str:
    """Name a source by its first author and year, in brackets.

    >>> _short("Raju SA, Ching H-L, Jalal M (2022). Reverse mentoring."), _short("a website")
    (' (Raju 2022)', '')
    """
    author, year = re.match(r"[^\W\d]+", reference), re.search(r"\b(?:19|20)\d\d\b", reference)
    return f" ({author[0]} {year[0]})" if author and year else ""


def _number(answer: PlanAnswer, size: SampleSize) -> str:
    study, words = answer.study, answer.words
    target, power = number(size.target, 2), number(size.power, 2)
    if why := briefly(answer, size):
        return f"This design does not justify a sample size: {why}."
    if is_fixed(answer):
        at = size_words(study, answer.size)
        narrow = ""
        if answer.original.seeks_precision and answer.precision.reached is not None:
            half = "the half-width of the 95% interval is expected to be at most"
            narrow = f"{half} {answer.study.target.half_width:g} points and "
        return f"With {at}, {narrow}the power is {power} (target {target})."
    if size.size is None:
        return (
            f"With {words.count(size.limit)}, the most studied, the power is {power}: below the "
            f"target of {target}."
        )
    needs, people = words.count(size.size), people_words(study, size.size)
    who = "" if people == needs else f" ({people})"
    if is_known(size):
        return f"The study needs {needs}{who} for a power of {target}; there it is {power}."
    needs = f"{pairs_words(size)} {words.units}"  # who that is, is of the size studied alone
    return f"The study needs {needs} for a power of {target}; with {size.size}{who} it is {power}."


def _two_sizes(answer: PlanAnswer, size: SampleSize) -> Iterator[str]:
    """Say by which loss of people the number is, and what the other loss would take."""
    known, missing = answer.missing_by_chance, answer.study.missing
    if known is None or missing.rate == 0 or briefly(answer, size):
        return
    counted, other = (mechanism_words(answer.study, kind) for kind in ("mcar", missing.kind))
    chance, by_answers = known.pair(size.rule)
    uncounted, why = by_answers, ", by bias"
    if not known.is_larger(size.rule):
        counted, other, uncounted, why = other, counted, chance, ""
    suffice = f"{uncounted.size} suffice{why}"
    if uncounted.size is None or len(answer.characteristics.sizes) == 1:
        suffice = f"the power is {number(uncounted.power, 2)}{why}"
    elif uncounted.size == size.size:
        suffice = "the number is the same"
    yield f"This takes {percent(missing.rate)} as lost {counted}; lost {other}, {suffice}."


def _allowances(study: Study) -> Iterator[str]:
    clusters = study.sites
    yield from missing_words(study)
    if clusters is not None:
        yield f"an intraclass correlation of {clusters.icc:g} within a {study.words.site}"


def _method(answer: PlanAnswer, size: SampleSize, *, is_brief: bool = False) -> str:
    if not size.replicates:
        return f"The power is exact, by enumeration (mentorsim {__version__})."
    between = ""
    is_interval = size.size is not None and bool(interval(size))
    if is_interval and not is_fixed(answer) and not briefly(answer, size):
        between = f"; 95% interval of the number {interval(size)}"
    if is_brief:
        return (
            f"From {size.replicates:,} {basis(sampled=size.sampled)} (error "
            f"{error_words(size.mcse)}; mentorsim {__version__})."
        )
    how = f"by simulating {size.replicates:,} complete studies"
    if size.sampled:
        how = f"from {size.replicates:,} {basis(sampled=True)}, all their signs summed out"
    return (
        f"Power was found {how} (Monte Carlo error {error_words(size.mcse)}{between}; "
        f"mentorsim {__version__})."
    )
